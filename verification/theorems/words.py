"""A theorem as sentences that a paper could quote, in LaTeX, with all its numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal

import sympy as sp
from flint import arb, ctx, fmpq

from ...numerics.compile.balls import compile_balls
from ...theory.curve.first_order import slow_curve
from ...theory.curve.half_width import diagonal_origin
from ...theory.expressions.parsing import Z
from ...theory.models import Model
from ...theory.valleys import Valley
from ..numbers import ball, below
from .errors import NotProvedError
from .proof import Theorem, is_two_sided

_DIGITS = 4
_STEP_DIGITS = 6  # of η₀
_BITS = 128
_PARTS = 100  # of the largest half-width, to which the ends of p0 are told


@dataclass(frozen=True)
class Sentences:
    """`given` says for which orbits, `parts` what is proved of them, by the names of the labels;
    texts with formulas in LaTeX, between dollar signs."""

    given: str
    parts: Mapping[str, str]


def sentences(model: Model, theorem: Theorem) -> Sentences:
    """The theorem in words. Raises NotProvedError where h(0) is not where it was proved to be."""
    first = slow_curve(model).h_at_zero
    _require_inside(first, theorem.first)
    s = theorem.setting
    if is_two_sided(model):
        given = rf"{_given(model, theorem)} and $0 < w_0 \le {exactly(s.p[1])}$"
        return Sentences(
            f"{given}, {_half_width(model, theorem)}", _parts_two_sided(model, theorem)
        )
    given = rf"{_given(model, theorem)} and $0 < |\taP_0| \le {exactly(s.p[1])}$"
    return Sentences(given, _parts_of_even(first, theorem))


def _parts_two_sided(model: Model, theorem: Theorem) -> dict[str, str]:
    return {
        "alignment": _alignment(theorem, "w_0", "Q_0"),
        "imbalance": rf"$1/\taQ_t^2 - \taEps ({output_of(model, '_t')})^2$ falls at every step",
        **_limits(slow_curve(model).h_at_zero, theorem),
    }


def output_of(model: Model, index: str = "") -> str:
    """The output z + p."""
    origin, p = diagonal_origin(model), rf"\taP{index}"
    return p if origin == 0 else rf"{sp.latex(origin)} + {p}"


def _parts_of_even(first: sp.Expr, theorem: Theorem) -> dict[str, str]:
    s, flow, small = theorem.setting, theorem.flow, exactly(theorem.setting.p[0])
    assert theorem.scale is not None
    assert theorem.gap is not None
    _require_inside(1 / (4 * first), theorem.scale)
    scale = _factor(_multiples(first)[2])
    parts = {
        "alignment": _alignment(theorem, r"|\taP_0|", r"\taR"),
        "progressive-sharpening": (
            r"$\taQ_t$ increases, $\tilde{\taSharp}(\taQ_t)$ never falls; from $t_a$ on, "
            rf"$|\taSharp_t - \tilde{{\taSharp}}(\taQ_t)| \le {up(theorem.gap)} \taEps/\taEta$"
        ),
        **_limits(first, theorem),
        "crossing": (
            rf"if $|\taP_0| \ge {small}$, the first $t_b$ with $\taQ_t > 1$ has $\taEps t_b = "
            rf"{scale}\ln(1/\taEps) + k$ with $k$ between {_crossings(theorem)}"
        ),
    }
    if flow is not None and s.flow_q is not None:
        low, high = map(exactly, s.flow_q)
        parts["gradient-flow"] = (
            rf"if ${low} \le \taQ_0 \le {high}$ instead, then "
            rf"$|\taP_t| \le |\taP_0| (1 - {_down(flow.rate)})^t$ and $\taQ_0 \le \taQ_t \le "
            rf"\taQ_0 \exp({up(flow.drift * s.p[1] * s.p[1])} \taEps)$"
        )
    return parts


def _alignment(theorem: Theorem, size: str, height: str) -> str:
    small = exactly(theorem.setting.p[0])  # below it and from it on other times are told
    return (
        rf"from some $t_a \le {up(theorem.time)} + {up(theorem.per_log)} \ln(1/\taEps)$ on, "
        rf"and for ${size} < {small}$ at most $1 + {up(theorem.per_small)} "
        rf"\ln({_grouped(small)}/{size})$ steps later, "
        rf"$|\taQ_t/{height}(\taP_t) - 1 - \taH(\taP_t) \taEps| \le "
        rf"{up(theorem.alignment)} \taEps^2$"
    )


def _limits(first: sp.Expr, theorem: Theorem) -> dict[str, str]:
    h, twice = map(_factor, _multiples(first)[:2])
    return {
        "limit": (
            r"$(\taP_t, \taQ_t) \to (0, \taQ_{*})$ with "
            rf"$|\taQ_{{*}} - 1 - {h}\taEps| \le {up(theorem.limit)} \taEps^2$"
            f"{_value(first, theorem)}"
        ),
        "saturation": (
            r"the limiting sharpness $\taSharp_{*} = 2/(\taEta \taQ_{*})$ has "
            rf"$|\taEta \taSharp_{{*}} - 2 + {twice}\taEps| \le "
            rf"{up(2 * theorem.saturation)} \taEps^2$"
        ),
    }


def largest_step(model: Model, largest: fmpq) -> str:
    """η₀ from ε₀: exactly, or rounded down."""
    eta = model.step_size(sp.Rational(int(largest.p), int(largest.q)))
    if eta.is_Rational:
        return str(eta)
    with ctx.workprec(_BITS):
        return _rounded(below(ball(eta), _BITS - 1), ROUND_FLOOR, _STEP_DIGITS)


def _given(model: Model, theorem: Theorem) -> str:
    s = theorem.setting
    low, high = map(exactly, s.q)
    return (
        rf"for all $0 < \taEta \le {largest_step(model, s.largest)}$, with "
        rf"$\taEps = {_power(model)}$, and all starts with ${low} \le \taQ_0 \le {high}$"
    )


def _power(model: Model) -> str:
    power = model.small_parameter(sp.Symbol(r"\taEta", positive=True))
    return str(sp.latex(power))


def _half_width(model: Model, theorem: Theorem) -> str:
    """What w is, and which p₀ it allows."""
    told = r"where $2w = |\taP - \tilde{\taP}|$ with $g(\tilde{\taP}) = -g(\taP)$"
    if isinstance(model.response, Valley) and model.response.even:
        return rf"{told}, so that $w = |\taP|$"
    low, high = (_farthest(model, theorem.setting.p[1], sign) for sign in (-1, 1))
    return rf"{told}; so it is for all $\taP_0 \ne 0$ from ${exactly(low)}$ to ${exactly(high)}$"


def _farthest(model: Model, width: fmpq, sign: int) -> fmpq:
    """A point p, in short, with half-width at most `width`: g(p) + g(p ∓ 2w) has not the sign of p,
    so that p̃ lies between. Raises NotProvedError where balls do not show it."""
    g = compile_balls(model.response.slope, [Z])

    def inside(p: fmpq) -> bool:
        value = g(arb(p))[0] + g(arb(p - 2 * sign * width))[0]
        return bool(sign * value <= 0)

    scale = fmpq(_PARTS) / width
    for part in range(2 * _PARTS, 0, -1):
        p = sign * fmpq(part) / scale
        if inside(p):
            return p
    raise NotProvedError("which p0 the theorem is about could not be told")


def _crossings(theorem: Theorem) -> str:
    low, high = min(c.low for c in theorem.crossings), max(c.high for c in theorem.crossings)
    width = max(c.high - c.low for c in theorem.crossings)
    text = f"${_down(low)}$ and ${up(high)}$"
    if len(theorem.crossings) == 1:
        return text
    return text + (
        f", and within ${up(width)}$ on each of {len(theorem.crossings)} ranges of "
        r"$(\taQ_0, |\taP_0|)$"
    )


def _factor(latex: str) -> str:
    return "" if latex == "1" else latex + " "


def _grouped(number: str) -> str:
    return f"({number})" if "/" in number else number


def _multiples(first: sp.Expr) -> tuple[str, str, str]:
    """h(0), 2h(0) and 1/(4h(0)): in numbers where they are rational."""
    if first.is_Rational:
        return str(sp.latex(first)), str(sp.latex(2 * first)), str(sp.latex(1 / (4 * first)))
    return r"\taH(0)", r"2\taH(0)", r"\frac{1}{4\taH(0)}"


def _value(first: sp.Expr, theorem: Theorem) -> str:
    """What h(0) is, where it is not told as a number."""
    if first.is_Rational:
        return ""
    low, high = theorem.first
    return rf", with $\taH(0)$ between ${_down(low)}$ and ${up(high)}$"


def _require_inside(value: sp.Expr, ends: tuple[fmpq, fmpq]) -> None:
    low, high = ends
    with ctx.workprec(_BITS):
        found = ball(value)
        inside = arb(low) <= found and found <= arb(high)
    if not inside:
        raise NotProvedError(f"{found.str(8)} is not where it was proved to be, in [{low}, {high}]")


def _context(rounding: str, digits: int = _DIGITS) -> Context:
    return Context(prec=digits, rounding=rounding)


def shown(x: float, rounding: str) -> str:
    """A number to four digits, on the safe side."""
    return f"{_context(rounding).create_decimal_from_float(x):f}"


def _rounded(x: fmpq, rounding: str, digits: int = _DIGITS) -> str:
    context = _context(rounding, digits)
    return f"{context.divide(Decimal(int(x.p)), Decimal(int(x.q))):f}"


def up(x: fmpq) -> str:
    """To four digits, rounded up."""
    return _rounded(x, ROUND_CEILING)


def _down(x: fmpq) -> str:
    return _rounded(x, ROUND_FLOOR)


def exactly(x: fmpq) -> str:
    """As a decimal if that is exact and short, else as a fraction."""
    short = Context(prec=8).divide(Decimal(int(x.p)), Decimal(int(x.q)))
    exact = fmpq(*short.as_integer_ratio()) == x
    return f"{short.normalize():f}" if exact else f"{x.p}/{x.q}"
