"""Coefficients of a function of one variable at 0, as SymPy finds them and as Coq is told them.

A formula becomes a tree of `expr` in `coq/Series.v`, part by part as Coq reads the formula itself,
so that the two are the same by computation. Coq proves what it is told of the parts.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from functools import cache
from typing import Any

import sympy as sp

from .fields import Field
from .names import Names, Untranslatable
from .translate import term

_HEAVY = 10  # terms of a coefficient that is simplified
_MOST = 24  # how far a coefficient is looked for that is not 0

Elements = list[Any]


@dataclass(frozen=True, eq=False)
class Setting:
    """What the nodes of one formula share: its numbers, and how they are written in Coq.

    What the trees need is noted as they are written: `heads` may not be 0, and of each function as
    many derivatives are taken as `derivatives` says; `slopes` are the derivatives of formulas.
    """

    field: Field
    names: Names
    finished: Callable[[str], str] = str
    heads: list[Any] = dataclass_field(default_factory=list)
    constants: list[Any] = dataclass_field(default_factory=list)
    derivatives: dict[Any, int] = dataclass_field(default_factory=dict)
    slopes: dict[Any, Any] = dataclass_field(default_factory=dict)
    written: list[Any] = dataclass_field(default_factory=list)

    def listed(self, elements: Elements) -> str:
        """A list of coefficients, in Coq."""
        return f"[{'; '.join(map(self.one, elements))}]"

    def text(self, e: Any) -> str:
        """An expression, in Coq."""
        self.written.append(e)
        return self.finished(term(e, self.names))

    def known(self, node: Node, precision: int) -> str:
        """The tree of a node, with simplified coefficients unless it has them."""
        if node.weight(precision) == 1 and not isinstance(node, Constant | Opposite):
            return node.coq(precision)
        return f"Known {self.listed(node.coefficients(precision))} ({node.coq(precision)})"

    def one(self, element: Any) -> str:
        """A coefficient, in Coq."""
        if element in (0, 1):
            return "One" if element == 1 else "Zero"
        return f"Num ({self.text(self.field.written(element))})"


class Node(ABC):
    """A function of the variable v near 0: v^-s (l_0 + l_1 v + …), s being its `shift`."""

    @property
    def shift(self) -> int:
        """s, 0 but for a pole."""
        return 0

    @abstractmethod
    def coefficients(self, precision: int) -> Elements:
        """l, as far as the function is wanted: up to O(v^precision)."""

    @abstractmethod
    def coq(self, precision: int) -> str:
        """The tree, with what Coq needs for that."""

    @property
    def constant(self) -> bool:
        """Whether the variable does not stand in it."""
        return False

    def weight(self, precision: int) -> int:
        """How many terms the longest coefficient has, about, as Coq computes it."""
        return 1

    @property
    def order(self) -> int | None:
        """The power with which it begins, or None where no coefficient was found but 0."""
        return self._first_order()

    @cache  # noqa: B019 - nodes live no longer than their lemma
    def _first_order(self) -> int | None:
        for precision in range(1 - self.shift, _MOST):
            place = _zeros(found := self.coefficients(precision))
            if place < len(found):
                return place - self.shift
        return None


def _zeros(elements: Elements) -> int:
    """How many of the first are 0."""
    return next((k for k, e in enumerate(elements) if e != 0), len(elements))


def _length(node: Node, precision: int) -> int:
    return max(precision + node.shift, 0)


@dataclass(frozen=True, eq=False)
class Variable(Node):
    """v itself, or a power of it."""

    setting: Setting
    power: int = 1

    @property
    def order(self) -> int | None:
        """The power."""
        return self.power

    def coefficients(self, precision: int) -> Elements:
        """0, …, 0, 1, 0, …"""
        one, zero = sp.QQ(1), sp.QQ(0)
        return [one if k == self.power else zero for k in range(_length(self, precision))]

    def coq(self, precision: int) -> str:
        """Var, or Power."""
        count = _length(self, precision)
        return f"Var {count}" if self.power == 1 else f"Power {count} {self.power}"


@dataclass(frozen=True, eq=False)
class RootPower(Variable):
    """An even power of the root of v, where that is positive."""

    def coq(self, precision: int) -> str:
        """Half."""
        return f"Half {_length(self, precision)} {self.power}"


@dataclass(frozen=True, eq=False)
class Constant(Node):
    """What the variable does not stand in, as the page writes it."""

    setting: Setting
    written: Any
    value: Any

    @property
    def constant(self) -> bool:
        """It is."""
        return True

    @property
    def order(self) -> int | None:
        """0, or None for the constant 0."""
        return None if self.value == 0 else 0

    def coefficients(self, precision: int) -> Elements:
        """c, 0, 0, …"""
        return [sp.QQ(0) if k else self.value for k in range(_length(self, precision))]

    def coq(self, precision: int) -> str:
        """Const."""
        self.setting.constants.append(self.written)
        text = {0: "Zero", 1: "One"}.get(self.written)
        text = text or f"(Num ({self.setting.text(self.written)}))"
        return f"Const {_length(self, precision)} {text}"


@dataclass(frozen=True, eq=False)
class Sum(Node):
    """A sum of two."""

    left: Node
    right: Node

    @property
    def shift(self) -> int:
        """The larger of both."""
        return max(self.left.shift, self.right.shift)

    @cache  # noqa: B019 - nodes live no longer than their lemma
    def coefficients(self, precision: int) -> Elements:
        """Both, from the same power on."""
        parts = []
        for part in (self.left, self.right):
            found = part.coefficients(precision)
            parts.append([0] * (self.shift - part.shift) + found)
        return [a + b for a, b in zip(*parts, strict=False)]

    def weight(self, precision: int) -> int:
        """Those of both."""
        return self.left.weight(precision) + self.right.weight(precision)

    def coq(self, precision: int) -> str:
        """Add."""
        return f"Add ({self.left.coq(precision)}) ({self.right.coq(precision)})"


@dataclass(frozen=True, eq=False)
class Opposite(Node):
    """The same with the other sign."""

    inner: Node

    @property
    def shift(self) -> int:
        """Unchanged."""
        return self.inner.shift

    def coefficients(self, precision: int) -> Elements:
        """Each with the other sign."""
        return [-a for a in self.inner.coefficients(precision)]

    def weight(self, precision: int) -> int:
        """Unchanged."""
        return self.inner.weight(precision)

    def coq(self, precision: int) -> str:
        """Opp."""
        return f"Opp ({self.inner.coq(precision)})"


@dataclass(frozen=True, eq=False)
class Product(Node):
    """A product of two: what one begins with spares terms of the other."""

    setting: Setting
    left: Node
    right: Node

    @property
    def shift(self) -> int:
        """That of both."""
        return self.left.shift + self.right.shift

    @property
    def order(self) -> int | None:
        """The sum of both."""
        if self.left.order is None or self.right.order is None:
            return None
        return self.left.order + self.right.order

    def _wanted(self, precision: int) -> tuple[int, int]:
        first, second = self.left.order, self.right.order
        first = precision if first is None else min(first, precision)
        second = precision - first if second is None else min(second, precision - first)
        return max(precision - second, -self.left.shift), precision - first

    @cache  # noqa: B019 - nodes live no longer than their lemma
    def coefficients(self, precision: int) -> Elements:
        """The sums of products."""
        first, second = self._wanted(precision)
        a, b = self.left.coefficients(first), self.right.coefficients(second)
        return convolved(a, b, _length(self, precision), sp.QQ(0))

    @cache  # noqa: B019 - nodes live no longer than their lemma
    def weight(self, precision: int) -> int:
        """Every product of one with one, but of what is 0; 1 once it is simplified."""
        total = self._multiplied(precision)
        return 1 if total > _HEAVY else total

    def _multiplied(self, precision: int) -> int:
        first, second = self._wanted(precision)
        a, b = self.left.coefficients(first), self.right.coefficients(second)
        count = min(sum(1 for e in part if e != 0) for part in (a, b))
        return count * self.left.weight(first) * self.right.weight(second)

    def coq(self, precision: int) -> str:
        """Mul, with the simplified coefficients where they would grow long."""
        first, second = self._wanted(precision)
        i, j = _zeros(self.left.coefficients(first)), _zeros(self.right.coefficients(second))
        text = f"Mul {i} ({self.left.coq(first)}) {j} ({self.right.coq(second)})"
        found = self.coefficients(precision)
        if not found or self._multiplied(precision) <= _HEAVY:
            return text
        return f"Known {self.setting.listed(found)} ({text})"


def convolved(a: Elements, b: Elements, count: int, zero: Any) -> Elements:
    """The first coefficients of a product."""
    return [
        sum((a[i] * b[k - i] for i in range(k + 1) if i < len(a) and k - i < len(b)), zero)
        for k in range(count)
    ]


@dataclass(frozen=True, eq=False)
class Inverse(Node):
    """1/a, where a begins with v^k: what it begins with is not 0, which is a condition."""

    setting: Setting
    inner: Node

    @property
    def shift(self) -> int:
        """The power with which the denominator begins."""
        if self.inner.order is None:
            raise Untranslatable("a denominator whose first coefficient is not found")
        if self.inner.shift:
            raise Untranslatable("a denominator that has one itself that is 0 at 0")
        return self.inner.order

    @property
    def order(self) -> int | None:
        """Turned."""
        return -self.shift

    def _wanted(self, precision: int) -> int:
        return max(precision + 2 * self.shift, self.shift + 1)

    @property
    def head(self) -> Any:
        """What may not be 0."""
        return self.inner.coefficients(self.shift + 1)[-1]

    @cache  # noqa: B019 - nodes live no longer than their lemma
    def coefficients(self, precision: int) -> Elements:
        """Those whose product with the denominator is 1."""
        below = self.inner.coefficients(self._wanted(precision))[self.shift :]
        found: Elements = []
        for k in range(_length(self, precision)):
            rest = sum((below[i] * found[k - i] for i in range(1, k + 1)), below[0] * 0)
            found.append((int(k == 0) - rest) / below[0])
        return found

    def coq(self, precision: int) -> str:
        """Inv."""
        self.setting.heads.append(self.head)
        told = self.setting.listed(self.coefficients(precision))
        wanted = self._wanted(precision)
        below = self.setting.known(self.inner, wanted)
        return f"Inv {self.shift} {told} ({below})"


@dataclass(frozen=True, eq=False)
class Applied(Node):
    """f(a) by the derivatives of f at a(0): `jet(k, a(0))` is the k-th divided by k!."""

    setting: Setting
    function: Any
    derivative: int  # which one of the function is applied
    inner: Node

    def _jet(self, k: int, head: Any) -> Any:
        field = self.setting.field
        return field.jet(self.function, self.derivative + k, head) / math.factorial(k)

    @cache  # noqa: B019 - nodes live no longer than their lemma
    def coefficients(self, precision: int) -> Elements:
        """By Horner's rule."""
        wanted = max(precision, 1)
        if self.inner.shift:
            raise Untranslatable("a function at a quotient that is 1/0 at 0")
        head, *rest = self.inner.coefficients(wanted)
        zero = sp.QQ(0)
        total = [zero] * wanted
        for k in reversed(range(wanted)):
            total = convolved([zero, *rest], total, wanted, zero)
            total[0] += self._jet(k, head)
        return total

    def coq(self, precision: int) -> str:
        """Fun, with the simplified coefficients."""
        wanted = max(precision, 1)
        head = self.inner.coefficients(wanted)[0]
        known = self.setting.derivatives
        known[self.function] = max(known.get(self.function, 0), self.derivative + wanted)
        jet = self.setting.listed([self._jet(k, head) for k in range(wanted)])
        inner = self.setting.known(self.inner, wanted)
        text = f"Fun {self._name()} {jet} ({inner})"
        if isinstance(self.inner, Variable):
            return text
        return f"Known {self.setting.listed(self.coefficients(wanted))} ({text})"

    def _name(self) -> str:
        name = self.setting.names.function(self.function)
        for _ in range(self.derivative):
            name = f"(Derive {name})"
        return name


@dataclass(frozen=True, eq=False)
class Root(Node):
    """The n-th root of what begins with the n-th power of a number, or of a letter for a root."""

    setting: Setting
    inner: Node
    count: int = 2

    @cache  # noqa: B019 - nodes live no longer than their lemma
    def coefficients(self, precision: int) -> Elements:
        """Those whose n-th power is given."""
        given = self.inner.coefficients(max(precision, 1))
        if self.inner.shift:
            raise Untranslatable("a root of what is 1/0 at 0")
        head = self.setting.field.root(given[0], self.count)
        found = [head]
        for k in range(1, len(given)):
            power, known = [sp.QQ(1)], [*found, sp.QQ(0)]
            for _ in range(self.count):
                power = convolved(power, known, k + 1, sp.QQ(0))
            found.append((given[k] - power[k]) / (self.count * head ** (self.count - 1)))
        return found

    def coq(self, precision: int) -> str:
        """Root, or NthRoot."""
        wanted = max(precision, 1)
        told = f"{self.setting.listed(self.coefficients(wanted))} ({self.inner.coq(wanted)})"
        n = self.count
        return f"Root {told}" if n == 2 else f"NthRoot {n} (1 / {n}) {told}"
