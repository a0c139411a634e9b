"""Options of models on the command line: told everywhere, and never confused."""

import json
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from calling import Called, one_line

from trajalign.theory.models import Deep, TwoLayerLinear
from trajalign.verdict_output import controls_as_json, verdicts_as_json, verdicts_as_junit
from trajalign.verification import Options, verify
from trajalign.verification.running.runner import control
from trajalign.verification.standing import standings

Command = Callable[..., Called]
MAP = ("--statement", "deep/reduced-map", "--jobs", "1")
ORBIT = ("orbit", "deep", "--eta", "1/10", "--digits", "12", "--to-crossing")


def test_the_table_and_the_json_tell_them(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "out.json"
    status, out, _ = command("verify", "deep", "--depth", "4", *MAP)
    assert status == 0
    assert "deep, depth 4  log(cosh(z))" in out
    assert command("verify", "deep", "--depth", "4", *MAP, "--json", str(file))[0] == 0
    rows = json.loads(file.read_text())["results"]
    assert {row["options"]["depth"] for row in rows} == {"4"}
    assert {row["model"] for row in rows} == {"deep"}


def test_two_models_of_one_run_stand_apart() -> None:
    models = [TwoLayerLinear("log-cosh", n) for n in (1, 2)]
    verdicts = verify(models, Options(frozenset({"linear/reduced-map"})))
    assert len({verdict.subject for verdict in verdicts}) == 2
    assert len(standings(verdicts)) == len(verdicts)
    rows = json.loads(verdicts_as_json(verdicts, "0"))["results"]
    assert [row.get("options") for row in rows if row["label"] == "linear/reduced-map"] == [
        None,
        {"input-norm": "2"},
    ]
    suites = ElementTree.fromstring(verdicts_as_junit(verdicts))
    names = [suite.get("name") for suite in suites]
    assert names == ["linear: log(cosh(z))", "linear, input-norm 2: log(cosh(z))"]


def test_controls_of_two_models_stand_apart() -> None:
    models = [Deep("log-cosh", depth=d) for d in (2, 3)]
    rows = control(models, Options(frozenset({"deep/reduced-map"})))
    assert {row.given for row in rows} == {f"log(cosh(z)), depth {d}" for d in (2, 3)}
    assert all(row.refuted for row in rows)
    found = json.loads(controls_as_json(rows, "0"))["results"]
    assert {row["options"]["depth"] for row in found} == {"2", "3"}


def test_a_kept_orbit_is_not_gone_on_from_with_another_option(
    command: Command, tmp_path: Path
) -> None:
    kept = str(tmp_path / "orbit.db")
    assert command(*ORBIT, "--depth", "3", "--keep", kept)[0] == 0
    status, _, err = command(*ORBIT, "--depth", "4", "--keep", kept)
    assert status == 2
    assert "its options is depth 3, not depth 4" in one_line(err)


def test_an_orbit_tells_them(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "orbit.json"
    status, out, _ = command(*ORBIT, "--depth", "4")
    assert status == 0
    assert out.startswith("deep, depth 4  log(cosh(z))")
    assert command(*ORBIT, "--depth", "4", "--json", str(file))[0] == 0
    parameters = json.loads(file.read_text())["parameters"]
    assert (parameters["model"], parameters["options"]) == ("deep", {"depth": "4"})


def test_a_figure_and_a_sweep_tell_them(command: Command, tmp_path: Path) -> None:
    file = str(tmp_path / "cobweb.svg")
    status, out, _ = command("figure", "cobweb", "deep", "--depth", "5", "-o", file)
    assert status == 0
    assert "log(cosh(z)), depth 5" in out
    pytest.importorskip("xarray")
    axes = ("--eta", "1/50", "--p0", "1/5", "--q0", "4/5", "--engine", "numpy")
    status, out, _ = command("sweep", "deep", "--depth", "5", *axes)
    assert status == 0
    assert out.startswith("deep, depth 5")


def test_assumptions_tell_them(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "out.json"
    assert command("assumptions", "deep", "--depth", "4")[1].startswith("deep, depth 4")
    assert command("assumptions", "deep", "--depth", "4", "--json", str(file))[0] == 0
    document = json.loads(file.read_text())
    (constants,) = document["constants"]
    assert constants["options"] == {"depth": "4"}
    assert {row["options"]["depth"] for row in document["results"]} == {"4"}


@pytest.mark.thorough
def test_derivations_are_those_of_the_options(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "appendix.json"
    words = ("derive", "deep", "--order", "1", "--depth", "2", "-o", str(file))
    assert command(*words)[0] == 0
    assert command("derive", "--check", str(file))[0] == 0
    document = json.loads(file.read_text())
    assert document["options"] == {"depth": "2"}
    for other in ({"depth": "4"}, {}, {"depth": "two"}, {"width": "2"}, "2"):
        file.write_text(json.dumps(document | {"options": other}))
        status, _, err = command("derive", "--check", str(file))
        assert status == 1
        assert one_line(err)


@pytest.mark.thorough
def test_a_theorem_is_that_of_the_options(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "theorem.json"
    box = ("--eta0", "1/100", "--q0", "21/25,17/20", "--p0", "1/5,2/5", "--jobs", "1")
    status, out, _ = command("prove", "deep", *box, "--certificate", str(file))
    assert status == 0
    assert "log(cosh(z)), depth 3" in out
    assert command("prove", "--replay", str(file), "--jobs", "1")[0] == 0
    document = json.loads(file.read_text())
    assert document["options"] == {"depth": "3"}
    figure = ("figure", "proved", "deep", "--certificate", str(file))
    status, _, err = command(*figure, "--depth", "4", "-o", str(tmp_path / "p.svg"))
    assert status == 2
    assert "it is of deep log(cosh(z)), depth 3, not of deep log(cosh(z)), depth 4" in one_line(err)
    file.write_text(json.dumps(document | {"options": {"depth": "4"}}))
    status, _, err = command("prove", "--replay", str(file))
    assert status == 2
    assert "was changed" in one_line(err)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("deep", "--depth", "1"), "--depth: 1: need a whole number from 2 to 12"),
        (("deep", "--depth", "x"), "need a whole number"),
        (("linear", "--depth", "3"), "--depth does not belong to the linear model"),
        (("--loss", "atan", "--depth", "3"), "--depth does not belong to the linear model"),
        (("linear", "--input-norm", "-1"), "--input-norm: -1: the norm of an input is positive"),
        (("neuron", "--input-norm", "2"), "it is an option of linear"),
        (("--input-norm", "2"), "--input-norm does not belong to the neuron"),
    ],
)
def test_what_a_model_does_not_take_is_refused(
    command: Command, words: tuple[str, ...], told: str
) -> None:
    status, out, err = command("verify", *words, "--list")
    assert (status, out) == (2, "")
    assert told in one_line(err)


@pytest.mark.parametrize(
    "name", ["verify", "orbit", "sweep", "figure", "report", "prove", "derive"]
)
def test_the_help_says_which_models_take_an_option(command: Command, name: str) -> None:
    _, out, _ = command(name, "--help")
    assert "[deep; default: 3]" in " ".join(out.split())


# --normalise -------------------------------------------------------------------------------------

SOFT = "log(1+exp(z)) + log(1+exp(-z))"


def test_the_multiple_with_r_1_at_0_is_taken_and_told(command: Command) -> None:
    limit = ("--statement", "linear/limit", "--jobs", "1")
    status, out, err = command("verify", "linear", "--loss", SOFT, "--normalise", *limit)
    assert status == 0
    assert f"2*({SOFT})" in out
    assert "Every step size shown is 1/2 times yours" in one_line(err)
    status, out, err = command("verify", "linear", "--loss", SOFT, *limit)
    assert (status, err) == (1, "")
    assert "The option --normalise does the same." in " ".join(out.split())


def test_nothing_is_told_of_what_is_normalised(command: Command) -> None:
    step = ("--statement", "linear/reduced-map", "--jobs", "1")
    assert command("verify", "linear", "--loss", "atan", "--normalise", *step)[::2] == (0, "")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--normalise",), "--normalise goes with --loss or --activation"),
        (("linear", "--loss", "-cosh(z)", "--normalise"), "r(0) = -1 is not positive"),
        (("linear", "--loss", "z**4", "--normalise"), "r(0) = 0 is not positive"),
    ],
)
def test_what_cannot_be_normalised(arguments: tuple[str, ...], told: str, command: Command) -> None:
    status, out, err = command("verify", *arguments)
    assert (status, out) == (2, "")
    assert told in one_line(err)
