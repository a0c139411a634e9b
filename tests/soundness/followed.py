"""Enclosed orbits and their limits, against gradient descent on the weights in mpmath."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from random import Random
from typing import Any

import mpmath
import sympy as sp
from flint import arb, ctx

from trajalign.numerics.orbits import enclosed_loops, enclosures, limits
from trajalign.numerics.orbits.iteration import Stops
from trajalign.theory.models import SingleNeuron, TwoLayerLinear
from trajalign.theory.responses import Activation, Loss

from .counting import Tally
from .signs import rational
from .truth import _MPMATH, as_fmpq, expression_code, from_mpmath

# Texts, and their derivatives by hand.
LOSSES = {
    "log(cosh(z))": "tanh(z)",
    "sqrt(1+z**2)": "z/sqrt(1+z**2)",
    "z*atan(z) - log(1+z**2)/2": "atan(z)",
    "4*log(cosh(z/2))": "2*tanh(z/2)",
    "3*log(sinh(z)/z)": "3*(cosh(z)/sinh(z) - 1/z)",
    "(log(cosh(z)) + sqrt(1+z**2))/2": "(tanh(z) + z/sqrt(1+z**2))/2",
    "1-exp(-z**2/2)": "z*exp(-z**2/2)",
    "2*log(cosh(z))": "2*tanh(z)",
    "log(cosh(z))/2": "tanh(z)/2",
}
ACTIVATIONS = {
    "tanh(z)": "1/cosh(z)**2",
    "z/sqrt(1+z**2)": "1/sqrt(1+z**2)**3",
    "atan(z)": "1/(1+z**2)",
    "erf(sqrt(pi)*z/2)": "exp(-pi*z**2/4)",
    "2*atan(tanh(z/2))": "1/cosh(z)",
    "4/(1+exp(-z)) - 2": "4*exp(-z)/(1+exp(-z))**2",
    "sin(z)": "cos(z)",
    "2*tanh(z)": "2/cosh(z)**2",
}
_DIGITS = 130  # ℓ' may be a difference of what is 1/p large
_STEPS = 260
SETTLED = mpmath.mpf(10) ** -35
_LIMIT_STEPS = 6000
_FOLLOWED = mpmath.mpf(10) ** -20


def _function(text: str) -> Any:
    code, constants = expression_code(text)
    run = eval(code, dict(_MPMATH))
    return lambda z: run(z, [mpmath.mpf(c.numerator) / c.denominator for c in constants],
                         mpmath.pi, mpmath.e)  # fmt: skip


@dataclass
class Descent:
    """Gradient descent on xy under a loss, or on ½ φ(x)² y²; p and q of its weights."""

    text: str
    neuron: bool
    eta: Any
    x: Any
    y: Any

    def __post_init__(self) -> None:
        table = ACTIVATIONS if self.neuron else LOSSES
        self._value, self._slope = _function(self.text), _function(table[self.text])

    @property
    def p(self) -> Any:
        return self.x if self.neuron else self.x * self.y

    @property
    def q(self) -> Any:
        return 2 / (self.eta * (self.y**2 if self.neuron else self.x**2 + self.y**2))

    @property
    def sharpness(self) -> Any:
        """The largest eigenvalue of the Hessian at p = 0: ℓ''(0) (x² + y²) or φ'(0)² y²."""
        if self.neuron:
            return self._slope(mpmath.mpf(0)) ** 2 * self.y**2
        small = mpmath.mpf(10) ** -20  # ℓ'(z)/z is ℓ''(0) to its square
        return self._slope(small) / small * (self.x**2 + self.y**2)

    def step(self) -> None:
        """One step of gradient descent."""
        if self.neuron:
            value, slope = self._value(self.x), self._slope(self.x)
            gradient = value * slope * self.y**2, value**2 * self.y
        else:
            rate = self._slope(self.x * self.y)
            gradient = rate * self.y, rate * self.x
        self.x, self.y = (w - self.eta * g for w, g in zip((self.x, self.y), gradient, strict=True))


def descent(text: str, neuron: bool, eta: Fraction, p: Fraction, q: Fraction) -> Descent:
    """Weights with this p and q."""
    eta, p, q = (mpmath.mpf(x.numerator) / x.denominator for x in (eta, p, q))
    if neuron:
        return Descent(text, True, eta, p, mpmath.sqrt(2 / (eta * q)))
    size = 2 / (eta * q)
    total, difference = mpmath.sqrt(size + 2 * p), mpmath.sqrt(size - 2 * p)
    return Descent(text, False, eta, (total + difference) / 2, (total - difference) / 2)


def try_orbit(rng: Random, tally: Tally) -> None:
    """One orbit, or a box of them, enclosed at three precisions; and the limit of its last box."""
    neuron = rng.random() < 0.5
    text = rng.choice(sorted(ACTIVATIONS if neuron else LOSSES))
    eta = Fraction(1, rng.randrange(4, 60)) if neuron else Fraction(1, rng.randrange(2, 14))
    p = Fraction(rng.choice([-1, 1]) * rng.randrange(1, 96), 64)
    q = (
        Fraction(rng.randrange(35, 78), 64)
        if rng.random() < 0.8
        else Fraction(rng.randrange(78, 160), 64)
    )
    radius = rng.choice([Fraction(0), Fraction(1, 10**12), Fraction(1, 10**6), Fraction(1, 1000)])
    if not neuron and abs(p) * eta * q >= Fraction(9, 10):
        return
    model = SingleNeuron(Activation.parse(text)) if neuron else TwoLayerLinear(Loss.parse(text))
    told = f"{model.name} {text}, eta = {eta}, p0 = {p}, q0 = {q} ± {radius}"
    with tally.trying("orbit", told), mpmath.workdps(_DIGITS):
        starts = [(p, q)] if not radius else [(p + a * radius, q + b * radius)
                                              for a, b in ((0, 0), (1, -1), (-1, 1))]  # fmt: skip
        orbits = [_followed(text, neuron, eta, *start) for start in starts]
        loop, tail = enclosed_loops.compile_enclosed_loop(model), limits.compile_tail(model)
        start = tuple(_ball(x, radius) for x in (p, q))
        for bits in (40, 64, 200):
            stops = Stops(_STEPS, until=sp.Rational(1, rng.choice([50, 10**4, 10**9])))
            every = rng.choice([1, 1, 7])
            found = enclosures.enclose(loop, rational(eta), start, stops, bits=bits, every=every)
            for orbit in orbits:
                _try_boxes(tally, told, found, orbit, stops)
                _try_limit(tally, told, limits.enclose_limit(tail, found), orbit)


def _ball(x: Fraction, radius: Fraction) -> Any:
    if not radius:
        return rational(x)
    with ctx.workprec(300):
        return arb(as_fmpq(x - radius)).union(arb(as_fmpq(x + radius)))


@dataclass
class Followed:
    """p_t and q_t as exact balls, the descent at the end, and the first step with q > 1."""

    p: list[arb]
    q: list[arb]
    last: Descent
    crossing: int | None
    limit: Any = None


def _followed(text: str, neuron: bool, eta: Fraction, p: Fraction, q: Fraction) -> Followed:
    now = descent(text, neuron, eta, p, q)
    ps, qs, crossing = [], [], None
    with ctx.workprec(400):
        for t in range(_STEPS + 1):
            ps.append(from_mpmath(now.p))
            qs.append(from_mpmath(now.q))
            if crossing is None and now.q > 1:
                crossing = t
            if not _FOLLOWED < abs(now.p) < 10**4:
                break
            now.step()
    followed = Followed(ps, qs, now, crossing)
    for _ in range(_LIMIT_STEPS):
        if not SETTLED < abs(now.p) < 10**4:
            break
        now.step()
    if abs(now.p) <= SETTLED:
        with ctx.workprec(400):
            slack = arb(0, arb(10) ** -50)
            followed.limit = from_mpmath(now.q) + slack
    return followed


def _try_boxes(
    tally: Tally, told: str, found: enclosures.EnclosedOrbit, orbit: Followed, stops: Stops
) -> None:
    where = f"{found.bits} bits"
    for t, p, q in zip(found.times, found.p, found.q, strict=True):
        if t < len(orbit.p):
            with ctx.workprec(400):
                slack = arb(0, arb(10) ** -60)
                tally.inside(
                    "orbit, p", told, orbit.p[t] + slack, p, lambda t=t: f"{where}, t = {t}"
                )
                tally.inside(
                    "orbit, q", told, orbit.q[t] + slack, q, lambda t=t: f"{where}, t = {t}"
                )
    first = orbit.crossing if orbit.crossing is not None else 10**9
    steps, earliest, latest = found.steps, found.earliest_crossing, found.latest_crossing
    if len(orbit.p) <= steps:
        return
    told_of = f"{where}: crossing in [{earliest}, {latest}], but it is {orbit.crossing}"
    if found.outcome != "lost":
        not_before = first > steps if earliest is None else first >= earliest
        tally.check("crossing", not_before, told, lambda: told_of)
    if latest is not None:
        tally.check("crossing", first <= latest, told, lambda: told_of)
    if found.outcome == "converged":
        small = bool(abs(orbit.p[steps]) <= stops.bounds[0] + arb("1e-50"))
        tally.check("end of an orbit", small, told, lambda: f"{where}: not converged at {steps}")
    if found.outcome == "diverged":
        tally.check("end of an orbit", abs(orbit.p[-1]) > 100, told, lambda: f"{where}: diverged")


def _try_limit(tally: Tally, told: str, limit: limits.LimitEnclosure, orbit: Followed) -> None:
    if limit.outcome != "trapped":
        return
    known = orbit.limit is not None
    if known:
        where = f"trapped from step {limit.step}"
        tally.inside("limit of an orbit", told, orbit.limit, limit.q, lambda: where)
    for t in range(limit.step, min(len(orbit.p) - 1, limit.step + 40)):
        with ctx.workprec(400):
            shrinks = not abs(orbit.p[t + 1]) > limit.contraction * abs(orbit.p[t])
            tally.check("contraction", shrinks, told, lambda t=t: f"{limit.contraction} at t = {t}")
            drift = (orbit.q[t] / orbit.q[t + 1] - 1) / orbit.p[t] ** 2
            drift += arb(0, arb(10) ** -80) / orbit.p[t] ** 2
            tally.inside("drift", told, drift, limit.drift, lambda t=t: f"t = {t}")
