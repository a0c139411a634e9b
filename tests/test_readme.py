"""Every command in the README and in docs/ does what the text beside it says.

Blocks marked `console` hold commands after "$ " and the output they print; blocks marked `sh` hold
commands alone. A trailing "# exit status 1" is the status that is expected; without it, 0 is. A
block marked `python` that begins with "# NAME.py" is a file that the commands of its page find.
`python tests/test_readme.py` writes the true output of every command into the console blocks.
"""

import doctest
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from calling import known_commands

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```([^`\n]*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
SECONDS = re.compile(r"\bin \d+\.\d s\b")
FILE = re.compile(r"# (\w+\.py)\n")
STATUS = re.compile(r"\s*# exit status (\d+)$")
OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


@dataclass(frozen=True)
class Step:
    """One command of a page, with the output shown for it (None in an `sh` block)."""

    page: str
    command: str
    status: int
    output: str | None


def blocks(text: str, kind: str) -> list[str]:
    return [body for name, body in BLOCK.findall(text) if name == kind]


def steps(page: str, text: str) -> Iterator[Step]:
    for body in blocks(text, "console"):
        assert body.startswith("$ "), f"{page}: a console block starts with a command"
        for part in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
            line, _, output = part.partition("\n")
            yield _step(page, line, output)
    for body in blocks(text, "sh"):
        for line in body.splitlines():
            if line.strip() and not line.startswith("#"):
                yield _step(page, line, None)


def _step(page: str, line: str, output: str | None) -> Step:
    status = STATUS.search(line)
    return Step(page, STATUS.sub("", line), int(status[1]) if status else 0, output)


STEPS = [
    step
    for path in PAGES
    for step in steps(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
]
RUNS = [step for step in STEPS if "trajalign" in step.command.split()[0]]
OTHERS = [step for step in STEPS if step not in RUNS]


def name(step: Step) -> str:
    return f"{step.page}: {step.command}"


@cache
def files(page: str) -> tuple[tuple[str, str], ...]:
    """The files that a page shows, by their names."""
    shown = blocks((ROOT / page).read_text(encoding="utf-8"), "python")
    named = ((FILE.match(body), body) for body in shown)
    return tuple((name[1], body) for name, body in named if name)


@cache
def run(command: str, page: str = "README.md") -> tuple[int, str]:
    """Exit status and everything printed, as in a terminal of 80 columns."""
    words = shlex.split(command, comments=True)
    plain = {k: v for k, v in os.environ.items() if k not in ("FORCE_COLOR", "NO_COLOR")}
    with tempfile.TemporaryDirectory() as folder:
        for name, body in files(page):
            Path(folder, name).write_text(body, encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-m", *words],
            cwd=folder,
            env=plain | {"COLUMNS": "80", "PYTHONIOENCODING": "utf-8"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )
    return done.returncode, done.stdout


def own_command(step: Step) -> str:
    return step.command.removeprefix(".venv/bin/")


SAME = [[s for s in RUNS if own_command(s) == c] for c in dict.fromkeys(map(own_command, RUNS))]


def in_its_tier(same: list[Step]) -> Any:
    """What a new user tries first is tried on every run of the tests, but for the check of all
    statements of all standard responses."""
    first = any(step.page == "README.md" for step in same)
    first = first and own_command(same[0]) != "trajalign verify"
    marks = () if first else (pytest.mark.thorough,)
    return pytest.param(same, id=name(same[0]), marks=marks)


@pytest.mark.parametrize("same", [in_its_tier(same) for same in SAME])
def test_command_does_what_the_pages_say(same: list[Step]) -> None:
    """A command that stands on several pages runs once."""
    page = next((step.page for step in same if files(step.page)), same[0].page)
    status, printed = run(own_command(same[0]), page)
    for step in same:
        assert status == step.status, printed
        if step.output is not None:
            want, got = (SECONDS.sub("in ... s", text) for text in (step.output, printed))
            assert doctest.OutputChecker().check_output(want, got, OPTIONS), (
                f"{step.page} shows:\n{step.output}\nprinted:\n{printed}"
            )


@pytest.mark.parametrize("step", OTHERS, ids=name)
def test_other_command_is_possible(step: Step) -> None:
    for command in re.split(r"\s*&&\s*", step.command):
        words = shlex.split(command, comments=True)
        match words:
            case ["make", *arguments]:
                dry = ["make", "--dry-run", f"PYTHON={sys.executable}", *arguments]
                subprocess.run(dry, cwd=ROOT, check=True, capture_output=True)
            case ["python3", "-m", "venv", ".venv"] | [".", ".venv/bin/activate"]:
                pass
            case ["git", "clone", _] | ["cd", _]:
                pass
            case [".venv/bin/pip", "install", *targets]:
                extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
                for target in (t for t in targets if not t.startswith("-")):
                    place, _, names = target.rstrip("]").partition("[")
                    assert place == "."
                    wanted = set(filter(None, names.split(",")))
                    assert wanted <= set(extras["project"]["optional-dependencies"])
            case _:
                pytest.fail(f"{step.page}: no check is known for {command!r}")


def test_the_first_screen_names_the_two_commands() -> None:
    first_screen = "\n".join((ROOT / "README.md").read_text(encoding="utf-8").splitlines()[:25])
    shown = [
        line.split("#")[0].strip() for b in blocks(first_screen, "sh") for line in b.split("\n")
    ]
    assert {"make verify", "make test"} <= set(shown)


def unmarked_commands(text: str) -> list[str]:
    lines = [line for body in blocks(text, "") for line in body.splitlines()]
    return [line for line in lines if re.match(r"(\.venv/bin/)?trajalign ", line)]


def test_a_block_of_no_kind_has_no_command_that_nobody_runs() -> None:
    """What needs the file of the command before stands in a help text too, where both are run."""
    pages = [*PAGES, *ROOT.glob("*.md"), *(ROOT / "docs" / "api").glob("*.md")]
    found = {line for page in pages for line in unmarked_commands(page.read_text("utf-8"))}
    examples = "\n".join(command.epilog or "" for command in known_commands().values())
    run_there = {line.strip() for line in examples.splitlines()}
    assert found
    assert found <= run_there
    slip = (
        "```\ntrajalign derive --check\ntrajalign derive neuron\n```\n"  # the first is no example
    )
    assert set(unmarked_commands(slip)) - run_there == {"trajalign derive --check"}


def test_pages_have_commands_with_every_status() -> None:
    assert {step.status for step in RUNS} >= {0, 1, 2, 3}
    # A page without commands has examples in Python, which run as doctests, or directives, which
    # run when the site is built (tests/docs), or is a list of words.
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        commands = [step for step in STEPS if step.page == page.relative_to(ROOT).as_posix()]
        assert (
            commands
            or ">>> " in text
            or "\n:::{" in f"\n{text}"
            or "{code-cell}" in text
            or ("\n: " in text)
        ), page


def disagreements(shown: Any, real: Any, place: str = "") -> list[str]:
    """Where a JSON example differs from the real thing; its lists may be cut short."""
    match shown, real:
        case dict(), dict():
            if shown.keys() != real.keys():
                return [f"{place}: {sorted(shown)} instead of {sorted(real)}"]
            pairs = [(shown[k], real[k], f"{place}.{k}") for k in shown if k != "seconds"]
        case list(), list():
            if len(shown) > len(real):
                return [f"{place}: {len(shown)} items instead of {len(real)}"]
            pairs = [
                (a, b, f"{place}[{i}]") for i, (a, b) in enumerate(zip(shown, real, strict=False))
            ]
        case _:
            return [] if shown == real else [f"{place}: {shown!r} instead of {real!r}"]
    return [line for pair in pairs for line in disagreements(*pair)]


@pytest.mark.thorough
def test_json_example_is_real() -> None:
    page = "docs/own-loss.md"
    text = (ROOT / page).read_text(encoding="utf-8")
    (example,) = (json.loads(body) for body in blocks(text, "json"))
    (command,) = {own_command(s) for s in RUNS if s.page == page and "--json -" in s.command}
    status, printed = run(command)
    assert status == 0, printed
    real = json.loads(printed)
    labels = [result["label"] for result in example["results"]]
    real["results"] = [r for r in real["results"] if r["label"] in labels]
    assert disagreements(example, real) == []


def test_a_wrong_json_example_is_seen() -> None:
    real = {"a": [1, 2], "b": {"c": "x"}, "seconds": 1.5}
    assert disagreements({"a": [1], "b": {"c": "x"}, "seconds": 9}, real) == []
    assert disagreements({"a": [2], "b": {"c": "x"}, "seconds": 9}, real)
    assert disagreements({"a": [1], "b": {}, "seconds": 9}, real)
    assert disagreements({"a": [1], "b": {"c": "x"}}, real)
    assert disagreements({"a": [1, 2, 3], "b": {"c": "x"}, "seconds": 9}, real)


def test_links_inside_the_repository_lead_somewhere() -> None:
    for path in [*PAGES, *ROOT.glob("*.md"), ROOT / "benchmarks" / "README.md"]:
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", path.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (path.parent / target).exists(), f"{path.name}: {target}"


def with_true_output(page: str, text: str) -> str:
    """The page with every output replaced by what the command prints."""
    for step in steps(page, text):
        if step.output is not None and "trajalign" in step.command.split()[0]:
            status, printed = run(own_command(step), step.page)
            printed = "\n".join(line.rstrip() for line in printed.rstrip().split("\n")) + "\n"
            comment = f"  # exit status {status}" if status else ""
            old = re.escape(f"$ {step.command}") + r"[^\n]*\n" + re.escape(step.output)
            new = f"$ {step.command}{comment}\n{printed}"
            text = re.sub(old, lambda _, new=new: new, text, count=1)
    return text


def test_the_example_of_own_tests_is_the_one_that_is_run() -> None:
    """tests/verification/test_pytest_plugin.py runs the example project from outside."""
    page = (ROOT / "docs" / "own-tests.md").read_text(encoding="utf-8")
    example = (ROOT / "tests" / "example_project" / "test_my_responses.py").read_text("utf-8")
    shown, *_ = blocks(page, "python")
    assert example.endswith(shown)
    assert "parametrize_with_checks" in shown


if __name__ == "__main__":
    for path in PAGES:
        old = path.read_text(encoding="utf-8")
        path.write_text(with_true_output(path.relative_to(ROOT).as_posix(), old), encoding="utf-8")
