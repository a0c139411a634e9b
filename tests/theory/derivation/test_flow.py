"""What the proofs of the gradient-flow regime take as known holds where they say that it does."""

import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest
import sympy as sp
from derivations_helper import chapter_on, last_side

from trajalign.theory.derivation import Derivation, Sign
from trajalign.theory.derivation.notation import BOUND, GROWTH, P0, Q0, RATE
from trajalign.theory.models import ETA, PHI_SQUARED, Model, P, Q, R, SingleNeuron, TwoLayerLinear
from trajalign.theory.responses import Activation, Loss

derivations = chapter_on("flow")

LINEAR, NEURON = (
    TwoLayerLinear(Loss.parse("log-cosh")),
    SingleNeuron(Activation.parse("tanh")),
)
ROUNDING = 1e-9  # of a difference that is 0 at a corner of the hypotheses
HOLDS: dict[str, Callable[[float], bool]] = {
    ">": lambda x: x > -ROUNDING,
    "≥": lambda x: x > -ROUNDING,
    "<": lambda x: x < ROUNDING,
    "≤": lambda x: x < ROUNDING,
}
Values = dict[sp.Expr, float]


@dataclass(frozen=True)
class Start:
    """Admissible η, L, p0, q0 of the statement, and its m and C."""

    eta: float
    bound: float
    p0: float
    q0: float
    m: float

    @property
    def drift(self) -> float:
        """C of the neuron's statement."""
        return 2 * self.eta / ((1 - self.eta) * self.m)


def _linear_response(p: float) -> float:
    return math.tanh(p) / p if p else 1.0


def _neuron_response(p: float) -> float:
    return math.tanh(p) / math.cosh(p) ** 2 / p if p else 1.0


def _linear_starts() -> Iterator[Start]:
    rng = random.Random(3)
    for _ in range(40):
        bound = rng.choice([0.3, 1.0, 2.5])
        eta = rng.choice([0.01, 0.03, 0.06]) / bound * rng.random()
        low = 2 / (2 - eta * bound)
        high = min(1 / 16, _linear_response(bound) / 2) / (eta * bound)
        q0 = low + (high - low) * rng.choice([1e-6, 0.01, rng.random(), 1 - 1e-6])
        m = min(2 * (q0 - 1) / q0, _linear_response(bound) / (2 * q0))
        yield Start(eta, bound, bound * rng.choice([-1, 1, rng.random()]), q0, m)


def _neuron_starts() -> Iterator[Start]:
    rng = random.Random(4)
    found = 0
    while found < 40:
        eta, q0 = 0.05 * rng.random(), 1 + rng.choice([0.1, 1, 5]) * rng.random()
        m = min(2 * (q0 - 1) / q0, _neuron_response(1.0) / q0)
        start = Start(eta, 1.0, rng.choice([-1, 1, rng.random()]), q0, m)
        if start.drift <= math.log(2):
            found += 1
            yield start


def _linear_orbit(start: Start) -> Iterator[Values]:
    p, q, eta = start.p0, start.q0, start.eta
    for _ in range(60):
        r = _linear_response(p)
        growth = eta**2 * p**2 * r * (2 * q - r)
        yield {P: p, Q: q, R(P): r, R(BOUND): _linear_response(start.bound), GROWTH: growth}
        p, q = (1 - 2 * r / q + eta**2 * p**2 * r**2) * p, q / (1 - growth)


def _neuron_orbit(start: Start) -> Iterator[Values]:
    p, q, eta = start.p0, start.q0, start.eta
    for _ in range(60):
        r, w = _neuron_response(p), math.tanh(p) ** 2
        yield {P: p, Q: q, R(P): r, R(sp.S.One): _neuron_response(1.0), PHI_SQUARED(P): w}
        p, q = (1 - 2 * r / q) * p, q / (1 - eta * w) ** 2


CASES = [
    pytest.param(LINEAR, _linear_starts, _linear_orbit, id="linear"),
    pytest.param(NEURON, _neuron_starts, _neuron_orbit, id="neuron"),
]


def _proof(model: Model) -> Derivation:
    (derivation,) = derivations(model, 2)
    return derivation


def _violated(model: Model, start: Start, orbit: Callable[[Start], Iterator[Values]]) -> list[str]:
    """The steps of the proof that assume a sign which some point of the orbit does not have."""
    signs = [(s.name, s.claim) for s in _proof(model).steps if isinstance(s.claim, Sign)]
    known = [(name, *pair) for name, claim in signs for pair in claim.known]
    functions = [R(P), R(BOUND), R(sp.S.One), PHI_SQUARED(P)]
    symbols = [P, Q, Q0, P0, RATE, BOUND, ETA, GROWTH]
    plain = {function: sp.Symbol(f"f{k}") for k, function in enumerate(functions)}
    factors = [factor.xreplace(plain) for _, factor, _ in known]
    evaluate = sp.lambdify([*symbols, *plain.values()], factors, "math")
    fixed: Values = {Q0: start.q0, P0: start.p0, RATE: start.m, BOUND: start.bound}
    found = []
    for point in orbit(start):
        values = fixed | {ETA: start.eta} | point
        results = evaluate(*(values.get(s, math.nan) for s in [*symbols, *functions]))
        for (name, _, relation), value in zip(known, results, strict=True):
            if not HOLDS[relation](value):
                found.append(name)
    return found


@pytest.mark.parametrize(("model", "starts", "orbit"), CASES)
def test_the_signs_that_are_assumed_hold_along_admissible_orbits(
    model: Model,
    starts: Callable[[], Iterator[Start]],
    orbit: Callable[[Start], Iterator[Values]],
) -> None:
    for start in starts():
        assert _violated(model, start, orbit) == [], start


def test_a_start_that_is_not_admissible_breaks_a_sign() -> None:
    for start in list(_linear_starts())[:5]:
        high = replace(start, q0=1 / (10 * start.eta * start.bound))
        assert "step-small" in _violated(LINEAR, high, _linear_orbit)
    for start in list(_neuron_starts())[:5]:
        fast = replace(start, m=2 * _neuron_response(1.0) / start.q0)
        assert "not-above" in _violated(NEURON, fast, _neuron_orbit)


@pytest.mark.parametrize(("model", "starts", "orbit"), CASES)
def test_the_bounds_hold_along_admissible_orbits(
    model: Model,
    starts: Callable[[], Iterator[Start]],
    orbit: Callable[[Start], Iterator[Values]],
) -> None:
    constant = sp.lambdify([Q0, RATE, ETA], last_side(_proof(model), "drift-constant"))
    for start in starts():
        front, exponent = abs(start.p0), constant(start.q0, start.m, start.eta)
        if model is LINEAR:
            front, exponent = start.bound, exponent * (start.eta * start.bound) ** 2
        for t, point in enumerate(orbit(start)):
            assert abs(point[P]) <= front * (1 - start.m) ** t * (1 + ROUNDING)
            assert start.q0 <= point[Q] * (1 + ROUNDING)
            assert point[Q] <= start.q0 * math.exp(exponent) * (1 + ROUNDING)


def test_the_constants_are_those_of_the_theory() -> None:
    assert last_side(_proof(LINEAR), "drift-constant") == 2 * Q0 / RATE
    expected = 2 * ETA / ((1 - ETA) * RATE)
    assert sp.cancel(last_side(_proof(NEURON), "drift-constant") - expected) == 0
