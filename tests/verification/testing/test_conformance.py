"""parametrize_with_checks: which tests there are, and what each outcome becomes."""

import shlex
import subprocess
import sys
from functools import cache

import pytest

from trajalign.theory import Activation, InputError, Loss, Model, SingleNeuron, TwoLayerLinear
from trajalign.verification import Outcome, Verdict, known_labels
from trajalign.verification.controls import with_wrong_map
from trajalign.verification.measuring.effort import QUICK, THOROUGH
from trajalign.verification.testing import conformance
from trajalign.verification.testing.conformance import (
    Check,
    explanation,
    judged,
    parameter_sets,
    parametrize_with_checks,
)

LOG_COSH = Loss.parse("log-cosh")
GROWING = TwoLayerLinear(Loss.parse("cosh(z) - 1"))  # sinh(z)/z grows: no A1, no A4
UNBOUNDED = Loss.parse("z*asinh(z) - sqrt(1+z**2)")  # no A5, so no orbits to run


def cases(*items, **options):
    (found,) = parametrize_with_checks(items, **options).args
    return found


def outcome_of(label: str, model: Model) -> type[BaseException] | None:
    try:
        Check(label)(model)
    except (pytest.fail.Exception, pytest.skip.Exception, pytest.xfail.Exception) as error:
        return type(error)
    return None


def test_one_case_for_every_label_of_every_model():
    found = cases(LOG_COSH, Activation.parse("tanh"))
    assert [c.label for c in found] == [*known_labels("linear"), *known_labels("neuron")]
    assert {type(c.model) for c in found} == {TwoLayerLinear, SingleNeuron}
    assert len({c.name for c in found}) == len(found)


def test_a_model_is_taken_as_it_is():
    assert {c.model for c in cases(with_wrong_map(TwoLayerLinear(LOG_COSH)))} == {
        with_wrong_map(TwoLayerLinear(LOG_COSH))
    }


@pytest.mark.parametrize(
    ("items", "options", "says"),
    [
        ((), {}, "at least one"),
        (("log-cosh",), {}, "'log-cosh' is no loss.*Loss.parse"),
        ((LOG_COSH,), {"expected_failures": {"linear/A6": "?"}}, "'linear/A6' is not one of"),
        ((LOG_COSH,), {"expected_failures": {"neuron/A5": "?"}}, "'neuron/A5' is not one of"),
    ],
)
def test_bad_input_is_named(items, options, says):
    with pytest.raises(InputError, match=says):
        parametrize_with_checks(items, **options)


def test_what_holds_passes_and_what_fails_fails():
    assert outcome_of("linear/A1", TwoLayerLinear(LOG_COSH)) is None
    assert outcome_of("linear/A1", GROWING) is pytest.fail.Exception


def test_statement_without_its_hypotheses_is_skipped_with_the_reason():
    with pytest.raises(pytest.skip.Exception, match="not applicable: needs A1"):
        Check("linear/limit")(GROWING)


@pytest.fixture
def asked(monkeypatch):
    """The options with which verdicts are asked for; every verdict is then undecided."""
    seen = []

    def answer(models, options):
        seen.append(options)
        (model,) = models
        ladder = {"eta": ["1/10", "1/20"]} if model.response == LOG_COSH else {}
        return [
            Verdict(
                label, model.name, "z", Outcome.UNDECIDED, reason="out of boxes", parameters=ladder
            )
            for label in options.labels
        ]

    monkeypatch.setattr(conformance, "verify", answer)
    monkeypatch.setattr(conformance, "_verdicts", cache(conformance._verdicts.__wrapped__))
    return seen


def test_undecided_is_an_expected_failure_with_the_reason(asked):
    with pytest.raises(pytest.xfail.Exception, match="undecided: out of boxes"):
        Check("linear/A3")(TwoLayerLinear(LOG_COSH))


def test_every_label_is_judged_once_however_many_tests_ask(asked):
    for _ in range(2):
        for label in known_labels("linear"):
            judged(TwoLayerLinear(LOG_COSH), label)
    assert sorted(label for options in asked for label in options.labels) == sorted(
        known_labels("linear")
    )


@pytest.mark.parametrize("effort", [QUICK, THOROUGH])
def test_the_profile_is_the_effort_of_verify(asked, effort):
    judged(TwoLayerLinear(LOG_COSH), "linear/limit", effort)
    (options,) = asked
    assert options.effort == effort
    assert (options.top, options.digits) == (None, None)  # as that effort has them


def test_a_wrong_map_fails_where_the_right_one_passes():
    assert outcome_of("linear/reduced-map", TwoLayerLinear(UNBOUNDED)) is None
    with pytest.raises(pytest.fail.Exception, match="witness: ") as caught:
        Check("linear/reduced-map")(with_wrong_map(TwoLayerLinear(UNBOUNDED)))
    assert "again: " not in str(caught.value)  # no command line makes this model


def test_a_failure_shows_its_seed():
    verdict = Verdict(
        "linear/gradient-flow",
        "linear",
        "z",
        Outcome.FAIL,
        reason="q_t falls",
        witness={"t": "7"},
        parameters={"seed": 123},
    )
    said = explanation(GROWING, verdict, QUICK)
    assert "seed = 123" in said
    assert "witness: t = 7" in said


def test_the_command_shown_repeats_the_failure():
    said = explanation(GROWING, judged(GROWING, "linear/A1"), QUICK)
    (command,) = (line for line in said.splitlines() if line.startswith("again: "))
    words = shlex.split(command.removeprefix("again: "))
    assert words[:3] == ["trajalign", "verify", "linear"]
    done = subprocess.run([sys.executable, "-m", *words], capture_output=True, check=False)
    assert done.returncode == 1
    words[words.index("--loss") + 1] = "log-cosh"
    done = subprocess.run([sys.executable, "-m", *words], capture_output=True, check=False)
    assert done.returncode == 0
    assert "--thorough" not in said
    assert "--thorough" in explanation(GROWING, judged(GROWING, "linear/A1"), THOROUGH)


def test_expected_failures_are_strict_and_only_where_they_are_named():
    sets = parameter_sets(cases(GROWING, expected_failures={"linear/A1": "sinh"}), "quick")
    marked = {s.id: s.marks for s in sets if s.marks}
    ((name, (mark,)),) = marked.items()
    assert name == "cosh(z) - 1-linear/A1"
    assert mark.kwargs == {"reason": "sinh", "strict": True}
