"""What networks are trained on: one point, a few synthetic ones, or scikit-learn's digits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ...theory.arguments import convert_fields, integer, real, shown, takes
from ...theory.errors import ArgumentError, InputError
from ..compile.floats import Floats
from ..extras import require

_MOST_NUMBERS = 10**7


def _numbers(value: Any, name: str) -> Floats:
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
        convert_fields(self, ("inputs", "targets"), _numbers)
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
