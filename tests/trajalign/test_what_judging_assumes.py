"""What the commands that judge take for granted, and that they claim nothing without it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from broken_responses import BROKEN
from calling import Called, one_line

LABELS = {"real": "analytic", "even": "symmetry"}


@pytest.mark.parametrize("broken", BROKEN)
def test_assumptions_names_what_is_broken(broken: str, command: Callable[..., Called]) -> None:
    _, out, _ = command("assumptions", "linear", "--loss", BROKEN[broken].text, "--json", "-")
    verdicts = {r["label"].split("/")[1]: r["verdict"] for r in json.loads(out)["results"]}
    assert verdicts[LABELS.get(broken, broken)] == "fail"


@pytest.mark.parametrize("broken", BROKEN)
def test_verify_claims_nothing_that_rests_on_it(
    broken: str, command: Callable[..., Called]
) -> None:
    """Nor that the block's eigenvalue is the largest where ℓ'' < 0."""
    asked = ("--statement", "linear/limit", "--statement", "linear/sharpness")
    loss = ("--loss", BROKEN[broken].text)
    code, out, _ = command("verify", "linear", *loss, *asked, "--json", "-")
    verdicts = {r["label"]: r for r in json.loads(out)["results"]}
    assert code == 1
    assert verdicts["linear/limit"]["verdict"] == "not-applicable"
    assert (
        LABELS.get(broken, broken if broken != "curved" else "A4")
        in verdicts["linear/limit"]["reason"].replace(",", " ").split()
    )
    sharpness = verdicts["linear/sharpness"]["verdict"]
    assert (sharpness == "pass") == (broken in ("normalised", "A1", "A5"))


SLOW = {"A1", "A2", "A5"}  # for these there is a document


@pytest.mark.parametrize(
    "broken", [pytest.param(b, marks=[pytest.mark.thorough] * (b in SLOW)) for b in BROKEN]
)
def test_derive_refuses_or_says_what_fails(broken: str, command: Callable[..., Called]) -> None:
    loss = ("--loss", BROKEN[broken].text)
    code, _, err = command("derive", "linear", *loss, "--order", "1", "--no-numbers")
    if broken in SLOW:
        assert code == 0
        assert f"{broken} fails" in one_line(err)
    else:
        assert code == 2
        assert BROKEN[broken].named in one_line(err)


@pytest.mark.thorough
@pytest.mark.parametrize("broken", ["normalised", "A2"])
def test_report_fails_and_claims_nothing(
    broken: str, command: Callable[..., Called], tmp_path: Path
) -> None:
    site = tmp_path / "site"
    code, _, _ = command("report", "linear", "--loss", BROKEN[broken].text, "-o", str(site))
    page = (site / "index.html").read_text()
    assert code == 1
    assert f"needs {broken}" in page


@pytest.mark.parametrize("broken", ["real", "analytic", "even", "normalised"])
def test_experiment_refuses_what_its_judgement_assumes(
    broken: str, command: Callable[..., Called], tmp_path: Path
) -> None:
    """Runs are judged by q/r(p) and by q < 1; r''(0), A1 to A5 are not used."""
    shipped = (Path(__file__).parents[1] / "small_study.toml").read_text()
    study = tmp_path / "study.toml"
    study.write_text(shipped.replace('"log-cosh"', f'"{BROKEN[broken].text}"'))
    code, out, err = command("experiment", str(study))
    assert (code, out) == (2, "")
    assert BROKEN[broken].named in one_line(err)
