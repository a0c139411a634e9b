"""Soundness: a slice of the trials, what they have to find, and that they can be interrupted."""

import json
import re
import time
import tomllib
from collections.abc import Callable
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import mpmath
import pytest
from flint import arb, ctx
from soundness import planted, run
from soundness.counting import OutOfTime, Tally, limited
from soundness.draws import Grammar
from soundness.trials import Result, run_text, run_trial
from soundness.truth import Truth, from_mpmath

from trajalign.theory.errors import InputError
from trajalign.theory.expressions.parsing import parse_expression
from trajalign.theory.functions.typed import KNOWN

# A test before may have loaded JAX, which warns of every fork; the forked trials do not use it.
pytestmark = pytest.mark.filterwarnings("ignore:os.fork\\(\\) was called:RuntimeWarning")

REGRESSIONS = Path(__file__).parent / "soundness" / "regressions.toml"
PLANTED = {p.name: p for p in planted.PLANTED}


def violations(result: Result) -> str:
    return "\n".join(f"{v['kind']}: {v['text']}\n  {v['detail']}" for v in result.found)


# The slice

SLICE = [
    ("values", range(8)),
    ("tails", range(16)),
    ("elementary", range(2)),
    ("claims", range(3)),
    ("analytic", range(12)),
    ("orbit", range(2)),
    ("command", range(2)),
    pytest.param("theorem", range(3, 4), marks=pytest.mark.thorough),  # the quickest of them
]


@pytest.mark.parametrize(("kind", "trials"), SLICE)
def test_nothing_that_is_called_rigorous_is_false(kind: str, trials: range) -> None:
    compared = 0
    for index in trials:
        result = run_trial(7, index, kind)
        assert not violations(result)
        compared += sum(result.counts.values())
    assert compared > 20 * len(trials)


TRIED = tomllib.loads(REGRESSIONS.read_text(encoding="utf-8"))["tried"]


def of_regression(tried: dict[str, str]) -> Any:
    marks = [pytest.mark.thorough] if "long" in tried else []
    return pytest.param(tried, id=f"{tried['kind']}: {tried['text']}", marks=marks)


@pytest.mark.parametrize("tried", [of_regression(tried) for tried in TRIED])
def test_nothing_is_false_of_a_text_that_is_hard(tried: dict[str, str]) -> None:
    result = run_text(tried["kind"], tried["text"], neuron=tried.get("model") == "neuron")
    assert not violations(result)
    assert not result.crashes
    assert result.counts or result.passed_over


# What has to be found

FAST = [
    "sign of a tail at its start only",
    "Lagrange's remainder at the midpoint",
    "Lagrange's remainder one order short",
    "an even power over 0 taken for monotone",
    "cosh taken for monotone",
    "the sign of acos'",
    "erf' without 2/√π",
    "Horner's rule one term short",
    "rationals through floats",
    "errors of a step dropped",
    "a crossing one step late",
    "the tail of an orbit left out",
]


@pytest.mark.parametrize("name", FAST)
def test_a_planted_fault_is_found_by_the_first_trials(name: str) -> None:
    fault = PLANTED[name]
    with fault.plant():
        tried = (run_trial(1, index, fault.kind, stop_at_first=True) for index in range(5))
        found = next((result for result in tried if result.found), None)
    assert found is not None
    assert not violations(run_trial(1, found.index, fault.kind))


def test_what_is_not_finite_is_not_infinite() -> None:
    fault, text = PLANTED["not finite taken for infinite in erf"], "erf(z**3*exp(-z)) - 1/2"
    with fault.plant():
        assert "sign" in violations(run_text("tails", text))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("not negative taken for positive", "sqrt((z-1/3)**4+(z-1/3)**2)"),
        ("not negative taken for positive", "acosh(1+(exp(z)-3)**2)"),
        ("asin where |u| ≤ 1", "tanh(z) + asin(2*z/(1+z**2))**3/100"),
        ("|u| at its kink", "abs(exp(z)-3)**3"),
        ("conditions for z > 0 only", "log(1/2+tanh(z))"),
        ("what is not refuted taken for proved", "sqrt((z**2-1/2)**4+(z**2-1/2)**2)"),
    ],
)
def test_what_is_not_analytic_and_is_taken_for_it_is_found(name: str, text: str) -> None:
    with PLANTED[name].plant():
        assert "analyticity" in violations(run_text("analytic", text))
    assert not violations(run_text("analytic", text))


@pytest.mark.parametrize("text", ["log(z+sqrt(1+z**2))", "sqrt((z-1/3)**2+1/10**10)"])
def test_what_nearly_has_a_kink_is_no_violation(text: str) -> None:
    result = run_text("analytic", text)
    assert result.counts["analyticity"] > 4
    assert not violations(result)


@pytest.mark.parametrize("fault", PLANTED.values(), ids=PLANTED)
def test_a_planted_fault_can_be_put_in_and_taken_out(fault: planted.Planted) -> None:
    with fault.plant():
        pass
    with fault.plant():  # the text to change is there again
        pass


def test_a_fault_whose_text_is_gone_is_an_error() -> None:
    with (
        pytest.raises(LookupError, match="0 times"),
        planted.changed(planted.proofs.objection, ("no such text", ""))(),
    ):
        pass


def test_a_hunt_says_what_found_the_fault() -> None:
    found = planted.hunt(PLANTED["rationals through floats"], seconds=60)
    assert found.by == "ball at a point"
    assert found.trials == 1
    harmless = planted.Planted("nothing", "elementary", lambda: suppress(ValueError))
    assert not planted.hunt(harmless, seconds=0.5).by


# The truths


@pytest.mark.parametrize(
    ("text", "z", "expected"),
    [  # by hand
        ("sinh(z)/z", 0, ["1", "0", "1/6", "0", "1/120"]),
        ("1/(1-z)", 0, ["1", "1", "1", "1", "1"]),
        ("abs(z)*z", -2, ["-4", "4", "-1", "0", "0"]),
        ("z**(3/2)", 1, ["1", "3/2", "3/8", "-1/16", "3/128"]),
    ],
)
def test_the_truth_of_known_series(text: str, z: int, expected: list[str]) -> None:
    found = Truth(text).series(Fraction(z), 5)
    assert found is not None
    for ball, value in zip(found, expected, strict=True):
        exact = Fraction(value)
        assert abs(ball - arb(exact.numerator) / exact.denominator) < 1e-15
        assert ball.rad() < 1e-15


@pytest.mark.parametrize("text", ["1/z", "abs(z)", "z/abs(z)", "abs(z**3)", "z**(-6)", "z**(-9)"])
def test_the_truth_has_no_series_at_a_pole_or_kink(text: str) -> None:
    assert Truth(text).series(Fraction(0), 5) is None
    assert Truth(text).series(Fraction(1), 5) is not None


def test_the_truth_sees_a_kink_that_is_small_beside_the_rest() -> None:
    truth = Truth("abs((z**3)**4) + 1/2")
    for z in (Fraction(-1, 2**21), Fraction(1, 2**22)):
        found = truth.series(z, 5)
        assert found is None or found[1].overlaps(12 * arb(z.numerator) ** 11 / z.denominator**11)
    assert Truth("abs(z)**5 + 1").series(Fraction(0), 5) is None


def test_the_truth_is_silent_where_nothing_is_real() -> None:
    assert Truth("log(z)").value(Fraction(-1)) is None
    assert Truth("log(z)").by_mpmath(Fraction(-1)) is None
    assert Truth("acos(z)").value(Fraction(2)) is None


def test_both_truths_on_a_number_that_cancels() -> None:
    z, text = Fraction(40), "(cosh(z) - sinh(z))*exp(z)"
    value, first = Truth(text).value(z), Truth(text).by_mpmath(z)
    assert value is not None
    assert first == mpmath.mpf(1) or abs(first - 1) < mpmath.mpf(10) ** -40
    with ctx.workprec(300):
        assert abs(value - from_mpmath(first)) < 1e-30


# The draws


def test_the_draws_are_fixed_by_the_seed_and_reach_every_function() -> None:
    texts = [Grammar(Random(n)).expression() for n in range(4000)]
    assert texts[:20] == [Grammar(Random(n)).expression() for n in range(20)]
    assert {f for text in texts for f in re.findall(r"[A-Za-z]\w*(?=\()", text)} == set(KNOWN)
    assert any(re.search(r"erf\(z\*\*\d\*exp\(-", text) for text in texts)
    assert any(re.search(r"erf\(\(.*\)/\(.*cosh", text) for text in texts)


def test_most_draws_can_be_read() -> None:
    read = 0
    for n in range(60):
        with suppress(InputError):
            parse_expression(Grammar(Random(n)).expression())
            read += 1
    assert read > 50


# Counting


def test_a_value_outside_a_ball_is_a_violation_and_nan_claims_nothing() -> None:
    tally = Tally()
    tally.inside("ball", "z", arb(1), arb(1, 0.5), lambda: "here")
    tally.inside("ball", "z", arb(2), arb.nan(), lambda: "here")
    assert (tally.comparisons, tally.found) == (1, [])
    tally.inside("ball", "z", arb(2), arb(1, 0.5), lambda: "here")
    assert tally.found[0]["detail"].startswith("here: ")


def test_a_trial_ends_in_time() -> None:
    with pytest.raises(OutOfTime), limited(0.05):
        time.sleep(20)


# The command

QUICK = ["--only", "elementary", "--jobs", "1", "--seconds", "60"]


@pytest.fixture
def command(tmp_path: Path) -> Callable[..., int]:
    return lambda *more: run.main([*QUICK, "--folder", str(tmp_path), *more])


def test_a_run_goes_on_where_it_was_interrupted(
    command: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command("--count", "1") == 0
    assert "0 violations" in capsys.readouterr().out
    [state] = tmp_path.iterdir()
    first = state.read_text(encoding="utf-8")
    state.write_text(first + '{"index": 1, "ki', encoding="utf-8")  # cut short
    assert command("--count", "2") == 0
    lines = state.read_text(encoding="utf-8").splitlines()
    assert lines[0] == first.strip()
    assert json.loads(lines[2])["index"] == 1
    assert capsys.readouterr().out.splitlines()[-2].startswith("2 trials (2 elementary)")


def test_a_violation_is_told_and_kept(
    command: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with PLANTED["erf' without 2/√π"].plant():
        assert command("--count", "1") == 1
    out = capsys.readouterr().out
    assert "VIOLATION coefficients of a function (trial elementary 0)\n  erf(z)\n" in out
    [state] = tmp_path.iterdir()
    assert json.loads(state.read_text(encoding="utf-8"))["found"][0]["text"] == "erf(z)"
    assert command("--trial", "0") == 0  # without the fault
