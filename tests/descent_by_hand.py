"""Gradient descent on weights, typed in by hand for mpmath, and what a model says of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st
from mpmath import mp
from zoo import evaluated

SEEDS = st.integers(0, 2**32 - 1)
SIZES = st.integers(1, 5)


def precisely(function):
    """A function of doubles that is right to the last bit or so."""

    def rounded(z):
        with mp.workdps(50):
            return float(function(mp.mpf(z)))

    return rounded


@dataclass(frozen=True)
class Network:
    """f = xᵀUv in double precision; `slope` is ℓ'."""

    x: Any
    U: Any
    v: Any
    slope: Callable[[float], float]

    @classmethod
    def random(cls, problem, d, m, seed, norm=1.0):
        rng = np.random.default_rng(seed)
        x = rng.normal(size=d)
        x *= norm / np.linalg.norm(x)
        U, v = rng.normal(size=(d, m)), rng.normal(size=m)
        scale = rng.uniform(0.2, 2) / np.sqrt(m)
        return cls(x, scale * U, scale * v, precisely(problem.derivative))

    @property
    def output(self):
        return float(self.x @ self.U @ self.v)

    def step(self, eta):
        """∂f/∂U = x vᵀ and ∂f/∂v = Uᵀx, so ∇L = ℓ'(f) (x vᵀ, Uᵀx)."""
        g = self.slope(self.output)
        U = self.U - eta * g * np.outer(self.x, self.v)
        return Network(self.x, U, self.v - eta * g * (self.U.T @ self.x), self.slope)

    def coordinates(self, eta):
        """p = f, q = 2/(η ‖∇f‖²)."""
        hidden = self.U.T @ self.x
        return self.output, 2 / (eta * float(hidden @ hidden + self.v @ self.v))

    def gradient(self):
        g = self.slope(self.output)
        return g * np.concatenate([np.outer(self.x, self.v).ravel(), self.U.T @ self.x])

    def moved(self, shift):
        d, m = self.U.shape
        return Network(
            self.x, self.U + shift[: d * m].reshape(d, m), self.v + shift[d * m :], self.slope
        )

    def hessian(self, bend):
        """ℓ'' ∇f ∇fᵀ + ℓ' ∇²f, where ∂²f/∂U_ij ∂v_j = x_i and all else in ∇²f is 0."""
        (d, m), g = self.U.shape, self.slope(self.output)
        direction = np.concatenate([np.outer(self.x, self.v).ravel(), self.U.T @ self.x])
        result = bend * np.outer(direction, direction)
        for i in range(d):
            for j in range(m):
                result[i * m + j, d * m + j] += g * self.x[i]
                result[d * m + j, i * m + j] += g * self.x[i]
        return result


def predicted(model_map, p, q, eta):
    """The reduced map's answer, by mpmath."""
    values = {"p": mp.mpf(p), "q": mp.mpf(q), "eta": mp.mpf(eta)}
    with mp.workdps(50):  # 3 (coth z − 1/z) and its derivatives cancel
        return tuple(float(evaluated(e, **values)) for e in model_map)


def map_of(problem):
    return problem.model.reduced.p_next, problem.model.reduced.q_next
