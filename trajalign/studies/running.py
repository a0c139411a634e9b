"""Running a study, from where an interrupted run of it stopped, and keeping what it found."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from ..files import write_together
from ..numerics.networks import Descent, Trajectories, descend
from ..numerics.pools import Progress
from ..theory.errors import InputError
from .saturation import FIELDS, START, Predictions, are_of, predict
from .study import Study

_PREDICTED = "predicted_"
FINISHED, UNFINISHED = "trajectories.npz", "unfinished.npz"
_PACKAGES = ("trajalign", "jax", "jaxlib", "numpy", "scipy")
_FIELDS = tuple(Trajectories.__dataclass_fields__)


@dataclass(frozen=True, eq=False)
class Outcome:
    """What was recorded, with the versions it was computed with; `kept` if by an earlier run;
    `predictions` of the final sharpness, None where the study does not ask for them."""

    recorded: Trajectories
    versions: str
    kept: bool
    predictions: Predictions | None = None


@dataclass(frozen=True, eq=False)
class _Kept:
    """What a file holds: where the runs are, by which versions, and the predictions if any."""

    now: Descent
    versions: str
    predictions: Predictions | None


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
            return _completed(study, folder, done)
        begun = _load(study, folder / UNFINISHED)
        after = begun.now if begun is not None and begun.versions == versions else None

    def keep(now: Descent) -> None:
        if folder is not None and now.step < study.schedule.steps:
            content = _packed(study, _Kept(now, versions, None))
            write_together({folder / UNFINISHED: content})
        if progress is not None:
            progress(now.step, study.schedule.steps)

    end = descend(study.task, study.weights, study.schedule, after=after, keep=keep)
    predictions = _predictions(study, end)
    if folder is not None:
        content = _packed(study, _Kept(end, versions, predictions))
        write_together({folder / FINISHED: content})
        (folder / UNFINISHED).unlink(missing_ok=True)
    return Outcome(end.recorded, versions, False, predictions)


def _completed(study: Study, folder: Path, done: _Kept) -> Outcome:
    """A finished run, with the predictions that the study asks for now."""
    found, asked = done.predictions, study.criteria.saturation
    if asked is not None and (found is None or not are_of(found, asked)):
        found = _predictions(study, done.now)
        content = _packed(study, replace(done, predictions=found))
        write_together({folder / FINISHED: content})
    return Outcome(done.now.recorded, done.versions, True, found)


def _predictions(study: Study, end: Descent) -> Predictions | None:
    asked = study.criteria.saturation
    return None if asked is None else predict(study, asked, end.weights)


def finished(study: Study, folder: Path) -> Outcome:
    """What a run of the study kept in a folder; nothing is computed, and JAX is not needed.

    Raises InputError where the folder holds no finished run of this study.
    """
    done = _load(study, folder / FINISHED)
    if done is None:
        raise InputError(f"{folder} holds no finished study: there is no {FINISHED}")
    asked, found = study.criteria.saturation, done.predictions
    if asked is not None and (found is None or not are_of(found, asked)):
        raise InputError(f"{folder} lacks the predictions: run trajalign experiment there again")
    return Outcome(done.now.recorded, done.versions, True, found)


def _packed(study: Study, kept: _Kept) -> bytes:
    now = kept.now
    about = {"fingerprint": study.fingerprint, "versions": kept.versions, "step": now.step}
    about |= {_PREDICTED + name: column for name, column in (kept.predictions or {}).items()}
    weights = {f"weights_{k}": layer for k, layer in enumerate(now.weights)}
    content = io.BytesIO()
    arrays = {k: np.asarray(v) for k, v in (about | weights).items()}
    np.savez_compressed(content, **arrays, **{n: getattr(now.recorded, n) for n in _FIELDS})  # type: ignore[arg-type]
    return content.getvalue()


def _load(study: Study, path: Path) -> _Kept | None:
    if not path.exists():
        return None
    try:
        with np.load(path) as found:
            belongs = str(found["fingerprint"]) == study.fingerprint
            now = _unpacked(study, found) if belongs else None
            versions, predictions = str(found["versions"]), _predicted(study, found)
    except (OSError, TypeError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error):
        raise InputError(f"{path} is damaged or not of this package; remove it") from None
    if now is None:
        raise InputError(f"{path} belongs to a study with other parameters: take another folder")
    return _Kept(now, versions, predictions)


def _predicted(study: Study, found: Mapping[str, Any]) -> Predictions | None:
    """None in a file without predictions."""
    if _PREDICTED + START not in found:
        return None
    columns = {name: found[_PREDICTED + name] for name in (*FIELDS, START)}
    if any(columns[name].shape != (len(study.starts),) for name in FIELDS):
        raise ValueError(_PREDICTED)
    return columns


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
