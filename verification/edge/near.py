"""Starts so near a flip that the law holds for any κ: as μ₀ → 0, descent comes to rest at the μ* of
Lambert's function. For κ → ∞ that is self-stabilization, μ*² = μ₀² + kP₀."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ...numerics.edge.descent import LEFT, LIMIT, Run, Start, descend
from ...theory.edge.law import end
from ..measuring.claims import Judgement
from .claims import FALSIFIED, TRUE, Law, on_ladder
from .rungs import Rung

_HEIGHTS = (0.04, 0.02, 0.01, 0.005)  # μ₀, or that part of |κ| if |κ| is less than 1
_SLOW = 2e-3  # |κ| below which descent from there takes more than some 10⁵ steps
_APART = 0.01  # a falsified law is tried where it moves μ* by this part


def near_runs(rung: Rung) -> tuple[Run, ...]:
    """Descent from smaller and smaller μ₀, with kP₀ = μ₀², the farthest first; none where κ is so
    small that it takes too long."""
    kappa = abs(rung.kappa)
    if kappa < _SLOW:
        return ()
    unit = min(1.0, kappa)
    return tuple(
        descend(rung.lines, rung.steps, rung.flip, Start(mu * unit, (mu * unit) ** 2 / (2 * kappa)))
        for mu in _HEIGHTS
    )


@dataclass(frozen=True)
class NearClaim:
    """2 − ηλ* is what Lambert's function says, up to O(μ₀) of itself."""

    label: str
    law: Law = TRUE
    falsified: str = ""

    def falsified_copies(self, rung: Rung, found: Sequence[Run]) -> list[NearClaim]:
        """Copies with a falsified law that says another end of the last run."""
        right = self._end(rung, found[-1])
        copies = [replace(self, law=law, falsified=words) for words, law in FALSIFIED]
        return [copy for copy in copies if copy.differs(rung, found[-1], right)]

    def differs(self, rung: Rung, run: Run, right: float | None) -> bool:
        """Whether this law says something else of a run than `right`."""
        said = self._end(rung, run)
        if said is None or right is None:
            return said is not right
        return abs(said - right) > _APART * abs(right)

    def judge(self, rung: Rung, found: Sequence[Run]) -> Judgement:
        """The claim against the runs."""
        values = []
        for run in found:
            said = self._end(rung, run)
            if run.ending not in (LIMIT, LEFT):
                late = f"descent {run.ending} after {run.steps} steps"
                return Judgement("", None, undecided=f"{late}, from μ₀ = {run.start.mu:g}")
            if said is None or run.ending == LEFT:
                other = "leaves" if said is None else "comes to rest"
                if (said is None) == (run.ending == LEFT):
                    return Judgement("", None, undecided="descent leaves, as the law says")
                objection = f"descent {run.ending}, where the law says that it {other}"
                return Judgement(objection, _witness(rung, run))
            values.append(-run.gap / said)
        heights = tuple(run.start.mu for run in found)
        judged = on_ladder(heights, tuple(values), "mu0")
        if not judged.objection:
            return judged
        return replace(judged, witness=_witness(rung, found[-1]))

    def _end(self, rung: Rung, run: Run) -> float | None:
        """μ*; None where descent is said to leave."""
        flip, start = rung.flip, run.start
        if not self.law.rests(flip, start):
            return None
        return float(end(self.law.gap(flip), start.mu, self.law.scaled(flip, start)))


def _witness(rung: Rung, run: Run) -> Mapping[str, str]:
    start = {"mu0": f"{run.start.mu:.8g}", "cP0": f"{run.start.scaled:.8g}"}
    return {"at": rung.where, "kappa": f"{rung.kappa:.8g}", **start, "gap": f"{run.gap:.10g}"}


NEAR = NearClaim("edge/self-stabilization")
