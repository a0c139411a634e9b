"""What the law claims of descent past a flip, with its falsified copies.

Every claim is that a measured number, divided by the one predicted, is 1 + O(κ) on a ladder down
which κ falls: the next order of the law, whose coefficient it does not give.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ...numerics.edge.descent import LEFT, LIMIT, Run, Start
from ...numerics.edge.flip import Flip
from ...theory.edge.law import crossing_time, diagram, end, flip_coefficient, gap, rests
from ..measuring.claims import Judgement
from ..measuring.ladder import Ladder
from ..quantities import Compared, Order, Quantities
from .measuring import AHEAD, BESIDE, Measured

ORDER = 1.0  # in κ, of the error
FEWEST = 3  # rungs
_SEEN = 0.01  # a falsified law is tried where it changes κ by at least this part


@dataclass(frozen=True)
class Law:
    """The law with its terms multiplied by these factors, all 1 where nothing is falsified."""

    third: float = 1.0
    fourth: float = 1.0
    stable: float = 1.0
    kappa: float = 1.0
    sign: float = 1.0

    def c(self, flip: Flip) -> float:
        """c from its terms."""
        parts = (
            self.third * flip_coefficient(flip.eta, flip.third, 0),
            self.fourth * flip_coefficient(flip.eta, 0, flip.fourth),
            self.stable * flip_coefficient(flip.eta, 0, 0, flip.stable),
        )
        return float(self.sign * sum(parts))

    def gap(self, flip: Flip) -> float:
        """κ; infinite where c is 0."""
        c = self.c(flip)
        return self.kappa * float(gap(c, float(flip.k))) if c else math.inf

    def scaled(self, flip: Flip, start: Start) -> float:
        """cP of a start, which has it for the true |c|."""
        return start.scaled * self.c(flip) / abs(float(flip.c))

    def rests(self, flip: Flip, start: Start) -> bool:
        """Whether descent is said to come to rest."""
        return rests(self.gap(flip), start.mu, self.scaled(flip, start))


TRUE = Law()
FALSIFIED = (
    ("kappa doubled", Law(kappa=2.0)),
    ("the wrong sign of c", Law(sign=-1.0)),
    ("c without the third derivative along u", Law(third=0.0)),
    ("c without the fourth derivative along u", Law(fourth=0.0)),
    ("c without the stable modes", Law(stable=0.0)),
)

Runs = Callable[[Measured], tuple[Run, ...]]
Ratio = Callable[[Law, Measured, Run], float]


@dataclass(frozen=True)
class Claim:
    """One label: what it says, of which runs at a rung, and measured over predicted for each.

    Without a ratio it says only whether descent leaves or comes to rest.
    """

    label: str
    says: str
    runs: Runs
    ratio: Ratio | None = None
    law: Law = TRUE
    falsified: str = ""

    def falsified_copies(self, flips: Sequence[Flip]) -> list[Claim]:
        """Copies with a falsified law, where that says something else at every rung."""
        return [
            replace(self, law=law, falsified=words)
            for words, law in FALSIFIED
            if all(_differ(law.gap(flip), self.law.gap(flip)) for flip in flips)
        ]

    def judge(self, found: Sequence[Measured], short: str = "") -> Judgement:
        """The claim against what was measured; `short` says why there are no more rungs.

        The law is one for κ → 0: rungs down to the last at which descent ends otherwise than it
        says do not count, and only if that is the last of all does it refute the law.
        """
        dropped = 0
        for i, one in reversed(list(enumerate(found))):
            if (run := self._otherwise(one)) is None:
                continue
            told = f"descent {run.ending}, where the law says that it {self._said(one, run)}"
            if i == len(found) - 1:
                return Judgement(told, one.witness(run))
            found, dropped = found[i + 1 :], i + 1
            short = f"at {one.rung.where} {told}: κ is too large there, and few rungs are left"
            break
        endings = [(one, run) for one in found for run in self.runs(one)]
        for one, run in endings:
            if run.ending not in (LIMIT, LEFT):
                late = f"descent {run.ending} after {run.steps} steps"
                return Judgement("", None, undecided=f"{late}, at {one.rung.where}")
        if len(found) < FEWEST:
            return Judgement("", None, undecided=self._too_few(found, short))
        if self.ratio is None:
            return Judgement("", None, {"descent": tuple(run.ending for _, run in endings)})
        return self._on_ladder(found, dropped)

    def _said(self, one: Measured, run: Run) -> str:
        """How a run ends by the law."""
        return LIMIT if self.law.rests(one.rung.flip, run.start) else LEFT

    def _otherwise(self, one: Measured) -> Run | None:
        """A run that comes to rest where the law says that it leaves, or the other way round."""
        ended = (run for run in self.runs(one) if run.ending in (LIMIT, LEFT))
        return next((run for run in ended if run.ending != self._said(one, run)), None)

    def _too_few(self, found: Sequence[Measured], short: str) -> str:
        if not found or self.ratio is None:
            return short
        values = ", ".join(f"{self._worst(one)[0]:.6g}" for one in found)
        return f"{short}; measured over predicted there: {values}"

    def _worst(self, one: Measured) -> tuple[float, Run]:
        """The ratio that is furthest from 1, and whose it is."""
        assert self.ratio is not None
        ratios = [(self.ratio(self.law, one, run), run) for run in self.runs(one)]
        return max(ratios, key=lambda pair: _distance(pair[0]))

    def _on_ladder(self, found: Sequence[Measured], dropped: int) -> Judgement:
        worst = [self._worst(one) for one in found]
        kappas = tuple(abs(one.rung.kappa) for one in found)
        judged = on_ladder(kappas, tuple(value for value, _ in worst), "kappa")
        told = ("otherwise",) * dropped + _texts(judged.quantities["measured over predicted"])
        judged = replace(judged, quantities={**judged.quantities, "measured over predicted": told})
        if not judged.objection:
            return judged
        return replace(judged, witness=found[-1].witness(worst[-1][1]))


def on_ladder(sizes: tuple[float, ...], values: tuple[float, ...], variable: str) -> Judgement:
    """Whether the values are 1 + O(size) as the sizes fall."""
    ladder = Ladder(1.0, sizes, values, tuple(value - 1 for value in values))
    finding = ladder.judge(ORDER, vanishes=True)
    quantities: Quantities = {
        "coefficient": Compared("1", f"{ladder.extrapolated:#.10g}", "1"),
        "order": Order.of(ORDER, ladder.order, variable),
        "measured over predicted": tuple(f"{value:.8g}" for value in values),
    }
    return Judgement(finding.objection, None, quantities, undecided=finding.undecided)


def _texts(value: object) -> tuple[str, ...]:
    assert isinstance(value, tuple)
    return value


def _distance(value: float) -> float:
    return math.inf if math.isnan(value) else abs(value - 1)


def _differ(wrong: float, right: float) -> bool:
    # With c = 0 the law says nothing.
    return math.isfinite(wrong) and abs(wrong - right) > _SEEN * abs(right)


def _gap(law: Law, one: Measured, run: Run) -> float:
    return run.gap / law.gap(one.rung.flip)


def _start(law: Law, one: Measured, run: Run) -> float:
    flip = one.rung.flip
    return -run.gap / float(end(law.gap(flip), run.start.mu, law.scaled(flip, run.start)))


def _crossing(law: Law, one: Measured, run: Run) -> float:
    return one.times[one.aligned.index(run)] / float(
        crossing_time(law.gap(one.rung.flip), AHEAD * one.rung.kappa)
    )


def _diagram(law: Law, one: Measured, run: Run) -> float:
    flip = one.rung.flip
    predicted: float = diagram(BESIDE * one.rung.kappa, law.c(flip), law.gap(flip))
    return one.squares[one.aligned.index(run)] / predicted


def _aligned(one: Measured) -> tuple[Run, ...]:
    return one.aligned


def _early(one: Measured) -> tuple[Run, ...]:
    return (one.early,)


SUPERCRITICAL = (
    Claim("edge/gap", "2 − ηλ* = κ from every start with μ₀ ≫ κ", _aligned, _gap),
    Claim("edge/start", "μ* by Lambert's function, from μ₀ = κ", _early, _start),
    Claim("edge/crossing", "ln 5/(2κ) steps from μ = 4κ to ηλ = 2", _aligned, _crossing),
    Claim("edge/diagram", "P = (μ + κ)/c where μ = κ", _aligned, _diagram),
)
SUBCRITICAL = (
    Claim("edge/jump", "descent leaves from μ₀ + |c|P₀ > |κ|", _aligned),
    Claim("edge/start", "from μ₀ + |c|P₀ < |κ|: μ* by Lambert's function", _early, _start),
)
