"""Roots in an expansion: those of the variable cancel, those of what it tends to get a letter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import sympy as sp

from .coefficients import Setting
from .expansions import Expanded
from .powers import Roots, by_field, factors, roots_in
from .statements import Hypothesis, Statement
from .translate import term


def constant_roots(e: Expanded) -> dict[Any, int]:
    """What roots are taken of as the variable tends to 0, each with n for the n-th root."""
    found: dict[Any, int] = {}
    bodies = [body for _, body in e.rational.values()]
    values = [r.value for r in e.relations if not r.general]
    for base, exponent in roots_in([e.left, e.right, *bodies, *values]):
        for part, k in (factors(e.resolved(base).subs(e.variable, 0)) or {}).items():
            n = (k / exponent.q).q
            if n > 1 and not part.is_number and part != e.variable:
                found[part] = int(sp.ilcm(found.get(part, 1), n))
    return found


def put_in_powers(e: Expanded, made: Statement, left: str, given: str = "") -> Iterator[str]:
    """The lines that turn what is claimed into what is the same above 0, without roots of the
    variable.

    Parameters: the expansion and its statement; what it is turned into, as a formula of the
    variable alone; the hypothesis in which that is done, if it is not the claim.
    """
    if not e.changed:
        return
    v = e.names.real(e.variable)
    hypotheses = {h.formula[0].func: h for h in made.hypotheses if h.kind == "function"
                  and hasattr(h.formula[0], "func")}  # fmt: skip
    for k, function in enumerate(e.changed, start=1):
        _, new = e.rational[function]
        says = f"{e.names.function(function)} {v} = {term(new, e.names)}"
        yield f"assert (nice_{k} : forall {v}, 0 < {v} -> {says})."
        yield f"{{ intros {v} above_{v}. rewrite {hypotheses[function].name}."
        yield from _proof_of_change(e, function, hypotheses)
    nice = [f"?(nice_{k} _ above_{v})" for k in range(1, len(e.changed) + 1)]
    others = [f"?{h.name}" for f, h in hypotheses.items() if f in e.rational and f not in e.changed]
    by = f"repeat progress rewrite {', '.join([*nice, *others])}"
    by = f"intros {v} above_{v}; cbv beta; {by}; reflexivity"
    if given:
        yield f"apply (O_right _ _ (fun {v} => {left})) in {given}; [ | {by} ]."
    else:
        yield f"apply (O_right _ (fun {v} => {left})); [ {by} | ]."


def _proof_of_change(
    e: Expanded, function: Any, hypotheses: dict[Any, Hypothesis]
) -> Iterator[str]:
    v, body = e.names.real(e.variable), e.general[function][1]
    known, values = [], []
    for k, f in enumerate(sorted(e.powers, key=str), start=1):
        yield f"pose proof ({hypotheses[f].name} {v}) as given_{k}."
        known.append((f(e.variable), f"given_{k}"))
        values.append((f(e.variable), e.general[f][1]))
    applied = {name for name, _ in known}
    powers = [
        power
        for power in body.atoms(sp.Pow)
        if power.base.is_number or (power.base in applied and not power.exp.is_Integer)
    ]
    roots = Roots([*powers, *(value for _, value in values)], values, e.names, known)
    yield from roots.lines()
    yield f"rewrite {', '.join(f'?{name}' for _, name in known)}."
    yield from roots.closing()
    yield f"nicely ltac:(first [ ring_R | {by_field(roots.equations)} ]). }}"


class Letters:
    """The letters for roots of what an expansion has where its variable is 0.

    Parameters: of what roots are taken; all that is written, which is complete when this is made.
    """

    def __init__(self, roots: Iterable[Any], setting: Setting) -> None:
        wanted = set(roots)
        written = [
            power
            for e in [*setting.written]
            for power in e.atoms(sp.Pow)
            if power.base in wanted and not power.exp.is_Integer
        ]
        self._roots = Roots(written, (), setting.names)

    def lines(self, made: Statement) -> Iterator[str]:
        """The letters, and what the roots are by them."""
        if not self._roots.needed:
            return
        yield from self._roots.lines(keep=True)
        for h in made.hypotheses:
            if h.kind == "nonzero" and any(True for _ in roots_in([h.formula])):
                yield f"rewrite {', '.join(self.rules)} in {h.name}."

    @property
    def rules(self) -> list[str]:
        """What puts them in."""
        return [f"?{name}" for name in self._roots.kept] + [
            f"<- ?{name}" for name in self._roots.squares
        ]
