"""Words and numbers of verdicts."""

import pytest
from mixed_verdicts import WITNESS, verdict

from trajalign.verdict_words import answer, argument, hypotheses_in_words, in_runs, shown
from trajalign.verification.verdicts import Evidence, Outcome


def test_each_evidence_has_its_own_word_and_none_says_more_than_was_done() -> None:
    rows = [
        verdict(f"linear/{name}", Outcome.PASS, evidence=evidence)
        for name, evidence in (
            ("A1", Evidence.ENCLOSED), ("A2", Evidence.KERNEL), ("A4", Evidence.DERIVED),
            ("A5", Evidence.SAMPLED),
        )
    ]  # fmt: skip
    told = hypotheses_in_words(rows)
    expected = "4 of 4 hold: A2 kernel-checked; A1 proved; A4 derived; A5 sampled only"
    assert told == expected
    assert "proved" not in hypotheses_in_words(rows[2:])


def test_several_failures_fail_and_one_fails() -> None:
    rows = [verdict(f"linear/A{k}", Outcome.FAIL, witness=WITNESS) for k in (1, 2)]
    assert hypotheses_in_words(rows) == "0 of 2 hold: A1, A2 fail"
    assert hypotheses_in_words(rows[:1]) == "0 of 1 hold: A1 fails"


def test_a_run_of_names_is_broken_where_a_number_is_missing() -> None:
    assert in_runs(["A1", "A2", "A3", "A4", "A5"]) == ["A1–A5"]
    assert in_runs(["A1", "A2", "A4", "A5"]) == ["A1", "A2", "A4", "A5"]
    assert in_runs([]) == []


@pytest.mark.parametrize(
    ("number", "decimal", "expected"),
    [
        ("3/4", "0.75", "3/4"),
        ("-16/3", "-5.333333333", "−16/3"),
        ("0.370539571", "", "≈ 0.370540"),
        ("-0.750000002", "", "≈ −0.750000"),
        ("3/(2*pi)", "0.477464829", "3/(2π)"),
        ("244809/1146880", "0.2134565081", "≈ 0.213457"),  # too long for a column
        ("1.5e-07", "", "≈ 1.5e−07"),
        ("≥ 1", "", "≥ 1"),
        ("1", "", "1"),
        ("nan", "", "nan"),
    ],
)
def test_no_decimal_looks_exact(number: str, decimal: str, expected: str) -> None:
    assert shown(number, decimal) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("433/500", "0.866"), ("1/3", "1/3"), ("9/10", "0.9"), ("1/1024", "1/1024"), ("x", "x")],
)
def test_an_argument_is_never_rounded(value: str, expected: str) -> None:
    assert argument(value) == expected


def test_what_is_not_known_is_not_called_false() -> None:
    open_ = verdict("linear/I1", Outcome.UNDECIDED, reason="no proof")
    assert answer(open_) == "not known, no proof"
    assert answer(verdict("linear/I1", Outcome.FAIL, witness={"z": "2"})) == "no, z = 2"
