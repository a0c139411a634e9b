"""A small run at the edge, watched by a monitor: linear in its weights, so that the edge stays."""

from pathlib import Path

import numpy as np

from trajalign.monitor.looks import Look
from trajalign.monitor.objective import Theory
from trajalign.monitor.prediction import Prediction
from trajalign.monitor.record import Plan, Record, Watch
from trajalign.theory.responses import Loss

LOSS = Loss.parse("log-cosh")
JACOBIAN = np.random.default_rng(3).standard_normal((5, 12))
KERNEL = JACOBIAN @ JACOBIAN.T
ETA = 2.2 * 5 / float(np.linalg.eigvalsh(KERNEL)[-1])  # q = 1/1.1

REACHED = Prediction(30, 25, 0.2, 0.7, 1.0, 0.1, 0.12, 20.0, -0.1)  # numbers of nothing
LEAVES = Prediction(
    30, 500, None, None, -1.0, None, None, 30.0, 0.1, ("the flow does not get there",)
)


class Linear:
    """A model that is linear in its weights, at some residuals."""

    size = 12

    def __init__(self, residuals: np.ndarray) -> None:
        self.outputs = residuals

    def forward(self, direction: np.ndarray) -> np.ndarray:
        return JACOBIAN @ direction

    def backward(self, u: np.ndarray) -> np.ndarray:
        return JACOBIAN.T @ u

    def kernel_product(self, u: np.ndarray) -> np.ndarray:
        return KERNEL @ u

    def curved(self, slopes: np.ndarray, direction: np.ndarray) -> np.ndarray:
        return np.zeros(self.size)


class Watching(Watch):
    """A monitor of it."""

    def step(self, residuals: np.ndarray) -> Look | None:
        return self._look(Linear(residuals)) if self._is_due() else None

    def told(self, prediction: Prediction) -> None:
        """What a monitor does with a prediction."""
        self._predictions.append(prediction)


def watching(steps: int = 120, every: int = 3, sharpness_every: int = 60) -> Watching:
    """The run, from residuals of size 1; q/Q₀ − 1 falls to 0 on the 2-cycle."""
    found = Watching(Theory(LOSS, 5), Plan(ETA, every, sharpness_every))
    residuals = np.random.default_rng(5).standard_normal(5)
    for _ in range(steps):
        found.step(residuals)
        residuals = residuals - ETA * KERNEL @ np.tanh(residuals) / 5
    return found


def record(**options: int) -> Record:
    """What was seen of it."""
    return watching(**options).record


def saved(folder: Path, *predictions: Prediction) -> Path:
    """The run, saved."""
    found = watching()
    for prediction in predictions:
        found.told(prediction)
    found.save(folder)
    return folder
