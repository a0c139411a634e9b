"""Running a study, from where an interrupted run of it stopped, and keeping what it found."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from ..files import write_together
from ..numerics.networks import Descent, Trajectories, descend
from ..numerics.pools import Progress
from ..theory.errors import InputError
from .study import Study

FINISHED, UNFINISHED = "trajectories.npz", "unfinished.npz"
_PACKAGES = ("trajalign", "jax", "jaxlib", "numpy", "scipy")
_FIELDS = tuple(Trajectories.__dataclass_fields__)


@dataclass(frozen=True, eq=False)
class Outcome:
    """What was recorded, with the versions it was computed with; `kept` if by an earlier run."""

    recorded: Trajectories
    versions: str
    kept: bool


def run_study(
    study: Study, folder: Path | None = None, progress: Progress | None = None
) -> Outcome:
    """Run a study. With a folder, it is kept there from time to time and at the end, and what an
    earlier run of the same study kept there is taken up.

    An unfinished run is taken up only by the versions that began it. Raises InputError where the
    folder holds another study or cannot be written, MissingExtraError without JAX.
    """
    versions = " ".join(f"{name}={version(name)}" for name in _PACKAGES)
    after = None
    if folder is not None:
        done = _load(study, folder / FINISHED)
        if done is not None:
            return Outcome(done[0].recorded, done[1], True)
        begun = _load(study, folder / UNFINISHED)
        after = begun[0] if begun is not None and begun[1] == versions else None

    def keep(now: Descent) -> None:
        if folder is not None and now.step < study.schedule.steps:
            write_together({folder / UNFINISHED: _packed(study, now, versions)})
        if progress is not None:
            progress(now.step, study.schedule.steps)

    end = descend(study.task, study.weights, study.schedule, after=after, keep=keep)
    if folder is not None:
        write_together({folder / FINISHED: _packed(study, end, versions)})
        (folder / UNFINISHED).unlink(missing_ok=True)
    return Outcome(end.recorded, versions, False)


def finished(study: Study, folder: Path) -> Outcome:
    """What a run of the study kept in a folder; nothing is computed, and JAX is not needed.

    Raises InputError where the folder holds no finished run of this study.
    """
    done = _load(study, folder / FINISHED)
    if done is None:
        raise InputError(f"{folder} holds no finished study: there is no {FINISHED}")
    return Outcome(done[0].recorded, done[1], True)


def _packed(study: Study, now: Descent, versions: str) -> bytes:
    about = {"fingerprint": study.fingerprint, "versions": versions, "step": now.step}
    weights = {f"weights_{k}": layer for k, layer in enumerate(now.weights)}
    content = io.BytesIO()
    arrays = {k: np.asarray(v) for k, v in (about | weights).items()}
    np.savez_compressed(content, **arrays, **{n: getattr(now.recorded, n) for n in _FIELDS})  # type: ignore[arg-type]
    return content.getvalue()


def _load(study: Study, path: Path) -> tuple[Descent, str] | None:
    if not path.exists():
        return None
    try:
        with np.load(path) as found:
            belongs = str(found["fingerprint"]) == study.fingerprint
            now = _unpacked(study, found) if belongs else None
            versions = str(found["versions"])
    except (OSError, TypeError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error):
        raise InputError(f"{path} is damaged or not of this package; remove it") from None
    if now is None:
        raise InputError(f"{path} belongs to a study with other parameters: take another folder")
    return now, versions


def _unpacked(study: Study, found: Mapping[str, Any]) -> Descent:
    weights = tuple(found[f"weights_{k}"] for k in range(len(study.weights)))
    now = Descent(int(found["step"]), weights, Trajectories(*(found[n] for n in _FIELDS)))
    _require_shapes(study, now)
    return now


def _require_shapes(study: Study, now: Descent) -> None:
    """Raise ValueError where the arrays are not of this study's sizes."""
    schedule, runs = study.schedule, len(study.starts)
    computed = sum(step <= now.step for step in schedule.sharpness_steps)
    lengths = now.step // schedule.every + 1, computed
    points = (len(study.task.data.targets),)
    for name in _FIELDS:
        length = lengths[name.startswith("sharpness")]
        before = (runs, *(points if name in ("residuals", "leading") else ()))
        expected = (length,) if name.endswith("times") else (*before, length)
        if getattr(now.recorded, name).shape != expected:
            raise ValueError(name)
    if [w.shape for w in now.weights] != [np.shape(w) for w in study.weights]:
        raise ValueError("weights")
