"""The single neuron L(x, y) = ½ φ(x)² y²: its generic map and Hessian, by hand and measured."""

from dataclasses import FrozenInstanceError

import numpy as np
import pytest
import sympy as sp
from mpmath import mp
from zoo import NEURON, evaluated

from trajalign.theory.models import ETA, PHI_SQUARED, Activation, P, Q, R, SingleNeuron

TANH = SingleNeuron(Activation.parse("tanh"))


def test_the_generic_map_by_hand():
    """With φφ' = p r, y² = 2/(ηq), w = φ²: x' = p − η p r y² and y' = y (1 − ηw)."""
    reduced, r, w = TANH.generic(), R(P), PHI_SQUARED(P)
    assert sp.cancel(reduced.p_next - (P - 2 * P * r / Q)) == 0
    assert sp.cancel(reduced.q_next - Q / (1 - ETA * w) ** 2) == 0
    assert sp.cancel(reduced.q_next - Q / (1 - 2 * ETA * w)) != 0


def test_the_generic_hessian_by_hand():
    """[[(φφ')' y², 2φφ' y], [2φφ' y, φ²]] with φφ' = pr, φ² = w and y² = 2/(ηq)."""
    reduced, slope, w, y_squared = TANH.generic(), P * R(P), PHI_SQUARED(P), 2 / (ETA * Q)
    bend = sp.diff(slope, P)
    assert sp.expand(reduced.trace - (bend * y_squared + w)) == 0
    assert sp.expand(reduced.determinant - y_squared * (bend * w - 4 * slope**2)) == 0
    assert sp.expand(reduced.determinant - y_squared * (bend * w - slope**2)) != 0


@pytest.mark.parametrize("problem", NEURON, ids=str)
@pytest.mark.parametrize(("x", "y"), [("0.4", "2"), ("-1.1", "0.7"), ("2", "-3")])
def test_both_eigenvalues_are_those_of_second_differences(problem, x, y):
    """Second derivatives of ½ φ(x)² y² by mpmath; trace and determinant in (p, q)."""
    with mp.workdps(50):
        x, y, eta = mp.mpf(x), mp.mpf(y), mp.mpf("0.1")

        def objective(a, b):
            return problem.function(a) ** 2 * b**2 / 2

        xx, xy, yy = (mp.diff(objective, (x, y), n) for n in ((2, 0), (1, 1), (0, 2)))
        values, reduced = {"p": x, "q": 2 / (eta * y**2), "eta": eta}, problem.model.reduced
        assert mp.almosteq(evaluated(reduced.trace, **values), xx + yy, 1e-20)
        assert mp.almosteq(evaluated(reduced.determinant, **values), xx * yy - xy**2, 1e-20)


@pytest.mark.parametrize("problem", NEURON, ids=str)
def test_the_parameter_space_is_the_definition(problem):
    space = problem.model.parameter_space()
    x, y = space.parameters
    assert (x.is_real, y.is_real) == (True, True)
    assert space.p == x
    with mp.workdps(30):
        a, b, eta = mp.mpf("0.8"), mp.mpf("-1.5"), mp.mpf("0.2")
        objective = evaluated(space.objective, x=a, y=b)
        assert mp.almosteq(objective, problem.function(a) ** 2 * mp.mpf("1.125"), 1e-25)
        assert mp.almosteq(evaluated(space.q, y=b, eta=eta), mp.mpf(40) / 9, 1e-25)


def test_a_step_in_parameter_space_is_a_step_of_the_map():
    """One step of gradient descent on the parameter space's own objective."""
    space = TANH.parameter_space()
    slopes = [sp.diff(space.objective, t) for t in space.parameters]
    gradient = sp.lambdify(space.parameters, slopes)
    coordinates = sp.lambdify((*space.parameters, ETA), (space.p, space.q))
    point, eta = np.array([0.9, 3.1]), 0.15
    p, q = coordinates(*point, eta)
    moved = coordinates(*(point - eta * np.array(gradient(*point))), eta)
    reduced = TANH.reduced
    at = {P: p, Q: q, ETA: eta}
    found = float(reduced.p_next.subs(at)), float(reduced.q_next.subs(at))
    assert found == pytest.approx(moved, rel=1e-12)


def test_what_the_neuron_says_of_itself():
    epsilon = sp.Symbol("e", positive=True)
    assert TANH.name == "neuron"
    assert TANH.step_size(epsilon) == epsilon  # η = ε
    with pytest.raises(FrozenInstanceError):
        TANH.response = Activation.parse("arctan")
    assert len({TANH, SingleNeuron(Activation.parse("tanh"))}) == 1
