"""Hypothesis strategies: responses that provably keep A1–A5, near-misses, starts and step sizes.

Needs hypothesis. Every number drawn is an exact rational. In the proofs below u = z², D = z r'/r
and N/M stands for −D; D(0) = 0 for every normalised response, so A3 implies A1 where it holds for
all z > 0. What keeps the hypotheses:

*Rescaling.* σ²ℓ(z/σ) and σφ(z/σ) have the response r(z/σ), ℓ''(0) = 1 and φ'(0) = 1.

*Mixtures* Σ w_i σ_i² √(1 + z²/σ_i²) with w_i > 0, Σ w_i = 1. A1, A2, A4 and A5 are linear in ℓ. For
A3 put t_i = z²/(σ_i² + z²), so that D_i = −t_i and z D_i' = −2t_i(1 − t_i). With the weights
π_i ∝ w_i r_i, z D' = −2 Σ π_i t_i(1 − t_i) + Var_π(t), and Var_π(t) ≤ (max t − min t)²/4. Let k be
the largest ratio of two σ_i², x = z²/min σ_i². As t(1 − t) is concave and (k + x)² ≥ 4kx,
(1 + x)² ≥ 4x, z D' < 0 as soon as (k − 1)² < 32k: for scales within a factor 3 + 2√2 = 5.83.

*Hybrids* α√(1+u) + (α−1)/√(1+u), that is r = (1 + αu)(1 + u)^(−3/2): with β = 3 − 2α,
N/M = (βu + αu²)/((1 + αu)(1 + u)) and N'M − NM' = β + 2αu + α(3α − 2)u². So A1, A3 for
2/3 ≤ α ≤ 3/2; N < M gives A2; ℓ' < max(1, α) gives A5; r''(0) = −β is negative but for α = 3/2.
With φ = ℓ' instead, φ' = r_ℓ(1 + D_ℓ) falls from 1 to 0 and r = r_ℓ²(1 + D_ℓ), 1 + D_ℓ =
(1 + γu)/((1 + αu)(1 + u)) with γ = 3α − 2. For 1 ≤ α ≤ 3/2, D falls: D_ℓ does, and with
g(a) = a/(1 + au)² the rest has the slope 2(g(γ) − g(α) − g(1)) ≤ 0, because α ≤ γ gives
g(γ) − g(α) ≤ (2α − 2)/(1 + αu)² ≤ g(1).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from types import MappingProxyType

import sympy as sp
from hypothesis import strategies as st

from ..theory.errors import InputError
from ..theory.expressions import Z
from ..theory.models import Activation, Loss, Model
from ..theory.responses import ACTIVATIONS, LOSSES
from ..theory.slow_curve import slow_curve
from .assumptions import Assumptions

Start = tuple[sp.Rational, sp.Rational]

_STEPS = 1000  # a drawn rational divides its interval in this ratio at most
_LARGEST = sp.Rational(3, 400)  # ε h(0), as at the top of the default ladder
_LN_2 = sp.Rational(69, 100)  # rounded down

BROKEN = MappingProxyType(
    {
        "linear": MappingProxyType(
            {
                "A1": frozenset({"A1", "A3"}),  # A3 for all z > 0 implies A1
                "A2": frozenset({"A2"}),
                "A3": frozenset({"A3"}),
                "A4": frozenset({"A4", "curved"}),  # r''(0) > 0 would break A1 too
                "A5": frozenset({"A5"}),
            }
        ),
        "neuron": MappingProxyType(
            {
                "A1": frozenset({"A1"}),
                "A3": frozenset({"A3"}),
                "A4": frozenset({"A4", "curved"}),
                "A5": frozenset({"A5"}),
            }
        ),
    }
)


def rationals(
    low: sp.Rational | int, high: sp.Rational | int, *, ends: bool = True
) -> st.SearchStrategy[sp.Rational]:
    """Exact rationals of [low, high], or of (low, high) without its ends; they shrink to `low`.

    Raises InputError for an interval that is empty.

    >>> rationals(1, 1, ends=False)
    Traceback (most recent call last):
    ...
    trajalign.theory.errors.InputError: there is no rational between 1 and 1
    """
    low, high = sp.Rational(low), sp.Rational(high)
    if high < low or (high == low and not ends):
        raise InputError(f"there is no rational between {low} and {high}")
    margin = 0 if ends else 1
    steps = st.integers(margin, _STEPS - margin)
    return steps.map(lambda k: low + (high - low) * sp.Rational(k, _STEPS))


# Simple enough to stand under roots of high order, whose integers the reader of expressions bounds.
SCALES = st.integers(4, 64).map(lambda k: sp.Rational(k, 16))


# Responses -------------------------------------------------------------------------------------


def admissible_losses() -> st.SearchStrategy[Loss]:
    """Losses with A1–A5: the catalogue rescaled, mixtures and hybrids (proofs: the module's)."""
    catalogue = st.builds(_rescaled_loss, st.sampled_from(sorted(LOSSES.values())), SCALES)
    hybrids = st.builds(
        _rescaled_loss, rationals(sp.Rational(2, 3), sp.Rational(5, 4)).map(_hybrid_loss), SCALES
    )
    return st.one_of(catalogue, mixtures(), hybrids)


@st.composite
def mixtures(draw: st.DrawFn) -> Loss:
    """Up to three √(1 + z²), mixed, with scales within a factor of 5; A1–A5 hold."""
    base = draw(SCALES)
    count = draw(st.integers(1, 3))
    scales = [base * draw(rationals(1, 5)) for _ in range(count)]
    weights = draw(st.lists(st.integers(1, 9), min_size=count, max_size=count))
    return _mixture([sp.Rational(w, sum(weights)) for w in weights], scales)


def admissible_activations() -> st.SearchStrategy[Activation]:
    """Activations with A1, A3–A5: the catalogue and hybrids, rescaled (proofs: the module's)."""
    texts = st.one_of(
        st.sampled_from(sorted(ACTIVATIONS.values())),
        rationals(1, sp.Rational(5, 4)).map(_hybrid_activation),
    )
    return st.builds(_rescaled_activation, texts, SCALES)


def near_miss_losses(broken: str) -> st.SearchStrategy[Loss]:
    """Losses that break exactly the hypotheses BROKEN["linear"][broken], A1–A5 else kept.

    Powers (1+u)^a/(2a): D = −2(1 − a)u/(1 + u) tends to −2(1 − a), and ℓ' grows like z^(2a−1): only
    A2 fails for a < 1/2, only A5 for 1/2 < a < 1. A3: equal or heavier small scale σ, other scale
    σj² with j ≥ 5; at z = σj, z D' > 0 by the formula of the mixtures. A4: the hybrid α = 3/2.
    A1: r = (1 + 2u + γu²)(1 + u)^(−5/2) rises about u = (2γ − 3)/γ for γ > 9/4. Raises InputError.

    >>> near_miss_losses("A6")
    Traceback (most recent call last):
    ...
    trajalign.theory.errors.InputError: 'A6' is not one of A1, A2, A3, A4, A5
    """
    families: dict[str, Callable[[], st.SearchStrategy[str]]] = {
        "A1": lambda: rationals(sp.Rational(5, 2), 6).map(_bumped_loss),
        "A2": lambda: _sixty_fourths(7, 29).map(_power_loss),
        "A3": lambda: st.builds(
            lambda w, j: _mixture([w, 1 - w], [sp.Integer(1), sp.Integer(j) ** 2]).text,
            rationals(sp.Rational(1, 2), sp.Rational(9, 10)),
            st.integers(5, 12),
        ),
        "A4": lambda: st.just(_hybrid_loss(sp.Rational(3, 2))),
        "A5": lambda: _sixty_fourths(38, 58).map(_power_loss),
    }
    return st.builds(_rescaled_loss, _family(families, broken), SCALES)


def near_miss_activations(broken: str) -> st.SearchStrategy[Activation]:
    """Activations that break exactly the hypotheses BROKEN["neuron"][broken].

    Powers φ = z(1+u)^(−b): r = (1 + δu)(1+u)^(δ−2) with δ = 1 − 2b. Only A5 fails for 1/4 ≤ b < 1/2
    (φ is unbounded; A3 holds for u < √8, where r ≥ 1/2 lies); only A1 for 1/2 < b ≤ 1 (r < 0 from
    some u on, and r → 0). A4: the hybrid α = 3/2. A3: tanh on two scales; that A1, A4 and A5 hold
    is plain (φ' > 0 falls), that A3 fails is not proved here, but shown by a point for every draw
    by its check. Raises InputError.
    """
    families: dict[str, Callable[[], st.SearchStrategy[str]]] = {
        "A1": lambda: _sixty_fourths(35, 64).map(_power_activation),
        "A3": lambda: st.builds(
            lambda w, s: f"({w * s})*tanh(z/({s})) + ({1 - w})*tanh(z)",
            rationals(sp.Rational(1, 20), sp.Rational(1, 10)),
            rationals(sp.Rational(1, 200), sp.Rational(1, 50)),
        ),
        "A4": lambda: st.just(_hybrid_activation(sp.Rational(3, 2))),
        "A5": lambda: _sixty_fourths(16, 26).map(_power_activation),
    }
    return st.builds(_rescaled_activation, _family(families, broken), SCALES)


def _sixty_fourths(low: int, high: int) -> st.SearchStrategy[sp.Rational]:
    """Exponents; the reader of expressions takes denominators up to 64."""
    return st.integers(low, high).map(lambda k: sp.Rational(k, 64))


def _family(
    families: dict[str, Callable[[], st.SearchStrategy[str]]], broken: str
) -> st.SearchStrategy[str]:
    if broken not in families:
        raise InputError(f"{broken!r} is not one of {', '.join(families)}")
    return families[broken]()


def _rescaled_loss(text: str, scale: sp.Rational) -> Loss:
    return Loss.parse(f"({scale})**2*({_stretched(text, scale)})")


def _rescaled_activation(text: str, scale: sp.Rational) -> Activation:
    return Activation.parse(f"({scale})*({_stretched(text, scale)})")


def _stretched(text: str, scale: sp.Rational) -> str:
    return text.replace("z", f"(z/({scale}))")  # no function of these texts has a z in its name


def _mixture(weights: list[sp.Rational], scales: list[sp.Rational]) -> Loss:
    pairs = zip(weights, scales, strict=True)
    return Loss.parse(" + ".join(f"({w * s**2})*sqrt(1+(z/({s}))**2)" for w, s in pairs))


def _hybrid_loss(alpha: sp.Rational) -> str:
    return f"({alpha})*sqrt(1+z**2) + ({alpha - 1})/sqrt(1+z**2)"


def _hybrid_activation(alpha: sp.Rational) -> str:
    return f"z*(1+({alpha})*z**2)/(1+z**2)**(3/2)"


def _power_loss(a: sp.Rational) -> str:
    return f"(1+z**2)**({a})/({2 * a})"


def _power_activation(b: sp.Rational) -> str:
    return f"z/(1+z**2)**({b})"


def _bumped_loss(gamma: sp.Rational) -> str:
    root, rest = "sqrt(1+z**2)", gamma - 1
    return f"({gamma})*{root} + ({2 * rest})/{root} - ({rest / 3})/{root}**3"


# Step sizes and starts -------------------------------------------------------------------------


def step_sizes(model: Model) -> st.SearchStrategy[sp.Rational]:
    """Step sizes η at which the statements on the edge of stability are checked, and 1/16 of them.

    The largest has ε h(0) ≤ 3/400, which does not depend on the scale of z; both ends are drawn.
    Raises NoCurvatureError where r''(0) = 0, and what `slow_curve` raises.
    """
    epsilon = _LARGEST / slow_curve(model).h_at_zero
    top = _floor(float(epsilon) ** float(model.exponent))
    return rationals(top / 16, top)


def edge_of_stability_starts(model: Model) -> st.SearchStrategy[Start]:
    """(p0, q0) with q0 in (c, 1), 0 < |p0| ≤ L; for a model with A1–A5.

    L is the bound of A5, the unit of p (1 in the paper). Its ends ±L are drawn, those of q0 do not
    belong to the regime. Raises InputError where A5 or c is not there.
    """
    judged = Assumptions(model)
    unit, c = _unit(model, judged), sp.Rational(math.ceil(1000 * judged.z0_and_c[1]), 1000)
    sizes = rationals(unit / _STEPS, unit)
    signed = st.builds(lambda p, sign: sign * p, sizes, st.sampled_from([1, -1]))
    return st.tuples(signed, rationals(c, 1, ends=False))


def gradient_flow_starts(model: Model, eta: sp.Rational) -> st.SearchStrategy[Start]:
    """(p0, q0) with |p0| ≤ L and q0 in the regime of gradient flow.

    Linear: q0 in (2/(2−x), min{1/(16x), r(L)/(2x)}), x = ηL. Neuron: m = min{2(q0−1)/q0, r(L)/q0}
    with 2x/((1−x)m) ≤ ln 2, x = ηL². Raises InputError where A5 fails, for η ≤ 0 and where η
    leaves no such q0.
    """
    if eta <= 0:
        raise InputError(f"η must be positive, but is {eta}")
    unit = _unit(model, Assumptions(model))
    r = _floor(float(model.response.response.subs(Z, unit)))
    if model.name == "linear":
        x = eta * unit
        low, high = (2 / (2 - x) if x != 2 else sp.oo), min(1 / (16 * x), r / (2 * x))
        inside = x < 2 and low < high
    else:
        x = eta * unit**2
        least = 2 * x / ((1 - x) * _LN_2) if x != 1 else sp.oo
        inside = x < 1 and least < 2 and 2 / (2 - least) < r / least
        low, high = (2 / (2 - least), r / least) if inside else (None, None)
    if not inside:
        raise InputError(f"η = {eta}: no q0 is in the regime of gradient flow; take a smaller η")
    return st.tuples(rationals(-unit, unit), rationals(low, high, ends=False))


def _unit(model: Model, judged: Assumptions) -> sp.Rational:
    verdict = judged.verdicts["A5"]
    if verdict.outcome != "pass":
        raise InputError(f"{model.response.text}: A5 must hold, but: {verdict.reason}")
    return judged.lipschitz


def _floor(value: float) -> sp.Rational:
    """A rational just below, with three digits."""
    unit = Fraction(10) ** (math.floor(math.log10(value)) - 2)
    return sp.Rational(*(math.floor(value / unit) * unit).as_integer_ratio())
