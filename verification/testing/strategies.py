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
from fractions import Fraction

import sympy as sp
from hypothesis import strategies as st

from ...theory.curve.first_order import slow_curve
from ...theory.errors import InputError
from ...theory.expressions.parsing import Z
from ...theory.models import Activation, Loss, Model
from ...theory.models.flow_regime import LEAST, STEP
from ...theory.responses import ACTIVATIONS, LOSSES
from ..hypotheses.assumptions import Assumptions
from ..verdicts import Outcome
from .near_misses import BROKEN, near_miss_activations, near_miss_losses
from .response_families import (
    SCALES,
    STEPS,
    hybrid_activation,
    hybrid_loss,
    mixture,
    rationals,
    rescaled_activation,
    rescaled_loss,
)

__all__ = [
    "BROKEN",
    "SCALES",
    "Start",
    "admissible_activations",
    "admissible_losses",
    "edge_of_stability_starts",
    "gradient_flow_starts",
    "mixtures",
    "near_miss_activations",
    "near_miss_losses",
    "rationals",
    "step_sizes",
]

Start = tuple[sp.Rational, sp.Rational]

_LARGEST = sp.Rational(3, 400)  # ε h(0), as at the top of the default ladder
_LN_2 = sp.Rational(69, 100)  # rounded down

# Responses -------------------------------------------------------------------------------------


def admissible_losses() -> st.SearchStrategy[Loss]:
    """Losses with A1–A5: the catalogue rescaled, mixtures and hybrids (proofs: the module's)."""
    catalogue = st.builds(rescaled_loss, st.sampled_from(sorted(LOSSES.values())), SCALES)
    hybrids = st.builds(
        rescaled_loss, rationals(sp.Rational(2, 3), sp.Rational(5, 4)).map(hybrid_loss), SCALES
    )
    return st.one_of(catalogue, mixtures(), hybrids)


@st.composite
def mixtures(draw: st.DrawFn) -> Loss:
    """Up to three √(1 + z²), mixed, with scales within a factor of 5; A1–A5 hold."""
    base = draw(SCALES)
    count = draw(st.integers(1, 3))
    scales = [base * draw(rationals(1, 5)) for _ in range(count)]
    weights = draw(st.lists(st.integers(1, 9), min_size=count, max_size=count))
    return mixture([sp.Rational(w, sum(weights)) for w in weights], scales)


def admissible_activations() -> st.SearchStrategy[Activation]:
    """Activations with A1, A3–A5: the catalogue and hybrids, rescaled (proofs: the module's)."""
    texts = st.one_of(
        st.sampled_from(sorted(ACTIVATIONS.values())),
        rationals(1, sp.Rational(5, 4)).map(hybrid_activation),
    )
    return st.builds(rescaled_activation, texts, SCALES)


# Step sizes and starts -------------------------------------------------------------------------


def step_sizes(model: Model) -> st.SearchStrategy[sp.Rational]:
    """Step sizes η at which the statements on the edge of stability are checked, and 1/16 of them.

    The largest has ε h(0) ≤ 3/400, which does not depend on the scale of z; both ends are drawn.
    Raises NoCurvatureError where r''(0) = 0, and what `slow_curve` raises.
    """
    epsilon = _LARGEST / slow_curve(model).h_at_zero
    top = _floor(model.step_unit * float(epsilon) ** float(model.exponent))
    return rationals(top / 16, top)


def edge_of_stability_starts(model: Model) -> st.SearchStrategy[Start]:
    """(p0, q0) with q0 in (c, 1), 0 < |p0| ≤ L; for a model with A1–A5.

    L is the bound of A5, the unit of p (1 in the paper). Its ends ±L are drawn, those of q0 do not
    belong to the regime. Raises InputError where A5 or c is not there.
    """
    judged = Assumptions(model)
    unit, c = _unit(model, judged), sp.Rational(math.ceil(1000 * judged.z0_and_c[1]), 1000)
    return st.tuples(_signed(rationals(unit / STEPS, unit)), rationals(c, 1, ends=False))


def gradient_flow_starts(model: Model, eta: sp.Rational) -> st.SearchStrategy[Start]:
    """(p0, q0) with |p0| ≤ L and q0 in the regime of gradient flow.

    Raises InputError for a model without such bounds, where A5 fails, for η ≤ 0 and where η leaves
    no such q0.
    """
    regime = model.laws.flow
    if regime is None:
        raise InputError(f"{model.name}: no bounds for the regime of gradient flow are known")
    if eta <= 0:
        raise InputError(f"η must be positive, but is {eta}")
    unit = _unit(model, Assumptions(model))
    r = _floor(float(model.response.response.subs(Z, unit)))
    known = {STEP: eta * unit**model.response.degree, LEAST: r, sp.log(2): _LN_2}
    low, *ends = (e.subs(known) for e in (regime.above, *regime.below))
    if not (low.is_finite and 1 < low < min(ends)):
        raise InputError(f"η = {eta}: no q0 is in the regime of gradient flow; take a smaller η")
    return st.tuples(_signed(rationals(0, unit)), rationals(low, min(ends), ends=False))


def _signed(sizes: st.SearchStrategy[sp.Rational]) -> st.SearchStrategy[sp.Rational]:
    return st.builds(lambda p, sign: sign * p, sizes, st.sampled_from([1, -1]))


def _unit(model: Model, judged: Assumptions) -> sp.Rational:
    verdict = judged.verdicts["A5"]
    if verdict.outcome is not Outcome.PASS:
        raise InputError(f"{model.given}: A5 must hold, but: {verdict.reason}")
    return judged.lipschitz


def _floor(value: float) -> sp.Rational:
    """A rational just below, with three digits."""
    unit = Fraction(10) ** (math.floor(math.log10(value)) - 2)
    return sp.Rational(*(math.floor(value / unit) * unit).as_integer_ratio())
