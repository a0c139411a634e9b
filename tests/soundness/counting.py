"""Counting: comparisons by kind, violations, and what was passed over."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from random import Random
from typing import Any

from flint import arb, ctx

from trajalign.theory.errors import InputError
from trajalign.verification.hypotheses.tails import NoTailError

from .truth import Truth, from_mpmath

MPMATH_SHARE = 16  # one point in so many is worked out by mpmath too
_MOST_SHOWN = 3  # violations of one kind in one trial
_FAR = Fraction(10) ** 6


class OutOfTime(BaseException):
    """A trial took too long; nothing in the program may catch it."""


@dataclass
class Tally:
    """What one trial compared. `found` has the violations, each a minimal reproducer."""

    counts: Counter[str] = field(default_factory=Counter)
    found: list[dict[str, str]] = field(default_factory=list)
    passed_over: Counter[str] = field(default_factory=Counter)
    crashes: dict[str, str] = field(default_factory=dict)
    stop_at_first: bool = False

    @property
    def comparisons(self) -> int:
        return sum(self.counts.values())

    def check(self, kind: str, holds: bool, text: str, detail: Callable[[], str]) -> None:
        """Count one comparison; keep it where it does not hold."""
        self.counts[kind] += 1
        if holds:
            return
        if sum(v["kind"] == kind for v in self.found) < _MOST_SHOWN:
            self.found.append({"kind": kind, "text": text, "detail": detail()})
        if self.stop_at_first:
            raise OutOfTime

    def inside(self, kind: str, text: str, value: arb, ball: arb, where: Callable[[], str]) -> None:
        """A true value against a ball that claims to contain it; NaN and ∞ claim nothing."""
        if not ball.is_finite():
            self.passed_over[f"{kind}: no answer"] += 1
            return
        self.check(
            kind,
            bool(ball.overlaps(value)),
            text,
            lambda: f"{where()}: {shown(ball)} does not contain {shown(value)}",
        )

    @contextmanager
    def trying(self, what: str, text: str) -> Iterator[None]:
        """What the program declines is passed over, what it crashes on is kept apart."""
        try:
            yield
        except (InputError, NoTailError) as error:
            self.passed_over[f"{what}: {type(error).__name__}"] += 1
        except Exception as error:  # a crash is no unsound answer, but worth a line
            self.crashes.setdefault(f"{what}: {type(error).__name__}", f"{text}: {error}"[:400])


@dataclass
class Trial:
    """The generator, the tally and the truth of one expression."""

    rng: Random
    tally: Tally
    truth: Truth

    @property
    def text(self) -> str:
        return self.truth.text

    def value(self, z: Fraction) -> arb | None:
        """The truth at a point; on a share of them, both truths, compared with each other."""
        value = self.truth.value(z)
        if value is not None and abs(z) < _FAR and self._is_shared():
            first = self.truth.by_mpmath(z)
            if first is not None:
                self._agree(value, from_mpmath(first), z, 0)
        return value

    def series(self, z: Fraction, n: int) -> list[arb] | None:
        """The true Taylor coefficients, likewise."""
        found = self.truth.series(z, n)
        if found is not None and abs(z) < _FAR and self._is_shared():
            first = self.truth.series_by_mpmath(z, n)
            for k, c in enumerate(first or []):
                self._agree(found[k], from_mpmath(c), z, k)
        return found

    def _agree(self, second: arb, first: arb, z: Fraction, k: int) -> None:
        with ctx.workprec(400):
            slack = arb(0, (abs(first) + 1) * arb(10) ** -30)
            self.tally.check(
                "both truths",
                bool((second - first).overlaps(slack)),
                self.text,
                lambda: f"coefficient {k} at z = {z}: {shown(first)} by mpmath, {shown(second)}",
            )

    def _is_shared(self) -> bool:
        return self.rng.randrange(MPMATH_SHARE) == 0


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raise OutOfTime in this process after so many seconds."""

    def stop(*_: Any) -> None:
        raise OutOfTime

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def shown(value: arb) -> str:
    """A ball in a few digits."""
    return str(value.str(25))
