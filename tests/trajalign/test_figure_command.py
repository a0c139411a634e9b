"""`trajalign figure`: what it writes, what it says, and what it refuses."""

import csv
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from calling import Called, one_line

import trajalign.commands.figure as figure_module
from trajalign.figures.kind import Kind
from trajalign.figures.picture import STABLE, Curve, Picture
from trajalign.theory.errors import InputError

SMALL = Picture("test", "A line", "$x$", "$y$", (Curve("line", STABLE, (0.0, 1.0), (1.0, 3.0)),))
STARTS = {"pdf": b"%PDF", "svg": b"<?xml", "png": b"\x89PNG"}
KINDS = [
    ("bifurcation", "neuron"),
    ("cobweb", "neuron", "--map", "full"),
    ("alignment", "linear", "--order", "1", "--eta", "1/10"),
    ("ladder", "linear", "--order", "1"),
    ("sharpness", "linear", "--eta", "1/10", "--p0", "-1/2", "--q0", "0.75"),
    ("phase", "linear", "--p0", "-1:1:4", "--q0", "0.5:1.5:3"),
    ("proved", "neuron"),
    ("exponential", "neuron"),
    ("cascade", "neuron", "--activation", "algebraic"),
]


@pytest.fixture
def figure(command: Callable[..., Called]) -> Callable[..., Called]:
    return lambda *arguments: command("figure", *arguments)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line instead of every kind of figure that takes a start."""
    kind = Kind("bifurcation", "a line", lambda asked: SMALL)
    monkeypatch.setattr(figure_module, "KINDS", {**figure_module.KINDS, "bifurcation": kind})


def test_every_kind_is_drawn_here() -> None:
    assert [first for first, *_ in KINDS] == list(figure_module.KINDS)


@pytest.mark.parametrize("arguments", KINDS, ids=lambda arguments: arguments[0])
def test_a_figure_with_its_data(
    arguments: tuple[str, ...], figure: Callable[..., Called], tmp_path: Path
) -> None:
    if arguments[0] == "phase":
        pytest.importorskip("xarray")
    picture, data = tmp_path / "a.png", tmp_path / "a.csv"
    code, out, err = figure(*arguments, "-o", str(picture), "--data", str(data))
    assert (code, err) == (0, "")
    assert out.endswith(".\n")
    assert picture.read_bytes().startswith(STARTS["png"])
    rows = list(csv.DictReader(data.read_text(encoding="utf-8").splitlines()))
    assert len(rows) > 5
    assert all(abs(float(row["x"])) < 1e6 and abs(float(row["y"])) < 1e6 for row in rows)
    assert {path.name for path in tmp_path.iterdir()} == {"a.png", "a.csv"}


def test_the_options_reach_the_figure(figure: Callable[..., Called], tmp_path: Path) -> None:
    data = tmp_path / "a.csv"
    start = ("--p0", "2/5", "--q0", "0.9", "--map", "full")
    picture = str(tmp_path / "a.svg")
    assert figure("cobweb", *start, "-o", picture, "--data", str(data))[0] == 0
    rows = csv.DictReader(data.read_text(encoding="utf-8").splitlines())
    first = next(row for row in rows if row["curve"] == "cobweb")
    assert float(first["x"]) == 0.4
    assert float(first["y"]) == pytest.approx(0.4 - 2 * 0.37994896225522488 / 0.9)  # tanh(2/5)
    assert "log(cosh(z)) from p0 = 2/5" in figure("cobweb", *start, "-o", picture)[1]


def test_a_diagram_is_drawn_without_an_orbit_where_none_comes_to_rest(
    figure: Callable[..., Called], tmp_path: Path
) -> None:
    """r = 1 + z²/6 has its 2-cycles at q > 1; below q = 1 nothing keeps an orbit."""
    loss, file = ("--loss", "z**2/2+z**4/24"), str(tmp_path / "a.svg")
    code, out, _ = figure("bifurcation", *loss, "-o", file)
    assert (code, out) == (0, "Bifurcation diagram of the frozen map for z**2/2+z**4/24.\n")
    assert figure("bifurcation", *loss, "--q0", "4/5", "-o", file)[0] == 2


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(
    ("name", "layout", "found"),
    [
        ("a.pdf", None, "pdf"),
        ("a.SVG", None, "svg"),
        ("a.png", None, "png"),
        ("a.out", "pdf", "pdf"),
        ("a.png", "svg", "svg"),
    ],
)
def test_the_format_follows_the_name_unless_it_is_said(
    name: str, layout: str | None, found: str, figure: Callable[..., Called], tmp_path: Path
) -> None:
    options = () if layout is None else ("--format", layout)
    path = tmp_path / name
    assert figure("bifurcation", "-o", str(path), *options) == (0, "A line.\n", "")
    first = path.read_bytes()
    assert first.startswith(STARTS[found])
    assert figure("bifurcation", "-o", str(path), *options)[0] == 0
    assert path.read_bytes() == first


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("pie",), "pie"),
        (("bifurcation",), "--output"),
        (("bifurcation", "-o", "a"), ".pdf, .svg, .png"),
        (("bifurcation", "-o", "a.jpg"), ".pdf, .svg, .png"),
        (("bifurcation", "-o", "-", "--format", "pdf"), "not to stdout"),
        (("bifurcation", "-o", "a.pdf", "--data", "-"), "not to stdout"),
        (("bifurcation", "-o", "a.pdf", "--data", "./a.pdf"), "the figure itself"),
        (("bifurcation", "-o", "no/a.pdf"), "no/a.pdf"),
        (("bifurcation", "-o", "a.pdf", "--data", "no/a.csv"), "no/a.csv"),
        (("bifurcation", "neuron", "--loss", "log-cosh", "-o", "a.pdf"), "--loss"),
        (("bifurcation", "--loss", "z**4", "-o", "a.pdf"), "z**4"),
        (("bifurcation", "--loss", "z**2/2", "-o", "a.pdf"), "z**2/2"),
        (("bifurcation", "--eta", "0", "-o", "a.pdf"), "--eta 0"),
        (("bifurcation", "--order", "2", "-o", "a.pdf"), "--order goes with alignment, ladder"),
        (("sharpness", "--map", "half", "-o", "a.pdf"), "--map goes with cobweb"),
        (("cascade", "neuron", "--eta", "1/10", "-o", "a.pdf"), "not with cascade"),
        (("phase", "--certificate", "a.json", "-o", "a.pdf"), "--certificate goes with proved"),
        (("proved", "--eta", "1/10", "-o", "a.pdf"), "not with proved"),
        (("cascade", "linear", "-o", "a.pdf"), "log(cosh(z))"),
        (("cobweb", "--p0", "0", "-o", "a.pdf"), "p0 = 0"),
        (("cobweb", "--q0", "-1", "-o", "a.pdf"), "--q0 -1"),
        (("alignment", "--eta", "1e-6", "-o", "a.pdf"), "steps"),
        (("alignment", "--order", "9", "-o", "a.pdf"), "--order"),
        (("ladder", "--loss", "z**2/2+z**4/24", "-o", "a.pdf"), "r''(0) = 1/3"),
        (("ladder", "--q0", "1.2", "-o", "a.pdf"), "q0 = 6/5"),
        (("phase", "--p0", "1", "-o", "a.pdf"), "--p0 1: a phase diagram needs FIRST:LAST:COUNT"),
        (("phase", "--p0", "1:2:x", "-o", "a.pdf"), "FIRST:LAST:COUNT"),
        (("phase", "--p0", "2:1:5", "-o", "a.pdf"), "FIRST has to be less than LAST"),
        (("phase", "--q0", "1:2:1", "-o", "a.pdf"), "at least two"),
        (("phase", "--p0", "-1:1:3", "-o", "a.pdf"), "p0 != 0"),
        (("exponential", "--eta", "1/100", "-o", "a.pdf"), "digits"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_bad_input_is_one_line_and_nothing_is_written(
    arguments: tuple[str, ...],
    told: str,
    figure: Callable[..., Called],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = figure(*arguments)
    assert (code, out) == (2, "")
    assert told in one_line(err)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("small")
def test_a_figure_that_fails_leaves_what_was_there(
    figure: Callable[..., Called], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.svg"
    path.write_text("before")

    def fail(picture: Picture, layout: str) -> bytes:
        raise InputError("no ink")

    monkeypatch.setattr(figure_module, "draw", fail)
    code, _, err = figure("bifurcation", "-o", str(path), "--data", str(tmp_path / "a.csv"))
    assert (code, one_line(err)) == (2, "trajalign: no ink")
    assert path.read_text() == "before"
    assert [p.name for p in tmp_path.iterdir()] == ["a.svg"]


def test_a_phase_diagram_without_the_extra_says_what_brings_it(
    figure: Callable[..., Called], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "xarray", None)
    code, _, err = figure("phase", "-o", str(tmp_path / "a.pdf"))
    assert code == 2
    assert "pip install 'trajalign[sweeps]'" in one_line(err)
