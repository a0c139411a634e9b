"""The law of the edge where stable modes are as slow as the drift, or slower.

Then they are variables of their own beside μ and P. With s_j the distances from the minimum below
along the stable modes, μ that of this minimum, and c₀ = (η²/4)L_uuu² − (η/6)L_uuuu, a step is

    ln P' = ln P + 2 (μ + η Σ L_uuj s_j − c₀P),   s_j' = (1 − ηλ_j) s_j − (η/2) L_uuj P,
    μ' = μ − kP.

A mode with ηλ_j ≫ κ rests at s_j = −L_uuj P/(2λ_j), and gives its term of c.
"""

from __future__ import annotations

import math

import numpy as np

from ...theory.arguments import instance, takes
from ...theory.errors import InputError
from ..compile.floats import double_precision
from ..extras import JAX
from .architecture import Weights
from .flat import flat_functions, flatten
from .saturation import FlipLaw, below
from .tasks import Task

_AT_REST = 1e-9  # of the gap, what is still to come of the drift
_MOST_STEPS = 10**6
_AWAY = 100.0  # cP beyond which the orbit has left


@takes(task=instance(Task))
def gap_with_slow_modes(task: Task, weights: Weights) -> float | None:
    """2 − ηλ* by the system above, its coefficients those of the minimum below a point of an orbit.

    Parameters: the task; the weights of one run. The coefficients are held fixed and linear in s_j,
    so that the point must not be far from the minimum. None where the system runs off.
    Raises InputError where no weights are found that fit all data.
    """
    with double_precision(JAX):
        found = below(flat_functions(task), np.asarray(flatten(weights)[0]))
    return end_of_slow_system(found.law, found.square, found.shifts)


def end_of_slow_system(law: FlipLaw, square: float, shifts: np.ndarray) -> float | None:
    """2 − ηλ* from P = `square` and the distances `shifts` along the stable modes.

    None where P runs off. Raises InputError where P is 0, or there is no end after a
    million steps.

    >>> none = np.zeros(0)
    >>> law = FlipLaw(0.1, 20.1, 0.0, -60.0, none, none, none, none, np.array([2.0]))
    >>> round(end_of_slow_system(law, 0.01, none) / law.gap_from(law.mu, 0.01), 2)  # 1 + κ
    1.01
    """
    if not square > 0:
        raise InputError("the slow system needs a point of an orbit that oscillates")
    eta, own, k = law.step_size, law.coefficient(np.zeros(len(law.rates), bool)), law.k
    kept, push = 1 - eta * law.rates, eta * law.couplings / 2
    mu, logarithm = law.mu, math.log(square)
    for _ in range(_MOST_STEPS):
        p = math.exp(logarithm)
        height = mu + 2 * float(push @ shifts)
        logarithm += 2 * (height - own * p)
        shifts = kept * shifts - push * p
        mu -= k * p
        if not abs(own) * p < _AWAY:
            return None
        resting = float(np.abs(push) @ np.abs(shifts)) < abs(mu) / 10
        if mu < 0 and height < 0 and resting and k * p < -2 * _AT_REST * mu * abs(mu):
            return -mu
    raise InputError("the slow system has not come to rest after a million steps")
