"""A loss about one of its minima, where it need not be even.

With the minimum at 0 and ℓ'' = 1 there, g = ℓ' takes the place of p r(p). What an even loss has at
±p, another has at p and at the point p̃ on the other side with g(p̃) = −g(p).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Self

import sympy as sp

from .algebra.constants import is_zero
from .algebra.symbolic import attempted
from .algebra.values import accurate, number
from .errors import InputError, NoExpansionError, UnresolvedError
from .expressions.parsing import Z
from .hypotheses import OF_A_VALLEY, Hypothesis
from .identities import is_identically_zero
from .responses import Loss

_MOST_ROOTS = 20
_HINT = "give the one meant as --minimum"


@dataclass(frozen=True)
class Valley(Loss):
    """ℓ(z₀ + z)/ℓ''(z₀) about a minimum z₀ of a loss ℓ; its response r = ℓ'/z is not even.

    `text` is the loss as the user wrote it, in its own variable, and `source` the same as an
    expression; `minimum` is z₀ and `bend` ℓ''(z₀), both exact. Made by `Valley.of` or
    `Valley.parse`.

    >>> zhu = Valley.of(Loss.parse("(1-z**2)**2/4"), sp.Integer(1))
    >>> zhu.bend, zhu.curvature, zhu.softness
    (2, -8, 2)
    """

    minimum: sp.Expr = sp.S.Zero
    bend: sp.Expr = sp.S.One
    source: sp.Expr = sp.S.Zero
    symmetry: ClassVar[str] = "none"
    hypotheses: ClassVar[tuple[Hypothesis, ...]] = OF_A_VALLEY

    @classmethod
    def of(cls, loss: Loss, minimum: sp.Expr | None = None) -> Self:
        """The loss about a minimum, the only one it has if none is given.

        Where exact algebra does not find the zeros of ℓ', the one at 0 is taken if there is one.
        Raises InputError where ℓ' is not 0 or ℓ'' not positive there, or where no minimum is given
        and not exactly one is found.

        >>> Valley.of(Loss.parse("log(1+exp(z)) - 4*z/5")).minimum
        log(4)
        >>> Valley.of(Loss.parse("z**2/2"), sp.Integer(1))
        Traceback (most recent call last):
        trajalign.theory.errors.InputError: z**2/2: no minimum at z = 1: ℓ' is 1 there
        """
        place = _only_minimum(loss) if minimum is None else minimum
        slope, bend = _derivatives(loss, place)
        bend = _tidy(bend)
        if not _is_zero(slope):
            raise InputError(_refusal(loss, place, f"ℓ' is {_shown(slope)}"))
        if not _is_positive(bend):
            raise InputError(_refusal(loss, place, f"ℓ'' is {_shown(bend)}"))
        about = loss.expression.subs(Z, place + Z) / bend
        if about.is_polynomial(Z):
            about = sp.expand(about)
        return cls(about, loss.text, place, bend, loss.expression)

    @classmethod
    def parse(cls, text: str) -> Self:
        """A loss about its only minimum. Raises what `Loss.parse` and `of` raise."""
        return cls.of(Loss.parse(text))

    @cached_property
    def slope(self) -> sp.Expr:
        found = sp.diff(self.expression, Z)
        return sp.expand(found) if found.is_polynomial(Z) else found

    @property
    def curvature(self) -> sp.Expr:
        """r''(0) − 4r'(0)² = −(3g''² − g''')/3: the curvature at 0 of the diagram, q = Q₀, as a
        function of (p − p̃)/2. For an even loss it is r''(0). Raises NoExpansionError."""
        _, first, second, *_ = self.response_series
        return _tidy(2 * second - 4 * first**2)

    @cached_property
    def scale(self) -> sp.Rational:
        """A power of two near the unit of z in which g bends on either side, (4r'(0)² + |r''(0)|)
        to the −1/2; as for `Response` where both are 0."""
        try:
            _, first, second, *_ = self.response_series
        except NoExpansionError:
            return sp.Integer(1)
        size = 4 * first**2 + sp.Abs(2 * second)
        if first == 0 or size == 0:
            return super().scale
        return sp.Integer(2) ** round(float(-sp.log(number(size, 20), 2)) / 2)

    @cached_property
    def even(self) -> bool:
        """Whether the loss is known to be even about the minimum."""
        defect = self.slope + self.slope.subs(Z, -Z)
        return bool(sp.expand(defect) == 0) or bool(is_identically_zero(defect))

    @property
    def softness(self) -> sp.Expr:
        """ϱ = (3ℓ'''² − ℓ''ℓ'''')/(3ℓ''⁴) at the minimum of the loss as it was given; its limiting
        sharpness is 2/η − η/ϱ. Raises NoExpansionError."""
        return _tidy(-self.curvature / self.bend**2)


def _refusal(loss: Loss, place: sp.Expr, why: str) -> str:
    return f"{loss.text}: no minimum at z = {place}: {why} there"


def _shown(value: sp.Expr) -> str:
    return str(value) if value.is_Rational else str(number(value, 8))


def _tidy(value: sp.Expr) -> sp.Expr:
    if value.is_Rational:
        return value
    return attempted(sp.simplify, value.rewrite(sp.exp), otherwise=value)


def _is_zero(value: sp.Expr) -> bool:
    """Raises InputError where it cannot be told."""
    try:
        return is_zero(value)
    except UnresolvedError:
        if attempted(sp.simplify, value, otherwise=value) == 0:
            return True
        raise


def _is_positive(value: sp.Expr) -> bool:
    return not _is_zero(value) and bool(accurate(value, {}, 20) > 0)


def _only_minimum(loss: Loss) -> sp.Expr:
    """The minimum of a loss that exact algebra shows to have one. Raises InputError."""
    zeros = attempted(sp.solve, sp.diff(loss.expression, Z), Z, otherwise=None)
    if zeros is None or not zeros or len(zeros) > _MOST_ROOTS:
        if _is_minimum(loss, sp.S.Zero):
            return sp.S.Zero
        raise InputError(f"{loss.text}: its minimum was not found exactly; {_HINT}")
    minima = [z for z in zeros if z.is_real is not False and _is_minimum(loss, z)]
    if len(minima) != 1:
        shown = ", ".join(map(str, minima)) or "none"
        raise InputError(f"{loss.text}: minima found: {shown}; {_HINT}")
    return minima[0]


def _is_minimum(loss: Loss, place: sp.Expr) -> bool:
    slope, bend = _derivatives(loss, place)
    return _is_zero(slope) and _is_positive(bend)


def _derivatives(loss: Loss, place: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """ℓ' and ℓ'' there. Raises InputError where ℓ has a kink."""
    slope, bend = (sp.diff(loss.expression, Z, k).subs(Z, place) for k in (1, 2))
    if bend.has(sp.DiracDelta):  # SymPy's derivative of a jump
        raise InputError(_refusal(loss, place, "the loss has a kink"))
    return slope, bend
