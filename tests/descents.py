"""Gradient descent on weights, step by step, to which the commands are compared.

Written for the tests with mpmath and numpy alone: nothing here knows of p, q or r but the last
line of each step, which reads p and q off the weights.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from mpmath import mp

Real = Any  # an mpf
Function = Callable[[Real], Real]


@dataclass(frozen=True)
class Point:
    """p and q of the weights, and the largest eigenvalue of the Hessian there."""

    p: Real
    q: Real
    hessian: Callable[[], np.ndarray]

    @property
    def sharpness(self) -> float:
        return float(np.linalg.eigvalsh(self.hessian())[-1])


def linear(first: Function, second: Function, eta: Real, p0: Real, q0: Real) -> Iterator[Point]:
    """f = u·v of width 2, L = ℓ(f) with ℓ' = `first`, from weights with f = p0, |u|² + |v|² = S."""
    eta, p, size = mp.mpf(eta), mp.mpf(p0), 2 / (mp.mpf(eta) * mp.mpf(q0))
    # (u + v)/2 and (u − v)/2, at right angles: f = |·|² − |·|², S = 2(|·|² + |·|²)
    plus, minus = mp.sqrt(size / 2 + p) / mp.sqrt(2), mp.sqrt(size / 2 - p) / mp.sqrt(2)
    u, v = [plus, minus], [plus, -minus]
    while True:
        f = u[0] * v[0] + u[1] * v[1]
        size = sum(x * x for x in u + v)
        yield Point(f, 2 / (eta * size), partial(_linear_hessian, first, second, u, v))
        slope = first(f)
        u, v = (
            [a - eta * slope * b for a, b in zip(u, v, strict=True)],
            [b - eta * slope * a for a, b in zip(u, v, strict=True)],
        )


def _linear_hessian(first: Function, second: Function, u: list[Real], v: list[Real]) -> np.ndarray:
    f = u[0] * v[0] + u[1] * v[1]
    gradient = np.array([float(x) for x in (*v, *u)])
    swap = np.kron([[0, 1], [1, 0]], np.eye(2))
    return float(second(f)) * np.outer(gradient, gradient) + float(first(f)) * swap


def neuron(
    value: Function, first: Function, second: Function, eta: Real, p0: Real, q0: Real
) -> Iterator[Point]:
    """L = ½ φ(x)² y² with φ = `value`, from x = p0, y² = 2/(ηq0)."""
    eta, x = mp.mpf(eta), mp.mpf(p0)
    y = mp.sqrt(2 / (eta * mp.mpf(q0)))
    while True:
        a, b, c = value(x), first(x), second(x)
        mixed = float(2 * a * b * y)
        hessian = [[float((b * b + a * c) * y * y), mixed], [mixed, float(a * a)]]
        yield Point(x, 2 / (eta * y * y), partial(np.array, hessian))
        x, y = x - eta * a * b * y * y, y - eta * a * a * y
