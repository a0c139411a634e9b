"""SymPy expressions compiled to vectorised float64, for NumPy or JAX, and measured against balls.

A formula may be 0/0 or cancel near 0, and may overflow on one side of it or on both. Its power
series, its symmetry, and numbers with exponents of their own (`scaled`) help where, and only where,
the formula as it stands is measured to be inaccurate.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import sympy as sp
from flint import arb, ctx
from numpy.typing import NDArray

from ...theory.errors import NoExpansionError, NotFiniteError
from ...theory.expressions.parsing import Z
from ...theory.functions import ROWS, over_quotients
from ...theory.models.division_free import tidy
from ..extras import JAX, NUMPY, require
from .array_functions import array_module, by_kind
from .balls import compile_balls, evaluate
from .scaled import scaled_formulas
from .series_at_zero import series_at_zero
from .tabulated import tabulated

Floats = NDArray[np.float64]
Formulas = Callable[[Any], tuple[Any, ...]]
Parity = bool | None  # odd, even or neither

_ULP = 2.0**-52
_GOOD = 8 * _ULP
_FINE = 1e-13
_POOR = 1e-9
_BITS = 256  # at which most values can be had at once
_TALLEST = arb(2) ** 4096  # exponents whose exponential is not worth its time
_SERIES_TERMS = 40
TABLE = "table"
_SIDES = ("|z|", "-|z|")  # where formulas can be evaluated instead of at z
_CUTS = (1 / 16, 1 / 8, 1 / 4, 1 / 2, 1.0)  # in units of the scale: below it the series serves
_TINY = [10.0**-k for k in (280, 200, 120, 60, 30, 20, 16, 14, 12, 10, 8, 7, 6, 5, 4)]
_BESIDE = 1e-270  # larger than the first of these samples
_SAMPLES = np.array(_TINY + [2.0 ** (k / 8) for k in range(-80, 8 * 20 + 1)])


@dataclass(frozen=True)
class FloatFunction:
    """Expressions in z, odd, even or neither, as one function of float64 arrays.

    `error` is the largest error measured for |z| ≤ `reach`, where every value has nine digits,
    relative to the expression's largest value up to |z|. Beyond `reach` the values themselves
    overflow or nothing was measured (that far out, 2²⁰ units); `limited` says that neither is so
    and only their evaluation fails. `side` tells where the formulas are evaluated, `cut` below
    which |z| the power series stand in (0: nowhere but at z = 0, should it be needed), `turn` from
    which |z| on `scaled` numbers do (∞: nowhere).
    """

    expressions: tuple[sp.Expr, ...]
    engine: str
    side: str
    cut: float
    turn: float
    reach: float
    limited: bool
    error: float
    _run: Formulas = field(repr=False, compare=False)

    def __call__(self, z: Any) -> tuple[Any, ...]:
        """One array per expression, each of the shape of `z`."""
        with np.errstate(all="ignore"):
            return self._run(z)

    def require(self, z: Any) -> None:
        """Raise NotFiniteError if the values are not known at some number in `z`; if they are known
        everywhere, NaN and ∞ pass, else they count as too far."""
        size = np.abs(np.asarray(z, dtype=float))
        beyond = size[~(size <= self.reach)]
        if self.limited and beyond.size:
            raise NotFiniteError(
                f"{_shown(self.expressions[0])}: double precision gives its values only up to "
                f"|z| = {self.reach:.4g}, not at {float(beyond.flat[0]):.4g}"
            )


def compile_floats(
    expressions: Sequence[sp.Expr],
    odd: Sequence[Parity],
    *,
    scale: float = 1.0,
    engine: str = NUMPY,
) -> FloatFunction:
    """Compile expressions in z for float64 arrays of NumPy or JAX.

    Parameters: the expressions; which of them are odd (True), even (False), or neither (None), so
    that one side of 0 tells nothing of the other; the natural unit `scale` > 0 of z; the engine,
    "numpy" or "jax" (to be called inside `double_precision`).
    Raises NotFiniteError where float64 gives fewer than nine digits within one unit of 0, and
    MissingExtraError without JAX, InputError for a function that the engine lacks.

    >>> from trajalign.theory.responses import Loss
    >>> f = compile_floats([Loss.parse("langevin").slope], [True])  # 3 (coth z − 1/z) = z − …
    >>> f(np.array([-1e-200, 0.0]))[0], f.cut > 0
    (array([-1.e-200,  0.e+000]), True)
    """
    trial = _Trial(tuple(expressions), tuple(odd), scale, engine)
    best = trial("z")
    for side in _SIDES:
        if best.reach == trial.far or None in trial.odd:
            break
        best = max(best, trial(side), key=lambda f: f.reach)
    turn = trial.turn(best)
    if turn < best.turn:
        best = max(best, trial(best.side, turn=turn), key=lambda f: (f.reach, -f.error))
    for cut in _CUTS:
        if best.error <= _GOOD or not trial.series:
            break
        best = min(best, trial(best.side, cut * scale, best.turn), key=lambda f: f.error)
    if (best.reach < scale or best.error > _POOR) and trial.series and None not in trial.odd:
        best = max(best, trial.tabulated(scale), key=lambda f: (f.reach >= scale, -f.error))
    if best.reach < scale or best.error > _POOR:
        shown = _shown(best.expressions[0])
        raise NotFiniteError(f"{shown}: double precision gives too few digits of it")
    return best


def _shown(expression: sp.Expr) -> str:
    return str(expression)[:60]


def double_precision(engine: str) -> AbstractContextManager[Any]:
    """Where float64 arrays keep their type, and NumPy does not warn of what overflows."""
    if engine == JAX:
        found: AbstractContextManager[Any] = require(JAX).enable_x64(True)
        return found
    return np.errstate(all="ignore")


class _Trial:
    """One way after another to evaluate the same expressions, each measured."""

    def __init__(
        self, expressions: tuple[sp.Expr, ...], odd: tuple[Parity, ...], scale: float, engine: str
    ) -> None:
        self.expressions, self.odd, self.engine = expressions, odd, engine
        self.xp = array_module(engine)
        self._formulas = _formulas(expressions, engine)
        self._samples, self._unit = scale * _SAMPLES, int(np.searchsorted(_SAMPLES, 1.0))
        self._truths = [_truth(e, self._samples) for e in expressions]
        self._mirrored = [
            _truth(e.subs(Z, -Z), self._samples) if o is None else (-1) ** o * t
            for e, o, t in zip(expressions, odd, self._truths, strict=True)
        ]
        within = ~np.isinf([*self._truths, *self._mirrored]).any(axis=0)
        self.far = float(self._samples[within][-1])
        self._measured: dict[tuple[str, float, float], Floats] = {}

    @cached_property
    def series(self) -> list[Floats]:
        """The power series of each expression, or none where one has none."""
        try:
            return [series_at_zero(e, _SERIES_TERMS) for e in self.expressions]
        except NoExpansionError:
            return []

    def __call__(self, side: str, cut: float = 0.0, turn: float = np.inf) -> FloatFunction:
        polynomials = [_shortened(c, cut) for c in self.series] if cut else None
        run = self._formulas
        if turn < np.inf:
            run = _turning(self.xp, run, scaled_formulas(self.expressions, self.engine), turn)
        run = _assembled(self.xp, run, polynomials, self.odd, side, cut)
        if not cut and not self._good_at_zero(run) and self.series:
            run = _with_origin(self.xp, run, [float(c[0]) for c in self.series])
        return self._as_measured(run, side, cut, turn)

    def tabulated(self, scale: float) -> FloatFunction:
        """From a table, where the formulas are beyond double precision."""
        run = tabulated(self.xp, self.expressions, [bool(o) for o in self.odd], scale)
        return self._as_measured(run, TABLE, 0.0, np.inf)

    def _as_measured(self, run: Formulas, side: str, cut: float, turn: float) -> FloatFunction:
        self._measured[side, cut, turn] = errors = self._errors(run)
        end = self._end(errors, _POOR)
        reach, error = float(self._samples[end - 1]), float(np.max(errors[:end]))
        about = (self.expressions, self.engine, side, cut, turn, reach, reach < self.far, error)
        return FloatFunction(*about, run)

    def turn(self, function: FloatFunction) -> float:
        """From where on to try scaled numbers: half as far out as digits begin to be lost."""
        errors = self._measured[function.side, function.cut, function.turn]
        end = self._end(errors, _FINE)
        first = float(self._samples[min(end, len(self._samples) - 1)])
        return first / 2 if first <= self.far and end < len(self._samples) else np.inf

    def _end(self, errors: Floats, allowed: float) -> int:
        """The index of the first sample beyond the unit with a larger error."""
        bad = np.flatnonzero(~(errors[self._unit :] <= allowed))
        return self._unit + int(bad[0]) if bad.size else len(errors)

    def _good_at_zero(self, run: Formulas) -> bool:
        """Whether the values at 0, where a formula may be 0/0, are those just beside it."""
        with double_precision(self.engine):
            values = [float(v) for v in run(self.xp.asarray(0.0))]
        beside = [0.0 if o else t[0] for t, o in zip(self._truths, self.odd, strict=True)]
        pairs = zip(values, beside, strict=True)
        return all(abs(value - c) <= max(_GOOD * abs(c), _BESIDE) for value, c in pairs)

    def _errors(self, run: Formulas) -> Floats:
        """At each sample, relative to the largest value up to there; ∞ where none is known."""
        z = self._samples
        compiled = require(JAX).jit(run) if self.engine == JAX else run
        with double_precision(self.engine):
            right, left = ([np.asarray(v) for v in compiled(place)] for place in (z, -z))
        errors = []
        with double_precision(NUMPY):
            truths = zip(right, left, self._truths, self._mirrored, strict=True)
            for at, opposite, truth, mirrored in truths:
                size = np.fmax.accumulate(np.fmax(np.abs(truth), np.abs(mirrored)))
                off = np.maximum(np.abs(at - truth), np.abs(opposite - mirrored))
                errors.append(off / np.maximum(size, 1e-290))
        worst = np.max(errors, axis=0)
        worst[np.isnan(worst)] = np.inf
        return np.asarray(worst)


def _formulas(expressions: tuple[sp.Expr, ...], engine: str) -> Formulas:
    plain = [
        over_quotients(tidy(e)).replace(sp.DiracDelta, lambda _: sp.S.Zero) for e in expressions
    ]
    modules: list[Any] = [by_kind(plain, engine), "numpy" if engine == NUMPY else "jax"]
    found: Formulas = sp.lambdify([Z], plain, modules=modules, cse=True)
    return found


def _assembled(
    xp: Any,
    formulas: Formulas,
    polynomials: list[Floats] | None,
    odd: tuple[Parity, ...],
    side: str,
    cut: float,
) -> Formulas:
    def run(z: Any) -> tuple[Any, ...]:
        size = xp.abs(z)
        place = {"z": z, "|z|": size, "-|z|": -size}[side]
        values = [xp.broadcast_to(xp.asarray(v, dtype=float), z.shape) for v in formulas(place)]
        if side != "z":
            mirrored = (z < 0) != (place < 0)
            values = [
                xp.where(mirrored, -v, v) if o else v for v, o in zip(values, odd, strict=True)
            ]
        if polynomials is not None:
            near = [_polynomial(c, z, o) for c, o in zip(polynomials, odd, strict=True)]
            values = [xp.where(size < cut, n, v) for n, v in zip(near, values, strict=True)]
        return tuple(values)

    return run


def _turning(xp: Any, near: Formulas, far: Formulas, turn: float) -> Formulas:
    """The second formulas from |z| = `turn` on."""

    def run(z: Any) -> tuple[Any, ...]:
        beyond = xp.abs(z) >= turn
        pairs = zip(near(z), far(z), strict=True)
        return tuple(xp.where(beyond, there, here) for here, there in pairs)

    return run


def _with_origin(xp: Any, formulas: Formulas, values: Sequence[float]) -> Formulas:
    def run(z: Any) -> tuple[Any, ...]:
        pairs = zip(values, formulas(z), strict=True)
        return tuple(xp.where(z == 0, at_zero, v) for at_zero, v in pairs)

    return run


def _polynomial(coefficients: Floats, z: Any, odd: Parity) -> Any:
    """Σ c_k z^k over the even or the odd k, by Horner's scheme in z², or over all."""
    square, value = z * z, 0.0 * z
    if odd is None:
        for c in coefficients[::-1]:
            value = value * z + float(c)
        return value
    for c in coefficients[int(odd) :: 2][::-1]:
        value = value * square + float(c)
    return value * z if odd else value


def _shortened(coefficients: Floats, cut: float) -> Floats:
    """Without the terms at the end that are too small to be seen below the cut."""
    sizes = np.abs(coefficients) * cut ** np.arange(len(coefficients))
    first = sizes[np.flatnonzero(sizes)[:1]]
    seen = np.flatnonzero(sizes > _ULP / 8 * first) if first.size else np.array([0])
    return coefficients[: seen[-1] + 1]


def _towers(expression: sp.Expr) -> list[sp.Expr]:
    """The exponents of exponentials that have exponentials in them."""
    towering = tuple(row.kind for row in ROWS if row.tower > 0)
    inner = (e.args[0] for e in expression.atoms(*towering))
    return [sp.S.Zero, *(e for e in inner if e.has(*towering))]


def _truth(expression: sp.Expr, z: Floats) -> Floats:
    """The values at increasing z > 0, each to within 2⁻⁶⁰ of the largest before it; NaN if none."""
    function, exponents = compile_balls(expression, [Z]), compile_balls(_towers(expression), [Z])
    found, largest = np.full_like(z, np.nan), arb(0)
    for i, x in enumerate(z):
        with ctx.workprec(_BITS):
            if any(abs(value) > _TALLEST for value in exponents(arb(x))):
                break
        with ctx.workprec(_BITS):
            value = function(arb(x))[0]
            allowed = abs(value).max(largest).mid() * 2.0**-60
            settled = value.is_finite() and value.rad() <= allowed
        try:
            value = value if settled else evaluate(function, (arb(x),), 60)[0]
        except NotFiniteError:
            value = arb.nan()
        found[i] = float(value.mid())
        largest = largest.max(abs(value).mid()) if value.is_finite() else largest
    return found
