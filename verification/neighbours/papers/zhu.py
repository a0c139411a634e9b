"""Zhu et al. 2023: a degree-4 example of two parameters."""

from __future__ import annotations

import math
import random
from functools import cache

from ....numerics.descent import CONVERGED, descend
from ..effort import QUICK, Effort
from ..laws import Law
from ..products import at_zero, gap, gaps, inverse_rho, loss_about, objective_of, start_of
from ..row import (
    ABSTRACT,
    NOTES,
    Measured,
    Measurement,
    Prediction,
    Row,
    Source,
    Twin,
    at_most,
    between,
    largest,
    near,
    off,
)

SOURCE = Source(
    "zhu",
    "X. Zhu, Z. Wang, X. Wang, M. Zhou, R. Ge",
    "Understanding Edge-of-Stability Training Dynamics with a Minimalist Example",
    2023,
    "2210.03294",
)
_LOSS = loss_about("(1 - u**2)**2/4", 1)
_SQUARE = loss_about("(u - 1)**2/2", 1)
_OBJECTIVE = "(1 − x²y²)²/4, that is ℓ(xy) with ℓ = (1 − u²)²/4 and its minimum at 1"
_TOP = 1 / 10
_P0, _Q0 = 0.1, 0.8
_LOOSE = 10  # times the size of the first term that is left out


def _last() -> float:
    """The smallest step size of the quick ladder."""
    return QUICK.ladder(_TOP)[-1]


def _limit() -> Prediction:
    value = inverse_rho(_LOSS)
    tolerance = _LOOSE * value * _last() ** 2 * value
    why = "the next term is O(η²) of it; 10 κ, κ = η²/ρ at η = 1/40, is allowed"
    return (
        near("(2/η − λ*)/η at η → 0", "1/ρ = 3ℓ''⁴/(3ℓ'''² − ℓ''ℓ'''')", value, tolerance, why),
    )


def _measure_limit(effort: Effort) -> Measurement:
    etas = effort.ladder(_TOP)
    return (at_zero(etas, gaps(_LOSS, etas, _P0, _Q0)),)


def _interval() -> Prediction:
    why = "the interval of the paper, for every start"
    return (
        at_most("largest (2/η − λ*)/η", "20/3", 20 / 3, why),
        between("smallest (2/η − λ*)/η", "> 0", 1e-6, math.inf, why),
    )


def _too_narrow() -> Prediction:
    largest_gap, smallest = _interval()
    return (at_most(largest_gap.name, "1/3", 1 / 3, largest_gap.why), smallest)


def _measure_interval(effort: Effort) -> Measurement:
    rng, objective, found = random.Random(effort.seed), objective_of(_LOSS), list[Measured]()
    for _ in range(effort.starts):
        eta, q0 = rng.choice((1 / 10, 1 / 20)), rng.uniform(0.7, 0.95)
        p0 = rng.choice((-1, 1)) * rng.uniform(0.02, 0.2)
        value = gap(objective, start_of(_LOSS, eta, p0, q0), eta) / eta
        where = {"eta": f"{eta:g}", "p0": f"{p0:.6g}", "q0": f"{q0:.6g}"}
        found.append(Measured(value, where))
    least = largest([Measured(-one.value, one.where) for one in found])
    return largest(found), Measured(-least.value, least.where)


def _parabola() -> Prediction:
    eta = _last()
    why = "the first terms in κ' = √η; the next is O(η) of them, 4η at η = 1/40 is allowed"
    return (
        near("b²/(aκ'/2 + κ'⁴/16) where a = 0", "1", 1.0, 4 * eta, why),
        near("a* / κ'³", "−1/8", -1 / 8, 4 * eta / 8, why),
    )


def _measure_parabola(effort: Effort) -> Measurement:
    eta = effort.ladder(_TOP)[-1]
    objective, kappa = objective_of(_LOSS), math.sqrt(eta)
    run = descend(objective, start_of(_LOSS, eta, _P0, _Q0), eta, keep=True)
    if run.outcome != CONVERGED:
        return Measured(math.nan), Measured(math.nan)
    edge = (eta**-2 - 4) ** 0.25  # of c where ηλ = 2 at the minimum
    offsets = [(math.sqrt(x * x - y * y) - edge, x * y - 1) for x, y in run.path]
    crossed = next(t for t, (a, _) in enumerate(offsets) if a < 0)
    # Two steps on both sides: b changes its sign at each, and is larger on one side.
    near_edge = offsets[crossed - 2 : crossed + 2]
    ratios = [b * b / (a * kappa / 2 + kappa**4 / 16) for a, b in near_edge]
    where = {"eta": f"{eta:g}", "step": str(crossed)}
    return (
        Measured(sum(ratios) / len(ratios), where),
        Measured(offsets[-1][0] / kappa**3, {"eta": f"{eta:g}"}),
    )


def _square() -> Prediction:
    same = "for r = 1 the map in (ηp, q) has no η; the target adds O(η²): 10/20² is allowed"
    apart = "the starts are 0.28 apart in ηλ, and to first order the limits are so too"
    return (
        near("gap in ηλ at η = 1/40 over that at 1/20", "1", 1.0, _LOOSE / 400, same),
        between("ηλ* from q₀ = 0.8, less that from 0.9", "< −0.28/2", -math.inf, -0.14, apart),
    )


def _universal() -> Prediction:
    ratio, difference = _square()
    why = "as it would be if a limit 2/η − Cη were common to all starts"
    return (
        near(ratio.name, "1/4", 0.25, 0.01, why),
        near(difference.name, "0", 0.0, 0.01, why),
    )


@cache
def _square_limits() -> dict[tuple[float, float], float]:
    objective = objective_of(_SQUARE)
    return {
        (eta, q0): eta * gap(objective, start_of(_SQUARE, eta, 0.01, q0), eta)
        for eta in (1 / 20, 1 / 40)
        for q0 in (0.8, 0.9)
    }


def _measure_square(effort: Effort) -> Measurement:
    found = _square_limits()
    where = {f"eta = {eta:g}, q0 = {q0:g}": f"{v:.6g}" for (eta, q0), v in found.items()}
    ratio = found[1 / 40, 0.9] / found[1 / 20, 0.9]
    return Measured(ratio, where), Measured(found[1 / 40, 0.9] - found[1 / 40, 0.8], where)


ROWS = (
    Row(
        SOURCE,
        "limit",
        _OBJECTIVE,
        "the sharpness at the end is just slightly below 2/η; it is 2/η − η/2 to first order",
        f"{ABSTRACT}; the number: {NOTES}",
        Law.SATURATION,
        "z = 1, ρ = 2",
        _limit,
        _measure_limit,
        (off(_limit, -1), off(_limit, 1.01)),
    ),
    Row(
        SOURCE,
        "interval",
        _OBJECTIVE,
        "λ* lies in (2/η − 20η/3, 2/η)",
        NOTES,
        Law.SATURATION,
        "z = 1, ρ = 2",
        _interval,
        _measure_interval,
        (Twin("the interval 20 times narrower", _too_narrow),),
        partly="starts with 0.7 ≤ q₀ ≤ 0.95 and |p₀| ≤ 0.2, not the paper's region",
    ),
    Row(
        SOURCE,
        "parabola",
        f"{_OBJECTIVE}; a = (x² − y²)^(1/2) − (η⁻² − 4)^(1/4), b = xy − 1",
        "orbits follow b² = aκ'/2 + κ'⁴/16, κ' = √η, down to b = 0 at a = −κ'³/8",
        NOTES,
        Law.NORMAL_FORM,
        "cP = μ + κ",
        _parabola,
        _measure_parabola,
        (off(_parabola, 1.25), off(_parabola, -1, 1)),
    ),
    Row(
        SOURCE,
        "square-loss",
        "(xy − 1)²/2",
        "for objectives such as matrix factorization there is often a larger gap between the "
        "sharpness of the endpoint and 2/η",
        ABSTRACT,
        Law.NORMAL_FORM,
        "κ → ∞",
        _square,
        _measure_square,
        (Twin("one limit 2/η − Cη for all starts", _universal),),
    ),
)
