"""Where the sharpness of a network saturates: the flip at a minimum that fits all data.

Nothing of the size of the weights squared is formed. Where all residuals are 0 the Hessian is
Jᵀ diag(ℓ'')J/n, J the Jacobian of the outputs, so that its modes come from the n×n kernel.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import sympy as sp

from ...theory.arguments import instance, takes
from ...theory.edge.law import drift, end, flip_coefficient, gap, rests
from ...theory.errors import InputError
from ..compile.floats import Floats, double_precision
from ..extras import JAX
from .architecture import Weights
from .flat import FlatFunctions, flat_functions, flatten
from .tasks import Task

_FITTED = 1e-12  # of the loss's unit: the largest residual of a settled point
_ITERATIONS = 200
_CANCELLED = 1e-9
_RANK = 1e-12  # of the largest eigenvalue of the kernel; what is smaller counts as 0


@dataclass(frozen=True, eq=False)
class FlipLaw:
    """What the law of the edge says at a minimum where all residuals are 0.

    `step_size` η, `sharpness` λ, its unit eigenvector `direction` u; `third` L_uuu and `fourth`
    L_uuuu; the other positive eigenvalues `rates` λ_j, falling, with `couplings` L_uuj and unit
    eigenvectors `modes`; `force` ∇_Mλ, the gradient of λ along the minima. Vectors are flat, as
    long as there are weights.
    """

    step_size: float
    sharpness: float
    third: float
    fourth: float
    rates: Floats
    couplings: Floats
    direction: Floats = field(repr=False)
    modes: Floats = field(repr=False)
    force: Floats = field(repr=False)

    @property
    def mu(self) -> float:
        """μ = ηλ − 2."""
        return self.step_size * self.sharpness - 2

    @property
    def c(self) -> float:
        """c of the 2-cycle P = μ/c; not positive where the flip is subcritical."""
        return self.coefficient(np.full(len(self.rates), True))

    def coefficient(self, followed: np.ndarray) -> float:
        """c with those stable modes only that follow P; a mask over `rates`."""
        pairs = list(zip(self.rates[followed], self.couplings[followed], strict=True))
        return float(flip_coefficient(self.step_size, self.third, self.fourth, pairs))

    @property
    def is_flat(self) -> bool:
        """Whether c is 0 to rounding, because its parts cancel."""
        pairs = list(zip(self.rates, self.couplings, strict=True))
        parts = flip_coefficient(self.step_size, self.third, -abs(self.fourth), pairs)
        return bool(abs(self.c) <= _CANCELLED * parts)

    @property
    def k(self) -> float:
        """k of the drift μ' = μ − kP."""
        return float(drift(self.step_size, np.linalg.norm(self.force)))

    @property
    def kappa(self) -> float:
        """κ = k/(2c), the gap 2 − ηλ* where κ ≪ 1 is positive and steady."""
        return float(gap(self.c, self.k))

    @property
    def margin(self) -> float:
        """The least of all ηλ_j and 2 − ηλ_j over |κ|, infinite without stable modes: the law needs
        it to be large, so that all stable modes relax faster than the drift."""
        pace = self.step_size * self.rates
        least = np.min(np.minimum(pace, 2 - pace), initial=np.inf)
        return float(least / abs(self.kappa)) if self.kappa else float("inf")

    def gap_from(self, mu: float, square: float) -> float | None:
        """2 − ηλ* of an orbit at μ with P = `square`, in Lambert's form; None where the law says
        that it leaves: for c ≤ 0, from μ + |c|P ≥ |κ| on."""
        if self.c == 0 or not rests(self.kappa, mu, self.c * square):
            return None
        return -float(sp.re(end(self.kappa, mu, self.c * square)))  # complex by rounding alone


@takes(task=instance(Task))
def settle(task: Task, weights: Weights) -> Weights:
    """The minimum below a point of an orbit: the mean of two steps, then Newton's method for
    residuals of 0 along the rows of the Jacobian, so that nothing moves along the minima.

    Parameters: the task; the weights of one run, without an axis of runs.
    Raises InputError where no weights are found that fit all data.
    """
    with double_precision(JAX):
        functions = flat_functions(task)
        flat, restore = flatten(weights)
        here = fit(functions, (np.asarray(flat) + step(functions, np.asarray(flat))) / 2)
        return tuple(np.asarray(layer) for layer in restore(here))


@takes(task=instance(Task))
def flip_law(task: Task, weights: Weights) -> FlipLaw:
    """The coefficients of the law at a minimum that fits all data.

    Parameters: the task; the weights of one run, as `settle` gives them.
    Source: the law of the edge for any number of parameters, `theory.edge.law`.
    Raises InputError where the residuals are not 0.
    """
    with double_precision(JAX):
        return law_at(flat_functions(task), np.asarray(flatten(weights)[0]))


def step(functions: FlatFunctions, flat: Floats) -> Floats:
    """Flat weights after a step of descent."""
    return flat - functions.step_size * np.asarray(functions.gradient(flat))


def fit(functions: FlatFunctions, flat: Floats) -> Floats:
    """The nearby point where all residuals are 0. Raises InputError where none is found."""
    size, least = np.inf, _FITTED * float(functions.loss.scale)
    for _ in range(_ITERATIONS):
        residuals = np.asarray(functions.residuals(flat))
        size = float(np.max(np.abs(residuals)))
        if size <= least or not np.isfinite(size):
            break
        rows = np.asarray(functions.jacobian(flat))
        flat = flat - _shift(functions, flat, rows, residuals)
    if not size <= least:
        raise InputError(f"no weights found that fit all data: a residual is still {size:.3g}")
    return flat


def _shift(functions: FlatFunctions, flat: Floats, rows: Floats, residuals: Floats) -> Floats:
    """Newton's step in the rows' span, halved until the residuals fall."""
    whole = np.linalg.lstsq(rows, residuals, rcond=_RANK)[0]
    before, part = np.linalg.norm(residuals), 1.0
    while part > _RANK:
        after = np.linalg.norm(np.asarray(functions.residuals(flat - part * whole)))
        if after < (1 - part / 4) * before or after <= _FITTED * float(functions.loss.scale):
            break
        part /= 2
    return np.asarray(part * whole)


def law_at(functions: FlatFunctions, flat: Floats) -> FlipLaw:
    """See `flip_law`."""
    residuals = np.asarray(functions.residuals(flat))
    if not np.max(np.abs(residuals)) <= 1e3 * _FITTED * float(functions.loss.scale):
        raise InputError("the law is about weights that fit all data: `settle` finds them")
    rates, modes = kernel_modes(np.asarray(functions.jacobian(flat)))
    if not len(modes):
        raise InputError("the law: the outputs do not depend on any weight here")
    u, stable = modes[0], modes[1:]
    v = np.asarray(functions.third(flat, u))
    force = v - modes.T @ (modes @ v)
    fourth = float(functions.fourth_along(flat, u))
    couplings = stable @ v
    return FlipLaw(
        functions.step_size, float(rates[0]), float(u @ v), fourth, rates[1:], couplings,
        u, stable, force,
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Below:
    """The `law` at the minimum below a point of an orbit; of the orbit P, the `square` of its
    distance along u, and its distances `shifts` along the stable modes."""

    law: FlipLaw
    square: float
    shifts: Floats


def below(functions: FlatFunctions, flat: Floats) -> Below:
    """The minimum below the mean of two steps, and where these are about it.

    Raises InputError where no weights are found that fit all data.
    """
    following = step(functions, flat)
    middle = (flat + following) / 2
    foot = fit(functions, middle)
    law = law_at(functions, foot)
    amplitude = float((flat - following) @ law.direction) / 2
    return Below(law, amplitude**2, law.modes @ (middle - foot))


def kernel_modes(rows: Floats) -> tuple[Floats, Floats]:
    """The positive eigenvalues of JᵀJ/n, falling, and their unit eigenvectors as rows."""
    _, singular, modes = np.linalg.svd(rows, full_matrices=False)
    rates = singular**2 / len(rows)
    kept = rates > _RANK * rates[0]
    return rates[kept], modes[kept]
