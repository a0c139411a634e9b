"""The orbit diagram of the half map, beyond where the symmetric 2-cycle loses its stability."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..numerics.diagram.attractors import orbit_diagram
from ..numerics.diagram.cascade import cascade
from ..numerics.diagram.continuation import Flip
from ..theory.diagram.branches import SYMMETRY_BREAKING
from ..theory.models import Model
from ..theory.models.product import evenly
from ..theory.requirements import require_curved
from ..theory.valleys import Valley
from .bifurcation import response_at
from .kind import Kind
from .picture import ATTRACTOR, UNSTABLE, Curve, Mark, Picture
from .two_sided_branches import two_sided_branches

_FLIPS = 4
_HEIGHTS, _KEPT, _TRANSIENT = 700, 60, 2000
_FAR = 4  # times the p of the first flip
_ABOVE, _BELOW = 0.35, 0.65  # how far the picture goes beyond the flips, in units of their range
_ABOVE_ALL, _BELOW_ALL = 0.1, 0.2  # the same where the first flip is that at q = 1


def cascade_picture(model: Model) -> Picture:
    """Where the orbits of −g_q end up, against q, with the period doublings marked; of g_q itself
    where the loss is not even.

    An orbit diagram shows what attracts; of what does not, only the 2-cycle q = r(p), or p and p̃,
    is drawn.
    Raises InputError where the symmetric 2-cycle does not lose its stability, as for every strictly
    convex even loss, and what `require_curved` raises.
    """
    require_curved(model.response)
    two_sided = isinstance(model.response, Valley) and not model.response.even
    flips = cascade(model, _FLIPS).flips
    first, last = float(flips[0].q), float(flips[-1].q)
    spread = first - last if len(flips) > 1 else first / 2
    below, above = (_BELOW_ALL, _ABOVE_ALL) if two_sided else (_BELOW, _ABOVE)
    low, high = max(last - below * spread, first / 100), first + above * spread
    q = np.linspace(low, high, _HEIGHTS)
    found = orbit_diagram(model, q, transient=_TRANSIENT, keep=_KEPT)
    signs = (-1.0) ** np.arange(_TRANSIENT, _TRANSIENT + _KEPT)
    points = found.points if two_sided else found.points * signs
    kept = np.isfinite(points)
    x, y = np.broadcast_to(q[:, None], points.shape)[kept], points[kept]
    marks = tuple(
        Mark(flip.kind.split(" (")[0], float(flip.q), _outermost(flip, two_sided), label)
        for flip, label in zip(flips, _labels(flips), strict=True)
    )
    if two_sided:
        words = "g_q", "the fixed point p = 0 gives way to a 2-cycle"
        unstable = _unstable(model, low)
    else:
        words = "the half map −g_q", "the symmetric 2-cycle loses its stability"
        unstable = [_symmetric(evenly(model), float(flips[0].cycle.points[0]), low)]
    return Picture(
        "cascade",
        f"Orbit diagram of {words[0]} for {model.given}: at q = {first:.6g} {words[1]}; "
        "the marks are the flips that were found",
        "$q$",
        "$p_t$" if two_sided else "$(-1)^t p_t$",
        (
            Curve("where orbits end up", ATTRACTOR, tuple(map(float, x)), tuple(map(float, y))),
            *unstable,
        ),
        marks,
        x_range=(high, low),
    )


def _unstable(model: Model, low: float) -> list[Curve]:
    """The 2-cycle p and p̃ where it repels, down to q = `low`, with the axes exchanged."""
    branches, _, _ = two_sided_branches(model, float("inf"), 1.0)
    cycles = [c for c in branches if c.look == UNSTABLE and any(c.x)]
    found = []
    for curve in cycles:
        pairs = [(q, p) for p, q in zip(curve.x, curve.y, strict=True) if q >= low]
        if pairs:
            q, p = zip(*pairs, strict=True)
            found.append(Curve("unstable 2-cycle", UNSTABLE, q, p))
    return found


def _outermost(flip: Flip, two_sided: bool) -> float:
    """The point of the cycle that is farthest out; with the half map all are on one side."""
    point = float(max(flip.cycle.points, key=abs))
    return point if two_sided else abs(point)


def _labels(flips: Sequence[Flip]) -> list[str]:
    """What each flip gives birth to."""
    return [
        "symmetry-breaking" if flip.kind == SYMMETRY_BREAKING else f"{2 * flip.cycle.period}-cycle"
        for flip in flips
    ]


def _symmetric(model: Model, flip: float, low: float) -> Curve:
    """The unstable continuation of the symmetric 2-cycle, down to q = `low`."""
    p = np.linspace(flip, _FAR * flip, 400)
    q = np.array(response_at(model, p))
    p, q = p[q >= low], q[q >= low]
    return Curve("unstable 2-cycle", UNSTABLE, tuple(map(float, q)), tuple(map(float, p)))


KINDS = (
    Kind(
        "cascade",
        "the orbit diagram beyond the stable 2-cycle",
        lambda asked: cascade_picture(asked.model),
        takes=(),
    ),
)
