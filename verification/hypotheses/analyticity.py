"""Whether an expression is real and analytic on the whole real line, as claims about signs.

Compositions of analytic functions are analytic where each is defined. Some, such as tanh, are so at
every real number; log u and broken powers of u are where u > 0, 1/u where u ≠ 0, asin u where
1 − u² > 0, and so on, as the table of functions says. Each such condition is a claim for z ≥ 0,
with u(−z) one for z ≤ 0, and is proved like any other (see `proofs`). A quotient that is 0/0 at 0
is analytic there if its zeros cancel, by the exact power series: then what is claimed is that the
divisor, its zero divided out, has none.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import sympy as sp
from flint import arb, ctx

from ...numerics.compile.balls import compile_balls, exact
from ...numerics.compile.jet_compiler import vanishing_order
from ...theory.expressions.parsing import Z
from ...theory.functions import X, over_quotients, row_of
from ...theory.responses import Response
from .proofs import BITS, Proof, SignClaim, Witness, prove

_SEEN = 16  # how far a condition without a form at infinity is looked at, in units of z


class NoAnalyticityError(ValueError):
    """An expression of which the conditions here do not show that it is analytic."""


@dataclass(frozen=True)
class Analyticity:
    """What was found: proofs of all conditions, or the first one that has none.

    `proofs` is None where a condition is open; then `reason` says which. `reach` is how far, on
    both sides of 0, the conditions are proved if only their signs at infinity are open; else None.
    """

    proofs: tuple[Proof, ...] | None
    reason: str = ""
    reach: sp.Rational | None = None


def prove_analytic(response: Response) -> Analyticity:
    """Prove that ℓ or φ is real and analytic on the whole real line.

    >>> from trajalign.theory.responses import Loss
    >>> len(prove_analytic(Loss.parse("log-cosh")).proofs)  # that cosh z > 0
    1
    >>> prove_analytic(Loss.parse("log(z**2)")).reason
    'z**2 > 0 is not certain for every real z'
    """
    try:
        needed = analytic_claims(response.expression, response.scale)
    except NoAnalyticityError as error:
        return Analyticity(None, str(error))
    found = []
    for claim in needed:
        proof = prove(claim)
        if isinstance(proof, Proof):
            found.append(proof)
            continue
        shown = f"{_shown(-claim.expression)} > 0 is not certain"
        if isinstance(proof, Witness):
            return Analyticity(None, f"{shown} at z = {proof.z}")
        reach = _SEEN * response.scale
        if all(isinstance(prove(replace(c, high=reach)), Proof) for c in needed):
            return Analyticity(None, f"{shown} at infinity", reach)
        return Analyticity(None, f"{shown} for every real z")
    return Analyticity(tuple(found))


def analytic_claims(expression: sp.Expr, unit: sp.Rational = sp.S.One) -> tuple[SignClaim, ...]:
    """The claims that together show an expression in Z to be real and analytic on the real line.

    `unit` is the natural unit of z. No claim for a composition of functions that are analytic
    everywhere. Raises NoAnalyticityError
    where an expression has a pole, or a function that is not known here.

    >>> [claim.expression for claim in analytic_claims(sp.log(sp.sinh(Z) / Z))]
    [-sinh(z)/z]
    """
    conditions = _Conditions(7 * unit / 5)
    conditions.visit(over_quotients(expression))
    sides = (u.xreplace({Z: side * Z}) for u in conditions.positive for side in (1, -1))
    return tuple(SignClaim(-u, unit=unit) for u in dict.fromkeys(sides))


@dataclass
class _Conditions:
    """Walks an expression and collects what has to be positive, each once, in a fixed order."""

    place: sp.Rational  # where the sign of what has only one sign is looked up
    positive: dict[sp.Expr, None] = field(default_factory=dict)
    _seen: set[sp.Expr] = field(default_factory=set)

    def visit(self, e: sp.Expr) -> None:
        if e in self._seen or e == Z or not e.has(Z):
            return
        self._seen.add(e)
        if e.is_Add:
            self._sum(e)
        elif e.is_Mul or (e.is_Pow and e.exp.is_Integer):
            self._product(e)
        elif e.is_Pow and e.exp.is_Rational:
            self._where_positive(e.base)
            self.visit(e.base)
        else:
            self._call(e)

    def _call(self, e: sp.Expr) -> None:
        row = row_of(e)
        if row is None:
            raise NoAnalyticityError(f"whether {_shown(e)} is analytic is not known")
        u = e.args[0]
        if row.positive is not None:
            self._where_positive(row.positive.xreplace({X: u}))
        if row.nonzero is not None:
            self._where_not_zero(row.nonzero.xreplace({X: u}))
        self.visit(u)

    def _sum(self, e: sp.Expr) -> None:
        if any(_order(term) < 0 for term in e.args):  # poles at 0 that may cancel
            joined = sp.together(e)
            if joined.is_Add:
                raise NoAnalyticityError(f"{_shown(e)} has a pole at 0, or poles that cancel")
            self.visit(joined)
            return
        for term in e.args:
            self.visit(term)

    def _product(self, e: sp.Expr) -> None:
        """Removable at 0 if its zeros outweigh its poles there; no divisor has another zero."""
        if _order(e) < 0:
            raise NoAnalyticityError(f"{_shown(e)} has a pole at 0")
        for factor in sp.Mul.make_args(e):
            base, exponent = factor.as_base_exp() if factor.is_Pow else (factor, sp.S.One)
            if not exponent.is_Integer:
                self.visit(factor)
                continue
            if exponent < 0 and base != Z:
                self._where_not_zero(base / Z ** _order(base))
            self.visit(base)

    def _where_positive(self, u: sp.Expr) -> None:
        if u.has(Z):
            self.positive[u] = None

    def _where_not_zero(self, u: sp.Expr) -> None:
        """On the whole line, so that it has one sign there: that at a point."""
        if not u.has(Z):
            return
        with ctx.workprec(BITS):
            value = compile_balls(u, [Z])(arb(exact(self.place)))[0]
        if not (value > 0 or value < 0):
            raise NoAnalyticityError(f"{_shown(u)} cannot be told from 0 at z = {self.place}")
        self._where_positive(u if value > 0 else -u)


def _order(e: sp.Expr) -> int:
    return vanishing_order(e, Z)


def _shown(e: sp.Expr) -> str:
    text = str(e)
    return text if len(text) <= 60 else text[:57] + "..."
