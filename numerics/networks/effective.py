"""The bifurcation diagram of n data points: the frozen map about the rest of the residuals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from typing import Any, Protocol

import numpy as np

from ...theory.arguments import takes
from ...theory.errors import InputError
from ...theory.responses import Loss, response_of
from ..compile.floats import FloatFunction, Floats, compile_floats
from .data import array_of
from .roots import between, opposite
from .smooth import derivatives_of, parity_of

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(8)
_LEAST = 1e-12  # of a step, in units of the loss
_NEAR = 0.25  # in units of the loss: a shorter chord's slope is taken as a mean of slopes


@dataclass(frozen=True, eq=False)
class EffectiveDiagram:
    """What p and q do while the kernel and the rest w of the residuals stay, n data points.

    With G(p) = (1/n) Σ v_i ℓ'(w_i + p v_i) a step is p' = p − 2 G(p)/q. Arrays of one shape, NaN
    where there is no such number:

    `partner`: p̃ with G(p̃) = −G(p), on the other side of the zero of G, so that p and p̃ are a
    2-cycle if q is the `response` Q₀ = 2G(p)/(p − p̃); `centre`: the zero of G; `edge`: ∂G/∂p there,
    below which q makes it unstable. Where ℓ' falls somewhere, G may have several zeros and several
    p̃: then one of them.
    """

    partner: Floats
    response: Floats
    centre: Floats
    edge: Floats
    _section: Section

    @cached_property
    def flip(self) -> Floats:
        """c in Q₀ = ∂G/∂p − c (p − centre)² + …: positive where the flip at the edge is
        supercritical, negative where it is subcritical."""
        first, second, third = (self._section.derivative(k, self.centre.ravel()) for k in (1, 2, 3))
        return np.reshape(second**2 / (2 * first) - third / 6, self.centre.shape)

    @cached_property
    def symmetric(self) -> Floats:
        """R(p) = (1/(2pn)) Σ v_i [ℓ'(w_i + p v_i) − ℓ'(w_i − p v_i)], the response of a 2-cycle ±p:
        Q₀ where p̃ = −p, and near it where the 2-cycle is little off centre."""
        p = self._section.p
        return np.reshape(_chord(self._section, p, -p), self.partner.shape)


@takes(loss=response_of(Loss), residuals=array_of, leading=array_of)
def effective_diagram(loss: Loss, residuals: Any, leading: Any) -> EffectiveDiagram:
    """The diagram about the rest w = z − p v, p = (1/n) Σ v_i z_i, of any loss with a minimum.

    Parameters: the loss; residuals z and directions v, arrays of one shape with the n data points
    last, ‖v‖² = n. For one point and an even loss Q₀ is r(p) and the edge r(0); for the square loss
    Q₀ = 1. Source: the 2-cycles of a map of one variable; that descent follows them is not proved.
    Raises InputError for shapes that differ, NotFiniteError where double precision does not give ℓ'
    or ℓ'' at some residual.

    >>> found = effective_diagram(Loss.parse("log-cosh"), [[1.0], [1e-9]], [[1.0], [1.0]])
    >>> found.response.round(12), np.tanh(1.0).round(12)
    (array([0.76159416, 1.        ]), np.float64(0.761594155956))
    >>> found.edge
    array([1., 1.])
    """
    z, v = residuals, leading
    if z.shape != v.shape or z.ndim < 1 or not z.shape[-1]:
        raise InputError(f"residuals of shape {z.shape}, directions of shape {v.shape}")
    count = z.shape[-1]
    return diagram_along(_Section(loss, z.reshape(-1, count), v.reshape(-1, count)), z.shape[:-1])


def diagram_along(section: Section, shape: tuple[int, ...]) -> EffectiveDiagram:
    """The diagram of any G that is known as a function of p, in arrays of a shape."""
    values = _both(section, section.p, np.arange(len(section.p)))
    centre = _centre(section, values)
    partner = _partner(section, values, centre)
    response, edge = _chord(section, section.p, partner), section.derivative(1, centre)
    found = [np.reshape(values, shape) for values in (partner, response, centre, edge)]
    return EffectiveDiagram(found[0], found[1], found[2], found[3], section)


@takes(loss=response_of(Loss))
def loss_derivative(loss: Loss, order: int, z: Floats) -> Floats:
    """ℓ⁽ᵏ⁾(z) in double precision, k = `order`. Raises NotFiniteError where that does not give it.

    >>> loss_derivative(Loss.parse("exp(z) - z"), 0, np.array([0.0]))
    array([1.])
    """
    compiled = _slopes(loss)[order - 1]
    compiled.require(z)
    return np.asarray(compiled(z)[0])


class Section(Protocol):
    """G along v, one row for each place: `p`, and a `unit` of it; far below a unit G is smooth."""

    p: Floats
    unit: Floats

    def derivative(self, order: int, p: Floats, rows: np.ndarray | slice = slice(None)) -> Floats:
        """∂ᵏG/∂pᵏ at some of the rows."""


class _Section:
    """G(p) = (1/n) Σ v_i ℓ'(w_i + p v_i), ℓ a loss of the theory."""

    def __init__(self, loss: Loss, residuals: Floats, leading: Floats) -> None:
        self._loss, self._v = loss, leading
        self.p = np.mean(leading * residuals, axis=-1)
        self._w = residuals - self.p[:, None] * leading
        for k in (0, 1):
            _slopes(loss)[k].require(residuals[np.isfinite(residuals).all(axis=-1)])
        with np.errstate(all="ignore"):
            self.unit = float(loss.scale) / np.max(np.abs(leading), axis=-1)

    def derivative(self, order: int, p: Floats, rows: np.ndarray | slice = slice(None)) -> Floats:
        """∂ᵏG/∂pᵏ = (1/n) Σ v_iᵏ⁺¹ ℓ⁽ᵏ⁺¹⁾(w_i + p v_i)."""
        v = self._v[rows]
        slopes = _slopes(self._loss)[order](self._w[rows] + p[:, None] * v)[0]
        with np.errstate(all="ignore"):
            found: Floats = np.mean(v ** (order + 1) * slopes, axis=-1)
        return found


def _both(section: Section, p: Floats, rows: np.ndarray) -> tuple[Floats, Floats]:
    return section.derivative(0, p, rows), section.derivative(1, p, rows)


def _centre(section: Section, values: tuple[Floats, Floats]) -> Floats:
    """The zero of G."""
    here, slope = values
    at = partial(_both, section)
    with np.errstate(all="ignore"):
        most = np.maximum(np.abs(section.p), section.unit)  # where ℓ' is flat, no farther at once
        size = np.where(slope > 0, np.minimum(np.abs(here / slope), most), section.unit)
    far = opposite(at, section.p, -1.25 * np.sign(here) * size)
    return np.where(here == 0, section.p, between(at, section.p, far, section.unit))


def _partner(section: Section, values: tuple[Floats, Floats], centre: Floats) -> Floats:
    """p̃. The search begins at the mirror image of p, which is where it stays if ℓ' is flat to
    rounding."""
    p, here = section.p, values[0]

    def sums(place: Floats, rows: np.ndarray) -> tuple[Floats, Floats]:
        value, slope = _both(section, place, rows)
        return value + here[rows], slope

    size = np.maximum(2.5 * np.abs(p - centre), _LEAST * section.unit)
    far = opposite(sums, p, -np.sign(here) * size)
    found = between(sums, p, far, section.unit, 2 * centre - p)
    return np.where(here == 0, p, found)


def _chord(section: Section, one: Floats, other: Floats) -> Floats:
    """(G(p) − G(p̃))/(p − p̃); of a short chord the mean of ∂G/∂p over it, which is the same
    and loses no digits."""
    with np.errstate(all="ignore"):
        found = (section.derivative(0, one) - section.derivative(0, other)) / (one - other)
    near = np.flatnonzero(np.abs(one - other) <= _NEAR * section.unit)
    middle, half = (one + other)[near] / 2, (one - other)[near] / 2
    places = ((weight / 2, middle + half * node) for node, weight in _pairs())
    found[near] = sum(weight * section.derivative(1, p, near) for weight, p in places)
    return found


def _pairs() -> Sequence[tuple[float, float]]:
    return list(zip(_NODES.tolist(), _WEIGHTS.tolist(), strict=True))


@lru_cache(maxsize=32)
def _slopes(loss: Loss) -> _Slopes:
    return _Slopes(loss)


class _Slopes:
    """ℓ', ℓ'', … for NumPy, each compiled when it is asked for."""

    def __init__(self, loss: Loss) -> None:
        self._loss = loss
        self._parity = parity_of(loss.expression)
        self._found: dict[int, FloatFunction] = {}

    def __getitem__(self, order: int) -> FloatFunction:
        """ℓ⁽ᵏ⁺¹⁾ for k = `order`, from −1 on."""
        if order not in self._found:
            loss = self._loss
            expression = derivatives_of(loss.slope, order)[-1] if order >= 0 else loss.expression
            parity = None if self._parity is None else self._parity != (order % 2 == 0)
            scale = float(self._loss.scale)
            self._found[order] = compile_floats([expression], [parity], scale=scale)
        return self._found[order]
