"""What each command takes for granted of a response, and what it does where that is not so.

For every command and every assumption there is a response that violates the assumption, alone where
that can be. The command then gives what gradient descent on weights gives (`descents.py`), or
refuses in one line that names what is missing.
"""

import csv
import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import pytest
from calling import Called, one_line
from descents import Point, linear, neuron
from mpmath import mp

DIGITS = 30


@dataclass(frozen=True)
class Broken:
    """A loss, its ℓ' and ℓ'' by hand, and how a refusal names the assumption that it violates."""

    text: str
    first: Callable
    second: Callable
    named: str
    q0: str = "4/5"
    p0: str = "3/10"
    eta: str = "1/10"

    def descent(self) -> Iterator[Point]:
        """Exact to `DIGITS` and ten more."""
        numbers = (mp.mpf(x.split("/")[0]) / mp.mpf(x.split("/")[1])
                   for x in (self.eta, self.p0, self.q0))  # fmt: skip
        return linear(self.first, self.second, *numbers)

    @property
    def start(self) -> tuple[str, ...]:
        return ("--eta", self.eta, "--p0", self.p0, "--q0", self.q0)


def odd_part(z):  # the derivative of z³ e^(−z²)/20
    return (3 * z**2 - 2 * z**4) * mp.exp(-(z**2)) / 20


def odd_part_slope(z):
    return (6 * z - 14 * z**3 + 4 * z**5) * mp.exp(-(z**2)) / 20


BROKEN = {
    "real": Broken(
        "z*atanh(z)+log(1-z**2)/2", mp.atanh, lambda z: 1 / (1 - z**2), "not a finite real number"
    ),
    "analytic": Broken(
        "abs(z)-log(1+abs(z))",
        lambda z: z / (1 + abs(z)),
        lambda z: 1 / (1 + abs(z)) ** 2,
        "at 0",
    ),
    "even": Broken(
        "sqrt(1+z**2)+z**3*exp(-z**2)/20",
        lambda z: z / mp.sqrt(1 + z**2) + odd_part(z),
        lambda z: (1 + z**2) ** mp.mpf("-1.5") + odd_part_slope(z),
        "r must be even",
    ),
    "normalised": Broken(
        "2*log(cosh(z))", lambda z: 2 * mp.tanh(z), lambda z: 2 * mp.sech(z) ** 2, "r(0) must be 1"
    ),
    "curved": Broken(
        "atan(z**2)/2",
        lambda z: z / (1 + z**4),
        lambda z: (1 - 3 * z**4) / (1 + z**4) ** 2,
        "r''(0) must not vanish",
    ),
    "A1": Broken("cosh(z)", mp.sinh, mp.cosh, "stays above"),
    "A2": Broken(
        "log(1+z**2)/2",
        lambda z: z / (1 + z**2),
        lambda z: (1 - z**2) / (1 + z**2) ** 2,
        "",
    ),
    "A5": Broken(
        "z*asinh(z)-sqrt(1+z**2)", mp.asinh, lambda z: 1 / mp.sqrt(1 + z**2), "", eta="1/20"
    ),
}

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


# Figures -----------------------------------------------------------------------------------------


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
}
PHASE = ("--p0", "-2:2:2", "--q0", "2/5:7/5:2", "--eta", "1/8")
ELSE = {  # what a figure says of a response, where it does not name r itself
    ("cobweb", "A1"): "leaves every bound",
    ("alignment", "A1"): "only if r''(0) < 0",
    ("ladder", "A1"): "only if r''(0) < 0",
    ("sharpness", "A1"): "diverges",
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


# Commands that judge -----------------------------------------------------------------------------

LABELS = {"real": "analytic", "even": "symmetry"}


@pytest.mark.parametrize("broken", BROKEN)
def test_assumptions_names_what_is_broken(broken: str, command: Callable[..., Called]) -> None:
    _, out, _ = command("assumptions", "linear", "--loss", BROKEN[broken].text, "--json", "-")
    verdicts = {r["label"].split("/")[1]: r["verdict"] for r in json.loads(out)["results"]}
    assert verdicts[LABELS.get(broken, broken)] == "fail"


@pytest.mark.parametrize("broken", BROKEN)
def test_verify_claims_nothing_that_rests_on_it(
    broken: str, command: Callable[..., Called]
) -> None:
    """Nor that the block's eigenvalue is the largest where ℓ'' < 0."""
    asked = ("--statement", "linear/limit", "--statement", "linear/sharpness")
    loss = ("--loss", BROKEN[broken].text)
    code, out, _ = command("verify", "linear", *loss, *asked, "--json", "-")
    verdicts = {r["label"]: r for r in json.loads(out)["results"]}
    assert code == 1
    assert verdicts["linear/limit"]["verdict"] == "not-applicable"
    assert (
        LABELS.get(broken, broken if broken != "curved" else "A4")
        in verdicts["linear/limit"]["reason"].replace(",", " ").split()
    )
    sharpness = verdicts["linear/sharpness"]["verdict"]
    assert (sharpness == "pass") == (broken in ("normalised", "A1", "A5"))


SLOW = {"A1", "A2", "A5"}  # for these there is a document


@pytest.mark.parametrize(
    "broken", [pytest.param(b, marks=[pytest.mark.thorough] * (b in SLOW)) for b in BROKEN]
)
def test_derive_refuses_or_says_what_fails(broken: str, command: Callable[..., Called]) -> None:
    loss = ("--loss", BROKEN[broken].text)
    code, _, err = command("derive", "linear", *loss, "--order", "1", "--no-numbers")
    if broken in SLOW:
        assert code == 0
        assert f"{broken} fails" in one_line(err)
    else:
        assert code == 2
        assert BROKEN[broken].named in one_line(err)


@pytest.mark.thorough
@pytest.mark.parametrize("broken", ["normalised", "A2"])
def test_report_fails_and_claims_nothing(
    broken: str, command: Callable[..., Called], tmp_path: Path
) -> None:
    site = tmp_path / "site"
    code, _, _ = command("report", "linear", "--loss", BROKEN[broken].text, "-o", str(site))
    page = (site / "index.html").read_text()
    assert code == 1
    assert f"needs {broken}" in page


@pytest.mark.parametrize("broken", ["real", "analytic", "even", "normalised"])
def test_experiment_refuses_what_its_judgement_assumes(
    broken: str, command: Callable[..., Called], tmp_path: Path
) -> None:
    """Runs are judged by q/r(p) and by q < 1; r''(0), A1 to A5 are not used."""
    shipped = (Path(__file__).parents[1] / "small_study.toml").read_text()
    study = tmp_path / "study.toml"
    study.write_text(shipped.replace('"log-cosh"', f'"{BROKEN[broken].text}"'))
    code, out, err = command("experiment", str(study))
    assert (code, out) == (2, "")
    assert BROKEN[broken].named in one_line(err)


# The neuron --------------------------------------------------------------------------------------


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
