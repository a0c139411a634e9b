"""The derived maps against reference.md §1 and §5, and against a gradient step in NumPy."""

import json

import numpy as np
import pytest
import sympy as sp
from derivations_helper import chapter_on, last_side

from trajalign.theory.derivation.notation import A_NEXT, SLOPE, A, B, F, S
from trajalign.theory.derivation.serialization import derivation_of, to_json
from trajalign.theory.models import ETA, PHI_SQUARED, P, Q, R, SingleNeuron, TwoLayerLinear
from trajalign.theory.responses import Activation, Loss

derivations = chapter_on("maps")

r, w = R(P), PHI_SQUARED(P)
(MAP, DIAGONAL) = derivations(TwoLayerLinear(Loss.parse("log-cosh")), 2)
(NEURON,) = derivations(SingleNeuron(Activation.parse("tanh")), 2)


def test_the_derivations_end_in_the_maps_of_the_paper() -> None:
    p, q = MAP.steps[-2:]
    assert (p.name, q.name) == ("p-next", "q-next")
    assert sp.expand(p.claim.sides[-1] - (1 - 2 * r / Q + ETA**2 * P**2 * r**2) * P) == 0
    assert sp.cancel(q.claim.sides[-1] - Q / (1 - ETA**2 * P**2 * r * (2 * Q - r))) == 0
    p, q = NEURON.steps[-2:]
    assert (p.name, q.name) == ("p-next", "q-next")
    assert sp.expand(p.claim.sides[-1] - (1 - 2 * r / Q) * P) == 0
    assert sp.cancel(q.claim.sides[-1] - Q / (1 - ETA * w) ** 2) == 0


@pytest.mark.parametrize(("d", "m"), [(1, 1), (1, 4), (3, 1), (3, 5)])
def test_f_and_s_after_a_step_for_any_input_and_target(d: int, m: int) -> None:
    rng = np.random.default_rng(d + 10 * m)
    x, u, v = rng.normal(size=d), rng.normal(size=(d, m)), rng.normal(size=m)
    y, eta = 0.7, 0.3
    slope = np.tanh(x @ u @ v - y)  # of log-cosh
    u_next = u - eta * slope * np.outer(x, v)
    v_next = v - eta * slope * (u.T @ x)

    def s(u: np.ndarray, v: np.ndarray) -> float:
        return float((u.T @ x) @ (u.T @ x) + (x @ x) * (v @ v))

    values = {F: x @ u @ v, S: s(u, v), SLOPE: slope, ETA: eta}
    for name, expected in (("f-next", x @ u_next @ v_next), ("s-next", s(u_next, v_next))):
        formula = last_side(MAP, name)
        (norm,) = formula.atoms(sp.Trace)
        assert float(formula.subs(norm, x @ x).subs(values)) == pytest.approx(expected)


def test_the_diagonal_form_is_that_of_theory_md() -> None:
    assert sp.expand(last_side(DIAGONAL, "a") - (1 / (ETA * Q) + P)) == 0
    assert sp.expand(last_side(DIAGONAL, "b") - (1 / (ETA * Q) - P)) == 0
    assert sp.expand(last_side(DIAGONAL, "a-next") - (1 - ETA * SLOPE) ** 2 * A) == 0
    assert sp.expand(last_side(DIAGONAL, "b-next") - (1 + ETA * SLOPE) ** 2 * B) == 0
    assert sp.expand(last_side(DIAGONAL, "product") / (A * B) - (1 - ETA**2 * SLOPE**2) ** 2) == 0
    (step,) = (step for step in DIAGONAL.steps if step.name == "a-next")
    assert step.claim.sides[0] == A_NEXT


def test_the_derivative_of_the_square_of_the_activation() -> None:
    (step,) = (step for step in NEURON.steps if step.name == "phi-squared")
    assert step.claim.sides == (sp.Derivative(w, P), 2 * P * r)


@pytest.mark.parametrize("derivation", [MAP, DIAGONAL, NEURON], ids=lambda d: d.label)
def test_they_come_back_from_json(derivation: object) -> None:
    assert derivation_of(json.loads(json.dumps(to_json(derivation)))) == derivation
