"""Hypotheses as claims about signs: with s = z r = ℓ' or φφ', odd, and s'(0) = 1,

A1: z s' − s < 0.  A2: s' > 0.  A3: s s' + z s s'' − z s'² < 0 and s > 0, as (z r'/r)' is the former
over s². The neuron needs A3 only where r ≥ c; it is proved where r ≥ 1/2, which is no less.
A5: s' > 0, so that sup |ℓ'| is the limit of s; for the neuron |φ'| < 1 and φ' > 0, likewise. Where
they do not grow: |ℓ'| or |φ| is below a stated bound. Where their form at infinity is a monomial
that tends to ∞ times what keeps away from 0, they are unbounded: that refutes A5, and where it is
not known from which z on, it still forbids a pass.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import sympy as sp
from flint import arb, ctx

from ...numerics.compile.balls import compile_balls, exact
from ...theory.expressions.parsing import Z
from ...theory.responses import Activation, Response
from .proofs import BITS, Box, Proof, SignClaim, Witness, enclosure, prove
from .tails import NoTailError, Tail, tail, tendency

PROVABLE = ("A1", "A2", "A3", "A5")
# Where growth may begin, in units of z: what 10⁻⁶⁰ stands before shows far out alone.
_STARTS = [sp.Integer(2) ** k for k in (*range(1, 11), 16, 32, 64, 128, 256)]
_SIDES = (1, -1)
_Z0_WIDTH = sp.Rational(1, 2**30)  # of the enclosure of z0, in units of z


@dataclass(frozen=True)
class Constants:
    """z0 and c enclosed, and what proves it: r > 0, and z r'/r < −1/2 past the upper end of z0."""

    z0: Box
    c: arb
    proofs: tuple[Proof, ...]


@lru_cache(maxsize=64)
def claims(
    response: Response,
    name: str,
    high: sp.Rational | None = None,
    bound: sp.Rational | None = None,
) -> tuple[SignClaim, ...]:
    """What has to be proved for one hypothesis of `PROVABLE`; A3 on z ≤ `high` if that is given,
    A5 with a stated `bound` on |ℓ'| or |φ| if that is."""
    s, unit = response.slope, response.scale
    first, second = sp.diff(s, Z), sp.diff(s, Z, 2)
    falling = SignClaim((Z * first - s) / Z**3, unit=unit)
    if name == "A1":
        return (falling,)
    if name == "A3":
        bend = SignClaim((s * first + Z * s * second - Z * first**2) / Z**3, high=high, unit=unit)
        return (
            *((falling,) if high is not None else ()),
            SignClaim(-s / Z, high=high, unit=unit),
            bend,
        )
    size, rise = s, first
    gentle: tuple[SignClaim, ...] = ()
    if isinstance(response, Activation):
        size, rise = response.size, sp.diff(response.size, Z)
        gentle = (SignClaim((rise**2 - 1) / Z**2, unit=unit),)
    if bound is None:
        return (*gentle, SignClaim(-rise, unit=unit))
    return (*gentle, SignClaim(size - bound, unit=unit), SignClaim(-size - bound, unit=unit))


def prove_hypothesis(
    response: Response, name: str, bound: sp.Rational | None = None
) -> tuple[Proof, ...] | Witness | None:
    """The proofs of one hypothesis (`bound`: see `claims`), a point that refutes it, or None.

    >>> from trajalign.theory.responses import Loss
    >>> len(prove_hypothesis(Loss.parse("log-cosh"), "A3"))
    2
    """
    high = None
    if name == "A3" and isinstance(response, Activation):
        high = _past_one_half(response)
        if high is None:
            return None
    found = []
    for claim in claims(response, name, high, bound):
        proof = prove(claim)
        if isinstance(proof, Proof):
            found.append(proof)
            continue
        # A3 of the neuron is claimed for more z than it asks for, and A5 by more than it asks for.
        refutes = name in ("A1", "A2") or (name == "A3" and high is None)
        return proof if refutes else None
    if name == "A5" and bound is None and not supremum(response).is_finite():
        return None
    return tuple(found)


def states_bound(response: Response, count: int) -> bool:
    """Whether so many claims of A5 state a bound: one for each sign, and |φ'| < 1."""
    return count == (3 if isinstance(response, Activation) else 2)


def below_one_half(response: Response, z: sp.Rational) -> bool:
    """Whether r(z) is certainly below 1/2."""
    with ctx.workprec(BITS):
        return bool(compile_balls(response.response, [Z])(arb(exact(z)))[0] < 0.5)


def supremum(response: Response) -> arb:
    """The limit of |ℓ'| or |φ| at infinity, enclosed; NaN where that fails."""
    form = _form(response, 1)
    with ctx.workprec(BITS):
        return arb.nan() if form is None else form.limit


@dataclass(frozen=True)
class Divergence:
    """ℓ' or φ keeps one sign from |z| = `start` on and tends to ±∞ with z → `side`·∞; in size it
    grows `like` the expression given."""

    start: sp.Rational
    side: int
    like: sp.Expr


def divergence(response: Response) -> Divergence | None:
    """A proof that |ℓ'| or |φ| is unbounded; None where there is none.

    >>> from trajalign.theory.responses import Loss
    >>> divergence(Loss.parse("z*asinh(z) - sqrt(1+z**2)")).like
    log(z)
    >>> divergence(Loss.parse("log-cosh")) is None
    True
    """
    sides = [side for side in _SIDES if grows_like(response, side) is not None]
    starts = (response.scale * start for start in _STARTS)
    return next((d for z in starts for side in sides if (d := diverges(response, z, side))), None)


def grows_like(response: Response, side: int) -> sp.Expr | None:
    """What |ℓ'| or |φ| grows like as z → `side`·∞; None where it is not known to grow.

    That is the limit alone: the monomial tends to ∞ and its factor to a number that is not 0. From
    which z on it is seen, `diverges` tells.
    """
    form = _form(response, side)
    if form is None or tendency(form.order) <= 0:
        return None
    with ctx.workprec(BITS):
        return form.like if form.quotient(arb.pos_inf()).sign else None


def diverges(response: Response, start: sp.Rational, side: int) -> Divergence | None:
    """The same with the place and the side given, which is all there is to check."""
    if not start > 0 or side not in _SIDES:
        return None
    form = _form(response, side)
    if form is None:
        return None
    with ctx.workprec(BITS):
        return Divergence(start, side, form.like) if form.divergence(start) else None


def _form(response: Response, side: int) -> Tail | None:
    """The form at infinity of ℓ'(±z) or φ(±z)."""
    try:
        return tail(response.size.subs(Z, side * Z), response.scale)
    except NoTailError:
        return None


def constant_claims(response: Response, z0_above: sp.Rational) -> tuple[SignClaim, ...]:
    """r > 0, and z r'/r < −1/2 from `z0_above` on."""
    s, unit = response.slope, response.scale
    return SignClaim(-s / Z, unit=unit), SignClaim(_past_z0(s), low=z0_above, unit=unit)


def before_z0(response: Response, z: sp.Rational) -> bool:
    """Whether z r'/r is certainly above −1/2 at z, where r > 0."""
    with ctx.workprec(BITS):
        return bool(compile_balls(_past_z0(response.slope), [Z])(arb(exact(z)))[0] > 0)


def c_over(response: Response, z0: Box) -> arb:
    """max(r(z0), 1/2) for z0 in a box."""
    with ctx.workprec(BITS):
        return enclosure(response.response, z0, response.scale).max(arb(0.5))


def enclose_constants(response: Response, z0: float) -> Constants | None:
    """z0 and c enclosed around an approximation of z0; None where the proof fails.

    >>> from trajalign.theory.responses import Loss
    >>> found = enclose_constants(Loss.parse("pseudo-huber"), 1.0)
    >>> found.z0[0] < 1 < found.z0[1], found.c.overlaps(1 / arb(2).sqrt())
    (True, True)
    """
    if not 0 < z0 < float("inf"):
        return None
    step = _Z0_WIDTH * response.scale
    middle = step * round(sp.Rational(z0) / step)
    box = middle - step, middle + step
    if not before_z0(response, box[0]):
        return None
    found = [prove(claim) for claim in constant_claims(response, box[1])]
    proofs = tuple(proof for proof in found if isinstance(proof, Proof))
    return Constants(box, c_over(response, box), proofs) if len(proofs) == len(found) else None


def _past_z0(s: sp.Expr) -> sp.Expr:
    """Negative where z r'/r < −1/2 and s > 0, as z r'/r = z s'/s − 1."""
    return 2 * Z * sp.diff(s, Z) - s


def _past_one_half(response: Response) -> sp.Rational | None:
    candidates = (response.scale * sp.Rational(k, 4) for k in range(1, 65))
    return next((z for z in candidates if below_one_half(response, z)), None)
