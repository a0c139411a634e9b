"""What the law of the edge and the averaged flow take of a PyTorch model: jets of its outputs.

ℓ and its derivatives are those of NumPy, so that only the model has to be differentiated. With z
the residuals along a line θ + tu, dots its derivatives in t (Faà di Bruno),

    uᵀ∇²L u = (1/n) Σ ℓ''ż² + ℓ'z̈,
    d⁴L/dt⁴ = (1/n) Σ ℓ''''ż⁴ + 6ℓ'''ż²z̈ + 3ℓ''z̈² + 4ℓ''ż z⃛ + ℓ'z⃜.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..numerics.compile.floats import Floats
from ..numerics.extras import require
from ..numerics.networks.effective import loss_derivative
from ..theory.errors import InputError
from ..theory.responses import Loss

_STEP = 1e-3  # in units of the loss, what differences move the residuals by
_OFF = 1e-4  # relative
_AGAIN = 1e-4  # of the largest output; a GPU may round otherwise each time


def trained_weights(model: Any) -> dict[str, Any]:
    """The weights of a model that are trained, by their names; not those that are frozen.

    Raises InputError where there are none.
    """
    found = {name: w.detach() for name, w in model.named_parameters() if w.requires_grad}
    if not found:
        raise InputError("the model has no weight with requires_grad, so nothing is trained")
    return found


def outputs_of(model: Any, inputs: Any) -> Any:
    """What the model gives; its buffers stay as they are."""
    torch, func = require("torch", "torch"), require("torch.func", "torch")
    buffers = {name: buffer.clone() for name, buffer in model.named_buffers()}
    with torch.no_grad():
        return func.functional_call(model, buffers, (inputs,))


def require_same(one: Any, other: Any) -> None:
    """Raise InputError where the outputs differ when the model is asked again: with dropout or its
    like it has no kernel."""
    first, again = _numbers(one), _numbers(other)
    least = _AGAIN * float(np.max(np.abs(first), initial=0.0, where=np.isfinite(first)))
    if not np.allclose(first, again, rtol=0, atol=least, equal_nan=True):
        raise InputError(
            "the model gives other outputs when it is asked again, as with dropout: no diagram "
            "speaks of that; leave the randomness out, by model.eval() where that does it"
        )


class InTorch:
    """`FlatFunctions` of a PyTorch model, in double precision, on copies: the model stays as it is.

    Raises InputError where the model does not compute in double precision.
    """

    def __init__(self, model: Any, inputs: Any, targets: Any, loss: Loss, step_size: float) -> None:
        self._func, self._torch = require("torch.func", "torch"), require("torch", "torch")
        self.loss, self.step_size = loss, step_size
        named = trained_weights(model)
        self._shapes = {name: weight.shape for name, weight in named.items()}
        fixed = {n: w.detach() for n, w in model.named_parameters() if n not in named}
        fixed |= {name: buffer.clone() for name, buffer in model.named_buffers()}
        self._fixed = {name: self._wide(values) for name, values in fixed.items()}
        self._model, self._inputs, self._targets = model, self._wide(inputs), self._wide(targets)
        weights = [self._wide(weight).reshape(-1) for weight in named.values()]
        self.start = _numbers(self._torch.cat(weights))
        found = self._outputs(self._tensor(self.start))
        require_same(found, self._outputs(self._tensor(self.start)))
        if found.dtype != self._torch.float64:
            raise InputError(f"predict: needs double precision, the model gives {found.dtype}")

    def residuals(self, flat: Floats) -> Floats:
        """z."""
        with self._torch.no_grad():
            return _numbers(self._residuals(self._tensor(flat)))

    def jacobian(self, flat: Floats) -> Floats:
        """∂z_i/∂θ_j, a row for each data point."""
        return _numbers(self._func.jacrev(self._residuals)(self._tensor(flat)))

    def gradient(self, flat: Floats) -> Floats:
        """∇L = Jᵀℓ'/n."""
        z, back = self._func.vjp(self._residuals, self._tensor(flat))
        return _numbers(back(self._mean_of(1, _numbers(z)))[0])

    def product(self, flat: Floats, direction: Floats) -> Floats:
        """∇²L d: the forward derivative of θ ↦ Jᵀℓ'/n, whose ℓ' changes by ℓ''(Jd)."""
        at, along = self._tensor(flat), self._tensor(direction)
        z, slope = self._func.jvp(self._residuals, (at,), (along,))
        z, slope = _numbers(z), _numbers(slope)
        weighed, bent = self._mean_of(1, z), self._mean_of(2, z, slope)

        def pulled(place: Any) -> Any:
            return self._func.vjp(self._residuals, place)[1](weighed)[0]

        _, back = self._func.vjp(self._residuals, at)
        return _numbers(back(bent)[0] + self._func.jvp(pulled, (at,), (along,))[1])

    def third(self, flat: Floats, u: Floats) -> Floats:
        """∇(uᵀ∇²L u), u held fixed: the jet (z, ż, z̈) pulled back."""
        along = self._tensor(u)
        jet, back = self._func.vjp(lambda place: self._jet(place, along, 2), self._tensor(flat))
        z, one, two = (_numbers(part) for part in jet)
        above = self._mean_of(3, z, one**2) + self._mean_of(2, z, two)
        found = back((above, self._mean_of(2, z, 2 * one), self._mean_of(1, z)))[0]
        checked: Floats = self._checked(_numbers(found), lambda at: self.product(at, u), flat, u)
        return checked

    def fourth_along(self, flat: Floats, u: Floats) -> float:
        """The fourth derivative of t ↦ L(θ + tu) at 0."""
        jet = self._jet(self._tensor(flat), self._tensor(u), 4)
        z, one, two, three, four = (_numbers(part) for part in jet)
        first, second, third, fourth = (loss_derivative(self.loss, k, z) for k in (1, 2, 3, 4))
        found = fourth * one**4 + 6 * third * one**2 * two + first * four
        mean = np.mean(found + second * (3 * two**2 + 4 * one * three))
        return float(self._checked(mean, lambda at: self.third(at, u) @ u, flat, u))

    def _residuals(self, flat: Any) -> Any:
        return self._outputs(flat).reshape(-1) - self._targets

    def _outputs(self, flat: Any) -> Any:
        parts = flat.split([shape.numel() for shape in self._shapes.values()])
        pairs = zip(self._shapes.items(), parts, strict=True)
        weights = {name: part.view(shape) for (name, shape), part in pairs}
        given = weights | self._fixed
        return self._func.functional_call(self._model, given, (self._inputs,))

    def _jet(self, place: Any, along: Any, order: int) -> tuple[Any, ...]:
        """z and its derivatives along a line."""

        def line(t: Any) -> Any:
            return self._residuals(place + t * along)

        def slope(of: Callable[[Any], Any]) -> Callable[[Any], Any]:
            return lambda t: self._func.jvp(of, (t,), (self._torch.ones_like(t),))[1]

        functions: list[Callable[[Any], Any]] = [line]
        for _ in range(order):
            functions.append(slope(functions[-1]))
        zero = place.new_zeros(())
        return tuple(function(zero) for function in functions)

    def _checked(self, found: Any, below: Callable[[Floats], Any], flat: Floats, u: Floats) -> Any:
        """A derivative along u, if it is the slope of the one `below` it: those of third and fourth
        order are wrong for some layers of PyTorch, such as LayerNorm in 2.13. Raises InputError."""
        at, along = self._tensor(flat), self._tensor(u)
        change = np.max(np.abs(_numbers(self._func.jvp(self._residuals, (at,), (along,))[1])))
        unit = float(self.loss.scale) / float(change)
        h = _STEP * unit
        near, far = (below(flat + k * h * u) - below(flat - k * h * u) for k in (1, 2))
        off = np.linalg.norm(found - (8 * near - far) / (12 * h))
        size = np.linalg.norm(found) + np.linalg.norm(below(flat)) / unit
        if not off <= _OFF * size:
            raise InputError("no law: PyTorch's higher derivatives of the model are not right")
        return found

    def _mean_of(self, order: int, z: Floats, times: Floats | float = 1.0) -> Any:
        """ℓ⁽ᵏ⁾(z_i) x_i/n."""
        return self._tensor(loss_derivative(self.loss, order, z) * times / len(z))

    def _tensor(self, values: Floats) -> Any:
        return self._torch.as_tensor(
            np.ascontiguousarray(values), dtype=self._torch.float64, device=self._targets.device
        )

    def _wide(self, given: Any) -> Any:
        if not (self._torch.is_tensor(given) and given.is_floating_point()):
            return given
        return given.detach().to(self._torch.float64)


def _numbers(tensor: Any) -> Floats:
    return np.asarray(tensor.detach().cpu().numpy(), dtype=float)
