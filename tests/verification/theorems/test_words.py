"""The sentences of a theorem: numbers on the safe side, h(0) and ρ₀ exact, nothing more said than
was proved."""

import re
from dataclasses import replace
from decimal import Decimal
from functools import cache

import pytest
from flint import fmpq
from mpmath import mp

from trajalign.theory import Activation, SingleNeuron, TwoLayerLinear
from trajalign.theory.models import Model
from trajalign.theory.writing.plain_text import plain_text
from trajalign.verification.theorems.errors import NotProvedError
from trajalign.verification.theorems.flow import Flow
from trajalign.verification.theorems.proof import Crossing, Setting, Theorem
from trajalign.verification.theorems.words import largest_step, sentences

LINEAR, NEURON = TwoLayerLinear("log-cosh"), SingleNeuron("tanh")
# An odd soft clip: h(0) = 3 cosh²(1/10)/8 is no rational number.
CLIP = SingleNeuron(
    Activation.parse("(log(cosh(z+1/10))-log(cosh(z-1/10)))/(2*tanh(1/10))"),
)
PART = ("alignment", "progressive-sharpening", "limit", "saturation", "crossing", "gradient-flow")
SEVENTH = fmpq(1, 7)
RANGES = ((fmpq(4, 5), fmpq(9, 10)), (fmpq(1, 20), fmpq(1)))
SETTING = Setting(
    largest=fmpq(1, 400),
    q=RANGES[0],
    p=RANGES[1],
    delta=fmpq(1, 5),
    levels=(fmpq(1, 10),),
    tube_end=fmpq(1),
    funnel_end=fmpq(2),
    curve_end=fmpq(3),
    flow_q=(fmpq(6, 5), fmpq(2)),
)


def about(x: fmpq) -> tuple[fmpq, fmpq]:
    return x - fmpq(1, 10**6), x + fmpq(1, 10**6)


@cache
def theorem() -> Theorem:
    """Nothing that was proved: sevenths, so that every number has to be rounded."""
    return Theorem(
        setting=SETTING,
        alignment=1 + SEVENTH,
        second=fmpq(1),
        time=20 + SEVENTH,
        per_log=3 + SEVENTH,
        per_small=5 + SEVENTH,
        first=about(fmpq(3, 4)),
        limit=2 + SEVENTH,
        saturation=SEVENTH,
        gap=4 + SEVENTH,
        scale=about(fmpq(1, 3)),
        crossings=(Crossing(*RANGES, -1 - SEVENTH, SEVENTH),),
        flow=Flow(2 * SEVENTH, 10 + SEVENTH),
    )


def said(model: Model = LINEAR, told: Theorem | None = None) -> dict[str, str]:
    found = sentences(model, told or theorem())
    return {"given": plain_text(found.given)} | {k: plain_text(t) for k, t in found.parts.items()}


def number(pattern: str, text: str) -> fmpq:
    found = re.search(pattern.replace("#", r"([−-]?\d+(?:\.\d+)?)"), text)
    assert found, text
    return exact(found[1])


def exact(text: str) -> fmpq:
    return fmpq(*Decimal(text.replace("−", "-")).as_integer_ratio())


def test_every_part_is_said() -> None:
    assert tuple(said()) == ("given", *PART)
    without = replace(theorem(), flow=None)
    assert tuple(said(told=without)) == ("given", *PART[:-1])


@pytest.mark.parametrize(
    ("part", "pattern", "value"),
    [
        ("alignment", r"t_a ≤ # \+", 20 + SEVENTH),
        ("alignment", r"\+ # ln\(1/ε\)", 3 + SEVENTH),
        ("alignment", r"1 \+ # ln\(0.05/", 5 + SEVENTH),
        ("alignment", r"h\(pₜ\) ε\| ≤ # ε²", 1 + SEVENTH),
        ("progressive-sharpening", r"≤ # ε/η", 4 + SEVENTH),
        ("limit", r"≤ # ε²", 2 + SEVENTH),
        ("saturation", r"≤ # ε²", 2 * SEVENTH),
        ("crossing", r"and #$", SEVENTH),
        ("gradient-flow", r"exp\(# ε\)", 10 + SEVENTH),
    ],
)
def test_an_upper_bound_is_rounded_up(part: str, pattern: str, value: fmpq) -> None:
    shown = number(pattern, said()[part])
    assert value < shown < value * fmpq(1001, 1000)


@pytest.mark.parametrize(
    ("part", "pattern", "value"),
    [
        ("crossing", r"between # and", -1 - SEVENTH),
        ("gradient-flow", r"\(1 − #\)", 2 * SEVENTH),
    ],
)
def test_a_lower_bound_is_rounded_down(part: str, pattern: str, value: fmpq) -> None:
    shown = number(pattern, said()[part])
    assert value - abs(value) / 1000 < shown < value


def test_the_drift_of_q_counts_the_largest_p() -> None:
    wide = replace(theorem(), setting=replace(SETTING, p=(fmpq(1, 20), fmpq(3))))
    assert number(r"exp\(# ε\)", said(told=wide)["gradient-flow"]) >= 9 * (10 + SEVENTH)


def test_the_width_of_crossings_is_that_of_the_widest() -> None:
    halves = (fmpq(1, 20), fmpq(1, 2)), (fmpq(1, 2), fmpq(1))
    crossings = (
        Crossing(RANGES[0], halves[0], -1 - SEVENTH, -SEVENTH),
        Crossing(RANGES[0], halves[1], fmpq(0), SEVENTH),
    )
    text = said(told=replace(theorem(), crossings=crossings))["crossing"]
    assert number("between # and", text) < -1 - SEVENTH
    assert number("and #,", text) > SEVENTH
    assert number("within # on each of 2", text) == 1


@pytest.mark.parametrize(
    ("ends", "shown"),
    [
        ((fmpq(1, 3), fmpq(1)), "1/3"),
        ((fmpq(1, 20), fmpq(1)), "0.05"),
        ((fmpq(123456, 10**6), fmpq(1)), "0.123456"),
        ((fmpq(1, 20) + fmpq(1, 10**30), fmpq(1)), f"{5 * 10**28 + 1}/{10**30}"),
    ],
)
def test_where_times_begin_to_be_told_is_said_exactly(ends: tuple[fmpq, fmpq], shown: str) -> None:
    """Rounded either way it would say something of starts of which it was not proved."""
    parts = said(told=replace(theorem(), setting=replace(SETTING, p=ends)))
    assert f"if |p₀| ≥ {shown}, " in parts["crossing"]
    assert f"for |p₀| < {shown} at most" in parts["alignment"]


def test_the_box_is_said_exactly() -> None:
    low = fmpq(8 * 10**39 + 1, 10**40)  # 0.8 to forty digits
    near = replace(SETTING, q=(low, fmpq(9, 10)), p=(fmpq(1, 20), fmpq(1) / 3))
    given = said(told=replace(theorem(), setting=near))["given"]
    assert f"{8 * 10**39 + 1}/{10**40} ≤ q₀ ≤ 0.9" in given
    assert "0 < |p₀| ≤ 1/3" in given


def test_a_decimal_is_said_only_for_what_it_is() -> None:
    """0.8 times this denominator is its numerator to 28 digits, but not exactly."""
    low = fmpq(8 * 10**29, 10**30 + 3)
    given = said(told=replace(theorem(), setting=replace(SETTING, q=(low, fmpq(9, 10)))))["given"]
    assert f"{low.p}/{low.q} ≤ q₀" in given


def test_h_and_the_clock_are_exact() -> None:
    parts = said()
    assert "|q* − 1 − (3/4) ε|" in parts["limit"]
    assert "|η λ* − 2 + (3/2) ε|" in parts["saturation"]
    assert "ε t_b = (1/3) ln(1/ε) + k" in parts["crossing"]
    neuron = replace(theorem(), first=about(fmpq(3, 8)), scale=about(fmpq(2, 3)))
    assert "|q* − 1 − (3/8) ε|" in said(NEURON, neuron)["limit"]
    assert "(2/3) ln(1/ε)" in said(NEURON, neuron)["crossing"]


def test_what_is_no_rational_number_is_named_and_enclosed() -> None:
    with mp.workdps(30):
        h = 3 * mp.cosh(mp.mpf(1) / 10) ** 2 / 8
        first, scale = (fmpq(int(x * 10**20), 10**20) for x in (h, 1 / (4 * h)))
    parts = said(CLIP, replace(theorem(), first=about(first), scale=about(scale)))
    assert "|q* − 1 − h(0) ε|" in parts["limit"]
    assert "2 + 2h(0) ε|" in parts["saturation"]
    assert "(1/(4h(0))) ln(1/ε)" in parts["crossing"]
    low, high = (number(p, parts["limit"]) for p in ("h\\(0\\) between # and", "between .* and #"))
    assert low < first < high < low + fmpq(1, 1000)


@pytest.mark.parametrize("name", ["first", "scale"])
def test_an_interval_that_excludes_the_exact_value_is_refused(name: str) -> None:
    low, high = getattr(theorem(), name)
    for ends in ((low, low + fmpq(1, 10**7)), (high - fmpq(1, 10**7), high)):
        with pytest.raises(NotProvedError, match="is not where it was proved to be"):
            sentences(LINEAR, replace(theorem(), **{name: ends}))


def test_the_step_sizes_are_exact_or_rounded_down() -> None:
    assert largest_step(LINEAR, fmpq(1, 400)) == "1/20"
    assert largest_step(NEURON, fmpq(1, 50)) == "1/50"
    for epsilon in (fmpq(1, 500), fmpq(1, 3), fmpq(1, 400) - fmpq(1, 10**60), fmpq(1, 10**15 + 1)):
        shown = exact(largest_step(LINEAR, epsilon))
        assert shown**2 < epsilon < (shown * fmpq(100002, 100000)) ** 2
