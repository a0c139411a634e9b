"""The proof of an expansion: the tree of left − right, and what has to be supposed for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef

from ...theory.derivation.substitution import substituted
from ...theory.models import PHI_SQUARED, R
from .coefficients import Node, Opposite, Setting, Sum, Variable
from .conditions import denominators
from .expansion_roots import Letters, constant_roots, put_in_powers
from .expansions import STARTS, Expanded, near
from .fields import Field, jet_of
from .formulas import Reader
from .names import Names
from .statements import PARITY, Hypothesis, Statement
from .supposed import LETTERS
from .translate import term

_Z = sp.Symbol("z", real=True)


class Proof:
    """The tree of left − right, and what it needs to be supposed."""

    def __init__(self, expanded: Expanded) -> None:
        self.expanded = e = expanded
        e.text(e.right, e.order)  # which gives the names of the page
        for relation in e.relations:
            term(relation.name, e.names), term(relation.value, e.names)
        self.names = _put_in(e.names, e.rational)
        self.roots = constant_roots(e)
        field = Field(e.resolved, e.supposed, self.roots)
        self.setting = Setting(field, self.names)
        self.reader = Reader(self.setting, e.rational)
        term(e.known_left, e.names)
        self.node = self.read(e.known_left, e.right)
        self.tree = self.node.coq(e.order)

    def read(self, left: Any, right: Any = sp.S.Zero) -> Node:
        """The tree of left − right, with the variable in it."""
        given = {self.expanded.variable: Variable(self.setting)}
        first = self.reader.read(left, given)
        return first if right == 0 else Sum(first, Opposite(self.reader.read(right, given)))

    def text(self, left: Any = None, right: Any = None) -> str:
        """left − right as a formula of the variable alone, the claim's if none are given."""
        if left is None:
            left, right = self.expanded.known_left, self.expanded.right
        text = term(left, self.names)
        return text if right == 0 else f"{text} - ({term(right, self.names)})"

    def letters(self) -> Letters:
        """Letters for the roots in all that was written until now."""
        return Letters(self.roots, self.setting)

    def conditions(self) -> tuple[Any, ...]:
        """What may not be 0, each factor once."""
        field, found = self.setting.field, []
        elements = list(self.setting.heads)
        for constant in (*self.setting.constants, *self._values()):
            for stage in self._stages(constant):
                whole = [stage, *self._instances(stage)]
                elements += [field.of(base) for base in denominators(whole)]
        for element in elements:
            for factor in field.factors(element):
                named = -factor if factor.could_extract_minus_sign() else factor
                if named in self.roots or (named.is_Pow and named.base in self.roots):
                    continue
                if named not in found and not (named.is_Symbol and named.is_positive):
                    found.append(named)
        return tuple(found)

    def _instances(self, e: Any) -> Iterator[Any]:
        """What functions with an equation are where they stand, before anything cancels."""
        for place in sorted(e.atoms(AppliedUndef), key=str):
            if place.func in self.expanded.rational:
                variable, body = self.expanded.rational[place.func]
                yield body.xreplace({variable: place.args[0]})

    def _values(self) -> Iterable[Any]:
        return [r.value for r in self.expanded.relations if not r.general]

    def _stages(self, e: Any) -> Iterator[Any]:
        """An expression as its equations are put in, one after another."""
        yield e
        for _ in range(8):
            before = e
            for r in self.expanded.relations:
                if (e := substituted(e, r.name, r.value)) != before:
                    yield e
            if e == before:
                return

    # Hypotheses ----------------------------------------------------------------------------------

    def statement(self) -> Statement:
        """The whole statement; hypotheses in the order in which others have them."""
        e, names = self.expanded, self.expanded.names
        conditions = [("root", f"0 < {term(c, names)}", c) for c in self.roots if not c.is_positive]
        conditions += [("nonzero", f"{term(c, names)} <> 0", c) for c in self.conditions()]
        equations = [self._equation(r) for r in e.relations]
        if e.known_left != e.left:
            text = e.text(e.known_left, e.order)
            equations.append(("expansion", text, (e.left, e.known_left)))
        functions = list(self._needed())
        hypotheses: list[Hypothesis] = []
        counts: dict[str, int] = {}
        reals = self._reals([c for _, _, c in conditions])
        positive = [
            ("positive", f"0 < {names.real(s)}", s)
            for s in reals
            if s.is_positive and not self._placed(s)
        ]
        for kind, text, formula in (*functions, *positive, *equations, *conditions):
            letter = LETTERS[kind]
            counts[letter] = counts.get(letter, 0) + 1
            hypotheses.append(Hypothesis(f"{letter}{counts[letter]}", kind, text, formula))
        return Statement(
            names,
            reals,
            tuple(sorted(names.functions, key=str)),
            tuple(hypotheses),
            (e.text(e.right, e.order),),
            ((e.left, e.right),),
            tuple((r.name, r.value) for r in e.relations),
            (),
        )

    def _equation(self, r: Any) -> tuple[str, str, Any]:
        names = self.expanded.names
        name, value = term(r.name, names), term(r.value, names)
        if r.general:
            argument = names.real(r.name.args[0])
            return "function", f"forall {argument}, {name} = {value}", (r.name, r.value)
        return "value", f"{name} = {value}", (r.name, r.value)

    def _needed(self) -> Iterator[tuple[str, str, Any]]:
        """That functions have as many derivatives as are taken, and what the book supposes."""
        names = self.expanded.names
        orders = dict(self.setting.derivatives)
        if PHI_SQUARED in orders and self.expanded.used & {PHI_SQUARED}:
            orders[R] = max(orders.get(R, 0), orders[PHI_SQUARED] - 2, 1)
        for function in sorted(orders, key=str):
            name = names.function(function)
            squared = function == PHI_SQUARED and function in self.expanded.used
            for _ in range(1 if squared else orders[function]):
                yield "smooth", f"forall x, ex_derive {name} x", function
                name = f"(Derive {name})"
        used = self.expanded.used | ({R} if PHI_SQUARED in self.expanded.used else set())
        for function in sorted(used, key=str):
            if function != PHI_SQUARED:
                name = names.function(function)
                sign = "" if PARITY[function] == 1 else "- "
                yield "parity", f"forall x, {name} (- x) = {sign}{name} x", function
        for function in sorted(used & set(STARTS), key=str):
            value = STARTS[function]
            yield "start", f"{names.function(function)} 0 = {value}", (function(0), value)
        if PHI_SQUARED in used:
            square = names.function(PHI_SQUARED)
            slope = sp.Derivative(PHI_SQUARED(_Z), _Z)
            text = f"forall z, Derive {square} z = 2 * z * {names.function(R)} z"
            yield "function", text, (slope, 2 * _Z * R(_Z))

    def _placed(self, symbol: sp.Symbol) -> bool:
        """Whether the step says of a symbol where it is, itself or what it depends on."""
        values = {r.name: r.value for r in self.expanded.relations}
        known = {symbol}
        while new := {s for k in known if k in values for s in values[k].free_symbols} - known:
            known |= new
        return bool(known & self.expanded.placed)

    def _reals(self, conditions: Iterable[Any]) -> tuple[sp.Symbol, ...]:
        e = self.expanded
        used = e.left.free_symbols | e.known_left.free_symbols | sp.sympify(e.right).free_symbols
        for r in e.relations:
            argument = {r.name.args[0]} if r.general else set()
            used |= (r.name.free_symbols | r.value.free_symbols) - argument
        for c in conditions:
            used |= c.free_symbols
        return tuple(sorted(used - {e.variable, _Z}, key=str))


def _put_in(names: Names, general: Mapping[Any, Any]) -> Names:
    """The same names, but functions with an equation for all arguments as what that says."""
    found = Names(any_root=True)
    found.reals = names.reals
    found.functions = {f: n for f, n in names.functions.items() if f not in general}

    def put(function: Any) -> None:
        if function in found.functions:
            return
        variable, body = general[function]
        for other in {a.func for a in body.atoms(AppliedUndef)}:
            put(other)
        text = f"(fun {names.real(variable)} => {term(body, found)})"
        found.functions[function] = text

    for function in general:
        put(function)
    return found


def rules(made: Statement, letters: Letters) -> str:
    """What puts the equations of the page into a coefficient, and letters for roots."""
    known = {h.name: h.formula for h in made.hypotheses if h.kind == "value"}
    order: list[str] = []
    left = dict(known)
    while left:  # first those whose names stand in no value that is still to come
        first = next(
            (n for n, (name, _) in left.items() if not _inside(name, n, left)), next(iter(left))
        )
        order.append(first)
        del left[first]
    names = [*order, *(h.name for h in made.hypotheses if h.kind == "start")]
    names += [f"Z{k}" for k in range(1, len(_vanishing(made)) + 1)]
    if any(value.has(sp.sqrt(s)) for _, value in known.values() for s in value.free_symbols):
        names.append("sqrt_0")
    told = [*(f"?{name}" for name in names), *letters.rules]
    parts = [f"rewrite {', '.join(told)}"] if told else []
    if _formulas(made):
        again = [f"rewrite {', '.join(letters.rules)}"] if letters.rules else []
        parts += ["differentiate", *again]
    return "; ".join(parts) or "idtac"


def _formulas(made: Statement) -> bool:
    """Whether a derivative is taken of a formula, rather than of a function alone."""
    given = {h.formula[0] for h in made.hypotheses if h.kind == "function"}
    defined = {name.func for name in given if isinstance(name, AppliedUndef)}
    for e in (e for pair in (*made.claimed, *made.equations) for e in pair):
        for d in sp.sympify(e).atoms(sp.Derivative):
            found = jet_of(d)
            if found is None or found[0] in defined:
                return True
    return False


def _inside(name: Any, own: str, left: Mapping[str, Any]) -> bool:
    return any(value.has(name) for n, (_, value) in left.items() if n != own)


def _vanishing(made: Statement) -> list[tuple[str, str]]:
    """Derivatives at 0 that parity makes 0: their text, and the proof."""
    found = []
    for h in made.hypotheses:
        if h.kind != "parity":
            continue
        smooth = [s.name for s in made.hypotheses if s.kind == "smooth" and s.formula == h.formula]
        name, parity, even = made.names.function(h.formula), h.name, PARITY[h.formula] == 1
        for s in smooth:
            parity = f"({'even' if even else 'odd'}_slope {name} {s} {parity})"
            name, even = f"(Derive {name})", not even
            if not even:
                found.append((f"{name[1:-1]} 0 = 0", f"odd_at_0 {name} {parity}"))
    return found


def script(made: Statement, proof: Proof) -> tuple[str, ...]:
    """The lines from `Proof.` to `Qed.`."""
    e, letters = proof.expanded, proof.letters()
    lines = [_introduced(made)]
    for h in made.hypotheses:
        if h.kind == "expansion":
            body = f"fun {e.names.real(e.variable)} => {term(e.known_left, e.names)}"
            lemma = "by_known _ _" if e.right == 0 else "by_trans _ _"
            lines.append(f"refine ({lemma} ({body}) {'' if e.right == 0 else '_ '}{h.name} _).")
    lines += put_in_powers(e, made, proof.text())
    lines += [*prepared(made, proof.setting), *letters.lines(made)]
    lines.append(f"change (bigO {near(e.variable)} {e.order} (val ({proof.tree}))).")
    lines.append(f"vanish ltac:({rules(made, letters)}).")
    return tuple(line for line in lines if line)


def _introduced(made: Statement) -> str:
    variables = [made.names.real(s) for s in made.reals]
    variables += [made.names.function(f) for f in made.functions]
    everything = [*variables, *(h.name for h in made.hypotheses)]
    return f"intros {' '.join(everything)}." if everything else ""


def prepared(made: Statement, setting: Setting) -> Iterator[str]:
    """The lines that put functions in that have an equation, and what parity says at 0; then the
    derivatives of formulas."""
    for k, (text, by) in enumerate(_vanishing(made), start=1):
        yield f"assert (Z{k} : {text}) by exact ({by})."
    for h in made.hypotheses:
        if h.kind == "function" and isinstance(h.formula[0], AppliedUndef):
            yield f"unfold_by {made.names.function(h.formula[0].func)} {h.name}."
    for k, (function, (variable, formula)) in enumerate(setting.slopes.items(), start=1):
        name, text = setting.names.real(variable), term(formula, setting.names)
        slope = f"Derive {setting.names.function(function)} = (fun {name} => {text})"
        yield f"assert (S{k} : {slope})."
        yield "{ apply functional_extensionality; intro; differentiate; field_R; non_zero. }"
        yield f"rewrite ?S{k}; cbv beta."
