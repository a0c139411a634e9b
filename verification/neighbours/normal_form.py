"""The flip at a minimum of any objective, from its derivatives there in double precision.

u is the top unit eigenvector of the Hessian at the minimum, its other eigenvalues are λ_j > 0 or 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import sympy as sp
from numpy.typing import NDArray

_ZERO = 1e-9  # relative: an eigenvalue this small is that of a direction along the minima


@dataclass(frozen=True)
class Flip:
    """c and κ: an orbit ends at ηλ = 2 − κ, to first order in κ, if c > 0.

    c = (η²/4) L_uuu² − (η/6) L_uuuu + (η/2) Σ_j L_uuj²/λ_j, κ = (η²/4) |∇λ|²/c, the gradient being
    taken along the minima. `modes` is the last term of c.
    """

    c: float
    modes: float
    drift: float  # (η²/4) |∇λ|²

    @property
    def kappa(self) -> float:
        """κ."""
        return self.drift / self.c

    @property
    def kappa_without_modes(self) -> float:
        """κ as it would be if the stable modes did not move."""
        return self.drift / (self.c - self.modes)


def flip_at(
    objective: sp.Expr, parameters: Sequence[sp.Symbol], point: Sequence[float], eta: float
) -> Flip:
    """The flip at a minimum with ηλ near 2.

    For ℓ(xy), far from x = y, κ is η²/ρ:

    >>> x, y = sp.symbols("x y", real=True)
    >>> eta = 0.1
    >>> flip = flip_at(sp.log(sp.cosh(x * y)), (x, y), ((2 / eta) ** 0.5, 0.0), eta)
    >>> round(flip.kappa / eta**2, 12)
    1.5
    """
    place = dict(zip(parameters, point, strict=True))
    n = len(parameters)

    def tensor(order: int) -> NDArray[np.float64]:
        found = np.zeros((n,) * order)
        for index in product(range(n), repeat=order):
            if list(index) == sorted(index):
                value = float(sp.diff(objective, *(parameters[i] for i in index)).subs(place))
                for same in set(_permutations(index)):
                    found[same] = value
        return found

    values, vectors = np.linalg.eigh(tensor(2))
    u = vectors[:, -1]
    third = np.einsum("ijk,i,j->k", tensor(3), u, u)
    along = vectors.T @ third  # L_uuj in the eigenvectors
    rest = slice(None, -1)
    tangent = np.abs(values[rest]) < _ZERO * values[-1]
    stable = along[rest][~tangent] ** 2 / values[rest][~tangent]
    fourth = np.einsum("ijkl,i,j,k,l->", tensor(4), u, u, u, u)
    modes = eta / 2 * float(stable.sum())
    c = eta**2 / 4 * float(along[-1]) ** 2 - eta / 6 * float(fourth) + modes
    return Flip(c, modes, eta**2 / 4 * float((along[rest][tangent] ** 2).sum()))


def _permutations(index: tuple[int, ...]) -> list[tuple[int, ...]]:
    if len(index) <= 1:
        return [index]
    return [
        (index[i], *rest)
        for i in range(len(index))
        for rest in _permutations(index[:i] + index[i + 1 :])
    ]
