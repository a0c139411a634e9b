"""`trajalign edge`: what it shows and writes, how it ends, and what it refuses."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from calling import Called, one_line

Command = Callable[..., Called]
TOY = ("edge", "log(cosh(x*y))", "--at", "x=0,y=4")


def test_a_product(command: Command) -> None:
    status, out, err = command(*TOY)
    assert (status, err) == (0, "")
    assert "kappa    0.0234375, from |∇λ| = 8 along the minima; exactly 3/128" in out
    assert "eta = 0.125 = 2/λ, along x = 1, y = 0" in out
    assert out.count("pass     sampled") == 4
    assert " eta = 0.01563  0.000366" in out


def test_controls_and_json(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "ring.json"
    arguments = ("edge", "(x**2 + y**2 - 1)**2", "--at", "x=1,y=0", "--controls")
    status, out, _ = command(*arguments, "--json", str(file))
    assert status == 0
    assert "3 of 3 falsified statements refuted" in out
    document = json.loads(file.read_text("utf-8"))
    assert document["kind"] == "still"
    assert [row["refuted"] for row in document["controls"]] == [True] * 3


def test_json_to_stdout_is_all_there_is(command: Command) -> None:
    status, out, _ = command("edge", "log(cosh(x)) + y**2/4", "--at", "x=0,y=0", "--json", "-")
    assert status == 0
    assert json.loads(out)["results"][0]["label"] == "edge/two-cycle"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("x**2*y**2/2", "--at", "x=0,y=4"), "c = 0 beside its terms"),
        (("exp(x/10)*log(cosh(y))", "--at", "x=3,y=0"), "only a constant can make a ladder"),
    ],
)
def test_what_is_undecided_ends_with_3(
    command: Command, arguments: tuple[str, ...], words: str
) -> None:
    status, out, _ = command("edge", *arguments)
    assert status == 3
    assert words in " ".join(out.split())


def test_large_kappa(command: Command) -> None:
    status, out, _ = command("edge", "(x*y - 1)**2", "--at", "x=1/4,y=4")
    assert status == 0
    assert "edge/gap                 n/a" in out
    assert "edge/self-stabilization  pass" in out
    assert "exactly 65025/2048" in out


def test_a_constant_may_make_the_ladder(command: Command) -> None:
    status, out, _ = command(
        *("edge", "exp(a*x)*log(cosh(y))", "--at", "x=0,y=0"), "--along", "a=1/8,1/16,1/32"
    )
    assert status == 0
    assert [line.split()[:3] for line in out.splitlines() if line.startswith(" a = ")] == [
        ["a", "=", "1/8"],
        ["a", "=", "1/16"],
        ["a", "=", "1/32"],
    ]


@pytest.mark.parametrize("suffix", ["svg", "png"])
def test_figures(command: Command, tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"edge.{suffix}"
    objective = "cosh(x*y)" if suffix == "svg" else "log(cosh(x)) + y**2/4"
    place = "x=0,y=8" if suffix == "svg" else "x=0,y=0"
    status, out, _ = command("edge", objective, "--at", place, "--figure", str(file))
    assert status == 0
    assert file.stat().st_size > 5000
    assert objective in out.splitlines()[-1] or objective in " ".join(out.split())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("log(cosh(x*y)",), "a parenthesis is missing"),
        (("f(x)",), "unknown name 'f'"),
        (("3",), "does not contain"),
        (("x*y", "--at", "x=1"), "--at: y is missing; a point is x=R, y=R"),
        (("x*y", "--at", "x=1,y=2,w=3"), "--at: w is no parameter; they are x, y"),
        (("x*y", "--at", "x=1,x=2"), "x is given twice"),
        (("x*y", "--at", "1,2"), "it is NAME=NUMBER"),
        (("x*y", "--at", "x=a,y=2"), "--at: 'a' is not a number"),
        (("x*y", "--eta", "-1"), "a step size is positive"),
        (("x*y", "--set", "a=1"), "the constant a does not occur"),
        (("x*y", "--set", "x=1", "--parameters", "x,y"), "cannot be a parameter too"),
        (("x*y", "--parameters", "x,e"), "e is a constant"),
        (("a*x*y", "--along", "a=1"), "several different values"),
        (("a*x*y", "--along", "1,2"), "it is NAME=R,R,..."),
        (("a*x*y", "--along", "a=1,2", "--set", "a=1"), "--set gives it a value already"),
        (("x**2 + y**4", "--at", "x=0,y=0"), "this minimum is degenerate"),
        (("x**2 - y**2", "--at", "x=0,y=0"), "is a saddle"),
        (("(x*y-1)**2", "--at", "x=1,y=2", "--eta", "1"), "λ does not come to 2.0"),
        (("x*y", "--figure", "edge.txt"), "a figure ends in .pdf, .svg, .png"),
        (("x*y", "--json", "-", "--figure", "-"), "cannot both write to stdout"),
        (("x**2*y**2", "--at", "x=0,y=4", "--figure", "e.pdf"), "nothing was measured"),
    ],
)
def test_what_is_refused(command: Command, arguments: tuple[str, ...], words: str) -> None:
    status, out, err = command("edge", *arguments)
    assert status == 2
    assert out == ""
    assert words in one_line(err)


def test_the_derivation(command: Command) -> None:
    status, out, _ = command("edge", "--derive")
    assert status == 0
    assert "Lemma 1 (edge/law)" in out
    assert "8 formulas checked by exact algebra" in out
    status, _, err = command("edge", "x*y", "--derive")
    assert status == 2
    assert "goes with nothing else" in one_line(err)


def test_without_an_objective(command: Command) -> None:
    status, _, err = command("edge")
    assert status == 2
    assert "an objective is needed" in one_line(err)


def test_a_function_of_ones_own(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "own.py"
    file.write_text(
        "import jax.numpy as jnp\n\n\ndef ring(x, y):\n    return (x**2 + y**2 - 1) ** 2\n\n\n"
        "def many(*w):\n    return w[0]\n",
        "utf-8",
    )
    status, out, err = command("edge", f"{file}:ring", "--at", "x=1,y=0")
    assert status == 0
    assert "edge/two-cycle  pass" in out
    assert "runs the code of" in err
    for words, told in (
        ((f"{file}:many",), "has to take its parameters one by one"),
        ((f"{file}:none",), "has no function none"),
        ((f"{file}:ring", "--set", "a=1"), "go with an expression"),
        ((f"{file}",), "need FILE.py:FUNCTION"),
    ):
        status, out, err = command("edge", *words)
        assert (status, out) == (2, "")
        assert told in err
