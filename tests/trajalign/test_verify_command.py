"""The exit status of `trajalign verify`, its list, and what --thorough and --controls add."""

import json
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from calling import Called, one_line
from rich.cells import cell_len
from verify_runs import FAILING, LIMIT, QUICK, UNDECIDED, trajalign

from trajalign.verification.ledger import known_statements
from trajalign.verification.measuring.effort import THOROUGH
from trajalign.verification.running import runner

# Exit status -----------------------------------------------------------------------------------


@pytest.mark.thorough
def test_0_if_all_pass_and_the_coefficient_is_printed() -> None:
    """r = atan z/z: r''(0) = −2/3 and q* = 1 + (3/4) η² + …."""
    done = trajalign("linear", "--loss", "z*atan(z) - log(1+z**2)/2")
    assert done.returncode == 0
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    (limit,) = (line.split() for line in lines if line.split()[:1] == ["linear/limit"])
    assert limit[1:6] == ["pass", "3/4", "=", "−1/(2r''(0))", "≈"]
    assert float(limit[6]) == pytest.approx(0.75, rel=1e-3)
    assert max(map(cell_len, lines)) <= 80
    assert "31 pass" in lines[-1]


def test_list_names_every_statement_and_checks_none(verify: Callable[..., Called]) -> None:
    code, out, err = verify("neuron", "--list")
    assert (code, err) == (0, "")
    for statement in known_statements("neuron"):
        assert sum(line.startswith(statement.label + "  [") for line in out.splitlines()) == 1
    assert "linear/" not in out
    assert "pass" not in out.replace("passes", "")


def test_list_as_json_is_the_ledger(verify: Callable[..., Called]) -> None:
    code, out, _ = verify("--list", "--json", "-")
    assert code == 0
    labels = [row["label"] for row in json.loads(out)["statements"]]
    assert labels == [s.label for model in ("linear", "neuron") for s in known_statements(model)]
    _, out, _ = verify("--list", "--json", "-", "--statement", "linear/limit")
    (row,) = json.loads(out)["statements"]
    assert "linear/alignment" in row["rests_on"]


@pytest.mark.parametrize("other", [("--controls",), ("--junit", "-")])
def test_list_goes_with_no_option_that_checks(
    verify: Callable[..., Called], other: tuple[str, ...]
) -> None:
    code, out, err = verify("--list", *other)
    assert (code, out) == (2, "")
    assert "--list" in one_line(err.strip())


def test_1_if_some_fail(verify: Callable[..., Called]) -> None:
    code, out, err = verify(*FAILING)
    assert (code, err) == (1, "")
    assert "z = 2" in out  # the witness
    assert "1 fail" in out


def test_2_if_the_input_is_bad(verify: Callable[..., Called]) -> None:
    code, out, err = verify("linear", "--loss", "cosh(z")
    assert (code, out) == (2, "")
    one_line(err)


def test_3_if_none_fails_but_some_are_undecided(verify: Callable[..., Called]) -> None:
    code, out, err = verify(*UNDECIDED)
    assert (code, err) == (3, "")
    assert "not settled" in out


def test_status_is_the_process_status_too() -> None:
    assert trajalign(*FAILING).returncode == 1
    assert trajalign(*UNDECIDED).returncode == 3


def test_not_applicable_alone_is_no_failure(verify: Callable[..., Called]) -> None:
    # A4 of something with a pole in r; the hypothesis that rules it out is not asked for.
    code, _, _ = verify("linear", "--loss", "log(cosh(z)) + z", "--statement", "linear/A4")
    assert code == 0


def test_same_number_in_three_spellings(verify: Callable[..., Called]) -> None:
    found = []
    for eta in ("0.02", "1/50", "2e-2"):
        code, out, _ = verify(*LIMIT, "--eta", eta, "--json", "-")
        assert code == 0
        found.append(json.loads(out)["results"][-1]["parameters"]["eta"])
    assert found[0] == found[1] == found[2]
    assert found[0][0] == "1/50"


def test_controls_of_nothing_are_no_success(verify: Callable[..., Called]) -> None:
    # The statement does not apply to tanh, so none of its falsified copies is tried.
    asked = ("neuron", "--activation", "tanh", "--statement", "neuron/exact", "--controls")
    code, out, _ = verify(*asked)
    assert code == 3
    assert "No falsified statement was tried" in out


# Thorough --------------------------------------------------------------------------------------


def test_thorough_tries_more_and_runs_the_controls_too(
    verify: Callable[..., Called], tmp_path: Path
) -> None:
    xml = tmp_path / "out.xml"
    code, out, err = verify(*QUICK, "--thorough", "--json", "-", "--junit", str(xml))
    document = json.loads(out)
    assert (code, err) == (0, "")
    parameters = document["results"][-1]["parameters"]
    assert parameters == {"points": THOROUGH.points, "seed": THOROUGH.seed, "digits": 100}
    assert [row["refuted"] for row in document["controls"]] == [True, True]
    names = [case.get("name") for case in ElementTree.parse(xml).getroot().iter("testcase")]
    assert names[-1] == "linear/reduced-map: p' off by 1 %"


def test_thorough_shows_both_tables(verify: Callable[..., Called]) -> None:
    code, out, _ = verify(*QUICK, "--thorough", "--digits", "60")
    assert code == 0
    assert "2 pass in" in out
    assert "2 of 2 falsified statements refuted" in out
    assert max(map(len, out.splitlines())) <= 80


def test_thorough_help_tells_what_is_more(verify: Callable[..., Called]) -> None:
    _, out, _ = verify("--help")
    told = " ".join(out.split())
    for number in (THOROUGH.points, THOROUGH.draws, THOROUGH.digits, len(THOROUGH.starts)):
        assert str(number) in told[told.index("--thorough") :]
    assert "controls too" in told


@pytest.mark.parametrize(("refuted", "status"), [(True, 0), (False, 1)])
def test_a_control_that_is_not_refuted_is_a_failure(
    verify: Callable[..., Called], monkeypatch: pytest.MonkeyPatch, refuted: bool, status: int
) -> None:
    row = runner.Control("linear/limit", "z", "off by 1 %", refuted, "", None)
    monkeypatch.setattr(runner, "examine", lambda *a, **k: runner.Report([], [row]))
    assert verify(*QUICK, "--thorough")[0] == status
