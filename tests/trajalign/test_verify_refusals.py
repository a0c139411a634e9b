"""What a user or an attacker may ask of `trajalign verify`: refused in one line, at once."""

import subprocess
import sys
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from calling import Called, environment, one_line
from verify_runs import trajalign


@pytest.mark.usefixtures("no_work")
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--eta", "0"), ["--eta", "positive"]),
        (("--eta", "-1"), ["--eta", "positive"]),
        (("--eta", "nan"), ["--eta", "nan", "1/20"]),
        (("--eta", "inf"), ["--eta", "inf"]),
        (("--eta", "1/0"), ["--eta", "divides by 0"]),
        (("--eta", "abc"), ["--eta", "abc", "0.05"]),
        (("--eta", "10**9"), ["--eta", "10**9"]),
        (("--eta", ""), ["--eta", "empty"]),
        (("--eta", "1e99999999"), ["--eta"]),
        (("--digits", "5"), ["--digits", "30"]),
        (("--digits", "100000"), ["--digits", "1000"]),
        (("--digits", "x"), ["--digits", "x"]),
        (("--digits", "50.5"), ["--digits"]),
        (("--jobs", "0"), ["--jobs", "1"]),
        (("--statement", "linear/limt"), ["linear/limt", "did you mean linear/limit?"]),
        (("--statement", "linear/a3"), ["linear/a3", "linear/A3"]),
        (("--statement", "limit"), ["limit", "linear/limit"]),
        (("--statement", "linear/*"), ["linear/*"]),
        (("--statement", "\x1b[31m"), ["x1b[31m"]),
        (("linear", "--statement", "neuron/limit"), ["neuron/limit"]),
        (("--loss", "log-cosh", "--activation", "tanh"), ["--loss", "--activation"]),
        (("neuron", "--loss", "log-cosh"), ["--loss", "linear"]),
        (("linear", "--activation", "tanh"), ["--activation", "neuron"]),
        (("cubic",), ["cubic", "linear", "neuron"]),
        (("--loss", "x*y"), ["x, y", "one variable"]),
        (("--loss", "3"), ["z"]),
        (("--loss", ""), ["empty"]),
        (("--no-such-option",), ["--no-such-option"]),
        (("--junit", "x.xml", "--controls"), ["--junit", "--controls"]),
        (("--kernel", "--controls"), ["--kernel", "--controls"]),
        (("--kernel", "--list"), ["--kernel", "--list"]),
    ],
)
def test_bad_input_is_told_in_one_line(
    arguments: tuple[str, ...], words: list[str], verify: Callable[..., Called]
) -> None:
    code, out, err = verify(*arguments)
    assert (code, out) == (2, "")
    line = one_line(err)
    assert "\x1b" not in line
    for word in words:
        assert word in line


@pytest.mark.parametrize("eta", ["1e-9", "1/1000000007", "10", "1e9", "1e-50"])
def test_step_size_out_of_range_is_refused_with_the_range(
    eta: str, verify: Callable[..., Called]
) -> None:
    begin = time.perf_counter()
    code, out, err = verify("linear", "--loss", "log-cosh", "--eta", eta, "--jobs", "1")
    assert time.perf_counter() - begin < 5
    assert (code, out) == (2, "")
    assert "must lie between" in one_line(err)


ATTACKS = {
    "import": "__import__('os').system('touch pwned')",
    "attribute": "z.__class__",
    "subclasses": "().__class__.__base__.__subclasses__()",
    "lambda": "(lambda: z)()",
    "walrus": "(y := z)",
    "tower": "9**9**9**9",
    "factorial": "factorial(10**10)",
    "parentheses": "(" * 100_000,
    "minus": "-" * 100_000,
    "nested": "sin(" * 30 + "z" + ")" * 30 + "**(9**9)",
    "digits": "1" * 100_000,
    "format": "{0.__class__}%s%n",
    "newlines": "z\n\n\nimport os",
    "look-alike": "ｓｉｎ(z)",
    "escape": "z + \x1b[2J",
}


@cache
def startup() -> float:
    """Seconds that the interpreter and the imports take here and now."""
    begin = time.perf_counter()
    trajalign("--help")
    return time.perf_counter() - begin


@pytest.mark.parametrize("name", ATTACKS)
def test_hostile_expression_is_refused_within_a_second(
    name: str, verify: Callable[..., Called], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    begin = time.perf_counter()
    code, out, err = verify("linear", "--loss", ATTACKS[name])
    assert time.perf_counter() - begin < 1 + startup()
    assert (code, out) == (2, "")
    line = one_line(err)
    assert len(line) < 400
    assert line.isprintable()
    assert list(tmp_path.iterdir()) == []


def test_an_attack_from_a_shell_is_refused_alike(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "trajalign", "verify", "linear", "--loss", ATTACKS["import"]],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        cwd=tmp_path,
        env=environment(),
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert one_line(done.stderr)
    assert list(tmp_path.iterdir()) == []
