"""The kinds of figures that `trajalign figure` draws, and what each makes of the options."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import sympy as sp

from ..figures.alignment import alignment_picture, ladder_picture
from ..figures.bifurcation import bifurcation_picture
from ..figures.cascade import cascade_picture
from ..figures.cobweb import cobweb_picture
from ..figures.exponential import exponential_picture
from ..figures.following import (
    LARGE,
    SMALL,
    Start,
    followed,
    standard_start,
    standard_step,
)
from ..figures.phase import phase_picture
from ..figures.picture import Picture
from ..figures.sharpness import sharpness_picture
from ..numerics.grids import linspace
from ..terminal import progress_bar
from ..theory.errors import InputError
from ..theory.models import Model
from ..theory.requirements import require_curved
from ..verification.plans import MAX_STEPS, Plan
from .options import positive, rational, spaced

_LADDER = 4  # step sizes, each half the one before
_ACROSS, _UP = 120, 80  # cells of a phase diagram
_WIDE, _TALL = 4, sp.Rational(3, 2)  # of a phase diagram: |p0| in its unit, q0


@dataclass(frozen=True)
class Request:
    """What the options ask for; None and "" where they say nothing."""

    model: Model
    eta: sp.Rational | None
    p0: str | None
    q0: str | None
    order: int
    which: str

    def step_size(self, size: float) -> sp.Rational:
        """--eta, or the step size of this ε h(0)."""
        return standard_step(self.model, size) if self.eta is None else self.eta

    @property
    def start(self) -> Start:
        """--p0 and --q0."""
        p, q = standard_start(self.model)
        p = p if self.p0 is None else rational(self.p0, "--p0")
        if p == 0:
            raise InputError(f"--p0 {self.p0}: an orbit from p = 0 stays there; start at another p")
        return p, q if self.q0 is None else positive(self.q0, "--q0")


@dataclass(frozen=True)
class Kind:
    """One kind of figure: how it is made, and which options it takes beside the model's."""

    picture: Callable[[Request], Picture]
    takes: str


def _bifurcation(asked: Request) -> Picture:
    """With an orbit on top: the one asked for, or else one that comes to rest if it does."""
    require_curved(asked.model.response)
    eta, start = asked.step_size(SMALL), asked.start
    said = (asked.eta, asked.p0, asked.q0) != (None, None, None)
    shown = said or followed(asked.model, eta, start).outcome == "converged"
    return bifurcation_picture(asked.model, eta, [start] if shown else [])


def _cobweb(asked: Request) -> Picture:
    return cobweb_picture(asked.model, asked.start, which=asked.which, step_size=asked.eta)


def _alignment(asked: Request) -> Picture:
    eta = asked.step_size(SMALL)
    return alignment_picture(_plan(asked, eta), eta, asked.order)


def _ladder(asked: Request) -> Picture:
    top = asked.step_size(LARGE)
    return ladder_picture(_plan(asked, *(top / 2**k for k in range(_LADDER))), asked.order)


def _plan(asked: Request, *etas: sp.Rational) -> Plan:
    require_curved(asked.model.response)
    plan = Plan(asked.model, etas=etas, starts=(asked.start,))
    if plan.curve.h_at_zero < 0:
        raise InputError(
            f"{asked.model.response.text}: orbits align only if r''(0) < 0, but r''(0) = "
            f"{asked.model.response.curvature}"
        )
    if (steps := plan.steps_needed(float(etas[-1]))) > MAX_STEPS:
        raise InputError(f"eta = {etas[-1]}: an orbit takes about {steps:.0e} steps; take a larger")
    return plan


def _sharpness(asked: Request) -> Picture:
    return sharpness_picture(asked.model, asked.step_size(SMALL), asked.start)


def _exponential(asked: Request) -> Picture:
    return exponential_picture(asked.model, asked.start, asked.eta)


def _phase(asked: Request) -> Picture:
    wide = _WIDE * asked.model.response.scale
    p0s = _axis(asked.p0, "--p0", -wide, wide, _ACROSS)
    q0s = _axis(asked.q0, "--q0", _TALL / _UP, _TALL, _UP)
    with progress_bar("orbits") as progress:
        return phase_picture(asked.model, asked.step_size(LARGE), p0s, q0s, progress=progress)


def _axis(
    text: str | None, option: str, first: sp.Rational, last: sp.Rational, count: int
) -> tuple[sp.Rational, ...]:
    """The values of FIRST:LAST:COUNT. Raises InputError."""
    if text is None:
        return linspace(first, last, count)
    values = spaced(text, option, "a phase diagram needs FIRST:LAST:COUNT")
    if list(values) != sorted(set(values)):
        raise InputError(f"{option} {text[:60]}: FIRST has to be less than LAST")
    return values


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "bifurcation": Kind(_bifurcation, "eta p0 q0"),
        "cobweb": Kind(_cobweb, "eta p0 q0 which"),
        "alignment": Kind(_alignment, "eta p0 q0 order"),
        "ladder": Kind(_ladder, "eta p0 q0 order"),
        "sharpness": Kind(_sharpness, "eta p0 q0"),
        "phase": Kind(_phase, "eta p0 q0"),
        "exponential": Kind(_exponential, "eta p0 q0"),
        "cascade": Kind(lambda asked: cascade_picture(asked.model), ""),
    }
)
