"""The derived sharpness against reference.md §1 and against Hessians in parameter space."""

import numpy as np
import pytest
import sympy as sp
from derivations_helper import chapter_on, last_side

from trajalign.theory.expressions.parsing import Z
from trajalign.theory.models import ETA, Model, P, Q, SingleNeuron, TwoLayerLinear
from trajalign.theory.responses import Activation, Loss

derivations = chapter_on("sharpness")

LINEAR = [TwoLayerLinear(Loss.parse(name)) for name in ("log-cosh", "pseudo-huber", "atan")]
NEURONS = [SingleNeuron(Activation.parse(name)) for name in ("tanh", "algebraic", "arctan")]
ETA_VALUE = 0.1


def _sharpness(model: Model, p: float, q: float) -> float:
    (derivation,) = derivations(model, 2)
    assert derivation.label == f"{model.name}/sharpness"
    assert derivation.steps[-1].name == "sharpness"
    formula = model.concrete(last_side(derivation, "sharpness"))
    return float(formula.subs({P: p, Q: q, ETA: ETA_VALUE}))


@pytest.mark.parametrize("model", LINEAR, ids=lambda model: model.response.text)
def test_it_is_the_formula_of_the_theory(model: TwoLayerLinear) -> None:
    p, q = 0.7, 0.8
    first, second = (float(sp.diff(model.response.expression, Z, k).subs(Z, p)) for k in (1, 2))
    s = 2 / (ETA_VALUE * q)
    root = np.sqrt(second**2 * s**2 + 4 * first**2 + 8 * first * second * p)
    assert _sharpness(model, p, q) == pytest.approx((second * s + root) / 2, rel=1e-12)


@pytest.mark.parametrize("model", [*LINEAR, *NEURONS], ids=lambda model: model.response.text)
def test_it_is_the_largest_eigenvalue_in_parameter_space(model: Model) -> None:
    space = model.parameter_space()
    rng = np.random.default_rng(5)
    point = dict(zip(space.parameters, rng.normal(size=len(space.parameters)), strict=True))
    hessian = np.array(sp.hessian(space.objective, space.parameters).subs(point), dtype=float)
    p, q = (float(e.subs(ETA, ETA_VALUE).subs(point)) for e in (space.p, space.q))
    assert _sharpness(model, p, q) == pytest.approx(np.linalg.eigvalsh(hessian)[-1], rel=1e-10)


def test_the_other_eigenvalues_of_the_linear_network_are_those_named() -> None:
    model = LINEAR[0]
    space = model.parameter_space()  # m = 3, d = 2
    rng = np.random.default_rng(6)
    point = dict(zip(space.parameters, rng.normal(size=9), strict=True))
    hessian = np.array(sp.hessian(space.objective, space.parameters).subs(point), dtype=float)
    slope = abs(np.tanh(float(space.p.subs(point))))
    found = sorted(np.linalg.eigvalsh(hessian))
    q = float(space.q.subs(ETA, ETA_VALUE).subs(point))
    (derivation,) = derivations(model, 2)
    values = {P: space.p.subs(point), Q: q, ETA: ETA_VALUE}
    trace = float(model.concrete(last_side(derivation, "trace")).subs(values))
    largest = _sharpness(model, float(space.p.subs(point)), q)
    named = [largest, trace - largest, slope, slope, -slope, -slope, 0, 0, 0]
    assert found == pytest.approx(sorted(named), abs=1e-12)
