"""`trajalign orbit`: what it prints, writes, keeps and refuses."""

import csv
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
from calling import Called, environment, one_line
from mpmath import mp

from trajalign import __version__

ETA = ("--eta", "1/10", "--digits", "20")
NUMBER = {"type": "string", "pattern": r"^-?\d+(\.\d+)?(e[-+]?\d+)?$"}
SCHEMA = {
    "type": "object",
    "required": ["schema", "version", "parameters", "method", "outcome", "orbit"],
    "properties": {
        "schema": {"const": "trajalign.orbit/1"},
        "version": {"const": __version__},
        "parameters": {"type": "object", "additionalProperties": {"type": "string"}},
        "method": {"enum": ["step by step", "fast-forward", "enclosed"]},
        "outcome": {"enum": ["converged", "crossed", "diverged", "step limit", "lost"]},
        "orbit": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["t", "p", "q"],
                "additionalProperties": False,
                "properties": {"t": {"type": "integer"}, "p": NUMBER, "q": NUMBER},
            },
        },
    },
}


@pytest.fixture
def orbit(command: Callable[..., Called]) -> Callable[..., Called]:
    return lambda *arguments: command("orbit", *arguments)


def ball(text: str) -> tuple[mp.mpf, mp.mpf]:
    middle, _, radius = text.strip("[]").partition(" +/- ")
    return mp.mpf(middle), mp.mpf(radius or 0)


def test_the_limit_is_that_of_the_theory(orbit: Callable[..., Called]) -> None:
    """reference.md §4: (q* − 1)/η² = 0.75802085 for log-cosh at η = 0.1."""
    code, out, err = orbit("linear", *ETA)
    assert (code, err) == (0, "")
    assert max(map(len, out.splitlines())) <= 80
    facts = dict(line.split(":", 1) for line in out.splitlines() if ":" in line)
    assert out.splitlines()[-1].startswith("converged, step by step, in ")
    assert int(facts["good digits"]) >= 20
    assert (float(facts["last q"]) - 1) * 100 == pytest.approx(0.75802085, abs=1e-8)
    assert float(facts["last 2/(eta*q)"]) == pytest.approx(20 / (1 + 0.0075802085), rel=1e-9)


def test_json_has_exact_parameters_and_every_recorded_step(orbit: Callable[..., Called]) -> None:
    code, out, err = orbit("neuron", "--eta", "0.1", "--steps", "50", "--every", "7", "--json", "-")
    assert (code, err) == (3, "")
    document = json.loads(out)
    jsonschema.validate(document, SCHEMA)
    assert document["parameters"]["eta"] == "1/10"
    assert document["outcome"] == "step limit"
    assert [row["t"] for row in document["orbit"]] == [*range(0, 50, 7), 50]
    with mp.workdps(60):  # tanh neuron: p' = (1 − 2r/q) p, q' = q/(1 − η tanh² p)²
        p, q = mp.mpf(3) / 10, mp.mpf(17) / 20
        for _ in range(50):
            r = mp.tanh(p) * mp.sech(p) ** 2 / p
            p, q = (1 - 2 * r / q) * p, q / (1 - mp.tanh(p) ** 2 / 10) ** 2
        last = document["orbit"][-1]
        assert abs(mp.mpf(last["p"]) / p - 1) < mp.mpf(10) ** -48
        assert abs(mp.mpf(last["q"]) / q - 1) < mp.mpf(10) ** -48


def test_csv(orbit: Callable[..., Called], tmp_path: Path) -> None:
    path = tmp_path / "orbit.csv"
    code, out, _ = orbit("linear", *ETA, "--csv", str(path))
    assert code == 0
    assert "converged" in out
    rows = list(csv.DictReader(path.read_text().splitlines()))
    assert (rows[0]["t"], float(rows[0]["p"]), float(rows[0]["q"])) == ("0", 0.3, 0.8)
    assert [int(row["t"]) for row in rows][:-1] == list(range(0, 100 * (len(rows) - 1), 100))


def test_stopping_where_q_passes_1(orbit: Callable[..., Called]) -> None:
    code, out, _ = orbit("linear", *ETA, "--to-crossing", "--every", "1", "--json", "-")
    document = json.loads(out)
    assert (code, document["outcome"]) == (0, "crossed")
    *before, last = (float(row["q"]) for row in document["orbit"])
    assert max(before) <= 1 < last
    assert document["crossing"] == document["steps"] == len(before)


def test_an_orbit_that_diverges_says_so(orbit: Callable[..., Called]) -> None:
    loss = ("--loss", "z**2/2", "--p0", "3", "--q0", "1/5")
    code, out, err = orbit("linear", "--eta", "1/2", *loss)
    assert (code, err) == (3, "")
    assert "diverged" in out
    assert "nan" not in out


# The other two ways


def test_fast_forward_agrees_with_the_steps(orbit: Callable[..., Called]) -> None:
    eta = ("linear", "--eta", "1/50", "--digits", "20", "--json", "-")
    _, out, _ = orbit(*eta, "--every", "1", "--to-crossing")
    steps = json.loads(out)
    place = steps["steps"] - 1
    _, out, _ = orbit(*eta, "--fast-forward", "--at", str(place), "--at", "0")
    leap = json.loads(out)
    jsonschema.validate(leap, SCHEMA)
    assert leap["crossing"] == steps["crossing"]
    start, found = leap["orbit"]
    assert start["t"] == 0
    expected = steps["orbit"][place]
    for name in ("p", "q"):
        assert float(found[name]) == pytest.approx(float(expected[name]), rel=1e-12)


def test_nine_trillion_steps(orbit: Callable[..., Called]) -> None:
    """q* = 1 + (3/4) η² + (63/80) η⁴ + … for log-cosh."""
    begin = time.perf_counter()
    code, out, _ = orbit(
        "linear", "--eta", "1e-6", "--digits", "30", "--fast-forward", "--json", "-"
    )
    assert time.perf_counter() - begin < 10
    document = json.loads(out)
    assert code == 0
    with mp.workdps(50):
        limit = mp.mpf(document["limit"])
        assert abs(limit - 1 - mp.mpf("0.75e-12") - mp.mpf("0.7875e-24")) < mp.mpf(10) ** -29
    assert 8.9e12 < document["crossing"] < 8.92e12


def test_enclosures_contain_the_orbit(orbit: Callable[..., Called]) -> None:
    _, out, _ = orbit("linear", *ETA, "--enclose", "--every", "50", "--json", "-")
    enclosed = json.loads(out)
    _, out, _ = orbit("linear", "--eta", "1/10", "--digits", "60", "--every", "50", "--json", "-")
    orbit_rows = {row["t"]: row for row in json.loads(out)["orbit"]}
    with mp.workdps(60):
        for row in enclosed["orbit"][:-1]:
            for name in ("p", "q"):
                middle, radius = ball(row[name])
                assert abs(mp.mpf(orbit_rows[row["t"]][name]) - middle) <= radius
                assert radius < abs(middle) * mp.mpf(10) ** -19
        middle, radius = ball(enclosed["limit"])
        assert abs((middle - 1) * 100 - mp.mpf("0.75802085")) < 1e-8
        assert radius < mp.mpf(10) ** -18
    assert enclosed["earliest_crossing"] == enclosed["latest_crossing"]


def test_the_dots_in_a_table_say_that_a_midpoint_is_cut(orbit: Callable[..., Called]) -> None:
    _, out, _ = orbit("linear", *ETA, "--enclose", "--every", "1000")
    rows = [line for line in out.splitlines() if "+/-" in line and ":" not in line]
    assert rows[1].count("…") == 2
    assert max(map(len, out.splitlines())) <= 80


def test_a_start_on_the_curve(orbit: Callable[..., Called]) -> None:
    """z/√(1+z²): q = κ(1+p²)⁻² with κ = 2/(1+√(1−η)), and |p| shrinks by √(1−η) a step."""
    options = ("--eta", "1/1000", "--p0", "curve", "--q0", "4/5", "--digits", "25", "--json", "-")
    code, out, _ = orbit(
        "neuron",
        "--activation",
        "algebraic",
        *options,
        "--fast-forward",
        "--at",
        "0",
        "--at",
        "100",
    )
    document = json.loads(out)
    assert (code, document["parameters"]["p0"]) == (0, "on the curve")
    with mp.workdps(40):
        eta, first, later = mp.mpf(1) / 1000, *document["orbit"]
        kappa = 2 / (1 + mp.sqrt(1 - eta))
        p = mp.sqrt(mp.sqrt(kappa / mp.mpf("0.8")) - 1)
        assert abs(mp.mpf(first["p"]) / p - 1) < mp.mpf(10) ** -23
        assert abs(mp.mpf(later["p"]) / (p * (1 - eta) ** 50) - 1) < mp.mpf(10) ** -23


# Keeping and resuming


def test_an_orbit_interrupted_by_ctrl_c_goes_on(
    tmp_path: Path, orbit: Callable[..., Called]
) -> None:
    kept = tmp_path / "long.orbit"
    arguments = ("linear", "--eta", "1/30", "--digits", "150", "--keep", str(kept))
    process = subprocess.Popen(
        [sys.executable, "-m", "trajalign", "orbit", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    )
    while not kept.exists():
        time.sleep(0.01)
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert err.strip() == "trajalign: interrupted"
    code, out, _ = orbit(*arguments, "--json", "-")
    assert code == 0
    fresh = orbit(*arguments[:-2], "--json", "-")
    assert out == fresh[1]


def test_a_kept_orbit_of_other_parameters_is_refused(
    tmp_path: Path, orbit: Callable[..., Called]
) -> None:
    kept = str(tmp_path / "orbit")
    assert orbit("linear", *ETA, "--keep", kept)[0] == 0
    code, out, err = orbit("linear", *ETA, "--p0", "1/3", "--keep", kept)
    assert (code, out) == (2, "")
    assert "another orbit: its p0 is 3/10, not 1/3" in one_line(err)


# Bad input


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("linear",), "--eta"),
        (("--eta", "0.1"), "linear, neuron"),
        (("linear", "--eta", "0"), "a step size is positive"),
        (("linear", "--eta", "-1/20"), "a step size is positive"),
        (("linear", "--eta", "nan"), "not a number"),
        (("linear", "--eta", "inf"), "not a number"),
        (("linear", *ETA, "--p0", "0"), "p = 0"),
        (("linear", *ETA, "--q0", "0"), "--q0"),
        (("linear", *ETA, "--q0", "-3/4"), "--q0"),
        (("linear", *ETA, "--digits", "2"), "digits"),
        (("linear", *ETA, "--digits", "1000000"), "digits"),
        (("linear", *ETA, "--steps", "0"), "steps"),
        (("linear", *ETA, "--every", "0"), "every"),
        (("linear", *ETA, "--until", "0"), "--until"),
        (("linear", *ETA, "--activation", "tanh"), "--activation"),
        (("linear", *ETA, "--fast-forward", "--enclose"), "exclude"),
        (("linear", *ETA, "--fast-forward", "--keep", "x"), "--keep"),
        (("linear", *ETA, "--at", "5"), "--fast-forward"),
        (("linear", *ETA, "--fast-forward", "--every", "5"), "--every has no meaning"),
        (("linear", *ETA, "--fast-forward", "--to-crossing"), "--to-crossing has no meaning"),
        (("linear", *ETA, "--p0", "curve"), "--p0"),
        (("linear", *ETA, "--fast-forward", "--q0", "2"), "q0 < 1"),
        (("linear", "--eta", "3/2", "--fast-forward"), "eta"),
        (("linear", *ETA, "--csv", "-", "--json", "-"), "stdout"),
        (("linear", *ETA, "--csv", "no/such/place.csv"), "cannot write"),
        (("linear", *ETA, "--keep", "no/such/place"), "cannot be used"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_bad_input_is_one_line_that_names_it(
    arguments: tuple[str, ...],
    told: str,
    orbit: Callable[..., Called],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = orbit(*arguments)
    assert (code, out) == (2, "")
    assert told in one_line(err)
    assert list(tmp_path.iterdir()) == []
