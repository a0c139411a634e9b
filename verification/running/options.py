"""What a run is asked to check, and how much of it."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from ...theory.arguments import convert_fields, each, instance, integer, optional, rational, string
from ..measuring.effort import QUICK, Effort


@dataclass(frozen=True)
class Options:
    """What to check: labels (empty for all), and with how much effort.

    `top` is the largest step size and `digits` the decimal digits of the orbits; None leaves the
    one to the response, the other to the effort.
    """

    labels: frozenset[str] = frozenset()
    top: sp.Rational | None = None
    digits: int | None = None
    effort: Effort = QUICK

    def __post_init__(self) -> None:
        convert_fields(self, ("labels",), lambda v, name: frozenset(each(string)(v, name)))
        convert_fields(self, ("top",), optional(rational))
        convert_fields(self, ("digits",), optional(integer))
        convert_fields(self, ("effort",), instance(Effort))

    def wants(self, label: str) -> bool:
        """Whether a label is to be checked."""
        return not self.labels or label in self.labels
