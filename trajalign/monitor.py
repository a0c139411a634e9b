"""Watch a training run of your own, in PyTorch: where it is on the diagram of its data points."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from . import __version__
from .files import dump, write_together
from .numerics.compile.floats import Floats
from .numerics.extras import require
from .numerics.networks.effective import effective_diagram, loss_derivative
from .theory.arguments import convert_fields, integer, real, takes
from .theory.errors import InputError
from .theory.responses import Loss, response_of

EXTRA = "torch"
MONITOR_SCHEMA = "trajalign.monitor/1"
_TOLERANCE = 1e-12


@dataclass(frozen=True)
class Look:
    """One look at step `step`: p and q; `rest`, the root mean square of w; `second`, κ₂/κ; the
    response Q₀(p; w), `off` = q/Q₀ − 1, and the `edge` ∂G/∂p (NaN where there is none); the mean
    loss; the `sharpness`, the largest eigenvalue of the Hessian (NaN where it was not asked for).
    """

    step: int
    p: float
    q: float
    rest: float
    second: float
    response: float
    off: float
    edge: float
    loss: float
    sharpness: float


@dataclass(frozen=True)
class _Plan:
    lr: float
    every: int
    sharpness_every: int

    def __post_init__(self) -> None:
        convert_fields(self, ("lr",), real)
        convert_fields(self, ("every", "sharpness_every"), integer)
        if not (np.isfinite(self.lr) and self.lr > 0):
            raise InputError(f"lr = {self.lr}: need a positive number")
        if self.every < 1 or self.sharpness_every < 0:
            raise InputError("need every >= 1 and sharpness_every >= 0 (0: never)")


class Monitor:
    """p, q and Q₀ of a PyTorch model with one output, trained by full-batch gradient descent.

    Parameters: the model, in the mode in which it is trained, without randomness; its `loss` as the
    theory has it, ℓ of f − y, a text or a Loss (the objective has to be its mean); all inputs and
    targets; the learning rate; `every` how many steps to look, and, of these, at which to compute
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
        self._torch, self._func = require("torch", EXTRA), require("torch.func", EXTRA)
        self._plan = _Plan(lr, every, sharpness_every)
        self._model, self._loss, self._inputs, self._targets = model, loss, inputs, targets
        self._step = 0
        self.looks: list[Look] = []
        self._points: list[tuple[Floats, Floats]] = []
        shape = tuple(model(inputs).squeeze(-1).shape)
        if shape != tuple(targets.shape) or len(shape) != 1:
            raise InputError(
                f"the model gives {shape} for targets of shape {tuple(targets.shape)}: "
                "need one number for each target"
            )

    def step(self) -> Look | None:
        """To be called before each step of the optimizer; the look, if there is one now."""
        now, self._step = self._step, self._step + 1
        if now % self._plan.every:
            return None
        sharp = self._plan.sharpness_every
        look = self._look(now, bool(sharp) and now % sharp == 0)
        self.looks.append(look)
        return look

    def save(self, folder: str | Path) -> None:
        """`trajectories.npz`, with the names that `trajalign experiment` uses, and `report.json`.
        Raises InputError where the folder cannot be written or nothing was looked at."""
        if not self.looks:
            raise InputError("monitor: nothing to save, step() was not called")
        rows = [asdict(look) for look in self.looks]
        columns = {name: np.array([[row[name] for row in rows]]) for name in rows[0]}
        columns["times"] = columns.pop("step")[0].astype(float)
        parts = zip(*self._points, strict=True)
        residuals, leading = (np.stack(part, axis=-1)[None] for part in parts)
        content = io.BytesIO()
        arrays: dict[str, Any] = {"residuals": residuals, "leading": leading} | columns
        np.savez_compressed(content, **arrays)
        report = {
            "schema": MONITOR_SCHEMA,
            "version": __version__,
            "loss": self._loss.text,
            "step_size": self._plan.lr,
            "points": residuals.shape[1],
            "looks": [{k: v if np.isfinite(v) else None for k, v in row.items()} for row in rows],
        }
        place = Path(folder)
        place.mkdir(parents=True, exist_ok=True)
        write_together(
            {place / "trajectories.npz": content.getvalue(), place / "report.json": dump(report)}
        )

    def _look(self, now: int, sharp: bool) -> Look:
        weights = {n: w.detach() for n, w in self._model.named_parameters()}
        outputs, back = self._func.vjp(self._outputs, weights)
        z = _numbers(outputs - self._targets)
        values, v = _largest_two(self._kernel(weights, back), len(z))
        v = v * np.sqrt(len(z)) * (np.sign(v[np.argmax(np.abs(v))]) or 1.0)
        found = effective_diagram(self._loss, z, v)
        p, q = float(np.mean(v * z)), 2 / (self._plan.lr * values[0])
        response = float(found.response)
        self._points.append((z, v))
        return Look(
            step=now,
            p=p,
            q=q,
            rest=float(np.sqrt(np.mean((z - p * v) ** 2))),
            second=values[1] / values[0],
            response=response,
            off=q / response - 1,
            edge=float(found.edge),
            loss=float(np.mean(loss_derivative(self._loss, 0, z))),
            sharpness=self._sharpness(weights, back, z) if sharp else float("nan"),
        )

    def _outputs(self, weights: Any) -> Any:
        return self._func.functional_call(self._model, weights, (self._inputs,)).squeeze(-1)

    def _kernel(self, weights: Any, back: Callable[[Any], Any]) -> Callable[[Floats], Floats]:
        def product(u: Floats) -> Floats:
            change = back(self._targets.new_tensor(u))[0]
            along = self._func.jvp(self._outputs, (weights,), (change,))[1]
            return _numbers(along) / len(u)

        return product

    def _sharpness(self, weights: Any, back: Callable[[Any], Any], z: Floats) -> float:
        """By Lanczos on products Jᵀ(ℓ''·Jd)/n + Σ ℓ'_i ∇²f_i d/n."""
        from scipy.sparse.linalg import LinearOperator, eigsh

        names = list(weights)
        sizes = [weights[n].numel() for n in names]
        slope, curvature = (
            self._targets.new_tensor(loss_derivative(self._loss, k, z) / len(z)) for k in (1, 2)
        )

        def gradient(at: Any) -> Any:
            outputs, back = self._func.vjp(self._outputs, at)
            return back(slope)[0], outputs

        def product(vector: Floats) -> Floats:
            flat = self._targets.new_tensor(vector.ravel())
            parts = zip(names, flat.split(sizes), strict=True)
            direction = {n: part.view_as(weights[n]) for n, part in parts}
            curved, along = self._func.jvp(gradient, (weights,), (direction,))[1]
            pushed = back(curvature * along)[0]
            return np.concatenate([_numbers(curved[n] + pushed[n]).ravel() for n in names])

        size = sum(sizes)
        if size < 3:
            full = np.array([product(row) for row in np.eye(size)])
            return float(np.linalg.eigvalsh(full)[-1])
        operator = LinearOperator((size, size), matvec=product, dtype=float)
        start = np.random.default_rng(0).standard_normal(size)
        options = {"which": "LA", "v0": start, "tol": 1e-8, "return_eigenvectors": False}
        return float(eigsh(operator, k=1, **options)[0])


def _numbers(tensor: Any) -> Floats:
    return np.asarray(tensor.detach().cpu().numpy(), dtype=float)


def _largest_two(
    product: Callable[[Floats], Floats], count: int
) -> tuple[tuple[float, float], Floats]:
    """The two largest eigenvalues (the second 0 where there is one point) and the unit eigenvector
    of the first."""
    from scipy.sparse.linalg import LinearOperator, eigsh

    if count < 4:
        values, vectors = np.linalg.eigh(np.array([product(row) for row in np.eye(count)]))
    else:
        operator = LinearOperator((count, count), matvec=lambda u: product(u.ravel()), dtype=float)
        start = np.random.default_rng(0).standard_normal(count)
        values, vectors = eigsh(operator, k=2, which="LA", v0=start, tol=_TOLERANCE)
    second = float(values[-2]) if count > 1 else 0.0
    return (float(values[-1]), second), np.asarray(vectors[:, -1])
