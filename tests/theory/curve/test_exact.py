"""The responses whose slow curve is κ r exactly."""

import pytest
import sympy as sp
from flint import arb, ctx

from trajalign.numerics.compile.balls import exact
from trajalign.numerics.orbits.recorded import compile_step
from trajalign.theory.curve.exact import exact_curve
from trajalign.theory.curve.series import curve_series
from trajalign.theory.models import EPSILON, Activation, Loss, SingleNeuron, TwoLayerLinear
from trajalign.theory.responses import ACTIVATIONS, LOSSES


def test_the_algebraic_neuron():
    """reference.md §3: κ = 2/(1 + √(1−η)), |p'| = √(1−η) |p|, limiting sharpness (1 + √(1−η))/η."""
    found = exact_curve(SingleNeuron(Activation.parse("algebraic")))
    root = sp.sqrt(1 - EPSILON)
    assert sp.simplify(found.kappa - 2 / (1 + root)) == 0
    assert sp.simplify(found.factor - root) == 0
    assert sp.simplify(found.limiting_sharpness - (1 + root)) == 0


@pytest.mark.parametrize("stretch", ["2*z/sqrt(4+z**2)", "z/sqrt(1+3*z**2)"])
def test_its_stretched_copies_and_their_orbits(stretch):
    """Two steps from a point of the curve stay on it, in ball arithmetic; off it they do not."""
    model = SingleNeuron(Activation.parse(stretch))
    found = exact_curve(model)
    step = compile_step(model)
    with ctx.workprec(200):
        eta, p = arb(exact(sp.Rational(1, 50))), arb(exact(sp.Rational(1, 3)))
        kappa = arb(str(sp.N(found.kappa.subs(EPSILON, sp.Rational(1, 50)), 60)))
        z = sp.Symbol("z", real=True)

        def r(x):
            value = model.response.response.subs(z, sp.Float(x.str(60, radius=False), 60))
            return arb(str(sp.N(value, 55)))

        p_next, q_next = step(p, kappa * r(p), eta)
        assert abs(q_next / (kappa * r(p_next)) - 1) < arb("1e-40")
        p_next, q_next = step(p, arb("1.001") * kappa * r(p), eta)
        assert abs(q_next / (kappa * r(p_next)) - 1) > arb("1e-6")


def test_no_other_entry_of_the_catalogue_has_one():
    """The linear model included: with a constant h_1 its loss would satisfy t e^{t²/4c} = p."""
    models = [TwoLayerLinear(Loss.parse(name)) for name in LOSSES]
    models += [SingleNeuron(Activation.parse(name)) for name in ACTIVATIONS if name != "algebraic"]
    assert [exact_curve(model) for model in models] == [None] * len(models)


def test_its_expansion_is_the_power_series():
    """Two independent derivations of the same numbers."""
    model = SingleNeuron(Activation.parse("z/sqrt(1+3*z**2)"))
    kappa = exact_curve(model).kappa
    expansion = sp.series(kappa, EPSILON, 0, 5).removeO()
    for k, h in enumerate(curve_series(model, 4).h, start=1):
        assert sp.simplify(expansion.coeff(EPSILON, k) - h[0]) == 0
