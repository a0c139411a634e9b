"""Theorems for all small step sizes, against gradient descent on the weights in mpmath."""

from __future__ import annotations

import math
from fractions import Fraction
from random import Random
from typing import Any

import mpmath
from flint import fmpq

from trajalign.theory.models import SingleNeuron, TwoLayerLinear
from trajalign.theory.responses import Activation, Loss
from trajalign.verification.theorems.certificate import rounded
from trajalign.verification.theorems.proof import Theorem
from trajalign.verification.theorems.search import prove
from trajalign.verification.theorems.settings import Wanted, sizes

from .counting import Tally
from .followed import ACTIVATIONS, LOSSES, Descent, descent

_DIGITS = 60
_ORBITS = 32
_MOST_STEPS = 40_000
_END = mpmath.mpf(10) ** -12  # of |p|: q has its limit then
_SEEN = mpmath.mpf(10) ** -7  # |p| from where on differences have digits left
_STEP = mpmath.mpf(10) ** -18  # for differences
_KNOWN = [
    *("log(cosh(z))", "sqrt(1+z**2)", "z*atan(z) - log(1+z**2)/2"),
    *("4*log(cosh(z/2))", "3*log(sinh(z)/z)", "(log(cosh(z)) + sqrt(1+z**2))/2"),
]
_ACTIVE = [
    *("tanh(z)", "z/sqrt(1+z**2)", "atan(z)", "erf(sqrt(pi)*z/2)"),
    *("2*atan(tanh(z/2))", "4/(1+exp(-z)) - 2"),
]
assert set(_KNOWN) <= set(LOSSES)
assert set(_ACTIVE) <= set(ACTIVATIONS)


def try_theorem(rng: Random, tally: Tally) -> None:
    """A theorem for a small box, and random orbits from it."""
    neuron = rng.random() < 0.5
    text = rng.choice(_ACTIVE if neuron else _KNOWN)
    model = SingleNeuron(Activation.parse(text)) if neuron else TwoLayerLinear(Loss.parse(text))
    low = fmpq(rng.randrange(790 if neuron else 745, 870), 1000)
    q = low, low + fmpq(rng.choice([2, 5, 10]), 1000)
    known = sizes(model)
    wanted = Wanted(largest=rng.choice(known[len(known) // 3 :]), q=q)
    told = f"{model.name} {text}, epsilon <= {wanted.largest}, q0 in {q[0]} to {q[1]}"
    with tally.trying("theorem", told):
        theorem = rounded(prove(model, wanted)[1])
        with mpmath.workdps(_DIGITS):
            for _ in range(_ORBITS):
                _try_orbit(rng, tally, told, theorem, text, neuron)
            _try_past_one(rng, tally, told, theorem, text, neuron)


def _try_orbit(
    rng: Random, tally: Tally, told: str, theorem: Theorem, text: str, neuron: bool
) -> None:
    s = theorem.setting
    eta = _step_size(rng, s.largest, neuron)
    q0 = _between(rng, *s.q)
    small = rng.random() < 0.2
    size = _between(rng, *s.p) if not small else _fraction(s.p[0]) / 10 ** rng.randrange(1, 12)
    now = descent(text, neuron, eta, rng.choice([-1, 1]) * size, q0)
    step = mpmath.mpf(eta.numerator) / eta.denominator
    e = step if neuron else step**2
    told = f"{told}; eta = {eta}, p0 = {size}, q0 = {q0}"
    known = _Curve(now)
    arrives = _mpf(theorem.time) + _mpf(theorem.per_log) * mpmath.log(1 / e)
    if small:
        arrives += 1 + _mpf(theorem.per_small) * mpmath.log(_mpf(s.p[0]) / abs(now.p))
    crossed, q, looked = None, now.q, 0
    for t in range(_MOST_STEPS):
        p = abs(now.p)
        if crossed is None and q > 1:
            crossed = t
        if t >= arrives and p > _SEEN:
            misfit = abs(q / known.response(p) - 1 - known.first(p) * e)
            bound = _mpf(theorem.alignment) * e**2
            tally.check("alignment, proved", misfit <= bound, told, _at(t, misfit, bound))
            if looked < 8 and q < 1 and rng.randrange(20) == 0:
                looked += 1
                gap = known.gap(now, q, e)
                most = _mpf(theorem.gap) * e
                tally.check("sharpness gap, proved", gap <= most, told, _at(t, gap, most))
        if p < _END and t > arrives:
            break
        now.step()
        tally.check("q rises, proved", now.q >= q, told, _at(t, q, now.q))
        q = now.q
    else:
        tally.passed_over["theorem: an orbit without end"] += 1
        return
    first = (_mpf(theorem.first[0]) + _mpf(theorem.first[1])) / 2
    away = abs(q - 1 - first * e), abs(1 / q - 1 + first * e)
    for name, size, bound in zip(
        ("limit", "saturation"), away, (theorem.limit, theorem.saturation), strict=True
    ):
        most = _mpf(bound) * e**2
        tally.check(f"{name}, proved", size <= most, told, _at(t, size, most))
    if not small and crossed is not None:
        _try_crossing(tally, told, theorem, e, crossed, q0, size_of=abs(known.start))


def _try_crossing(
    tally: Tally, told: str, theorem: Theorem, e: Any, crossed: int, q0: Fraction, size_of: Any
) -> None:
    k = e * crossed - _mpf(theorem.scale[0]) * mpmath.log(1 / e)
    slack = mpmath.mpf(10) ** -4  # of rho_0, which is told between two numbers
    q = mpmath.mpf(q0.numerator) / q0.denominator
    for row in theorem.crossings:
        if _mpf(row.q[0]) <= q <= _mpf(row.q[1]) and _mpf(row.p[0]) <= size_of <= _mpf(row.p[1]):
            inside = _mpf(row.low) - slack <= k <= _mpf(row.high) + slack
            tally.check("crossing, proved", inside, told, _at(crossed, k, _mpf(row.high)))


def _try_past_one(
    rng: Random, tally: Tally, told: str, theorem: Theorem, text: str, neuron: bool
) -> None:
    s, flow = theorem.setting, theorem.flow
    if flow is None or s.flow_q is None:
        return
    eta = _step_size(rng, s.largest, neuron)
    q0, size = _between(rng, *s.flow_q), _between(rng, fmpq(0), s.p[1])
    now = descent(text, neuron, eta, size, q0)
    step = mpmath.mpf(eta.numerator) / eta.denominator
    e, envelope, start = (step if neuron else step**2), abs(now.p), now.q
    top = start * mpmath.exp(_mpf(flow.drift) * e * _mpf(s.p[1]) ** 2)
    told = f"{told}; past 1: eta = {eta}, p0 = {size}, q0 = {q0}"
    for t in range(60):
        now.step()
        envelope *= 1 - _mpf(flow.rate)
        tally.check("decay, proved", abs(now.p) <= envelope, told, _at(t, now.p, envelope))
        tally.check("drift, proved", start <= now.q <= top, told, _at(t, now.q, top))


class _Curve:
    """The response, h, and the sharpness, by differences of the text's own derivative."""

    def __init__(self, start: Descent) -> None:
        self.neuron, self._value, self._slope = start.neuron, start._value, start._slope
        self.start = start.p

    def response(self, p: Any) -> Any:
        if self.neuron:
            return self._value(p) * self._slope(p) / p
        return self._slope(p) / p

    def _steep(self, p: Any) -> Any:
        """r'."""
        h = _STEP * p
        return (self.response(p + h) - self.response(p - h)) / (2 * h)

    def first(self, p: Any) -> Any:
        """h: −(p r³/r' + p² r²)/2, and −φ² r/(p r')."""
        r, steep = self.response(p), self._steep(p)
        if self.neuron:
            return -(self._value(p) ** 2) * r / (p * steep)
        return -(p * r**3 / steep + (p * r) ** 2) / 2

    def gap(self, now: Descent, q: Any, e: Any) -> Any:
        """|η λ − η λ̃(q)|."""
        p = abs(now.p)
        r, steep = self.response(p), self._steep(p)
        bend = r + p * steep  # of ℓ, or of φ²/2
        if self.neuron:
            w = self._value(p) ** 2
            trace, product = w * e + 2 * bend / q, e * (2 * w * bend - 8 * (p * r) ** 2) / q
        else:
            trace, product = 2 * bend / q, -e * p * r * (p * r + 2 * bend * p)
        largest = (trace + mpmath.sqrt(trace**2 - 4 * product)) / 2
        z = mpmath.findroot(lambda z: self.response(z) - q, p)
        return abs(largest - 2 * (1 + z * self._steep(z) / q))


def _step_size(rng: Random, largest: fmpq, neuron: bool) -> Fraction:
    top = _fraction(largest)
    share = rng.choice([Fraction(1), Fraction(rng.randrange(300, 1000), 1000)])
    if neuron:
        return top * share
    return Fraction(math.isqrt(top.numerator * 10**24 // top.denominator), 10**12) * share


def _between(rng: Random, low: fmpq, high: fmpq) -> Fraction:
    share = rng.choice([Fraction(0), Fraction(1), Fraction(rng.randrange(1, 10**6), 10**6)])
    share = share if low > 0 or share else Fraction(1, 2)
    return _fraction(low) + (_fraction(high) - _fraction(low)) * share


def _fraction(x: fmpq) -> Fraction:
    return Fraction(int(x.p), int(x.q))


def _mpf(x: fmpq) -> Any:
    return mpmath.mpf(int(x.p)) / int(x.q)


def _at(t: int, value: Any, bound: Any) -> Any:
    return lambda: f"at step {t}: {mpmath.nstr(value, 15)} against {mpmath.nstr(bound, 15)}"
