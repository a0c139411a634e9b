"""The bifurcation diagram with orbits for several step sizes and starts, as data for a page.

What a reader moves through on a web page is computed before: nothing is iterated there.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

import sympy as sp

from ..numerics.orbits.recorded import Orbit
from ..theory.errors import InputError
from ..theory.models import Model
from ..theory.requirements import require_curved
from .bifurcation import bifurcation_picture, shown_steps
from .followed_orbits import followed
from .picture import Picture
from .standard import SMALL, standard_start, standard_step

_STEPS = tuple(map(sp.Rational, ("4", "3", "2", "3/2", "1")))  # times the small one
_STARTS = tuple(map(sp.Rational, ("1/10", "1/2", "1", "3/2", "2")))  # times the standard one
_PLACES = 5  # decimals of what is drawn


@dataclass(frozen=True)
class Explored:
    """A diagram, and an orbit of it for each step size and each p0, all from one q0."""

    diagram: Picture
    step_sizes: tuple[sp.Rational, ...]
    starts: tuple[sp.Rational, ...]
    q0: sp.Rational
    orbits: tuple[tuple[Orbit, ...], ...]  # by step size, then by start

    def as_json(self) -> str:
        """What the script of a page takes: curves, marks, and steps t, p, q of every orbit."""
        curves = [
            {"look": c.look, "x": _rounded(c.x), "y": _rounded(c.y)} for c in self.diagram.curves
        ]
        marks = [{"x": round(m.x, _PLACES), "y": round(m.y, _PLACES), "label": m.label}
                 for m in self.diagram.marks if m.dot]  # fmt: skip
        found: dict[str, Any] = {
            "x": self.diagram.x_range,
            "y": self.diagram.y_range,
            "curves": curves,
            "marks": marks,
            "etas": list(map(str, self.step_sizes)),
            "starts": list(map(str, self.starts)),
            "q0": str(self.q0),
            "orbits": [[_points(orbit) for orbit in row] for row in self.orbits],
        }
        return json.dumps(found, separators=(",", ":"), allow_nan=False)


def explored(model: Model) -> Explored:
    """The diagram of a model with its orbits, followed with 30 digits.

    Raises InputError where there is no diagram, or no orbit can be followed.

    >>> from trajalign.theory.models import TwoLayerLinear
    >>> from trajalign.theory.responses import Loss
    >>> found = explored(TwoLayerLinear(Loss.parse("log-cosh")))
    >>> found.step_sizes[-1], len(found.orbits), len(found.orbits[0])
    (1/20, 5, 5)
    """
    require_curved(model.response)
    small, (p0, q0) = standard_step(model, SMALL), standard_start(model)
    step_sizes = tuple(small * factor for factor in _STEPS)
    starts = tuple(p0 * factor for factor in _STARTS)
    orbits = tuple(tuple(followed(model, eta, (p, q0)) for p in starts) for eta in step_sizes)
    if all(len(orbit) < 2 for row in orbits for orbit in row):
        raise InputError("no orbit can be followed")
    return Explored(bifurcation_picture(model), step_sizes, starts, q0, orbits)


def _points(orbit: Orbit) -> dict[str, Any]:
    finite = (math.isfinite(p) and math.isfinite(q) for p, q in zip(orbit.p, orbit.q, strict=True))
    times = shown_steps(sum(takewhile(bool, finite)))
    return {
        "t": times,
        "p": _rounded(float(orbit.p[t]) for t in times),
        "q": _rounded(float(orbit.q[t]) for t in times),
        "end": f"{orbit.outcome} after {orbit.steps} steps",
    }


def _rounded(values: Any) -> list[float]:
    return [round(float(value), _PLACES) for value in values]
