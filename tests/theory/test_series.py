"""Taylor coefficients at 0: against Cauchy's integral, mpmath, and sequences known to everyone."""

import re
import time
from math import factorial

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mp

from trajalign.theory.errors import NoExpansionError
from trajalign.theory.expressions.parsing import Z, parse_expression
from trajalign.theory.series import taylor

DIGITS = 40


def series(text, order):
    return taylor(parse_expression(text), order)


def decimals(coefficients):
    return [mp.mpf(str(sp.N(c, mp.dps + 5))) for c in coefficients]


def by_cauchy(function, order):
    """cₖ = (2πi)⁻¹ ∮ f(z) z^(−k−1) dz over |z| = ¼ by the trapezoidal rule with 128 nodes.

    The rule is wrong by cₖ₊₁₂₈ 4⁻¹²⁸: 10⁻⁶⁰ or less for the functions below, all analytic for
    |z| < ⅔. It never sees z = 0, so that removable singularities are no special case.
    """
    nodes = [mp.expjpi(mp.mpf(2 * j) / 128) / 4 for j in range(128)]
    values = [function(z) for z in nodes]
    return [
        mp.re(mp.fsum(v * z**-k for v, z in zip(values, nodes, strict=True)) / 128)
        for k in range(order)
    ]


def agree(found, expected):
    return all(abs(a - b) < mp.mpf(10) ** -DIGITS for a, b in zip(found, expected, strict=True))


REGULAR = {
    "exp(z)": mp.exp,
    "sin(z)": mp.sin,
    "cos(z)": mp.cos,
    "tan(z)": mp.tan,
    "sinh(z)": mp.sinh,
    "cosh(z)": mp.cosh,
    "tanh(z)": mp.tanh,
    "asin(z)": mp.asin,
    "acos(z)": mp.acos,
    "atan(z)": mp.atan,
    "asinh(z)": mp.asinh,
    "atanh(z)": mp.atanh,
    "erf(z)": mp.erf,
    "erfc(z)": mp.erfc,
    "log(1 + z)": lambda z: mp.log(1 + z),
    "acosh(2 + z)": lambda z: mp.acosh(2 + z),
    "log(cosh(z))": lambda z: mp.log(mp.cosh(z)),
    "log(exp(z) + exp(-z))": lambda z: mp.log(mp.exp(z) + mp.exp(-z)),
    "log(1 + exp(z)) - z/2": lambda z: mp.log(1 + mp.exp(z)) - z / 2,
    "erf(sqrt(pi)/2*z)": lambda z: mp.erf(mp.sqrt(mp.pi) / 2 * z),
    "z*(1 + erf(z/sqrt(2)))/2": lambda z: z * (1 + mp.erf(z / mp.sqrt(2))) / 2,
    "2*atan(tanh(z/2))": lambda z: 2 * mp.atan(mp.tanh(z / 2)),
    "sqrt(1 + z**2)": lambda z: mp.sqrt(1 + z**2),
    "z/sqrt(1 + z**2)": lambda z: z / mp.sqrt(1 + z**2),
    "(1 + z**4)**(1/4)": lambda z: mp.root(1 + z**4, 4),
    "(2 + z)**(1/3)": lambda z: mp.cbrt(2 + z),
    "(1 + sin(z)/2)**(-7/5)": lambda z: (1 + mp.sin(z) / 2) ** (-mp.mpf(7) / 5),
    "sqrt(pi + z)": lambda z: mp.sqrt(mp.pi + z),
    "1/(1 - z - z**2)": lambda z: 1 / (1 - z - z**2),
    "exp(sin(z))": lambda z: mp.exp(mp.sin(z)),
    "tanh(z/2 + z**3)": lambda z: mp.tanh(z / 2 + z**3),
    "log(pi - 3 + z)": None,  # singular at 3 − π, inside the circle; see below
}
REMOVABLE = {
    "tanh(z)/z": lambda z: mp.tanh(z) / z,
    "3*log(sinh(z)/z)": lambda z: 3 * mp.log(mp.sinh(z) / z),
    "(1 - cos(z))/z**2": lambda z: (1 - mp.cos(z)) / z**2,
    "atan(z)/(z*(1 + z**2))": lambda z: mp.atan(z) / (z * (1 + z**2)),
    "sin(z)/tan(z)": lambda z: mp.sin(z) / mp.tan(z),
    "(tan(z) - sin(z))/z**3": lambda z: (mp.tan(z) - mp.sin(z)) / z**3,
    "z/(exp(z) - 1)": lambda z: z / (mp.exp(z) - 1),
    "z/tanh(z) - 3*z*tanh(z)": lambda z: z / mp.tanh(z) - 3 * z * mp.tanh(z),
    "1/sin(z)**2 - 1/z**2": lambda z: 1 / mp.sin(z) ** 2 - 1 / z**2,
    "exp(sin(z)/z)": lambda z: mp.exp(mp.sin(z) / z),
    "sqrt(log(cosh(z))/z**2)": lambda z: mp.sqrt(mp.log(mp.cosh(z)) / z**2),
    "(sqrt(1 + z) - 1)/z": lambda z: (mp.sqrt(1 + z) - 1) / z,
    "(exp(z) - exp(-z) - 2*z)/(z - sin(z))": lambda z: (
        (mp.exp(z) - mp.exp(-z) - 2 * z) / (z - mp.sin(z))
    ),
}


@pytest.mark.parametrize("text", [t for t, f in (REGULAR | REMOVABLE).items() if f])
def test_the_coefficients_are_those_of_cauchys_integral(text):
    with mp.workdps(DIGITS + 30):
        expected = by_cauchy((REGULAR | REMOVABLE)[text], 5)
        assert agree(decimals(series(text, 5)), expected)
        wrong = [c + (k == 3) * mp.mpf(10) ** (2 - DIGITS) for k, c in enumerate(expected)]
        assert not agree(decimals(series(text, 5)), wrong)


@pytest.mark.parametrize("text", [t for t, f in REGULAR.items() if f])
def test_the_coefficients_are_those_of_mpmath(text):
    with mp.workdps(DIGITS + 30):
        assert agree(decimals(series(text, 5)), mp.taylor(REGULAR[text], 0, 4))


def test_a_constant_close_to_zero_is_not_taken_for_zero():
    # log(a + z) = log a + z/a − z²/(2a²) + … with a = π − 3 = 0.14…
    with mp.workdps(DIGITS + 10):
        a = mp.pi - 3
        assert agree(decimals(series("log(pi - 3 + z)", 3)), [mp.log(a), 1 / a, -1 / (2 * a**2)])
    # and with an a of 10⁻¹⁰: 355/113 − π is 2.7·10⁻⁷
    with mp.workdps(DIGITS + 30):
        a = mp.mpf(355) / 113 - mp.pi
        found = decimals(series("z/(355/113 - pi + z)", 3))
        assert abs(found[1] * a - 1) < mp.mpf(10) ** -DIGITS
        assert found[0] == 0


def test_hidden_zeros_are_found():
    # sin² 1 + cos² 1 = 1 without SymPy noticing: (… + z)/z is 1, not a pole.
    assert series("(sin(1)**2 + cos(1)**2 - 1 + z)/z", 3) == (1, 0, 0)
    assert series("(log(6) - log(2) - log(3) + z**2)/z**2", 3) == (1, 0, 0)


# Exact values


def test_bernoulli_numbers():
    expected = [sp.Rational(*map(int, mp.bernfrac(n))) / factorial(n) for n in range(13)]
    assert list(series("z/(exp(z) - 1)", 13)) == expected


def test_euler_numbers():
    expected = [sp.Rational(int(mp.eulernum(n)), factorial(n)) for n in range(13)]
    assert list(series("1/cosh(z)", 13)) == expected


def test_catalan_numbers():
    # (1 − √(1 − 4z))/(2z) = Σ Cₙ zⁿ, Cₙ = (2n)!/(n! (n+1)!)
    expected = [factorial(2 * n) // (factorial(n) * factorial(n + 1)) for n in range(12)]
    assert list(series("(1 - sqrt(1 - 4*z))/(2*z)", 12)) == expected


def test_fibonacci_numbers():
    assert series("1/(1 - z - z**2)", 10) == (1, 1, 2, 3, 5, 8, 13, 21, 34, 55)


def test_irrational_constants_stay_exact():
    # erf(√π z/2) = z − π z³/12 + π² z⁵/160 − …
    assert series("erf(sqrt(pi)/2*z)", 6) == (0, 1, 0, -sp.pi / 12, 0, sp.pi**2 / 160)
    assert series("log(exp(z) + exp(-z))", 5)[0] == sp.log(2)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sqrt(z**4 + z**6)", (0, 0, 1, 0, sp.Rational(1, 2))),  # z² √(1+z²)
        ("(z**6)**(1/3)", (0, 0, 1, 0, 0)),  # z²
        ("1/sqrt(1 + z**4)", (1, 0, 0, 0, -sp.Rational(1, 2))),
        ("atan(z**2)/z**2", (1, 0, 0, 0, -sp.Rational(1, 3))),
        ("z**7", (0, 0, 0, 0, 0)),
        ("sinh(z) - exp(z)/2 + exp(-z)/2", (0, 0, 0, 0, 0)),  # 0 in disguise
    ],
)
def test_roots_of_even_order_and_vanishing_terms(text, expected):
    assert series(text, 5) == expected


def test_any_symbol_can_be_the_variable():
    t = sp.Symbol("t", positive=True)
    assert taylor(sp.exp(2 * t), 3, t) == (1, 2, 2)


@pytest.mark.parametrize("text", ["tanh(z)/z", "3*log(sinh(z)/z)", "(2 + z)**(1/3)"])
def test_asking_for_more_terms_changes_none(text):
    long = series(text, 6)
    assert all(series(text, n) == long[:n] for n in range(1, 6))


# Heavy cancellation

E4 = "(exp(z) - 1 - z - z**2/2 - z**3/6 - z**4/24)"  # z⁵/120 + z⁶/720 + …


def test_cancellation_of_five_orders():
    assert series(f"{E4}/z**5", 3) == tuple(
        sp.Rational(1, n) for n in (factorial(5), factorial(6), factorial(7))
    )


def test_division_by_what_vanishes_to_high_order():
    # z⁵/(z⁵/120 + z⁶/720 + …) = 120/(1 + z/6 + …) = 120 − 20 z + …
    assert series(f"z**5/{E4}", 2) == (120, -20)
    assert series(f"z**5/{E4}", 1) == (120,)


@pytest.mark.parametrize("name", ["sin", "cos", "exp", "tanh", "atan", "erf", "asinh"])
def test_a_function_of_what_cancels_to_high_order(name):
    """f(1/120 + z/720 + …) at z = 0 is f(1/120), not f(0): an unknown constant is not 0."""
    assert series(f"{E4}/z**5", 1) == (sp.Rational(1, 120),)
    (found,) = series(f"{name}({E4}/z**5)", 1)
    value = getattr(mp, name)(mp.mpf(1) / 120)
    assert float(found) == pytest.approx(float(value), rel=1e-12)


def test_what_cancels_to_high_order_is_not_called_a_pole():
    """(e^z − 1 − … − z⁹/9!)/z¹⁰ = 1/10! + z/11! + …"""
    rest = "exp(z) - 1 - " + " - ".join(f"z**{k}/{factorial(k)}" for k in range(1, 10))
    for order in (1, 3, 5, 6):
        assert series(f"atan(({rest})/z**10)", order)[0] == sp.atan(sp.Rational(1, factorial(10)))


# What has no series


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("1/z", "pole"),
        ("1/tanh(z)", "pole"),
        ("cos(z)/z**2", "pole"),
        ("exp(-1/z**2)", "pole"),
        ("tan(pi/2 + z)", "smooth"),
        ("abs(z)", "smooth"),
        ("z/(1 + abs(z))", "smooth"),
        ("sqrt(z)", "smooth"),
        ("sqrt(z**2)", "smooth"),
        ("z**(1/3)", "smooth"),
        ("sqrt(sin(z))", "smooth"),
        ("sqrt(1 - cos(z))", "smooth"),  # |z|/√2 + …
        ("sqrt(cos(z) - 2)", "not real"),
        ("sqrt(-z**4 - z**6)", "not real"),
        ("log(z)", "no expansion"),
        ("log(z**2)", "no expansion"),
        ("log(cos(z) - 2)", "no expansion"),
        ("log(3 - pi + z)", "no expansion"),
        ("acosh(z)", "not real|no expansion"),
        ("acosh(1 + z)", "smooth|no expansion"),
        ("asin(1 + z)", "smooth|no expansion"),
        ("atanh(1 - z)", "smooth|no expansion"),
    ],
)
def test_what_has_no_series_is_refused_with_a_reason(text, why):
    with pytest.raises(NoExpansionError) as caught:
        series(text, 4)
    message = str(caught.value)
    assert re.search(why, message)
    assert "\n" not in message
    assert len(message) < 200


def test_an_unknown_function_is_refused():
    with pytest.raises(NoExpansionError, match="not built from the functions known here"):
        taylor(sp.Piecewise((Z, Z > 0), (0, True)), 3)


# At random

FUNCTIONS = {  # every one analytic at 0 with rational coefficients
    sp.sin: mp.sin,
    sp.atan: mp.atan,
    sp.sinh: mp.sinh,
    sp.exp: mp.exp,
    sp.asinh: mp.asinh,
}


def polynomial(numbers):
    coefficients = [sp.Rational(n, 4) for n in numbers]
    return (
        sum(c * Z**k for k, c in enumerate(coefficients)),
        lambda z: mp.fsum(mp.mpf(n) / 4 * z**k for k, n in enumerate(numbers)),
    )


def called(function, inner):
    # z·inner vanishes at 0, whatever inner is
    return function(Z * inner[0]), lambda z: FUNCTIONS[function](z * inner[1](z))


TREES = st.recursive(
    st.lists(st.integers(-6, 6), min_size=1, max_size=4).map(polynomial),
    lambda trees: (
        st.builds(called, st.sampled_from(sorted(FUNCTIONS, key=str)), trees)
        | st.builds(lambda a, b: (a[0] + b[0], lambda z: a[1](z) + b[1](z)), trees, trees)
        | st.builds(lambda a, b: (a[0] * b[0], lambda z: a[1](z) * b[1](z)), trees, trees)
        | trees.map(lambda a: (1 / (2 + Z * a[0]), lambda z: 1 / (2 + z * a[1](z))))
        | trees.map(lambda a: (sp.sqrt(4 + Z * a[0]), lambda z: mp.sqrt(4 + z * a[1](z))))
    ),
    max_leaves=4,
)
ORDER = 4


@settings(deadline=None, max_examples=40)
@given(TREES)
def test_a_random_expression_has_the_series_that_mpmath_measures(tree):
    with mp.workdps(DIGITS + 30):
        assert agree(decimals(taylor(tree[0], ORDER)), mp.taylor(tree[1], 0, ORDER - 1))


@settings(deadline=None, max_examples=15)
@given(TREES, TREES)
def test_series_of_sums_products_and_compositions(left, right):
    a, b = taylor(left[0], ORDER), taylor(right[0], ORDER)
    assert taylor(left[0] + right[0], ORDER) == tuple(x + y for x, y in zip(a, b, strict=True))
    product = tuple(sum(a[i] * b[k - i] for i in range(k + 1)) for k in range(ORDER))
    assert taylor(left[0] * right[0], ORDER) == product
    # left(z·right(z)), by Horner's rule on truncated polynomials
    inner = sp.Poly(sum(c * Z ** (k + 1) for k, c in enumerate(b)), Z)
    total = sp.Poly(0, Z)
    for c in reversed(a):
        total = (total * inner + c).rem(sp.Poly(Z**ORDER, Z))
    composed = tuple(total.coeff_monomial(Z**k) for k in range(ORDER))
    assert taylor(left[0].subs(Z, Z * right[0]), ORDER) == composed


def test_ordinary_questions_are_answered_quickly():
    start = time.perf_counter()
    series("3*log(sinh(z)/z)", 12)
    series("2*atan(tanh(z/2))", 5)
    assert time.perf_counter() - start < 10


# Coefficients that are not rational ---------------------------------------------------------------


def test_a_number_of_size_ten_to_the_minus_6000_is_told_from_zero() -> None:
    """tanh² has the slope −2 tanh c/cosh² c at −c, and 1/cosh²(7300) is about 10⁻⁶³⁴⁰."""
    square = sp.tanh(1000 * (Z - sp.Rational(73, 10))) ** 2
    found = taylor(square, 2)
    with mp.workdps(7000):
        c = mp.mpf(7300)
        exact = [mp.tanh(c) ** 2, -2000 * mp.tanh(c) / mp.cosh(c) ** 2]
        for ours, theirs in zip(found, exact, strict=True):
            assert mp.almosteq(mp.mpmathify(sp.N(ours, 7000)), theirs, 1e-50)
    with pytest.raises(NoExpansionError, match="has a pole at 0"):  # not: could not be decided
        taylor(square.diff(Z) / Z, 3)


@pytest.mark.timeout(60)
def test_coefficients_do_not_swell() -> None:
    """An even function of which SymPy's `expand` makes ever longer sums in sinh 1 and cosh 1."""
    shifted = [sp.sqrt(1 + sp.tanh(Z / 2 + s) ** 2) for s in (1, -1)]
    found = taylor(sp.Add(*shifted), 6)
    with mp.workdps(30):
        exact = mp.taylor(
            lambda z: sum(mp.sqrt(1 + mp.tanh(z / 2 + s) ** 2) for s in (1, -1)), 0, 5
        )
    assert found[1::2] == (0, 0, 0)
    assert [float(c) for c in found] == pytest.approx([float(c) for c in exact], abs=1e-12)
    assert max(map(sp.count_ops, found)) < 1000


@pytest.mark.parametrize(
    "zero",
    [
        sp.cosh(1) ** 2 - sp.sinh(1) ** 2 - 1,
        sp.tanh(sp.Rational(2, 3)) * sp.cosh(sp.Rational(2, 3)) - sp.sinh(sp.Rational(2, 3)),
        sp.exp(sp.Rational(1, 2)) * sp.exp(sp.Rational(1, 3)) - sp.exp(sp.Rational(5, 6)),
        (1 + sp.sqrt(2)) ** 2 - 3 - 2 * sp.sqrt(2),
        sp.sqrt(3 + 2 * sp.sqrt(2)) - 1 - sp.sqrt(2),
    ],
    ids=str,
)
def test_constants_that_vanish_are_seen_to(zero: sp.Expr) -> None:
    assert taylor((zero + Z) / Z, 2) == (1, 0)
    for off in (sp.Rational(1, 10**40), sp.exp(-300)):
        with pytest.raises(NoExpansionError, match="has a pole at 0"):
            taylor((zero + off + Z) / Z, 2)


def test_what_cannot_be_decided_is_said() -> None:
    """arctan 1/2 + arctan 1/3 = π/4 (Euler), which no field of generators shows."""
    half, third = (sp.atan(Z + sp.Rational(1, n)) for n in (2, 3))
    with pytest.raises(NoExpansionError, match="is zero could not be decided"):
        taylor((half + third - sp.pi / 4) / Z, 2)
