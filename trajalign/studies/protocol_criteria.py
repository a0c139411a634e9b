"""What the protocol of Cohen et al. (2021) asks of its runs: the table [criteria] of its file."""

from __future__ import annotations

from dataclasses import dataclass

from ..theory.errors import InputError
from .sections import Section


@dataclass(frozen=True)
class ProtocolCriteria:
    """When a run shows what is claimed; sharpness in units of 2/η, so that 1 is the edge.

    It starts at `start` at most, and reaches 1; from there to the end there are at least `looks`
    looks, their median lies in `median` and a `share` of them in `wider`; the loss, as the median
    of the last tenth of the steps, is below that where 1 was reached; the flow's sharpness ends at
    `past` at least. A data set shows it if all its step sizes do; `data_sets` have to.
    """

    start: float
    looks: int
    median: tuple[float, float]
    wider: tuple[float, float]
    share: float
    past: float
    data_sets: int


def read_protocol_criteria(section: Section, many: int) -> ProtocolCriteria:
    """The table [criteria] of a protocol with so many data sets. Raises InputError."""
    start, past, share = (section.number(name) for name in ("start", "past", "share"))
    looks, data_sets = section.integer("looks"), section.integer("data_sets")
    median, wider = _bounds(section, "median"), _bounds(section, "wider")
    if not (0 < start < 1 < past and 0 < share <= 1 and looks >= 1):
        raise InputError(
            f"[criteria] start = {start:g}, past = {past:g}, share = {share:g}, looks = {looks}: "
            f"need 0 < start < 1 < past, 0 < share <= 1 and looks >= 1"
        )
    if not 1 <= data_sets <= many:
        raise InputError(f"[criteria] data_sets = {data_sets}: need 1 to {many}")
    return ProtocolCriteria(start, looks, median, wider, share, past, data_sets)


def _bounds(section: Section, key: str) -> tuple[float, float]:
    found = section.numbers(key)
    if len(found) != 2 or not 0 < found[0] < 1 < found[1]:
        raise InputError(f"[criteria] {key} = {found}: need two numbers, around 1")
    return found[0], found[1]
