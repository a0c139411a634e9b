"""How much descent is tried for the table of neighbouring papers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Effort:
    """`rungs` step sizes, each half the one before, and `starts` random starting points."""

    name: str
    rungs: int
    starts: int
    seed: int = 20230708

    def ladder(self, top: float) -> tuple[float, ...]:
        """The step sizes from `top` down.

        >>> QUICK.ladder(0.1)
        (0.1, 0.05, 0.025)
        """
        return tuple(top / 2**k for k in range(self.rungs))


QUICK = Effort("quick", rungs=3, starts=24)
THOROUGH = Effort("thorough", rungs=4, starts=219)
