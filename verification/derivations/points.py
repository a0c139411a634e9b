"""The numerical side of the judging of derivations: random instances in ball arithmetic.

Generic functions become random rational functions that satisfy what relates them (r = ℓ'/z or
r = φφ'/z), symbols become random rationals, and both sides must agree to many digits.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import sympy as sp
from flint import arb, ctx, fmpq
from sympy.core.function import AppliedUndef

from ...numerics.compile.balls import BallFunction, compile_balls
from ...theory.algebra.rational_functions import in_one_field
from ...theory.algebra.symbolic import cancelled
from ...theory.derivation.notation import ELL, PHI
from ...theory.errors import InputError
from ...theory.expressions.parsing import Z
from ...theory.models import PHI_SQUARED, R
from ...theory.responses import Response
from .algebra import opaque
from .matrices import explicit, has_matrices

_SEED = 20230711
_INSTANCES, _POINTS, _TRIES = 2, 4, 40
_BITS = 300
_AGREE = fmpq(1, 2**200)
_RUNGS = (30, 60)  # the variable of an expansion is 2⁻³⁰, then 2⁻⁶⁰
_EXPANSION_BITS = 1600
_MAX_ORDER = 16
_SIGN_TRIES = 20_000
_OCTAVES = (2, 0, 0, 0, 0, -1, -2, -4, -6)  # of the values at which signs are tried


def compare(left: Any, right: Any, kind: type[Response]) -> int:
    """Compare two sides at random points; the number of points.

    Raises InputError where they differ or where too few points have a value.
    """
    if has_matrices(left) or has_matrices(right):
        pairs = explicit(left, right, random.Random(_SEED))
        return sum(compare(a, b, kind) for a, b in pairs)
    if isinstance(left, sp.MatrixBase | sp.MatrixExpr):
        entries = zip(left.as_explicit(), right.as_explicit(), strict=True)
        return sum(compare(a, b, kind) for a, b in entries)

    def agree(evaluated: BallFunction, point: list[arb]) -> bool:
        a, b = evaluated(*point)
        if not (a.is_finite() and b.is_finite()):
            return False
        size = max(abs(a).upper(), abs(b).upper(), arb(1))
        if not abs(a - b) < size * _AGREE:
            values = f"{a.str(6, radius=False)} and {b.str(6, radius=False)}"
            raise InputError(f"two sides differ at a random point: {values}")
        return True

    return _at_random((left, right), kind, _BITS, agree)


def compare_expansion(
    left: sp.Expr, right: sp.Expr, variable: sp.Symbol, order: int, kind: type[Response]
) -> int:
    """Compare two sides as the variable shrinks: the defect must be O(variable^order).

    Raises InputError where it is not.
    """
    if order > _MAX_ORDER:
        raise InputError(f"an expansion is compared up to order {_MAX_ORDER}, not {order}")

    def small(evaluated: BallFunction, point: list[arb]) -> bool:
        ratios = []
        for k in _RUNGS:
            a, b = evaluated(*point, arb(2) ** -k)
            ratios.append(arb(abs(a - b).upper()) * arb(2) ** (k * order))
        if not all(ratio.is_finite() for ratio in ratios):
            return False
        # With one order less the second would be 2³⁰ times the first.
        if not ratios[1] < 2**12 * (ratios[0] + 1):
            raise InputError(f"the defect is not of order {order} at a random point")
        return True

    return _at_random((left, right), kind, _EXPANSION_BITS, small, (variable,))


def _at_random(
    sides: Sequence[Any],
    kind: type[Response],
    bits: int,
    judge: Callable[[BallFunction, list[arb]], bool],
    last: tuple[sp.Symbol, ...] = (),
) -> int:
    """Call `judge` at random points of random instances; it says whether a point counts.

    Points are drawn for all symbols but `last`, which `judge` adds itself.
    """
    rng, points = random.Random(_SEED), 0
    for _ in range(_INSTANCES):
        instance = _instance(sides, kind, rng)
        symbols = [s for s in _symbols(instance) if s not in last]
        evaluated = compile_balls(instance, [*symbols, *last])
        found = 0
        with ctx.workprec(bits):
            for _ in range(_TRIES):
                found += judge(evaluated, [arb(_size(rng)) for _ in symbols])
                if found == _POINTS:
                    break
        if found < _POINTS:
            raise InputError("no points were found at which both sides have a value")
        points += found
    return points


def compare_sign(e: sp.Expr, relation: str, known: Sequence[tuple[sp.Expr, str]]) -> int:
    """Look for values of the atoms with the known signs at which `e` has another sign.

    Raises InputError where one is found, or where too few such values are found.
    """
    factors = [factor for factor, _ in known]
    plain, _ = opaque(e, *factors)
    symbols = _symbols(plain)
    evaluated = compile_balls(plain, symbols)
    rng, found = random.Random(_SEED), 0
    for _ in range(_SIGN_TRIES):
        with ctx.workprec(64):
            value, *rest = evaluated(*(arb(_signed(rng, s)) for s in symbols))
            if not all(_has_sign(v, rel) for v, (_, rel) in zip(rest, known, strict=True)):
                continue
            if value.is_finite() and not _has_sign(value, relation):
                raise InputError(f"it is not {relation} 0 at a random point")
        found += 1
        if found == 4 * _POINTS:
            return found
    raise InputError("no values were found with the signs that are assumed")


def _has_sign(value: arb, relation: str) -> bool:
    """Whether a value may have the relation to 0; strict relations must be certain."""
    match relation:
        case ">":
            return bool(value > 0)
        case "<":
            return bool(value < 0)
        case "≥":
            return not bool(value < 0)
        case "≤":
            return not bool(value > 0)
    raise InputError(f"a sign is one of < > ≤ ≥, not {relation}")


def _instance(sides: Sequence[Any], kind: type[Response], rng: random.Random) -> list[Any]:
    """The sides with every generic function a random rational function."""
    functions = {a.func for side in sides for a in side.atoms(AppliedUndef)}
    known = {f: _even(rng) for f in sorted(functions, key=str)}
    phi, activation = Z * _even(rng), kind.symmetry == "odd"
    loss = sp.S.Zero if activation else Z**2 * _even(rng) / 2
    if kind.symmetry == "none":
        loss *= 1 + sp.Rational(rng.randrange(1, 40), 20) * Z
    known |= {PHI: phi, PHI_SQUARED: phi**2} if activation else {ELL: loss}
    if R in functions:
        known[R] = _response(phi if activation else loss, activation)
    return [_with(side, known) for side in sides]


# Every claim is compared on the same few instances, so that these are asked for again and again.
@lru_cache(maxsize=256)
def _response(value: sp.Expr, activation: bool) -> sp.Expr:
    slope = _derivative(value, 1)
    return cancelled((value * slope if activation else slope) / Z)


@lru_cache(maxsize=256)
def _derivative(value: sp.Expr, order: int) -> sp.Expr:
    """Of a rational function of z, in lowest terms: others grow with each derivative."""
    before = value if order == 1 else _derivative(value, order - 1)
    (element, z), back = in_one_field([before, Z])
    return back(element.diff(z))


def _with(side: Any, known: Mapping[Any, sp.Expr]) -> Any:
    def is_value(part: Any) -> bool:
        return isinstance(part, AppliedUndef) and part.func in known

    def is_derivative(part: Any) -> bool:
        if not (isinstance(part, sp.Derivative) and is_value(part.expr)):
            return False
        return set(part.variables) == set(part.expr.args)

    def derivative(part: sp.Derivative) -> sp.Expr:
        return _derivative(known[part.expr.func], len(part.variables)).subs(Z, *part.expr.args)

    def value(part: AppliedUndef) -> sp.Expr:
        return known[part.func].subs(Z, *part.args)

    return side.replace(is_derivative, derivative).replace(is_value, value).doit()


def _even(rng: random.Random) -> sp.Expr:
    a, b, c = (sp.Rational(rng.randrange(1, 40), 20) for _ in range(3))
    return (1 + a * Z**2) / (1 + b * Z**2 + c * Z**4)


def _symbols(sides: Sequence[Any]) -> list[sp.Symbol]:
    return sorted(set().union(*(side.free_symbols for side in sides)), key=str)


def _signed(rng: random.Random, symbol: sp.Symbol) -> fmpq:
    size = _size(rng) * fmpq(2) ** rng.choice(_OCTAVES)
    return size if symbol.is_positive else rng.choice([-1, 1]) * size


def _size(rng: random.Random) -> fmpq:
    return fmpq(rng.randrange(1, 400), 200)
