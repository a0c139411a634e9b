"""What the program knows of one elementary function: everything that is not the same for all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sympy as sp
from flint import arb, ctx

X = sp.Symbol("x", real=True)  # the argument, wherever a row says something of it
_BITS = 400  # so that e^u − 1 and log(1 + u) of small numbers are not 0
_HUGEST = arb(2) ** 1023


@dataclass(frozen=True)
class Row:
    """A function f of one argument. Everything else in the program follows from such a row.

    `name` is what the user types and what stands in trees, `kind` SymPy's class. A row says in one
    of four ways how f is expanded, about a point and over a ball:

    - `slope`: f' as powers, exponentials, products and sums of X;
    - `cycle` and `turn`: the derivatives f, f', … until they come again, times `turn`;
    - `quotient`: f by functions that are analytic everywhere, which jets take in its place;
    - `quotient` and `addition` a: the same, and f' = 1 + a f², which over balls loses least.

    A function with none of them has a kink, and is treated by itself.
    """

    name: str
    kind: Any
    slope: sp.Expr | None = None
    cycle: tuple[sp.Expr, ...] = ()
    turn: int = 1
    quotient: sp.Expr | None = None
    addition: int = 0

    typed: bool = True  # as it is; else only by a definition (see `typed`)
    aliases: tuple[str, ...] = ()  # what else it may be called
    tower: int = 0  # the exponentials that a call piles up, or takes off

    positive: sp.Expr | None = None  # analytic where this is > 0
    nonzero: sp.Expr | None = None  # analytic where this is not 0; both None: everywhere
    shape: str = "monotone"  # or "even", rising in |x|; or "", neither
    odd: bool = False  # and analytic at 0, so that it is 0 there
    bounded: bool = False  # on the real line
    above_zero: bool = False  # for every real number
    limit: sp.Expr | None = None  # at ∞, where f rises to it

    latex: str = ""  # \operatorname{name}, if it is not that
    flint: str = ""  # python-flint's method, if it is not `name`
    c: str = ""  # FLINT's C function, if it is not arb_ and that method
    array: str = ""  # of NumPy, or else of scipy.special, and their twins in JAX, if not `name`

    def __post_init__(self) -> None:
        method = self.flint or self.name
        known = {
            "latex": self.latex or rf"\operatorname{{{self.name}}}",
            "flint": method,
            "c": self.c or f"arb_{method}",
            "array": self.array or self.name,
        }
        for field, value in known.items():
            object.__setattr__(self, field, value)

    @property
    def derivative(self) -> sp.Expr | None:
        """f'(X); None where there is a kink."""
        if self.cycle:
            return self.cycle[1] if len(self.cycle) > 1 else self.turn * self.cycle[0]
        if self.addition:
            return 1 + self.addition * self.kind(X) ** 2
        return self.slope if self.quotient is None else sp.diff(self.quotient, X)

    @property
    def only_quotient(self) -> bool:
        """Whether it is replaced by its quotient before it is expanded."""
        return self.quotient is not None and not self.addition

    @property
    def has_poles(self) -> bool:
        """Whether it goes to infinity at real numbers, past which it may be another branch."""
        return self.nonzero is not None and self.derivative is not None

    @property
    def word(self) -> str:
        """How it is written in plain text: arsinh for asinh."""
        return self.latex.removeprefix(r"\operatorname{").strip("\\}")

    def ball(self, x: arb) -> arb:
        """FLINT's enclosure of the values over a ball."""
        found: arb = getattr(x, self.flint)()
        return found

    def value(self, u: float) -> float:
        """The value at a number, to size up constants. Raises what `at_number` raises."""
        return at_number(self.ball, u)


def at_number(function: Callable[[arb], arb], u: float) -> float:
    """The value of a function of balls, with more digits than cancellation takes from it.

    Raises ValueError where it is not finite, OverflowError where it is beyond double precision.

    >>> at_number(lambda u: u.exp() - 1, 1e-30)
    1e-30
    """
    with ctx.workprec(_BITS):
        found = function(arb(u))
        if not found.is_finite():
            raise ValueError("not finite")
        if abs(found) > _HUGEST:
            raise OverflowError("beyond double precision")
        return float(found.mid())
