"""The manifold of minima: its points, its tangent, and the way along it to where ηλ = 2.

Newton's method on a manifold: the eigenvalues are damped by the length of the gradient, so that it
converges quadratically without knowing which of them will be 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import mpmath as mp

from ...theory.errors import InputError
from .lines import Lines, Vector, dot, gradient, hessian, norm, plus, third

_ITERATIONS = 120
_RUNS_OFF = 20  # so many times as far out as it began, a search counts as leaving
_FAST = mp.mpf("1e-3")
_PROBE = mp.mpf("1e-3")  # how far along the kernel it is tried whether minima go on, in units of θ
_STRIDE = mp.mpf("0.25")  # by which part λ changes in a stride along the manifold
_STRIDES = 400
_PROGRESS = mp.mpf("0.999")  # by less a stride does not come nearer to what is looked for
_LEVEL = mp.mpf("1e-8")  # a slope of λ, relative to λ, that counts as none
_SIMPLE = mp.mpf("1e-8")  # nearer than that, relatively, two eigenvalues count as one


class EdgeError(InputError):
    """A point or an objective that the law of the edge does not speak of."""


@dataclass(frozen=True)
class Minimum:
    """A minimum: the eigenvalues of the Hessian, largest first, and their unit eigenvectors.

    The last `flat` of them are 0.
    """

    point: Vector
    eigenvalues: Vector
    vectors: tuple[Vector, ...]
    flat: int

    @property
    def sharpness(self) -> Any:
        """λ."""
        return self.eigenvalues[0]

    @property
    def direction(self) -> Vector:
        """u, the top eigenvector."""
        return self.vectors[0]

    @property
    def tangent(self) -> tuple[Vector, ...]:
        """An orthonormal basis of the kernel."""
        return self.vectors[len(self.vectors) - self.flat :]

    @property
    def stable(self) -> tuple[tuple[Any, Vector], ...]:
        """The other eigenvalues that are positive, with their vectors."""
        pairs = list(zip(self.eigenvalues, self.vectors, strict=True))
        return tuple(pairs[1 : len(pairs) - self.flat])

    def along_kernel(self, v: Vector) -> Vector:
        """The part of a vector that is tangent to the minima."""
        found = tuple(mp.mpf(0) for _ in v)
        for t in self.tangent:
            found = plus(found, t, dot(v, t))
        return found


def eigen(lines: Lines, point: Vector) -> tuple[Vector, tuple[Vector, ...]]:
    """Eigenvalues of the Hessian, largest first, and the eigenvectors."""
    values, vectors = mp.eigsy(hessian(lines, point))
    order = sorted(range(lines.size), key=lambda i: -values[i])
    columns = (tuple(vectors[j, i] for j in range(lines.size)) for i in order)
    return tuple(values[i] for i in order), tuple(columns)


def settled(lines: Lines, point: Vector, flat: int | None = None) -> Vector:
    """A point near `point` where the gradient is 0, up to rounding.

    Parameters: `flat`, where it is known, is the dimension of the manifold of minima; then no step
    goes along it, and one comes to the foot of the perpendicular, up to the square of the distance.
    Raises EdgeError where the iteration does not get there.
    """
    goal = mp.mpf(10) ** -(0.8 * lines.digits)
    scale = norm(point) or mp.mpf(1)
    before, known = mp.inf, eigen(lines, point)
    for _ in range(_ITERATIONS):
        g = gradient(lines, point)
        size, length = norm(g), norm(point)
        if size > _FAST * before:  # while it goes fast the Hessian of before will do
            known = eigen(lines, point)
        before = size
        values, vectors = known
        if size <= goal * max(map(abs, values)) * scale:
            return point
        taken = sorted(range(len(point)), key=lambda i: -abs(values[i]))
        taken = taken if flat is None else taken[: len(point) - flat]
        damping = size / scale if flat is None else mp.mpf(0)
        step = tuple(mp.mpf(0) for _ in point)
        for i in taken:
            step = plus(step, vectors[i], -dot(vectors[i], g) / (abs(values[i]) + damping))
        longest = (scale + length) / 4
        point = plus(point, step, min(mp.mpf(1), longest / (norm(step) or 1)))
    if norm(point) > _RUNS_OFF * scale:
        raise EdgeError(
            f"no minimum found: the search runs off, to {shown(point)}, where the gradient is "
            f"{mp.nstr(size, 3)}; the least value may be at infinity"
        )
    raise EdgeError(
        f"no minimum found near {shown(point)}: the gradient is still {mp.nstr(size, 3)}; a "
        "minimum that is flat to higher order is not covered"
    )


def minimum_near(lines: Lines, point: Vector, flat: int | None = None) -> Minimum:
    """The minimum that Newton's method finds from a point, with its eigenvalues.

    Parameters: `flat`, where it is known, is the dimension of the manifold of minima.
    Raises EdgeError where there is none, it is a saddle, the Hessian is 0, or its kernel is not
    tangent to a manifold of minima; the last is tried only where `flat` is not given.
    """
    with mp.workdps(lines.digits):
        place = settled(lines, point, flat)
        values, vectors = eigen(lines, place)
        zero = mp.mpf(10) ** -(0.4 * lines.digits) * max(abs(values[0]), abs(values[-1]))
        if values[0] <= zero:
            raise EdgeError(f"at {shown(place)} the Hessian has no positive eigenvalue")
        if values[-1] < -zero:
            raise EdgeError(
                f"{shown(place)} is a saddle: the smallest eigenvalue of its Hessian is "
                f"{mp.nstr(values[-1], 5)}"
            )
        found = Minimum(place, values, vectors, sum(value <= zero for value in values))
        _require_simple(found)
        if flat is None:
            _require_tangent(lines, found)
        return found


def _require_simple(found: Minimum) -> None:
    if len(found.eigenvalues) > 1 and found.eigenvalues[1] > (1 - _SIMPLE) * found.sharpness:
        raise EdgeError(
            f"at {shown(found.point)} the two largest eigenvalues agree; the law is about one"
        )


def _require_tangent(lines: Lines, found: Minimum) -> None:
    """Minima go on along every direction of the kernel: Newton's method finds them there."""
    for t in found.tangent:
        moved = plus(found.point, t, _PROBE * max(1, norm(found.point)))
        for _ in range(8):  # within the span of the other eigenvectors
            g = gradient(lines, moved)
            for value, v in zip(found.eigenvalues, found.vectors, strict=True):
                if value > found.eigenvalues[0] * mp.mpf(10) ** -(0.4 * lines.digits):
                    moved = plus(moved, v, -dot(v, g) / value)
        left = norm(found.along_kernel(gradient(lines, moved)))
        across = norm(gradient(lines, moved)) - left
        if left > mp.mpf(10) ** -min(mp.mpf(15), 0.7 * lines.digits) * found.sharpness + across:
            raise EdgeError(
                f"at {shown(found.point)} the Hessian has a kernel along ({shown_vector(t)}), but "
                "no minima lie that way: this minimum is degenerate, and not covered"
            )


def slope_along(lines: Lines, found: Minimum) -> Vector:
    """The gradient of λ along the manifold of minima."""
    with mp.workdps(lines.digits):
        return found.along_kernel(third(lines, found.point, found.direction))


def where_sharpness_is(lines: Lines, start: Minimum, target: Any) -> Minimum:
    """The minimum with λ = `target` that one comes to by following ±∇λ along the manifold.

    Raises EdgeError where λ does not take that value on the way.
    """
    found, stalled, best = start, 0, mp.inf
    with mp.workdps(lines.digits):
        exact = mp.mpf(10) ** -(0.6 * lines.digits)
        for _ in range(_STRIDES):
            missing = mp.mpf(target) - found.sharpness
            if abs(missing) <= exact * target:
                return found
            slope = slope_along(lines, found)
            length = norm(slope)
            away = abs(mp.log(mp.mpf(target) / found.sharpness))
            stalled = stalled + 1 if away > _PROGRESS * best else 0
            if stalled > 2 or length * (1 + norm(found.point)) <= _LEVEL * found.sharpness:
                break
            best = min(best, away)
            stride = min(abs(missing), _STRIDE * found.sharpness) / length
            stride = min(stride, (1 + norm(found.point)) / 4)
            ahead = plus(found.point, slope, mp.sign(missing) * stride / length)
            found = minimum_near(lines, ahead, start.flat)
        raise EdgeError(
            f"following the minima from {shown(start.point)}, λ does not come to "
            f"{mp.nstr(mp.mpf(target), 6)}; it is {mp.nstr(found.sharpness, 6)} at "
            f"{shown(found.point)}"
        )


def shown(point: Vector) -> str:
    """A point as messages have it."""
    return f"({shown_vector(point)})"


def shown_vector(vector: Vector) -> str:
    """Coordinates to six figures."""
    small = norm(vector) * mp.mpf("1e-20")
    return ", ".join("0" if abs(x) <= small else mp.nstr(mp.mpf(x), 6) for x in vector)
