"""Monomials in growing generators on [M, ∞): where they fall, against mpmath and by hand."""

from fractions import Fraction
from itertools import pairwise

import pytest
import sympy as sp
from flint import arb, ctx
from mpmath import mp

from trajalign.verification.hypotheses.tails.scale import Scale, T, nested, tendency

LOGS = Scale(((2, sp.Rational(1, 2)), (1, sp.Integer(1))), 3)  # exp(t²/2), eᵗ, t, G₁, G₂, G₃


def exponents(*e) -> tuple[Fraction, ...]:
    return tuple(Fraction(x) for x in e)


@pytest.mark.parametrize(
    ("e", "towards"),
    [
        ((0, 0, 0, 0, 0, 0), 0),
        ((0, 0, 0, 0, 0, 1), 1),
        ((0, 0, 0, 0, -1, 100), -1),
        ((0, 0, Fraction(1, 100), -100, -100, -100), 1),
        ((-1, 1000, 0, 0, 0, 0), -1),
    ],
)
def test_a_generator_outweighs_all_that_follow(e, towards) -> None:
    assert tendency(exponents(*e)) == towards
    assert tendency(exponents(*(-x for x in e))) == -towards


def test_a_monomial_is_bounded_by_its_value_at_the_start_only_past_its_peak() -> None:
    scale = Scale(((1, sp.Integer(1)),))  # t⁴ e⁻ᵗ has its peak at t = 4
    assert not scale.monomial(exponents(-1, 4), arb(3)).known
    past = scale.monomial(exponents(-1, 4), arb(5))
    assert past.low == 0
    assert past.ball.overlaps(arb(625) * arb(-5).exp())
    assert past.high < arb(626) * arb(-5).exp()
    assert not scale.monomial(exponents(0, 1), arb(5)).known  # t itself
    assert not scale.monomial(exponents(1, 0), arb(5)).known  # eᵗ
    assert not scale.monomial(exponents(-1, 0), arb(0)).known
    assert scale.monomial(exponents(-1, 4), arb.pos_inf()).high == 0


def test_gaussian_decay_has_its_own_peak() -> None:
    scale = Scale(((2, sp.Rational(1, 2)),))  # t⁴ exp(−t²/2) has its peak at t = 2
    assert not scale.monomial(exponents(-1, 4), arb("1.9")).known
    assert scale.monomial(exponents(-1, 4), arb("2.1")).known


def test_two_exponents_have_a_common_peak() -> None:
    # exp(3t − t²/2) t² has t m'/m = 3t − t² + 2, zero at (3 + √17)/2 = 3.56
    scale = Scale(((2, sp.Rational(1, 2)), (1, sp.Integer(1))))
    assert not scale.monomial(exponents(-1, 3, 2), arb("3.5")).known
    assert scale.monomial(exponents(-1, 3, 2), arb("3.6")).known


FALLING = [
    (0, 0, -1, 1, 0, 0),
    (0, 0, -1, 5, 5, 5),
    (0, 0, Fraction(-1, 2), 1, 0, 3),
    (0, 0, 0, -1, 1, 0),
    (0, 0, 0, -3, 2, 2),
    (0, 0, 0, 0, -1, 1),
    (0, 0, 0, 0, 0, -1),
    (0, -1, 3, 2, 1, 0),
    (-1, 2, 1, 0, 0, 1),
    (-1, -5, 8, 0, 0, 0),
]


@pytest.mark.parametrize("e", FALLING)
def test_past_the_start_it_falls_below_its_bound(e) -> None:
    """By mpmath, just past the start, and at 2^k up to 2²⁰."""
    product = sp.Mul(*(m**x for m, x in zip(LOGS.meanings, map(sp.Rational, e), strict=True)))
    function = sp.lambdify(T, product, "mpmath")
    told = 0
    for start in (1, 2, 4, 8, 16, 64, 1024, 2**14):
        with ctx.workprec(200):
            found = LOGS.monomial(exponents(*e), arb(start))
        if not found.known:
            continue
        told += 1
        places = [start * (1 + mp.mpf(2) ** -40), start * mp.mpf("1.01")]
        places += [mp.mpf(2) ** k for k in range(21) if 2**k > start]
        with mp.workdps(40):
            values = [function(z) for z in [mp.mpf(start), *places]]
            assert all(b < a or a == 0 for a, b in pairwise(values))
            assert found.low >= 0
            assert abs(mp.mpf(found.high.str(25, radius=False)) / values[0] - 1) < 1e-12
    assert told


@pytest.mark.parametrize("e", FALLING)
def test_where_it_still_rises_nothing_is_claimed(e) -> None:
    product = sp.Mul(*(m**x for m, x in zip(LOGS.meanings, map(sp.Rational, e), strict=True)))
    function = sp.lambdify(T, product, "mpmath")
    for k in range(-8, 12):
        start = mp.mpf(2) ** k
        with mp.workdps(40):
            rises = function(start * mp.mpf("1.0001")) > function(start)
        if rises:
            assert not LOGS.monomial(exponents(*e), arb(2) ** k).known


def test_a_wrong_speed_would_be_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """With σ_k = 1/(G₁ ⋯ G_k)³ a monomial that still rises is taken to fall."""
    right = Scale._speeds
    monkeypatch.setattr(
        Scale, "_speeds", lambda self, start: [s**3 if s < 1 else s for s in right(self, start)]
    )
    with pytest.raises(AssertionError):
        test_where_it_still_rises_nothing_is_claimed((0, 0, -1, 5, 5, 5))


def test_iterated_logarithms_of_a_stretched_variable() -> None:
    scale = Scale((), 2, sp.Rational(3, 2))
    assert scale.meanings == (T, sp.asinh(3 * T / 2), sp.asinh(sp.asinh(3 * T / 2)))
    assert nested(0, sp.Integer(5)) == 5 * T
    bound = scale.monomial(exponents(0, 0, -1), arb(10))
    with mp.workdps(30):
        expected = 1 / mp.asinh(mp.asinh(15))
    assert mp.almosteq(mp.mpf(bound.high.str(20, radius=False)), expected, 1e-12)
