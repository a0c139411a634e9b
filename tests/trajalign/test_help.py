"""The help texts: they fit a terminal, speak one language, and their examples work."""

import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from calling import environment, known_commands
from small_study import FILE as SMALL_STUDY
from test_readme import RUNS, own_command
from watched_run import saved

from trajalign.cli import commands

COMMANDS: dict[str, click.Command] = {"": commands, **known_commands()}
ON_PAGES = {own_command(step) for step in RUNS if step.status == 0}  # test_readme.py runs them
SLOW = ("check", "derive", "report", "sweep", "experiment", "orbit", "prove")


def help_of(name: str) -> str:
    context = click.Context(COMMANDS[name], info_name=f"trajalign {name}".strip())
    context.terminal_width = 80
    return COMMANDS[name].get_help(context)


def examples(name: str) -> list[str]:
    lines = (line.strip() for line in (COMMANDS[name].epilog or "").splitlines())
    return [line for line in lines if line.startswith("trajalign ") and "|" not in line]


def options() -> Iterator[tuple[str, click.Option]]:
    for name, command in COMMANDS.items():
        for option in command.params:
            if isinstance(option, click.Option):
                yield name, option


every_command = pytest.mark.parametrize("name", COMMANDS, ids=lambda name: name or "trajalign")


@every_command
def test_help_fits_80_columns_and_shows_examples(name: str) -> None:
    shown = help_of(name)
    assert max(map(len, shown.splitlines())) <= 80
    assert examples(name)
    assert all(example in shown for example in examples(name))
    assert "..." not in shown.partition("Commands:")[2]  # no summary is cut short


@every_command
def test_examples_are_of_the_command_itself(name: str) -> None:
    for example in examples(name):
        assert example.split()[1] in ([name] if name else known_commands())


def test_an_option_means_the_same_in_all_commands() -> None:
    """Its placeholder, and the other spellings of it, are the same wherever it occurs."""
    seen: dict[str, set[object]] = {}
    for _, option in options():
        if option.name != "help":
            seen.setdefault(option.opts[-1], set()).add((option.metavar, *option.opts))
    different = {name for name, forms in seen.items() if len(forms) > 1}
    # A sweep has axes where others have numbers, and a point has names; figures go to files,
    # reports to folders; check is told what Coq is to read, elsewhere it is what is shown.
    assert different <= {"--at", "--eta", "--kernel", "--p0", "--q0", "--output"}


def test_every_option_says_what_it_does_in_a_sentence() -> None:
    for name, option in options():
        text = option.help or ""
        assert text[:1].isupper(), (name, option.name)
        assert text.endswith((".", "].")), (name, option.name)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(
            name, marks=[pytest.mark.thorough] if name in SLOW else [], id=name or "trajalign"
        )
        for name in COMMANDS
    ],
)
@pytest.mark.timeout(1200)  # for all examples of a command
def test_examples_work(name: str, tmp_path: Path) -> None:
    """One after another in one folder, but for those that test_readme.py runs."""
    shutil.copy(SMALL_STUDY, tmp_path / "my-network.toml")
    saved(tmp_path / "my-run")
    for example in examples(name):
        if example in ON_PAGES:
            continue
        begin = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", *shlex.split(example)],
            capture_output=True,
            encoding="utf-8",
            check=False,
            cwd=tmp_path,
            env=environment(),
        )
        allowed = (0, 3) if name == "check" else (0,)  # what is not translated is undecided
        assert done.returncode in allowed, (example, done.stdout, done.stderr)
        print(f"{time.perf_counter() - begin:.1f} s  {example}")


def test_an_example_that_fails_would_be_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = click.Command("verify", epilog="  trajalign verify linear --loss z**\n")
    monkeypatch.setitem(COMMANDS, "verify", wrong)
    with pytest.raises(AssertionError, match="--loss"):
        test_examples_work("verify", tmp_path)
