"""What a verdict may say: no failure without a witness, and one exit status for each case."""

import dataclasses
import json
from itertools import product, takewhile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trajalign.theory.models import HYPOTHESES
from trajalign.verification.ledger import known_statements
from trajalign.verification.verdicts import Evidence, Outcome, Verdict, exit_status, worst

ROOT = Path(__file__).resolve().parents[2]
PASS, FAIL = Outcome.PASS, Outcome.FAIL
UNDECIDED, NOT_APPLICABLE = Outcome.UNDECIDED, Outcome.NOT_APPLICABLE


def table_of(page: str, heading: str) -> dict[str, list[str]]:
    """The rows of the table with this first heading, by the word in their first cell."""
    lines = (ROOT / page).read_text(encoding="utf-8").splitlines()
    begin = next(i for i, line in enumerate(lines) if line.startswith(f"| {heading} |"))
    rows = takewhile(lambda line: line.startswith("|"), lines[begin + 2 :])
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    return {row[0].split("`")[1]: row[1:] for row in cells}


def test_the_page_says_of_every_word_what_the_program_does() -> None:
    outcomes = table_of("docs/verdicts.md", "verdict")
    assert list(outcomes) == [one.value for one in Outcome]
    assert all(outcomes[one.value][0].startswith(one.meaning) for one in Outcome)
    evidence = table_of("docs/verdicts.md", "evidence")
    assert evidence == {one.value: [one.promise, one.trust] for one in Evidence}


@pytest.mark.parametrize("name", ["verify", "assumptions"])
def test_the_schemas_know_the_words(name: str) -> None:
    file = ROOT / "trajalign" / "schemas" / f"{name}-1.json"
    items = json.loads(file.read_text(encoding="utf-8"))["properties"]["results"]["items"]
    assert set(items["properties"]["verdict"]["enum"]) == {one.value for one in Outcome}
    assert set(items["properties"]["evidence"]["enum"]) >= {one.value for one in Evidence}


@pytest.mark.parametrize("witness", [None, {}])
def test_failure_without_witness_is_impossible(witness: dict[str, str] | None) -> None:
    with pytest.raises(ValueError, match=r"linear/limit: a failure needs a witness"):
        Verdict("linear/limit", "linear", "log(cosh(z))", FAIL, witness=witness)


def test_witness_cannot_be_taken_away_afterwards() -> None:
    verdict = Verdict("linear/A1", "linear", "z", FAIL, witness={"z": "1"})
    with pytest.raises(ValueError, match="witness"):
        dataclasses.replace(verdict, witness=None)
    with pytest.raises(dataclasses.FrozenInstanceError):
        verdict.witness = None


@pytest.mark.parametrize("outcome", [PASS, UNDECIDED, NOT_APPLICABLE])
def test_nothing_else_needs_a_witness(outcome: Outcome) -> None:
    assert Verdict("linear/limit", "linear", "z", outcome).witness is None


def test_words_are_those_of_the_design() -> None:
    assert [o.value for o in Outcome] == ["pass", "fail", "undecided", "not-applicable"]
    # Two more rungs of the evidence ladder exist on paper; a word may appear only with the deed.
    assert {e.value for e in Evidence} <= {"derived", "sampled", "enclosed", "kernel-checked"}


# 0 all pass, 1 some fail, 3 none fails but some are undecided (2 is kept for bad input).
@pytest.mark.parametrize(
    ("outcomes", "status"),
    [
        ([], 0),
        ([PASS], 0),
        ([NOT_APPLICABLE], 0),
        ([PASS, NOT_APPLICABLE], 0),
        ([UNDECIDED], 3),
        ([PASS, UNDECIDED], 3),
        ([UNDECIDED, NOT_APPLICABLE, PASS], 3),
        ([FAIL], 1),
        ([PASS, FAIL], 1),
        ([UNDECIDED, FAIL], 1),
        ([FAIL, UNDECIDED, NOT_APPLICABLE, PASS], 1),
    ],
)
def test_exit_status_table(outcomes: list[Outcome], status: int) -> None:
    assert exit_status(outcomes) == status


@pytest.mark.parametrize(
    ("outcomes", "together"),
    [
        ([PASS, PASS], PASS),
        ([PASS, NOT_APPLICABLE], NOT_APPLICABLE),
        ([NOT_APPLICABLE, UNDECIDED, PASS], UNDECIDED),  # what waits for what is undecided
        ([PASS, UNDECIDED, FAIL, NOT_APPLICABLE], FAIL),
    ],
)
def test_parts_that_must_all_hold_are_as_good_as_the_worst(
    outcomes: list[Outcome], together: Outcome
) -> None:
    assert worst(outcomes) is together


def test_nothing_is_not_as_good_as_a_pass() -> None:
    with pytest.raises(ValueError, match="empty"):
        worst([])


@given(st.lists(st.sampled_from(Outcome)), st.sampled_from(Outcome))
def test_more_verdicts_never_hide_a_failure(outcomes: list[Outcome], extra: Outcome) -> None:
    before, after = exit_status(outcomes), exit_status([*outcomes, extra])
    severity = {0: 0, 3: 1, 1: 2}
    assert severity[after] >= severity[before]
    assert exit_status([extra, *outcomes]) == after


@pytest.mark.parametrize("model", ["linear", "neuron"])
def test_hypotheses_are_told_from_statements(model: str) -> None:
    for name in HYPOTHESES[model]:
        assert Verdict(f"{model}/{name}", model, "z", PASS).is_hypothesis
    for statement in known_statements(model):
        assert not Verdict(statement.label, model, "z", PASS).is_hypothesis


def test_neuron_has_no_a2() -> None:
    assert "A2" in HYPOTHESES["linear"]
    assert "A2" not in HYPOTHESES["neuron"]
    assert not Verdict("neuron/A2", "neuron", "z", PASS).is_hypothesis


def test_labels_name_each_verdict_once() -> None:
    for model, other in product(HYPOTHESES, repeat=2):
        labels = (s.label.removeprefix(f"{other}/") for s in known_statements(other))
        names = [*HYPOTHESES[model], *labels]
        assert len(names) == len(set(names))
