"""Chen and Bruna 2022: two steps of descent, and a condition on third derivatives."""

from __future__ import annotations

import random

import sympy as sp

from ....numerics.descent import compile_objective, descend
from ....theory.expressions.parsing import Z
from ..doublings import balanced
from ..effort import Effort
from ..laws import Law
from ..row import (
    ABSTRACT,
    Measured,
    Measurement,
    Prediction,
    Row,
    Source,
    Twin,
    at_most,
    largest,
    near,
    off,
)

SOURCE = Source(
    "chen-bruna",
    "L. Chen, J. Bruna",
    "Beyond the Edge of Stability via Two-step Gradient Updates",
    2022,
    "2206.04172",
)
_BEYOND = 1e-3  # ηf'' − 2
_LOOSE = 10
_LEAST = 0.3  # of |c|
_ETA = 1.1  # of the balanced product: between its first two doublings


def _condition() -> Prediction:
    why = "c p² = μ + O(μ²/c²); ten times that at μ = 1/1000 and the least c is allowed"
    return (
        at_most("objectives with a cycle, or without, against the sign of c", "0", 0.0, "a count"),
        near("c p²/μ on the 2-cycle, farthest from 1", "1", 1.0, _LOOSE * _BEYOND / _LEAST**2, why),
    )


def _opposite() -> Prediction:
    count, size = _condition()
    return (near(count.name, "all", 1.0, 0.0, "if the sign were the other one"), size)


def _measure_condition(effort: Effort) -> Measurement:
    """f = u²/2 + a u³/6 + b u⁴/24 + u⁶/720, c = (3a² − b)/3, for random a and b."""
    rng, wrong, sizes = random.Random(effort.seed), list[str](), list[Measured]()
    for _ in range(effort.starts):
        a, b = (round(rng.uniform(-2, 2), 3) for _ in range(2))
        c = (3 * a * a - b) / 3
        if abs(c) < _LEAST:
            continue
        found = _cycle(a, b)
        if (found is not None) != (c > 0):
            wrong.append(f"a = {a}, b = {b}")
        if found is not None:
            sizes.append(Measured(c * found**2 / _BEYOND, {"a": f"{a:g}", "b": f"{b:g}"}))
    farthest = largest([Measured(abs(size.value - 1), size.where) for size in sizes])
    worst = next(s for s in sizes if s.where == farthest.where)
    return Measured(float(len(wrong)), {"wrong": "; ".join(wrong)}), worst


def _cycle(a: float, b: float) -> float | None:
    """Half the distance of the two points of the cycle next to 0 that descent ends on, if any."""
    f = Z**2 / 2 + sp.Rational(str(a)) * Z**3 / 6 + sp.Rational(str(b)) * Z**4 / 24 + Z**6 / 720
    objective = compile_objective(f, (Z,))
    settled = descend(objective, (0.01,), 2 + _BEYOND, until=0.0, max_steps=30_000)
    (p,), (other,) = (
        settled.last,
        descend(objective, settled.last, 2 + _BEYOND, until=-1.0, max_steps=1).last,
    )
    return abs(p - other) / 2 if abs(p) < 0.3 else None


def _orbit() -> Prediction:
    why = "exact; double precision after 20 000 steps"
    return (
        near("product of the two points", "1/η", 1 / _ETA, 1e-9, why),
        near("sum of their squares", "1 + 1/η", 1 + 1 / _ETA, 1e-9, why),
    )


def _measure_orbit(effort: Effort) -> Measurement:
    objective = balanced(2)
    settled = descend(objective, (0.9, 0.9), _ETA, until=0.0, max_steps=20_000)
    after = descend(objective, settled.last, _ETA, until=-1.0, max_steps=1)
    a, b = settled.last[0], after.last[0]
    where = {"eta": f"{_ETA:g}", "x": f"{a:.12g}, {b:.12g}"}
    return Measured(a * b, where), Measured(a * a + b * b, where)


ROWS = (
    Row(
        SOURCE,
        "third-order",
        "f of one parameter, f = u²/2 + au³/6 + bu⁴/24 + u⁶/720, ηf'' = 2.001",
        "a local condition on third-order derivatives guarantees that fixed points of two-step "
        "updates exist and are approached",
        ABSTRACT,
        Law.FLIP,
        "c = (3f'''² − f''f'''')/(3f''²)",
        _condition,
        _measure_condition,
        (Twin("the condition with the other sign", _opposite), off(_condition, 1.25, 1)),
        partly="near the minimum, where |3a² − b| ≥ 0.9",
    ),
    Row(
        SOURCE,
        "period-2",
        "(xy − 1)²/2 from x = y, η = 1.1",
        "period-2 orbits of descent in matrix factorization",
        ABSTRACT,
        Law.CASCADE,
        "depth 2, x = y",
        _orbit,
        _measure_orbit,
        (off(_orbit, 1.01), off(_orbit, 1.01, 1)),
        partly="one data point, x = y",
    ),
)
