"""The rows: all pass, every falsified copy is refuted, and what a row has to say."""

import math
from dataclasses import replace

import pytest

from trajalign.theory.errors import InputError
from trajalign.verification.neighbours import table
from trajalign.verification.neighbours.effort import QUICK, THOROUGH
from trajalign.verification.neighbours.row import ABSTRACT, NOTES, Measured, Row
from trajalign.verification.neighbours.table import check, rows, rows_of, sources
from trajalign.verification.verdicts import Evidence, Outcome

ROWS = rows()
HEAVY = ("doublings", "threshold", "third-order", "interval", "sharing", "monotone")
every_row = pytest.mark.parametrize(
    "row",
    [
        pytest.param(row, id=row.label, marks=[pytest.mark.thorough] if row.name in HEAVY else [])
        for row in ROWS
    ],
)


@every_row
def test_a_row_passes_and_its_falsified_copies_are_refuted(row: Row) -> None:
    (found,) = check([row], controls=True)
    assert found.finding.judgement.outcome is Outcome.PASS, found.finding.judgement
    assert len(found.falsified) == len(row.twins) > 0
    for twin in found.falsified:
        assert twin.refuted, twin.falsified
        assert twin.objection


@pytest.mark.thorough
def test_every_row_passes_with_more_effort() -> None:
    for found in check(ROWS, THOROUGH, controls=True, jobs=2):
        assert found.finding.judgement.outcome is Outcome.PASS, found.finding.label
        assert all(twin.refuted for twin in found.falsified), found.finding.label


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.label)
def test_a_row_says_what_it_is_compared_with_and_why(row: Row) -> None:
    assert ABSTRACT in row.words or NOTES in row.words
    assert row.claim
    assert row.objective
    assert all(one.why and one.formula and one.low <= one.high for one in row.predict())
    assert len({twin.falsified for twin in row.twins}) == len(row.twins)


def test_labels_and_papers_are_told_apart() -> None:
    assert len({row.label for row in ROWS}) == len(ROWS)
    assert len({source.key for source in sources()}) == len(sources()) == 14
    assert len({source.arxiv for source in sources()}) == len(sources())


def test_only_identities_are_derived() -> None:
    derived = {row.label for row in ROWS if row.evidence is Evidence.DERIVED}
    assert derived == {"kalra/map", "kreisler/label"}


def test_an_unknown_paper_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InputError, match="'zuh': did you mean zhu\\? known are"):
        rows_of(["zuh"])
    assert rows_of([]) == ROWS


def test_what_is_predicted_is_so_before_anything_is_run(monkeypatch: pytest.MonkeyPatch) -> None:
    (row, *_) = rows_of(["damian"])
    order: list[str] = []

    def predict() -> tuple[table.Expected, ...]:
        order.append("predict")
        return row.predict()

    def measure(effort: object) -> tuple[Measured, ...]:
        order.append("measure")
        return (Measured(math.nan),)

    twin = replace(row, predict=predict, measure=measure, twins=())
    monkeypatch.setattr(table, "_by_label", lambda: {row.label: twin})
    (found,) = check([row], QUICK)
    assert order == ["predict", "measure"]
    assert found.finding.judgement.outcome is Outcome.UNDECIDED


def test_processes_find_the_same() -> None:
    wanted = rows_of(["damian", "agarwala"])
    one, two = (check(wanted, jobs=jobs) for jobs in (1, 2))
    assert [f.finding.measured for f in one] == [f.finding.measured for f in two]
