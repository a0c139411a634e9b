"""The top of the spectrum along the first run of each group of a study, kept with it."""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import Path

import numpy as np

from ..files import write_together
from ..numerics.networks import Spectra, spectra
from ..theory.errors import InputError
from .study import Study

FILE = "spectra.npz"
_FIELDS = tuple(Spectra.__dataclass_fields__)


def study_spectra(study: Study, folder: Path) -> Spectra:
    """The largest eigenvalues, as many as the study's figures have, and the share of the gradient,
    of the first run of each group; read from the folder if they were computed for this study.

    Raises InputError where the folder cannot be written or holds those of another study.
    """
    count = study.drawn.eigenvalues
    if count is None:
        raise InputError(f"{study.name}: its figures have no eigenvalues")
    path = folder / FILE
    if path.exists():
        return _loaded(study, count, path)
    first = [rows[0] for _, rows in study.groups()]
    weights = tuple(layer[first] for layer in study.weights)
    found = spectra(study.task, weights, study.schedule, count)
    content = io.BytesIO()
    arrays = {name: getattr(found, name) for name in _FIELDS}
    np.savez_compressed(content, fingerprint=study.fingerprint, **arrays)
    write_together({path: content.getvalue()})
    return found


def _loaded(study: Study, count: int, path: Path) -> Spectra:
    try:
        with np.load(io.BytesIO(path.read_bytes())) as kept:
            fingerprint = str(kept["fingerprint"])
            found = Spectra(*(kept[name] for name in _FIELDS))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error):
        raise InputError(f"{path} is damaged or not of this package; remove it") from None
    shape = len(study.groups()), count, len(study.schedule.sharpness_steps)
    if fingerprint != study.fingerprint or found.eigenvalues.shape != shape:
        raise InputError(f"{path} belongs to a study with other parameters: remove it")
    return found
