"""The command line as a user, a pipeline and an attacker meet it."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
from calling import Called, environment, one_line

from trajalign import __version__
from trajalign.verification.ledger import known_statements
from trajalign.verification.measuring.effort import THOROUGH
from trajalign.verification.running import runner
from trajalign.verification.verdicts import Verdict

needs_posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX processes")
needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")

# Fast runs with a known answer.
QUICK = ("linear", "--loss", "log-cosh", "--statement", "linear/reduced-map", "--jobs", "1")
LIMIT = ("neuron", "--activation", "tanh", "--statement", "neuron/limit", "--jobs", "1")
FAILING = ("linear", "--loss", "cosh(z) - 1", "--statement", "linear/A1", "--jobs", "1")
# ℓ' grows like log z, but of the sine there is no form at infinity, which could prove it.
UNDECIDED = (
    *("linear", "--loss", "z*asinh(z) - sqrt(1+z**2) + sin(z)**4*exp(-z**2)/1000"),
    *("--statement", "linear/A5", "--jobs", "1"),
)

# The layout in short; tests/trajalign/test_output.py has it in full.
RESULT_KEYS = {
    *("label", "model", "response", "verdict", "evidence", "reason"),
    *("parameters", "quantities", "hypotheses", "standing", "witness", "seconds"),
}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["schema", "version", "results"],
    "additionalProperties": False,
    "properties": {
        "schema": {"const": "trajalign.verify/1"},
        "version": {"const": __version__},
        "results": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": sorted(RESULT_KEYS),
                "additionalProperties": False,
                "properties": {
                    **{key: {} for key in RESULT_KEYS},
                    "label": {"type": "string"},
                    "model": {"enum": ["linear", "neuron"]},
                    "verdict": {"enum": ["pass", "fail", "undecided", "not-applicable"]},
                    "evidence": {"enum": ["derived", "sampled", "enclosed", None]},
                    "parameters": {
                        "type": "object",
                        "properties": {
                            "eta": {
                                "type": "array",
                                "items": {"type": "string", "pattern": r"^\d+(/\d+)?$"},
                            },
                            "digits": {"type": "integer"},
                        },
                    },
                    "quantities": {
                        "type": "object",
                        "properties": {
                            "coefficient": {
                                "type": "object",
                                "required": ["exact", "measured"],
                                "additionalProperties": {"type": "string"},
                            }
                        },
                    },
                    "hypotheses": {
                        "type": "array",
                        "items": {"type": "object", "required": ["name", "verdict", "evidence"]},
                    },
                    "witness": {"type": ["object", "null"]},
                    "seconds": {"type": "number", "minimum": 0},
                },
            },
        },
    },
}


def trajalign(
    *arguments: str, timeout: float = 120, **changes: str
) -> subprocess.CompletedProcess[str]:
    """`python -m trajalign verify …` in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "trajalign", "verify", *arguments],
        capture_output=True,
        encoding="utf-8",
        timeout=timeout,
        check=False,
        env=environment(**changes),
    )


@pytest.fixture
def verify(command: Callable[..., Called]) -> Callable[..., Called]:
    """`trajalign verify …` in this process."""
    return partial(command, "verify")


@pytest.fixture
def no_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fails the test if any work is begun."""

    def begun(*arguments: object, **options: object) -> list[Verdict]:
        raise AssertionError("work was begun")

    monkeypatch.setattr(runner, "examine", begun)


# Exit status -----------------------------------------------------------------------------------


@pytest.mark.thorough
def test_0_if_all_pass_and_the_coefficient_is_printed() -> None:
    """r = atan z/z: r''(0) = −2/3 and q* = 1 + (3/4) η² + …."""
    done = trajalign("linear", "--loss", "z*atan(z) - log(1+z**2)/2")
    assert done.returncode == 0
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    (limit,) = (line.split() for line in lines if line.split()[:1] == ["linear/limit"])
    assert limit[1:4] == ["pass", "sampled", "3/4"]
    assert float(limit[4]) == pytest.approx(0.75, rel=1e-3)
    assert max(map(len, lines)) <= 80
    assert "24 pass" in lines[-1]


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


def test_version_and_help() -> None:
    for arguments, word in ((["--version"], __version__), (["--help"], "verify")):
        done = subprocess.run(
            [sys.executable, "-m", "trajalign", *arguments],
            capture_output=True,
            text=True,
            check=True,
            env=environment(),
        )
        assert word in done.stdout
        assert done.stderr == ""


# Bad input: one line, what, where, what is allowed ----------------------------------------------


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
        (("--loss", "x**2"), ["'x'", "did you mean z?"]),
        (("--loss", "3"), ["z"]),
        (("--loss", ""), ["empty"]),
        (("--no-such-option",), ["--no-such-option"]),
        (("--junit", "x.xml", "--controls"), ["--junit", "--controls"]),
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


def test_same_number_in_three_spellings(verify: Callable[..., Called]) -> None:
    found = []
    for eta in ("0.02", "1/50", "2e-2"):
        code, out, _ = verify(*LIMIT, "--eta", eta, "--json", "-")
        assert code == 0
        found.append(json.loads(out)["results"][-1]["parameters"]["eta"])
    assert found[0] == found[1] == found[2]
    assert found[0][0] == "1/50"


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
def test_hostile_expression_is_refused_within_a_second(name: str, tmp_path: Path) -> None:
    begin = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "trajalign", "verify", "linear", "--loss", ATTACKS[name]],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        cwd=tmp_path,
        env=environment(),
    )
    seconds = time.perf_counter() - begin
    assert (done.returncode, done.stdout) == (2, "")
    line = one_line(done.stderr)
    assert len(line) < 400
    assert line.isprintable()
    assert list(tmp_path.iterdir()) == []
    if seconds >= startup() + 1:  # the machine may have become busy since
        startup.cache_clear()
    assert seconds < startup() + 1


# JSON ------------------------------------------------------------------------------------------


def test_json_on_stdout_is_all_there_is_on_stdout() -> None:
    done = trajalign(*LIMIT, "--eta", "1/40", "--json", "-")
    assert (done.returncode, done.stderr) == (0, "")
    document = json.loads(done.stdout)
    jsonschema.validate(document, SCHEMA)
    limit = document["results"][-1]
    assert limit["label"] == "neuron/limit"
    assert limit["quantities"]["coefficient"]["exact"] == "3/8"  # −1/r''(0), r''(0) = −8/3
    assert limit["parameters"]["eta"][:2] == ["1/40", "1/80"]
    assert [h["name"] for h in limit["hypotheses"]] == [
        r["label"].split("/")[1] for r in document["results"][:-1]
    ]


def test_json_of_a_failure_has_a_witness(verify: Callable[..., Called]) -> None:
    code, out, _ = verify(*FAILING, "--json", "-")
    document = json.loads(out)
    jsonschema.validate(document, SCHEMA)
    (row,) = document["results"]
    assert code == 1
    assert row["verdict"] == "fail"
    assert row["witness"]["z"] == "2"


def test_json_of_controls_on_stdout(verify: Callable[..., Called]) -> None:
    code, out, _ = verify(*QUICK, "--controls", "--json", "-")
    document = json.loads(out)
    assert code == 0
    assert document["schema"] == "trajalign.controls/1"
    assert {row["refuted"] for row in document["results"]} == {True}
    assert len(document["results"]) >= 2


def test_controls_of_nothing_are_no_success(verify: Callable[..., Called]) -> None:
    # The statement does not apply to tanh, so none of its falsified copies is tried.
    asked = ("neuron", "--activation", "tanh", "--statement", "neuron/exact", "--controls")
    code, out, _ = verify(*asked)
    assert code == 3
    assert "No falsified statement was tried" in out


def test_json_file_beside_the_table(verify: Callable[..., Called], tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    code, out, _ = verify(*QUICK, "--json", str(path))
    assert code == 0
    assert "linear/reduced-map" in out
    jsonschema.validate(json.loads(path.read_text(encoding="utf-8")), SCHEMA)
    assert list(tmp_path.iterdir()) == [path]


def test_file_is_written_for_failing_verdicts_too(
    verify: Callable[..., Called], tmp_path: Path
) -> None:
    path = tmp_path / "results.json"
    code, _, _ = verify(*FAILING, "--json", str(path))
    assert code == 1
    assert json.loads(path.read_text(encoding="utf-8"))["results"][0]["verdict"] == "fail"


def test_existing_file_is_kept_when_the_run_fails(
    verify: Callable[..., Called], tmp_path: Path
) -> None:
    path = tmp_path / "results.json"
    path.write_text("precious")
    code, _, _ = verify("linear", "--loss", "log-cosh", "--eta", "5", "--json", str(path))
    assert code == 2
    assert path.read_text() == "precious"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.usefixtures("no_work")
@pytest.mark.parametrize("option", ["--json", "--junit"])
@pytest.mark.parametrize("place", [".", "missing/out", "file/out"])
def test_unwritable_target_is_refused_before_any_work(
    option: str, place: str, verify: Callable[..., Called], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("precious")
    code, out, err = verify(*QUICK, option, str(tmp_path / place))
    assert (code, out) == (2, "")
    assert "cannot write" in one_line(err)
    assert (tmp_path / "file").read_text() == "precious"
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


@pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() == 0, reason="permissions do not bind this user"
)
@pytest.mark.usefixtures("no_work")
def test_unwritable_directory_is_refused_before_any_work(
    verify: Callable[..., Called], tmp_path: Path
) -> None:
    tmp_path.chmod(0o500)
    try:
        code, _, err = verify(*QUICK, "--json", str(tmp_path / "out.json"))
    finally:
        tmp_path.chmod(0o700)
    assert code == 2
    assert "not writable" in one_line(err)


def test_two_reports_do_not_share_stdout(verify: Callable[..., Called]) -> None:
    """--json - writes nothing else to stdout: asking for JUnit there as well is refused."""
    code, out, err = verify(*QUICK, "--json", "-", "--junit", "-")
    assert (code, out) == (2, "")
    one_line(err)


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


# JUnit -----------------------------------------------------------------------------------------


def test_junit_file_counts_match_the_verdicts(
    verify: Callable[..., Called], tmp_path: Path
) -> None:
    # log(1+z²)/2 breaks A2 alone: one failure; what needs A2 is skipped.
    xml, js = tmp_path / "out.xml", tmp_path / "out.json"
    code, out, _ = verify(
        *("linear", "--loss", "log(1+z**2)/2", "--jobs", "1"),
        *("--junit", str(xml), "--json", str(js)),
    )
    assert code == 1
    rows = json.loads(js.read_text(encoding="utf-8"))["results"]
    root = ElementTree.parse(xml).getroot()
    numbers = {
        tag: len(root.findall(f".//{tag}")) for tag in ("testcase", "failure", "skipped", "error")
    }
    verdicts = [row["verdict"] for row in rows]
    assert numbers == {
        "testcase": len(rows),
        "failure": verdicts.count("fail"),
        "skipped": verdicts.count("not-applicable") + verdicts.count("undecided"),
        "error": 0,
    }
    assert numbers["failure"] == 1
    (suite,) = root.findall("testsuite")
    assert int(suite.get("failures", "")) == numbers["failure"]
    assert int(suite.get("skipped", "")) == numbers["skipped"]
    assert int(suite.get("tests", "")) == len(rows)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out.json", "out.xml"]
    assert "linear/A2" in out


def test_junit_on_stdout_is_all_there_is(verify: Callable[..., Called]) -> None:
    code, out, _ = verify(*QUICK, "--junit", "-")
    assert code == 0
    assert len(ElementTree.fromstring(out).findall(".//testcase")) == 2


# Terminals, pipes, signals ---------------------------------------------------------------------


def test_no_terminal_no_colour_no_progress_bar() -> None:
    done = trajalign(*LIMIT, "--eta", "1/40")
    assert (done.returncode, done.stderr) == (0, "")
    assert "\x1b" not in done.stdout
    assert "\r" not in done.stdout


@needs_posix
def test_progress_bar_on_a_terminal_goes_to_stderr() -> None:
    import pty

    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "trajalign", "verify", *LIMIT],
        stdout=subprocess.PIPE,
        stderr=slave,
        env=environment(TERM="xterm-256color"),
    )
    os.close(slave)
    seen = b""
    while True:
        try:
            chunk = os.read(master, 4096)
        except OSError:  # the other end is closed
            break
        if not chunk:
            break
        seen += chunk
    out, _ = process.communicate(timeout=60)
    os.close(master)
    assert process.returncode == 0
    assert b"verifying" in seen
    assert b"10/10" in seen  # two starts at five step sizes
    assert b"\x1b" in seen
    assert b"\x1b" not in out
    assert b"neuron/limit" in out
    assert b"verifying" not in out


@needs_posix
@pytest.mark.parametrize("extra", [(), ("--json", "-")])
def test_reader_that_has_gone_is_no_disaster(extra: tuple[str, ...]) -> None:
    """… and no failed verdict either: exit status 1 means "some fail"."""
    process = subprocess.Popen(
        [sys.executable, "-m", "trajalign", "verify", *QUICK, *extra],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    err = process.stderr.read()
    process.stderr.close()
    assert process.wait(60) not in (1, 2, 3)
    assert err == ""


@needs_posix
def test_head_gets_its_line() -> None:
    command = f"{sys.executable} -m trajalign verify {' '.join(QUICK)} | head -1"
    done = subprocess.run(
        ["/bin/sh", "-c", command],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env=environment(),
    )
    assert "log(cosh(z))" in done.stdout
    assert done.stderr == ""


def group_members(group: int) -> list[str]:
    """Command names of the living processes of a process group (zombies are dead)."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, rest = path.read_text().rsplit(")", 1)
        except OSError:
            continue
        state, _, pgid = rest.split()[:3]
        if int(pgid) == group and state != "Z":
            found.append(name)
    return found


def wait_until(condition: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.perf_counter() + seconds
    while not condition():
        assert time.perf_counter() < deadline, "it did not happen"
        time.sleep(0.05)


def has_loaded(pid: int, library: str) -> bool:
    return library in Path(f"/proc/{pid}/maps").read_text()


@needs_proc
@pytest.mark.parametrize("jobs", [1, 2])
def test_interrupt_ends_everything_with_one_line(jobs: int) -> None:
    # Near the smallest step size allowed, with many digits: minutes of work.
    arguments = (
        *("linear", "--loss", "log-cosh", "--statement", "linear/limit"),
        *("--eta", "0.033", "--digits", "1000"),
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "trajalign", "verify", *arguments, "--jobs", str(jobs)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env=environment(),
    )
    wait_until(lambda: has_loaded(process.pid, "libflint"))
    wait_until(lambda: len(group_members(process.pid)) >= (1 if jobs == 1 else 3))
    time.sleep(1)  # amid the imports or the work: either has to end in the same way
    assert process.poll() is None
    begin = time.perf_counter()
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert time.perf_counter() - begin < 5
    assert out == ""
    assert err.strip().splitlines() == ["trajalign: interrupted"]
    deadline = time.perf_counter() + 5
    while group_members(process.pid) and time.perf_counter() < deadline:
        time.sleep(0.1)
    assert group_members(process.pid) == []


@needs_posix
@pytest.mark.parametrize(
    "body",
    [
        "def main(): raise KeyboardInterrupt",
        "def main(): exec('raise KeyboardInterrupt')",
        "exec('raise KeyboardInterrupt')",
        "raise ImportError('initialization failed') from KeyboardInterrupt()",
    ],
    ids=["at work", "in a text that is executed", "while loading", "in a module in C"],
)
def test_an_interrupt_is_no_crash_wherever_it_comes(body: str, tmp_path: Path) -> None:
    # What Python runs first puts the body in the place of the command line.
    (tmp_path / "sitecustomize.py").write_text(f"""
import importlib.abc, importlib.util, sys
class Loader(importlib.abc.Loader):
    def exec_module(self, module):
        exec({body!r}, vars(module))
class Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == "trajalign.cli":
            return importlib.util.spec_from_loader(name, Loader())
sys.meta_path.insert(0, Finder())
""")
    done = subprocess.run(
        [sys.executable, "-m", "trajalign"],
        capture_output=True,
        text=True,
        check=False,
        env=environment(PYTHONPATH=str(tmp_path)),
    )
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr == "trajalign: interrupted\n"


@pytest.mark.parametrize(
    "changes",
    [
        {"LC_ALL": "C"},
        {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "latin-1"},
    ],
    ids=lambda changes: ",".join(f"{k}={v}" for k, v in changes.items()),
)
def test_terminal_without_unicode_is_no_disaster(changes: dict[str, str]) -> None:
    # The explanation of the failure speaks of ℓ'.
    done = trajalign(
        *("linear", "--loss", "z*asinh(z) - sqrt(1+z**2)"),
        *("--statement", "linear/A5", "--jobs", "1"),
        **changes,
    )
    assert "Traceback" not in done.stderr
    assert done.returncode == 1
    assert "linear/A5" in done.stdout


def test_complaint_on_a_terminal_without_unicode() -> None:
    done = trajalign("linear", "--loss", "ℓ(z)", PYTHONIOENCODING="ascii")
    assert done.returncode == 2
    one_line(done.stderr)


def test_narrow_terminal_is_no_disaster() -> None:
    done = trajalign(*FAILING, COLUMNS="30")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert re.search(r"^linear/A1 +fail +enclosed", done.stdout, re.MULTILINE)  # no table


def test_numbers_stay_whole_on_a_narrow_terminal() -> None:
    done = trajalign("linear", "--statement", "linear/limit", "--loss", "log-cosh", COLUMNS="50")
    assert re.search(r"linear/limit +pass +sampled +3/4 +0\.750000 +4\.00", done.stdout)


def test_without_arguments_the_help_is_shown_as_it_is() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "trajalign"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr == ""
    assert len(done.stdout.splitlines()) > 5
