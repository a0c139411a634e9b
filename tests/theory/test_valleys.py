"""Losses about a minimum, against derivatives worked out by hand.

ϱ = (3ℓ'''² − ℓ''ℓ'''')/(3ℓ''⁴). For ¼(1 − z²)² at 1: ℓ'' = 2, ℓ''' = ℓ'''' = 6, so α = 108 − 12 and
ϱ = 96/48 = 2. For the soft cross-entropy ln(1 + eᶻ) − s z the minimum is where the logistic
function is s; with v = s(1 − s): ℓ'' = v, ℓ''' = v(1 − 2s), ℓ'''' = v(1 − 6v), so that for s = 4/5
α = v²(3·9/25 − 1/25) = v²·26/25 and ϱ = (26/25)/(3v²) = 325/24. For ln((2e^z + e^−2z)/3) they are
the cumulants of 1 with weight 2/3 and −2 with 1/3: 2, −2, −6, hence α = 12 + 12 and ϱ = 1/2.
"""

import pytest
import sympy as sp

from trajalign.theory.errors import InputError, NoExpansionError
from trajalign.theory.expressions.parsing import Z
from trajalign.theory.requirements import require_curved
from trajalign.theory.responses import Loss
from trajalign.theory.valleys import Valley

ZHU = "(1 - z**2)**2/4"
SOFT = "log(1 + exp(z)) - 4*z/5"


@pytest.mark.parametrize(
    ("text", "place", "minimum", "bend", "softness"),
    [
        (ZHU, sp.Integer(1), 1, 2, 2),
        (ZHU, sp.Integer(-1), -1, 2, 2),
        (SOFT, None, sp.log(4), sp.Rational(4, 25), sp.Rational(325, 24)),
        ("log(2*exp(z) + exp(-2*z))", None, 0, 2, sp.Rational(1, 2)),
        ("log(cosh(z - 1))", None, 1, 1, sp.Rational(2, 3)),
        ("sqrt(1 + (z - 2)**2)", None, 2, 1, 1),
        ("exp(z) - z", None, 0, 1, sp.Rational(2, 3)),
    ],
)
def test_minimum_bend_and_softness(text, place, minimum, bend, softness):
    valley = Valley.of(Loss.parse(text), place)
    assert sp.simplify(valley.minimum - minimum) == 0
    assert (valley.bend, valley.softness) == (bend, softness)
    assert valley.response_series[0] == 1
    assert valley.slope.subs(Z, 0) == 0


def test_of_an_even_loss_the_curvature_is_that_of_its_response():
    loss = Loss.parse("log-cosh")
    assert Valley.of(loss).curvature == loss.curvature
    assert Valley.of(loss).scale == loss.scale


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        (ZHU, None, "minima found: -1, 1; give the one meant as --minimum"),
        (ZHU, 0, "no minimum at z = 0: ℓ'' is -1 there"),
        (ZHU, 2, "no minimum at z = 2: ℓ' is 6 there"),
        ("log(cosh(z))", sp.Rational(1, 2), "no minimum at z = 1/2: ℓ' is 0.46211716 there"),
        ("exp(z)", None, "its minimum was not found exactly"),
        ("atan(z)", None, "its minimum was not found exactly"),
        ("z**4", None, "minima found: none"),
        ("abs(z)", None, "abs(z): no minimum at z = 0: the loss has a kink there"),
        ("abs(z - 1) + z**2", 1, "no minimum at z = 1: the loss has a kink there"),
    ],
)
def test_what_is_no_minimum_is_refused_in_one_line(text, place, message):
    with pytest.raises(InputError, match=r"^[^\n]*$") as caught:
        Valley.of(Loss.parse(text), place if place is None else sp.sympify(place))
    assert message in str(caught.value)


def test_a_kink_at_the_minimum_has_no_series():
    with pytest.raises(NoExpansionError):
        _ = Valley.of(Loss.parse("z**2/2 + abs(z)**3")).curvature


@pytest.mark.parametrize(
    ("text", "even"),
    [("log(cosh(z - 1))", True), ("sqrt(1+z**2)", True), (SOFT, False), ("exp(z) - z", False)],
)
def test_what_is_even_about_its_minimum(text, even):
    valley = Valley.parse(text)
    assert valley.even is even
    require_curved(valley)  # asks for no symmetry
