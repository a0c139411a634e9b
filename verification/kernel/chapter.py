"""The lemmas of one file."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .lemmas import Lemma


@dataclass(frozen=True)
class Chapter:
    """The lemmas of one derivation, and the steps that have none with the reason.

    `imports` are the files written by hand that its own needs.
    """

    label: str
    title: str
    lemmas: tuple[Lemma, ...]
    left_out: tuple[tuple[str, str, str], ...]  # step, kind, why
    imports: tuple[str, ...] = ("Tactics",)

    @property
    def module(self) -> str:
        """The name of its file, without the suffix."""
        return re.sub(r"\W", "_", self.label)
