"""A case in which all hypotheses of a lemma hold, and the proof that they do.

A lemma whose hypotheses contradict one another says nothing, and a kernel accepts it all the same.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef

from ...theory.derivation.notation import DECAY, ELL, PHI
from ...theory.derivation.substitution import resolved
from ...theory.models import PHI_SQUARED, R
from .matrix_cases import Matrices, matrices
from .names import Untranslatable
from .statements import Statement
from .translate import same, term

T = sp.Symbol("t", real=True)
_TRIALS, _MARGIN = 400, 1e-6
_NUMBERS = tuple(
    sp.Rational(n)
    for n in ["1", "1/2", "2", "1/4", "3", "3/2", "3/4", "1/10", "1/3", "4", "5", "1/100", "9/10"]
)
# For each function the cases that are tried: even or odd where the book says so.
_R = (1 - T**2 / 8, 5 - T**2, 3 - T**2, 1 + T**2, 5 - T, 1 - T**2 / 8 + T**4 / 100)
_OTHERS = (2 + T / 3 + T**2 / 5, -sp.Rational(1, 2) - T / 7, sp.Rational(1, 3) - T / 9, 1 + T)
_SHAPES = {
    R: _R,
    ELL: (T**2 / 2 + T**4 / 12, T**2 / 2 - T**4 / 48),
    PHI: (T - T**3 / 12, T + T**3),
    PHI_SQUARED: (T**2 / 2, T**2 / 2 + T**4),
    DECAY: (*_OTHERS, sp.S.One),
}


@dataclass(frozen=True)
class Witness:
    """Numbers for the free variables and matrices, and polynomials for the free functions."""

    numbers: dict[sp.Symbol, sp.Rational]
    shapes: dict[Any, sp.Expr]
    matrices: Matrices = field(default_factory=Matrices)

    def value(self, e: Any, statement: Statement) -> Any:
        """What an expression is in this case."""
        e = at_case(resolved(e, statement.equations, statement.at), self.shapes)
        return self.matrices.put_into(e).xreplace(self.numbers)

    def shown(self, statement: Statement) -> dict[str, str]:
        """The same in the names of the lemma, for the manifest."""
        shapes = {statement.names.function(f): f"{e} at t" for f, e in self.shapes.items()}
        numbers = {statement.names.real(s): str(n) for s, n in self.numbers.items()}
        sizes = {statement.names.size(s): str(n) for s, n in self.matrices.sizes.items()}
        entries = {
            statement.names.matrix(s): str(a.tolist()) for s, a in self.matrices.entries.items()
        }
        return {**sizes, **numbers, **shapes, **entries}


def not_zero(statement: Statement) -> tuple[Any, ...]:
    """The right sides that a witness has to make other than 0, so that the claim says something."""
    return tuple(
        right for _, right in statement.claimed if not isinstance(right, str) and right != 0
    )


def said(statement: Statement, found: Witness) -> tuple[str, ...]:
    """What a witness says of the right sides: that they are not 0, or which numbers they are.

    Numbers, of sides with matrices: a transpose or a size that is wrong on both sides alike gives
    others than these, which come from SymPy.
    """
    names, parts = statement.names, list[str]()
    for right in not_zero(statement):
        shape = getattr(right, "shape", ())
        if not statement.matrices:
            parts.append(f"{term(right, names)} <> 0")
            continue
        if shape:
            parts.append(f"~ {same(right, sp.ZeroMatrix(*shape), names)}")
        parts.append(same(right, found.value(right, statement), names))
    return tuple(parts)


def witness(statement: Statement) -> Witness:
    """A case in which the hypotheses hold and no right side is 0.

    Raises Untranslatable where none of those tried is one.
    """
    free_reals, free_functions = _free(statement)
    rng, entries = random.Random(0), matrices(statement)
    for shapes in _families(statement, free_functions):
        if not _inverted(statement, shapes):
            continue
        try:
            checks = _checks(statement, shapes, entries)
        except (ZeroDivisionError, ValueError):
            continue
        found = _numbers(free_reals, checks, rng)
        if found is not None:
            return Witness(found, shapes, entries)
    raise Untranslatable("no case was found in which all hypotheses hold")


def _inverted(statement: Statement, shapes: dict[Any, sp.Expr]) -> bool:
    """Whether f with f(r(p)) given can be solved for: where r is a line."""
    for h in statement.hypotheses:
        if h.kind == "function" and isinstance(h.formula[0], AppliedUndef):
            (argument,) = h.formula[0].args
            inner = at_case(resolved(argument, statement.equations), shapes)
            variables = argument.free_symbols
            if not argument.is_Symbol and any(sp.diff(inner, v, 2) != 0 for v in variables):
                return False
    return True


def _free(statement: Statement) -> tuple[tuple[sp.Symbol, ...], tuple[Any, ...]]:
    kinds = ("function", "value", "removable", "place", "solved", "expansion")
    given = [h for h in statement.hypotheses if h.kind in kinds]
    names = [h.formula[0] for h in given]
    symbols = {name for name in names if name.is_Symbol}
    functions = {name.func for name in names if isinstance(name, AppliedUndef)}
    reals = tuple(s for s in statement.reals if s not in symbols)
    return reals, tuple(f for f in statement.functions if f not in functions)


def _families(statement: Statement, functions: Sequence[Any]) -> Iterator[dict[Any, sp.Expr]]:
    given = {
        h.formula[0].expr.func: h.formula
        for h in statement.hypotheses
        if h.kind == "function" and isinstance(h.formula[0], sp.Derivative)
    }
    for turn in range(6 if functions else 1):
        shapes: dict[Any, sp.Expr] = {}
        for place, f in enumerate(functions):
            choices = _SHAPES.get(f, _OTHERS)
            shift = turn if f in _SHAPES else turn + place
            shapes[f] = choices[shift % len(choices)]
        for f, (name, value) in given.items():  # f' is given: f is an integral of it
            slope = at_case(value, shapes).subs(name.variables[0], T)
            if not slope.is_polynomial(T):
                break
            shapes[f] = sp.integrate(slope, T)
        else:
            yield shapes


def at_case(e: Any, shapes: dict[Any, sp.Expr]) -> Any:
    """An expression with polynomials for its functions."""
    for function, shape in shapes.items():
        e = e.replace(function, lambda a, shape=shape: shape.subs(T, a))
    return e.doit()


Check = tuple[Any, str]


def _checks(statement: Statement, shapes: dict[Any, sp.Expr], entries: Matrices) -> list[Check]:
    """Expressions in the free numbers, and what they have to be."""

    equations = [*statement.equations]
    equations += [h.formula for h in statement.hypotheses if h.kind == "solved"]

    def value(e: Any) -> Any:
        e = entries.put_into(at_case(resolved(e, equations, statement.at), shapes))
        if getattr(e, "shape", ()):
            e = e[0, 0]
        if e.has(sp.nan, sp.zoo, AppliedUndef):
            raise ValueError("not a number")
        return e

    checks: list[Check] = []
    for h in statement.hypotheses:
        if h.kind == "positive":
            checks.append((value(h.formula), ">"))
        elif h.kind == "sign":
            checks.append((value(h.formula[0]), h.formula[1]))
        elif h.kind == "integrable":  # from 0 only where nothing is integrated
            ((variable, low, _),) = h.formula.limits
            if low == 0:
                checks.append((sp.cancel(value(h.formula.function * variable)), "="))
        elif h.kind == "start":
            checks.append((value(h.formula[0]) - h.formula[1], "="))
        elif isinstance(h.formula, tuple) and isinstance(h.formula[0], sp.Trace):
            name, target = h.formula
            checks.append((entries.put_into(name) - value(target), "="))
        elif h.kind == "place" and not h.formula[0].is_Symbol:
            name, target = h.formula
            left = at_case(resolved(name, statement.equations), shapes)
            checks.append((left - value(target), "="))
    checks += [(value(e), relation) for e, relation in statement.where]
    return checks + [(value(e), "≠") for e in not_zero(statement)]


def _numbers(
    reals: Sequence[sp.Symbol], checks: Sequence[Check], rng: random.Random
) -> dict[sp.Symbol, sp.Rational] | None:
    compute = [(sp.lambdify(list(reals), e, "math"), relation) for e, relation in checks]
    for trial in range(_TRIALS if reals else 1):
        case = {s: rng.choice(_NUMBERS) if trial else sp.S.One for s in reals}
        if trial > _TRIALS // 2:  # of what may be negative, every other is
            case = {s: n if s.is_positive or rng.random() < 0.5 else -n for s, n in case.items()}
        values = [float(case[s]) for s in reals]
        try:
            if all(_holds(float(f(*values)), relation) for f, relation in compute):
                return case
        except (ZeroDivisionError, ValueError, TypeError, OverflowError, NameError):
            continue
    return None


def _holds(value: float, relation: str) -> bool:
    return {
        ">": value > _MARGIN,
        "<": value < -_MARGIN,
        "≥": value >= 0,
        "≤": value <= 0,
        "≠": abs(value) > _MARGIN,
        "=": abs(value) < 1e-12,
    }[relation]
