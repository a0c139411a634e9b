"""SymPy expressions as straight-line programs, which each target turns into its own arithmetic.

Rationals stay exact; a Float is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sympy as sp
from flint import fmpq

from ...theory.functions import row_of

FLAT = "flat"  # the derivatives of sign: 0 wherever they have a value


@dataclass(frozen=True)
class Line:
    """One operation on registers; its result has the next free register.

    `operation` is "constant" (of `value`), "pi", "e", "add", "subtract", "multiply", "divide",
    "negate", "sqrt", "power" (to the rational `value`), the name of a function, or `FLAT`.
    """

    operation: str
    operands: tuple[int, ...] = ()
    value: fmpq | None = None


@dataclass(frozen=True)
class Program:
    """Lines to be run in turn; registers 0, 1, … hold the variables, then the lines' results."""

    expressions: tuple[sp.Expr, ...]
    variables: tuple[sp.Symbol, ...]
    lines: tuple[Line, ...]
    outputs: tuple[int, ...]

    def register(self, index: int) -> int:
        """The register of line `index`."""
        return len(self.variables) + index

    def needing(self, variables: Sequence[sp.Symbol]) -> frozenset[int]:
        """The registers whose value depends on any of `variables`."""
        found = {i for i, v in enumerate(self.variables) if v in variables}
        for index, line in enumerate(self.lines):
            if found.intersection(line.operands):
                found.add(self.register(index))
        return frozenset(found)


def exact(value: sp.Rational) -> fmpq:
    """A SymPy rational as an exact FLINT rational."""
    return fmpq(int(value.p), int(value.q))


def compile_program(
    expressions: sp.Expr | Sequence[sp.Expr],
    variables: Sequence[sp.Symbol],
    fixed: Sequence[sp.Symbol] = (),
) -> Program:
    """The program of `expressions` in `variables`, equal subexpressions computed once.

    Products begin with what depends on `fixed` alone, so that a loop can take it out.
    Raises TypeError for a Float, a foreign symbol or an unknown function.

    >>> z = sp.Symbol("z")
    >>> [line.operation for line in compile_program(sp.tanh(z)**2 / 3, [z]).lines]
    ['constant', 'tanh', 'multiply', 'multiply']
    """
    wanted = tuple(expressions) if isinstance(expressions, Sequence) else (expressions,)
    builder = _Builder(variables, frozenset(fixed))
    outputs = tuple(builder.register(sp.sympify(e)) for e in wanted)
    return Program(wanted, tuple(variables), tuple(builder.lines), outputs)


class _Builder:
    def __init__(self, variables: Sequence[sp.Symbol], fixed: frozenset[sp.Symbol]) -> None:
        self.fixed = fixed
        self.known: dict[sp.Expr, int] = {v: i for i, v in enumerate(variables)}
        self.lines: dict[Line, int] = {}
        self.arity = len(variables)

    def register(self, e: sp.Expr) -> int:
        if e not in self.known:
            self.known[e] = self._emit(e)
        return self.known[e]

    def _add(self, operation: str, *operands: int, value: fmpq | None = None) -> int:
        line = Line(operation, operands, value)
        return self.lines.setdefault(line, self.arity + len(self.lines))

    def _emit(self, e: sp.Expr) -> int:
        if e.is_Rational:
            return self._add("constant", value=exact(e))
        if e in (sp.pi, sp.E):
            return self._add("pi" if e is sp.pi else "e")
        if e.is_Add:
            return self._sum(e)
        if e.is_Mul:
            return self._product(e)
        if e.is_Pow and e.exp.is_Rational:
            return self._power(self.register(e.base), e.exp)
        if isinstance(e, sp.DiracDelta):
            return self._add(FLAT, self.register(e.args[0]))
        row = row_of(e)
        if row is not None:
            return self._add(row.name, self.register(e.args[0]))
        raise TypeError(f"cannot compile {e} ({type(e).__name__}): not a known function or number")

    def _sum(self, e: sp.Expr) -> int:
        below = [a for a in e.args if a.could_extract_minus_sign()]
        above = [a for a in e.args if a not in below]
        if not above:
            return self._add("negate", self.register(-e))
        total = self.register(above[0])
        for term in above[1:]:
            total = self._add("add", total, self.register(term))
        for term in below:
            total = self._add("subtract", total, self.register(-term))
        return total

    def _product(self, e: sp.Expr) -> int:
        if e.args[0] == -1:
            return self._add("negate", self.register(-e))
        above, below = [], []
        for factor in sorted(e.args, key=lambda a: not a.free_symbols <= self.fixed):
            if factor.is_Pow and factor.exp.is_Rational and factor.exp < 0:
                below.append(self.register(1 / factor))
            else:
                above.append(self.register(factor))
        top = self._multiplied(above) if above else self.register(sp.S.One)
        return self._add("divide", top, self._multiplied(below)) if below else top

    def _multiplied(self, factors: list[int]) -> int:
        total = factors[0]
        for factor in factors[1:]:
            total = self._add("multiply", total, factor)
        return total

    def _power(self, base: int, exponent: sp.Rational) -> int:
        if exponent < 0:
            return self._add("divide", self.register(sp.S.One), self._power(base, -exponent))
        if exponent.is_Integer:
            return self._integer_power(base, int(exponent))
        if exponent.q == 2:
            return self._integer_power(self._add("sqrt", base), int(exponent.p))
        return self._add("power", base, value=exact(exponent))

    def _integer_power(self, base: int, exponent: int) -> int:
        if exponent == 1:
            return base
        half = self._integer_power(base, exponent // 2)
        squared = self._add("multiply", half, half)
        return squared if exponent % 2 == 0 else self._add("multiply", squared, base)
