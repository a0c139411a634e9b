"""A function that is one more row in the table, and known everywhere else by that alone."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from mpmath import mp

TESTS = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def walk() -> dict[str, Any]:
    """What a process with the function Ei in its table prints."""
    known = os.pathsep.join([str(TESTS.parent), str(TESTS)])
    found = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("new_row.py"))],
        env=os.environ | {"PYTHONPATH": known},
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stderr
    printed: dict[str, Any] = json.loads(found.stdout)
    return printed


def test_expansions_balls_arrays_and_the_rest_are_right(walk: dict[str, Any]) -> None:
    assert walk["objections"] == [""] * 13


def test_what_is_false_of_it_is_noticed(walk: dict[str, Any]) -> None:
    refused = {name: found for name, found in walk.items() if name.startswith("refused")}
    assert len(refused) > 8
    assert all(refused.values()), refused


def test_it_is_read_and_written(walk: dict[str, Any]) -> None:
    assert walk["parsed"] == "Ei(z**2 + 1)"
    assert walk["read again"]
    assert walk["tree"] == ["ei", "p"]
    assert walk["from the tree"]
    assert " ei," in walk["help"]
    assert walk["LaTeX"] == r"\operatorname{Ei}(\taP)"
    assert walk["plain"] == "Ei(p)"
    assert ">Ei<" in walk["MathML"]


def test_it_is_differentiated_and_judged(walk: dict[str, Any]) -> None:
    assert walk["derivative"] == "2*z*exp(z**2 + 1)/(z**2 + 1)"
    assert walk["analytic where"] == ["-z**2 - 1"]
    with mp.workdps(30):
        assert abs(mp.mpf(walk["limit"].strip("[").split(" ")[0]) - mp.ei(3)) < 1e-13


def test_the_soundness_trials_draw_it_and_find_it_sound(walk: dict[str, Any]) -> None:
    assert walk["violations"] == []
    assert walk["comparisons"] > 50
    assert walk["drawn"]
