"""The proof that a case is one: its numbers, polynomials and matrices put in, and counted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef

from ...theory.derivation.substitution import resolved
from .names import Untranslatable
from .programs import coefficients
from .scripts import at_zero, slopes_of_slopes
from .statements import Hypothesis, Statement
from .translate import term
from .witnesses import T, Witness, at_case, said


def proof(statement: Statement, found: Witness, more: Sequence[str] = ()) -> tuple[str, ...]:
    """The lines that prove the hypotheses, and that no right side is 0, for this case: of what
    follows from both in every case, that it holds.

    `more` are proofs of what is said of the case after that.
    """
    names = statement.names
    lines = ["intros P_ given_."]
    slopes = _Slopes(statement, found)
    for f, shape in found.shapes.items():
        lines.append(f"pose ({names.function(f)} := pol {coefficients(shape)}).")
    lines += [f"pose ({names.real(s)} := {term(n, names)} : R)." for s, n in found.numbers.items()]
    lines += found.matrices.lines(statement)
    lines += slopes.lines
    defined = [(name, slopes.taken(line)) for name, line in _defined(statement, found)]
    lines += [line for _, line in defined]
    limits = list(_slopes_at_zero(statement))
    lines += [line for _, line in limits]
    hidden = {names.function(f) for f in statement.at_zero}
    defined = [(name, line) for name, line in defined if name not in hidden]
    free = [
        *(name for name, _ in reversed(defined)),
        *reversed(slopes.names),
        *(names.function(f) for f in found.shapes),
        *(names.real(s) for s in found.numbers),
        *(names.matrix(s) for s in found.matrices.entries),
        *(names.size(s) for s in found.matrices.sizes),
    ]
    known = [*slopes.equations, *(name for name, _ in limits)]
    rewritten = f"rewrite ?{', ?'.join(known)}; " if known else ""
    evaluate = rewritten + (f"cbv delta [{' '.join(free)}] beta; " if free else "")
    evaluate += "".join(f"repeat {one}; " for one in _second_slopes(statement, found))
    if statement.matrices:
        evaluate += "entries; by_entries; "
    applied = f"({' '.join(('given_', *statement.variables))})" if statement.variables else "given_"
    parts = [_part(h, evaluate, rewritten) for h in statement.hypotheses]
    parts += [_of_side(text, evaluate) for text in said(statement, found)]
    parts += [f"{rewritten}{one}" for one in more]
    lines.append(f"apply {applied}.")
    if not parts:
        return tuple(lines)
    if len(parts) == 1:
        return (*lines, f"{parts[0]}.")
    return (*lines, *(f"{{ {part}. }}" for part in parts))


def _of_side(text: str, evaluate: str) -> str:
    if text.startswith("~ same"):
        return f"other_than_zero; {evaluate}number"
    return f"{evaluate}number"


def _part(h: Hypothesis, evaluate: str, rewritten: str) -> str:
    match h.kind:
        case "smooth":
            return f"intro; {rewritten}apply smooth_pol"
        case "parity":
            return "first [ apply even_pol; reflexivity | apply odd_pol; reflexivity ]"
        case "removable":
            return f"exact {h.name}"
        case "integrable" | "continuous":
            return f"{evaluate}cbv [pol Q2R Qnum Qden]; {h.kind}_here"
        case "limit":
            return f"exact {h.name}"
        case "expansion":
            function = h.text.split("=> ")[1].split()[0]
            zero = f"intro; unfold {function}; ring"
            return f"apply (O_ext_all _ (fun _ => 0)); [ {zero} | apply O_zero ]"
        case "matrix":
            return "intros ? ? _ _; reflexivity"
        case "function" | "value" | "place":
            told = f"intros; {rewritten}reflexivity"
            return f"first [ reflexivity | {told} | intros; {evaluate}number_at ]"
    return f"{evaluate}number"


def _defined(statement: Statement, found: Witness) -> Iterator[tuple[str, str]]:
    """Variables with an equation, as what it says, in an order in which each uses earlier ones."""
    names = statement.names
    kinds = ("function", "value", "matrix", "removable", "place", "solved", "expansion")
    left = [h for h in statement.hypotheses if h.kind in kinds]
    left = [h for h in left if not isinstance(h.formula[0], sp.Derivative | sp.Subs | sp.Trace)]
    done: set[Any] = {*found.numbers, *found.shapes, *found.matrices.entries}
    while left:
        ready = [h for h in left if _parts(h, statement) <= done]
        if not ready:
            raise Untranslatable("the equations have no order in which each uses earlier ones")
        for h in ready:
            name, right = h.formula
            if h.kind == "matrix":
                done.add(name)
                yield names.matrix(name), f"pose ({names.matrix(name)} := {term(right, names)})."
                continue
            value = (
                term(right, names)
                if h.kind in ("solved", "expansion")
                else h.text.split(" = ", 1)[1]
            )
            if name.is_Symbol:
                done.add(name)
                yield names.real(name), f"pose ({names.real(name)} := {value})."
                continue
            f = names.function(name.func)
            (argument,) = name.args
            if h.kind == "removable":
                z, limit = names.real(argument), term(statement.at_zero[name.func].limit, names)
                head = f"fun {z} : R => if Req_EM_T {z} 0 then {limit} else {value}"
            elif h.kind in ("function", "expansion") and argument.is_Symbol:
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
    inner = at_case(resolved(name.args[0], statement.equations), found.shapes)
    solutions = sp.solve(inner - T, variable)
    if len(solutions) != 1:
        raise Untranslatable("a function of a function is not solved for")
    names = statement.names
    body = value.subs(variable, solutions[0])
    names.reals[T] = "t_"
    return f"fun t_ : R => {term(body, names)}"


def _parts(h: Hypothesis, statement: Statement) -> set[Any]:
    """What has to be there before."""
    name, value = h.formula
    bound: set[Any] = set()
    if isinstance(name, AppliedUndef):
        bound = name.free_symbols if h.kind in ("function", "removable", "expansion") else set()
    for part in value.atoms(sp.Subs, sp.Integral):
        bound |= set(part.variables)
    known = {*statement.reals, *statement.functions, *statement.matrices}
    own = {name.func} if isinstance(name, AppliedUndef) else {name}
    needed = {s for s in value.free_symbols - bound if s in known}
    return (needed | {a.func for a in value.atoms(AppliedUndef)}) - own


class _Slopes:
    """Names for the derivatives of the polynomials, and equations that put them in."""

    def __init__(self, statement: Statement, found: Witness) -> None:
        self.lines: list[str] = []
        self.names: list[str] = []
        self.equations: list[str] = []
        self._written: list[tuple[str, str]] = []
        for f, shape in found.shapes.items():
            before = written = statement.names.function(f)
            for k in range(1, _highest(f, statement) + 1):
                shape = sp.diff(shape, T)
                name, equation = f"{statement.names.function(f)}_{k}", f"slope_{before}"
                written = f"Derive {written if k == 1 else f'({written})'}"
                self.lines += [
                    f"pose ({name} := pol {coefficients(shape)}).",
                    f"assert ({equation} : Derive {before} = {name}) by exact (Derive_pol _).",
                ]
                self.names.append(name)
                self.equations.append(equation)
                self._written.insert(0, (written, name))
                before = name

    def taken(self, text: str) -> str:
        """A text with these names for the derivatives."""
        for written, name in self._written:
            text = re.sub(rf"\b{re.escape(written)}(?!\w)", name, text)
        return text


def _slopes_at_zero(statement: Statement) -> Iterator[tuple[str, str]]:
    """f''(0) of what is 0/0 there: as in the proof of the lemma, before f is forgotten."""
    of = {h.formula[0].func: h for h in statement.hypotheses if h.kind == "removable"}
    limits = {h.formula[0].func: h for h in statement.hypotheses if h.kind == "limit"}
    for (name, line), (f, one) in zip(at_zero(statement), statement.at_zero.items(), strict=True):
        given, limit, value = of[f], limits[f], term(one.third / 3, statement.names)
        proofs = (
            f"(intros ? other_; unfold {name}; destruct (Req_EM_T _ 0); [ contradiction | easy ])",
            f"(unfold {name}; destruct (Req_EM_T 0 0) as [ | other_ ]; [ lra | now elim other_ ])",
            f"({line.replace('. ', '; ').removesuffix('.')}; lra)",
        )
        lines = (
            f"assert ({given.name} : {given.text}) by {proofs[0]}.",
            f"assert ({limit.name} : {limit.text}) by {proofs[1]}.",
            f"clearbody {name}.",
            f"assert ({name}_second : Derive (Derive {name}) 0 = {value}) by {proofs[2]}.",
        )
        yield f"{name}_second", "\n  ".join(lines)


def _second_slopes(statement: Statement, found: Witness) -> Iterator[str]:
    """How f'' of a formula f is put in: as the slope of its slope, with the numbers of the case."""
    for z, slope in slopes_of_slopes(statement):
        slope = slope.xreplace(found.numbers)
        if not slope.atoms(AppliedUndef) and slope.free_symbols <= {z}:
            name = statement.names.real(z)
            yield f"second_derivative (fun {name} => {term(slope, statement.names)})"


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
