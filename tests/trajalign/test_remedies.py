"""What is to be typed for a response that a model does not take as it is: the command helps."""

import shlex
from collections.abc import Callable

import pytest
import sympy as sp
from calling import Called

from trajalign.remedies import Remedy, remedies
from trajalign.theory.expressions.parsing import Z, parse_expression
from trajalign.theory.models import Product, named
from trajalign.theory.models import of as model_of
from trajalign.verification.hypotheses.assumptions import Assumptions

HALF = "log(1+exp(z)) + log(1+exp(-z))"  # ℓ''(0) = 1/4 + 1/4


def remedy(kind: str, text: str) -> Remedy:
    (found,) = remedies(list(Assumptions(model_of(kind, text)).verdicts.values()))
    return found


def typed(remedy: Remedy) -> list[str]:
    program, *words = shlex.split(remedy.command)
    assert program == "trajalign"
    return words


# The factor r(0): ℓ''(0), or φ'(0)², by hand.
UNNORMALISED = [
    ("linear", HALF, "ℓ''(0) = 1/2", "η/2", "2η₀"),
    ("linear", "3*log(cosh(z))", "ℓ''(0) = 3", "3η", "η₀/3"),
    ("neuron", "tanh(2*z)", "φ'(0) = 2", "4η", "η₀/4"),
]


@pytest.mark.parametrize(("kind", "text", "why", "step", "reach"), UNNORMALISED)
def test_an_unnormalised_response_is_told_its_multiple_and_its_step_size(
    kind: str, text: str, why: str, step: str, reach: str
) -> None:
    found = remedy(kind, text)
    assert f"{why}, not 1" in found.why
    assert f"one of {step} on it" in found.means
    assert f"for η ≤ {reach};" in found.means
    words = typed(found)
    model = model_of(kind, words[-1])
    verdicts = Assumptions(model).verdicts
    assert verdicts["normalised"].outcome.value == "pass"
    # It is a multiple of what was given.
    given = parse_expression(text)
    ratio = parse_expression(words[-1]) / given
    assert sp.N(ratio.subs(Z, sp.Rational(1, 3)) - ratio.subs(Z, 2), 30) == pytest.approx(0)


@pytest.mark.parametrize("kind_and_text", [("linear", "-log(cosh(z))"), ("linear", "z**4")])
def test_what_has_no_normalised_multiple_is_told_nothing(kind_and_text: tuple[str, str]) -> None:
    kind, text = kind_and_text
    assert remedies(list(Assumptions(model_of(kind, text)).verdicts.values())) == []


def test_a_good_response_needs_no_help() -> None:
    verdicts = Assumptions(model_of("linear", "log-cosh")).verdicts
    assert remedies(list(verdicts.values())) == []


def test_a_minimum_elsewhere_is_for_the_product() -> None:
    found = remedy("linear", "log(cosh(z - 1))")
    assert "minimum at z = 1, not at 0" in found.why
    words = typed(found)
    assert words[:2] == ["verify", Product.name]
    assert named(words[1])(words[3]).response.minimum == 1  # type: ignore[attr-defined]  # a Valley


def test_several_minima_are_told_and_one_is_asked_for() -> None:
    found = remedy("linear", "(1 - z**2)**2/4 + z**3/30")
    assert found.command.endswith("--minimum Z0")


def test_the_commands_run(command: Callable[..., Called]) -> None:
    """As printed, with one label so that it is quick."""
    found = remedy("linear", HALF)
    code, out, err = command(*typed(found), "--statement", "linear/normalised", "--jobs", "1")
    assert (code, err) == (0, "")
    assert "1 pass" in out
    code, out, _ = command(
        *typed(remedy("linear", "log(cosh(z-1))")), "--statement", "product/A1", "--jobs", "1"
    )
    assert code == 0


def test_the_table_shows_the_command_in_one_line_of_any_width(
    command: Callable[..., Called], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "50")
    asked = ("verify", "linear", "--loss", HALF, "--statement", "linear/normalised", "--jobs", "1")
    code, out, _ = command(*asked)
    assert code == 1
    assert f"  {remedy('linear', HALF).command}\n" in out
