"""Many float64 orbits of one reduced map at once, in chunks, as per-orbit summaries.

The map is stepped in (p, u = 1/q), where it neither divides nor meets 0/0. One kernel serves NumPy
and JAX; what it keeps of an orbit is a handful of numbers, never the orbit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from ...theory.algebra.values import number
from ...theory.errors import UnresolvedError
from ...theory.expressions.parsing import Z
from ...theory.models import ETA, Model, P
from ...theory.models.division_free import SLOPE, SQUARE, U, division_free
from ..compile.array_functions import array_module
from ..compile.floats import FloatFunction, Floats, compile_floats, double_precision
from ..extras import JAX, NUMPY, require

Integers = NDArray[np.int32]

_STRIDE = 64  # steps between two looks at whether any orbit still moves
_SLICE = 1 << 14  # steps at a time, so that an interrupt is heard within a fraction of a second
_CHUNK = 8192  # orbits; their state stays in a core's second-level cache
_CHUNK_ON_ACCELERATOR = 1 << 18
_UNTIL = 1e-10  # in units of the response's scale
_ESCAPE = 1e6
_LEAST = 1e-150  # where u gets this small it is on its way to 0, and p does not move any more
_PERIODS = (1, 2, 4, 8, 16, 32, 64)
_COMPARED = 8
_CLOSE = (1e-6, 0.05)

# Wide vectors and fewer copies of the state: a third less time. Not 512 bits; see `_agrees`.
_OPTIONS = {
    "xla_cpu_prefer_vector_width": 256,
    "xla_cpu_copy_insertion_use_region_analysis": True,
}


class State(NamedTuple):
    """A chunk of orbits after some steps, one entry per orbit in every array.

    `crossing` is the first t with q_t > 1, or the number of steps if there is none before the end;
    `aligned` is 1 + the last t with q_t ≤ 1 at which q/r(p) is farther from 1 than the tolerance,
    or 0; `steps` counts the steps in which the orbit moved.
    """

    p: Floats
    u: Floats
    crossing: Integers
    aligned: Integers
    steps: Integers


class Limits(NamedTuple):
    """An orbit stops where |p| ≤ `until` with q > 1, |p| > `escape`, or u = 1/q ≤ `least`."""

    until: float
    escape: float
    least: float


@dataclass(frozen=True)
class Stepper:
    """The compiled kernel of one model for one engine; see `compile_stepper`.

    `response` is the response's float64 evaluation; `move` makes p r(p), p' and u' of (p, u, η).
    """

    engine: str
    limits: Limits
    response: FloatFunction
    chunk: int
    move: Callable[[Any, Any, Any], tuple[Any, Any, Any]]
    _advance: Callable[..., State]
    _periods: Callable[..., tuple[Integers]]

    def run(self, eta: Floats, p: Floats, u: Floats, tolerance: Floats, steps: int) -> State:
        """The orbits after `steps` steps from (p, u), `tolerance` being that of the alignment.

        Raises NotFiniteError where an orbit comes to where double precision does not give r(p).
        """

        def on_chunk(eta: Floats, p: Floats, u: Floats, tolerance: Floats) -> State:
            zero = np.zeros(p.shape, dtype=np.int32)
            state = State(p, u, zero, zero, zero)
            for begin in range(0, steps, _SLICE):
                end = min(begin + _SLICE, steps)
                state = State(*self._advance(eta, tolerance, state, begin, end))
                if not np.any(moving(np, np.asarray(state.p), np.asarray(state.u), self.limits)):
                    break
            return state

        found = State(*self._by_chunks(on_chunk, (eta, p, u, tolerance)))
        self.response.require(found.p)
        return found

    @property
    def error(self) -> float:
        """The largest error of the response's float64 evaluation."""
        return self.response.error

    def periods(self, eta: Floats, p: Floats, u: Floats, tolerance: Floats) -> Integers:
        """The least n = 1, 2, 4, …, 64 after which p repeats, 8 times in a row; 0 if none does.

        It repeats if it comes back within 4n·`tolerance` of itself, relative to the largest |p|,
        but no less than 10⁻⁶ and no more than 1/20: q drifts meanwhile.
        """
        return self._by_chunks(self._periods, (eta, p, u, tolerance))[0]

    def _by_chunks(
        self, function: Callable[..., Any], arrays: tuple[Floats, ...]
    ) -> tuple[NDArray[Any], ...]:
        """The function's arrays, from chunks padded to powers of two: few sizes to compile."""
        found = []
        for i in range(0, len(arrays[0]), self.chunk):
            parts = [a[i : i + self.chunk] for a in arrays]
            n = len(parts[0])
            extra = (1 << max(n - 1, 7).bit_length()) - n
            with double_precision(self.engine):
                columns = function(*(np.pad(a, (0, extra), "edge") if extra else a for a in parts))
            found.append([np.asarray(column)[:n] for column in columns])
        return tuple(np.concatenate(columns) for columns in zip(*found, strict=True))


@lru_cache(maxsize=16)
def compile_stepper(model: Model, engine: str) -> Stepper:
    """The kernel of `model` for "numpy" or "jax", compiled once per process.

    Raises what `compile_floats` raises, and UnresolvedError where JAX steps otherwise than NumPy.
    """
    kernel = _Kernel(model, engine)
    if engine == NUMPY:
        advance, periods = kernel.advance, kernel.periods
        return Stepper(
            engine, kernel.limits, kernel.response, _CHUNK, kernel.move, advance, periods
        )
    on_cpu = require(JAX).default_backend() == "cpu"
    for options in [_accepted(_OPTIONS), {}] if on_cpu else [{}]:
        stepper = _jitted(kernel, options, _CHUNK if on_cpu else _CHUNK_ON_ACCELERATOR)
        if _agrees(stepper, compile_stepper(model, NUMPY), float(model.response.scale)):
            return stepper
    raise UnresolvedError(
        f"{model.response.text}: JAX steps otherwise than NumPy on this machine: use NumPy"
    )


def _jitted(kernel: _Kernel, options: dict[str, Any], chunk: int) -> Stepper:
    jax = require(JAX)
    advance = jax.jit(kernel.advance_in_jax, compiler_options=options)
    periods = jax.jit(kernel.periods, compiler_options=options)
    return Stepper(JAX, kernel.limits, kernel.response, chunk, kernel.move, advance, periods)


def _agrees(ours: Stepper, theirs: Stepper, scale: float) -> bool:
    """Whether two engines take a few hundred orbits to the same places in two steps.

    Enough orbits to fill vectors: with 512-bit ones XLA's arctan is wrong in seven of eight lanes
    (JAX 0.10.2), and right for single numbers.
    """
    p, u = np.linspace(0.01, 3, 300) * scale, np.linspace(0.7, 1.3, 300)
    arrays = np.full(300, 0.01), p, u, np.full(300, 0.01)
    found, expected = (stepper.run(*arrays, 2).p for stepper in (ours, theirs))
    return bool(np.allclose(found, expected, rtol=1e-9, atol=1e-9 * scale))


def moving(xp: Any, p: Any, u: Any, limits: Limits) -> Any:
    """Which orbits go on; NaN compares False, so that it stops. `xp` is the array namespace."""
    size = xp.abs(p)
    return ((size > limits.until) | (u >= 1)) & (size <= limits.escape) & (u > limits.least)


def _accepted(options: dict[str, Any]) -> dict[str, Any]:
    """The compiler options that the XLA at hand knows."""
    jax, known = require(JAX), {}
    for name, value in options.items():
        try:
            jax.jit(lambda x: x, compiler_options={name: value}).lower(0.0).compile()
        except Exception:  # whatever a later release raises, its default will do
            continue
        known[name] = value
    return known


def _in_floats(e: sp.Expr) -> sp.Expr:
    """The expression with Floats for constants such as log 2, which arrays have no name for."""
    constants = [f for f in e.atoms(sp.Function, sp.Pow) if f.is_number and not f.is_Rational]
    return e.xreplace({c: number(c, 17) for c in constants})


class _Kernel:
    """The reduced map and its bookkeeping, written once for the arrays of either engine."""

    def __init__(self, model: Model, engine: str) -> None:
        form, scale = division_free(model), float(model.response.scale)
        functions = [form.slope] if form.square is None else [form.slope, form.square]
        odd = [model.response.odd_slope, False][: len(functions)]
        self.xp = array_module(engine)
        self.response = compile_floats(
            [e.subs(P, Z) for e in functions], odd, scale=scale, engine=engine
        )
        outputs, roots = list(map(_in_floats, (form.p_next, form.u_next))), {"sqrt": self.xp.sqrt}
        self.map = sp.lambdify([P, U, ETA, SLOPE, SQUARE], outputs, modules=[roots], cse=True)
        self.limits = Limits(_UNTIL * scale, min(_ESCAPE * scale, self.response.reach), _LEAST)

    def move(self, p: Any, u: Any, eta: Any) -> tuple[Any, Any, Any]:
        """p r(p), p' and u'."""
        slope, *square = self.response(p)
        return slope, *self.map(p, u, eta, slope, square[0] if square else None)

    def step(self, t: Any, state: State, eta: Any, tolerance: Any) -> State:
        """One step from t, of the orbits that move.

        The others stand still, so that p never decays to where arithmetic is denormal and slow.
        """
        p, u, crossing, aligned, steps = state
        where, going = self.xp.where, moving(self.xp, p, u, self.limits)
        slope, p_next, u_next = self.move(p, u, eta)
        us = u * slope
        off = self.xp.abs(p - us) > tolerance * self.xp.abs(us)  # q/r(p) = p/(u s)
        return State(
            where(going, p_next, p),
            where(going, u_next, u),
            where((crossing == t) & (u >= 1), t + 1, crossing),
            where((u >= 1) & off, t + 1, aligned),
            steps + going,
        )

    def advance(self, eta: Any, tolerance: Any, state: State, begin: int, end: int) -> State:
        """The steps from `begin` to `end`, with NumPy."""
        for t in range(begin, end):
            if t % _STRIDE == 0 and not moving(np, state.p, state.u, self.limits).any():
                break
            state = self.step(t, state, eta, tolerance)
        return state

    def advance_in_jax(self, eta: Any, tolerance: Any, state: State, begin: Any, end: Any) -> State:
        """The same with JAX."""
        lax, xp = require("jax.lax"), self.xp

        def one(t: Any, state: State) -> State:
            return self.step(t, state, eta, tolerance)

        def stride(at: tuple[Any, State]) -> tuple[Any, State]:
            after = xp.minimum(at[0] + _STRIDE, end)
            return after, lax.fori_loop(at[0], after, one, at[1])

        def unfinished(at: tuple[Any, State]) -> Any:
            return (at[0] < end) & moving(xp, at[1].p, at[1].u, self.limits).any()

        found: State = lax.while_loop(unfinished, stride, (begin, state))[1]
        return found

    def periods(self, eta: Any, p: Any, u: Any, tolerance: Any) -> tuple[Integers]:
        xp, track = self.xp, self.follow(eta, p, u, _PERIODS[-1] + _COMPARED)
        size = xp.abs(track).max(axis=0)
        found = xp.zeros(p.shape, dtype=np.int32)
        for n in reversed(_PERIODS):
            off = xp.abs(track[n : n + _COMPARED] - track[:_COMPARED]).max(axis=0)
            found = xp.where(off <= xp.clip(4 * n * tolerance, *_CLOSE) * size, n, found)
        return (found,)

    def follow(self, eta: Any, p: Any, u: Any, count: int) -> Any:
        """p_0, …, p_(count−1), one row each."""
        if self.xp is not np:

            def body(at: tuple[Any, Any], _: None) -> tuple[tuple[Any, Any], Any]:
                _, p_next, u_next = self.move(*at, eta)
                return (p_next, u_next), at[0]

            return require("jax.lax").scan(body, (p, u), length=count)[1]
        track = np.empty((count, len(p)))
        for row in track:
            row[:] = p
            _, p, u = self.move(p, u, eta)
        return track
