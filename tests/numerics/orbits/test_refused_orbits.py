"""Starts that no weights have, and numbers and responses of which there is no orbit."""

import pytest
from recorded_orbits import run
from zoo import BY_NAME

from trajalign.numerics.orbits.loops import compile_loop
from trajalign.theory.errors import InputError, NotNormalisedError, NoWeightsError
from trajalign.theory.models import SingleNeuron, TwoLayerLinear
from trajalign.theory.responses import Activation, Loss


@pytest.mark.parametrize(
    ("eta", "p0", "q0", "allowed"),
    [
        ("1/20", "30", "7/10", r"\|p\| <= 28\.57, or eta <= 0\.04761"),
        ("5", "3/10", "4/5", r"\|p\| <= 0\.25, or eta <= 4\.166"),
        ("1/2", "-3", "9/10", r"\|p\| <= 2\.222, or eta <= 0\.3703"),
    ],
)
def test_a_start_that_no_weights_have_is_refused(eta, p0, q0, allowed, loop_of):
    with pytest.raises(NoWeightsError, match=allowed):
        run(loop_of("log-cosh"), eta, (p0, q0))


def test_on_the_bound_there_are_weights(loop_of):
    """|p| η q = 1: v = ±Uᵀx. This is kept: u = η|p| from then on.

    The neuron has weights for every p and every q > 0."""
    orbit = run(loop_of("log-cosh"), "1/2", ("5/2", "4/5"), max_steps=5)
    assert len(orbit) > 1
    for p, u in zip(orbit.p, orbit.u, strict=True):
        assert float(u) == pytest.approx(abs(float(p)) / 2)
    assert len(run(loop_of("tanh"), "5", ("3", "4/5"), max_steps=1)) == 2


def test_another_edge_than_1_is_refused():
    loop = compile_loop(TwoLayerLinear(Loss.parse("2*log(cosh(z))")))
    with pytest.raises(NotNormalisedError, match="divide the loss by 2"):
        run(loop, "1/20")


@pytest.mark.parametrize(
    ("eta", "start"),
    [
        ("0", ("1/2", "4/5")),
        ("-1/10", ("1/2", "4/5")),
        ("1/10", ("0", "4/5")),
        ("1/10", ("1/2", "0")),
        ("1/10", ("1/2", "-1")),
    ],
)
def test_bad_input_is_refused_with_the_numbers(loop_of, eta, start):
    with pytest.raises(InputError, match="need eta > 0, q0 > 0, p0 != 0") as caught:
        run(loop_of("log-cosh"), eta, start)
    assert f"eta={eta}" in str(caught.value)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"digits": 0}, "digits"),
        ({"digits": 10**6}, "digits"),
        ({"every": 0}, "every"),
        ({"max_steps": 0}, "at least one step"),
        ({"until": -1}, "0 <= until < escape"),
        ({"escape": 0}, "0 <= until < escape"),
    ],
)
def test_numbers_out_of_range_are_refused(options, message, loop_of):
    with pytest.raises(InputError, match=message):
        run(loop_of("log-cosh"), "1/10", **options)


def test_a_user_expression_needs_no_catalogue():
    """φ = z/√(1+z²) written otherwise has the same orbit."""
    twin = compile_loop(SingleNeuron(Activation.parse("sin(atan(z))")))
    known = compile_loop(BY_NAME["algebraic"].model)
    for a, b in zip(run(twin, "1/10").q, run(known, "1/10").q, strict=True):
        assert abs(float(a / b) - 1) < 1e-15
