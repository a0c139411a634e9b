"""What the proofs for all step sizes are compared with: maps, curves and orbits by mpmath.

Everything is written down from reference.md §1 and §3 as functions of x = p², but for two: the
frozen-weight neuron, 2/(ηq') = 1 + (1 − ηφ²)² (2/(ηq) − 1), and h₂. With ρ = ln r, g₀ = 2h₁ + f,
where γ = 2(S − 1)/S + εf, and κ the coefficient of ε² in ln(q'/q)/x on the curve, order ε³ of
ln S' = ln S + ρ(x) − ρ(x') + ln(q'/q) is

    h₂ = [(4h₁² + g₀²) ρ' + 2x g₀² ρ'' − κ − 2g₀ h₁']/(4ρ').

For log-cosh it is 63/80 at x = 0, for √(1+z²) it is (x + 2)/(4(1 + x)²) (reference.md §3).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

from flint import arb, ctx, fmpq
from mpmath import mp
from zoo import to_mpf

from trajalign.theory.models import Activation, Loss, Model, SingleNeuron, TwoLayerLinear
from trajalign.theory.models.frozen_weight import FrozenWeight
from trajalign.verification.theorems.exit import Tube
from trajalign.verification.theorems.funnel import Funnel, funnel
from trajalign.verification.theorems.proof import BITS, ORDER
from trajalign.verification.theorems.step import Step

Real = Any  # an mpf
Function = Callable[[Real], Real]


@dataclass(frozen=True)
class Case:
    """A model with a response: r and φ²/x (for an activation) as functions of x = p²."""

    name: str
    model: Model
    r: Function
    omega: Function | None
    first_at_zero: Fraction  # h₁(0), by hand
    end: fmpq  # of the tubes that the tests look at
    lowest: fmpq  # r there, about
    largest: fmpq  # ε of those

    def __str__(self) -> str:
        return self.name

    @property
    def linear(self) -> bool:
        return self.omega is None

    @property
    def frozen(self) -> bool:
        return isinstance(self.model, FrozenWeight)

    def phi_squared(self, x: Real) -> Real:
        return mp.mpf(0) if self.omega is None else x * self.omega(x)

    def step(self, p: Real, q: Real, epsilon: Real) -> tuple[Real, Real]:
        """(p', q')."""
        r, w = self.r(p * p), self.phi_squared(p * p)
        if self.linear:
            p_next = (1 - 2 * r / q + epsilon * p * p * r * r) * p
            return p_next, q / (1 - epsilon * p * p * r * (2 * q - r))
        if self.frozen:
            return (1 - 2 * r / q) * p, 2 / (epsilon + (1 - epsilon * w) ** 2 * (2 / q - epsilon))
        return (1 - 2 * r / q) * p, q / (1 - epsilon * w) ** 2

    def orbit(self, p: Real, q: Real, epsilon: Real) -> Iterator[tuple[Real, Real]]:
        """(p_t, q_t) for t = 0, 1, 2, …"""
        while True:
            yield p, q
            p, q = self.step(p, q, epsilon)

    def first(self, x: Real) -> Real:
        """h₁."""
        r, slope = self.r(x), mp.diff(self.r, x)  # d/dx = (d/dp)/(2p)
        if self.omega is None:
            return -(r**3 / (2 * slope) + x * r**2) / 2
        return -self.omega(x) * r / (2 * slope)

    def second(self, x: Real) -> Real:
        """h₂."""
        if self.name == "pseudo-huber":
            return (x + 2) / (4 * (1 + x) ** 2)
        r, first = self.r(x), self.first(x)
        _, slope, bend = mp.diffs(self.r, x, 2)
        rho1, rho2 = slope / r, bend / r - (slope / r) ** 2
        if self.omega is None:
            rest, kappa = 2 * first + x * r**2, r**2 * (2 * first + x * r**2 / 2)
        else:
            w = self.omega(x)
            rest, kappa = 2 * first, x * w**2 - (r * w if self.frozen else 0)
        bent = (4 * first**2 + rest**2) * rho1 + 2 * x * rest**2 * rho2
        return (bent - kappa - 2 * rest * mp.diff(self.first, x)) / (4 * rho1)

    def rest(self, x: Real) -> Real:
        """g₀: the lowest order of (1 − |p'/p|)/ε on the curve."""
        return 2 * self.first(x) + (x * self.r(x) ** 2 if self.linear else 0)

    @property
    def scale(self) -> Real:
        """ρ₀ = 1/(2g₀(0)), g₀(0) = 2h₁(0)."""
        return mp.mpf(self.first_at_zero.denominator) / (4 * self.first_at_zero.numerator)

    @property
    def gap(self) -> Fraction:
        """sup η|λ − λ̃(q)|/ε as ε → 0, where q passes 1: there λ̃ = 2/η and, with ρ = ln r, S = 1/r
        and ηλ = 2(1 + 2xρ')/S = 2 + 6xρ' + …, and −xρ' = ln S = εh₁(0) + …"""
        return 6 * self.first_at_zero

    def height(self, x: Real, epsilon: Real) -> Real:
        """εh₁ + ε²h₂."""
        return epsilon * (self.first(x) + epsilon * self.second(x))

    def misfit(self, x: Real, q: Real, epsilon: Real) -> Real:
        """v."""
        return q / self.r(x) - 1 - self.height(x, epsilon)

    def moved(self, x: Real, v: Real, epsilon: Real) -> tuple[Real, Real]:
        """x' and v'."""
        q = self.r(x) * (1 + self.height(x, epsilon) + v)
        p, q = self.step(mp.sqrt(x), q, epsilon)
        return p * p, self.misfit(p * p, q, epsilon)

    def sharpness(self, p: Real, q: Real, epsilon: Real) -> Real:
        """ηλ from the Hessian: with S = 2/(ηq) the larger root of its 2 × 2 block."""
        r, size, p = self.r(p * p), 2 / q, abs(p)
        force = p * r
        bend = mp.diff(lambda z: z * self.r(z * z), p)
        if self.linear:  # reference.md §1, times η
            root = mp.sqrt((bend * size) ** 2 + 4 * epsilon * (force**2 + 2 * force * bend * p))
            return (bend * size + root) / 2
        # [[(φφ')' y², 2φφ' y], [2φφ' y, φ²]]; where it is frozen y² + 1 in place of the first y²
        y_squared = size / epsilon - (1 if self.frozen else 0)
        corner = epsilon * self.phi_squared(p * p)
        trace = bend * size + corner
        determinant = bend * size * corner - 4 * epsilon**2 * force**2 * y_squared
        return (trace + mp.sqrt(trace**2 - 4 * determinant)) / 2

    def surrogate(self, q: Real) -> Real:
        """ηλ̃(q) = 2(1 + r̂ r'(r̂)/q), r(r̂) = q ≤ 1, and 2 beyond."""
        if q >= 1:
            return mp.mpf(2)
        x = mp.findroot(lambda z: self.r(z) - q, (mp.mpf("1e-6"), mp.mpf(2)), solver="anderson")
        return 2 * (1 + 2 * x * mp.diff(self.r, x) / q)


def _even(f: Function, at_zero: int = 1) -> Function:
    """f(√x), also where a difference looks at x < 0, and at 0."""

    def function(x: Real) -> Real:
        return mp.mpf(at_zero) if x == 0 else mp.re(f(mp.sqrt(mp.mpc(x))))

    return function


def _tanh_r(z: Real) -> Real:
    return mp.tanh(z) * mp.sech(z) ** 2 / z


def _tanh_omega(z: Real) -> Real:
    return (mp.tanh(z) / z) ** 2


CASES = (
    Case(
        "log-cosh",
        TwoLayerLinear(Loss.parse("log-cosh")),
        _even(lambda z: mp.tanh(z) / z),
        None,
        Fraction(3, 4),
        fmpq(3, 4),
        fmpq(4, 5),
        fmpq(1, 200),
    ),
    Case(
        "pseudo-huber",
        TwoLayerLinear(Loss.parse("sqrt(1+z**2)")),
        lambda x: 1 / mp.sqrt(1 + x),
        None,
        Fraction(1, 2),
        fmpq(5, 8),
        fmpq(79, 100),
        fmpq(1, 200),
    ),
    Case(  # not of the catalogue: ℓ' = z (1 + z²)^(−3/4) = z − 3z³/4, r''(0) = −3/2
        "fourth-root",
        TwoLayerLinear(Loss.parse("2*(1+z**2)**(1/4)")),
        lambda x: (1 + x) ** (-mp.mpf(3) / 4),
        None,
        Fraction(1, 3),
        fmpq(3, 8),
        fmpq(79, 100),
        fmpq(1, 200),
    ),
    Case(
        "tanh",
        SingleNeuron(Activation.parse("tanh")),
        _even(_tanh_r),
        _even(_tanh_omega),
        Fraction(3, 8),
        fmpq(3, 20),
        fmpq(83, 100),
        fmpq(1, 100),
    ),
    Case(
        "frozen-weight",
        FrozenWeight(Activation.parse("tanh")),
        _even(_tanh_r),
        _even(_tanh_omega),
        Fraction(3, 8),
        fmpq(3, 20),
        fmpq(83, 100),
        fmpq(1, 100),
    ),
)
BY_NAME = {case.name: case for case in CASES}
NAMES = tuple(BY_NAME)
LEVELS = tuple(fmpq(1, k) for k in (10, 50, 200, 1000))
DELTA = fmpq(1, 8)


def exactly(value: Real) -> arb:
    """An mpf as a ball of one point."""
    sign, mantissa, exponent, _ = value._mpf_
    return arb(int(-mantissa if sign else mantissa)) * arb(2) ** arb(int(exponent))


def near(value: Real, digits: int = 30) -> arb:
    """A ball about an mpf with that many correct digits, which SymPy or mpmath rounded."""
    return exactly(+value) + arb(0, (1 + abs(exactly(+value))) * arb(10) ** arb(-digits))


def rational(value: fmpq) -> Real:
    """A rational as an mpf."""
    return to_mpf(value)


@lru_cache(maxsize=8)
def step_of(name: str) -> Step:
    """The step of a case, a good deal past its tube."""
    case = BY_NAME[name]
    with ctx.workprec(BITS):
        return Step(case.model, ORDER, 2 * case.end)


@lru_cache(maxsize=8)
def tube_of(name: str) -> Tube:
    """The tube of a case."""
    case = BY_NAME[name]
    return Tube(step_of(name), case.end, DELTA, case.largest)


@lru_cache(maxsize=8)
def funnel_of(name: str) -> Funnel:
    """The funnel of a case, a little longer than its tube."""
    case = BY_NAME[name]
    with ctx.workprec(BITS):
        return funnel(step_of(name), case.end * 21 / 20, LEVELS, case.largest, case.lowest)
