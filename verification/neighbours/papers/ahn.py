"""Ahn et al. 2022: ℓ(xy) for losses that may be flatter than of fourth order."""

from __future__ import annotations

from functools import partial

import sympy as sp

from ....numerics.curve.flat import flat_constant
from ....numerics.descent import compile_composed
from ....theory.expressions.parsing import Z
from ..effort import Effort
from ..laws import Law
from ..products import X, Y, at_zero, gap, with_product
from ..row import NOTES, Measurement, Prediction, Row, Source, near, off

SOURCE = Source(
    "ahn",
    "K. Ahn, S. Bubeck, S. Chewi, Y. T. Lee, F. Suarez, Y. Zhang",
    'Learning threshold neurons via the "edge of stability"',
    2022,
    "2212.07469",
)
_P0 = 0.6
# The largest step size: its η^(β/(β−1)) is about 1/200 for each.
_TOPS = {3: 1 / 40, 4: 1 / 50, 6: 1 / 80}
_LOOSE = 10


def _order(beta: int) -> float:
    """The power of η in which the corrections go."""
    return beta / (beta - 1)


def _prediction(beta: int) -> Prediction:
    value = flat_constant(beta)
    left_out = ((_TOPS[beta] / 2) * (_TOPS[beta] / 4)) ** _order(beta)
    why = "extrapolated in h = η^(β/(β−1)) from two step sizes; 10 h₂h₃ of it is allowed"
    name = "(2/η − λ*)/η^(1/(β−1)) at η → 0"
    return (near(name, "C_β, the inner problem at p = 0", value, _LOOSE * left_out * value, why),)


def _measure(beta: int, effort: Effort) -> Measurement:
    slope = Z / (1 + sp.Abs(Z) ** beta) ** sp.Rational(1, beta)
    objective = compile_composed(slope, Z, X * Y, (X, Y))
    q0 = float((slope / Z).subs(Z, _P0))  # on the curve q = r(p), so that no transient counts
    etas = effort.ladder(_TOPS[beta])
    found = []
    for eta in etas:
        start = with_product(_P0, 2 / (eta * q0))
        found.append(gap(objective, start, eta) / eta ** (1 / (beta - 1)))
    return (at_zero(etas, found, _order(beta)),)


def _row(beta: int) -> Row:
    predict = partial(_prediction, beta)
    return Row(
        SOURCE,
        f"beta-{beta}",
        f"ℓ(xy), ℓ' = u/(1 + |u|^{beta})^(1/{beta}), so that ℓ'/u = 1 − |u|^{beta}/{beta} + …",
        "λ* ≥ 2/η − O(η^(1/(β−1))) where ℓ'(u)/u = 1 − O(|u|^β)",
        NOTES,
        Law.FLAT,
        f"β = {beta}, ρ = 1",
        predict,
        partial(_measure, beta),
        (off(predict, 1.001), off(predict, -1)),
    )


ROWS = tuple(map(_row, _TOPS))
