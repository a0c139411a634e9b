"""The monitor of a PyTorch run."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from ..numerics.compile.floats import Floats
from ..numerics.extras import require
from ..numerics.networks.effective import EffectiveDiagram
from ..theory.errors import InputError
from ..theory.responses import Loss
from .flat_torch import InTorch, outputs_of, require_same, trained_weights
from .looks import Look
from .objective import AlongLine, Objective, Theory, loss_or_function, require_numbers
from .prediction import Prediction
from .record import Plan, Watch

EXTRA = "torch"


class Monitor(Watch):
    """p, q and Q₀ of a PyTorch model that is trained by full-batch gradient descent.

    Parameters: the model, in the mode in which it is trained, without randomness; of its weights
    those with requires_grad are meant to be trained; the `loss`: as
    the theory has it, ℓ of f − y, a text or a Loss, for one output (the objective has to be its
    mean), or any function of (outputs, targets) that gives the objective, such as
    `torch.nn.functional.cross_entropy`, for outputs of any shape with the data points first; all
    inputs and targets; the learning rate; `every` how many steps to look, and at which to compute
    the sharpness (0: never).

    The tangent kernel is never formed: its first two eigenvalues come from Lanczos on products
    J Jᵀu/n, one backward and one forward pass each. Raises MissingExtraError without PyTorch,
    InputError for a loss of the theory and outputs that are not one number for each target, and for
    a model that gives other outputs when it is asked again; `step` raises it where PyTorch cannot
    compute what is needed, as with batch normalisation, and where no weight is trained.

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

    def __init__(
        self,
        model: Any,
        loss: Any,
        inputs: Any,
        targets: Any,
        lr: float,
        *,
        every: int = 1,
        sharpness_every: int = 0,
    ) -> None:
        require("torch", EXTRA)
        plan, given = Plan(lr, every, sharpness_every), loss_or_function(loss)
        self._model, self._inputs = model, inputs
        objective: Objective
        outputs = outputs_of(model, inputs)
        require_same(outputs, outputs_of(model, inputs))
        if isinstance(given, Loss):
            shape = tuple(outputs.shape)
            own = shape[:-1] if len(shape) > 1 and shape[-1] == 1 else shape
            require_numbers("the model", own, targets.shape)
            objective, self._subtracted = Theory(given, len(targets)), targets
        else:
            objective, self._subtracted = _OfOutputs(given, targets, tuple(outputs.shape)), None
        super().__init__(objective, plan)

    def step(self) -> Look | None:
        """To be called before each step of the optimizer; the look, if there is one now."""
        if not self._is_due():
            return None
        try:
            return self._look(_Linearised(self._model, self._inputs, self._subtracted))
        except RuntimeError as error:  # such as of batch normalisation, which counts batches
            why = str(error).splitlines()[0]
            raise InputError(f"PyTorch cannot compute what a look needs: {why}") from None

    def predict(self, steps: int) -> Prediction:
        """Where the sharpness will be after `steps` ≥ 1 more steps, from the weights of now.

        To be called where `step` is, before it; neither the model nor the looks change. A Jacobian
        is formed for each stride of the averaged flow, outputs times weights, in double precision;
        of a model in single precision a copy is taken to double.
        Raises InputError for an objective that is no loss of f − y, for one whose response is not 1
        at 0, for weights that have flown away, and where PyTorch cannot compute what is needed.
        """
        loss, model = self._loss(), self._model
        try:
            found = InTorch(model, self._inputs, self._subtracted, loss, self._plan.lr)
            return self._predict(found, found.start, steps)
        except RuntimeError as error:
            why = str(error).splitlines()[0]
            raise InputError(f"PyTorch cannot compute what a prediction needs: {why}") from None


class _Linearised:
    """A PyTorch model at its weights of now."""

    def __init__(self, model: Any, inputs: Any, subtracted: Any) -> None:
        self._func = require("torch.func", EXTRA)
        self._model, self._inputs = model, inputs
        self._weights = trained_weights(model)
        self._like, self._back = self._func.vjp(self._flat, self._weights)
        require_same(self._like, outputs_of(model, inputs).reshape(-1))
        self.outputs = _numbers(self._like if subtracted is None else self._like - subtracted)
        self.size = sum(weight.numel() for weight in self._weights.values())

    def forward(self, direction: Floats) -> Floats:
        """J d."""
        return self._along(self._shaped(direction))

    def backward(self, u: Floats) -> Floats:
        """Jᵀu."""
        return self._joined(self._back(self._like.new_tensor(u))[0])

    def kernel_product(self, u: Floats) -> Floats:
        """J Jᵀu."""
        return self._along(self._back(self._like.new_tensor(u))[0])

    def curved(self, slopes: Floats, direction: Floats) -> Floats:
        """Σ s_i ∇²z_i d."""
        weighed = self._like.new_tensor(slopes)

        def gradient(at: Any) -> Any:
            return self._func.vjp(self._flat, at)[1](weighed)[0]

        moved = (self._shaped(direction),)
        return self._joined(self._func.jvp(gradient, (self._weights,), moved)[1])

    def _flat(self, weights: Any) -> Any:
        return self._func.functional_call(self._model, weights, (self._inputs,)).reshape(-1)

    def _along(self, direction: Any) -> Floats:
        return _numbers(self._func.jvp(self._flat, (self._weights,), (direction,))[1])

    def _shaped(self, direction: Floats) -> Any:
        flat = self._like.new_tensor(direction)
        parts = flat.split([weight.numel() for weight in self._weights.values()])
        pairs = zip(self._weights.items(), parts, strict=True)
        return {name: part.view_as(weight) for (name, weight), part in pairs}

    def _joined(self, weights: Any) -> Floats:
        return np.concatenate([_numbers(weights[name]).ravel() for name in self._weights])


class _OfOutputs:
    """An objective of the user's, in double precision."""

    centred = False

    def __init__(
        self, function: Callable[[Any, Any], Any], targets: Any, shape: tuple[int, ...]
    ) -> None:
        torch, self._func = require("torch", EXTRA), require("torch.func", EXTRA)
        self.points = shape[0]
        self._tensor = partial(torch.as_tensor, dtype=torch.float64, device=targets.device)
        self._function, self._shape, self._targets = function, shape, targets

    def _objective(self, z: Any) -> Any:
        return self._function(z.view(self._shape), self._targets)

    def _on_line(self, start: Any, along: Any, t: Any) -> Any:
        return self._objective(start + t * along)

    def mean(self, z: Floats) -> float:
        """L."""
        return float(self._objective(self._tensor(z)))

    def slopes(self, z: Floats) -> Floats:
        """∂L/∂z."""
        return _numbers(self._func.grad(self._objective)(self._tensor(z)))

    def curvature_product(self, z: Floats, u: Floats) -> Floats:
        """(∂²L/∂z²) u."""
        gradient = self._func.grad(self._objective)
        return _numbers(self._func.jvp(gradient, (self._tensor(z),), (self._tensor(u),))[1])

    def diagram(self, z: Floats, v: Floats) -> EffectiveDiagram:
        """Along v, by derivatives of L in p."""
        along, zero = self._tensor(v), self._tensor(0.0)

        def derivative(place: Floats, order: int) -> float:
            start = self._tensor(place)
            line = partial(self._on_line, start, along)
            for _ in range(order):
                line = self._func.grad(line)
            return float(line(zero))

        return AlongLine(z, v, self.points, derivative).diagram


def _numbers(tensor: Any) -> Floats:
    return np.asarray(tensor.detach().cpu().numpy(), dtype=float)
