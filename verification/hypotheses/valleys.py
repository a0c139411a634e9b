"""The hypotheses on a loss about a minimum: those on the 2-cycles are sampled, α is exact."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache

import sympy as sp

from ...numerics.diagram.two_cycles import Pair, two_cycles
from ...theory.models import Model
from ...theory.valleys import Valley
from ..verdicts import Evidence
from .regularity import Finding, failed, found_by, judge_analytic, passed, undecided

_LEAST_HEIGHT = 0.5  # below it nothing is claimed, as for even losses
_ROUNDING, _TINY = 1e-9, 1e-14
_NEAR = 16  # nearer to 0 a multiplier may be 1 to all digits


@lru_cache(maxsize=64)
def aligned_cycles(model: Model) -> tuple[Pair, ...]:
    """The 2-cycles from p = 0 down to the height c, the last just below it: there a point of the
    cycle is superstable (g' = q/2), or the height is 1/2, or the branch ends."""
    found = []
    for pair in two_cycles(model).outwards():
        found.append(pair)
        if (
            pair.height <= _LEAST_HEIGHT
            or max(pair.factors) >= 0
            or _rises(pair, float(model.response.scale))
        ):
            break
    return tuple(found)


def end_and_c(model: Model) -> tuple[float, float]:
    """The p where a point of the 2-cycle is first superstable, ∞ where none was found, and c, the
    height there or 1/2 if that is higher."""
    pairs = aligned_cycles(model)
    if len(pairs) < 2:
        return math.inf, 1.0
    before, last = pairs[-2:]
    if max(last.factors) < 0:
        return math.inf, max(last.height, _LEAST_HEIGHT)
    gain = max((a - b, a) for a, b in zip(last.factors, before.factors, strict=True) if a >= 0)
    part = gain[1] / gain[0] if gain[0] > 0 else 0.0
    p, height = (b + part * (a - b) for b, a in ((last.p, before.p), (last.height, before.height)))
    return p, max(height, _LEAST_HEIGHT)


def judge_valley(model: Model, name: str, grid: Sequence[sp.Rational]) -> Finding:
    """One hypothesis on the model's response."""
    response = model.response
    assert isinstance(response, Valley)
    judges: dict[str, Callable[[], Finding]] = {
        "analytic": lambda: judge_analytic(response, grid),
        "A1": lambda: _judge_falling(model),
        "A4": lambda: _judge_alpha(response, lambda value: bool(value < 0)),
        "curved": lambda: _judge_alpha(response, lambda value: value != 0),
    }
    return found_by(judges[name])


def _judge_falling(model: Model) -> Finding:
    """Q₀ falls with p where the multiplier of the 2-cycle is below 1."""
    pairs = aligned_cycles(model)
    if not pairs:
        return undecided("no 2-cycle was found")
    last = pairs[-1]
    if _rises(last, float(model.response.scale)):
        shown = {"p": f"{last.p:.8g}", "p̃": f"{last.other:.8g}", "Q₀": f"{last.height:.8g}"}
        return failed({**shown, "multiplier of the 2-cycle": f"{last.multiplier:.8g}"})
    return passed(points=str(len(pairs)), reach=f"q ≥ {last.height:.4g}")


def _rises(pair: Pair, scale: float) -> bool:
    flat = pair.p >= scale / _NEAR and pair.multiplier >= 1 - _TINY
    return flat or pair.multiplier > 1 + _ROUNDING


def _judge_alpha(response: Valley, holds: Callable[[sp.Expr], bool]) -> Finding:
    alpha = -3 * response.curvature  # of the loss with ℓ'' = 1
    if holds(response.curvature):
        return passed(Evidence.DERIVED, **{"α/ℓ''²": str(alpha)})
    return failed({"z": str(response.minimum), "α/ℓ''²": str(alpha)}, Evidence.DERIVED)
