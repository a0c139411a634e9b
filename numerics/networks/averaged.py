"""Descent at the edge without its oscillation: the flow of the middle of two steps.

With θ = m ± pu a step of descent takes the middle m by −(η/2)[∇L(m + pu) + ∇L(m − pu)] and p by
the factor |1 − η g|, g = u·[∇L(m + pu) − ∇L(m − pu)]/(2p). That is followed with strides of many
steps: exactly in the modes of the Gauss–Newton matrix as far as they are linear, so that fast modes
set no limit. No mode has to be fast beside the drift.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...theory.arguments import instance, integer, takes
from ...theory.errors import InputError
from ..compile.floats import Floats, double_precision
from ..extras import JAX
from .architecture import Weights
from .effective import loss_derivative
from .flat import FlatFunctions, flat_functions, flatten
from .saturation import step
from .sharpness import top_of
from .tasks import Task

_CHANGE = 0.002  # of ln p by what the rate of its growth changes in a stride
_LONGEST = 0.05  # of the steps to go
_SHORTEST = 1.0  # steps
_MOST_STRIDES = 20_000
_TURNS = 3  # of the power method in a stride
_RANK = 1e-13  # of the largest eigenvalue; what is smaller counts as 0
_FLOOR, _CEILING = 1e-16, 1e8  # rounding keeps p above the one, no orbit comes back from the other
_PROBE = 1e-5  # least p at which differences are taken


@dataclass(frozen=True, eq=False)
class Ahead:
    """Where the averaged flow is after `steps` steps of descent: the `weights` in the middle, the
    `amplitude` p, the `sharpness` λ in the middle, from which that of the orbit, at m ± pu, differs
    by a multiple of p². `second` is the largest ηλ₂ met on the way, λ₂
    the second eigenvalue of the Gauss–Newton matrix: near 2 another direction is at the edge, of
    which the flow knows nothing. It took `strides` strides."""

    steps: int
    weights: Weights
    amplitude: float
    sharpness: float
    second: float
    strides: int


@dataclass(frozen=True, eq=False)
class _Middle:
    """m, u and ln p."""

    centre: Floats
    direction: Floats
    log_amplitude: float


@dataclass(frozen=True, eq=False)
class _Taken:
    """A stride: where it ends, its length in steps, what the change of growth adds to ln p in it,
    and ηλ₂ at its start."""

    end: _Middle
    length: float
    error: float
    second: float


@dataclass(frozen=True, eq=False)
class _Motion:
    """What a step adds to m, to ln p, and u as a turn of the power method leaves it."""

    force: Floats
    growth: float
    direction: Floats


@takes(task=instance(Task), steps=integer)
def averaged_flow(task: Task, weights: Weights, steps: int, *, drift: bool = True) -> Ahead:
    """Where descent is after so many steps, by the averaged flow.

    Parameters: the task; the weights of one run, a point of its orbit; `steps` ≥ 1; without the
    `drift`, p does not act on m, which is a wrong flow, for comparison.
    Source: Cohen et al.'s central flow (2024), here not expanded in p and with p as a variable of
    its own. That it stays near descent is not proved.
    Raises InputError where it does not get there.

    >>> from trajalign.numerics.networks import Network, one_point
    >>> from trajalign.theory.responses import Loss
    >>> task = Task(Network(2, 1, 1), one_point(1), Loss.parse("pseudo-huber"), 0.125)
    >>> ahead = averaged_flow(task, (np.array([[0.1]]), np.array([4.5])), 1000)
    >>> round((2 - 0.125 * ahead.sharpness) / 0.125**2, 3)  # over κ = η²; of descent 1.008
    1.009
    """
    with double_precision(JAX):
        flat, restore = flatten(weights)
        end = flow(flat_functions(task), np.asarray(flat), steps, drift=drift)
        layers = tuple(np.asarray(layer) for layer in restore(end.flat))
    return Ahead(steps, layers, end.amplitude, end.sharpness, end.second, end.strides)


@dataclass(frozen=True, eq=False)
class FlowEnd:
    """`Ahead`, with the weights as one array; `beside` are those of the orbit itself, which goes
    back and forth about `flat`."""

    flat: Floats
    beside: Floats
    amplitude: float
    sharpness: float
    second: float
    strides: int


def flow(functions: FlatFunctions, flat: Floats, steps: int, *, drift: bool = True) -> FlowEnd:
    """`averaged_flow` from flat weights, by the derivatives of any engine."""
    if steps < 1:
        raise InputError(f"steps = {steps}: need at least 1")
    course = _Flow(functions, drift)
    state, done, second, strides = course.begin(flat), 0.0, 0.0, 0
    length = 1.0
    while done < steps:
        most = max(1.0, _LONGEST * steps)
        taken = course.stride(state, min(length, most, steps - done))
        state, done, second = taken.end, done + taken.length, max(second, taken.second)
        length, strides = _next_length(taken), strides + 1
        if strides > _MOST_STRIDES or not np.isfinite(state.centre).all():
            raise InputError("the averaged flow does not get there")
    amplitude, centre = float(np.exp(state.log_amplitude)), state.centre
    beside = centre + (-1) ** steps * amplitude * state.direction
    return FlowEnd(centre, beside, amplitude, sharpness_at(functions, centre), second, strides)


def sharpness_at(functions: FlatFunctions, flat: Floats) -> float:
    """The sharpness at flat weights, NaN where it is not finite."""
    found = top_of(lambda v: np.asarray(functions.product(flat, v)), len(flat), 1)
    return float("nan") if found is None else float(found[0][0])


def _next_length(taken: _Taken) -> float:
    """The error of a stride goes like the square of its length."""
    factor = 0.9 * np.sqrt(_CHANGE / max(taken.error, 1e-9))
    return float(taken.length * min(2.0, max(0.3, factor)))


@dataclass(frozen=True, eq=False)
class _Flow:
    """The flow of one run, with or without the drift."""

    functions: FlatFunctions
    drift: bool

    def begin(self, first: Floats) -> _Middle:
        """From three steps: their weighted mean, and what alternates."""
        second = step(self.functions, first)
        third = step(self.functions, second)
        half = (first - 2 * second + third) / 4
        size = float(np.linalg.norm(half))
        if not 0 < size < np.inf:
            raise InputError("the averaged flow needs a point of an orbit that moves")
        return _Middle((first + 2 * second + third) / 4, half / size, float(np.log(size)))

    def stride(self, state: _Middle, length: float) -> _Taken:
        """A stride, halved until its error is small: the exponential Runge-Kutta method of second
        order (Cox and Matthews, 2002)."""
        rates, modes = self._linear_part(state.centre)
        here = self._motion(state)
        while True:
            one, two = _phi(length * rates)
            shift = _through(modes, one, 1.0, here.force) * length
            there = self._motion(_moved(state, shift, here, length * here.growth))
            error = abs(length * (there.growth - here.growth)) / 2
            if error <= 2 * _CHANGE or length <= _SHORTEST:
                break
            length = max(length / 2, _SHORTEST)
        bent = there.force - here.force + modes.T @ (rates * (modes @ shift))
        # Sums over steps, not integrals: half of the change is taken off (Euler and Maclaurin).
        shift = shift + _through(modes, two * length - one / 2, (length - 1) / 2, bent)
        growth = (length * (here.growth + there.growth) - (there.growth - here.growth)) / 2
        second = float(rates[-2]) if len(rates) > 1 else 0.0
        return _Taken(_moved(state, shift, there, growth), length, error, second)

    def _motion(self, state: _Middle) -> _Motion:
        p = max(np.exp(state.log_amplitude), _PROBE) if self.drift else _PROBE
        u, eta = state.direction, self.functions.step_size
        for _ in range(_TURNS):
            ahead, behind = (
                np.asarray(self.functions.gradient(state.centre + side * p * u)) for side in (1, -1)
            )
            odd = (ahead - behind) / (2 * p)
            growth = float(np.log(abs(1 - eta * (odd @ u))))
            u = odd / np.linalg.norm(odd)
        return _Motion(-eta * (ahead + behind) / 2, growth, u)

    def _linear_part(self, centre: Floats) -> tuple[Floats, Floats]:
        """ηλ_j, rising, and the modes of the Gauss–Newton matrix Jᵀ diag(ℓ'')J/n."""
        residuals = np.asarray(self.functions.residuals(centre))
        bends = np.maximum(loss_derivative(self.functions.loss, 2, residuals), 0)
        rows = np.asarray(self.functions.jacobian(centre)) * np.sqrt(bends / len(bends))[:, None]
        values, vectors = np.linalg.eigh(rows @ rows.T)
        kept = values > _RANK * values[-1]
        modes = (vectors[:, kept] / np.sqrt(values[kept])).T @ rows
        return self.functions.step_size * values[kept], modes


def _moved(state: _Middle, shift: Floats, motion: _Motion, growth: float) -> _Middle:
    log = min(max(state.log_amplitude + growth, np.log(_FLOOR)), np.log(_CEILING))
    return _Middle(state.centre + shift, motion.direction, float(log))


def _phi(x: Floats) -> tuple[Floats, Floats]:
    """(1 − e⁻ˣ)/x and (x − 1 + e⁻ˣ)/x²."""
    small = np.maximum(x, 1e-4)
    one = np.where(x < 1e-4, 1 - x / 2, -np.expm1(-small) / small)
    two = np.where(x < 1e-4, 0.5 - x / 6, (small + np.expm1(-small)) / small**2)
    return one, two


def _through(modes: Floats, factors: Floats, plain: float, vector: Floats) -> Floats:
    """The vector, its parts along the modes times `factors`, what is left times `plain`."""
    found: Floats = plain * vector + modes.T @ ((factors - plain) * (modes @ vector))
    return found
