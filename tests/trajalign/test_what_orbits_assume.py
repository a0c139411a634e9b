"""What `orbit` and `sweep` take for granted of a response, and what they do without it."""

import json
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import pytest
from broken_responses import BROKEN, DIGITS
from calling import Called, one_line
from descents import Point, neuron
from mpmath import mp

# What a command does of itself: everything else is refused. "diverges" and "leaves" are found by
# the descent as well.
STEPS = {"real": "leaves", "even": "right", "curved": "right", "A1": "diverges"}
STEPS |= {"A2": "right", "A5": "right"}
ORBITS = {
    "step by step": STEPS,
    "enclosed": STEPS | {"real": "lost"},
    "fast-forward": {"A2": "right", "A5": "right"},
}
OPTIONS = {"step by step": (), "enclosed": ("--enclose",), "fast-forward": ("--fast-forward",)}


@pytest.mark.parametrize("broken", BROKEN)
@pytest.mark.parametrize("method", ORBITS)
def test_orbit(method: str, broken: str, command: Callable[..., Called]) -> None:
    given, expected = BROKEN[broken], ORBITS[method].get(broken)
    options = ["--loss", given.text, *given.start, "--digits", str(DIGITS), *OPTIONS[method]]
    options += ["--until", "1/10000000"] if method != "fast-forward" else []
    if method == "fast-forward":
        options += [x for t in (0, 5, 40) for x in ("--at", str(t))]
    else:
        options += ["--every", "5"]
    code, out, err = command("orbit", "linear", *options, "--json", "-")
    if expected in (None, "lost"):
        assert (code, out) == (2, "")
        assert ("the boxes say nothing after step" if expected else given.named) in one_line(err)
        return
    document = json.loads(out)
    with mp.workdps(60):
        if expected == "right":
            assert code == 0
            whole = list(to_rest(given.descent()))
            assert document.get("steps") in (None, len(whole) - 1)
            assert_rows(document["orbit"], whole)
            assert_sharpness(document, whole[-1])
        else:
            assert (code, document["outcome"]) == (3, "diverged")
            whole = list(islice(given.descent(), document["steps"] + 2))
            assert_rows(document["orbit"][:-1], whole)
            if expected == "diverges":
                assert abs(whole[document["steps"]].p) > 1e6
            else:  # the last step leaves (−1, 1), beyond which ℓ' is not real
                assert abs(whole[-3].p) < 1 <= abs(whole[-2].p)


def to_rest(points: Iterator[Point]) -> Iterator[Point]:
    """The descent to |p| ≤ 10⁻⁷ at q > 1."""
    for point in points:
        yield point
        if abs(point.p) <= mp.mpf(10) ** -7 and point.q > 1:
            return


def assert_rows(rows: list[dict], points: list[Point]) -> None:
    """Every p and q is that of the descent, in its digits or its ball."""
    for row in (row for row in rows if row["t"] < len(points)):
        point = points[row["t"]]
        for text, value in ((row["p"], point.p), (row["q"], point.q)):
            middle, _, radius = text.strip("[]").partition(" +/- ")
            error = mp.mpf(radius) if radius else abs(value) * mp.mpf(10) ** (2 - DIGITS)
            assert abs(mp.mpf(middle) - value) <= error


def assert_sharpness(document: dict, last: Point) -> None:
    """The sharpness printed is the Hessian's largest eigenvalue at the end, where |p| < 10⁻⁷."""
    found = document.get("limiting_sharpness") or document["last_2/(eta*q)"]
    assert float(found.strip("[]").split()[0]) == pytest.approx(
        last.sharpness, rel=1e-7 + float(document.get("limit_error", 0))
    )


SWEPT = {"curved": "right", "A1": "diverged", "A2": "right", "A5": "right"}


@pytest.mark.parametrize("broken", BROKEN)
def test_sweep(broken: str, command: Callable[..., Called], tmp_path: Path) -> None:
    from trajalign.numerics.grids.datasets import load

    given, path = BROKEN[broken], tmp_path / "grid.nc"
    options = ("--loss", given.text, *given.start, "--engine", "numpy", "--save", str(path))
    code, out, err = command("sweep", "linear", *options)
    if broken not in SWEPT:
        assert (code, out, path.exists()) == (2, "", False)
        assert given.named in one_line(err)
        return
    found = load(path)
    outcome = found.outcome.attrs["flag_meanings"].split()[int(found.outcome.item())]
    if SWEPT[broken] == "diverged":
        assert outcome == "diverged"
        return
    last = next(islice(given.descent(), int(found.steps.item()), None))
    assert outcome == "edge_of_stability"
    assert found.q_limit.item() == pytest.approx(float(last.q), rel=1e-12)
    assert found.limiting_sharpness.item() == pytest.approx(last.sharpness, rel=1e-9)


# The neuron


@pytest.mark.parametrize("options", [(), ("--enclose",), ("--fast-forward",)])
def test_an_activation_with_another_slope_at_0_is_refused_with_a_way_out(
    options: tuple[str, ...], command: Callable[..., Called]
) -> None:
    twice = ("orbit", "neuron", "--activation", "2*tanh(z)", "--eta", "1/100")
    code, _, err = command(*twice, *options)
    assert code == 2
    assert "divide the activation by 2, take 4 times the step size and q divided by 4" in err


def test_that_way_out_is_the_same_descent(command: Callable[..., Called]) -> None:
    """φ = 2 tanh, η = 1/100, q0 = 17/5 against tanh, η = 4/100, q0 = 17/20: the same p, q four
    times as large, and four times the limiting sharpness, for the loss is four times as large."""
    once = ("--eta", "4/100", "--p0", "3/10", "--q0", "17/20", "--digits", "20", "--json", "-")
    document = json.loads(command("orbit", "neuron", *once)[1])
    with mp.workdps(40):
        functions = (
            lambda x: 2 * mp.tanh(x),
            lambda x: 2 * mp.sech(x) ** 2,
            lambda x: -4 * mp.sech(x) ** 2 * mp.tanh(x),
        )
        points = neuron(*functions, mp.mpf("0.01"), mp.mpf("0.3"), mp.mpf("3.4"))
        last = next(islice(points, document["steps"], None))
        assert abs(4 * mp.mpf(document["last_q"]) / last.q - 1) < mp.mpf(10) ** -19
    assert 4 * float(document["last_2/(eta*q)"]) == pytest.approx(last.sharpness, rel=1e-9)


def test_an_activation_that_is_not_odd_has_the_orbit_of_its_descent(
    command: Callable[..., Called],
) -> None:
    """φ = tanh z + z²/20: the reduced map needs φ(0) = 0 and no more."""
    start = ("--eta", "1/50", "--p0", "3/10", "--q0", "17/20", "--digits", "20", "--json", "-")
    activation = ("--activation", "tanh(z)+z**2/20")
    code, out, _ = command("orbit", "neuron", *activation, *start, "--every", "5")
    document = json.loads(out)
    assert code == 0
    with mp.workdps(40):
        functions = (
            lambda x: mp.tanh(x) + x**2 / 20,
            lambda x: mp.sech(x) ** 2 + x / 10,
            lambda x: -2 * mp.sech(x) ** 2 * mp.tanh(x) + mp.mpf(1) / 10,
        )
        points = neuron(*functions, mp.mpf("0.02"), mp.mpf("0.3"), mp.mpf("0.85"))
        whole = list(islice(points, document["steps"] + 1))
    for row in document["orbit"][::20]:
        assert float(row["p"]) == pytest.approx(float(whole[row["t"]].p), rel=1e-12)
    assert_sharpness(document, whole[-1])
