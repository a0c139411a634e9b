"""Roots of many functions at once, against values known by hand."""

import numpy as np

from trajalign.numerics.networks.roots import between, opposite

LEVELS = np.array([-0.75, 0.0, 0.5, 0.999999])


def tanh_less(levels):
    return lambda x, rows: (np.tanh(x) - levels[rows], 1 - np.tanh(x) ** 2)


def test_roots_of_increasing_and_of_decreasing_functions():
    values = tanh_less(LEVELS)

    def mirrored(x, rows):
        value, slope = values(x, rows)
        return -value, -slope

    low, high, unit = np.full(4, -20.0), np.full(4, 20.0), np.ones(4)
    for function in (values, mirrored):
        for ends in ((low, high), (high, low)):
            found = between(function, *ends, unit)
            np.testing.assert_allclose(found, np.arctanh(LEVELS), rtol=1e-9, atol=1e-15)


def test_it_begins_where_it_is_told_and_stays_at_a_root():
    values = tanh_less(np.array([-1.0]))  # to rounding, a root everywhere below −19
    first = np.array([-25.0])
    low, high = np.array([-40.0]), np.array([0.0])
    assert between(values, low, high, np.ones(1), first).tolist() == [-25.0]


def test_ends_that_are_not_there_give_nothing():
    values = tanh_less(np.array([0.0, 0.0]))
    found = between(values, np.array([-1.0, np.nan]), np.array([2.0, 2.0]), np.ones(2))
    assert abs(found[0]) < 1e-15
    assert np.isnan(found[1])


def test_the_other_side_is_found_by_doubling_if_there_is_one():
    """1 − 2ᵏ/4 < −0.75 first for k = 3; tanh stays above −1.5."""
    values = tanh_less(np.array([-0.75, -1.5, np.nan]))
    found = opposite(values, np.ones(3), np.full(3, -0.25))
    assert found[0] == -1.0
    assert np.isnan(found[1:]).all()
    assert np.tanh(found[0]) < -0.75 < np.tanh(1 - 0.25 * 4)
