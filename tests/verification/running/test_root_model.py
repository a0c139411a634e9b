"""A model with √q in its map and √2 in its coefficients: the chain ℓ(xy²) of tied weights."""

import mpmath
import pytest
import sympy as sp
from third_models import TIED

from trajalign.numerics import grid
from trajalign.numerics.curve.fast_forward import fast_forward
from trajalign.theory.curve.closed import curve_closed, curve_generic
from trajalign.theory.curve.first_order import slow_curve
from trajalign.theory.curve.series import curve_series
from trajalign.theory.errors import InputError
from trajalign.theory.models import P
from trajalign.verification import Options, control, verify
from trajalign.verification.measuring.plans import Plan

FIRST_ORDER = ("reduced-map", "sharpness", "alignment", "crossing", "limit", "saturation")
HIGHER = ("slow-curve-2", "slow-curve-3", "one-orbit")


def labels(*names):
    return Options(frozenset(f"tied/{name}" for name in names))


def descent(eta):
    """((q* − 1)/η^(3/2), (2/η − λ*)/√η) of gradient descent on log cosh(xy²), typed in by hand."""
    y = (2 / (eta * mpmath.mpf("0.85"))) ** mpmath.mpf("0.25")
    x = mpmath.mpf("0.3") / y**2
    while abs(x * y**2) > 1e-9:
        slope = mpmath.tanh(x * y**2)
        x, y = x - eta * slope * y**2, y - 2 * eta * slope * x * y
    sharpness = y**4  # at x = 0 the Hessian is diag(y⁴, 0)
    return (2 / (eta * y**4) - 1) / eta**1.5, (2 / eta - sharpness) / mpmath.sqrt(eta)


def test_the_first_order_is_where_gradient_descent_ends():
    """The next term is a factor of η^(3/2) smaller; two step sizes take it away."""
    curve = slow_curve(TIED)
    assert (curve.h_at_zero, curve.saturation_coefficient) == (3 * sp.sqrt(2), -6 * sp.sqrt(2))
    with mpmath.workdps(25):
        coarse, fine = (descent(mpmath.mpf(1) / n) for n in (100, 200))
        grow = mpmath.mpf(2) ** 1.5
        ends = [(grow * b - a) / (grow - 1) for a, b in zip(coarse, fine, strict=True)]
    assert float(ends[0]) == pytest.approx(3 * 2**0.5, rel=1e-4)
    assert float(ends[1]) == pytest.approx(6 * 2**0.5, rel=1e-4)


def test_statements_of_every_order_pass():
    """In its ε the map is that of the product of depth 3 (theory/models/deep.py) at √2 ε, whose
    h_2(0) = 63/5 and h_3(0) = 4887/56 for log-cosh were found with rational series."""
    wanted = labels(*FIRST_ORDER, *HIGHER)
    found = {v.label: v for v in verify([TIED], wanted) if v.label in wanted.labels}
    assert {n: found[f"tied/{n}"].outcome.value for n in FIRST_ORDER} == dict.fromkeys(
        FIRST_ORDER, "pass"
    )
    assert found["tied/limit"].quantities["coefficient"].exact == "3*sqrt(2)"
    assert [found[f"tied/{name}"].outcome.value for name in HIGHER] == ["pass"] * 3
    for order, value in ((2, 2 * 63 / 5), (3, 2**1.5 * 4887 / 56)):
        measured = found[f"tied/slow-curve-{order}"].coefficient.measured
        assert float(measured) == pytest.approx(value, rel=1e-5)


def test_their_falsified_copies_are_refuted():
    rows = control([TIED], labels("limit", "saturation"))
    assert rows
    assert [row.falsified for row in rows if not row.refuted] == []


def test_epsilon_is_exact_and_step_sizes_stay_rational():
    plan = Plan(TIED)
    assert plan.epsilon(sp.Rational(1, 100)) == sp.Rational(1, 1000)
    assert plan.epsilon(sp.Rational(1, 50)) ** 2 == sp.Rational(1, 125_000)
    eta = plan.smaller(sp.Rational(1, 50), 4)
    assert eta.is_Rational
    assert float(eta) == pytest.approx(4 ** (-2 / 3) / 50, rel=1e-5)


@pytest.mark.parametrize("series", [curve_series, curve_generic])
def test_series_of_it_are_refused_in_one_line(series):
    with pytest.raises(InputError, match=r"rational coefficients|no closed form"):
        series(TIED, 1)


def test_the_first_term_of_the_curve_is_had_nonetheless():
    """h = −√2 (2 p r^(5/2)/r' + p² r^(3/2)), by hand from the invariance at order ε."""
    (h,) = curve_closed(TIED, 1)
    r, p = sp.tanh(P) / P, sp.Rational(7, 10)
    by_hand = -sp.sqrt(2) * (2 * P * r ** sp.Rational(5, 2) / sp.diff(r, P) + P**2 * r**1.5)
    assert float(h.subs(P, p)) == pytest.approx(float(by_hand.subs(P, p)), rel=1e-12)


@pytest.mark.parametrize("eta", [sp.Rational(1, 10**6), sp.Rational(1, 10**5)])
def test_fast_forward_takes_any_step_size(eta):
    """q* = 1 + 3√2 ε + 126/5 ε² + O(ε³); at η = 1/10⁵ ε is irrational."""
    start = sp.Rational(3, 10), sp.Rational(17, 20)
    found, epsilon = fast_forward(TIED, eta, start), mpmath.mpf(str(float(eta))) ** 1.5
    expected = 3 * 2**0.5 + 126 / 5 * float(epsilon)
    assert float(found.limit.value - 1) / float(epsilon) == pytest.approx(expected, rel=1e-9)


def test_grids_take_a_root():
    """2/η − 6√2 √η to first order; the next term is a factor of about 6 η^(3/2) smaller."""
    pytest.importorskip("xarray")
    eta = sp.Rational(1, 200)
    found = grid(TIED, [eta], [sp.Rational(1, 4)], [sp.Rational(4, 5)], engine="numpy")
    sharpness = float(found["limiting_sharpness"].item())
    assert (2 / 0.005 - sharpness) / 0.005**0.5 == pytest.approx(6 * 2**0.5, rel=2e-3)
