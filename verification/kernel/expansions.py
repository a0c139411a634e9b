"""An expansion, left = right + O(v^n), as a statement in Coq: what it supposes and what it says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef

from ...theory.derivation.claims import Expansion, Step
from ...theory.derivation.substitution import Equation, resolved
from ...theory.models import PHI_SQUARED, R
from .names import Names, Untranslatable
from .powers import at_zero_put_in
from .statements import PARITY
from .translate import term

_Z = sp.Symbol("z", real=True)
# What the book supposes of functions at 0: r(0) = 1, and φ(0) = 0.
STARTS = {R: sp.S.One, PHI_SQUARED: sp.S.Zero}


@dataclass(frozen=True)
class Relation:
    """An equation of the page in the form of the lemma: symbols of the variable are functions."""

    name: Any
    value: Any
    general: bool  # for all values of the argument


def near(variable: sp.Symbol) -> str:
    """Which values the variable takes as it tends to 0: all but 0, or those above."""
    return "(at_right 0)" if variable.is_positive else "(locally' 0)"


class Expanded:
    """The parts of one expansion.

    Parameters: a step that claims it; the equations that it uses. Raises Untranslatable.
    """

    def __init__(self, step: Step, equations: Sequence[Equation]) -> None:
        claim = step.claim
        assert isinstance(claim, Expansion)
        self.variable, self.order = claim.variable, claim.order
        equations = [tuple(map(_without_traces, pair)) for pair in equations]
        equations = at_zero_put_in(equations, claim.at, alone=False)
        pairs = (*equations, *claim.at)
        self._refuse(pairs)
        self.placed = {name for name, _ in claim.at} | {n for n, v in equations if v == 0}
        self.dependent = self._dependent(pairs)
        self.left, self.right = (self._applied(e) for e in claim.sides)
        self.known_left = self.left
        self.relations = self._relations(equations, claim.at)
        self.general = {r.name.func: (r.name.args[0], r.value) for r in self.relations if r.general}
        self.names = Names(any_root=True)
        self.used: set[Any] = set()  # functions of which something is supposed at 0
        self.powers = {f for f, pair in self.general.items() if _is_power(*pair)}
        self.rational = {f: pair for f, pair in self.general.items() if f not in self.powers}
        self.changed = [f for f, pair in self.rational.items() if self._put_in_powers(f, pair)]

    def _put_in_powers(self, function: Any, pair: tuple[Any, Any]) -> bool:
        """Put what is a root of the variable into a function, whose own roots of it cancel."""
        variable, body = pair
        given = {f(variable): self.general[f][1].xreplace({self.general[f][0]: variable})
                 for f in self.powers}  # fmt: skip
        new = body.xreplace(given)
        self.rational[function] = (variable, new)
        return bool(new != body)

    def _refuse(self, pairs: Iterable[Equation]) -> None:
        for name, value in pairs:
            if any(isinstance(e, sp.MatrixExpr) or e.has(sp.MatrixSymbol) for e in (name, value)):
                raise Untranslatable("an expansion that uses a line about matrices")

    def _dependent(self, pairs: Sequence[Equation]) -> dict[Any, Any]:
        """Symbols whose value depends on the variable, as functions of it."""
        values = {name: value for name, value in pairs if name.is_Symbol}
        found: set[Any] = {self.variable}
        while True:
            new = {s for s, value in values.items() if value.free_symbols & found} | found
            if new == found:
                break
            found = new
        return {s: sp.Function(s.name)(self.variable) for s in found - {self.variable}}

    def _applied(self, e: Any) -> Any:
        return e.xreplace(self.dependent)

    # Equations -----------------------------------------------------------------------------------

    def _relations(self, equations: Sequence[Equation], at: Sequence[Equation]) -> list[Relation]:
        raw = [(self._applied(n), self._applied(v)) for n, v in equations]
        fixed = {n for n, _ in at}
        raw = [(n, v) for n, v in raw if n not in {self._applied(f) for f in fixed}]
        raw += [(self._applied(n), self._applied(v)) for n, v in at]
        used = self._reachable(raw)
        general = self._general(used)
        symbols = {n: v for n, v in used if n.is_Symbol}
        found = []
        for name, value in used:
            if isinstance(name, sp.Derivative) or (
                isinstance(name, AppliedUndef) and not name.args[0].is_Symbol
            ):
                raise Untranslatable("an equation for a derivative, or at another place than p")
            function = name.func if isinstance(name, AppliedUndef) else None
            unknown = {s for s in value.free_symbols if isinstance(s, sp.Dummy)}
            if unknown and function is None:
                raise Untranslatable("a remainder of what does not depend on the variable")
            if unknown and name.args == (self.variable,):
                self._put_in_expansion(name, value, unknown)
                continue
            if unknown:
                rest = sp.Function(f"remainder_{function}")(name.args[0])
                value = value.xreplace(dict.fromkeys(unknown, rest))
            if function in general:
                value = self._inlined(value, symbols, name.args[0])
                if name.args[0] != self.variable and value.has(self.variable):
                    raise Untranslatable("a function that depends on the variable beside its own")
            found.append(Relation(name, value, function in general))
        return found

    def _put_in_expansion(self, name: Any, value: Any, unknown: set[Any]) -> None:
        """What is claimed is about a function of which another expansion is supposed."""
        rest = value.xreplace(dict.fromkeys(unknown, sp.S.Zero))
        order = sp.Poly(sp.expand(value - rest), self.variable).degree()
        if name != self.left or order != self.order:
            raise Untranslatable("an expansion that uses another in the same variable")
        self.known_left = rest

    def _reachable(self, raw: Sequence[Equation]) -> list[Equation]:
        """The equations for what stands in the claim, or in such an equation."""
        found: list[Equation] = []
        present = [self.left, self.right]
        while True:
            new = [pair for pair in raw if pair not in found and _stands(pair[0], present)]
            if not new:
                return [pair for pair in raw if pair in found]
            found += new
            present += [value for _, value in new]

    def _general(self, used: Sequence[Equation]) -> set[Any]:
        """Functions that stand at other arguments than that of their equation, or under a
        derivative."""
        own = {n.func: n for n, _ in used if isinstance(n, AppliedUndef)}
        sources = [self.left, self.right, *(v for _, v in used)]
        general = {f for f, n in own.items() if n.args[0] == self.variable}
        for e in sources:
            general |= {a.func for a in e.atoms(AppliedUndef) if a != own.get(a.func, a)}
            for bound in e.atoms(sp.Derivative, sp.Subs):
                general |= {a.func for a in bound.atoms(AppliedUndef)}
        while True:
            inside = {
                a.func
                for n, v in used
                if isinstance(n, AppliedUndef) and n.func in general
                for a in v.atoms(AppliedUndef)
            }
            if inside <= general:
                return general & set(own)
            general |= inside

    def _inlined(self, value: Any, symbols: Mapping[Any, Any], argument: sp.Symbol) -> Any:
        """`value` with the symbols that depend on its argument put in."""
        for _ in range(len(symbols) + 1):
            new = {
                s: symbols[s]
                for s in value.free_symbols & set(symbols)
                if _depends(s, symbols, argument)
            }
            if not new:
                return value
            value = value.xreplace(new)
        return value

    # What it is made of --------------------------------------------------------------------------

    def resolved(self, e: Any) -> Any:
        """`e` with all its equations put in."""
        pairs = [(r.name, r.value) for r in self.relations]
        return resolved(e, pairs)

    def supposed(self, function: Any, count: int, point: Any) -> Any:
        """What f^(count) is at a point by what is supposed of f, or None."""
        if point != 0 or function not in PARITY:
            return None
        self.used.add(function)
        if count == 0:
            return STARTS.get(function)
        if count % 2 != (PARITY[function] == -1):
            return sp.S.Zero
        if function == PHI_SQUARED:  # from (φ²)' = 2 z r
            inner = sp.Derivative(R(_Z), (_Z, count - 2)) if count > 2 else None
            return 2 * (count - 1) * (sp.Subs(inner, _Z, 0) if inner is not None else sp.S.One)
        return None

    def text(self, right: Any, order: int, left: Any = None) -> str:
        """left = right + O(v^order), in Coq's words; the claim's left side if none is given."""
        body = term(self.left if left is None else left, self.names)
        if right != 0:
            body += f" - ({term(right, self.names)})"
        head = f"bigO {near(self.variable)} {order}"
        return f"{head} (fun {self.names.real(self.variable)} => {body})"


def _is_power(variable: Any, value: Any) -> bool:
    """Whether a value is a number times a root of the variable, but not its square root alone."""
    number, power = value.as_independent(variable)
    return bool(
        power.is_Pow
        and power.base == variable
        and power.exp.is_Rational
        and not power.exp.is_Integer
        and number.is_number
        and value != sp.sqrt(variable)
    )


def _without_traces(e: Any) -> Any:
    """`e` with a number in the place of each trace: what it is of does not matter here."""
    words = {t: re.sub(r"\W+", "_", str(t)).strip("_").lower() for t in e.atoms(sp.Trace)}
    return e.xreplace({t: sp.Symbol(word, real=True) for t, word in words.items()})


def _stands(name: Any, present: Iterable[Any]) -> bool:
    if isinstance(name, AppliedUndef) and name.args[0].is_Symbol:
        return any(name.func in {a.func for a in e.atoms(AppliedUndef)} for e in present)
    return any(e.has(name) for e in present)


def _depends(symbol: Any, symbols: Mapping[Any, Any], argument: sp.Symbol) -> bool:
    value = symbols.get(symbol)
    if value is None:
        return False
    if argument in value.free_symbols:
        return True
    return any(_depends(s, symbols, argument) for s in value.free_symbols - {symbol})
