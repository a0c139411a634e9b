"""Proofs, checked from their numbers alone: what they prove, against orbits; what is refused."""

import random
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from typing import Any

import hypothesis.strategies as st
import pytest
from flint import arb, ctx, fmpq
from hypothesis import given, settings
from mpmath import mp
from uniform_cases import BY_NAME, NAMES, Case, rational

from trajalign.theory.errors import InputError
from trajalign.verification.theorems.cells import Cell
from trajalign.verification.theorems.errors import NotProvedError
from trajalign.verification.theorems.proof import (
    AXES,
    BITS,
    Cut,
    Lemmas,
    Proof,
    Setting,
    Theorem,
    check,
    leaves,
)
from trajalign.verification.theorems.settings import LEVELS

BOX = Cell((fmpq(3, 4), fmpq(9, 10)), (fmpq(1, 20), fmpq(1)), (fmpq(0), fmpq(1, 100)))


@pytest.fixture(autouse=True)
def _precision():
    with mp.workdps(30):
        yield


# How a box is cut


@st.composite
def cuts(draw: st.DrawFn, box: Cell = BOX, depth: int = 4) -> Cut | None:
    """A tree of cuts that all lie in what they cut."""
    if depth == 0 or draw(st.booleans()):
        return None
    axis = draw(st.sampled_from(AXES))
    low, high = dict(zip(AXES, (box.q, box.p, box.epsilon), strict=True))[axis]
    at = low + (high - low) * fmpq(draw(st.integers(1, 9)), 10)
    parts = [
        Cell(**{name: getattr(box, name) for name in AXES} | {axis: ends})
        for ends in ((low, at), (at, high))
    ]
    return Cut(axis, at, *(draw(cuts(part, depth - 1)) for part in parts))


def sides(cell: Cell) -> list[tuple[fmpq, fmpq]]:
    return [cell.q, cell.p, cell.epsilon]


def volume(cell: Cell) -> fmpq:
    total = fmpq(1)
    for low, high in sides(cell):
        total *= high - low
    return total


@settings(deadline=None)
@given(cut=cuts(), shares=st.tuples(*[st.integers(0, 1000)] * 3))
def test_the_leaves_cover_the_box_and_do_not_overlap(
    cut: Cut | None, shares: tuple[int, int, int]
) -> None:
    cells = list(leaves(BOX, cut))
    assert sum((volume(cell) for cell in cells), fmpq(0)) == volume(BOX)
    point = [
        low + (high - low) * fmpq(k, 1000)
        for k, (low, high) in zip(shares, sides(BOX), strict=True)
    ]
    inside = [
        all(low <= x <= high for x, (low, high) in zip(point, sides(cell), strict=True))
        for cell in cells
    ]
    strictly = [
        all(low < x < high for x, (low, high) in zip(point, sides(cell), strict=True))
        for cell in cells
    ]
    assert any(inside)
    assert sum(strictly) <= 1
    assert all(volume(cell) > 0 for cell in cells)


@pytest.mark.parametrize("at", [fmpq(3, 4), fmpq(9, 10), fmpq(1, 2), fmpq(1)])
@pytest.mark.parametrize("deep", [False, True])
def test_a_cut_that_does_not_cut_is_refused(at: fmpq, deep: bool) -> None:
    cut = Cut("q", at)
    with pytest.raises(NotProvedError, match="lies outside"):
        list(leaves(BOX, Cut("p", fmpq(1, 2), None, cut) if deep else cut))


def test_a_cut_of_a_half_that_lies_in_the_other_is_refused() -> None:
    with pytest.raises(NotProvedError, match="lies outside"):
        list(leaves(BOX, Cut("q", fmpq(4, 5), Cut("q", fmpq(17, 20)), None)))


def test_a_cut_of_what_is_no_axis_is_refused() -> None:
    with pytest.raises(NotProvedError, match="a cut is of q, p, epsilon"):
        list(leaves(BOX, Cut("eta", fmpq(1, 2))))


# Small proofs

LINEAR = Setting(
    largest=fmpq(1, 400),
    q=(fmpq(80, 100), fmpq(81, 100)),
    p=(fmpq(1, 5), fmpq(1, 3)),
    delta=fmpq(1, 10),
    levels=LEVELS,
    tube_end=fmpq(213, 250),
    funnel_end=fmpq(13, 10),
    curve_end=fmpq(71, 50),
    flow_q=(fmpq(6, 5), fmpq(2)),
)
HUBER = replace(
    LINEAR, delta=fmpq(1, 16), tube_end=fmpq(3, 5), funnel_end=fmpq(19, 20), curve_end=fmpq(1)
)
FOURTH = replace(HUBER, tube_end=fmpq(2, 5), funnel_end=fmpq(3, 5), curve_end=fmpq(7, 10))
NEURON = Setting(
    largest=fmpq(1, 400),
    q=(fmpq(84, 100), fmpq(845, 1000)),
    p=(fmpq(1, 10), fmpq(1, 6)),
    delta=fmpq(1, 32),
    levels=LEVELS,
    tube_end=fmpq(1411, 10000),
    funnel_end=fmpq(22, 100),
    curve_end=fmpq(1, 4),
    flow_q=(fmpq(6, 5), fmpq(2)),
)
CUT = Cut("epsilon", fmpq(1, 800))
PROOFS = {
    "log-cosh": Proof(LINEAR, None),
    "pseudo-huber": Proof(HUBER, None),
    "fourth-root": Proof(FOURTH, None),
    "tanh": Proof(NEURON, CUT),
    "frozen-weight": Proof(NEURON, CUT),
}


@lru_cache(maxsize=8)
def theorem_of(name: str) -> Theorem:
    return check(BY_NAME[name].model, PROOFS[name])


def starts(name: str, count: int, seed: int) -> Iterator[tuple[Any, Any, Any]]:
    """p0, q0 and ε in what a theorem speaks of, small |p0| among them."""
    s, numbers = PROOFS[name].setting, random.Random(seed)
    for i in range(count):
        p = [s.p[0], s.p[1], s.p[0] / 1000, (s.p[0] + s.p[1]) / 2, s.p[0] * fmpq(999, 1000)][i % 5]
        q = s.q[0] + (s.q[1] - s.q[0]) * fmpq(numbers.randrange(101), 100)
        epsilon = s.largest / numbers.choice([1, 1, 2, 5])
        yield rational(p), rational(q), rational(epsilon)


def objections(case: Case, theorem: Theorem, p0: Any, q0: Any, epsilon: Any) -> set[str]:
    """What of a theorem an orbit contradicts, followed until p² < 10⁻⁶."""
    s, found = theorem.setting, set()
    first = mp.mpf(case.first_at_zero.numerator) / case.first_at_zero.denominator
    number = rational
    time = number(theorem.time) + number(theorem.per_log) * mp.log(1 / epsilon)
    if p0 < number(s.p[0]):
        time += 1 + number(theorem.per_small) * mp.log(number(s.p[0]) / p0)
    before, crossed, q = q0, None, q0
    for t, (p, q) in enumerate(case.orbit(p0, q0, epsilon)):
        x = p * p
        if q < before:
            found.add("q rises")
        if crossed is None and q > 1:
            crossed = t
        if t >= time and (t < time + 30 or t % 40 == 0 or t == crossed):
            if (
                abs(q / case.r(x) - 1 - epsilon * case.first(x))
                > number(theorem.alignment) * epsilon**2
            ):
                found.add("alignment")
            off = abs(case.sharpness(p, q, epsilon) - case.surrogate(q))
            if off > number(theorem.gap) * epsilon:
                found.add("gap")
        before = q
        if t > time and x < 1e-9:
            break
    if p0 >= number(s.p[0]):
        k = epsilon * crossed - case.scale * mp.log(1 / epsilon)
        bounds = [
            c
            for c in theorem.crossings
            if number(c.q[0]) <= q0 <= number(c.q[1]) and number(c.p[0]) <= p0 <= number(c.p[1])
        ]
        if not bounds or not all(number(c.low) <= k <= number(c.high) for c in bounds):
            found.add("crossing")
    slack = 1e-8
    if abs(q - 1 - epsilon * first) > number(theorem.limit) * epsilon**2 + slack:
        found.add("limit")
    if abs(1 / q - 1 + epsilon * first) > number(theorem.saturation) * epsilon**2 + slack:
        found.add("saturation")
    return found


def test_a_small_proof_proves_what_orbits_obey() -> None:
    name = "pseudo-huber"
    for start in starts(name, 2, 1):
        assert objections(BY_NAME[name], theorem_of(name), *start) == set()


@pytest.mark.thorough
@pytest.mark.parametrize("name", NAMES)
def test_what_is_proved_orbits_obey(name: str) -> None:
    for start in starts(name, 10, 2):
        assert objections(BY_NAME[name], theorem_of(name), *start) == set()


FALSE = {
    "alignment": lambda t: replace(t, alignment=(t.second * fmpq(9, 10))),
    "gap": lambda t: replace(t, gap=t.gap * fmpq(9, 10)),
    "limit": lambda t: replace(t, limit=t.limit * fmpq(4, 5)),
    "saturation": lambda t: replace(t, saturation=t.saturation / 2),
    "crossing": lambda t: replace(
        t, crossings=tuple(replace(c, low=c.high, high=2 * c.high - c.low) for c in t.crossings)
    ),
    "time": lambda t: replace(t, time=fmpq(0), per_log=t.per_log / 3),
}


@pytest.mark.parametrize("what", FALSE)
def test_a_false_theorem_is_contradicted(what: str) -> None:
    name = "pseudo-huber"
    wrong = FALSE[what](theorem_of(name))
    found = set[str]()
    for start in starts(name, 2, 1):
        found |= objections(BY_NAME[name], wrong, *start)
    assert ("alignment" if what == "time" else what) in found


@pytest.mark.parametrize("name", ["pseudo-huber", pytest.param("tanh", marks=pytest.mark.thorough)])
def test_its_constants_are_near_those_of_the_limit(name: str) -> None:
    """As ε → 0 they are h₁(0), |h₂(0)|, |h₁(0)² − h₂(0)|, ρ₀ and the gap, and sup |h₂|."""
    case, theorem = BY_NAME[name], theorem_of(name)
    first = fmpq(case.first_at_zero.numerator, case.first_at_zero.denominator)
    delta = theorem.setting.delta
    h2 = case.second(mp.mpf("1e-9"))
    assert theorem.first[0] <= first <= theorem.first[1]
    assert theorem.scale[0] <= 1 / (4 * first) <= theorem.scale[1]
    assert abs(rational(theorem.limit - delta) - abs(h2)) < 1e-3
    assert abs(rational(theorem.saturation - delta) - abs(rational(first) ** 2 - h2)) < 5e-3
    assert abs(rational(theorem.second) - abs(h2)) < 5e-3  # for both |h₂| is largest at 0
    assert theorem.alignment <= theorem.second + delta + fmpq(1, 10**9)
    gap = fmpq(case.gap.numerator, case.gap.denominator)
    assert gap <= theorem.gap < gap * fmpq(6, 5)


def test_gradient_flow_is_part_of_it() -> None:
    name = "pseudo-huber"
    case, found = BY_NAME[name], theorem_of(name).flow
    assert found is not None
    height, epsilon = rational(HUBER.p[1]), rational(HUBER.largest)
    for q0 in map(rational, (fmpq(6, 5), fmpq(3, 2), fmpq(2))):
        for t, (p, q) in enumerate(islice(case.orbit(height, q0, epsilon), 50)):
            assert abs(p) <= height * (1 - rational(found.rate)) ** t * (1 + mp.mpf("1e-25"))
            assert q0 <= q <= q0 * mp.exp(rational(found.drift) * epsilon * height**2)
    assert theorem_without_flow().flow is None


def theorem_without_flow() -> Theorem:
    return check(BY_NAME["pseudo-huber"].model, Proof(replace(HUBER, flow_q=None), None))


# What is refused

FALSE_SETTINGS = {
    "a delta of half the floor": {"delta": fmpq(1, 1000)},
    "tube beyond funnel": {"tube_end": fmpq(24, 25)},
    "tube too short": {"tube_end": fmpq(2, 5)},
    "funnel beyond the curve": {"funnel_end": fmpq(5, 2)},
    "funnel too short": {"funnel_end": fmpq(3, 10), "tube_end": fmpq(3, 10)},
    "curve too short": {"curve_end": fmpq(61, 100)},
    "levels below the start": {"levels": (fmpq(1, 10**4),)},
    "levels below the tube": {"levels": (fmpq(1, 10**8),)},
    "levels too wide": {"levels": (fmpq(9, 10), fmpq(1, 10))},
    "large steps": {"largest": fmpq(1, 4)},
    "larger steps": {"largest": fmpq(99, 100)},
    "q past the limit of stability": {"q": (fmpq(2, 5), fmpq(81, 100))},
    "q0 near 1": {"q": (fmpq(80, 100), fmpq(999, 1000))},
    "large p0": {"p": (fmpq(1, 5), fmpq(2))},
    "p0 that are jumped over": {"p": (fmpq(1, 3), fmpq(35, 100))},
    "flow that is none": {"flow_q": (fmpq(100001, 100000), fmpq(2))},
}


@pytest.mark.parametrize("change", FALSE_SETTINGS)
def test_a_false_setting_is_not_proved(change: str) -> None:
    setting = replace(HUBER, **FALSE_SETTINGS[change])
    with pytest.raises(NotProvedError) as refused:
        check(BY_NAME["pseudo-huber"].model, Proof(setting, None))
    assert "\n" not in str(refused.value)


OUT_OF_ORDER = {
    "q0 backwards": {"q": (fmpq(81, 100), fmpq(80, 100))},
    "q0 past 1": {"q": (fmpq(80, 100), fmpq(11, 10))},
    "|p0| backwards": {"p": (fmpq(1, 3), fmpq(1, 5))},
    "negative p0": {"p": (fmpq(-1, 5), fmpq(1, 3))},
    "p0 from 0": {"p": (fmpq(0), fmpq(1, 3))},
    "no levels": {"levels": ()},
    "rising levels": {"levels": LEVELS[::-1]},
    "a level of 0": {"levels": (*LEVELS, fmpq(0))},
    "no step size": {"largest": fmpq(0)},
    "a negative delta": {"delta": fmpq(-1, 16)},
    "no delta": {"delta": fmpq(0)},
    "a tube of no length": {"tube_end": fmpq(0)},
    "flow below 1": {"flow_q": (fmpq(9, 10), fmpq(2))},
    "flow backwards": {"flow_q": (fmpq(2), fmpq(6, 5))},
}


@pytest.mark.parametrize("change", OUT_OF_ORDER)
def test_numbers_out_of_their_order_are_refused_in_one_line(change: str) -> None:
    setting = replace(HUBER, **OUT_OF_ORDER[change])
    with pytest.raises(InputError) as refused:
        check(BY_NAME["pseudo-huber"].model, Proof(setting, None))
    assert "\n" not in str(refused.value)


@pytest.mark.thorough
def test_a_delta_just_too_small_to_be_kept_is_refused_and_one_just_large_enough_not() -> None:
    """The tube is kept if C₁ε₀ ≤ δ."""
    model = BY_NAME["pseudo-huber"].model
    with ctx.workprec(BITS):
        lemmas = Lemmas(model, HUBER)
        needed = lemmas.funnel.constant(len(LEVELS) - 1) * arb(HUBER.largest)
        # C₁ ≥ |h₃(0)| is not known here by hand; that it is of the size of h₂ is
        assert needed > 0.25 * arb(HUBER.largest)
    digits = 10**9
    floor = fmpq(int(float(needed) * digits), digits)
    for delta, kept in (
        (floor / 2, False),
        (floor * fmpq(99, 100), False),
        (floor * fmpq(101, 100), True),
    ):
        with ctx.workprec(BITS):
            tried = Lemmas(model, replace(HUBER, delta=delta))
            tried.__dict__["funnel"] = lemmas.funnel
            tried.step = lemmas.step
            if kept:
                tried.prepare()
                continue
            with pytest.raises(NotProvedError, match="too narrow to be kept"):
                tried.prepare()


@pytest.mark.parametrize("spoilt", ["source", "rates"])
def test_what_is_not_a_number_in_the_funnel_is_never_passed_over(spoilt: str) -> None:
    model = BY_NAME["pseudo-huber"].model
    with ctx.workprec(BITS):
        lemmas = Lemmas(model, HUBER)
        table = lemmas.funnel
        bad = arb.nan() if spoilt == "source" else (arb.nan(),) * len(LEVELS)
        rows = (replace(table.rows[0], **{spoilt: bad}), *table.rows[1:])
        lemmas.__dict__["funnel"] = replace(table, rows=rows)
        with pytest.raises(NotProvedError):
            lemmas.prepare()
