"""Ctrl-C while statements are tried: what is finished is shown, and what is not is named."""

from collections.abc import Callable
from pathlib import Path

import pytest
from calling import Called, one_line

from trajalign.theory.models import of as model_of
from trajalign.verification.running import runner, trials
from trajalign.verification.running.options import Options
from trajalign.verification.running.runner import InterruptedRunError, Report, examine

LABELS = ("linear/reduced-map", "linear/sharpness", "bifurcation/two-cycle")
ASKED = [word for label in LABELS for word in ("--statement", label)]


@pytest.fixture
def stopping(monkeypatch: pytest.MonkeyPatch) -> None:
    """An interrupt after the first unit of work."""
    real, done = trials.run_unit, []

    def stop(unit: trials.Unit) -> list[tuple[int, list[trials.Measurement], float]]:
        if done:
            raise KeyboardInterrupt
        done.append(unit)
        return real(unit)

    monkeypatch.setattr(trials, "run_unit", stop)


@pytest.mark.usefixtures("stopping")
def test_what_was_finished_is_in_the_report_and_what_was_not_is_named() -> None:
    with pytest.raises(InterruptedRunError) as interrupted:
        examine([model_of("linear", "log-cosh")], Options(frozenset(LABELS)), controls=False)
    report = interrupted.value.report
    found = [v.label for v in report.verdicts if not v.is_hypothesis]
    assert found == [LABELS[0]]
    assert report.unfinished == LABELS[1:]
    assert {v.label for v in report.verdicts if v.is_hypothesis}


@pytest.mark.usefixtures("stopping")
def test_the_finished_rows_are_shown_with_status_130(
    verify: Callable[..., Called], tmp_path: Path
) -> None:
    file = tmp_path / "out.json"
    code, out, err = verify(
        "linear", "--loss", "log-cosh", *ASKED, "--jobs", "1", "--json", str(file)
    )
    assert code == 130
    assert "linear/reduced-map" in out
    assert "Hypotheses" in out
    assert "two-cycle" not in out
    told = one_line(err)
    assert told == f"trajalign: interrupted; 2 not done: {', '.join(LABELS[1:])}"
    assert not file.exists()  # a file is written whole or not at all


@pytest.mark.usefixtures("stopping")
def test_stdout_holds_nothing_but_json(verify: Callable[..., Called]) -> None:
    code, out, err = verify("linear", "--loss", "log-cosh", *ASKED, "--jobs", "1", "--json", "-")
    assert (code, out) == (130, "")
    assert "interrupted" in one_line(err)


def test_many_that_are_not_done_are_counted(
    verify: Callable[..., Called], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*arguments: object, **options: object) -> Report:
        raise InterruptedRunError(Report([], [], unfinished=tuple("abcdefgh")))

    monkeypatch.setattr(runner, "examine", stopped)
    _, _, err = verify("linear", "--jobs", "1")
    assert one_line(err).endswith("interrupted; 8 not done: a, b, c, d, e, f, and 2 more")


def test_an_interrupt_before_any_verdict_shows_no_table(
    verify: Callable[..., Called], monkeypatch: pytest.MonkeyPatch
) -> None:
    def early(*arguments: object, **options: object) -> Report:
        raise InterruptedRunError(Report([], [], unfinished=("linear/limit",)))

    monkeypatch.setattr(runner, "examine", early)
    code, out, err = verify("linear", "--jobs", "1")
    assert (code, out) == (130, "")
    assert "1 not done: linear/limit" in err


def test_without_an_interrupt_nothing_is_unfinished() -> None:
    report = examine([model_of("linear", "log-cosh")], Options(frozenset(LABELS[:1])))
    assert report.unfinished == ()
    assert report.controls
