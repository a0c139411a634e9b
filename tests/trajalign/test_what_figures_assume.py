"""What each figure takes for granted of a response, and what is drawn without it."""

import csv
import math
from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest
from broken_responses import BROKEN, Broken
from calling import Called, one_line
from descents import linear
from mpmath import mp


def rows_of(path: Path, look: str) -> list[tuple[float, float]]:
    rows = csv.DictReader(path.read_text().splitlines())
    return [(float(row["x"]), float(row["y"])) for row in rows if row["look"] == look]


@pytest.fixture
def drawn(command: Callable[..., Called], tmp_path: Path) -> Callable[..., tuple[Called, Path]]:
    def draw(kind: str, broken: str, *options: str) -> tuple[Called, Path]:
        data = tmp_path / "data.csv"
        files = ("-o", str(tmp_path / "figure.svg"), "--data", str(data))
        called = command("figure", kind, "linear", "--loss", BROKEN[broken].text, *options, *files)
        return called, data

    return draw


# Which figures there are nevertheless: every other one is refused.
DRAWN = {
    "bifurcation": ("A1", "A2", "A5"),
    "cobweb": ("curved", "A2", "A5"),
    "alignment": ("A2", "A5"),
    "ladder": ("A2", "A5"),
    "sharpness": ("A2", "A5"),
    "exponential": ("A2", "A5"),
    "cascade": ("A2",),
    "phase": ("curved", "A1", "A2", "A5"),
    "proved": ("A2", "A5"),
}
PHASE = ("--p0", "-2:2:2", "--q0", "2/5:7/5:2", "--eta", "1/8")
ELSE = {  # what a figure says of a response, where it does not name r itself
    ("cobweb", "A1"): "leaves every bound",
    ("alignment", "A1"): "only if r''(0) < 0",
    ("ladder", "A1"): "only if r''(0) < 0",
    ("sharpness", "A1"): "diverges",
    ("proved", "A1"): "h(0) = -",
    ("cascade", "A1"): "has p r'(p)/r(p) = -1",
    ("cascade", "A5"): "has p r'(p)/r(p) = -1",
}


@pytest.mark.parametrize(
    ("kind", "broken"), [(k, b) for k in DRAWN for b in BROKEN if b not in DRAWN[k]]
)
def test_a_figure_is_refused(kind: str, broken: str, drawn: Callable) -> None:
    (code, out, err), data = drawn(kind, broken, *(PHASE if kind == "phase" else ()))
    assert (code, out, data.exists()) == (2, "", False)
    assert ELSE.get((kind, broken), BROKEN[broken].named) in one_line(err)


@pytest.mark.parametrize("broken", DRAWN["bifurcation"])
def test_bifurcation_shows_q_is_r(broken: str, drawn: Callable) -> None:
    (code, _, _), data = drawn("bifurcation", broken)
    points = [(p, q) for look in ("stable", "unstable") for p, q in rows_of(data, look) if p != 0]
    assert code == 0
    assert len(points) > 100
    for p, q in points[::37]:
        assert q == pytest.approx(float(BROKEN[broken].first(mp.mpf(p)) / p), rel=1e-9)


@pytest.mark.parametrize("broken", DRAWN["cobweb"])
def test_cobweb_steps_with_the_frozen_slope(broken: str, drawn: Callable) -> None:
    (code, _, _), data = drawn("cobweb", broken, "--p0", "1/2", "--q0", "9/10")
    path = rows_of(data, "path")
    assert code == 0
    for p, image in path[:20:2]:
        expected = -(p - 2 * float(BROKEN[broken].first(mp.mpf(p))) / 0.9)
        assert image == pytest.approx(expected, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("kind", ["alignment", "ladder"])
@pytest.mark.parametrize("broken", DRAWN["alignment"])
def test_alignment_is_the_distance_of_the_descent(kind: str, broken: str, drawn: Callable) -> None:
    given = BROKEN[broken]
    (code, _, _), data = drawn(kind, broken, *given.start, "--order", "1")
    assert code == 0
    shown = rows_of(data, "measured")
    points = list(islice(given.descent(), 1000))
    crossing = next(t for t, point in enumerate(points) if point.q > 1)
    if kind == "ladder":
        shown = [(crossing, shown[0][1])]  # of the largest step size
    for t, left in shown[::5]:
        if t < len(points) and left > 1e-12:
            p, q = points[int(t)].p, points[int(t)].q
            assert left == pytest.approx(abs(float(q * p / given.first(p) - 1)), rel=1e-6)


@pytest.mark.parametrize("broken", DRAWN["sharpness"])
def test_sharpness_is_the_largest_eigenvalue(broken: str, drawn: Callable) -> None:
    """With A2 broken the descent comes to where ℓ'' < 0, and ±ℓ' is larger than the block's."""
    given = replace(BROKEN[broken], p0="2/1", q0="2/5", eta="1/8")
    (code, out, _), data = drawn("sharpness", broken, *given.start)
    assert code == 0
    assert ("that of width 2 or more" in out) == (broken == "A2")
    points = list(islice(given.descent(), 2000))
    assert any(given.second(point.p) < 0 for point in points) == (broken == "A2")
    for t, largest in rows_of(data, "measured"):
        if t < len(points):
            assert largest == pytest.approx(points[int(t)].sharpness, rel=1e-6)


def test_where_the_loss_is_concave_the_block_is_not_all(drawn: Callable) -> None:
    """At f = 6, S = 16: |ℓ'| = 6/37 is the largest eigenvalue, that of the block is smaller."""
    given = replace(BROKEN["A2"], q0="1/1", p0="6/1", eta="1/8")
    point = next(given.descent())
    f, first, second, size = 6, 6 / 37, -35 / 37**2, 16
    block = (second * size + math.sqrt((second * size) ** 2 + 4 * first**2
             + 8 * first * second * f)) / 2  # fmt: skip
    assert point.sharpness == pytest.approx(first, rel=1e-12)
    assert block < first / 2


@pytest.mark.parametrize("broken", DRAWN["exponential"])
def test_exponential_shows_the_gap_of_two_descents(broken: str, drawn: Callable) -> None:
    given = BROKEN[broken]
    start = {"A2": ("--eta", "1/6"), "A5": ("--eta", "1/8")}[broken]
    (code, _, err), data = drawn("exponential", broken, *start, "--p0", "3/5", "--q0", "4/5")
    assert (code, err) == (0, "")
    eta, ends = mp.mpf(start[1].split("/")[0]) / int(start[1].split("/")[1]), []
    with mp.workdps(80):
        for p0 in ("0.6", "0.45"):
            numbers = (mp.mpf(1) / int(start[1][2:]), mp.mpf(p0), mp.mpf("0.8"))
            points = linear(given.first, given.second, *numbers)
            ends.append(next(point for point in points if point.q > 1 and abs(point.p) < 1e-35).q)
        gap = float(mp.log(abs(ends[0] - ends[1])))
    assert rows_of(data, "measured")[0] == pytest.approx((float(1 / eta**2), gap), rel=1e-6)


def test_cascade_begins_where_the_2_cycle_loses_its_symmetry(drawn: Callable) -> None:
    """r = 1/(1 + p²): p r'/r = −2p²/(1 + p²) = −1 at p = 1, q = 1/2."""
    (code, out, _), _ = drawn("cascade", "A2")
    assert code == 0
    assert "at q = 0.5 the symmetric 2-cycle" in out


@pytest.mark.parametrize("broken", DRAWN["phase"])
def test_phase_tells_how_the_descents_end(broken: str, drawn: Callable) -> None:
    given = BROKEN[broken]
    (code, _, _), data = drawn("phase", broken, *PHASE)
    assert code == 0
    rows = [r for r in csv.DictReader(data.read_text().splitlines()) if r["look"] == "region"]
    assert len(rows) == 4
    for row in rows:
        assert row["curve"] == ending(given, row["x"], row["y"])


def ending(given: Broken, p0: str, q0: str) -> str:
    points = linear(given.first, given.second, 0.125, float(p0), float(q0))
    with mp.workdps(20):
        for count, point in enumerate(points):
            if abs(point.p) > 1e3:
                return "diverged"
            if abs(point.p) < 1e-3 and point.q > 1:
                return "gradient flow" if float(q0) > 1 else "edge of stability"
            assert count < 20_000
    raise AssertionError
