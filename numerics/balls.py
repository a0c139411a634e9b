"""SymPy expressions compiled to python-flint balls: rationals stay exact, floats are refused.

The compiled function encloses the true value at whatever precision is in force when it is called.
`evaluate` raises the precision until the answer has the accuracy asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import sympy as sp
from flint import arb, ctx, fmpq

from ..theory.errors import NotFiniteError, UnresolvedError

MAX_BITS = 1 << 15  # past this an expression is taken to be undefined, not merely ill-conditioned

_METHODS: dict[Any, str] = {
    sp.exp: "exp",
    sp.log: "log",
    sp.sin: "sin",
    sp.cos: "cos",
    sp.tan: "tan",
    sp.cot: "cot",
    sp.sec: "sec",
    sp.csc: "csc",
    sp.sinh: "sinh",
    sp.cosh: "cosh",
    sp.tanh: "tanh",
    sp.coth: "coth",
    sp.sech: "sech",
    sp.csch: "csch",
    sp.asin: "asin",
    sp.acos: "acos",
    sp.atan: "atan",
    sp.asinh: "asinh",
    sp.acosh: "acosh",
    sp.atanh: "atanh",
    sp.erf: "erf",
    sp.erfc: "erfc",
    sp.Abs: "__abs__",
    sp.sign: "sgn",
}


@dataclass(frozen=True)
class BallFunction:
    """A compiled tuple of expressions; call it with one `arb` per variable."""

    expressions: tuple[sp.Expr, ...]
    variables: tuple[sp.Symbol, ...]
    _run: Callable[..., tuple[arb, ...]] = field(repr=False, compare=False)

    def __call__(self, *point: arb) -> tuple[arb, ...]:
        """Enclosures of the values at `point`, at the precision in force."""
        return self._run(*point)


def compile_balls(
    expressions: sp.Expr | Sequence[sp.Expr], variables: Sequence[sp.Symbol]
) -> BallFunction:
    """Compile expressions in `variables` for ball evaluation.

    Raises TypeError for a Float, a foreign symbol or an unknown function.

    >>> z = sp.Symbol("z")
    >>> f = compile_balls(sp.Rational(1, 3) * sp.tanh(z), [z])
    >>> (f(arb(1))[0] * 3).overlaps(arb(1).tanh())
    True
    """
    wanted = tuple(expressions) if isinstance(expressions, Sequence) else (expressions,)
    program = _Program({v: f"x{i}" for i, v in enumerate(variables)})
    outputs = [program.register(sp.sympify(e)) for e in wanted]
    return BallFunction(wanted, tuple(variables), program.build(len(variables), outputs))


def evaluate(function: BallFunction, point: Sequence[arb | fmpq], bits: int) -> tuple[arb, ...]:
    """Values at an exact point with at least `bits` correct bits each (zeros excepted).

    Raises NotFiniteError where no precision up to `MAX_BITS` gives such a real value, and
    ValueError for a point with a radius, whose value no precision can make accurate.
    """
    if any(isinstance(x, arb) and not x.is_exact() for x in point):
        raise ValueError("evaluate needs an exact point, not a ball of positive radius")
    precision = bits + 20
    while True:
        with ctx.workprec(precision):
            values = function(*(arb(x) for x in point))
            if all(_is_accurate(v, bits) for v in values):
                return values
        if precision >= MAX_BITS:
            bad = next(i for i, v in enumerate(values) if not _is_accurate(v, bits))
            unresolved = values[bad].is_finite() and bool(values[bad].contains(0))
            where = ", ".join(
                f"{name} = {arb(x).str(8, radius=False)}"
                for name, x in zip(function.variables, point, strict=True)
            )
            shown = str(function.expressions[bad])
            shown = shown if len(shown) <= 80 else shown[:77] + "..."
            if unresolved:
                raise UnresolvedError(f"{shown} cannot be told from 0 at {where}")
            raise NotFiniteError(f"{shown} is not real at {where}")
        precision *= 2


def exact(value: sp.Rational) -> fmpq:
    """A SymPy rational as an exact FLINT rational."""
    return fmpq(int(value.p), int(value.q))


def _zero_off_zero(x: arb) -> arb:
    return arb.nan() if arb(x).contains(0) else arb(0)


def _is_accurate(value: arb, bits: int) -> bool:
    return value.is_finite() and (value.is_zero() or value.rel_accuracy_bits() >= bits)


class _Program:
    """A straight-line program, one register per distinct subexpression.

    The source handed to `exec` consists of register names, arithmetic signs and the method names
    above, never of text that a user wrote.
    """

    def __init__(self, variables: dict[sp.Symbol, str]) -> None:
        self.names: dict[sp.Expr, str] = dict(variables)
        self.lines: list[str] = []
        self.constants: dict[str, Any] = {"arb": arb, "flat": _zero_off_zero}

    def build(self, arity: int, outputs: list[str]) -> Callable[..., tuple[arb, ...]]:
        header = f"def run({', '.join(f'x{i}' for i in range(arity))}):"
        result = f"    return ({', '.join(f'arb({o})' for o in outputs)},)"
        scope = dict(self.constants)
        exec("\n".join([header, *self.lines, result]), scope)
        run: Callable[..., tuple[arb, ...]] = scope["run"]
        return run

    def register(self, e: sp.Expr) -> str:
        if e not in self.names:
            self.names[e] = self._emit(e)
        return self.names[e]

    def _assign(self, code: str) -> str:
        name = f"r{len(self.lines)}"
        self.lines.append(f"    {name} = {code}")
        return name

    def _emit(self, e: sp.Expr) -> str:
        if e.is_Rational:
            return self._rational(e)
        if e is sp.pi:
            return self._assign("arb.pi()")
        if e is sp.E:
            return self._assign("arb.const_e()")
        if e.is_Add:
            return self._assign(" + ".join(self.register(a) for a in e.args))
        if e.is_Mul:
            return self._product(e)
        if e.is_Pow and e.exp.is_Rational:
            return self._power(self.register(e.base), e.exp)
        if isinstance(e, sp.DiracDelta):  # the derivative of sign: 0 wherever it has a value
            return self._assign(f"flat({self.register(e.args[0])})")
        if type(e) in _METHODS and len(e.args) == 1:
            return self._assign(f"arb({self.register(e.args[0])}).{_METHODS[type(e)]}()")
        raise TypeError(f"cannot compile {e} ({type(e).__name__}) to ball arithmetic")

    def _rational(self, value: sp.Rational) -> str:
        if value.is_Integer and abs(value) < 2**31:
            return f"({int(value)})"
        name = f"k{len(self.constants)}"
        self.constants[name] = exact(value)
        return name

    def _product(self, e: sp.Expr) -> str:
        above, below = [], []
        for factor in e.args:
            if factor.is_Pow and factor.exp.is_Rational and factor.exp < 0:
                below.append(self.register(1 / factor))
            else:
                above.append(self.register(factor))
        top = " * ".join(above) if above else "1"
        if not below:
            return self._assign(top)
        return self._assign(f"arb({top}) / ({' * '.join(below)})")

    def _power(self, base: str, exponent: sp.Rational) -> str:
        if exponent < 0:
            return self._assign(f"1 / arb({self._power(base, -exponent)})")
        if exponent.is_Integer:
            return self._integer_power(base, int(exponent))
        if exponent == sp.Rational(1, 2):
            return self._assign(f"arb({base}).sqrt()")
        if exponent.q == 2:
            root = self._assign(f"arb({base}).sqrt()")
            return self._integer_power(root, int(exponent.p))
        return self._assign(f"arb({base}) ** arb({self._rational(exponent)})")

    def _integer_power(self, base: str, exponent: int) -> str:
        if exponent == 1:
            return base
        half = self._integer_power(base, exponent // 2)
        square = self._assign(f"{half} * {half}")
        return self._assign(f"{square} * {base}") if exponent % 2 else square
