"""The proof of a statement: its equations put in, derivatives taken, the rest by field."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef

from ...theory.derivation.substitution import resolved
from .conditions import factors_of
from .powers import Roots, roots_in
from .signs import SignProof
from .statements import PARITY, Hypothesis, Statement, flat
from .translate import term

_EXPONENTIALS = (sp.exp, sp.tanh, sp.sinh, sp.cosh)


def script(statement: Statement) -> tuple[str, ...]:
    """The lines from `Proof.` to `Qed.`; raises Untranslatable where the rule of signs fails."""
    names = [h.name for h in statement.hypotheses]
    variables = statement.variables
    lines = [f"intros {' '.join([*variables, *names])}."] if variables or names else []
    if len(statement.claimed) > 1:
        lines.append("repeat match goal with |- _ /\\ _ => split end.")
    for left, right in statement.claimed:
        body = (
            _sign(statement, left, right)
            if isinstance(right, str)
            else tuple(_with_matrices(statement, _equation(statement, left, right)))
        )
        lines += body if len(statement.claimed) == 1 else ["{ " + "\n    ".join(body) + " }"]
    return tuple(lines)


def _sign(statement: Statement, left: sp.Expr, relation: str) -> tuple[str, ...]:
    known = [h.formula for h in statement.hypotheses if h.kind == "sign"]
    return SignProof(statement.names, known).script(left, relation)


def _with_matrices(statement: Statement, lines: Iterator[str]) -> Iterator[str]:
    """Matrices with an equation replaced, entries taken, products cut, before the rest."""
    if not statement.matrices:
        yield from lines
        return
    given = [h for h in statement.hypotheses if h.kind == "matrix"]
    explicit = [h for h in given if isinstance(h.formula[1], sp.MatrixBase)]
    others = ", ".join(f"?{h.name}" for h in given if h not in explicit)
    replaced = f"rewrite {others}; " if others else ""
    out = "repeat progress written_out; " if explicit else ""
    traces = [h.name for h in _by_kind(statement)["value"] if isinstance(h.formula[0], sp.Trace)]
    for line in lines:
        if line.removeprefix("put_in ").removesuffix(".") in traces:
            continue
        if line != "roots.":
            yield line if line != "finish." else f"all: {line}"
            continue
        yield from (f"try rewrite {h.name}." for h in explicit)
        yield f"{replaced}entries; {out}traces_back; {replaced}reduced; one_way; traces_in."
        yield f"all: {line}"


def _equation(statement: Statement, left: sp.Expr, right: sp.Expr) -> Iterator[str]:
    of_kind, roots = _by_kind(statement), _roots(statement)
    yield from _reflections(statement)
    yield from roots.lines() if roots else ()
    for h in of_kind["solved"]:
        yield f"revert {h.name}."
    exponentials = _has(statement, left, right, *_EXPONENTIALS)
    for h in of_kind["function"]:
        if isinstance(h.formula[0], AppliedUndef) and h.formula[0].args[0].is_Symbol:
            yield f"unfold_by {statement.names.function(h.formula[0].func)} {h.name}."
    for h in of_kind["value"]:
        if h.formula[0].is_Symbol:
            yield f"try subst {statement.names.real(h.formula[0])}."
    for h in of_kind["function"]:
        if isinstance(h.formula[0], sp.Derivative):
            yield f"derivative_by {h.name}."
        elif not h.formula[0].args[0].is_Symbol:
            yield f"try rewrite (Derive_ext _ _ _ {h.name})."
    for h in of_kind["value"]:
        if not h.formula[0].is_Symbol:
            yield f"put_in {h.name}."
    tanh_alone = exponentials and not _has(statement, left, right, sp.exp, sp.sinh, sp.cosh)
    if statement.at_zero:
        yield from (line for _, line in at_zero(statement))
        yield "lra."
        return
    if exponentials and not tanh_alone:
        yield "by_exp."
        yield "one_exp."
    early, late = _nonzero(statement)
    yield from _factors(statement, exponentials and not tanh_alone, early)
    if tanh_alone:
        yield "by_tanh."
    yield from (f"revert {h.name}." for h in late)
    yield from _integrals(statement)
    yield from _second_derivatives(statement, tanh_alone)
    yield "differentiate."
    if tanh_alone:
        yield "plain; rewrite ?tanh_slope."
    if any(h.kind == "integrable" for h in statement.hypotheses):
        yield "integral_slopes."
    yield from (f"intro {h.name}." for h in reversed(late))
    later = _factors(statement, exponentials and not tanh_alone, late, len(early) * 10)
    yield from map(_renamed, later) if tanh_alone else later
    for h in of_kind["function"]:
        if isinstance(h.formula[0], sp.Derivative) or not h.formula[0].args[0].is_Symbol:
            yield f"plain; try rewrite !{h.name}."
    for h in of_kind["place"]:
        if h.formula[0].is_Symbol:
            yield f"try subst {statement.names.real(h.formula[0])}."
        else:
            yield f"put_in {h.name}."
    if roots:
        yield from roots.closing()
        for h in of_kind.get("nonzero", ()):
            base = resolved(h.formula, statement.equations, statement.at)
            yield from roots.not_zero(h.name, base)
    yield "roots."
    for h in of_kind["solved"]:
        slope = resolved(statement.slope, statement.equations, statement.at)
        yield f"intro {h.name}; solve_for {h.name} ({term(slope, statement.names)})."
        return
    known = roots.equations if roots else ""
    if not known:
        yield "finish."
        return
    others = f"non_zero_by ltac:(fun g => ring_simplify [{known}] g)"
    yield f"first [ solve [ timeout 8 (field [{known}]; {others}) ] | finish ]."


def _integrals(statement: Statement) -> Iterator[str]:
    of = {kind: [h.name for h in hs] for kind, hs in _by_kind(statement).items()}
    for exists, continuous in zip(of.get("integrable", ()), of.get("continuous", ()), strict=True):
        yield f"integral_slope {exists} {continuous}."


def _roots(statement: Statement) -> Roots | None:
    """Letters for what roots are taken of, where that is more than a positive symbol."""
    hypotheses = [h for h in statement.hypotheses if h.kind not in ("matrix", "integrable")]
    parts = [h.formula if isinstance(h.formula, tuple) else (h.formula,) for h in hypotheses]
    written = [e for e in (*flat(statement.claimed), *flat(parts)) if isinstance(e, sp.Basic)]
    hard = any(h.kind == "root" for h in hypotheses) or any(
        exponent.q > 2 or base.is_number for base, exponent in roots_in(written)
    )
    by_logarithms = any(e.has(sp.log) for e in written)  # which take roots apart themselves
    if not hard or by_logarithms or statement.matrices or statement.at_zero:
        return None
    known = [(h.formula[0], h.name) for h in hypotheses if h.kind in ("value", "place")]
    pairs = [*statement.equations, *statement.at]
    given = [(h.formula, h.name) for h in hypotheses if h.kind == "nonzero"]
    found = Roots(written, pairs, statement.names, known, given)
    return found if found.needed else None


def at_zero(statement: Statement) -> Iterator[tuple[str, str]]:
    """f, and the line that puts in f''(0), where the formula of f is 0/0.

    Coq is told g, g', g'' and g'''(0) of f(z) = g(z)/z.
    """
    of = {h.formula[0].func: h.name for h in statement.hypotheses if h.kind == "removable"}
    limits = {h.formula[0].func: h.name for h in statement.hypotheses if h.kind == "limit"}
    for f, one in statement.at_zero.items():
        name, z = statement.names.function(f), statement.names.real(one.variable)
        slopes = " ".join(f"(fun {z} => {term(e, statement.names)})" for e in one.slopes)
        third = term(one.third, statement.names)
        line = f"at_zero {name} {of[f]} {limits[f]} {slopes} ({third})."
        tanh_alone = one.slopes[0].has(sp.tanh) and not one.slopes[0].has(sp.exp, sp.sinh, sp.cosh)
        yield name, f"by_tanh. {_renamed(line)}" if tanh_alone else line


def slopes_of_slopes(statement: Statement) -> Iterator[tuple[sp.Symbol, sp.Expr]]:
    """The variable and the slope of each formula that is differentiated twice."""
    hypotheses = _by_kind(statement)
    told = tuple(h.formula for h in hypotheses.get("nonzero", ()))
    pairs = (*statement.claimed, *statement.equations, told)
    taken = {
        d.expr.func
        for pair in pairs
        for e in pair
        if not isinstance(e, str)
        for d in e.atoms(sp.Derivative)
        if len(d.variables) == 2 and isinstance(d.expr, AppliedUndef)
    }
    for h in hypotheses["function"]:
        name, value = h.formula
        if isinstance(name, AppliedUndef) and name.func in taken and name.args[0].is_Symbol:
            variable = name.args[0]
            yield variable, sp.diff(resolved(value, statement.equations), variable)


def _second_derivatives(statement: Statement, tanh_alone: bool) -> Iterator[str]:
    """The slope of each formula that is differentiated twice, which Coq differentiates again."""
    for variable, slope in slopes_of_slopes(statement):
        z, text = statement.names.real(variable), term(slope, statement.names)
        yield f"second_derivative (fun {z} => {_renamed(text) if tanh_alone else text})."


def _renamed(text: str) -> str:
    return re.sub(r"\btanh\b", "tanh_", text)


def _has(statement: Statement, left: sp.Expr, right: sp.Expr, *functions: Any) -> bool:
    given = [
        e
        for h in statement.hypotheses
        if h.kind in ("function", "value", "nonzero")
        for e in (h.formula if isinstance(h.formula, tuple) else (h.formula,))
    ]
    return any(e.has(*functions) for e in (left, right, *given))


def _nonzero(statement: Statement) -> tuple[list[Hypothesis], list[Hypothesis]]:
    """What is not 0: of formulas, and of slopes of what has a formula."""
    given = {h.formula[0] for h in statement.hypotheses if h.kind == "function"}
    formulas = {name.func for name in given if isinstance(name, AppliedUndef)}
    early: list[Hypothesis] = []
    late: list[Hypothesis] = []
    for h in statement.hypotheses:
        if h.kind == "nonzero":
            slopes = h.formula.atoms(sp.Derivative)
            of_formula = any(a.func in formulas for d in slopes for a in d.atoms(AppliedUndef))
            (late if of_formula else early).append(h)
    return early, late


def _factors(
    statement: Statement, exponentials: bool, given: Iterable[Hypothesis], count: int = 0
) -> Iterator[str]:
    """What is not 0 because a product with it is not: which product, SymPy says."""
    symbols: list[str] = []
    others: list[str] = []
    for h in given:
        base = resolved(h.formula, statement.equations, statement.at)
        base, powers = in_exponentials(base) if exponentials else (base, {})
        found = factors_of(base)
        for symbol, power in powers.items():
            statement.names.reals[symbol] = term(power, statement.names)
        if len(found) == 1 and next(iter(found)) in (h.formula, -h.formula):
            continue
        several = list(found.items())
        slopes = bool(h.formula.atoms(sp.Derivative))
        if (exponentials or slopes) and len(several) > 1:
            several += _products(found)
        for factor, rest in several:
            count += 1
            text, other = (f"({term(e, statement.names)})" for e in (factor, rest))
            line = f"try assert (F{count} : {text} <> 0) by (factor_of {h.name} {text} {other})."
            (symbols if factor.is_Symbol else others).append(line)
    yield from symbols
    yield from others


def _products(found: dict[sp.Expr, sp.Expr]) -> list[tuple[sp.Expr, sp.Expr]]:
    """Products of the first factors, multiplied out, as field asks for them."""
    products, (whole, rest) = [], next(iter(found.items()))
    whole *= rest
    product = sp.S.One
    for factor in found:
        product = sp.expand(product * factor)
        products.append((product, sp.cancel(whole / product)))
    return products[1:]


def in_exponentials(e: sp.Expr) -> tuple[sp.Expr, dict[sp.Symbol, sp.Expr]]:
    """tanh(z), cosh(2z) and their like by powers of one symbol for e^z, and what it stands for.

    >>> z = sp.Symbol("z", real=True)
    >>> in_exponentials(2 * sp.sinh(2 * z))
    (_e_z**2 - 1/_e_z**2, {_e_z: exp(z)})
    """
    e = e.rewrite([sp.tanh, sp.sinh, sp.cosh], sp.exp)
    known: dict[sp.Expr, sp.Symbol] = {}

    def power(argument: sp.Expr) -> sp.Expr:
        number, rest = argument.as_coeff_Mul()
        if not number.is_Integer:
            number, rest = sp.S.One, argument
        known.setdefault(rest, sp.Dummy(f"e_{rest}", positive=True))
        return known[rest] ** number

    e = e.replace(sp.exp, power)
    return e, {symbol: sp.exp(rest) for rest, symbol in known.items()}


def _by_kind(statement: Statement) -> dict[str, list[Hypothesis]]:
    kinds: dict[str, list[Hypothesis]] = {"function": [], "value": [], "place": [], "solved": []}
    for h in statement.hypotheses:
        kinds.setdefault(h.kind, []).append(h)
    return kinds


def _reflections(statement: Statement) -> Iterator[str]:
    """What parity says of the slopes, where the function has both."""
    smooth: dict[object, str] = {}
    for h in statement.hypotheses:
        if h.kind == "smooth":
            smooth.setdefault(h.formula, h.name)
        if h.kind == "parity" and h.formula in smooth:
            kind = "even" if PARITY[h.formula] == 1 else "odd"
            function = statement.names.function(h.formula)
            slope, parity = f"{kind}_slope {function}", f"{smooth[h.formula]} {h.name}"
            yield f"pose proof ({slope} {parity}) as slope_{h.name}."
