"""What a verdict may say: no failure without a witness, and one exit status for each case."""

import dataclasses
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trajalign.theory.models import HYPOTHESES
from trajalign.verification.ledger import known_statements
from trajalign.verification.verdicts import Evidence, Outcome, Verdict, exit_status, worst

PASS, FAIL = Outcome.PASS, Outcome.FAIL
UNDECIDED, NOT_APPLICABLE = Outcome.UNDECIDED, Outcome.NOT_APPLICABLE


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
        names = [*HYPOTHESES[model], *(s.label.split("/", 1)[1] for s in known_statements(other))]
        assert len(names) == len(set(names))
