"""What a step of a derivation supposes, gathered as the hypotheses of a lemma of Coq."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef

from ...theory.derivation.claims import Solution
from ...theory.derivation.substitution import Equation, resolved
from .conditions import conditions, denominators
from .limits import AtZero, refuse, removable
from .names import Names, Untranslatable
from .powers import at_zero_put_in, root_conditions
from .statements import PARITY, RELATIONS, Hypothesis, Statement, flat
from .translate import same, term

LETTERS = {
    "smooth": "D",
    "parity": "E",
    "start": "B",
    "positive": "P",
    "function": "U",
    "expansion": "O",
    "value": "U",
    "matrix": "W",
    "removable": "U",
    "limit": "L",
    "integrable": "I",
    "continuous": "C",
    "place": "A",
    "solved": "V",
    "sign": "K",
    "root": "R",
    "nonzero": "N",
}


class Supposed:
    """Gathers the parts of one statement."""

    def __init__(
        self,
        equations: Sequence[Equation],
        at: Sequence[Equation],
        signs: Sequence[tuple[Any, str]],
        claimed: Sequence[tuple[Any, Any]],
        solution: Solution | None,
    ) -> None:
        self.names, self.original, self.at = Names(any_root=True), tuple(equations), tuple(at)
        self.symbols = {name: value for name, value in equations if name.is_Symbol}
        equations = at_zero_put_in(equations, self.at)
        equations = [(name, self._inlined(value)) for name, value in equations]
        self.equations = _with_functions(equations)
        self.signs = [(self._inlined(e), relation) for e, relation in signs]
        self.claimed = tuple(
            (self._inlined(a), b if isinstance(b, str) else self._inlined(b)) for a, b in claimed
        )
        self.solution = solution
        self.solved = [self._inlined(solution.equation)] if solution else []
        sides = (*flat(self.claimed), *self.solved, *flat(self.equations), *flat(self.at))
        self.at_zero: dict[Any, AtZero] = removable(self.equations, self.original, sides)
        self.general = self._general_functions()
        self.hypotheses: list[Hypothesis] = []
        sides = (*flat(self.claimed), *self.solved)
        self.put_in = [resolved(e, self.original, ()) for e in sides]
        self.put_at = [resolved(e, self.original, at) for e in sides]

    def built(self) -> Statement:
        """The statement; hypotheses in the order: of functions, of symbols, equations, places."""
        goals = tuple(self._goal(left, right) for left, right in self.claimed)
        equations = [self._equation(*pair) for pair in self.equations]
        places = [
            ("place", f"{term(name, self.names)} = {term(value, self.names)}", (name, value))
            for name, value in self.at
        ]
        signs = [
            ("sign", RELATIONS[relation].format(term(e, self.names)), (e, relation))
            for e, relation in self.signs
        ]
        solved = [
            ("solved", f"{term(e, self.names)} = 0", (self.solution.unknown, self.solution.value))
            for e in self.solved
            if self.solution
        ]
        nonzero = self._side_conditions()
        functions, reals = self._functions(), self._reals(nonzero)
        equations += [
            ("limit", same(f(0), one.limit, self.names), (f(0), one.limit))
            for f, one in self.at_zero.items()
        ]
        equations += self._integrable()
        before = [*self._smooth(functions), *self._parity(functions), *self._positive(reals)]
        counts: dict[str, int] = {}
        for kind, text, formula in (*before, *equations, *places, *solved, *signs, *nonzero):
            letter = LETTERS[kind]
            counts[letter] = counts.get(letter, 0) + 1
            self.hypotheses.append(Hypothesis(f"{letter}{counts[letter]}", kind, text, formula))
        self._refuse_second_derivatives()
        self._refuse_integrals()
        return Statement(
            self.names,
            reals,
            functions,
            tuple(self.hypotheses),
            goals,
            self.claimed,
            self.original,
            self.at,
            self._slope(),
            tuple(sorted(self.names.matrices, key=str)),
            tuple(sorted(self.names.sizes, key=str, reverse=True)),
            self.at_zero,
        )

    def _refuse_second_derivatives(self) -> None:
        """A formula is differentiated twice at most, and twice only where it is elementary."""
        given = {n.func: v for n, v in self.equations if isinstance(n, AppliedUndef)}
        given = {f: v for f, v in given.items() if f in self.general and f not in self.at_zero}
        written = [*flat(self.claimed), *flat(self.equations)]
        for d in {d for e in written for d in e.atoms(sp.Derivative)}:
            function = d.expr.func if isinstance(d.expr, AppliedUndef) else None
            if len(d.variables) < 2 or (function is not None and function not in given):
                continue
            formula = resolved(given[function], self.original) if function else None
            if len(d.variables) > 2 or formula is None or formula.atoms(AppliedUndef):
                raise Untranslatable("a second derivative of a formula is not taken")

    def _refuse_integrals(self) -> None:
        """One is taken of c/x, or is differentiated at its end."""
        known = {integral for integral, _ in self._ends()}
        for integral in {
            i for e in (*flat(self.claimed), *self._bodies()) for i in e.atoms(sp.Integral)
        }:
            variable = integral.variables[0]
            if integral not in known and sp.cancel(integral.function * variable).has(variable):
                raise Untranslatable("an integral other than that of c/x is not taken")

    def _bodies(self) -> tuple[Any, ...]:
        return tuple(self._body(name, value) for name, value in self.equations)

    def _ends(self) -> list[tuple[sp.Integral, sp.Symbol]]:
        """Integrals to the variable of a function that has them and is differentiated there."""
        taken = {d for e in flat(self.claimed) for d in e.atoms(sp.Derivative)}
        found = []
        for (name, _), body in zip(self.equations, self._bodies(), strict=True):
            if isinstance(name, AppliedUndef) and any(d.expr == name for d in taken):
                integrals = sorted(body.atoms(sp.Integral), key=str)
                found += [(i, name.args[0]) for i in integrals if i.limits[0][2] == name.args[0]]
        return found

    def _integrable(self) -> Iterable[tuple[str, str, Any]]:
        """That such an integral exists near its end, where its integrand is continuous."""
        for integral, end in self._ends():
            ((variable, low, _),) = integral.limits
            x, b, a = (term(e, self.names) for e in (variable, low, end))
            body = term(integral.function, self.names)
            f = f"(fun {x} => {body})"
            yield "integrable", f"locally {a} (fun {a} => ex_RInt {f} {b} {a})", integral
            yield "continuous", f"continuous {f} {a}", integral

    def _slope(self) -> sp.Expr:
        if self.solution is None:
            return sp.S.One
        unknown = sp.Dummy("unknown")
        equation = self.solution.equation.xreplace({self.solution.unknown: unknown})
        return sp.diff(equation, unknown)

    def _goal(self, left: Any, right: Any) -> str:
        if isinstance(right, str):
            return RELATIONS[right].format(term(left, self.names))
        return same(left, right, self.names)

    # Symbols that depend on a variable ---------------------------------------------------------

    def _inlined(self, e: Any) -> Any:
        """`e` with symbols that depend on the variable of a derivative or integral put in there."""
        for bound in (sp.Derivative, sp.Integral):
            for part in e.atoms(bound):
                variable = part.variables[0]
                inner = part.args[0]
                new = self._without(inner, variable)
                if new != inner:
                    e = e.xreplace({part: part.func(new, *part.args[1:])})
        return e

    def _without(self, e: Any, variable: sp.Symbol) -> Any:
        for _ in range(len(self.symbols) + 1):
            dependent = {
                s: self.symbols[s]
                for s in e.free_symbols & set(self.symbols)
                if s != variable and resolved(s, self.original).has(variable)
            }
            if not dependent:
                return e
            e = e.xreplace(dependent)
        return e

    def _general_functions(self) -> set[Any]:
        """Functions whose equation has to be supposed at every argument, not at one place only."""
        defined = {
            name.func: (name, value)
            for name, value in self.equations
            if isinstance(name, AppliedUndef) and name.args[0].is_Symbol
        }
        general: set[Any] = set()
        sources = [*flat(self.claimed), *self.solved, *flat(self.signs), *flat(self.at)]
        sources += [value for _, value in self.equations]
        sources += [name for name, _ in self.equations if not isinstance(name, AppliedUndef)]
        sources += [n.args[0] for n, _ in self.equations if isinstance(n, AppliedUndef)]
        while True:
            bound = [part for e in sources for part in e.atoms(sp.Derivative, sp.Integral, sp.Subs)]
            inside = {a.func for part in bound for a in part.atoms(AppliedUndef)}
            inside |= {a.func for f in general for a in defined[f][1].atoms(AppliedUndef)}
            places = {a for e in sources for a in e.atoms(AppliedUndef)}
            elsewhere = {a.func for a in places if a.func in defined and a != defined[a.func][0]}
            new = {f for f in defined if f in inside | elsewhere}
            if new <= general:
                return general
            general |= new

    # Hypotheses ----------------------------------------------------------------------------------

    def _equation(self, name: Any, value: Any) -> tuple[str, str, Any]:
        if isinstance(name, sp.MatrixSymbol):
            return "matrix", same(name, value, self.names), (name, value)
        text = same(name, self._body(name, value), self.names)
        variable = _variable(name, self.general)
        if variable is None:
            return "value", text, (name, value)
        if name.func in self.at_zero:
            given = self.names.real(variable)
            return "removable", f"forall {given}, {given} <> 0 -> {text}", (name, value)
        return "function", f"forall {self.names.real(variable)}, {text}", (name, value)

    def _body(self, name: Any, value: Any) -> Any:
        variable = _variable(name, self.general)
        return value if variable is None else self._without(value, variable)

    def _side_conditions(self) -> list[tuple[str, str, Any]]:
        """What is not 0, and what is not negative because a root is taken of it."""
        below = self._conditions()
        roots = root_conditions(self._written(), self.original, self.at)
        strict = {e: strict or e in below for e, strict in roots.items()}
        found = [
            ("root", RELATIONS[">" if strict[e] else "≥"].format(term(e, self.names)), e)
            for e in roots
        ]
        others = [e for e in below if not strict.get(e)]
        return found + [("nonzero", f"{term(e, self.names)} <> 0", e) for e in others]

    def _conditions(self) -> tuple[sp.Expr, ...]:
        sides = [*self.put_in, *self.put_at]
        return conditions(self._written(), self.original, self.at, sides)

    def _written(self) -> list[Any]:
        """All that is written, and what functions with an equation are there."""
        written = [*flat(self.claimed), *self.solved, *flat(self.at), *flat(self.signs)]
        written += [v for n, v in self.equations if _variable(n, self.general) is None]
        written += [i.function.subs(i.variables[0], end) for i, end in self._ends()]
        return written + self._instances(written)

    def _instances(self, written: Iterable[Any]) -> list[Any]:
        """What functions with an equation are, at the arguments at which they stand."""
        rules = {
            name.func: (name.args[0], value)
            for name, value in self.equations
            if isinstance(name, AppliedUndef) and name.args[0].is_Symbol
            if name.func in self.general and name.func not in self.at_zero
        }
        found: list[Any] = []
        seen: set[Any] = set()
        left = list(written)
        while left:
            e = left.pop()
            bound = {v for d in e.atoms(sp.Integral) for v in d.variables}
            bound |= {v for d in e.atoms(sp.Subs) for v in d.variables}
            places = {a for a in e.atoms(AppliedUndef) if not a.free_symbols & bound}
            places |= {
                s.expr.expr.func(*s.point)
                for s in e.atoms(sp.Subs)
                if isinstance(s.expr, sp.Derivative) and isinstance(s.expr.expr, AppliedUndef)
            }
            for place in sorted(places - seen, key=str):
                seen.add(place)
                if place.func in rules:
                    variable, value = rules[place.func]
                    argument = place.args[0]
                    if any(b.subs(variable, argument) == 0 for b in denominators([value])):
                        raise refuse(place)
                    instance = value.subs(variable, argument)
                    found.append(instance)
                    left.append(instance)
        return found

    def _functions(self) -> tuple[Any, ...]:
        return tuple(sorted(self.names.functions, key=str))

    def _free_functions(self, functions: Iterable[Any]) -> tuple[Any, ...]:
        defined = {n.func for n, _ in self.equations if isinstance(n, AppliedUndef)}
        defined |= {n.expr.func for n, _ in self.equations if isinstance(n, sp.Derivative)}
        return tuple(f for f in functions if f not in defined)

    def _smooth(self, functions: Sequence[Any]) -> Iterable[tuple[str, str, Any]]:
        """As many derivatives as are taken, where one is taken of more than the function alone."""
        free = self._free_functions(functions)
        written = [*flat(self.claimed), *self.solved, *flat(self.equations), *flat(self.at)]
        composed = any(
            not isinstance(d.expr, AppliedUndef)
            or d.expr.func not in free
            or d.expr.args != d.variables[:1]
            for e in written
            for d in e.atoms(sp.Derivative)
        )
        if not composed:
            return
        taken = {d for e in written for d in e.atoms(sp.Derivative)}
        derivatives = [*self.put_in, *(resolved(d, self.original) for d in taken)]
        given = {n.expr.func for n, _ in self.equations if isinstance(n, sp.Derivative)}
        for function in sorted(given & set(functions), key=str):
            yield "smooth", f"forall x, ex_derive {self.names.function(function)} x", function
        for function in free:
            name = self.names.function(function)
            for _ in range(_order(function, derivatives)):
                yield "smooth", f"forall x, ex_derive {name} x", function
                name = f"(Derive {name})"

    def _parity(self, functions: Sequence[Any]) -> Iterable[tuple[str, str, Any]]:
        for function in self._free_functions(functions):
            parity = PARITY.get(function)
            if parity is None or not any(_turned(function, e) for e in self.put_at):
                continue
            name = self.names.function(function)
            sign = "" if parity == 1 else "- "
            yield "parity", f"forall x, {name} (- x) = {sign}{name} x", function

    def _reals(self, nonzero: Iterable[tuple[str, str, Any]]) -> tuple[sp.Symbol, ...]:
        used: set[sp.Symbol] = set()
        for e in (*flat(self.claimed), *self.solved, *flat(self.at), *flat(self.signs)):
            used |= e.free_symbols
        for name, value in self.equations:
            variable = _variable(name, self.general)
            used |= (name.free_symbols | self._body(name, value).free_symbols) - {variable}
        for _, _, e in nonzero:
            used |= e.free_symbols
        return tuple(sorted((s for s in used if s.is_Symbol), key=str))

    def _positive(self, reals: Iterable[sp.Symbol]) -> Iterable[tuple[str, str, Any]]:
        """What the notation says of the symbols, but of those that a place says more about."""
        fixed = {name for name, _ in self.at if name.is_Symbol}
        for symbol in reals:
            depends = resolved(symbol, self.original).free_symbols & fixed
            if symbol in fixed or (symbol in self.symbols and depends):
                continue
            if symbol.is_positive:
                yield "positive", f"0 < {self.names.real(symbol)}", symbol
            elif symbol.is_nonzero:
                yield "nonzero", f"{self.names.real(symbol)} <> 0", symbol


def _variable(name: Any, general: set[Any]) -> sp.Symbol | None:
    """The variable for all values of which an equation is supposed, if it is not for one place."""
    if isinstance(name, AppliedUndef):
        (argument,) = name.args
        if argument.is_Symbol:
            return argument if name.func in general else None
        (variable,) = argument.free_symbols or (None,)
        return variable
    if isinstance(name, sp.Derivative):
        return name.variables[0]
    return None


def _with_functions(equations: Sequence[Equation]) -> tuple[Equation, ...]:
    """Equations where the unknown of a remainder, which may depend on a variable, is a function."""
    found = []
    for name, value in equations:
        unknown = {s for s in value.free_symbols if isinstance(s, sp.Dummy)}
        if unknown and isinstance(name, AppliedUndef):
            new: Mapping[Any, Any] = {
                s: sp.Function(f"{s.name.strip('_')}_{name.func}")(name.args[0]) for s in unknown
            }
            value = value.xreplace(new)
        found.append((name, value))
    return tuple(found)


def _order(function: Any, expressions: Iterable[Any]) -> int:
    """The highest derivative of a function that stands in expressions."""
    counts = [
        len(d.variables)
        for e in expressions
        for d in e.atoms(sp.Derivative)
        if isinstance(d.expr, AppliedUndef) and d.expr.func == function
    ]
    return max(counts, default=0)


def _turned(function: Any, e: Any) -> bool:
    """Whether a function stands somewhere at an argument with a minus sign."""
    places = [a.args[0] for a in e.atoms(AppliedUndef) if a.func == function]
    places += [s.point[0] for s in e.atoms(sp.Subs)]
    return any(place.could_extract_minus_sign() for place in places)
