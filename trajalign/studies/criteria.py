"""What a study asks of its runs, as it stands in the table [criteria] of its file."""

from __future__ import annotations

from dataclasses import dataclass

from ..numerics.networks import Schedule
from ..theory.errors import InputError
from ..theory.requirements import require_response
from ..theory.responses import Loss
from .sections import Section

_BOUNDS = ("alignment", "spread", "sharpness", "reduced_map")
DIAGRAMS = ("diagram", "wrong_diagrams")
FLOW, LAW, WRONG_SATURATIONS = "saturation", "saturation_law", "wrong_saturations"
SATURATIONS = (FLOW, LAW, WRONG_SATURATIONS)


@dataclass(frozen=True)
class DiagramCriteria:
    """What is asked of |q/Q₀ − 1|, Q₀ the response of many data points: in a `share` of the runs at
    the edge its median is at most `median` and all but a twentieth of it at most `most`. Three
    diagrams that are wrong must not meet this: one is Q₀ of `other_loss`."""

    median: float
    most: float
    share: float
    other_loss: Loss


@dataclass(frozen=True)
class SaturationCriteria:
    """What is asked of the final sharpness, as the gap 2 − ηλ: predicted by the averaged flow from
    the step `start` it is to be right but for `flow` of itself, predicted by the law at the minimum
    but for `law`, in all of the runs that these speak of, which are to be `runs` at least. Wrong
    predictions must not meet this. `law` is None where it is not asked for."""

    start: int
    runs: int
    flow: float
    law: float | None = None


@dataclass(frozen=True)
class Criteria:
    """When a study passes. `transient`: the step from which runs are judged; `edge_runs`: how many
    have to be at the edge of stability then; the rest: largest values allowed, None where nothing
    is asked (see `judging`); `diagram`: for many data points; `saturation`: of the final sharpness.
    """

    transient: int
    edge_runs: int
    alignment: float | None = None
    spread: float | None = None
    sharpness: float | None = None
    reduced_map: float | None = None
    diagram: DiagramCriteria | None = None
    saturation: SaturationCriteria | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Of all that is asked."""
        found = [name for name in _BOUNDS if getattr(self, name) is not None]
        found += DIAGRAMS if self.diagram is not None else ()
        if self.saturation is not None:
            found += [n for n in SATURATIONS if n != LAW or self.saturation.law is not None]
        return ("edge_runs", *found)

    @property
    def misfit(self) -> float | None:
        """The largest distance from the diagram that is allowed, but for a twentieth of the steps
        where there are many data points."""
        return self.alignment if self.diagram is None else self.diagram.most


def read_criteria(section: Section, schedule: Schedule) -> Criteria:
    """The table [criteria] of a study with this schedule. Raises InputError."""
    transient, runs = section.integer("transient"), section.integer("edge_runs")
    if not 0 <= transient < schedule.steps or runs < 1:
        raise InputError(
            f"[criteria] transient = {transient}, edge_runs = {runs}: "
            f"need 0 <= transient < steps = {schedule.steps} and edge_runs >= 1"
        )
    diagram = _diagram(section.section("diagram")) if section.has("diagram") else None
    saturation = None
    if section.has("saturation"):
        saturation = _saturation(section.section("saturation"), schedule)
    plain = diagram is None and saturation is None
    needed = _BOUNDS[:-1] if plain else ()  # the others may be asked, too
    asked = {n: section.number(n) for n in _BOUNDS if n in needed or section.has(n)}
    if not all(bound > 0 for bound in asked.values()):
        raise InputError(f"[criteria] {', '.join(_BOUNDS)}: need positive numbers")
    return Criteria(transient, runs, **asked, diagram=diagram, saturation=saturation)


def _saturation(section: Section, schedule: Schedule) -> SaturationCriteria:
    start, runs, flow = section.integer("start"), section.integer("runs"), section.number("flow")
    law = section.number("law") if section.has("law") else None
    section.finish()
    if not (0 < start < schedule.steps and start % schedule.every == 0):
        raise InputError(
            f"[criteria.saturation] start = {start}: need a multiple of record_every = "
            f"{schedule.every} below steps = {schedule.steps}"
        )
    if runs < 1 or not 0 < flow < 1 or not 0 < (flow if law is None else law) < 1:
        raise InputError("[criteria.saturation]: need runs >= 1 and 0 < flow, law < 1")
    return SaturationCriteria(start, runs, flow, law)


def _diagram(section: Section) -> DiagramCriteria:
    median, most, share = (section.number(n) for n in ("median", "most", "share"))
    other = Loss.parse(section.text("other_loss"))
    require_response(other)
    section.finish()
    if not (0 < median <= most and 0 < share <= 1):
        raise InputError("[criteria.diagram]: need 0 < median <= most and 0 < share <= 1")
    return DiagramCriteria(median, most, share, other)
