"""Coefficients of the elementary functions against mpmath at points of the ball."""

import random
from collections.abc import Callable
from typing import Any

import pytest
import sympy as sp
from flint import arb, arb_series, ctx, fmpq
from mpmath import mp

from trajalign.numerics.compile.elementary import (
    FUNCTIONS,
    power,
    substituted,
    substituted_at,
    whole_power,
)
from trajalign.theory.functions.typed import FUNCTIONS as GRAMMAR

LINE = (-3, 3)
DOMAINS = {
    sp.log: (0.1, 5),
    sp.tan: (-1.4, 1.4),
    sp.acosh: (1.05, 4),
    sp.asin: (-0.9, 0.9),
    sp.acos: (-0.9, 0.9),
    sp.atanh: (-0.9, 0.9),
}
TERMS = 6


def inside(ball: arb, value: Any, slack: Any = 0) -> bool:
    """Whether the ball is finite and, made wider by `slack`, contains an mpmath number."""
    return ball.is_finite() and bool((ball + arb(0, arb(slack))).contains(arb(value)))


def random_boxes(domain: tuple[float, float], seed: int) -> list[tuple[Any, Any]]:
    """End points of boxes inside the domain: wide, narrow and very thin ones."""
    rng = random.Random(seed)
    boxes = [(mp.mpf(domain[0]), mp.mpf(domain[1]))]
    for radius in (1, 1e-1, 1e-3, 1e-12):
        for _ in range(4):
            ends = sorted((rng.uniform(*domain), rng.uniform(*domain)))
            middle = (mp.mpf(ends[0]) + ends[1]) / 2
            half = min(mp.mpf(radius), middle - domain[0], domain[1] - middle)
            boxes.append((middle - half, middle + half))
    return boxes


def all_inside(
    function: Callable[[Any], Any],
    coefficients: Callable[[arb, int], list[arb]],
    boxes: list[tuple[Any, Any]],
) -> bool:
    """Whether the coefficients over each box contain those at its ends and at points inside."""
    rng = random.Random(7)
    for low, high in boxes:
        found = coefficients(arb(low).union(arb(high)), TERMS)
        for share in (0, 1, rng.random(), rng.random()):
            exact = mp.taylor(function, low + (high - low) * share, TERMS - 1)
            if not all(inside(f, e, 1e-40) for f, e in zip(found, exact, strict=True)):
                return False
    return True


@pytest.fixture(autouse=True)
def many_digits():
    with mp.workdps(60), ctx.workprec(200):
        yield


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
def test_coefficients_over_a_box_contain_those_at_its_points(function):
    boxes = random_boxes(DOMAINS.get(function, LINE), seed=1)
    assert all_inside(getattr(mp, function.__name__), FUNCTIONS[function], boxes)


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
def test_coefficients_at_the_midpoint_do_not_pass_for_those_over_the_box(function):
    boxes = random_boxes(DOMAINS.get(function, LINE), seed=1)

    def only_at_midpoint(x: arb, n: int) -> list[arb]:
        return FUNCTIONS[function](x.mid(), n)

    assert not all_inside(getattr(mp, function.__name__), only_at_midpoint, boxes)


@pytest.mark.parametrize("exponent", ["1/2", "-1/2", "3/2", "1/3", "-5/7", "-1", "-2", "2", "5"])
def test_powers(exponent):
    e = fmpq(*map(int, (*exponent.split("/"), "1")[:2]))
    real = mp.mpf(int(e.p)) / int(e.q)
    boxes = random_boxes((0.05, 4), seed=2)
    assert all_inside(lambda x: x**real, lambda x, n: power(x, e, n), boxes)


def test_every_smooth_function_of_the_grammar_is_known():
    made_of_others = {"abs", "sqrt"}
    assert set(GRAMMAR) - made_of_others <= {f.__name__ for f in FUNCTIONS}


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
def test_the_value_over_a_box_is_the_range_and_no_more(function):
    low, high = DOMAINS.get(function, LINE)
    real = getattr(mp, function.__name__)
    values = [real(low + (high - low) * mp.mpf(k) / 512) for k in range(513)]
    box = FUNCTIONS[function](arb(low).union(arb(high)), 1)[0]
    assert box.upper() - box.lower() < (arb(max(values)) - arb(min(values))) * 1.001


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
def test_the_width_shrinks_with_the_box(function):
    middle = fmpq(3, 2) if function is sp.acosh else fmpq(3, 7)
    for digits in (3, 6, 12, 40):
        x = arb(middle).mid() + arb(0, arb(10) ** -digits)
        assert all(c.rad() < 200 * x.rad() for c in FUNCTIONS[function](x, 4))


def test_outside_its_domain_a_function_has_no_value():
    for function, x in ((sp.log, arb(0, 1)), (sp.acosh, arb(0)), (sp.atanh, arb(1, 1))):
        assert not FUNCTIONS[function](x, 1)[0].is_finite()
    assert not power(arb(0, 1), fmpq(-1), 1)[0].is_finite()
    assert not power(arb(0, 1), fmpq(1, 2), 1)[0].is_finite()


def test_even_powers_are_not_negative():
    assert not whole_power(arb(0, 2), 2).contains(fmpq(-1, 1000))
    assert whole_power(arb(0, 2), 3).contains(-8)
    assert whole_power(arb(-3, 1), -2).contains(fmpq(1, 16))
    assert not whole_power(arb(0, 2), -2).is_finite()


@pytest.mark.parametrize("x", [arb(0), arb(0, 1)], ids=["at a point", "over a ball"])
def test_substitution_is_composition(x):
    with ctx.workprec(100):
        exponential = [1 / arb(k).fac() for k in range(4)]
        tail = arb_series([0, 2, 1], 4)
        for found in (substituted(exponential, tail), substituted_at(x, exponential, tail)):
            for k, exact in enumerate((1, 2, 3, fmpq(10, 3))):  # exp(2t + t²)
                assert found[k].overlaps(arb(exact))


def test_substitution_of_nothing_is_the_value():
    found = substituted_at(arb(0), [arb(2), arb(3)], arb_series([0], 2))
    assert [found[k] for k in range(2)] == [2, 0]
    assert [substituted([arb(2)], arb_series([0], 1))[k] for k in range(1)] == [2]


def test_substitution_over_a_ball_is_as_sharp_as_horners_rule():
    outer = [arb(1, 1e-3) / (k + 1) for k in range(28)]
    tail = arb_series([0, *outer[1:]], 28)
    sharp, found = substituted(outer, tail), substituted_at(arb(0, 1), outer, tail)
    assert all(found[k].rad() == sharp[k].rad() for k in range(28))
