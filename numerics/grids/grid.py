"""Float64 grids of orbits over (η, p0, q0): how each orbit ends, found by many processes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor, as_completed
from contextlib import AbstractContextManager, nullcontext
from decimal import Decimal
from fractions import Fraction
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from ...theory.arguments import integer, rational, shown, takes
from ...theory.curve.series import curve_series
from ...theory.errors import ArgumentError, InputError
from ...theory.models import ETA, MODEL, Model, P, Q
from ...theory.models.weights import has_weights, require_weights
from ...theory.requirements import require_response
from ..extras import JAX, choose_engine, require
from ..pools import Progress, workers
from .datasets import Axes, as_dataset
from .endings import Block, Columns, solve
from .stepping import compile_stepper

if TYPE_CHECKING:
    import xarray as xr

Number: TypeAlias = sp.Rational | Fraction | Decimal | int | float | str

_BLOCK = 1 << 14  # orbits in one unit of work
_MAX_ORBITS = 5 * 10**7  # about 100 bytes each
_MAX_STEPS = 10**9
_LEAST, _LARGEST = 1e-100, 1e100  # no square of such a number leaves double precision
_WORTH_PROCESSES = 2 * 10**10  # orbit-steps; far fewer take less time than starting processes
_NEAR = 1e-9  # relative to a bound, which floats tell from outside
_SHORT = 20_000  # steps that a block makes in less than a second


@takes(first=rational, last=rational, count=integer)
def linspace(first: sp.Rational, last: sp.Rational, count: int) -> tuple[sp.Rational, ...]:
    """`count` ≥ 1 equally spaced exact numbers from `first` to `last`. Raises InputError.

    >>> linspace(sp.Rational(1, 10), sp.Integer(1), 4)
    (1/10, 2/5, 7/10, 1)
    """
    if not 1 <= count <= _MAX_ORBITS:
        raise InputError(f"an axis of {count} values: need 1 to {_MAX_ORBITS}")
    return tuple(first + (last - first) * sp.Rational(k, max(count - 1, 1)) for k in range(count))


@takes(model=MODEL, steps=integer)
def grid(
    model: Model,
    etas: Sequence[Number],
    p0s: Sequence[Number],
    q0s: Sequence[Number],
    *,
    steps: int = 10_000,
    alignment: Number | None = None,
    engine: str | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> xr.Dataset:
    """How the orbits from every (p0, q0) at every step size η end, in double precision.

    An orbit is followed until it converges (|p| ≤ 10⁻¹⁰ of the response's scale with q > 1),
    diverges (|p| beyond 10⁶ of the scale or beyond where r itself overflows, q not positive or not
    a number), collapses (q > 10¹⁵⁰ at p ≠ 0), or has made `steps` steps. Variables, with the
    dimensions eta, p0 and q0:

    outcome              gradient_flow (converged, q0 > 1), edge_of_stability (converged, q0 ≤ 1, so
                         that q passed 1 on the way), diverged, collapsed (q → ∞ and p stays: the
                         neuron's y → 0, another minimum), undecided within `steps`, or
                         no_weights (no weights of the model have the start: nothing is run)
    t_b                  the first t with q_t > 1
    t_a                  for q0 ≤ 1, the first t from which on |q/r(p) − 1| ≤ `alignment`·ε while
                         q ≤ 1; of an orbit with q ≤ 1 to the end, as far as it was followed.
                         −1 of a model whose loss need not be even: its curve is not q = r(p)
    period               of an undecided orbit's last motion: 1, 2, 4, …, 64; 0 if none of these.
                         q drifts meanwhile: p must come back to within 4n·`alignment`·ε of its
                         size, at least 10⁻⁶ and at most 1/20 of it, 8 times in a row
    steps                the steps made
    q_limit              the limit of q, and limiting_sharpness the sharpness there
    p_last, q_last       where the orbit stopped (a diverged orbit may have overflowed to ∞ or NaN)

    Integers that do not exist are −1, real numbers NaN: t_a and t_b of a diverged orbit,
    `q_limit` and `limiting_sharpness` of any that did not converge.

    Parameters: η > 0, p0 ≠ 0 and q0 > 0, exact or float, of sizes between 10⁻¹⁰⁰ and 10¹⁰⁰ (p0
    only up to where orbits count as diverged); `steps` from 1 to 10⁹; `alignment` > 0, by default
    2|h_1(0)|, or 1 where h_1(0) is unknown; the engine, "jax" (the default where it is installed)
    or "numpy"; an executor, which stays open, by default threads, or local processes where the
    work is long enough to gain by them;
    `progress`, called with the numbers of orbits done and to do.
    Raises InputError for values out of range, NoWeightsError for a grid of which no start has
    weights, what `require_response` and `compile_floats` raise,
    and MissingExtraError without xarray or without the engine asked for.

    >>> from trajalign.theory.models import TwoLayerLinear
    >>> from trajalign.theory.responses import Loss
    >>> found = grid(TwoLayerLinear(Loss.parse("log-cosh")), [sp.Rational(1, 10)], [1], [0.8, 4])
    >>> found.outcome.values.ravel(), found.t_b.values.ravel()
    (array([2, 1], dtype=int8), array([123,   0], dtype=int32))
    """
    require("xarray")
    require_response(model.response)
    engine = choose_engine(engine)
    axes = Axes(
        _axis("eta", etas, lambda x: x > 0, "eta > 0"),
        _axis("p0", p0s, lambda x: x != 0, "p0 != 0"),
        _axis("q0", q0s, lambda x: x > 0, "q0 > 0"),
    )
    if not 1 <= steps <= _MAX_STEPS:
        raise InputError(f"steps = {steps}: need 1 to {_MAX_STEPS}")
    if axes.size > _MAX_ORBITS:
        raise InputError(f"a grid of {axes.size} orbits: at most {_MAX_ORBITS} fit")
    factor = _alignment(model) if alignment is None else rational(alignment, "alignment")
    if factor <= 0:
        raise InputError(f"alignment = {factor}: need a positive number")
    limits = compile_stepper(model, engine).limits
    for i, p in enumerate(axes.p0):
        if abs(p) > limits.escape:
            raise InputError(f"p0[{i}] = {p}: orbits count as diverged from {limits.escape:g} on")

    blocks = list(_blocks(model, engine, axes, factor, steps))
    if not any(block.possible.any() for block in blocks):
        require_weights(model, axes.eta[0], axes.p0[0], axes.q0[0])
    columns: Columns = {}
    local = _local(engine, axes.size, steps) if executor is None else nullcontext(executor)
    with local as pool:
        for done, (block, part) in enumerate(_solved(blocks, pool), start=1):
            for name, values in part.items():
                whole = columns.setdefault(name, np.empty(axes.size, dtype=values.dtype))
                whole[block.start : block.start + len(values)] = values
            if progress is not None:
                progress(min(done * _BLOCK, axes.size), axes.size)
    return as_dataset(model, axes, columns, steps=steps, alignment=factor, engine=engine)


def _axis(
    name: str, values: Sequence[Number], allowed: Callable[[Any], bool], needed: str
) -> tuple[sp.Rational, ...]:
    if isinstance(values, str | Mapping) or not hasattr(values, "__iter__"):
        raise ArgumentError(f"{name} = {shown(values)}: need a sequence of numbers")
    exact = tuple(
        rational(x, f"{name}[{i}]") for i, x in enumerate(islice(values, _MAX_ORBITS + 1))
    )
    if not exact:
        raise InputError(f"{name}: need at least one value")
    for i, x in enumerate(exact):
        if not allowed(x):
            raise InputError(f"{name}[{i}] = {x}: need {needed}")
        if not _LEAST <= abs(float(x)) <= _LARGEST:
            raise InputError(f"{name}[{i}] = {float(x):g}: need a size of {_LEAST} to {_LARGEST}")
    return exact


def _alignment(model: Model) -> sp.Rational:
    """2|h_1(0)|, rounded to a rational; 1 where h_1(0) is not known."""
    try:
        slope = curve_series(model, 1).h[0][0]
    except InputError:
        return sp.Integer(1)
    return sp.nsimplify(2 * abs(slope), rational=True, tolerance=1e-12)


def _blocks(
    model: Model, engine: str, axes: Axes, alignment: sp.Rational, steps: int
) -> Iterator[Block]:
    """The grid in pieces, the last axis running fastest."""
    eta, p0, q0 = (np.array([float(x) for x in axis]) for axis in (axes.eta, axes.p0, axes.q0))
    small = sp.lambdify(ETA, alignment * model.small_parameter(ETA), modules=[])
    tolerance = np.array([float(small(x)) for x in eta])
    for start in range(0, axes.size, _BLOCK):
        flat = np.arange(start, min(start + _BLOCK, axes.size))
        i, j, k = np.unravel_index(flat, axes.shape)
        possible = _possible(model, axes, (i, j, k))
        yield Block(model, engine, start, eta[i], p0[j], q0[k], tolerance[i], steps, possible)


def _possible(model: Model, axes: Axes, at: tuple[NDArray[np.intp], ...]) -> NDArray[np.bool_]:
    """Which starts have weights: in floats, and exactly where these are too near to tell."""
    if model.largest_p is None:
        return np.ones(at[0].shape, dtype=np.bool_)
    eta, p0, q0 = (
        np.array([float(x) for x in axis])[i]
        for axis, i in zip((axes.eta, axes.p0, axes.q0), at, strict=True)
    )
    largest = sp.lambdify([Q, ETA], model.largest_p, modules="numpy")(q0, eta)
    share = np.abs(p0 + float(model.output.subs(P, 0))) / largest
    possible = share <= 1
    for n in np.flatnonzero(np.abs(share - 1) < _NEAR):
        i, j, k = (index[n] for index in at)
        possible[n] = has_weights(model, axes.eta[i], axes.p0[j], axes.q0[k])
    return np.asarray(possible)


def _local(engine: str, orbits: int, steps: int) -> AbstractContextManager[Executor | None]:
    """Where to work if the caller does not say: in processes, in threads, or right here (None)."""
    cores = os.cpu_count() or 1
    if engine == JAX and require(JAX).default_backend() != "cpu":
        return nullcontext()  # one accelerator serves one process
    if orbits * steps >= _WORTH_PROCESSES:
        return workers(cores)
    if orbits > _BLOCK and steps <= _SHORT:  # an interrupt waits for the blocks that are running
        return ThreadPoolExecutor(cores)
    return nullcontext()


def _solved(blocks: Sequence[Block], executor: Executor | None) -> Iterator[tuple[Block, Columns]]:
    """The blocks with what became of them, in the order in which they finish."""
    if executor is None:
        yield from ((block, solve(block)) for block in blocks)
        return
    futures = {executor.submit(solve, block): block for block in blocks}
    try:
        for future in as_completed(futures):
            yield futures[future], future.result()
    finally:
        for future in futures:
            future.cancel()
