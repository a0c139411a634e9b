"""What a verdict found, by kind: a number beside the exact one, an order, an interval, a list.

Numbers are decimal texts with the digits that are known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sympy as sp

from .numbers import number


@dataclass(frozen=True)
class Compared:
    """A measured number beside the one that theory gives.

    `exact` is that as a formula, or a bound ("≥ 1"); `decimal` is its value, "" where `exact` is a
    decimal itself. `at` are the arguments at which both were taken, such as q0. `law` is how it
    follows from r''(0) alone, "" where it does not.
    """

    exact: str
    measured: str
    decimal: str = ""
    at: tuple[tuple[str, str], ...] = ()
    law: str = ""

    @classmethod
    def of(cls, exact: sp.Expr, measured: float, **at: str) -> Compared:
        """To ten digits.

        >>> Compared.of(sp.Rational(3, 4), 0.7499997562, q0="9/10").to_json()
        {'exact': '3/4', 'decimal': '0.75', 'measured': '0.7499997562', 'at q0': '9/10'}
        """
        shown = f"{measured:#.10g}", f"{number(exact):.10g}"
        return cls(str(exact), *shown, tuple(at.items()))

    @property
    def beside(self) -> str:
        """The decimal to be shown beside `exact`, "" where that is one itself.

        >>> Compared("3/4", "0.7500", "0.75").beside, Compared("2", "2.000", "2").beside
        ('0.75', '')
        """
        return "" if self.exact.lstrip("-").replace(".", "", 1).isdecimal() else self.decimal

    def to_json(self) -> dict[str, str]:
        """As documents have it."""
        decimal = {"decimal": self.decimal} if self.decimal else {}
        at = {f"at {name}": value for name, value in self.at}
        law = {"law": self.law} if self.law else {}
        return {"exact": self.exact, **decimal, "measured": self.measured, **at, **law}


@dataclass(frozen=True)
class Order:
    """The order that a statement claims of something, as observed: a power of `variable`."""

    claimed: str
    measured: str
    variable: str

    @classmethod
    def of(cls, claimed: float, measured: float, variable: str = "eta") -> Order:
        """To three places.

        >>> Order.of(4, 4.0007).to_json()
        {'claimed': '4', 'measured': '4.001', 'in': 'eta'}
        """
        return cls(f"{claimed:g}", f"{measured:.3f}", variable)

    def to_json(self) -> dict[str, str]:
        """As documents have it."""
        return {"claimed": self.claimed, "measured": self.measured, "in": self.variable}


@dataclass(frozen=True)
class Interval:
    """Bounds on a number, rounded outwards."""

    low: str
    high: str

    def to_json(self) -> list[str]:
        """As documents have it."""
        return [self.low, self.high]


Quantity = Compared | Order | Interval | tuple[str, ...] | str
Quantities = Mapping[str, Quantity]


def to_json(quantities: Quantities) -> dict[str, Any]:
    """What was found as documents have it.

    >>> to_json({"t_b": ("109", "608"), "q*": Interval("1.001", "1.002"), "draws": "72"})
    {'t_b': ['109', '608'], 'q*': ['1.001', '1.002'], 'draws': '72'}
    """
    return {name: _plain(value) for name, value in quantities.items()}


def _plain(value: Quantity) -> Any:
    if isinstance(value, Compared | Order | Interval):
        return value.to_json()
    return list(value) if isinstance(value, tuple) else value
