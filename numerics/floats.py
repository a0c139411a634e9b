"""SymPy expressions compiled to vectorised float64, for NumPy or JAX, and measured against balls.

A formula may be 0/0 or cancel near 0, and may overflow on one side of it. Its power series and its
symmetry help where, and only where, the formula as it stands is measured to be inaccurate.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import sympy as sp
from flint import arb, ctx
from numpy.typing import NDArray

from ..theory.division_free import tidy
from ..theory.errors import NoExpansionError, NotFiniteError
from ..theory.expressions import Z
from .balls import compile_balls, evaluate
from .extras import JAX, NUMPY, require
from .series_at_zero import series_at_zero
from .tabulated import tabulated

Floats = NDArray[np.float64]
Formulas = Callable[[Any], tuple[Any, ...]]

_ULP = 2.0**-52
_GOOD = 8 * _ULP
_POOR = 1e-9
_BITS = 256  # at which most values can be had at once
_SERIES_TERMS = 40
TABLE = "table"
_SIDES = ("|z|", "-|z|")  # where formulas can be evaluated instead of at z
_CUTS = (1 / 16, 1 / 8, 1 / 4, 1 / 2, 1.0)  # in units of the scale: below it the series serves
_TINY = [10.0**-k for k in (280, 200, 120, 60, 30, 20, 16, 14, 12, 10, 8, 7, 6, 5, 4)]
_SAMPLES = np.array(_TINY + [2.0 ** (k / 8) for k in range(-80, 8 * 20 + 1)])


@dataclass(frozen=True)
class FloatFunction:
    """Odd or even expressions in z as one function of float64 arrays.

    `error` is the largest error measured for |z| ≤ `reach`, where every value is finite, relative
    to the expression's largest value up to |z|. `side` tells where the formulas are evaluated,
    `cut` below which |z| the power series stand in (0: nowhere but at z = 0, should it be needed).
    """

    expressions: tuple[sp.Expr, ...]
    engine: str
    side: str
    cut: float
    reach: float
    error: float
    _run: Formulas = field(repr=False, compare=False)

    def __call__(self, z: Any) -> tuple[Any, ...]:
        """One array per expression, each of the shape of `z`."""
        with np.errstate(all="ignore"):
            return self._run(z)


def compile_floats(
    expressions: Sequence[sp.Expr],
    odd: Sequence[bool],
    *,
    scale: float = 1.0,
    engine: str = NUMPY,
) -> FloatFunction:
    """Compile expressions in z, each odd or even, for float64 arrays of NumPy or JAX.

    Parameters: the expressions and which of them are odd; the natural unit `scale` > 0 of z; the
    engine, "numpy" or "jax" (to be called inside `double_precision`).
    Raises NotFiniteError where float64 gives fewer than nine digits within one unit of 0, and
    MissingExtraError without JAX.

    >>> from trajalign.theory.responses import Loss
    >>> f = compile_floats([Loss.parse("langevin").slope], [True])  # 3 (coth z − 1/z) = z − …
    >>> f(np.array([-1e-200, 0.0]))[0], f.cut > 0
    (array([-1.e-200,  0.e+000]), True)
    """
    trial = _Trial(tuple(expressions), tuple(odd), scale, engine)
    best = trial("z", 0.0)
    for side in _SIDES:
        if best.reach == trial.far:
            break
        best = max(best, trial(side, 0.0), key=lambda f: f.reach)
    for cut in _CUTS:
        if best.error <= _GOOD or not trial.series:
            break
        best = min(best, trial(best.side, cut * scale), key=lambda f: f.error)
    if (best.reach < scale or best.error > _POOR) and trial.series:
        best = min(best, trial.tabulated(scale), key=lambda f: f.error)
    if best.reach < scale or best.error > _POOR:
        shown = str(best.expressions[0])[:60]
        raise NotFiniteError(f"{shown}: double precision gives too few digits of it")
    return best


def array_module(engine: str) -> Any:
    """The array namespace of an engine."""
    return np if engine == NUMPY else require("jax.numpy")


def double_precision(engine: str) -> AbstractContextManager[Any]:
    """Where float64 arrays keep their type, and NumPy does not warn of what overflows."""
    if engine == JAX:
        found: AbstractContextManager[Any] = require(JAX).enable_x64(True)
        return found
    return np.errstate(all="ignore")


class _Trial:
    """One way after another to evaluate the same expressions, each measured."""

    def __init__(
        self, expressions: tuple[sp.Expr, ...], odd: tuple[bool, ...], scale: float, engine: str
    ) -> None:
        self.expressions, self.odd, self.engine = expressions, odd, engine
        self.xp = array_module(engine)
        self._formulas = _formulas(expressions, engine)
        self._samples, self._unit = scale * _SAMPLES, int(np.searchsorted(_SAMPLES, 1.0))
        self._truths = [_truth(e, self._samples) for e in expressions]
        self.far = float(self._samples[-1])
        try:
            self.series = [series_at_zero(e, _SERIES_TERMS) for e in expressions]
        except NoExpansionError:
            self.series = []

    def __call__(self, side: str, cut: float) -> FloatFunction:
        polynomials = [_shortened(c, cut) for c in self.series] if cut else None
        run = _assembled(self.xp, self._formulas, polynomials, self.odd, side, cut)
        if not cut and not self._good_at_zero(run):
            run = _with_origin(self.xp, run, [float(c[0]) for c in self.series])
        reach, error = self._measure(run)
        return FloatFunction(self.expressions, self.engine, side, cut, reach, error, run)

    def tabulated(self, scale: float) -> FloatFunction:
        """From a table, where the formulas are beyond double precision."""
        run = tabulated(self.xp, self.expressions, self.odd, scale)
        about = (self.expressions, self.engine, TABLE, 0.0)
        return FloatFunction(*about, *self._measure(run), run)

    def _good_at_zero(self, run: Formulas) -> bool:
        """Whether the values at 0, where a formula may be 0/0, are those of the series, if any."""
        with double_precision(self.engine):
            values = [float(v) for v in run(self.xp.asarray(0.0))]
        known = zip(values, self.series, strict=False)
        return all(abs(value - c[0]) <= _GOOD * abs(c[0]) for value, c in known)

    def _measure(self, run: Formulas) -> tuple[float, float]:
        """How far out all values are finite, and the largest error up to there."""
        z = self._samples
        compiled = require(JAX).jit(run) if self.engine == JAX else run
        with double_precision(self.engine):
            right, left = ([np.asarray(v) for v in compiled(place)] for place in (z, -z))
        errors = []
        with double_precision(NUMPY):
            for at, mirrored, truth, odd in zip(right, left, self._truths, self.odd, strict=True):
                size = np.fmax.accumulate(np.abs(truth))
                off = np.maximum(np.abs(at - truth), np.abs(mirrored - (-1) ** odd * truth))
                errors.append(off / np.maximum(size, 1e-290))
        worst = np.max(errors, axis=0)
        worst[np.isnan(worst)] = np.inf
        bad = np.flatnonzero(np.isinf(worst[self._unit :]))
        end = self._unit + int(bad[0]) if bad.size else len(z)
        return float(z[end - 1]), float(np.max(worst[:end]))


def _formulas(expressions: tuple[sp.Expr, ...], engine: str) -> Formulas:
    plain = [tidy(e).replace(sp.DiracDelta, lambda _: sp.S.Zero) for e in expressions]
    if engine == NUMPY:
        modules: list[Any] = ["scipy", "numpy"]
    else:
        special = require("jax.scipy.special")
        modules = [{"erf": special.erf, "erfc": special.erfc}, "jax"]
    found: Formulas = sp.lambdify([Z], plain, modules=modules, cse=True)
    return found


def _assembled(
    xp: Any,
    formulas: Formulas,
    polynomials: list[Floats] | None,
    odd: tuple[bool, ...],
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


def _with_origin(xp: Any, formulas: Formulas, values: Sequence[float]) -> Formulas:
    def run(z: Any) -> tuple[Any, ...]:
        pairs = zip(values, formulas(z), strict=True)
        return tuple(xp.where(z == 0, at_zero, v) for at_zero, v in pairs)

    return run


def _polynomial(coefficients: Floats, z: Any, odd: bool) -> Any:
    """Σ c_k z^k over the even or the odd k, by Horner's scheme in z²."""
    square, value = z * z, 0.0 * z
    for c in coefficients[int(odd) :: 2][::-1]:
        value = value * square + float(c)
    return value * z if odd else value


def _shortened(coefficients: Floats, cut: float) -> Floats:
    """Without the terms at the end that are too small to be seen below the cut."""
    sizes = np.abs(coefficients) * cut ** np.arange(len(coefficients))
    first = sizes[np.flatnonzero(sizes)[:1]]
    seen = np.flatnonzero(sizes > _ULP / 8 * first) if first.size else np.array([0])
    return coefficients[: seen[-1] + 1]


def _truth(expression: sp.Expr, z: Floats) -> Floats:
    """The values at increasing z > 0, each to within 2⁻⁶⁰ of the largest before it; NaN if none."""
    function = compile_balls(expression, [Z])
    found, largest = np.empty_like(z), arb(0)
    for i, x in enumerate(z):
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
