"""What a run minimises, as a function of the outputs: a loss of the theory, or any other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
import sympy as sp

from ..numerics.compile.floats import Floats
from ..numerics.networks.effective import EffectiveDiagram, diagram_along, effective_diagram
from ..numerics.networks.effective import loss_derivative as derivative
from ..theory.errors import InputError
from ..theory.responses import Loss, response_of


class Objective(Protocol):
    """L as a function of all outputs z, flat; of a loss of the theory, of the residuals.

    `points` is how many data points there are, and `centred` whether z = 0 is where L is least.
    """

    points: int
    centred: bool

    def mean(self, z: Floats) -> float:
        """L."""

    def slopes(self, z: Floats) -> Floats:
        """∂L/∂z."""

    def curvature_product(self, z: Floats, u: Floats) -> Floats:
        """(∂²L/∂z²) u."""

    def diagram(self, z: Floats, v: Floats) -> EffectiveDiagram:
        """The diagram along v, ‖v‖² the number of points, about where z is."""


class Theory:
    """The mean of ℓ(z_i), one output a point."""

    centred = True

    def __init__(self, loss: Loss, points: int) -> None:
        self.loss, self.points = loss, points

    def mean(self, z: Floats) -> float:
        """(1/n) Σ ℓ(z_i)."""
        return float(np.mean(derivative(self.loss, 0, z)))

    def slopes(self, z: Floats) -> Floats:
        """ℓ'(z_i)/n."""
        return derivative(self.loss, 1, z) / self.points

    def curvature_product(self, z: Floats, u: Floats) -> Floats:
        """ℓ''(z_i) u_i/n."""
        found: Floats = derivative(self.loss, 2, z) * u / self.points
        return found

    def diagram(self, z: Floats, v: Floats) -> EffectiveDiagram:
        """With G(p) = (1/n) Σ v_i ℓ'(w_i + p v_i)."""
        return effective_diagram(self.loss, z, v)


class AlongLine:
    """G(p) = dL/dp at w + p v of any L whose derivatives along a line are known."""

    def __init__(
        self, z: Floats, v: Floats, points: int, derivatives: Callable[[Floats, int], float]
    ) -> None:
        """`derivatives` takes a place z and k to dᵏL/dpᵏ there."""
        self.p = np.array([np.sum(v * z) / points])
        self.unit = np.array([1 / np.max(np.abs(v))])  # a change of 1 in the outputs
        self._rest, self._v, self._derivatives = z - self.p[0] * v, v, derivatives

    def derivative(self, order: int, p: Floats, rows: np.ndarray | slice = slice(None)) -> Floats:
        """dᵏ⁺¹L/dpᵏ⁺¹."""
        places = (self._rest + place * self._v for place in p)
        return np.array([self._derivatives(place, order + 1) for place in places], dtype=float)

    @property
    def diagram(self) -> EffectiveDiagram:
        """The one that is found from it, as numbers."""
        return diagram_along(self, ())


def loss_or_function(given: Any) -> Loss | Callable[[Any, Any], Any]:
    """A function as it is, and anything else as a loss of the theory. Raises InputError."""
    if callable(given) and not isinstance(given, (str, Loss, sp.Basic)):
        found: Callable[[Any, Any], Any] = given
        return found
    loss: Loss = response_of(Loss)(given, "loss")
    return loss


def require_numbers(what: str, outputs: tuple[int, ...], targets: tuple[int, ...]) -> None:
    """Raise InputError unless there is one output for each target."""
    if outputs != tuple(targets) or len(outputs) != 1:
        raise InputError(
            f"{what} gives {outputs} for targets of shape {tuple(targets)}: "
            "need one number for each target, or a function of (outputs, targets) as the loss"
        )
