"""The monitor of a PyTorch run."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..numerics.compile.floats import Floats
from ..numerics.extras import require
from ..theory.arguments import takes
from ..theory.errors import InputError
from ..theory.responses import Loss, response_of
from .looks import Look
from .record import Plan, Watch

EXTRA = "torch"


class Monitor(Watch):
    """p, q and Q₀ of a PyTorch model with one output, trained by full-batch gradient descent.

    Parameters: the model, in the mode in which it is trained, without randomness; its `loss` as the
    theory has it, ℓ of f − y, a text or a Loss (the objective has to be its mean); all inputs and
    targets; the learning rate; `every` how many steps to look, and at which to compute
    the sharpness (0: never).

    The tangent kernel is never formed: its first two eigenvalues come from Lanczos on products
    J Jᵀu/n, one backward and one forward pass each. Raises MissingExtraError without PyTorch,
    InputError for a model whose outputs are not one number for each target.

    ```text
    monitor = Monitor(model, "log-cosh", inputs, targets, lr=0.05, every=5)
    for _ in range(1000):
        monitor.step()
        optimizer.zero_grad()
        objective().backward()
        optimizer.step()
    monitor.save("run")
    ```
    """

    @takes(loss=response_of(Loss))
    def __init__(
        self,
        model: Any,
        loss: Loss,
        inputs: Any,
        targets: Any,
        lr: float,
        *,
        every: int = 1,
        sharpness_every: int = 0,
    ) -> None:
        require("torch", EXTRA)
        super().__init__(loss, Plan(lr, every, sharpness_every))
        self._model, self._inputs, self._targets = model, inputs, targets
        shape = tuple(model(inputs).squeeze(-1).shape)
        if shape != tuple(targets.shape) or len(shape) != 1:
            raise InputError(
                f"the model gives {shape} for targets of shape {tuple(targets.shape)}: "
                "need one number for each target"
            )

    def step(self) -> Look | None:
        """To be called before each step of the optimizer; the look, if there is one now."""
        if not self._is_due():
            return None
        return self._look(_Linearised(self._model, self._inputs, self._targets))


class _Linearised:
    """A PyTorch model at its weights of now."""

    def __init__(self, model: Any, inputs: Any, targets: Any) -> None:
        self._func = require("torch.func", EXTRA)
        self._model, self._inputs, self._targets = model, inputs, targets
        self._weights = {n: w.detach() for n, w in model.named_parameters()}
        outputs, self._back = self._func.vjp(self._outputs, self._weights)
        self.residuals = _numbers(outputs - targets)
        self.size = sum(weight.numel() for weight in self._weights.values())

    def kernel_product(self, u: Floats) -> Floats:
        """J Jᵀu."""
        change = self._back(self._targets.new_tensor(u))[0]
        return _numbers(self._func.jvp(self._outputs, (self._weights,), (change,))[1])

    def hessian_product(self, slopes: Floats, curvatures: Floats, direction: Floats) -> Floats:
        """Jᵀ(c · J d) + Σ s_i ∇²f_i d."""
        slope, curvature = (self._targets.new_tensor(each) for each in (slopes, curvatures))

        def gradient(at: Any) -> Any:
            outputs, back = self._func.vjp(self._outputs, at)
            return back(slope)[0], outputs

        moved = (self._shaped(direction),)
        curved, along = self._func.jvp(gradient, (self._weights,), moved)[1]
        pushed = self._back(curvature * along)[0]
        parts = [_numbers(curved[name] + pushed[name]).ravel() for name in self._weights]
        return np.concatenate(parts)

    def _shaped(self, direction: Floats) -> Any:
        flat = self._targets.new_tensor(direction)
        parts = flat.split([weight.numel() for weight in self._weights.values()])
        pairs = zip(self._weights.items(), parts, strict=True)
        return {name: part.view_as(weight) for (name, weight), part in pairs}

    def _outputs(self, weights: Any) -> Any:
        return self._func.functional_call(self._model, weights, (self._inputs,)).squeeze(-1)


def _numbers(tensor: Any) -> Floats:
    return np.asarray(tensor.detach().cpu().numpy(), dtype=float)
