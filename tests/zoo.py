"""The problems that the tests share: losses and activations with what is known of them by hand.

Everything here is typed in from pencil and paper and evaluated by mpmath; nothing is taken from
the project, except that `Problem.model` hands the same text to it.

r''(0). A loss with ℓ'(z) = z + c z³ + … has r = 1 + c z² + …, so r''(0) = 2c. An activation with
φ(z) = z + c z³ + … has φφ'/z = (1 + c z²)(1 + 3c z²) + …, so r''(0) = 8c.

h(0). Near p = 0, with r₂ = r''(0): r ≈ 1, r' ≈ r₂ p, φ ≈ p, hence
linear −½ (p r³/r' + p² r²) → −1/(2 r₂), neuron −φ² r/(p r') → −1/r₂.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sympy as sp
from mpmath import mp

from trajalign.theory.models import Model, SingleNeuron, TwoLayerLinear
from trajalign.theory.responses import Activation, Loss

Real = Any  # an mpf or mpc
Map = Callable[[Real], Real]


@dataclass(frozen=True)
class Problem:
    """One loss or activation: `function` is ℓ or φ, `derivative` ℓ' or φ', `r` the response."""

    name: str
    text: str  # a catalogue name, or an expression in z
    function: Map
    derivative: Map
    r: Map
    curvature: Any  # r''(0)
    h_at_zero: Any

    def __str__(self) -> str:
        return self.name

    @property
    def epsilon_power(self) -> int:
        """k in ε = η^k."""
        raise NotImplementedError

    @property
    def model(self) -> Model:
        """The project's model of this problem."""
        raise NotImplementedError

    def step(self, p: Real, q: Real, eta: Real) -> tuple[Real, Real]:
        """(p', q') by reference.md §1."""
        raise NotImplementedError

    def h(self, p: Real) -> Real:
        """The first-order coefficient of the slow curve by reference.md §3."""
        raise NotImplementedError

    def sharpness(self, p: Real, q: Real, eta: Real) -> Real:
        """The largest eigenvalue of the Hessian."""
        raise NotImplementedError

    def r_slope(self, p: Real) -> Real:
        """r'(p), by numerical differentiation."""
        return mp.diff(self.r, p)

    def surrogate(self, q: Real, guess: Real) -> Real:
        """η λ̃(q) = 2 (1 + r̂ r'(r̂)/q) for q ≤ 1, with r̂ found from `guess` by the secant method."""
        inverse = mp.findroot(lambda z: self.r(z) - q, guess)
        return 2 * (1 + inverse * self.r_slope(inverse) / q)


@dataclass(frozen=True)
class LinearProblem(Problem):
    """A convex even loss for f = xᵀUv."""

    epsilon_power = 2

    @cached_property
    def model(self) -> Model:
        return TwoLayerLinear(Loss.parse(self.text))

    def step(self, p: Real, q: Real, eta: Real) -> tuple[Real, Real]:
        r = self.r(p)
        p_next = (1 - 2 * r / q + eta**2 * p**2 * r**2) * p
        return p_next, q / (1 - eta**2 * p**2 * r * (2 * q - r))

    def h(self, p: Real) -> Real:
        r = self.r(p)
        return -(p * r**3 / self.r_slope(p) + p**2 * r**2) / 2

    def sharpness(self, p: Real, q: Real, eta: Real) -> Real:
        # λ = ½ [ℓ'' S + √(ℓ''² S² + 4 ℓ'² + 8 ℓ' ℓ'' p)] with S = 2/(ηq)
        first, second, size = self.derivative(p), mp.diff(self.derivative, p), 2 / (eta * q)
        root = mp.sqrt((second * size) ** 2 + 4 * first**2 + 8 * first * second * p)
        return (second * size + root) / 2


@dataclass(frozen=True)
class NeuronProblem(Problem):
    """An odd activation for ½ φ(x)² y²."""

    epsilon_power = 1

    @cached_property
    def model(self) -> Model:
        return SingleNeuron(Activation.parse(self.text))

    def step(self, p: Real, q: Real, eta: Real) -> tuple[Real, Real]:
        return (1 - 2 * self.r(p) / q) * p, q / (1 - eta * self.function(p) ** 2) ** 2

    def h(self, p: Real) -> Real:
        return -(self.function(p) ** 2) * self.r(p) / (p * self.r_slope(p))

    def sharpness(self, p: Real, q: Real, eta: Real) -> Real:
        # The Hessian of ½ φ² y² is [[(φφ')' y², 2 φφ' y], [2 φφ' y, φ²]] with y² = 2/(ηq).
        phi, first, y = self.function(p), self.derivative(p), mp.sqrt(2 / (eta * q))
        bend = mp.diff(lambda z: self.function(z) * self.derivative(z), p)
        matrix = mp.matrix([[bend * y**2, 2 * phi * first * y], [2 * phi * first * y, phi**2]])
        return max(mp.eigsy(matrix, eigvals_only=True))


def _root(z: Real) -> Real:
    return mp.sqrt(1 + z**2)


def _ratio(numerator: int, denominator: int) -> Any:
    return sp.Rational(numerator, denominator)


LINEAR = (
    LinearProblem(
        "log-cosh",
        "log-cosh",
        lambda z: mp.log(mp.cosh(z)),
        mp.tanh,  # z − z³/3
        lambda z: mp.tanh(z) / z,
        _ratio(-2, 3),
        _ratio(3, 4),
    ),
    LinearProblem(
        "pseudo-huber",
        "pseudo-huber",
        _root,
        lambda z: z / _root(z),  # z − z³/2
        lambda z: 1 / _root(z),
        sp.Integer(-1),
        _ratio(1, 2),
    ),
    LinearProblem(
        "atan",
        "atan",
        lambda z: z * mp.atan(z) - mp.log(1 + z**2) / 2,
        mp.atan,  # z − z³/3
        lambda z: mp.atan(z) / z,
        _ratio(-2, 3),
        _ratio(3, 4),
    ),
    LinearProblem(
        "logistic",  # ln(1 + e^z) − z/2 made even and scaled to ℓ''(0) = 1
        "4*log(cosh(z/2))",
        lambda z: 4 * mp.log(mp.cosh(z / 2)),
        lambda z: 2 * mp.tanh(z / 2),  # z − z³/12
        lambda z: 2 * mp.tanh(z / 2) / z,
        _ratio(-1, 6),
        sp.Integer(3),
    ),
    LinearProblem(
        "langevin",  # ill-conditioned near 0: ℓ' = 3 (coth z − 1/z)
        "3*log(sinh(z)/z)",
        lambda z: 3 * mp.log(mp.sinh(z) / z),
        lambda z: 3 * (mp.coth(z) - 1 / z),  # z − z³/15
        lambda z: 3 * (mp.coth(z) - 1 / z) / z,
        _ratio(-2, 15),
        _ratio(15, 4),
    ),
    LinearProblem(
        "erf-loss",  # irrational: ℓ' = erf(√π z/2) = z − π z³/12
        "z*erf(sqrt(pi)/2*z) + 2/pi*exp(-pi*z**2/4)",
        lambda z: z * mp.erf(mp.sqrt(mp.pi) * z / 2) + 2 / mp.pi * mp.exp(-mp.pi * z**2 / 4),
        lambda z: mp.erf(mp.sqrt(mp.pi) * z / 2),
        lambda z: mp.erf(mp.sqrt(mp.pi) * z / 2) / z,
        -sp.pi / 6,
        3 / sp.pi,
    ),
)

NEURON = (
    NeuronProblem(
        "tanh",
        "tanh",
        mp.tanh,  # z − z³/3
        lambda z: mp.sech(z) ** 2,
        lambda z: mp.tanh(z) * mp.sech(z) ** 2 / z,
        _ratio(-8, 3),
        _ratio(3, 8),
    ),
    NeuronProblem(
        "algebraic",  # exactly solvable
        "algebraic",
        lambda z: z / _root(z),  # z − z³/2
        lambda z: 1 / _root(z) ** 3,
        lambda z: (1 + z**2) ** -2,
        sp.Integer(-4),
        _ratio(1, 4),
    ),
    NeuronProblem(
        "arctan",
        "arctan",
        mp.atan,  # z − z³/3
        lambda z: 1 / (1 + z**2),
        lambda z: mp.atan(z) / (z * (1 + z**2)),
        _ratio(-8, 3),
        _ratio(3, 8),
    ),
    NeuronProblem(
        "gudermann",
        "2*atan(tanh(z/2))",
        lambda z: 2 * mp.atan(mp.tanh(z / 2)),  # z − z³/6
        mp.sech,
        lambda z: 2 * mp.atan(mp.tanh(z / 2)) * mp.sech(z) / z,
        _ratio(-4, 3),
        _ratio(3, 4),
    ),
    NeuronProblem(
        "erf",
        "erf(sqrt(pi)/2*z)",
        lambda z: mp.erf(mp.sqrt(mp.pi) * z / 2),  # z − π z³/12
        lambda z: mp.exp(-mp.pi * z**2 / 4),
        lambda z: mp.erf(mp.sqrt(mp.pi) * z / 2) * mp.exp(-mp.pi * z**2 / 4) / z,
        -2 * sp.pi / 3,
        3 / (2 * sp.pi),
    ),
)

PROBLEMS: tuple[Problem, ...] = LINEAR + NEURON
BY_NAME = {problem.name: problem for problem in PROBLEMS}


def kappa(eta: Real) -> Real:
    """κ = 2/(1 + √(1 − η)): the slow curve of φ = z/√(1+z²) is q = κ (1 + p²)^(−2), exactly.

    Put r = (1+p²)^(−2) and q = κ r. Then p' = (1 − 2/κ) p = −√(1−η) p, and with φ² = p²/(1+p²),
    q' = κ (1+p²)^(−2) / (1 − η p²/(1+p²))² = κ / (1 + (1−η) p²)² = κ r(p'): on the curve again.
    """
    return 2 / (1 + mp.sqrt(1 - eta))


def to_mpf(value: Any) -> Real:
    """An exact `arb` (or the midpoint of a ball), a SymPy or a FLINT rational, as an mpf."""
    if hasattr(value, "man_exp"):
        mantissa, exponent = value.mid().man_exp()
        return mp.ldexp(int(mantissa), int(exponent))
    return mp.mpf(int(value.p)) / int(value.q)


def evaluated(expression: sp.Expr, **values: Real) -> Real:
    """A SymPy expression at mpmath numbers, evaluated by mpmath; keywords are symbol names."""
    symbols = sorted(expression.free_symbols, key=str)
    function = sp.lambdify(symbols, expression, "mpmath")
    return mp.mpf(function(*(values[str(s)] for s in symbols)))


def linear(text: str) -> TwoLayerLinear:
    """The linear network with a loss."""
    return TwoLayerLinear(Loss.parse(text))


def neuron(text: str) -> SingleNeuron:
    """The neuron with an activation."""
    return SingleNeuron(Activation.parse(text))
