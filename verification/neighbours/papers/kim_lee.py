"""Kim and Lee 2026: deep linear networks with several pathways."""

from __future__ import annotations

from itertools import product

import sympy as sp

from ....numerics.descent import compile_objective
from ..effort import Effort
from ..laws import Law
from ..row import (
    ABSTRACT,
    NOTES,
    Measured,
    Measurement,
    Prediction,
    Row,
    Source,
    largest,
    near,
    off,
)

SOURCE = Source(
    "kim-lee",
    "H.-S. Kim, S. Lee",
    "Gradient Descent with Large Step Size Restores Symmetry in Deep Linear Networks with "
    "Multi-Pathway",
    2026,
    "2606.05219",
)
_PATHS, _DEPTHS = (1, 2, 3), (2, 3, 4)


def _factor() -> Prediction:
    why = "the Hessian at the minimum in double precision"
    found = []
    for depth in _DEPTHS:
        value = 3.0 ** (2 / depth - 1)
        name = f"λ of 3 equal paths over λ of 1, depth {depth}"
        found.append(near(name, "H^(2/L−1)", value, 1e-9, why))
    return (*found, near("λ/(LΣσ_h^(2−2/L)), farthest from 1", "1", 1.0, 1e-9, why))


def _measure(effort: Effort) -> Measurement:
    ratios, checks = [], []
    for depth in _DEPTHS:
        one, three = (_sharpness((1.0 / n,) * n, depth) for n in (1, 3))
        ratios.append(Measured(three / one))
    for n, depth in product(_PATHS, _DEPTHS):
        shares = [k + 1 for k in range(n)]
        split = tuple(share / sum(shares) for share in shares)
        law = depth * sum(s ** (2 - 2 / depth) for s in split)
        checks.append(Measured(abs(_sharpness(split, depth) / law - 1), {"paths": str(split)}))
    worst = largest(checks)
    return (*ratios, Measured(1 + worst.value, worst.where))


def _sharpness(split: tuple[float, ...], depth: int) -> float:
    """Of (Σ_h Π_i w_hi − 1)²/2 where every path has equal weights and a share of 1."""
    weights = [sp.symbols(f"w{h}_1:{depth + 1}", real=True) for h in range(len(split))]
    output = sum(sp.Mul(*path) for path in weights)
    flat = [w for path in weights for w in path]
    objective = compile_objective((output - 1) ** 2 / 2, flat)
    return objective.sharpness(tuple(s ** (1 / depth) for s in split for _ in range(depth)))


ROWS = (
    Row(
        SOURCE,
        "sharing",
        "(Σ_h w_h1⋯w_hL − 1)²/2 at minima with equal weights in each path",
        "distributing signals across pathways reduces sharpness by a factor that decreases with "
        "both the number of pathways and depth",
        f"{ABSTRACT}; the formula: {NOTES}",
        Law.BALANCE,
        "H = 1, 2, 3 paths, depth L = 2, 3, 4",
        _factor,
        _measure,
        (off(_factor, 1.01), off(_factor, 1.01, 2), off(_factor, 1.01, 3)),
        partly="scalar weights; nothing of how descent gets there",
    ),
)
