"""The bifurcation diagram of the frozen-q family as objects: branches, segments, special points.

All of it is exact where the response allows; elsewhere a point is an equation with an isolating
interval. What happens to the asymmetric cycles beyond is in numerics/diagram/cascade.py.

Two maps are in play. The half map −g_q is p ↦ −p followed by g_q; as g_q is odd, its square is that
of g_q, and the symmetric 2-cycle ±p of g_q is a pair of fixed points of −g_q, whose multiplier is
1 + 2 p r'/r. Hence

- where p r'/r = −1, that multiplier is −1: −g_q flips. For g_q the 2-cycle has multiplier
  (−1)² = +1: it is no flip but a symmetry-breaking pitchfork, at which ±p gives way to two
  asymmetric 2-cycles {a, −b} and {b, −a}, mirror images of each other. The fixed point a of −g_q
  becomes its 2-cycle {a, b}, so both sides have one normal form and one criticality;
- at q = 1 the multiplier of p = 0 is −1 for g_q, a flip, and +1 for −g_q, a pitchfork.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from types import MappingProxyType

import sympy as sp

from ..algebra.symbolic import rationally_zero
from ..algebra.values import decimal
from ..arguments import takes
from ..errors import InputError, NotEvenError, UnresolvedError
from ..models import Model, P, Q, R
from ..models.base import MODEL
from ..requirements import require_curved, sign_at
from .exact_roots import ExactRoot, log_slope, log_slope_roots, log_slope_samples, response_zero
from .frozen_family import FrozenFamily, criticality, frozen_family

_SHOWN = 6  # digits
S = sp.Symbol("s", positive=True)  # the parameter along a branch

TRIVIAL, TWO_CYCLE = "trivial", "two-cycle"
FLIP = "flip"
SUPERSTABLE = "superstable"
SYMMETRY_BREAKING = "symmetry-breaking (flip of −g_q)"
FOLD = "fold"
END = "end (r = 0)"
LEVELS: Mapping[str, sp.Rational] = MappingProxyType(  # p r'/r there
    {FOLD: sp.S.Zero, SUPERSTABLE: -sp.S.Half, SYMMETRY_BREAKING: sp.S.NegativeOne}
)


@dataclass(frozen=True)
class SpecialPoint:
    """A point (p, q) of the diagram, with p > 0 standing for ±p.

    - `kind`: one of FLIP, SUPERSTABLE, SYMMETRY_BREAKING, FOLD, END;
    - `p`: its location; `level`: q as an expression in P, whose value there `q` gives;
    - `multiplier`: of the map named in `of`; None at an END, where q = 0 and g_q is not defined;
    - `coefficient`: c in F(F(x)) = x + c (x − p)³ + … for the map F that flips there, exact with a
      closed form of p and else an expression in P; `criticality`: its sign in words.
    """

    kind: str
    p: ExactRoot
    level: sp.Expr
    multiplier: sp.Expr | None
    of: str
    coefficient: sp.Expr | None = None
    criticality: str | None = None

    @property
    def q(self) -> sp.Expr | None:
        """q, exact; None without a closed form."""
        return self.p.of(self.level)

    def q_digits(self, n: int = 30) -> sp.Float:
        """q to n digits."""
        return self.p.decimal(self.level, n)


@dataclass(frozen=True)
class Segment:
    """A piece of a branch on which stability does not change, between two special points.

    `start` is None where the branch starts at s = 0, `end` where it goes on to s = ∞.
    """

    start: SpecialPoint | None
    end: SpecialPoint | None
    stable: bool


@dataclass(frozen=True)
class Branch:
    """A curve (p(s), q(s)), s > 0, of fixed points ("trivial") or 2-cycles ±p ("two-cycle").

    `multiplier` is an expression in S: g_q'(0) on the trivial branch, where s = q, and that of the
    2-cycle, (g_q∘g_q)'(p), on the other, where s = p.
    """

    kind: str
    p: sp.Expr
    q: sp.Expr
    multiplier: sp.Expr
    segments: tuple[Segment, ...]

    def limits(self, segment: Segment, n: int = 30) -> tuple[sp.Expr, sp.Expr]:
        """The range of s on a segment: exact where a closed form is known, else to n digits."""
        start, end = self._at(segment.start, n, self.kind), self._at(segment.end, n, self.kind)
        return (sp.S.Zero if start is None else start, sp.oo if end is None else end)

    def q_range(self, segment: Segment, n: int = 30) -> tuple[sp.Expr | None, sp.Expr | None]:
        """q at the start and at the end of a segment; None where r's limit at ∞ would decide."""
        if self.kind == TRIVIAL:
            return self.limits(segment, n)
        return self._at(segment.start, n, TRIVIAL), self._at(segment.end, n, TRIVIAL)

    @staticmethod
    def _at(point: SpecialPoint | None, n: int, kind: str) -> sp.Expr | None:
        if point is None:
            return None
        if kind == TRIVIAL:
            return point.q if point.q is not None else point.q_digits(n)
        return point.p.closed_form if point.p.closed_form is not None else point.p.digits(n)


@dataclass(frozen=True, repr=False)
class BifurcationDiagram:
    """Branches and special points, and why a kind of special point is missing.

    `absent` maps FOLD, SUPERSTABLE or SYMMETRY_BREAKING to "excluded: …", with the reason, or to
    "not found up to p = …", which is a sample and no proof. `searched_to` is the largest p sampled.
    """

    model: Model
    branches: tuple[Branch, ...]
    special_points: tuple[SpecialPoint, ...]
    absent: Mapping[str, str]
    searched_to: sp.Rational

    def __repr__(self) -> str:
        points = "; ".join(
            f"{point.kind} at p = {point.p.digits(_SHOWN)}, q = {point.q_digits(_SHOWN)}"
            for point in self.special_points
        )
        return f"<BifurcationDiagram of {self.model.designation}, {self.model.given}: {points}>"

    def branch(self, kind: str) -> Branch:
        """The branch of a kind. Raises InputError for an unknown one."""
        found = {b.kind: b for b in self.branches}
        if kind not in found:
            raise InputError(f"no branch {kind!r}; there are {', '.join(found)}")
        return found[kind]

    def points(self, kind: str) -> tuple[SpecialPoint, ...]:
        """The special points of a kind, by increasing p."""
        return tuple(point for point in self.special_points if point.kind == kind)


@takes(model=MODEL)
@lru_cache(maxsize=128)
def bifurcation_diagram(model: Model, *, strictly_convex: bool = False) -> BifurcationDiagram:
    """The branches p = 0 and q = r(p) with the points where their stability changes.

    Parameters: a model; `strictly_convex`, the caller's word that A2 holds (ℓ'' > 0), by which the
    2-cycle of a loss never loses stability; without it the search for the loss decides.
    Raises InputError if r is not even, r(0) ≠ 1, r''(0) = 0 (the flip at q = 1 is then degenerate,
    and its criticality is not in the cubic term), or A2 is claimed of an activation or against the
    evidence; NotFiniteError if r is not real and finite at a sampled point; NoExpansionError if
    it has no power series at 0.
    Source: Song & Yun 2023 for the first two branches; docs/beyond-the-paper.md for the others.

    >>> from trajalign.theory.models import SingleNeuron
    >>> from trajalign.theory.responses import Activation
    >>> diagram = bifurcation_diagram(SingleNeuron(Activation.parse("algebraic")))
    >>> [(point.kind, point.p.closed_form, point.q) for point in diagram.special_points]
    [('flip', 0, 1), ('superstable', sqrt(7)/7, 49/64),
     ('symmetry-breaking (flip of −g_q)', sqrt(3)/3, 9/16)]
    >>> [segment.stable for segment in diagram.branch("two-cycle").segments]
    [True, True, False]
    """
    if model.response.symmetry == "none":
        raise NotEvenError(
            f"{model.response.text}: the {model.spoken()} has no half map, as its loss need not be "
            "even; the figure bifurcation has its 2-cycle"
        )
    samples = log_slope_samples(model.response)
    require_curved(model.response)
    if strictly_convex:
        _require_convex(model)
    family = frozen_family(model)
    flip = _flip(family)
    special = sorted(_cycle_points(model, family), key=lambda point: point.p.interval)
    reached = samples[-1][0]
    absent = {
        kind: _why_absent(model, kind, strictly_convex)
        for kind in LEVELS
        if not any(point.kind == kind for point in special)
    }
    trivial = _trivial_branch(family, flip)
    cycle = _cycle_branch(model, family, flip, special)
    return BifurcationDiagram(
        model, (trivial, cycle), (flip, *special), MappingProxyType(absent), reached
    )


def _flip(family: FrozenFamily) -> SpecialPoint:
    coefficient = family.flip_coefficient
    return SpecialPoint(
        FLIP,
        ExactRoot(P, (sp.S.Zero, sp.S.Zero), sp.S.Zero),
        sp.S.One,
        family.trivial_multiplier.subs(Q, 1),
        "g_q",
        coefficient,
        criticality(coefficient),
    )


def _cycle_points(model: Model, family: FrozenFamily) -> Iterator[SpecialPoint]:
    """Where 1 + 2 p r'/r takes the values 1, 0 and −1, and where r ends the branch."""
    for kind, level in LEVELS.items():
        half, of = 1 + 2 * level, "g_q∘g_q"
        if kind == SYMMETRY_BREAKING:
            of = "−g_q"
        for root in log_slope_roots(model.response, level).roots:
            found = SpecialPoint(kind, root, family.response, half, of)
            yield _with_normal_form(found, family) if kind == SYMMETRY_BREAKING else found
    zero = response_zero(model.response)
    if zero is not None:
        yield SpecialPoint(END, zero, sp.S.Zero, None, "")


def _criticality(root: ExactRoot, form: sp.Expr, exact: sp.Expr | None) -> str:
    """In a word; "undecided" where the coefficient cannot be told from 0."""
    try:
        return criticality(decimal(root.value(form, 15), 15) if exact is None else exact)
    except UnresolvedError:
        return "undecided"


def _with_normal_form(point: SpecialPoint, family: FrozenFamily) -> SpecialPoint:
    form = family.half_flip_coefficient
    exact = point.p.of(form)
    return SpecialPoint(
        point.kind,
        point.p,
        point.level,
        point.multiplier,
        point.of,
        form if exact is None else exact,
        _criticality(point.p, form, exact),
    )


def _trivial_branch(family: FrozenFamily, flip: SpecialPoint) -> Branch:
    multiplier = family.trivial_multiplier.subs(Q, S)
    below, above = (abs(multiplier.subs(S, q)) < 1 for q in (sp.S.Half, sp.Integer(2)))
    segments = (Segment(None, flip, bool(below)), Segment(flip, None, bool(above)))
    return Branch(TRIVIAL, sp.S.Zero, S, multiplier, segments)


def _cycle_branch(
    model: Model, family: FrozenFamily, flip: SpecialPoint, special: list[SpecialPoint]
) -> Branch:
    reached = log_slope_samples(model.response)[-1][0]
    cut: list[SpecialPoint | None] = [flip, *special]
    if not special or special[-1].kind != END:
        cut.append(None)
    segments = []
    for start, end in pairwise(cut):
        assert start is not None
        low = start.p.interval[1]
        high = max(reached, 2 * low) if end is None else end.p.interval[0]
        # One point decides: between special points p r'/r does not pass 0 or −1.
        inside = min((low + high) / 2, 2 * low + model.response.scale)
        slope = log_slope(model.response)
        stable = sign_at(slope, inside) < 0 < sign_at(slope + 1, inside)
        segments.append(Segment(start, end, stable))
    multiplier, q = family.cycle_multiplier.subs(P, S), family.response.subs(P, S)
    return Branch(TWO_CYCLE, S, q, multiplier, tuple(segments))


def _require_convex(model: Model) -> None:
    """Raises InputError unless A2 can be claimed; ArithmeticError if the identity fails."""
    text = model.response.text
    if not model.response.assumes("A2"):
        raise InputError(f"{text}: strict convexity (A2) is a hypothesis on losses, not on φ")
    slope = P * R(P)
    identity = P * sp.diff(R(P), P) / R(P) + 1 - sp.diff(slope, P) / R(P)
    if not rationally_zero(identity):
        raise ArithmeticError("p r'/r + 1 is not ℓ''/r")
    convexity = log_slope(model.response) + 1
    for p, value in log_slope_samples(model.response):
        if sign_at(convexity, p) <= 0:
            shown = f"p r'/r = ℓ''/r − 1 is {sp.N(value, 8)} at p = {p}"
            raise InputError(f"{text}: claimed to be strictly convex, but {shown}")


def _why_absent(model: Model, kind: str, strictly_convex: bool) -> str:
    search = log_slope_roots(model.response, LEVELS[kind])
    if search.complete:
        return f"excluded: p r'(p)/r(p) = {LEVELS[kind]} has no solution p > 0, exactly"
    if strictly_convex and kind == SYMMETRY_BREAKING:
        return "excluded: p r'(p)/r(p) + 1 = ℓ''(p)/r(p) > 0 for a strictly convex loss (A2)"
    return f"not found up to p = {search.searched_to}"
