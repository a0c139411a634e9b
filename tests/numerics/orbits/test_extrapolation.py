"""The limit read off the last steps of an orbit is that of the orbit followed to its rest."""

from dataclasses import replace

import pytest
import sympy as sp
from flint import arb, ctx
from mpmath import mp
from zoo import BY_NAME

from trajalign.numerics.orbits import extrapolation
from trajalign.numerics.orbits.extrapolation import followed_to_limit
from trajalign.numerics.orbits.iteration import Stops
from trajalign.numerics.orbits.loops import compile_loop
from trajalign.numerics.orbits.native import accelerated
from trajalign.numerics.orbits.recorded import iterate
from trajalign.theory.models import Model, SingleNeuron, TwoLayerLinear
from trajalign.theory.responses import Activation, Loss

DIGITS = 60
STOPS = Stops(10**5, sp.Rational(1, 10 ** (DIGITS // 2 + 5)))
START = (sp.Rational(1, 2), sp.Rational(4, 5))
MODELS = [
    (TwoLayerLinear(Loss.parse("log-cosh")), sp.Rational(1, 10)),
    (TwoLayerLinear(Loss.parse("langevin")), sp.Rational(1, 5)),
    (SingleNeuron(Activation.parse("algebraic")), sp.Rational(1, 50)),
    (SingleNeuron(Activation.parse("erf")), sp.Rational(1, 50)),
]


@pytest.mark.parametrize(("model", "eta"), MODELS, ids=lambda v: getattr(v, "name", str(v)))
def test_it_is_the_limit_of_the_whole_orbit(model: Model, eta: sp.Rational) -> None:
    loop = accelerated(compile_loop(model))
    orbit, limit = followed_to_limit(loop, eta, START, STOPS, DIGITS)
    whole = iterate(loop, eta, START, STOPS, digits=DIGITS + 10, checked=False)
    with ctx.workdps(DIGITS + 20):
        assert abs(limit - whole.q[-1]) < arb(10) ** -DIGITS
    assert orbit.crossing == whole.crossing
    assert 5 * orbit.steps < whole.steps


def test_it_is_that_of_another_engine() -> None:
    """The orbit of log cosh in mpmath, which shares no line with this."""
    problem = BY_NAME["log-cosh"]
    with mp.workdps(50):
        p, q = mp.mpf(1) / 2, mp.mpf(4) / 5
        while abs(p) > mp.mpf(10) ** -20:
            p, q = problem.step(p, q, mp.mpf(1) / 10)
        loop = compile_loop(MODELS[0][0])
        _, limit = followed_to_limit(loop, sp.Rational(1, 10), START, STOPS, 38)
        with ctx.workdps(50):
            assert abs(mp.mpf(limit.str(45, radius=False)) - q) < mp.mpf(10) ** -37


def test_without_agreement_the_orbit_is_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two polynomials that differ prove nothing; then only the orbit itself tells."""
    wrong = iter(range(10))
    monkeypatch.setattr(extrapolation, "extrapolate", lambda x, y: y[0] + next(wrong))
    loop = compile_loop(MODELS[0][0])
    orbit, limit = followed_to_limit(loop, sp.Rational(1, 10), START, STOPS, 20)
    whole = iterate(loop, sp.Rational(1, 10), START, STOPS, digits=20, checked=False)
    assert (orbit.steps, limit) == (whole.steps, whole.q[-1])


def test_no_more_steps_are_taken_than_are_allowed() -> None:
    loop, eta = compile_loop(MODELS[0][0]), sp.Rational(1, 10)
    short, _ = followed_to_limit(loop, eta, START, STOPS, DIGITS)
    orbit, limit = followed_to_limit(
        loop, eta, START, replace(STOPS, max_steps=short.steps + 5), DIGITS
    )
    assert (orbit.outcome, limit.is_finite()) == ("step limit", False)


def test_an_orbit_that_does_not_converge_has_no_limit() -> None:
    loop, stops = compile_loop(MODELS[0][0]), replace(STOPS, max_steps=20)
    orbit, limit = followed_to_limit(loop, sp.Rational(1, 10), START, stops, DIGITS)
    assert orbit.outcome == "step limit"
    assert not limit.is_finite()
