"""What a kind of figure is, and what it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import sympy as sp

from ..numerics.pools import Bar
from ..theory.errors import InputError
from ..theory.models import Model
from .picture import Picture
from .standard import Start, standard_start, standard_step

HALF, FULL = "half", "full"  # the maps of a cobweb
MAPS = (HALF, FULL)
Values = tuple[sp.Rational, ...]


@dataclass(frozen=True)
class Request:
    """A model, and what was said besides; None where nothing was.

    `p0` and `q0` hold one value, or for a kind with `axes` those of an axis; `certificate` is a
    file of `trajalign prove`. `bar` opens a progress bar with this name.
    """

    model: Model
    eta: sp.Rational | None = None
    p0: Values | None = None
    q0: Values | None = None
    order: int = 3
    which: str = HALF
    certificate: str | Path | None = None
    bar: Bar = lambda _: nullcontext()

    def step_size(self, size: float) -> sp.Rational:
        """The step size that was said, or the one of this ε h(0)."""
        return standard_step(self.model, size) if self.eta is None else self.eta

    @property
    def start(self) -> Start:
        """Where an orbit starts: what was said, and the standard start of the model elsewhere.

        Raises InputError for p = 0.
        """
        p, q = standard_start(self.model)
        start = p if self.p0 is None else self.p0[0], q if self.q0 is None else self.q0[0]
        if start[0] == 0:
            raise InputError("p0 = 0: an orbit from p = 0 stays there; start at another p")
        return start


@dataclass(frozen=True)
class Kind:
    """A kind of figure: its name, what it shows in a line, how it is made, the options it takes.

    `takes` names options beside those of the model; with `axes`, --p0 and --q0 are axes.
    """

    name: str
    about: str
    picture: Callable[[Request], Picture]
    takes: tuple[str, ...] = ("eta", "p0", "q0")
    axes: bool = False
