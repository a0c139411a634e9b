"""The lemmas of one file."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from .lemmas import Lemma

_SECONDS = 10  # for one tactic
_HEADER = """\
From Coq Require Import QArith_base Reals Lra Psatz FunctionalExtensionality.
From Coquelicot Require Import Coquelicot.
From Trajalign Require Import Numbers Rings Tactics BigO Polynomials Taylor Series Programs Matrices
  Slopes Hypotheses.
From Trajalign Require Generic.
Open Scope R_scope.
"""


def time_limit(load: float = 0.0) -> str:
    """The line that says how long a tactic may take: Coq counts the seconds of the clock.

    `load` is how many programs want each processor: where there are several, it may take longer.

    >>> time_limit(), time_limit(2.5)
    ('Set Default Timeout 10.\\n', 'Set Default Timeout 30.\\n')
    """
    return f"Set Default Timeout {_SECONDS * max(1, math.ceil(load))}.\n"


TIMEOUT = time_limit()


@dataclass(frozen=True)
class Chapter:
    """The lemmas of one derivation, and the steps that have none with the reason."""

    label: str
    title: str
    lemmas: tuple[Lemma, ...]
    left_out: tuple[tuple[str, str, str], ...]  # step, kind, why

    @property
    def module(self) -> str:
        """The name of its file, without the suffix."""
        return re.sub(r"\W", "_", self.label)

    @property
    def header(self) -> str:
        """What its file begins with."""
        return _HEADER + TIMEOUT

    @property
    def all_of_it(self) -> str:
        """The name of all its lemmas together."""
        return f"{self.module}__all"
