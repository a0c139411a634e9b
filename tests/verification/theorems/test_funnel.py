"""The funnel's table against single steps of the map by mpmath."""

import random
from dataclasses import replace
from typing import Any

import pytest
from flint import arb, ctx, fmpq
from mpmath import mp
from uniform_cases import BY_NAME, LEVELS, NAMES, Case, funnel_of, near, rational, step_of

from trajalign.verification.theorems.errors import NotProvedError
from trajalign.verification.theorems.funnel import Funnel, funnel
from trajalign.verification.theorems.step import Step


@pytest.fixture(autouse=True)
def _precision():
    with ctx.workprec(128), mp.workdps(40):
        yield


def points(case: Case, table: Funnel, count: int, seed: int) -> list[tuple[Any, Any, Any, int]]:
    """x, v, ε and the level of v, with q at least the lowest."""
    numbers, found = random.Random(seed), []
    while len(found) < count:
        level = numbers.randrange(len(table.levels))
        x = rational(table.end) * numbers.random()
        v = rational(table.levels[level]) * numbers.choice([-1, 1, numbers.uniform(-1, 1)])
        epsilon = rational(table.largest) * mp.mpf(10) ** numbers.uniform(-4, 0)
        if case.r(x) * (1 + case.height(x, epsilon) + v) >= rational(case.lowest):
            found.append((x, v, epsilon, level))
    return found


def bound(table: Funnel, x: Any, v: Any, epsilon: Any, level: int, c_times: float = 1) -> arb:
    """(1 − xψ)|v| + xψ C₁ ε³."""
    place = near(x, 25)
    kept = table.rate(level, place.lower(), place.upper())
    floor = table.constant(level) * near(epsilon, 25) ** arb(3) * c_times
    return kept * near(abs(v), 25) + (1 - kept) * floor


@pytest.mark.parametrize("name", NAMES)
def test_no_point_breaks_the_bound(name: str) -> None:
    case, table = BY_NAME[name], funnel_of(name)
    for x, v, epsilon, level in points(case, table, 40, 1):
        after = near(abs(case.moved(x, v, epsilon)[1]), 25)
        assert after <= bound(table, x, v, epsilon, level)


@pytest.mark.parametrize("name", NAMES)
def test_faster_shrinking_is_broken_by_some_point(name: str) -> None:
    """With every ψ a fifth larger: near the curve, at the middle of rows."""
    case, table = BY_NAME[name], funnel_of(name)
    rows = tuple(
        replace(row, rates=tuple(rate * fmpq(6, 5) for rate in row.rates)) for row in table.rows
    )
    wrong = replace(table, rows=rows)
    level, epsilon = len(LEVELS) - 1, rational(fmpq(1, 10**6))
    broken = 0
    for row in table.rows:
        x, v = rational((row.low + row.high) / 2), rational(LEVELS[level])
        after = near(abs(case.moved(x, v, epsilon)[1]), 25)
        assert after <= bound(table, x, v, epsilon, level)
        broken += after > bound(wrong, x, v, epsilon, level)
    assert broken > len(rows) / 2


@pytest.mark.parametrize("name", NAMES)
def test_a_smaller_floor_is_broken_by_some_point(name: str) -> None:
    """For small ε a point with v = 0 goes to v' = −4xρ'h₃ε³, ρ = ln r, and ψ is at most 4|ρ'|: so
    that 0.9 sup |h₃| is no floor."""
    case, table = BY_NAME[name], funnel_of(name)
    level, epsilon = len(LEVELS) - 1, mp.mpf(10) ** -6
    sizes = {}
    for k in range(1, 40):
        x = rational(table.end * fmpq(k, 40))
        after = abs(case.moved(x, mp.mpf(0), epsilon)[1])
        sizes[x] = after / (4 * x * abs(mp.diff(case.r, x) / case.r(x)) * epsilon**3)
        assert near(after, 25) <= bound(table, x, mp.mpf(0), epsilon, level)
    x, largest = max(sizes.items(), key=lambda item: item[1])
    assert near(largest, 10) <= table.constant(level)
    wrong = float(9 * near(largest) / 10 / table.constant(level))
    after = near(abs(case.moved(x, mp.mpf(0), epsilon)[1]), 25)
    assert after > bound(table, x, mp.mpf(0), epsilon, level, wrong)


def test_past_the_superstable_cycle_orbits_jump_over_the_curve() -> None:
    """There v' = (1 + 2p r'/r) v + … has the other sign for v < 0, and ψ is (2 + 2p r'/r)/x and a
    little less: log-cosh has p r'/r = −1/2 at p² = 1.185."""
    case, level = BY_NAME["log-cosh"], fmpq(1, 20)
    table = funnel(Step(case.model, 2, fmpq(2)), fmpq(7, 5), (level,), fmpq(1, 1000), fmpq(1, 2))
    for k in range(1, 7):
        x, epsilon = rational(fmpq(49, 40) + fmpq(k, 40)), mp.mpf(10) ** -6
        for v in (rational(level), -rational(level)):
            after = case.moved(x, v, epsilon)[1]
            assert after * v < 0 or v > 0
            assert near(abs(after), 25) <= bound(table, x, v, epsilon, 0)


@pytest.mark.parametrize("name", NAMES)
def test_the_rate_is_at_most_the_slope_on_either_side(name: str) -> None:
    case, level = BY_NAME[name], fmpq(1, 20)
    table = funnel(step_of(name), case.end / 2, (level,), case.largest, fmpq(1, 2))
    epsilon, tiny = mp.mpf(10) ** -5, mp.mpf(10) ** -12
    for row in table.rows[1::4]:
        x, slopes = rational((row.low + row.high) / 2), []
        for v in (rational(level), -rational(level)):
            ends = [case.moved(x, v * (1 - sign * tiny), epsilon)[1] for sign in (0, 1)]
            slopes.append((1 - (ends[0] - ends[1]) / (v * tiny)) / x)  # −Φ_v
        assert row.rates[0] <= near(min(slopes), 10)
        assert row.rates[0] > near(min(slopes), 10) * 0.6
        assert max(slopes) > min(slopes) * 1.05  # so that one side alone would not do


def test_the_floor_is_at_least_the_next_coefficient() -> None:
    # log-cosh has h₃(0) = 3267/2240 (reference.md §3).
    constant = funnel_of("log-cosh").constant(len(LEVELS) - 1)
    assert constant >= arb(fmpq(3267, 2240))
    assert constant < 1.5 * arb(fmpq(3267, 2240))


def test_rows_are_next_to_each_other_from_zero_to_the_end() -> None:
    for name in NAMES:
        table, case = funnel_of(name), BY_NAME[name]
        assert table.rows[0].low == 0
        assert table.end == case.end * 21 / 20
        assert all(a.high == b.low for a, b in zip(table.rows, table.rows[1:], strict=False))


def test_a_wider_level_shrinks_no_faster() -> None:
    for row in funnel_of("log-cosh").rows:
        assert all(a <= b for a, b in zip(row.rates, row.rates[1:], strict=False))
        assert row.rates[0] > 0


def test_the_level_is_the_smallest_that_is_enough() -> None:
    table = funnel_of("log-cosh")
    assert [table.level(arb(level).lower()) for level in LEVELS[1:3]] == [1, 2]
    assert table.level(arb(0)) == len(LEVELS) - 1
    assert table.level(arb(LEVELS[1]) + arb(10) ** arb(-20)) == 0
    for size in (arb(LEVELS[0]) + 1e-9, arb.nan(), arb(0, 1)):
        with pytest.raises(NotProvedError, match="beyond the funnel"):
            table.level(size)


def test_the_rate_over_a_range_is_the_slowest_of_it() -> None:
    table = funnel_of("log-cosh")
    edges = [row.low for row in table.rows[1:]]
    for low, high in ((edges[3], edges[5]), (edges[3] / 2, edges[9]), (fmpq(0), edges[-1])):
        found = table.rate(0, arb(low), arb(high))
        for row in table.rows:
            for x in (max(low, row.low), min(high, row.high)):
                if row.low <= x <= row.high and low <= x <= high:
                    assert 1 - arb(x) * row.rates[0] <= found
    assert table.rate(0, arb(0), arb(edges[0])) == 1


@pytest.mark.parametrize("high", [fmpq(1), None], ids=["beyond", "NaN"])
def test_past_the_table_there_is_no_rate(high: fmpq | None) -> None:
    with pytest.raises(NotProvedError, match="leaves the funnel"):
        funnel_of("log-cosh").rate(0, arb(0), arb.nan() if high is None else arb(high))


def test_where_orbits_are_not_drawn_to_the_curve_there_is_no_funnel() -> None:
    """Past p r'/r = −1 the 2-cycle is not stable: for √(1+z²) x/(1 + x) stays below 1, so with |v|
    up to 9/10 it is the width that is too large; log-cosh has p r'/r = −1 at p = ∞."""
    with pytest.raises(NotProvedError, match="not known to shrink"):
        funnel(step_of("pseudo-huber"), fmpq(1), (fmpq(9, 10),), fmpq(1, 100), fmpq(1, 100))


def test_what_has_no_bound_on_the_curve_has_no_constant() -> None:
    table = funnel_of("log-cosh")
    rows = (*table.rows[:3], replace(table.rows[3], source=arb.nan()), *table.rows[4:])
    with pytest.raises(NotProvedError, match="not finite"):
        replace(table, rows=rows).constant(0)
