"""The solution sharpness of the linear network: against gradient flow in parameter space."""

import numpy as np
import pytest
import sympy as sp
from derivations_helper import assert_every_falsified_step_is_refuted, last_side
from scipy.integrate import solve_ivp

from trajalign.theory.derivation.book import chapter
from trajalign.theory.models import ETA, P, Q, SingleNeuron, TwoLayerLinear
from trajalign.theory.responses import Activation, Loss
from trajalign.verification.derivations.judging import check_derivation

MODEL = TwoLayerLinear(Loss.parse("log-cosh"))
(SOLUTION,) = chapter("linear.solution")(MODEL, 1)
EARLIER = {
    d.label: d for name in ("linear.maps", "linear.sharpness") for d in chapter(name)(MODEL, 1)
}


def test_every_step_checks_and_no_falsified_one_does() -> None:
    check_derivation(SOLUTION, Loss, EARLIER)
    assert_every_falsified_step_is_refuted(SOLUTION, Loss, EARLIER)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_it_is_the_sharpness_where_gradient_flow_ends(seed: int) -> None:
    """Width 3, two inputs, log-cosh; the flow integrated in all nine weights."""
    space = MODEL.parameter_space()
    gradient = sp.lambdify(
        space.parameters, [sp.diff(space.objective, t) for t in space.parameters]
    )
    hessian = sp.lambdify(space.parameters, sp.hessian(space.objective, space.parameters))
    start = np.random.default_rng(seed).normal(size=9)
    flow = solve_ivp(
        lambda t, w: -np.array(gradient(*w)),
        (0, 200),
        start,
        method="LSODA",
        rtol=1e-11,
        atol=1e-12,
    )
    ended = np.linalg.eigvalsh(np.array(hessian(*flow.y[:, -1]), dtype=float))[-1]
    eta = 0.1
    place = dict(zip(space.parameters, start, strict=True)) | {ETA: eta}
    p, q = (float(e.subs(place)) for e in (space.p, space.q))
    formula = last_side(SOLUTION, "square")
    assert float(formula.subs({P: p, Q: q, ETA: eta})) == pytest.approx(ended**2, rel=1e-7)
    assert formula.equals(MODEL.solution.square)


@pytest.mark.parametrize(("p", "rises"), [(1.40, False), (1.42, True)])
def test_the_condition_is_sharp(p: float, rises: bool) -> None:
    """η|ℓ'| = √2 is at |p| = √2 for η = 1 and ℓ = z²/2."""
    factor = MODEL.solution.factor.subs({ETA: 1, sp.Function("r")(P): 1}).subs(P, p)
    assert (abs(float(factor)) > 1) is rises


def test_the_neuron_has_none() -> None:
    assert SingleNeuron(Activation.parse("tanh")).solution is None
