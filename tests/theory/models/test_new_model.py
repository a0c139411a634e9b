"""A model that the project has never seen gets all predictions."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest
import sympy as sp
from mpmath import mp
from zoo import NEURON, evaluated

from trajalign.theory.curve.first_order import slow_curve
from trajalign.theory.diagram.frozen_family import frozen_family
from trajalign.theory.models import ETA, PHI_SQUARED, Model, P, Q, R, ReducedModel, SingleNeuron
from trajalign.theory.responses import Activation

STRETCH = 3


@dataclass(frozen=True)
class StretchedNeuron(Model):
    """½ φ(x)² (3y)², with q = 2/(η (3y)²).

    With w = φ² and φφ' = p r:  x' = x − η φφ' 9y² = (1 − 2r/q) p as before, but
    y' = (1 − 9 η w) y, so that q' = q/(1 − 9 η w)². The Hessian is
    [[(pr)' 9y², 18 p r y], [18 p r y, 9 w]] with 9y² = 2/(ηq).
    """

    response: Activation
    name: ClassVar[str] = "stretched"
    exponent: ClassVar[sp.Rational] = sp.S.One

    def generic(self):
        c, w, slope = STRETCH**2, PHI_SQUARED(P), P * R(P)
        size = 2 / (ETA * Q)
        bend = sp.diff(slope, P)
        return ReducedModel(
            P * (1 - 2 * R(P) / Q),
            Q / (1 - c * ETA * w) ** 2,
            bend * size + c * w,
            c * size * (bend * w - 4 * slope**2),
        )

    def parameter_space(self):
        inner = SingleNeuron(self.response).parameter_space()
        x, y = inner.parameters
        swap = {y: STRETCH * y}
        return type(inner)((x, y), inner.objective.subs(swap), x, inner.q.subs(swap))


@pytest.mark.parametrize("problem", NEURON, ids=str)
def test_a_new_model_gets_all_predictions(problem):
    """From q'/q = 1 + 18 η w + …: h is 9 times the neuron's, and so is every drift."""
    model, neuron = StretchedNeuron(problem.model.response), slow_curve(problem.model)
    curve, c = slow_curve(model), STRETCH**2
    with mp.workdps(40):
        p = mp.mpf("0.6")
        assert mp.almosteq(evaluated(curve.h, p=p), c * problem.h(p), 1e-30)
    assert sp.simplify(curve.h_at_zero - c * neuron.h_at_zero) == 0
    assert sp.simplify(curve.saturation_coefficient - c * neuron.saturation_coefficient) == 0
    crossing = curve.crossing_coefficient(model), neuron.crossing_coefficient(problem.model)
    assert sp.simplify(c * crossing[0] - crossing[1]) == 0
    assert frozen_family(model) == frozen_family(problem.model)  # at frozen q nothing changed


def test_a_new_model_ends_where_its_prediction_says():
    """Gradient descent in (x, y) with a generic start: q* = 1 + 9·(3/8) η + O(η²) for tanh."""
    predicted_coefficient = slow_curve(StretchedNeuron(Activation.parse("tanh"))).h_at_zero
    found = []
    for eta in (0.001, 0.0005):
        x, y = 0.4, np.sqrt(2 / (eta * 0.8)) / STRETCH
        for _ in range(20_000):
            phi = np.tanh(x)
            x, y = (
                x - eta * phi * (1 - phi**2) * (STRETCH * y) ** 2,
                y - eta * phi**2 * STRETCH**2 * y,
            )
        found.append((2 / (eta * (STRETCH * y) ** 2) - 1) / eta)
    extrapolated = 2 * found[1] - found[0]
    assert extrapolated == pytest.approx(float(predicted_coefficient), rel=1e-3)
    assert extrapolated != pytest.approx(1.01 * float(predicted_coefficient), rel=1e-3)
