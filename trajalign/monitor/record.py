"""What a monitor has seen: kept while it runs, saved, and read again."""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from .. import __version__
from ..files import dump, write_together
from ..numerics.compile.floats import Floats
from ..numerics.networks.flat import FlatFunctions
from ..theory.arguments import convert_fields, integer, real, string
from ..theory.errors import InputError
from ..theory.responses import Loss
from .looks import Linearised, Look, Seen, look_at
from .objective import Objective, Theory
from .prediction import Prediction, as_fields, from_fields, predicted, required_loss

MONITOR_SCHEMA = "trajalign.monitor/1"
ARRAYS, REPORT = "trajectories.npz", "report.json"
_NAMES = tuple(field.name for field in fields(Look))


@dataclass(frozen=True)
class Plan:
    """The learning rate, and at which steps to look: each `every`th, with the sharpness each
    `sharpness_every`th (0: never). Raises InputError."""

    lr: float
    every: int
    sharpness_every: int

    def __post_init__(self) -> None:
        convert_fields(self, ("lr",), real)
        convert_fields(self, ("every", "sharpness_every"), integer)
        if not (np.isfinite(self.lr) and self.lr > 0):
            raise InputError(f"lr = {self.lr}: need a positive number")
        if self.every < 1 or self.sharpness_every < 0:
            raise InputError("need every >= 1 and sharpness_every >= 0 (0: never)")


@dataclass(frozen=True, eq=False)
class Record:
    """A run that was watched: the loss (None where it is none of the theory), the step size, the
    looks, and, one row for each look, the residuals (else the outputs) and the directions v; the
    predictions that were made."""

    loss: Loss | None
    step_size: float
    looks: tuple[Look, ...]
    residuals: Floats
    leading: Floats
    predictions: tuple[Prediction, ...] = ()

    def column(self, name: str) -> Floats:
        """A field of all looks."""
        return np.array([getattr(look, name) for look in self.looks], dtype=float)


class Watch:
    """The looks so far, and which step is next; the monitors of PyTorch and JAX are made of it."""

    def __init__(self, objective: Objective, plan: Plan) -> None:
        self._objective, self._plan, self._step = objective, plan, 0
        self._seen: list[Seen] = []
        self._predictions: list[Prediction] = []

    @property
    def looks(self) -> list[Look]:
        """What was seen so far."""
        return [seen.look for seen in self._seen]

    @property
    def predictions(self) -> list[Prediction]:
        """What was predicted so far."""
        return list(self._predictions)

    @property
    def record(self) -> Record:
        """The same as one object. Raises InputError where nothing was looked at."""
        if not self._seen:
            raise InputError("monitor: nothing was seen, step() was not called")
        rows = [(seen.residuals, seen.leading) for seen in self._seen]
        residuals, leading = (np.stack(part) for part in zip(*rows, strict=True))
        loss = self._objective.loss if isinstance(self._objective, Theory) else None
        told = tuple(self._predictions)
        return Record(loss, self._plan.lr, tuple(self.looks), residuals, leading, told)

    def save(self, folder: str | Path) -> None:
        """`trajectories.npz`, with the names that `trajalign experiment` uses, and `report.json`,
        which `trajalign experiment --from` reads. Raises InputError where the folder cannot be
        written or nothing was looked at."""
        _save(self.record, Path(folder))

    def _is_due(self) -> bool:
        """Whether there is a look at this step; counts it."""
        now, self._step = self._step, self._step + 1
        return now % self._plan.every == 0

    def _loss(self) -> Loss:
        """Of a run whose end can be predicted. Raises InputError."""
        return required_loss(self._objective)

    def _predict(self, functions: FlatFunctions, flat: Floats, steps: int) -> Prediction:
        found = predicted(functions, flat, self._step, steps)
        self._predictions.append(found)
        return found

    def _look(self, model: Linearised) -> Look:
        step, sharp = self._step - 1, self._plan.sharpness_every
        sharply = bool(sharp) and step % sharp == 0
        seen = look_at(model, self._objective, self._plan.lr, step, sharply)
        self._seen.append(seen)
        return seen.look


def _save(record: Record, place: Path) -> None:
    columns = {name: record.column(name)[None] for name in _NAMES}
    columns["times"] = columns.pop("step")[0]
    points = {"residuals": record.residuals.T[None], "leading": record.leading.T[None]}
    content = io.BytesIO()
    arrays: dict[str, Any] = points | columns
    np.savez_compressed(content, **arrays)
    report = {
        "schema": MONITOR_SCHEMA,
        "version": __version__,
        "loss": None if record.loss is None else record.loss.text,
        "step_size": record.step_size,
        "outputs": record.residuals.shape[1],
        "looks": [
            {k: v if np.isfinite(v) else None for k, v in asdict(look).items()}
            for look in record.looks
        ],
        "predictions": [as_fields(prediction) for prediction in record.predictions],
    }
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"cannot write {place}: {error.strerror}") from None
    write_together({place / ARRAYS: content.getvalue(), place / REPORT: dump(report)})


def load_record(folder: str | Path) -> Record:
    """What a monitor has saved in a folder, or where one of its two files is. Raises InputError
    where there is no such thing."""
    place = Path(folder)
    place = place.parent if place.name in (ARRAYS, REPORT) else place
    try:
        report = json.loads((place / REPORT).read_text("utf-8"))
        with np.load(io.BytesIO((place / ARRAYS).read_bytes())) as found:
            arrays = {name: np.asarray(found[name], dtype=float) for name in found.files}
    except (OSError, ValueError, TypeError, EOFError, zipfile.BadZipFile, zlib.error):
        raise InputError(
            f"{place}: no {REPORT} and {ARRAYS} of a monitor that can be read"
        ) from None
    if not isinstance(report, dict) or report.get("schema") != MONITOR_SCHEMA:
        raise InputError(f"{place / REPORT}: not what a monitor has saved ({MONITOR_SCHEMA})")
    try:
        return _record(report, arrays)
    except (KeyError, TypeError, ValueError, IndexError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{place}: damaged, or changed by hand; save it again") from None


def _record(report: Mapping[str, Any], arrays: Mapping[str, Floats]) -> Record:
    residuals, leading = (arrays[name][0].T for name in ("residuals", "leading"))
    plan = Plan(report["step_size"], 1, 0)
    columns = [arrays["times"] if n == "step" else arrays[n][0] for n in _NAMES]
    looks = tuple(_look(row) for row in zip(*columns, strict=True))
    if residuals.shape != leading.shape or len(residuals) != len(looks) or not looks:
        raise ValueError("rows")
    text = report["loss"]
    loss = None if text is None else Loss.parse(string(text, "loss"))
    told = tuple(from_fields(row) for row in report.get("predictions", ()))
    return Record(loss, plan.lr, looks, residuals, leading, told)


def _look(row: Sequence[float]) -> Look:
    step, *numbers = row
    return Look(int(step), *map(float, numbers))
