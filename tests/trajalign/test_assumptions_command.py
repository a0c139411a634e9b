"""`trajalign assumptions`: what it prints, writes, replays and refuses."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from calling import Called, one_line


@pytest.fixture
def assumptions(command: Callable[..., Called]) -> Callable[..., Called]:
    return lambda *arguments: command("assumptions", *arguments)


def rows(out: str) -> dict[str, list[str]]:
    found = [line.split() for line in out.splitlines()]
    return {words[0]: words[1:] for words in found if words and "/" in words[0]}


def test_log_cosh_is_proved(assumptions: Callable[..., Called]) -> None:
    code, out, err = assumptions("linear", "--loss", "log-cosh")
    assert (code, err) == (0, "")
    assert max(map(len, out.splitlines())) <= 80
    shown = rows(out)
    for name in ("A1", "A2", "A3", "A5"):
        assert shown[f"linear/{name}"][:2] == ["pass", "enclosed"]
    assert "z0 = 1.08866, c = 0.731531" in " ".join(shown["linear/z0"])


def test_refuted_hypothesis_sets_the_exit_status(assumptions: Callable[..., Called]) -> None:
    code, out, _ = assumptions("linear", "--loss", "log(1+z**2)/2")
    assert code == 1
    assert rows(out)["linear/A2"][:2] == ["fail", "enclosed"]


def test_undecided_hypothesis_sets_the_exit_status(assumptions: Callable[..., Called]) -> None:
    code, out, _ = assumptions(
        "linear", "--loss", "z*asinh(z) - sqrt(1+z**2) + sin(z)**4*exp(-z**2)/1000"
    )
    assert code == 3
    assert rows(out)["linear/A5"][0] == "undecided"


def test_json_has_verdicts_and_constants(assumptions: Callable[..., Called]) -> None:
    code, out, _ = assumptions("neuron", "--activation", "algebraic", "--json", "-")
    assert code == 0
    document = json.loads(out)
    assert document["schema"] == "trajalign.assumptions/1"
    assert {r["label"]: r["evidence"] for r in document["results"]}["neuron/A3"] == "derived"
    (constants,) = document["constants"]
    assert float(constants["c"].strip("[").split()[0]) == pytest.approx(49 / 64, rel=1e-6)


def test_certificate_is_written_and_replayed(
    assumptions: Callable[..., Called], tmp_path: Path
) -> None:
    file = tmp_path / "proof.json"
    assert assumptions("--certificate", str(file))[0] == 0
    code, out, err = assumptions("--replay", str(file))
    assert (code, err) == (0, "")
    assert rows(out)["neuron/A3"][0] == "proved"


def test_tampered_certificate_is_refused(
    assumptions: Callable[..., Called], tmp_path: Path
) -> None:
    file = tmp_path / "proof.json"
    assumptions("linear", "--loss", "log-cosh", "--certificate", str(file))
    document = json.loads(file.read_text(encoding="utf-8"))
    del document["responses"][0]["proved"]["A1"][0]["boxes"][1]
    file.write_text(json.dumps(document), encoding="utf-8")
    code, out, err = assumptions("--replay", str(file))
    assert (code, out) == (2, "")
    assert "linear/A1: the boxes do not join" in one_line(err)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--replay", "missing.json"), "No such file"),
        (("--replay", "x.json", "--loss", "log-cosh"), "no other option"),
        (("--replay", "x.json", "--json", "-"), "no other option"),
        (("--certificate", "-", "--json", "-"), "both write to stdout"),
        (("--certificate", "missing/x.json"), "missing or not writable"),
        (("neuron", "--loss", "log-cosh"), "--loss belongs to the linear model"),
    ],
)
def test_bad_input_is_explained(
    assumptions: Callable[..., Called], arguments: tuple[str, ...], complaint: str
) -> None:
    code, out, err = assumptions(*arguments)
    assert (code, out) == (2, "")
    assert complaint in one_line(err)


def test_file_that_is_not_json_is_refused(
    assumptions: Callable[..., Called], tmp_path: Path
) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("A1 holds, trust me", encoding="utf-8")
    code, _, err = assumptions("--replay", str(file))
    assert code == 2
    assert "it is not JSON" in one_line(err)
