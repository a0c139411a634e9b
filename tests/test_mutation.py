"""Mutation testing: what it counts, what it leaves out, and that it can be interrupted."""

import importlib.util
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
import run
import trials
from mutants import (
    MODULES,
    ROOT,
    Change,
    Explanation,
    Mutant,
    change,
    chosen,
    explanations,
    sampled,
    silent_regions,
)

HAS_COSMIC_RAY = importlib.util.find_spec("cosmic_ray") is not None


@pytest.mark.parametrize("module", MODULES)
def test_the_modules_and_their_tests_exist(module: str) -> None:
    assert (ROOT / module).is_file()
    assert (ROOT / "trajalign" / module).is_file()
    assert MODULES[module]
    assert all((ROOT / test).is_file() for test in MODULES[module])


def test_a_module_is_named_by_its_path_or_its_last_part() -> None:
    assert chosen([]) == list(MODULES)
    assert chosen(["linear"]) == chosen(["theory/models/linear"]) == ["theory/models/linear.py"]
    assert chosen(["theory/models/linear.py", "growth"]) == [
        "theory/models/linear.py",
        "verification/hypotheses/growth.py",
    ]
    assert chosen(["lin"]) == []


# Samples


POPULATION = [Mutant("core/A", i, (i, 0), (i, 1)) for i in range(50)]


def test_a_sample_is_fixed_by_its_seed_and_a_larger_one_goes_on() -> None:
    small, large = sampled(POPULATION, 10, seed=1), sampled(POPULATION[::-1], 30, seed=1)
    assert large[:10] == small
    assert len(set(large)) == 30
    assert sampled(POPULATION, 10, seed=2) != small
    assert sorted(sampled(POPULATION, None, seed=1)) == POPULATION
    assert len(sampled(POPULATION, 80, seed=1)) == 50


# What is left out


def test_annotations_and_caches_are_left_out_and_nothing_else() -> None:
    source = "\n".join(
        [
            "@cache",
            "def fé(x: int | None, *rest: 'é' | int, y=1 | 2) -> int | str:",
            "    z: int | None = 3",
            "@cache(2)",
            "@cached_property",
            "def g(): ...",
        ]
    )
    lines = source.splitlines()
    regions = silent_regions(source)
    assert regions[0] == ((1, 0), (2, 0))
    shown = [lines[a - 1][b:d] for (a, b), (_, d) in regions[1:]]
    assert shown == ["int | None", "'é' | int", "int | str", "int | None"]


def test_what_a_mutation_changes() -> None:
    source = "@frozen\nclass A:\n    x = (\n        1\n    )\n"
    assert change(source, source.replace("1", "2")) == Change("1", "2")
    removed = change(source, source.replace("@frozen\n", "\n"))
    assert removed == Change("@frozen class A:", "class A:")
    above = "x = 1\n\n\n" + source  # with the blank lines above it
    assert change(above, above.replace("\n\n@frozen\n", "")) == removed


def test_the_explained_survivors_are_of_lines_that_are_there() -> None:
    found = explanations(run.SURVIVORS.read_text(encoding="utf-8"))
    assert found
    for entry in found:
        text = " ".join((ROOT / entry.module).read_text(encoding="utf-8").split())
        assert entry.line in text, f"{entry.module} has no line {entry.line}"
        assert entry.why
        assert not entry.covers(entry.module, Change(entry.line, entry.line + " + 1"))


def test_an_explanation_covers_its_line_in_its_module_only() -> None:
    entry = Explanation("a.py", "x = 1", r"x = [02]", "x is not used")
    assert entry.covers("a.py", Change("x = 1", "x = 2"))
    assert not entry.covers("a.py", Change("x = 1", "x = 23"))
    assert not entry.covers("b.py", Change("x = 1", "x = 2"))
    assert not entry.covers("a.py", Change("x = 1.5", "x = 2"))


# Trials and sessions


def test_the_result_of_a_trial() -> None:
    passed = trials.judge(0, "3 passed\n\nfailed: \n", 2.0)
    assert (passed.killed, passed.by) == (False, "")
    failed = trials.judge(1, "…\nfailed: tests/a.py::b[log(z) - 1]\n", 2.0)
    assert (failed.killed, failed.by) == (True, "tests/a.py::b[log(z) - 1]")
    assert trials.judge(None, "", 9.0).by == "timeout"
    assert trials.judge(-9, "", 1.0).by == "crash"


def test_a_session_goes_on_after_a_line_cut_short(tmp_path: Path) -> None:
    first, second = POPULATION[:2]
    session = run.Session(tmp_path, "theory/models/linear.py", "x = 1")
    session.add(first, trials.Result(True, "a.py::b", 1.0))
    with session.path.open("a") as file:
        file.write('{"operator": "core/A", "occ')
    again = run.Session(tmp_path, "theory/models/linear.py", "x = 1")
    assert first in again
    assert second not in again
    assert again[first].by == "a.py::b"
    # another text of the module has results of its own
    assert first not in run.Session(tmp_path, "theory/models/linear.py", "x = 2")
    assert all(json.loads(line) for line in session.path.read_text().splitlines()[:1])


SMALL_TEST = """
from trajalign.small import VALUE

def test_easy(): assert VALUE

def test_value():
    while VALUE == 8: pass
    assert VALUE == 3
"""

PROGRAM = """
import sys, multiprocessing, signal
from collections import Counter
sys.path[:0] = [{driver!r}, {here!r}]
import trials
trials.MODULES["small.py"] = ("test_small.py",)
trials.warm_up()
def run_all(*texts):
    for name, result in trials.run_all("small.py", texts, 4, 2, Counter()):
        print(name, result.killed, result.by.split("::")[-1] or "-")
"""
ALL = """
run_all(("right", "VALUE = 3"), ("wrong", "VALUE = 4"), ("never", "VALUE = 8"), ("no", "1/0"))
"""
INTERRUPTED = """
signal.signal(signal.SIGALRM, signal.default_int_handler)
signal.alarm(1)
try:
    run_all(("never", "VALUE = 8"), ("nor this", "VALUE = 8"))
except KeyboardInterrupt:
    print("interrupted,", len(multiprocessing.active_children()), "left")
"""


@pytest.fixture
def tried(tmp_path: Path) -> Callable[[str], list[str]]:
    """The lines that a program prints about the small module, which stays as it is."""
    package = tmp_path / "trajalign"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "small.py").write_text("VALUE = 0\n")
    (tmp_path / "test_small.py").write_text(SMALL_TEST)
    begin = PROGRAM.format(driver=str(ROOT / "tests" / "mutation"), here=str(tmp_path))

    def lines(program: str) -> list[str]:
        command = (sys.executable, "-c", begin + program)
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert (package / "small.py").read_text() == "VALUE = 0\n"
        return sorted(done.stdout.splitlines())

    return lines


def test_every_text_is_tried_in_place_of_the_file(tried: Callable[[str], list[str]]) -> None:
    assert tried(ALL) == [
        "never True timeout",
        "no True test_small.py",
        "right False -",
        "wrong True test_value",
    ]


def test_an_interrupt_leaves_no_process_behind(tried: Callable[[str], list[str]]) -> None:
    assert tried(INTERRUPTED) == ["interrupted, 0 left"]


def test_an_interrupt_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(importlib.util, "find_spec", lambda name: name)
    monkeypatch.setattr(run, "warm_up", lambda: None)
    monkeypatch.setattr(run, "run", interrupt)
    monkeypatch.setattr(run.signal, "signal", lambda number, handler: None)
    assert run.main([]) == 130
    assert capsys.readouterr().err == "mutation: interrupted; the same command goes on\n"


def test_without_cosmic_ray_it_says_so_in_a_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert run.main(["linear"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("mutation: cosmic-ray is missing")


def test_an_unknown_module_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        run.main(["lin"])
    assert caught.value.code == 2
    assert "no module lin; there are theory/diagram/frozen_family.py" in capsys.readouterr().err


@pytest.mark.skipif(not HAS_COSMIC_RAY, reason="needs the extra `mutation`")
def test_every_mutant_changes_the_text() -> None:
    source = "from x import cache\n@cache\ndef f(a: int | str):\n    return a + 1\n"
    found = [*run.mutants(source)]
    changes = Counter(change(source, run.mutated(source, m)).after for m in found)
    assert changes["return a * 1"] == 1
    assert changes["return a + 2"] == 1, changes
    assert not any("def f" in text for text in changes)  # neither the annotation nor @cache
    assert all(run.mutated(source, m) != source for m in found)
