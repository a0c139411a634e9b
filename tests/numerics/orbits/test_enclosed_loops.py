"""Loops over boxes against orbits at much higher precision, by formulas typed in by hand."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import sympy as sp
from flint import arb, ctx, fmpq
from zoo import BY_NAME

from trajalign.numerics.orbits import enclosed_loops
from trajalign.numerics.orbits.enclosed_loops import compile_enclosed_loop
from trajalign.numerics.orbits.enclosures import EnclosedOrbit, enclose
from trajalign.numerics.orbits.iteration import Stops

ratio = sp.Rational
Step = Callable[[arb, arb, arb], tuple[arb, arb]]


def log_cosh(p: arb, q: arb, eta: arb) -> tuple[arb, arb]:
    t = p.tanh()  # reference.md §1 with p r = t
    turn = eta * t
    return p - 2 * t / q + turn * turn * p, q / (1 - turn * eta * (2 * q * p - t))


def tanh_neuron(p: arb, q: arb, eta: arb) -> tuple[arb, arb]:
    t = p.tanh()
    square = t * t
    shrink = 1 - eta * square
    return p - 2 * t * (1 - square) / q, q / (shrink * shrink)


@dataclass(frozen=True)
class Sample:
    """Boxes (p0 ± radius) × (q0 ± radius) and how many orbits of what length to draw from each."""

    name: str
    step: Step
    eta: sp.Rational
    start: tuple[sp.Rational, sp.Rational]
    radius: float
    steps: int
    points: int

    def box(self) -> tuple[arb, arb]:
        return tuple(arb(fmpq(x.p, x.q)).mid() + arb(0, self.radius) for x in self.start)

    def enclosed(self, bits: int = 200) -> EnclosedOrbit:
        with ctx.workprec(bits):
            loop = compile_enclosed_loop(BY_NAME[self.name].model)
            return enclose(loop, self.eta, self.box(), Stops(self.steps), bits=bits)


NEAR, FAR = (ratio(1, 2), ratio(4, 5)), (ratio(2), ratio(3))
SAMPLES = (
    Sample("log-cosh", log_cosh, ratio(1, 20), NEAR, 1e-6, 50, 25_000),
    Sample("log-cosh", log_cosh, ratio(1, 20), NEAR, 1e-12, 500, 3_000),
    Sample("log-cosh", log_cosh, ratio(1, 10), FAR, 1e-2, 60, 20_000),
    Sample("log-cosh", log_cosh, ratio(1, 4), (ratio(1, 1000), ratio(1)), 1e-4, 100, 10_000),
    Sample("log-cosh", log_cosh, ratio(1, 20), NEAR, 0, 500, 1),
    Sample("log-cosh", log_cosh, ratio(1, 200), (ratio(2), ratio(20)), 0, 500, 1),
    Sample("tanh", tanh_neuron, ratio(1, 50), NEAR, 1e-4, 50, 25_000),
    Sample("tanh", tanh_neuron, ratio(1, 50), NEAR, 1e-9, 500, 3_000),
    Sample("tanh", tanh_neuron, ratio(1, 10), FAR, 1e-2, 60, 10_000),
    Sample("tanh", tanh_neuron, ratio(1, 50), (ratio(0), ratio(3, 2)), 1e-3, 100, 5_000),
    Sample("tanh", tanh_neuron, ratio(1, 50), NEAR, 0, 500, 1),
)


def draws(sample: Sample, count: int) -> list[tuple[arb, arb]]:
    """The corners of the box, the middles of its edges, and random points inside."""
    rng = random.Random(11)
    shares = [(x, y) for x in (-1, 0, 1) for y in (-1, 0, 1)]
    shares += [(rng.uniform(-1, 1), rng.uniform(-1, 1)) for _ in range(count)]
    p, q = sample.box()
    r = arb(sample.radius)
    return [(p.mid() + r * x, q.mid() + r * y) for x, y in shares[:count]]


def first_escape(sample: Sample, orbit: EnclosedOrbit, count: int) -> int | None:
    """The first step at which one of `count` orbits is outside its ball; None if none ever is."""
    with ctx.workprec(400):
        eta, balls = arb(fmpq(sample.eta.p, sample.eta.q)), list(zip(orbit.p, orbit.q, strict=True))
        for p, q in draws(sample, count):
            for t, (p_ball, q_ball) in enumerate(balls):
                if t:
                    p, q = sample.step(p, q, eta)
                    p, q = p.mid(), q.mid()
                if not (p_ball.contains(p) and q_ball.contains(q)):
                    return t
    return None


def test_there_are_a_hundred_thousand_points():
    assert sum(sample.points for sample in SAMPLES) > 10**5


@pytest.mark.thorough
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda s: f"{s.name}-{s.radius}-{s.steps}")
def test_every_orbit_from_the_box_stays_in_its_balls(sample):
    orbit = sample.enclosed()
    assert orbit.outcome == "step limit"
    assert all(x.is_finite() for x in orbit.p + orbit.q)
    assert first_escape(sample, orbit, sample.points) is None


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda s: f"{s.name}-{s.radius}-{s.steps}")
def test_some_orbits_from_the_box_stay_in_its_balls(sample):
    for bits in (64, 200):
        assert first_escape(sample, sample.enclosed(bits), 30) is None


MUTATIONS = {
    "no rounding on the long side": ("+ x_error,", ","),
    "no rounding on the short side": ("+ (y_error - shear * x_error)", ""),
    "half the derivative": ("x_long * long +", "x_long * long / 2 +"),
    "no shear": ("side = shear * long + short", "side = short"),
    "no exchange of coordinates": ("if upright:", "if False:"),
}


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_a_loop_that_forgets_something_is_caught(monkeypatch, mutation):
    old, new = MUTATIONS[mutation]

    def mutated(source: str, scope: dict[str, Any]) -> None:
        assert old in source
        exec(source.replace(old, new), scope)

    monkeypatch.setattr(enclosed_loops, "exec", mutated, raising=False)
    samples = [s for s in SAMPLES if s.steps == 500 or s.radius == 1e-6]
    assert any(first_escape(s, s.enclosed(64 if s.radius == 0 else 200), 9) for s in samples)
