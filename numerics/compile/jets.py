"""Taylor coefficients over boxes: SymPy expressions compiled to truncated power series in balls.

The jet of f over a box X encloses f(x), f'(x), f''(x)/2, … for every x in X at once, which is what
the Lagrange remainder of a Taylor expansion asks for. Quotients that are 0/0 at 0 are divided out.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import comb

import sympy as sp
from flint import arb, ctx

from ...theory.arguments import each, instance, integer, symbolic, takes
from ...theory.errors import InputError, NotFiniteError
from ...theory.functions import over_quotients
from .balls import MAX_BITS
from .elementary import whole_power
from .jet_compiler import JetCompiler, Node, Place, sharper


@dataclass(frozen=True)
class JetFunction:
    """A compiled expression; call it for its Taylor coefficients over a box."""

    expression: sp.Expr
    variable: sp.Symbol
    parameters: tuple[sp.Symbol, ...]
    _node: Node = field(repr=False, compare=False)

    def __call__(self, box: arb, order: int, *parameters: arb) -> tuple[arb, ...]:
        """Enclosures of f^(k)(x)/k! for k = 0 … order, for all x in `box` and all parameters.

        At the precision in force; NaN balls where the expression is not known to be smooth.
        Raises InputError for a negative order or a wrong number of parameters.
        """
        if order < 0 or len(parameters) != len(self.parameters):
            raise InputError(
                f"jet: need order >= 0 and values of {self.parameters}; got {order}, {parameters}"
            )
        with unlimited_length():
            series = self._node(Place(arb(box), tuple(map(arb, parameters))), order + 1)
        return tuple(series[k] for k in range(order + 1))


@takes(expression=symbolic, variable=instance(sp.Symbol), parameters=each(instance(sp.Symbol)))
def compile_jet(
    expression: sp.Expr, variable: sp.Symbol, parameters: tuple[sp.Symbol, ...] = ()
) -> JetFunction:
    """Compile an expression in `variable` and `parameters` for expansion over boxes.

    Source of the arithmetic: R. E. Moore, *Methods and Applications of Interval Analysis*
    (SIAM, 1979), §3.4. Raises TypeError for a Float, a foreign symbol or an unknown function.

    >>> z = sp.Symbol("z", real=True)
    >>> jet = compile_jet(sp.tanh(z) / z, z)
    >>> [c.str(5) for c in jet(arb(0), 2)]
    ['1.0000', '0', '[-0.33333 +/- 3.34e-6]']
    """
    e = sp.sympify(expression)
    if e.has(sp.Float) or not e.free_symbols <= {variable, *parameters}:
        raise TypeError(f"cannot compile {e}: it has a Float, or symbols besides those declared")
    node = JetCompiler(variable, parameters).node(over_quotients(e))
    return JetFunction(e, variable, parameters, node)


@takes(function=instance(JetFunction), box=instance(arb), order=integer, terms=integer)
def taylor_enclosure(
    function: JetFunction, box: arb, order: int, *parameters: arb, terms: int = 4
) -> tuple[arb, ...]:
    """The jet over `box` by Taylor's formula about its midpoint with Lagrange's remainder.

    f_k(x) = Σ_{j<n} C(k+j, k) f_{k+j}(m) (x − m)^j + C(k+n, k) f_{k+n}(ξ) (x − m)^n, n = `terms`.
    Never wider than the plain jet, and much sharper over small boxes.
    Parameters: as for a jet; `terms` ≥ 1. Raises InputError as a jet does, and for `terms` < 1.

    >>> z = sp.Symbol("z", real=True)
    >>> jet, box = compile_jet(z - z**2, z), arb(0.25, 0.125)
    >>> taylor_enclosure(jet, box, 0)[0].contains(arb(0.3)), jet(box, 0)[0].contains(arb(0.3))
    (False, True)
    """
    if terms < 1:
        raise InputError(f"taylor_enclosure: need terms >= 1; got {terms}")
    centre = box.mid()
    at_centre = function(centre, order + terms - 1, *parameters)
    over_box = function(box, order + terms, *parameters)
    offsets = [whole_power(box - centre, j) for j in range(terms + 1)]
    result = []
    for k in range(order + 1):
        coefficients = [*at_centre[k : k + terms], over_box[k + terms]]
        total = sum((comb(k + j, k) * c * offsets[j] for j, c in enumerate(coefficients)), arb(0))
        result.append(sharper(total, over_box[k]))
    return tuple(result)


@takes(function=instance(JetFunction), box=instance(arb), order=integer, bits=integer)
def accurate_jet(
    function: JetFunction, box: arb, order: int, *parameters: arb, bits: int = 53
) -> tuple[arb, ...]:
    """The jet over `box`, the precision raised until rounding no longer matters.

    That is: until at the midpoint of the box each radius is below 2^−bits times the largest
    coefficient. Parameters: as for a jet, the other parameters as thin as that asks for.
    Raises NotFiniteError where no precision up to `MAX_BITS` does it, or the jet over the box is
    not finite.

    >>> z = sp.Symbol("z", real=True)
    >>> jet = compile_jet((sp.exp(z) - 1 - z) / z**2, z)
    >>> accurate_jet(jet, arb(1e-30), 0)[0].str(15, radius=False)
    '0.500000000000000'
    """
    ball, precision = arb(box), bits + 20
    while precision <= MAX_BITS:
        with ctx.workprec(precision):
            jet = function(ball.mid(), order, *parameters)
            if _is_accurate(jet, bits):
                jet = jet if ball.is_exact() else function(ball, order, *parameters)
                if all(c.is_finite() for c in jet):
                    return jet
        precision *= 2
    raise NotFiniteError(f"{function.expression} has no finite jet at {ball.str(8)}")


def _is_accurate(jet: tuple[arb, ...], bits: int) -> bool:
    if not all(c.is_finite() for c in jet):
        return False
    return bool(max(c.rad() for c in jet) <= max(c.abs_lower() for c in jet) * arb(2) ** -bits)


@contextmanager
def unlimited_length() -> Iterator[None]:
    """Lift FLINT's global bound on the length of series; each series here carries its own."""
    before, ctx.cap = ctx.cap, 1 << 20
    try:
        yield
    finally:
        ctx.cap = before
