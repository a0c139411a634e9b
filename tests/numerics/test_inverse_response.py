"""Inverses of decreasing functions, against closed forms and mpmath's root finder."""

from fractions import Fraction

import pytest
import sympy as sp
from flint import arb, ctx, fmpq
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mp
from zoo import BY_NAME, PROBLEMS, to_mpf

from trajalign.numerics.compile.balls import compile_balls
from trajalign.numerics.inverse_response import InverseResponse, solve_decreasing
from trajalign.theory.errors import NotFiniteError
from trajalign.theory.responses import Activation, Loss

Z = sp.Symbol("z", real=True)
CLOSED = {  # r̂(q)
    "pseudo-huber": lambda q: mp.sqrt(1 / q**2 - 1),
    "algebraic": lambda q: mp.sqrt(1 / mp.sqrt(q) - 1),
}
DIGITS = 120
BITS = 400  # 120.4 digits


def compiled(f):
    return compile_balls([f, sp.diff(f, Z)], [Z])


@pytest.fixture(scope="module")
def inverses():
    return {p.name: InverseResponse(p.model.response) for p in PROBLEMS}


def solved(inverse, q, bits=BITS):
    with ctx.workprec(4 * bits):
        return to_mpf(inverse(arb(q), bits))


@settings(deadline=None, max_examples=30)
@given(st.sampled_from(sorted(CLOSED)), st.fractions(min_value=0, max_value=1))
def test_the_closed_forms_to_120_digits(inverses, name, q):
    if not 0.01 < q < 0.999:
        return
    with mp.workdps(2 * DIGITS):
        found = solved(inverses[name], fmpq(q.numerator, q.denominator))
        expected = CLOSED[name](mp.mpf(q.numerator) / q.denominator)
        assert abs(found / expected - 1) < mp.mpf(10) ** (2 - DIGITS)


@pytest.mark.parametrize(("q", "root"), [("16/25", "1/2"), ("1/4", "1")])
@pytest.mark.parametrize("bits", [53, BITS])
def test_a_root_at_which_the_search_begins_or_ends(inverses, q, root, bits):
    """Of z/√(1+z²), r(z) = 1/(1+z²)²: the search for a bracket tries these places themselves."""
    found = solved(inverses["algebraic"], fmpq(*Fraction(q).as_integer_ratio()), bits)
    with mp.workprec(2 * bits):
        assert abs(found / mp.mpf(float(Fraction(root))) - 1) < mp.mpf(2) ** (2 - bits)


@pytest.mark.parametrize("name", sorted(CLOSED))
@pytest.mark.parametrize("distance", [3, 10, 40])
def test_near_q_1_where_r_is_flat(inverses, name, distance):
    """r̂(1 − δ) ≈ √(2δ/|r₂|): the root is found although r' vanishes with it."""
    with mp.workdps(2 * DIGITS):
        q = 1 - mp.mpf(10) ** -distance
        found = solved(inverses[name], 1 - fmpq(1, 10**distance))
        assert abs(found / CLOSED[name](q) - 1) < mp.mpf(10) ** -100
        leading = mp.sqrt(2 * (1 - q) / -int(BY_NAME[name].curvature))
        assert abs(found / leading - 1) < 10 * (1 - q)


@pytest.mark.parametrize("problem", PROBLEMS, ids=str)
@pytest.mark.parametrize("q", [fmpq(3, 5), fmpq(9, 10)])
def test_r_of_the_inverse_is_q(inverses, problem, q):
    with mp.workdps(100):
        z = solved(inverses[problem.name], q, 300)
        assert z > 0
        target = mp.mpf(int(q.p)) / int(q.q)
        assert abs(problem.r(z) - target) < mp.mpf(10) ** -85
        assert abs(problem.r(z * (1 + mp.mpf(10) ** -80)) - target) > mp.mpf(10) ** -85


@pytest.mark.parametrize("q", [fmpq(1, 100), fmpq(1, 10**6)])
def test_far_from_zero(inverses, q):
    """log-cosh: tanh z/z = q at z = 1/q up to e^(−2/q)."""
    with mp.workdps(60):
        z, target = solved(inverses["log-cosh"], q, 150), mp.mpf(int(q.p)) / int(q.q)
        assert abs(z * target - mp.tanh(1 / target)) < 1e-30


def test_a_guess_changes_nothing(inverses):
    with mp.workdps(60):
        plain = solved(inverses["log-cosh"], fmpq(3, 4), 150)
        for guess in (arb(1), arb(0.001), arb(50), arb(-3)):
            with ctx.workprec(600):
                guided = to_mpf(inverses["log-cosh"](arb(fmpq(3, 4)), 150, guess))
            assert abs(guided / plain - 1) < mp.mpf(2) ** -149


@pytest.mark.parametrize("q", [fmpq(1), fmpq(3, 2), fmpq(100)])
def test_a_value_that_the_response_never_takes(inverses, q):
    with pytest.raises(NotFiniteError, match="no solution"):
        solved(inverses["log-cosh"], q, 100)


def test_a_value_below_the_infimum():
    """ℓ = z²/4 + log cosh(z)/2 has r = ½ + tanh(z)/(2z) > ½."""
    inverse = InverseResponse(Loss.parse("z**2/4 + log(cosh(z))/2"))
    with pytest.raises(NotFiniteError, match="stays above"):
        inverse(arb(0.25), 60)
    assert float(inverse(arb(0.75), 60)) == pytest.approx(1.9150080481545375, rel=1e-6)
    # there tanh z/z = ½, whose root mpmath gives:
    assert float(mp.findroot(lambda z: mp.tanh(z) / z - 0.5, 1.9)) == pytest.approx(
        1.9150080481545375
    )


def test_a_negative_value():
    with pytest.raises(NotFiniteError):
        InverseResponse(Activation.parse("algebraic"))(arb(-1), 60)


# solve_decreasing


def test_z0_of_the_tanh_neuron():
    """z r'/r = z coth z − 3 z tanh z − 1 = −½ at z0 = 0.44857862920834…

    A regression: the midpoint at which the gap is exactly 0 must itself be returned.
    """
    f = compiled(Z * sp.coth(Z) - 3 * Z * sp.tanh(Z))
    with mp.workdps(60):
        expected = mp.findroot(
            lambda z: z * mp.coth(z) - 3 * z * mp.tanh(z) - mp.mpf(1) / 2, mp.mpf("0.45")
        )
        assert mp.nstr(expected, 14) == "0.44857862920834"
        for bits in (20, 53, 100, 150):
            root = to_mpf(solve_decreasing(f, arb(0.5), arb(2) ** -20, arb(2), bits))
            assert abs(root / expected - 1) < mp.mpf(2) ** (2 - bits)


@pytest.mark.parametrize(("low", "high"), [(1, 4), (fmpq(1, 2), 8), (fmpq(1, 1000), 3), (1, 5000)])
def test_a_root_that_is_hit_exactly_is_returned(low, high):
    """8/z³ = 1 at z = 2; from the bracket (1, 4) the first guess √(1·4) is the root itself."""
    f = compiled(8 / Z**3)
    assert abs(solve_decreasing(f, arb(1), arb(low), arb(high), 80) - 2) < arb(2) ** -78
    exact_guess = solve_decreasing(f, arb(1), arb(low), arb(high), 80, guess=arb(2))
    assert exact_guess == 2


@pytest.mark.parametrize(("low", "high"), [(3, 9), (fmpq(1, 9), 1)])
def test_a_bracket_without_a_root(low, high):
    with pytest.raises(NotFiniteError, match="no solution"):
        solve_decreasing(compiled(8 / Z**3), arb(1), arb(low), arb(high), 60)


@settings(deadline=None, max_examples=30)
@given(st.fractions(min_value=-20, max_value=20), st.sampled_from([30, 60, 200]))
def test_logarithms(target, bits):
    """−log z = t at z = e^(−t)."""
    f = compiled(-sp.log(Z))
    with ctx.workprec(2 * bits + 60):
        t = arb(fmpq(target.numerator, target.denominator))
        root = solve_decreasing(f, t, arb(2) ** -100, arb(2) ** 100, bits)
        assert abs(root * t.exp() - 1) < arb(2) ** (2 - bits)


def test_the_precision_in_force_is_left_as_it_was():
    before = ctx.prec
    solve_decreasing(compiled(1 / Z), arb(1), arb(0.5), arb(3), 500)
    with pytest.raises(NotFiniteError):
        solve_decreasing(compiled(1 / Z), arb(1), arb(2), arb(3), 500)
    assert ctx.prec == before
