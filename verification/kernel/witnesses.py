"""A case in which all hypotheses of a lemma hold, and the proof that they do.

A lemma whose hypotheses contradict one another says nothing, and a kernel accepts it all the same.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef

from ...theory.derivation.notation import ELL, PHI
from ...theory.derivation.substitution import resolved
from ...theory.models import PHI_SQUARED, R
from .statements import Hypothesis, Statement
from .translate import Names, Untranslatable, term

_T = sp.Symbol("t", real=True)
_TRIALS, _MARGIN = 400, 1e-6
_NUMBERS = tuple(
    sp.Rational(n)
    for n in ["1", "1/2", "2", "1/4", "3", "3/2", "3/4", "1/10", "1/3", "4", "5", "1/100", "9/10"]
)
# For each function the cases that are tried: even or odd where the book says so.
_R = (1 - _T**2 / 8, 5 - _T**2, 3 - _T**2, 1 + _T**2, 5 - _T, 1 - _T**2 / 8 + _T**4 / 100)
_OTHERS = (2 + _T / 3 + _T**2 / 5, -sp.Rational(1, 2) - _T / 7, sp.Rational(1, 3) - _T / 9, 1 + _T)
_SHAPES = {
    R: _R,
    ELL: (_T**2 / 2 + _T**4 / 12, _T**2 / 2 - _T**4 / 48),
    PHI: (_T - _T**3 / 12, _T + _T**3),
    PHI_SQUARED: (_T**2 / 2, _T**2 / 2 + _T**4),
}


@dataclass(frozen=True)
class Witness:
    """Numbers for the free variables, and polynomials for the free functions."""

    numbers: dict[sp.Symbol, sp.Rational]
    shapes: dict[Any, sp.Expr]

    def shown(self, statement: Statement) -> dict[str, str]:
        """The same in the names of the lemma, for the manifest."""
        shapes = {statement.names.function(f): f"{e} at t" for f, e in self.shapes.items()}
        return {**{statement.names.real(s): str(n) for s, n in self.numbers.items()}, **shapes}


def not_zero(statement: Statement) -> tuple[sp.Expr, ...]:
    """The right sides that a witness has to make other than 0, so that the claim says something."""
    return tuple(
        right for _, right in statement.claimed if not isinstance(right, str) and right != 0
    )


def witness(statement: Statement) -> Witness:
    """A case in which the hypotheses hold and no right side is 0.

    Raises Untranslatable where none of those tried is one.
    """
    free_reals, free_functions = _free(statement)
    rng = random.Random(0)
    for shapes in _families(statement, free_functions):
        try:
            checks = _checks(statement, shapes)
        except (ZeroDivisionError, ValueError):
            continue
        found = _numbers(free_reals, checks, rng)
        if found is not None:
            return Witness(found, shapes)
    raise Untranslatable("no case was found in which all hypotheses hold")


def _free(statement: Statement) -> tuple[tuple[sp.Symbol, ...], tuple[Any, ...]]:
    given = [h for h in statement.hypotheses if h.kind in ("function", "value", "place", "solved")]
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
            slope = put_shapes(value, shapes).subs(name.variables[0], _T)
            if not slope.is_polynomial(_T):
                break
            shapes[f] = sp.integrate(slope, _T)
        else:
            yield shapes


def put_shapes(e: Any, shapes: dict[Any, sp.Expr]) -> Any:
    """`e` with polynomials in t for its functions."""
    for function, shape in shapes.items():
        e = e.replace(function, lambda a, shape=shape: shape.subs(_T, a))
    return e.doit()


Check = tuple[Any, str]


def _checks(statement: Statement, shapes: dict[Any, sp.Expr]) -> list[Check]:
    """Expressions in the free numbers, and what they have to be."""

    equations = [*statement.equations]
    equations += [h.formula for h in statement.hypotheses if h.kind == "solved"]

    def value(e: Any) -> Any:
        e = put_shapes(resolved(e, equations, statement.at), shapes)
        if e.has(sp.nan, sp.zoo, AppliedUndef):
            raise ValueError("not a number")
        return e

    checks: list[Check] = []
    for h in statement.hypotheses:
        if h.kind == "positive":
            checks.append((value(h.formula), ">"))
        elif h.kind == "sign":
            checks.append((value(h.formula[0]), h.formula[1]))
        elif h.kind == "nonzero":
            checks.append((value(h.formula), "≠"))
        elif h.kind == "start":
            checks.append((value(h.formula[0]) - h.formula[1], "="))
        elif h.kind == "place" and not h.formula[0].is_Symbol:
            name, target = h.formula
            left = put_shapes(resolved(name, statement.equations), shapes)
            checks.append((left - value(target), "="))
    return checks + [(value(e), "≠") for e in not_zero(statement)]


def _numbers(
    reals: Sequence[sp.Symbol], checks: Sequence[Check], rng: random.Random
) -> dict[sp.Symbol, sp.Rational] | None:
    compute = [(sp.lambdify(list(reals), e, "math"), relation) for e, relation in checks]
    for trial in range(_TRIALS if reals else 1):
        case = {s: rng.choice(_NUMBERS) if trial else sp.S.One for s in reals}
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


# In Coq ------------------------------------------------------------------------------------------


def proof(statement: Statement, found: Witness, more: Sequence[str] = ()) -> tuple[str, ...]:
    """The lines that prove the hypotheses, and that no right side is 0, for this case.

    `more` are proofs of what is said of the case after that.
    """
    names = statement.names
    lines = []
    for f, shape in found.shapes.items():
        lines.append(f"pose ({names.function(f)} := fun t_ : R => {_polynomial(shape)}).")
    lines += [f"pose ({names.real(s)} := {term(n, names)} : R)." for s, n in found.numbers.items()]
    defined = list(_defined(statement, found))
    lines += [line for _, line in defined]
    slopes = list(_slopes(statement, found))
    lines += [line for _, line in slopes]
    variables = [names.real(s) for s in statement.reals]
    variables += [names.function(f) for f in statement.functions]
    if variables:
        lines.append(f"exists {', '.join(variables)}.")
    unfold = " ".join(name for name, _ in reversed(defined))
    free = " ".join(
        [*(names.function(f) for f in found.shapes), *(names.real(s) for s in found.numbers)]
    )
    evaluate = f"cbv delta [{unfold}] beta; " if unfold else ""
    if slopes:
        evaluate += f"rewrite ?{', ?'.join(name for name, _ in slopes)}; cbv beta; "
    evaluate += f"cbv delta [{free}] beta; " if free else ""
    parts = [_part(h, evaluate, slopes) for h in statement.hypotheses]
    parts += [f"{evaluate}number" for _ in not_zero(statement)]
    parts += [f"{evaluate}{one}" for one in more]
    if not parts:
        return (*lines, "exact I.")
    lines.append("repeat match goal with |- _ /\\ _ => split end.")
    if len(parts) == 1:
        return (*lines, f"{parts[0]}.")
    return (*lines, *(f"{{ {part}. }}" for part in parts))


def _part(h: Hypothesis, evaluate: str, slopes: Sequence[tuple[str, str]]) -> str:
    match h.kind:
        case "smooth":
            rewritten = f"rewrite ?{', ?'.join(n for n, _ in slopes)}; " if slopes else ""
            return f"intro; {rewritten}smooth_here"
        case "parity":
            return f"intro; {evaluate}field"
        case "function" | "value" | "place":
            return f"first [ reflexivity | intros; reflexivity | intros; {evaluate}number ]"
    return f"{evaluate}number"


def _polynomial(shape: sp.Expr) -> str:
    names = Names()
    names.reals[_T] = "t_"
    return term(shape, names)


def _defined(statement: Statement, found: Witness) -> Iterator[tuple[str, str]]:
    """Variables with an equation, as what it says, in an order in which each uses earlier ones."""
    names = statement.names
    left = [h for h in statement.hypotheses if h.kind in ("function", "value", "place", "solved")]
    left = [h for h in left if h.formula[0].is_Symbol or isinstance(h.formula[0], AppliedUndef)]
    done: set[Any] = {*found.numbers, *found.shapes}
    while left:
        ready = [h for h in left if _parts(h, statement) <= done]
        if not ready:
            raise Untranslatable("the equations have no order in which each uses earlier ones")
        for h in ready:
            name, right = h.formula
            value = term(right, names) if h.kind == "solved" else h.text.split(" = ", 1)[1]
            if name.is_Symbol:
                done.add(name)
                yield names.real(name), f"pose ({names.real(name)} := {value})."
                continue
            f = names.function(name.func)
            (argument,) = name.args
            if h.kind == "function" and argument.is_Symbol:
                head = f"fun {names.real(argument)} : R => {value}"
            elif h.kind == "function":
                head = _inverse(statement, found, name, h.formula[1])
            else:
                head = f"fun _ : R => {value}"
            done.add(name.func)
            yield f, f"pose ({f} := {head})."
        left = [h for h in left if h not in ready]


def _inverse(statement: Statement, found: Witness, name: Any, value: Any) -> str:
    """f with f(r(p)) = value, where r is a line."""
    (variable,) = name.args[0].free_symbols
    inner = put_shapes(resolved(name.args[0], statement.equations), found.shapes)
    solutions = sp.solve(inner - _T, variable)
    if len(solutions) != 1:
        raise Untranslatable("a function of a function is not solved for")
    names = statement.names
    body = value.subs(variable, solutions[0])
    names.reals[_T] = "t_"
    return f"fun t_ : R => {term(body, names)}"


def _parts(h: Hypothesis, statement: Statement) -> set[Any]:
    """What has to be there before."""
    name, value = h.formula
    bound: set[Any] = set()
    if isinstance(name, AppliedUndef):
        bound = name.free_symbols if h.kind == "function" else set()
    for part in value.atoms(sp.Subs, sp.Integral):
        bound |= set(part.variables)
    known = {*statement.reals, *statement.functions}
    own = {name} if name.is_Symbol else {name.func}
    needed = {s for s in value.free_symbols - bound if s in known}
    return (needed | {a.func for a in value.atoms(AppliedUndef)}) - own


def _slopes(statement: Statement, found: Witness) -> Iterator[tuple[str, str]]:
    """The derivatives of the polynomials, as equations of functions."""
    names = statement.names
    for f, shape in found.shapes.items():
        name, count = names.function(f), _highest(f, statement)
        before = name
        for k in range(1, count + 1):
            shape = sp.diff(shape, _T)
            after = f"(fun t_ : R => {_polynomial(shape)})"
            label = f"{name}_slope{k}"
            yield label, f"assert ({label} : Derive {before} = {after}) by slope_is."
            before = after


def _highest(function: Any, statement: Statement) -> int:
    formulas: list[Any] = [*statement.equations, *statement.at]
    formulas += list(statement.claimed)
    formulas += [
        h.formula if isinstance(h.formula, tuple) else (h.formula,)
        for h in statement.hypotheses
        if h.kind in ("sign", "nonzero")
    ]
    return max(
        (
            len(d.variables)
            for pair in formulas
            for e in pair
            if not isinstance(e, str)
            for d in e.atoms(sp.Derivative)
            if isinstance(d.expr, AppliedUndef) and d.expr.func == function
        ),
        default=0,
    ) + sum(1 for h in statement.hypotheses if h.kind == "smooth" and h.formula == function)
