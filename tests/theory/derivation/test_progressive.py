"""The derived gap D(p) of progressive sharpening against the theory and points of the curve."""

import numpy as np
import pytest
import sympy as sp
from derivations_helper import chapter_on, last_side

from trajalign.theory.curve.first_order import slow_curve
from trajalign.theory.derivation.notation import SIGMA
from trajalign.theory.models import Model, P, R, SingleNeuron, TwoLayerLinear
from trajalign.theory.responses import Activation, Loss

derivations = chapter_on("progressive")

# r''(0) by hand: log-cosh −2/3, √(1+z²) −1, z·atan z − ½ln(1+z²) −2/3; tanh −8/3.
CURVATURES = [
    (TwoLayerLinear(Loss.parse("log-cosh")), sp.Rational(-2, 3)),
    (TwoLayerLinear(Loss.parse("pseudo-huber")), sp.S.NegativeOne),
    (TwoLayerLinear(Loss.parse("atan")), sp.Rational(-2, 3)),
    (SingleNeuron(Activation.parse("tanh")), sp.Rational(-8, 3)),
    (SingleNeuron(Activation.parse("algebraic")), sp.Integer(-4)),
]
MODELS = [model for model, _ in CURVATURES]


def _gap(model: Model) -> sp.Expr:
    (derivation,) = derivations(model, 2)
    sigma = P * sp.diff(R(P), P) / R(P)
    gap = last_side(derivation, "gap").subs(SIGMA(P), sigma).doit()
    return model.concrete(gap)


@pytest.mark.parametrize(
    ("model", "curvature"), CURVATURES, ids=lambda value: getattr(value, "name", None)
)
def test_at_zero_it_is_3_or_6_over_the_curvature(model: Model, curvature: sp.Rational) -> None:
    (derivation,) = derivations(model, 2)
    factor = 3 if model.name == "linear" else 6
    assert last_side(derivation, "gap-number") == factor / curvature
    # The gap is even, so at p = 10⁻⁴ it has its limit to eight digits or so.
    near = _gap(model).evalf(60, subs={P: sp.Rational(1, 10**4)})
    assert float(near) == pytest.approx(float(factor / curvature), rel=1e-6)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.response.text)
def test_it_is_the_gap_that_the_checks_use(model: Model) -> None:
    ours, theirs = _gap(model), slow_curve(model).sharpness_gap
    for p in (sp.Rational(1, 5), sp.Rational(1, 2)):
        assert abs((ours - theirs).evalf(30, subs={P: p})) < 1e-25


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.response.text)
def test_the_sharpness_on_the_curve_differs_by_it(model: Model) -> None:
    """η(λ − λ̃)/ε at a point of the first-order curve, for two small ε, in floating point."""
    p, curve = 0.4, slow_curve(model)
    r = sp.lambdify(P, model.concrete(R(P)))
    slope = sp.lambdify(P, sp.diff(model.concrete(R(P)), P))
    errors = []
    for epsilon in (1e-3, 5e-4):
        eta = float(model.step_size(sp.Float(epsilon)))
        q = r(p) * (1 + epsilon * float(curve.h.subs(P, p)))
        values = dict(zip(sp.symbols("p q eta"), (p, q, eta), strict=True))
        reduced = model.reduced.sharpness
        named = {s: values[sp.Symbol(str(s))] for s in reduced.free_symbols}
        low, high = 0.0, 2.0
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if r(middle) > q else (low, middle)
        surrogate = 2 / eta * (1 + low * slope(low) / q)
        gap = eta * (float(reduced.subs(named)) - surrogate) / epsilon
        errors.append(abs(gap - float(_gap(model).subs(P, p))))
    assert errors[0] < 0.05
    assert np.log2(errors[0] / errors[1]) == pytest.approx(1, abs=0.1)
