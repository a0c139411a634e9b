"""What is examined: a minimum and a ladder, from what a user says of an objective."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import mpmath as mp
import sympy as sp

from ...numerics.edge.flip import flip_at
from ...numerics.edge.landscape import Landscape, found_minimum
from ...numerics.edge.manifold import Minimum, minimum_near, where_sharpness_is
from ...theory.errors import InputError
from .rungs import Rung, Rungs, rungs_along, rungs_of

At = Mapping[str, sp.Rational]


def minimum_of(landscape: Landscape, at: At | None, eta: sp.Rational | None = None) -> Minimum:
    """The minimum near a point, or one that is found; on from there to where ηλ = 2.

    Raises InputError for a point that lacks a parameter or has another, and EdgeError where there
    is no such minimum.
    """
    if at is None:
        minimum = found_minimum(landscape)
    else:
        _require_all(landscape.names, at)
        point = (_number(at[name], landscape.lines.digits) for name in landscape.names)
        minimum = minimum_near(landscape.lines, tuple(point))
    if eta is None:
        return minimum
    with mp.workdps(landscape.lines.digits):
        target = 2 / _number(eta, landscape.lines.digits)
    return where_sharpness_is(landscape.lines, minimum, target)


def ladder_in_eta(landscape: Landscape, at: At | None, eta: sp.Rational | None) -> Rungs:
    """The ladder of step sizes from the flip at η, or at the point itself."""
    minimum = minimum_of(landscape, at, eta)
    return rungs_along(landscape.lines, landscape.steps, minimum)


def ladder_in_constant(
    landscapes: Sequence[tuple[str, Landscape]], at: At | None, eta: sp.Rational | None
) -> Rungs:
    """The ladder of objectives that differ in a constant, each with its name ("e = 1/50")."""
    found = []
    for name, landscape in landscapes:
        minimum = minimum_of(landscape, at, eta)
        flip = flip_at(landscape.lines, minimum)
        found.append(Rung(landscape.lines, landscape.steps, flip, name))
    return rungs_of(found)


def ladder_of(
    landscape: Callable[[At], Landscape],
    along: tuple[str, Sequence[sp.Rational]] | None,
    at: At | None,
    eta: sp.Rational | None,
) -> tuple[Landscape, Rungs]:
    """The first objective and the ladder: of step sizes, or of objectives `along` the values of a
    constant, each made by `landscape` from that. Raises as the two above, and InputError for fewer
    than two different values.
    """
    if along is None:
        first = landscape({})
        return first, ladder_in_eta(first, at, eta)
    name, values = along
    if len(set(values)) < max(2, len(values)):
        shown = ",".join(map(str, values))[:60]
        raise InputError(f"--along {name}={shown}: a ladder needs several different values")
    every = [(f"{name} = {value}", landscape({name: value})) for value in values]
    return every[0][1], ladder_in_constant(every, at, eta)


def _require_all(names: Sequence[str], at: At) -> None:
    for name in at:
        if name not in names:
            raise InputError(f"--at: {name} is no parameter; they are {', '.join(names)}")
    for name in names:
        if name not in at:
            raise InputError(
                f"--at: {name} is missing; a point is {', '.join(f'{n}=R' for n in names)}"
            )


def _number(value: sp.Rational, digits: int) -> mp.mpf:
    with mp.workdps(digits):
        return mp.mpf(int(value.p)) / int(value.q)
