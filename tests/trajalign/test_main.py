"""`trajalign` as a process: its streams, pipes, signals and terminals."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from calling import environment, one_line
from rich.cells import cell_len
from verify_runs import FAILING, LIMIT, QUICK, trajalign

from trajalign import __version__

needs_posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX processes")
needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")


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
    if out:  # amid the work: the hypotheses were judged
        assert "8 pass" in out
        assert "linear/limit" not in out
    told = "interrupted; 1 not done: linear/limit" if out else "interrupted"
    assert err.strip().splitlines() == [f"trajalign: {told}"]
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
    assert re.search(r"^ *linear/A1 +fail\n +enclosed", done.stdout, re.MULTILINE)


def test_numbers_stay_whole_on_a_narrow_terminal() -> None:
    done = trajalign("linear", "--statement", "linear/limit", "--loss", "log-cosh", COLUMNS="50")
    told = " ".join(done.stdout.split())
    assert "linear/limit pass 3/4 = −1/(2r''(0)), measured ≈ 0.750000, order 4.00" in told
    assert max(map(cell_len, done.stdout.splitlines())) <= 50


def test_without_arguments_the_help_is_shown_as_it_is() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "trajalign"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr == ""
    assert len(done.stdout.splitlines()) > 5
