"""Agarwala, Pedregosa and Pennington 2022: a quadratic model of two parameters."""

from __future__ import annotations

import math
from functools import cache

import sympy as sp

from ....numerics.descent import compile_objective
from ....numerics.edge.landscape import Landscape
from ....numerics.neville import extrapolate
from ....theory.edge.objective import Objective
from ..effort import Effort
from ..laws import Law
from ..products import gap
from ..row import ABSTRACT, Measured, Measurement, Prediction, Row, Source, near, off

SOURCE = Source(
    "agarwala",
    "A. Agarwala, F. Pedregosa, J. Pennington",
    "Second-order regression models exhibit progressive sharpening to the edge of stability",
    2022,
    "2210.04860",
)
_TOP = 1 / 25  # of ε̂
_ETA = 1.0
_LOOSE = 10


def _objective(bend: float) -> Objective:
    return Objective.parse("(x**2 - a*y**2)**2/8", constants={"a": sp.Rational(str(bend))})


def _limit() -> Prediction:
    kappa = _kappa(_TOP / 4)
    extrapolated = "extrapolated in ε̂ from two, so O(ε̂²) is left out; 10 ε̂₂ε̂₃ is allowed"
    value, left_out = 0.5, _LOOSE * (_TOP / 2) * (_TOP / 4)
    return (
        near("(2 − ηλ*)/ε̂ at ε̂ → 0", "1/2", value, left_out, extrapolated),
        near("(2 − ηλ*)/κ at ε̂ = 1/100", "1, κ from the normal form", 1.0, _LOOSE * kappa,
             "the law is first order in κ; 10 κ is allowed"),
    )  # fmt: skip


def _edge(bend: float) -> tuple[float, float]:
    """The minimum with ηλ = 2: x² = ε̂y², λ = x² + ε̂²y²."""
    x = math.sqrt(2 / (_ETA * (1 + bend)))
    return x, x / math.sqrt(bend)


@cache
def _kappa(bend: float) -> float:
    return float(Landscape.of(_objective(bend)).flip_near(_edge(bend)).kappa)


def _measure(effort: Effort) -> Measurement:
    bends = effort.ladder(_TOP)
    found = []
    for bend in bends:
        x, y = (1.1 * t for t in _edge(bend))
        start = (x + 0.01, y)
        formula = _objective(bend)
        objective = compile_objective(formula.expression, formula.parameters)
        found.append(gap(objective, start, _ETA) * _ETA)
    ratios = [end / bend for bend, end in zip(bends, found, strict=True)]
    where = {f"eps = {bend:g}": f"{v:.6g}" for bend, v in zip(bends, ratios, strict=True)}
    limit, of_kappa = extrapolate(bends[-2:], ratios[-2:]), found[2] / _kappa(bends[2])
    return Measured(limit, where), Measured(of_kappa, where)


ROWS = (
    Row(
        SOURCE,
        "limit",
        "½(½(x² − ε̂y²))²",
        "progressive sharpening of the NTK eigenvalue towards a value that differs slightly from "
        "the edge of stability",
        ABSTRACT,
        Law.NORMAL_FORM,
        "κ = ε̂/2 + O(ε̂²)",
        _limit,
        _measure,
        (off(_limit, 1.05), off(_limit, -1), off(_limit, 1.25, 1)),
        partly="the paper computes the value; its formula was not read",
    ),
)
