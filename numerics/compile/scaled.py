"""Expressions in numbers f·e^L, f and L in float64, where no exponential overflows or is lost.

A quotient of exponentials, or the logarithm of a sum of them, is as accurate far out as near by,
however it is spelled: e^z is (1, z), cosh u is ((1 + e^(−2|u|))/2, |u|), and the logarithm of
f·e^L is L + log f. Only a tower of exponentials still overflows: its L does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import sympy as sp
from flint import arb, fmpq

from ...theory.expressions.parsing import Z
from ...theory.functions import over_quotients
from .array_functions import array_function, array_module, special_module
from .program import Line, compile_program

Formulas: TypeAlias = Callable[[Any], tuple[Any, ...]]

_DEGREE = 16  # of the factors as polynomials in z: beyond it they may overflow
_LARGE = 2**300  # a rational beyond it, or below its inverse, is held as e^L


class Scaled(NamedTuple):
    """factor·e^scale; None stands for the scale 0. The factor grows at most like z^±degree."""

    factor: Any
    scale: Any = None
    degree: float = 0.0


def scaled_formulas(expressions: Sequence[sp.Expr], engine: str) -> Formulas:
    """Expressions in z as one function of float64 arrays of "numpy" or "jax".

    Raises TypeError for what `compile_program` does not know, InputError for what the engine lacks.

    >>> z = Z + sp.S.Zero
    >>> f = scaled_formulas([2 * sp.log(1 + sp.cosh(z)), sp.sinh(z) / (1 + sp.cosh(z))], "numpy")
    >>> [float(v) for v in f(np.array(800.0))]  # 2·800 − 2 log 2 and 1
    [1598.6137056388802, 1.0]
    """
    program = compile_program([over_quotients(e) for e in expressions], [Z])
    arithmetic = _Arithmetic(engine)

    def run(z: Any) -> tuple[Any, ...]:
        registers = [Scaled(z, None, 1.0)]
        for line in program.lines:
            operands = [registers[i] for i in line.operands]
            registers.append(arithmetic.apply(line, operands))
        return tuple(arithmetic.plain(registers[i]) for i in program.outputs)

    return run


class _Arithmetic:
    """What each operation of a program does to scaled numbers."""

    def __init__(self, engine: str) -> None:
        self.engine = engine
        self.xp, self.special = array_module(engine), special_module(engine)

    def apply(self, line: Line, operands: Sequence[Scaled]) -> Scaled:
        """The result of a line."""
        if line.operation == "constant" and line.value is not None:
            return _constant(line.value)
        if line.operation == "power" and line.value is not None:
            return self.power(operands[0], line.value)
        if hasattr(self, line.operation):
            found: Scaled = getattr(self, line.operation)(*operands)
            return found
        function = array_function(line.operation, self.engine)
        return Scaled(function(self.plain(operands[0])))

    def plain(self, x: Scaled) -> Any:
        """The number as one float, 0 or infinite where it is not within double precision."""
        return x.factor if x.scale is None else x.factor * self.xp.exp(x.scale)

    def pi(self) -> Scaled:
        return Scaled(np.pi)

    def e(self) -> Scaled:
        return Scaled(np.e)

    def add(self, x: Scaled, y: Scaled) -> Scaled:
        degree = max(x.degree, y.degree)
        if x.scale is None and y.scale is None:
            return Scaled(x.factor + y.factor, None, degree)
        ours, theirs = (0.0 if n.scale is None else n.scale for n in (x, y))
        top, exp = self.xp.maximum(ours, theirs), self.xp.exp
        return Scaled(x.factor * exp(ours - top) + y.factor * exp(theirs - top), top, degree)

    def subtract(self, x: Scaled, y: Scaled) -> Scaled:
        return self.add(x, self.negate(y))

    def negate(self, x: Scaled) -> Scaled:
        return x._replace(factor=-x.factor)

    def multiply(self, x: Scaled, y: Scaled) -> Scaled:
        scale = y.scale if x.scale is None else x.scale
        if x.scale is not None and y.scale is not None:
            scale = x.scale + y.scale
        return self._reduced(Scaled(x.factor * y.factor, scale, x.degree + y.degree))

    def divide(self, x: Scaled, y: Scaled) -> Scaled:
        scale = None if y.scale is None else -y.scale
        return self.multiply(x, Scaled(1 / y.factor, scale, y.degree))

    def _reduced(self, x: Scaled) -> Scaled:
        """The same with a factor in [1/2, 1), if it may be on its way out of double precision."""
        if x.degree <= _DEGREE / 2:
            return x
        factor, exponent = self.xp.frexp(x.factor)
        scale = exponent * np.log(2.0)
        return Scaled(factor, scale if x.scale is None else x.scale + scale)

    def power(self, x: Scaled, exponent: fmpq) -> Scaled:
        a = float(int(exponent.p)) / float(int(exponent.q))
        scale, degree = None if x.scale is None else a * x.scale, abs(a) * x.degree
        if degree <= _DEGREE:
            return self._reduced(Scaled(self.xp.power(x.factor, a), scale, degree))
        logarithm = a * self.xp.log(self.xp.abs(x.factor))
        sign = self.xp.power(self.xp.sign(x.factor), a)
        return Scaled(sign, logarithm if scale is None else scale + logarithm)

    def sqrt(self, x: Scaled) -> Scaled:
        scale = None if x.scale is None else x.scale / 2
        return Scaled(self.xp.sqrt(x.factor), scale, x.degree / 2)

    def abs(self, x: Scaled) -> Scaled:
        return x._replace(factor=self.xp.abs(x.factor))

    def sign(self, x: Scaled) -> Scaled:
        return Scaled(self.xp.sign(x.factor))

    def exp(self, x: Scaled) -> Scaled:
        return Scaled(1.0, self.plain(x))

    def log(self, x: Scaled) -> Scaled:
        logarithm = self.xp.log(x.factor)
        return Scaled(logarithm if x.scale is None else x.scale + logarithm)

    def cosh(self, x: Scaled) -> Scaled:
        size = self.xp.abs(self.plain(x))
        return Scaled((1 + self.xp.exp(-2 * size)) / 2, size)

    def sinh(self, x: Scaled) -> Scaled:
        value = self.plain(x)
        size = self.xp.abs(value)
        return Scaled(-self.xp.sign(value) * self.xp.expm1(-2 * size) / 2, size)

    def asinh(self, x: Scaled) -> Scaled:
        return self._inverse(self.xp.arcsinh, x)

    def acosh(self, x: Scaled) -> Scaled:
        return self._inverse(self.xp.arccosh, x)

    def _inverse(self, function: Callable[[Any], Any], x: Scaled) -> Scaled:
        """asinh or acosh: log 2|x| with the sign of x where x itself overflows."""
        value = self.plain(x)
        if x.scale is None:
            return Scaled(function(value))
        far = x.scale + self.xp.log(2 * self.xp.abs(x.factor))
        far = self.xp.sign(x.factor) * far
        return Scaled(self.xp.where(self.xp.isfinite(value), function(value), far))

    def erfc(self, x: Scaled) -> Scaled:
        """Below 0 as it is; above, erfcx(x)·e^(−x²) with erfcx(x) ~ 1/(√π x)."""
        value, where = self.plain(x), self.xp.where
        above = value > 0
        positive = where(above, value, 0.0)
        near = self.special.erfc(where(above, 0.0, value))
        return Scaled(where(above, self.special.erfcx(positive), near), -positive * positive)

    def flat(self, _: Scaled) -> Scaled:
        return Scaled(0.0)


def _constant(value: fmpq) -> Scaled:
    if abs(value.p) <= _LARGE and value.q <= _LARGE:
        return Scaled(float(int(value.p)) / float(int(value.q)))
    return Scaled(1.0 if value > 0 else -1.0, float(abs(arb(value)).log()))
