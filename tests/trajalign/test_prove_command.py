"""`trajalign prove`: what it prints, writes, replays and refuses."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from broken_responses import BROKEN
from calling import Called, environment, one_line
from descents import linear
from mpmath import mp

from trajalign.commands import prove as module
from trajalign.verification.theorems.certificate import digest
from trajalign.verification.theorems.errors import NotProvedError

BOX = ("--eta0", "1/20", "--q0", "4/5,81/100", "--p0", "3/10,1/2", "--jobs", "1")
DEEP = b"[" * 900 + b"]" * 900
PARTS = ("alignment", "progressive-sharpening", "limit", "saturation", "crossing", "gradient-flow")


@pytest.fixture
def prove(command: Callable[..., Called]) -> Callable[..., Called]:
    return partial(command, "prove")


@pytest.fixture
def no_search(monkeypatch: pytest.MonkeyPatch) -> None:
    def begun(*arguments: object, **options: object) -> None:
        raise AssertionError("work was begun")

    monkeypatch.setattr(module, "searched", begun)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A certificate, and what was printed when it was written."""
    file = tmp_path_factory.mktemp("proofs") / "proof.json"
    done = subprocess.run(
        [sys.executable, "-m", "trajalign", "prove", "linear", *BOX, "--certificate", str(file)],
        capture_output=True,
        text=True,
        check=True,
        env=environment(),
    )
    assert done.stderr == ""
    return file, done.stdout


def without_time(out: str) -> list[str]:
    *said, empty, last = out.splitlines()
    assert empty == ""
    assert last.startswith(("proved in ", "replayed in "))
    return said


def test_a_theorem_is_proved_written_and_replayed(
    prove: Callable[..., Called], written: tuple[Path, str]
) -> None:
    file, proved = written
    lines = without_time(proved)
    assert max(map(len, lines)) <= 80
    assert lines[0].startswith("Theorem. The linear model, log(cosh(z)): for all 0 < η ≤ 1/20,")
    assert [line[1:].split(")")[0] for line in lines if line.startswith("(")] == list(PARTS)
    code, replayed, err = prove("--replay", str(file))
    assert (code, err) == (0, "")
    assert without_time(replayed) == lines
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_json_is_nothing_but_json(prove: Callable[..., Called], written: tuple[Path, str]) -> None:
    file, printed = written
    code, out, err = prove("--replay", str(file), "--json", "-")
    assert (code, err) == (0, "")
    document = json.loads(out)
    assert document["schema"] == "trajalign.prove/1"
    assert (document["epsilon"], document["q0"]) == ("1/400", ["4/5", "81/100"])
    assert list(document["theorem"]) == [f"theorem/{part}" for part in PARTS]
    certificate = json.loads(file.read_text(encoding="utf-8"))
    assert document["numbers"] == certificate["theorem"]
    said = " ".join(printed.split())
    for text in (document["given"], *document["theorem"].values()):
        assert " ".join(text.split()) in said


def test_a_certificate_on_stdout_is_nothing_but_json(
    prove: Callable[..., Called], written: tuple[Path, str]
) -> None:
    code, out, err = prove("linear", *BOX, "--certificate", "-")
    assert (code, err) == (0, "")
    assert json.loads(out) == json.loads(written[0].read_text(encoding="utf-8"))


def test_processes_change_nothing(prove: Callable[..., Called], written: tuple[Path, str]) -> None:
    assert without_time(prove("linear", *BOX[:-1], "2")[1]) == without_time(written[1])


@pytest.mark.parametrize(
    "columns", [pytest.param(n, marks=[pytest.mark.thorough] * (n != 60)) for n in (40, 60, 200)]
)
def test_no_line_is_wider_than_the_terminal(columns: int, written: tuple[Path, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "trajalign", "prove", "--replay", str(written[0])],
        capture_output=True,
        text=True,
        check=True,
        env=environment(COLUMNS=str(columns)),
    )
    lines = without_time(done.stdout)
    assert max(map(len, lines)) <= min(columns, 92)
    assert " ".join(lines).split() == " ".join(without_time(written[1])).split()
    assert "\xa0" not in done.stdout
    # A formula that is not long stays on a line.
    assert any("|qₜ/r(pₜ) − 1 − h(pₜ) ε| ≤ 0." in line for line in lines)
    assert any("|q* − 1 − (3/4) ε| ≤ 0." in line for line in lines)


# What was tampered with; tests/verification/theorems/test_certificate.py has the many ways


def test_a_tampered_certificate_is_refused(
    prove: Callable[..., Called], written: tuple[Path, str], tmp_path: Path
) -> None:
    file = tmp_path / "proof.json"
    true = json.loads(written[0].read_text(encoding="utf-8"))

    def replayed(**changes: Any) -> str:
        document = true | changes
        file.write_text(json.dumps(document | {"sha256": digest(document)}), encoding="utf-8")
        code, out, err = prove("--replay", str(file))
        assert (code, out) == (2, "")
        return one_line(err)

    better = Fraction(true["theorem"]["limit"]) - Fraction(1, 2**15)
    assert "limit: " in replayed(theorem=true["theorem"] | {"limit": str(better)})
    assert "narrow" in replayed(setting=true["setting"] | {"delta": "1/1000"})
    odd = "log(cosh(z))+z**3*exp(-z**2)/10**40"
    assert "that it is even is not derived" in replayed(response=odd)
    file.write_text(json.dumps(true | {"response": odd}), encoding="utf-8")
    assert "SHA-256" in one_line(prove("--replay", str(file))[2])


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"all is proved", "it is not JSON"),
        (b"", "it is not JSON"),
        (b"\xff\xfe{", "it is not JSON"),
        (b"[" * 100_000 + b"]" * 100_000, "it is not JSON"),
        (
            b'{"schema": "trajalign.theorem/1", "cut": ' + b"[" * 900 + b"]" * 900 + b"}",
            "malformed",
        ),
        (b'{"schema": "trajalign.theorem/1"}', "malformed"),
        (b"NaN", "its schema has to be trajalign.theorem/1"),
        (b"1" * 5000, "it is not JSON"),
        (b'{"schema": "trajalign.certificate/1"}', "its schema has to be trajalign.theorem/1"),
    ],
    ids=range(9),
)
def test_what_is_no_certificate_is_refused(
    content: bytes, complaint: str, prove: Callable[..., Called], tmp_path: Path
) -> None:
    file = tmp_path / "proof.json"
    file.write_bytes(content)
    code, out, err = prove("--replay", str(file))
    assert (code, out) == (2, "")
    assert complaint in one_line(err)


# Options


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ((), "name a model, a loss or an activation"),
        (("--q0", "0.8,0.9"), "name a model"),
        (("neuron", "--loss", "log-cosh"), "--loss belongs to the linear model"),
        (("--loss", "atan", "--activation", "tanh"), "give one of them"),
        (("linear", "--eta0", "0"), "--eta0 0: it has to be positive"),
        (("linear", "--eta0", "-1/20"), "it has to be positive"),
        (("linear", "--eta0", "small"), "--eta0: 'small' is not a number"),
        (("linear", "--eta0", "nan"), "--eta0: 'nan' is not a number"),
        (("linear", "--eta0", "3"), "--eta0 3: need epsilon < 1, but it is 9"),
        (("linear", "--q0", "0.9,0.8"), "--q0 0.9,0.8: need A,B with c < A < B < 1"),
        (("linear", "--q0", "0.8,0.8"), "c < A < B < 1"),
        (("linear", "--q0", "0.8,1"), "c < A < B < 1"),
        (("linear", "--q0", "0.8,1.2"), "c < A < B < 1"),
        (("linear", "--q0", "0,0.8"), "c < A < B < 1"),
        (("linear", "--q0", "0.7,0.8"), "and c is 0.731531"),
        (("linear", "--q0", "0.8"), "need two numbers, A,B"),
        (("linear", "--q0", "0.8,0.85,0.9"), "need two numbers, A,B"),
        (("linear", "--q0", "a,b"), "--q0: 'a' is not a number"),
        (("linear", "--p0", "0,1"), "need A,B with 0 < A < B"),
        (("linear", "--p0", "1,1/2"), "need A,B with 0 < A < B"),
        (("linear", "--p0", "1"), "need two numbers, A,B"),
        (("linear", "--p0", "1/20,6"), "need r(B) > q0/2 for q0 up to 9/10"),
        (("linear", "--p0", "1/20,1e40"), "need r(B) > q0/2"),
        (("linear", "--p0", "1/20,6", "--q0", "0.8,0.85"), "q0 up to 17/20"),
        (("linear", "--certificate", "-", "--json", "-"), "both write to stdout"),
        (("linear", "--certificate", "missing/x.json"), "missing or not writable"),
        (("linear", "--json", "."), "it is a directory"),
        (("linear", "--jobs", "0"), "--jobs"),
        (("--replay", "x.json", "linear"), "--replay takes a certificate"),
        (("--replay", "x.json", "--loss", "log-cosh"), "--replay takes a certificate"),
        (("--replay", "x.json", "--eta0", "1/20"), "--replay takes a certificate"),
        (("--replay", "x.json", "--q0", "0.8,0.9"), "--replay takes a certificate"),
        (("--replay", "x.json", "--p0", "0.1,1"), "--replay takes a certificate"),
        (("--replay", "x.json", "--certificate", "y.json"), "--replay takes a certificate"),
        (("--replay", "missing.json"), "No such file"),
        (("--replay", "."), "Is a directory"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_bad_input_is_explained_before_the_search(
    arguments: tuple[str, ...], complaint: str, prove: Callable[..., Called], no_search: None
) -> None:
    code, out, err = prove(*arguments)
    assert (code, out) == (2, "")
    assert complaint in one_line(err)
    assert len(one_line(err)) < 200


# What is not proved leaves nothing behind


def test_a_failure_leaves_no_file(
    prove: Callable[..., Called], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = ("--certificate", str(tmp_path / "a.json"), "--json", str(tmp_path / "b.json"))

    def fails(*_: object, **options: object) -> None:
        raise NotProvedError("it is not certain")

    for step in ("sentences", "certificate", "searched"):
        monkeypatch.setattr(module, step, fails)
        code, out, err = prove("linear", *BOX, *files)
        assert (code, out) == (2, "")
        assert "it is not certain" in one_line(err)
        assert list(tmp_path.iterdir()) == []


def members(group: int) -> Iterator[int]:
    """Processes of a group that have not ended."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, _, pgrp = (folder / "stat").read_text().rsplit(")", 1)[1].split()[:3]
        except OSError:
            continue
        if int(pgrp) == group and state != "Z":
            yield int(folder.name)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
@pytest.mark.parametrize("jobs", [1, pytest.param(2, marks=pytest.mark.thorough)])
def test_an_interrupt_leaves_no_file_and_no_process(jobs: int, tmp_path: Path) -> None:
    file = tmp_path / "proof.json"
    arguments = ("--eta0", "1/20", "--jobs", str(jobs), "--certificate", str(file))
    process = subprocess.Popen(
        [sys.executable, "-m", "trajalign", "prove", "linear", *arguments],  # minutes of work
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env=environment(),
    )
    deadline = time.perf_counter() + 120
    if jobs > 1:
        while len(list(members(process.pid))) < 1 + jobs:
            assert time.perf_counter() < deadline
            time.sleep(0.05)
    time.sleep(2)
    assert process.poll() is None
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (130, "")
    assert err.strip() == "trajalign: interrupted"
    assert list(tmp_path.iterdir()) == []
    deadline = time.perf_counter() + 5
    while list(members(process.pid)) and time.perf_counter() < deadline:
        time.sleep(0.1)
    assert list(members(process.pid)) == []


# What is assumed of a response: all but A2 and A5, which no lemma uses

REFUSED = {"A1": "does not fall", "analytic": "not known to be smooth at 0"}


@pytest.mark.parametrize("name", [name for name in BROKEN if name not in ("A2", "A5")])
def test_a_response_without_what_is_assumed_is_refused(
    name: str, prove: Callable[..., Called]
) -> None:
    code, out, err = prove("linear", "--loss", BROKEN[name].text, *BOX)
    assert (code, out) == (2, "")
    assert REFUSED.get(name, BROKEN[name].named) in one_line(err)


def test_a_loss_that_is_not_even_where_no_point_shows_it_is_refused(
    prove: Callable[..., Called], no_search: None
) -> None:
    code, out, err = prove("linear", "--loss", "log(cosh(z))+z**3*exp(-z**2)/10**40", *BOX)
    assert (code, out) == (2, "")
    assert "that it is even is not derived" in one_line(err)


def test_a_response_that_rises_on_the_way_is_refused(prove: Callable[..., Called]) -> None:
    """A1 fails for |z| near 0.7, which orbits pass."""
    code, out, err = prove("--loss", "log(cosh(z))+z**6*exp(-(10*(z**2-1/2))**2)/10", *BOX)
    assert (code, out) == (2, "")
    assert "r > 0 > r' is not certain" in one_line(err)


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("name", "first"), [("A2", Fraction(1, 4)), ("A5", Fraction(3, 2))], ids=["A2", "A5"]
)
def test_a_loss_without_the_rest_obeys_its_theorem(
    name: str, first: Fraction, prove: Callable[..., Called]
) -> None:
    """h(0) = −1/(2 r''(0)) by hand; the limit of gradient descent on the weights lies where it was
    proved to."""
    given = BROKEN[name]
    code, out, _ = prove("linear", "--loss", given.text, *BOX, "--json", "-")
    assert code == 0
    bound = Fraction(json.loads(out)["numbers"]["limit"])
    with mp.workdps(40):
        for eta in (20, 40):
            orbit = linear(
                given.first, given.second, mp.mpf(1) / eta, mp.mpf("0.4"), mp.mpf("0.805")
            )
            last = next(point for point in orbit if abs(point.p) < 1e-12 and point.q > 1)
            off = abs(last.q - 1 - mp.mpf(first.numerator) / first.denominator / eta**2)
            assert off <= mp.mpf(bound.numerator) / bound.denominator / mp.mpf(eta) ** 4
