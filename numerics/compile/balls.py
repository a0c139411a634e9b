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

from ...theory.arguments import each, instance, integer, symbolic, takes
from ...theory.errors import NotFiniteError, UnresolvedError
from ...theory.functions import BY_NAME
from .program import Line, Program, compile_program
from .program import exact as exact

MAX_BITS = 1 << 15  # past this an expression is taken to be undefined, not merely ill-conditioned

_SIGNS = {"add": " + ", "subtract": " - ", "multiply": " * ", "divide": " / "}


@dataclass(frozen=True)
class BallFunction:
    """A compiled tuple of expressions; call it with one `arb` per variable."""

    expressions: tuple[sp.Expr, ...]
    variables: tuple[sp.Symbol, ...]
    _run: Callable[..., tuple[arb, ...]] = field(repr=False, compare=False)

    def __call__(self, *point: arb) -> tuple[arb, ...]:
        """Enclosures of the values at `point`, at the precision in force."""
        return self._run(*point)


def _symbolics(value: Any, name: str) -> Any:
    return each(symbolic)(value, name) if isinstance(value, Sequence) else symbolic(value, name)


@takes(expressions=_symbolics, variables=each(instance(sp.Symbol)))
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
    program = compile_program(expressions, variables)
    lines = [f"    {statement(program, i)}" for i in range(len(program.lines))]
    header = f"def run({', '.join(f'r{i}' for i in range(len(program.variables)))}):"
    result = f"    return ({', '.join(f'arb(r{o})' for o in program.outputs)},)"
    scope = constants(program)
    exec("\n".join([header, *lines, result]), scope)
    return BallFunction(program.expressions, program.variables, scope["run"])


@takes(function=instance(BallFunction), bits=integer)
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


def statement(program: Program, index: int) -> str:
    """Line `index` as a Python assignment between registers r0, r1, …

    It consists of register names, arithmetic signs and the method names below, never of text that a
    user wrote; its names besides the registers are those of `constants`.
    """
    line = program.lines[index]
    return f"r{program.register(index)} = {_right_hand_side(line, index)}"


def constants(program: Program) -> dict[str, Any]:
    """What the statements of a program refer to by name."""
    known: dict[str, Any] = {"arb": arb, "flat": _zero_off_zero}
    values = enumerate(line.value for line in program.lines)
    return known | {f"k{index}": value for index, value in values if value is not None}


def _right_hand_side(line: Line, index: int) -> str:
    operands = [f"r{i}" for i in line.operands]
    if line.operation in _SIGNS:
        return _SIGNS[line.operation].join(operands)
    match line.operation:
        case "constant":
            return f"arb(k{index})"
        case "pi":
            return "arb.pi()"
        case "e":
            return "arb.const_e()"
        case "negate":
            return f"-{operands[0]}"
        case "power":
            return f"{operands[0]} ** arb(k{index})"
        case "flat":
            return f"flat({operands[0]})"
    row = BY_NAME.get(line.operation)
    return f"{operands[0]}.{row.flint if row else line.operation}()"


def _zero_off_zero(x: arb) -> arb:
    return arb.nan() if arb(x).contains(0) else arb(0)


def _is_accurate(value: arb, bits: int) -> bool:
    return value.is_finite() and (value.is_zero() or value.rel_accuracy_bits() >= bits)
