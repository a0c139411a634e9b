"""What networks are trained on: one point, a few synthetic ones, or data of scikit-learn's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ...theory.arguments import convert_fields, integer, real, shown, string, takes
from ...theory.errors import ArgumentError, InputError
from ..compile.floats import Floats
from ..extras import require

_MOST_NUMBERS = 10**7
TABLES = {"breast-cancer": "load_breast_cancer", "wine": "load_wine"}


def array_of(value: Any, name: str) -> Floats:
    """An argument as an array of numbers. Raises ArgumentError, with its name, for others."""
    try:
        return np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        raise ArgumentError(f"{name} = {shown(value)}: need an array of numbers") from None


@dataclass(frozen=True, eq=False)
class Data:
    """Inputs as rows, and one target for each. Raises InputError where they do not fit."""

    inputs: Floats
    targets: Floats

    def __post_init__(self) -> None:
        convert_fields(self, ("inputs", "targets"), array_of)
        if self.inputs.ndim != 2 or self.targets.shape != self.inputs.shape[:1]:
            raise InputError(
                f"data: inputs of shape {self.inputs.shape}, targets of shape {self.targets.shape}"
            )
        values = (self.inputs, self.targets)
        if not (self.targets.size and all(np.isfinite(value).all() for value in values)):
            raise InputError("data: need at least one point, and finite numbers")


@takes(inputs=integer, target=real)
def one_point(inputs: int, target: float = 0.0) -> Data:
    """x = e₁ of that many inputs ≥ 1, y = target.

    >>> one_point(3, 1.0).inputs
    array([[1., 0., 0.]])
    """
    _require_sizes(1, inputs)
    return Data(np.eye(1, inputs), np.array([float(target)]))


@takes(inputs=integer, count=integer, seed=integer)
def gaussian_points(inputs: int, count: int, seed: int) -> Data:
    """Points on the unit sphere in random directions, targets ±1 in turn."""
    _require_sizes(count, inputs)
    if seed < 0:
        raise InputError(f"data: seed = {seed}: need an integer from 0 on")
    points = np.random.default_rng(seed).standard_normal((count, inputs))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    return Data(points, np.where(np.arange(count) % 2, -1.0, 1.0))


def _require_sizes(count: int, inputs: int) -> None:
    if not (count >= 1 and inputs >= 1 and count * inputs <= _MOST_NUMBERS):
        raise InputError(
            f"data: {count} points of {inputs} inputs: need at least one of each, and at most "
            f"{_MOST_NUMBERS:.0e} numbers"
        )


@takes(first=integer, second=integer, count=integer)
def digits(first: int, second: int, count: int) -> Data:
    """The first `count` images of two of the digits that scikit-learn ships, 8×8 pixels each.

    Every image is scaled to length 1; the target is +1 for the digit `first`, −1 for `second`.
    Raises InputError for digits out of range, MissingExtraError without scikit-learn.
    """
    if not (0 <= first <= 9 and 0 <= second <= 9 and first != second):
        raise InputError(f"digits {first} and {second}: need two different ones from 0 to 9")
    images, labels = require("sklearn.datasets", "networks").load_digits(return_X_y=True)
    chosen = np.flatnonzero((labels == first) | (labels == second))
    if not 1 <= count <= len(chosen):
        raise InputError(f"count = {count}: there are 1 to {len(chosen)} such digits")
    chosen = chosen[:count]
    inputs = np.asarray(images[chosen], dtype=float)
    inputs /= np.linalg.norm(inputs, axis=1, keepdims=True)
    return Data(inputs, np.where(labels[chosen] == first, 1.0, -1.0))


@takes(name=string, count=integer)
def table(name: str, count: int) -> Data:
    """Half of `count` rows, an even number, of each of the first two classes of a table that
    scikit-learn ships, "breast-cancer" (30 columns) or "wine" (13): the first ones.

    Every column is standardised over the rows taken, every row then scaled to length 1; the target
    is +1 for the first class, −1 for the second. Raises InputError for a table that is none or a
    count out of range, MissingExtraError without scikit-learn.
    """
    if name not in TABLES:
        raise InputError(f"table {name!r}: known are {', '.join(TABLES)}")
    rows, labels = getattr(require("sklearn.datasets", "networks"), TABLES[name])(return_X_y=True)
    classes = [np.flatnonzero(labels == label) for label in (0, 1)]
    most = 2 * min(len(members) for members in classes)
    if count % 2 or not 2 <= count <= most:
        raise InputError(f"count = {count}: need an even number from 2 to {most}")
    chosen = np.sort(np.concatenate([members[: count // 2] for members in classes]))
    inputs = np.asarray(rows[chosen], dtype=float)
    inputs -= inputs.mean(axis=0)
    spread = inputs.std(axis=0)
    inputs /= np.where(spread > 0, spread, 1.0)
    inputs /= np.linalg.norm(inputs, axis=1, keepdims=True)
    return Data(inputs, np.where(labels[chosen] == 0, 1.0, -1.0))
