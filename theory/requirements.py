"""What the theory requires of a response, each requirement with its own error."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import sympy as sp

from .algebra.constants import is_zero
from .algebra.values import accurate, decimal
from .errors import (
    NoCurvatureError,
    NotEvenError,
    NotFiniteError,
    NotNormalisedError,
    UnresolvedError,
)
from .expressions.parsing import Z
from .from_sympy import as_text
from .models.base import P
from .responses import Response

_PER_OCTAVE = 4
_OCTAVES = range(-5, 6)  # of the response's scale
_DIGITS, _BITS = 20, 70


@lru_cache(maxsize=256)
def require_response(response: Response) -> None:
    """What every function here needs of a response.

    Raises NotFiniteError if r is not real and finite on the grid, NotEvenError if it is not even,
    NotNormalisedError if r(0) is not 1, NoExpansionError if it has no power series at 0. Of a loss
    about a minimum only the last two.
    """
    require_normalised(response)
    if response.symmetry == "none":
        return
    r = response.response.subs(Z, P)
    values = {p: _value_or_zero(r, p, response.text) for x in grid(response) for p in (x, -x)}
    for p in grid(response):
        right, left = values[p], values[-p]
        if abs(right - left) > sp.Float("1e-15") * abs(right):
            shown = f"r({p}) = {sp.N(right, 8)} and r({-p}) = {sp.N(left, 8)}"
            raise NotEvenError(f"{response.text}: r must be even, but {shown}")


def require_normalised(response: Response) -> None:
    """r(0) = 1, so that q = 1 is the edge and 2/(ηq) the sharpness at p = 0.

    Raises NotNormalisedError, which names the response of which r(0) is 1 and that has the same
    descent, and NoExpansionError.
    """
    start = response.response_series[0]
    if start == 1:
        return
    message = f"{response.text}: r(0) must be 1, but is {start}"
    if start.is_positive:
        message += f"; {_advice(response, start)}"
    raise NotNormalisedError(message)


@dataclass(frozen=True)
class Normalised:
    """A response with r(0) = 1 that has the same descent as another one, whose r(0) is `factor`:
    with `factor` times the step size, q divided by it, and the sharpness divided by it.
    `advice` says so."""

    response: Response
    factor: sp.Expr
    advice: str


def normalised(response: Response) -> Normalised:
    """The response with r(0) = 1 that has the same descent.

    Raises NotNormalisedError where r(0) is not positive, so that there is none, and
    NoExpansionError.

    >>> from .responses import Loss
    >>> found = normalised(Loss.parse("log(1+exp(z)) + log(1+exp(-z))"))
    >>> found.response.text, found.factor
    ('2*(log(1+exp(z)) + log(1+exp(-z)))', 1/2)
    """
    start = response.response_series[0]
    if not start.is_positive:
        raise NotNormalisedError(
            f"{response.text}: r(0) = {start} is not positive, so that no multiple has r(0) = 1"
        )
    if start == 1:
        return Normalised(response, start, "it is normalised")
    by = _divisor(response, start)
    if (1 / by).is_Integer:
        text = f"{1 / by}*({response.text})"
    else:
        text = f"({response.text})/{by if by.is_Integer else f'({as_text(by)})'}"
    return Normalised(type(response).parse(text), start, _advice(response, start))


def _divisor(response: Response, start: sp.Expr) -> sp.Expr:
    return start ** sp.Rational(1, response.degree)


def _advice(response: Response, start: sp.Expr) -> str:
    by = _divisor(response, start)
    return (
        f"divide the {response.noun} by {by}, take {start} times the step size and q divided by "
        f"{start}: the same descent"
    )


def _value_or_zero(r: sp.Expr, p: sp.Rational, text: str) -> sp.Expr:
    """r at a point; 0 where it is too small to be told from that, as far out on a fast decay."""
    try:
        return value_at(r, p, text)
    except UnresolvedError:
        return sp.S.Zero


def require_curved(response: Response) -> None:
    """What the slow curve needs besides: r''(0) ≠ 0, by which h_1(0) divides.

    Raises NoCurvatureError, and what `require_response` raises.
    """
    require_response(response)
    if response.curvature == 0:
        raise NoCurvatureError(f"{response.text}: r''(0) must not vanish, but r''(0) = 0")


def grid(response: Response) -> list[sp.Rational]:
    """A geometric ladder of rationals p > 0, in the response's scale."""
    steps = [(sp.Rational(2) ** k, i) for k in _OCTAVES for i in range(_PER_OCTAVE)]
    ladder = [unit * (_PER_OCTAVE + i) / _PER_OCTAVE for unit, i in steps]
    return [response.scale * p for p in [*ladder, sp.Integer(2) ** _OCTAVES.stop]]


def value_at(e: sp.Expr, p: sp.Rational, text: str = "") -> sp.Expr:
    """An expression in P at a rational, to 20 digits; 0 where it is proved to be 0.

    Raises UnresolvedError where it cannot be told from 0, NotFiniteError where it is not real.

    >>> value_at(sp.log(1 + sp.exp(-P)), sp.Integer(70))
    3.9754497359086468078e-31
    """
    try:
        return decimal(accurate(e, {P: p}, _BITS), _DIGITS)
    except UnresolvedError:
        if is_zero(e.subs(P, p)):
            return sp.S.Zero
        raise
    except NotFiniteError:
        what = f"{text}: r" if text else str(e)
        raise NotFiniteError(f"{what} is not a finite real number at p = {p}") from None


def sign_at(e: sp.Expr, p: sp.Rational) -> int:
    """The sign of an expression in P at a rational, proved: 0 only where it is 0.

    Raises UnresolvedError where it cannot be told from 0, NotFiniteError where it is not real.
    """
    return int(sp.sign(value_at(e, p)))


def told_sign(e: sp.Expr, p: sp.Rational) -> int:
    """The sign of an expression in P at a rational; 0 also where it cannot be told from 0.

    Raises NotFiniteError where it is not real.
    """
    try:
        return sign_at(e, p)
    except UnresolvedError:
        return 0
