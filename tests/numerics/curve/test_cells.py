"""h_k at points and on cells of x = p², against formulas by hand and the invariance of the curve.

By hand (see the theory): √(1+z²) has h₁ = 1/(2(1+x)), h₂ = (x+2)/(4(1+x)²); z/√(1+z²) has the
constants 1/4, 1/8, 5/64, 7/128; log-cosh has 3/4 and 63/80 at x = 0.
"""

import mpmath as mp
import pytest
from flint import arb, ctx
from zoo import BY_NAME

from trajalign.numerics.curve.cells import CurveCells, curve_cells
from trajalign.theory.errors import NoCurvatureError
from trajalign.theory.models import SingleNeuron, TwoLayerLinear
from trajalign.theory.responses import Activation, Loss

BY_HAND = {
    "pseudo-huber": [lambda x: 1 / (2 * (1 + x)), lambda x: (x + 2) / (4 * (1 + x) ** 2)],
    "algebraic": [lambda x, c=c: x * 0 + c for c in (1 / 4, 1 / 8, 5 / 64, 7 / 128)],
}
PLACES = [0.0, 2.0**-70, 2.0**-9, 0.140625, 0.7]


@pytest.fixture(autouse=True)
def _precision():
    with ctx.workprec(200):
        yield


@pytest.mark.parametrize("name", BY_HAND)
@pytest.mark.parametrize("x", PLACES)
def test_at_a_point_they_are_the_formulas_by_hand(name: str, x: float) -> None:
    curve = CurveCells(BY_NAME[name].model, len(BY_HAND[name]))
    for found, formula in zip(curve.at(arb(x))[1:], BY_HAND[name], strict=True):
        assert abs(found - formula(arb(x))) < 1e-14
        assert found.rad() < 1e-14


@pytest.mark.parametrize("name", BY_HAND)
@pytest.mark.parametrize(("level", "index"), [(5, 0), (6, 0), (8, 5), (6, 17), (8, 100)])
def test_on_a_cell_polynomials_err_by_no_more_than_is_said(
    name: str, level: int, index: int
) -> None:
    curve = CurveCells(BY_NAME[name].model, len(BY_HAND[name]))
    cell = curve.cell(level, index)
    assert all(e.is_finite() for e in cell.errors)
    for part in (0, 0.25, 0.5, 1):
        x = cell.low + (cell.high - cell.low) * part
        values = zip(cell.polynomials[1:], cell.errors[1:], BY_HAND[name], strict=True)
        for polynomial, error, formula in values:
            assert abs(polynomial(x - cell.centre) - formula(x)) <= error + arb(2) ** arb(-180)
    for size, formula in zip(cell.sizes[1:], BY_HAND[name], strict=True):
        assert size >= abs(formula(cell.low).mid())
        assert size >= abs(formula(cell.high).mid())


@pytest.mark.parametrize("name", ["log-cosh", "tanh", "gudermann", "langevin"])
def test_the_curve_they_make_is_invariant_to_the_order_they_have(name: str) -> None:
    """One step of the map by mpmath takes q = r(1 + Σ εᵏ h_k) to the same curve, up to ε⁴."""
    problem, order = BY_NAME[name], 3
    curve = CurveCells(problem.model, order)

    def height(p, epsilon, factor=1):
        x = arb(mp.nstr(p * p, 60)).mid()
        h = [mp.mpf(v.mid().str(50, radius=False)) for v in curve.at(x)[1:]]
        h[-1] *= factor
        return problem.r(p) * (1 + sum(h_k * epsilon**k for k, h_k in enumerate(h, start=1)))

    def defect(epsilon, factor=1):
        eta = mp.mpf(epsilon) ** (mp.mpf(1) / problem.epsilon_power)
        p = mp.mpf(3) / 8
        p_next, q_next = problem.step(p, height(p, epsilon, factor), eta)
        return abs(q_next - height(abs(p_next), epsilon, factor))

    with mp.workdps(40):
        small, smaller = mp.mpf("1e-6"), mp.mpf("5e-7")
        assert mp.log(defect(small) / defect(smaller), 2) == pytest.approx(order + 1, abs=0.02)
        off = mp.log(defect(small, 1.01) / defect(smaller, 1.01), 2)
        assert off == pytest.approx(order, abs=0.02)


def test_where_the_response_has_a_kink_nothing_is_said() -> None:
    model = TwoLayerLinear(Loss.parse("sqrt(1+z**2) - z**4*exp(-z**2)*(z**4-z**2/2+1/16)**(3/2)/4"))
    curve = CurveCells(model, 2)
    on_it, beside = curve.cell(10, 256), curve.cell(10, 640)  # the kink is at z² = 1/4
    assert not any(e.is_finite() for e in on_it.errors)
    assert all(e.is_finite() for e in beside.errors)
    assert not any(s.is_finite() for s in on_it.sizes)
    assert all(v.is_finite() for v in curve.at(arb(0.3)))


@pytest.mark.parametrize("order", [1, 2, 4])
@pytest.mark.parametrize("name", ["log-cosh", "tanh"])
def test_a_point_needs_no_more_terms_than_it_is_given(name: str, order: int) -> None:
    curve = CurveCells(BY_NAME[name].model, order)
    for x, at_zero in ((arb(0), True), (arb(0.25), False)):
        few, many = (curve._solved(x, terms, at_zero) for terms in (1, 9))
        assert (min(h.prec for h in few), min(h.prec for h in many)) == (1, 9)
        for short, long in zip(few, many, strict=True):
            assert short[0].overlaps(long[0])
            assert short[0].rad() < 1e-40


def test_equal_models_share_their_cells() -> None:
    model = SingleNeuron(Activation.parse("tanh"))
    assert curve_cells(model, 2) is curve_cells(SingleNeuron(Activation.parse("tanh")), 2)


def test_without_curvature_there_is_no_curve() -> None:
    with pytest.raises(NoCurvatureError):
        CurveCells(SingleNeuron(Activation.parse("z")), 1)
