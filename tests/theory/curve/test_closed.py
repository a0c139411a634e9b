"""h_k as formulas for every response, against power series, the differential field, and the map.

The map knows nothing of them: after a step from the curve the defect is of the next order in ε.
"""

import mpmath as mp
import pytest
import sympy as sp
from flint import arb, ctx

from trajalign.numerics.compile.balls import compile_balls, exact
from trajalign.numerics.curve.two_sided import TwoSidedCurve
from trajalign.theory.curve.closed import curve_closed, curve_generic, curve_in_field
from trajalign.theory.curve.series import curve_series
from trajalign.theory.curve.two_sided_first_order import (
    OPPOSITE,
    OTHER_RISE,
    RISE,
    SLOPE,
    two_sided_first_order,
)
from trajalign.theory.errors import InputError
from trajalign.theory.expressions.parsing import Z
from trajalign.theory.models import (
    ETA,
    Activation,
    Deep,
    Loss,
    P,
    Product,
    Q,
    SingleNeuron,
    TwoLayerLinear,
)
from trajalign.theory.models.frozen_weight import FrozenWeight
from trajalign.theory.responses import ACTIVATIONS, LOSSES

BITS, DIGITS = 400, 30
CATALOGUE = [TwoLayerLinear(Loss.parse(name)) for name in LOSSES]
CATALOGUE += [SingleNeuron(Activation.parse(name)) for name in ACTIVATIONS]
ODD = [  # of no differential field that is known, or of one whose h_3 is too long
    TwoLayerLinear("1 - cos(z)"),
    TwoLayerLinear("-2*(1+z**2)**(-1/4)"),
    TwoLayerLinear("log(cosh(z))/2 + sqrt(1+z**2)/2"),
    TwoLayerLinear("z**2/2 - z**4/100 + z**6*exp(-z**2)/500"),
    SingleNeuron("sin(z)"),
    SingleNeuron("asinh(z)"),
    SingleNeuron("tanh(z)/2 + atan(z)/2"),
    SingleNeuron("z*(1+z**2)**(-1/3)"),
]
IRRATIONAL = TwoLayerLinear("(log(cosh(z)) + 2*log(cosh(z*sqrt(pi)))/pi)/3")  # no exact series
OTHERS = [Deep("1 - cos(z)", depth=3), FrozenWeight("sin(z)")]
TARGETS = [Product("log-cosh", target=1), Product("1 - cos(z)", target=sp.Rational(-1, 2))]
UNEVEN = [Product("(1-z**2)**2/4", minimum=1), Product("log(1+exp(z)) - 4*z/5")]
SIDES = [pytest.param(m, 3, id=f"{m.given}, h_3") for m in TARGETS]
SIDES += [pytest.param(m, 1, id=f"{m.given}, h_1") for m in UNEVEN]
SIDES += [pytest.param(m, 2, id=f"{m.given}, h_2", marks=pytest.mark.thorough) for m in UNEVEN]
SLOPES = {P: 3, OPPOSITE: 5}  # g' at the two points, in a test


def name(model):
    return f"{model.name}:{model.given}"


def agree(a, b):
    """To 30 digits, and both are known so well."""
    assert a.rad() < arb(10) ** -DIGITS * abs(a)
    assert b.rad() < arb(10) ** -DIGITS * abs(b)
    return abs(a - b) < arb(10) ** -DIGITS * abs(b)


def values(formulas, *place):
    found = compile_balls(list(formulas), [P, OPPOSITE][: len(place)])
    with ctx.workprec(BITS):
        return found(*place)


@pytest.mark.parametrize("model", CATALOGUE, ids=name)
def test_the_generic_formulas_are_those_of_the_differential_field(model):
    filled = [model.concrete(h) for h in curve_generic(model, 3)]
    closed = curve_closed(model, 3)
    assert closed == curve_in_field(model, 3)
    for point in (sp.Rational(3, 11), sp.Rational(8, 7)):
        place = exact(point * model.response.scale)
        with ctx.workprec(BITS):
            pairs = zip(values(filled, arb(place)), values(closed, arb(place)), strict=True)
            assert all(agree(a, b) and not agree(a * arb("1.0000001"), b) for a, b in pairs)


@pytest.mark.parametrize("model", [*ODD, *OTHERS], ids=name)
def test_a_formula_has_the_power_series(model):
    """Near 0, where 40 terms leave less than (1/40)⁸⁰: FLINT's rational polynomials know nothing of
    r', r'', …"""
    found, series = curve_closed(model, 3), curve_series(model, 3, 40)
    place = sp.Rational(1, 47) * model.response.scale
    with ctx.workprec(BITS):
        for h, coefficients in zip(values(found, arb(exact(place))), series.h, strict=True):
            known = sum(c * place ** (2 * n) for n, c in enumerate(coefficients))
            assert agree(h, arb(exact(known)))
            assert not agree(h, arb(exact(known + sp.Rational(1, 10**20))))


def defect(model, heights, size, p, opposite=None):
    """q'/Q(p') − 1 after a step from (p, Q(p)) at ε = 10^−size, by mpmath alone."""
    step = sp.lambdify([P, Q, ETA], [model.reduced.p_next, model.reduced.q_next], "mpmath")
    curve = sp.lambdify([P, OPPOSITE], heights, "mpmath")
    epsilon, eta = mp.mpf(10) ** -size, model.step_size(sp.Rational(1, 10**size))

    def height(place):
        r, *h = curve(place, opposite(place) if opposite else -place)
        return r * (1 + sum(c * epsilon**k for k, c in enumerate(h, start=1)))

    p_next, q_next = step(p, height(p), mp.mpf(str(sp.N(eta, mp.mp.dps + 5))))
    return abs(q_next / height(p_next) - 1)


@pytest.mark.parametrize("model", [*ODD, IRRATIONAL, *OTHERS, CATALOGUE[0]], ids=name)
def test_the_map_leaves_the_curve_as_it_is_but_for_the_next_order(model):
    found = [model.concrete(sp.Function("r")(P)), *curve_closed(model, 3)]
    with mp.workdps(150):
        p = mp.mpf(float(model.response.scale)) * 3 / 7
        right = defect(model, found, 20, p)
        assert right < mp.mpf(10) ** -74
        for k in (1, 2, 3):
            wrong = [h * sp.Rational(101, 100) if i == k else h for i, h in enumerate(found)]
            assert defect(model, wrong, 20, p) > 100 * right


# Targets, and losses that are not even


def other_side(model):
    """p ↦ p̃ with g(p̃) = −g(p), by mpmath's root finder."""
    g = sp.lambdify(Z, model.response.slope, "mpmath")

    def opposite(p):
        start = TwoSidedCurve(model, 1).opposite(arb(mp.nstr(p, 40)))
        return mp.findroot(lambda z: g(z) + g(p), mp.mpf(start.mid().str(30, radius=False)))

    return opposite


@pytest.mark.parametrize(("model", "order"), SIDES)
def test_two_sides_have_the_curve_of_the_recursion_on_balls(model, order):
    found = curve_closed(model, order)
    for share in (sp.Rational(2, 9), sp.Rational(1, 2)):
        place = TwoSidedCurve(model, order).at(arb(exact(share * model.response.scale)).mid())
        here = (place.p,) if model.response.even else (place.p, place.opposite)
        with ctx.workprec(BITS):
            for h, known in zip(values(found, *here), place.values[1:], strict=True):
                assert abs(h - known) < arb(10) ** -28 * abs(known)
                assert not abs(h * arb("1.0001") - known) < arb(10) ** -28 * abs(known)


@pytest.mark.parametrize(("model", "order"), SIDES)
def test_the_map_takes_one_side_of_the_curve_to_the_other(model, order):
    g = model.response.slope
    height = (2 * g.subs(Z, P)) / (P - OPPOSITE)
    found = [height, *curve_closed(model, order)]
    with mp.workdps(100):
        p = mp.mpf(float(model.response.scale)) * 3 / 7
        right = defect(model, found, 16, p, other_side(model))
        assert right < mp.mpf(10) ** (-16 * (order + 1) + 4)
        wrong = [*found[:-1], found[-1] * sp.Rational(101, 100)]
        assert defect(model, wrong, 16, p, other_side(model)) > 100 * right


def test_the_generic_formula_of_two_sides_is_that_of_the_first_order_derivation():
    """Two ways to it: linear equations solved by SymPy, and the recursion in a field."""
    g, here, there = sp.Function("g"), sp.Rational(1, 3), sp.Rational(-2, 7)
    generic = curve_generic(UNEVEN[1], 1)[0].subs({sp.diff(g(s), s): d for s, d in SLOPES.items()})
    known = two_sided_first_order(UNEVEN[1]).h.subs({SLOPE: 2, RISE: 3, OTHER_RISE: 5})
    place = {P: here, OPPOSITE: there}
    assert sp.simplify(generic.subs(g(P), 2).subs(place) - known.subs(place)) == 0
    assert sp.simplify(generic.subs(g(P), 3).subs(place) - known.subs(place)) != 0


def test_an_even_loss_without_a_target_is_the_linear_network():
    assert curve_closed(Product("log-cosh"), 3) == curve_closed(TwoLayerLinear("log-cosh"), 3)


# Refusals


@pytest.mark.parametrize("order", [0, -1, 9])
@pytest.mark.parametrize("function", [curve_closed, curve_generic])
def test_an_order_out_of_range(function, order):
    with pytest.raises(InputError, match=f"^order = {order}: need an order from 1 to 8$"):
        function(CATALOGUE[0], order)


def test_a_formula_that_is_too_long():
    with pytest.raises(InputError, match="no closed form of fewer than 1500 terms"):
        curve_closed(UNEVEN[1], 3)
