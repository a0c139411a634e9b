"""What a row of the table of functions says, judged by mpmath; and rows that say something false.

Each check takes a row, looks at what the program makes of it, and returns an objection, or "".
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np
import sympy as sp
from flint import arb, ctx
from latex_reader import read
from mpmath import mp
from soundness.planting import everywhere

from trajalign.numerics.compile import array_functions, elementary, flint_memory
from trajalign.numerics.compile.balls import compile_balls
from trajalign.numerics.compile.jets import compile_jet
from trajalign.theory import functions, series
from trajalign.theory.derivation.latex import latex
from trajalign.theory.errors import NoExpansionError
from trajalign.theory.expressions.parsing import Z
from trajalign.theory.functions import Row, X
from trajalign.theory.models import P

Check = Callable[[Row], str]
PLACES = (-9, -2.25, -1.5, -0.75, -0.25, 0.25, 0.5, 1.125, 1.75, 2.5, 9)
FAR = (mp.mpf(10) ** 3, mp.mpf(10) ** 100)
TERMS = 5


def truth(row: Row) -> Callable[[Any], Any]:
    """mpmath's function of the same name."""
    found: Callable[[Any], Any] = getattr(mp, {"abs": "fabs"}.get(row.name, row.name))
    return found


def is_real(row: Row, x: Any) -> bool:
    """Whether mpmath has a real, finite value there."""
    try:
        value = truth(row)(mp.mpf(x))
    except (ValueError, ZeroDivisionError):
        return False
    return bool(mp.im(value) == 0 and mp.isfinite(value))


def places(row: Row) -> list[float]:
    """Where the function is real."""
    return [x for x in PLACES if is_real(row, x)]


def near(found: Any, true: Any, digits: int = 12) -> bool:
    return bool(abs(mp.mpf(found) - true) <= mp.mpf(10) ** -digits * max(abs(true), mp.mpf(1)))


def number(e: sp.Expr, x: float = 0) -> Any:
    """An expression in X at a number, by mpmath."""
    return sp.lambdify([X], e, "mpmath")(mp.mpf(x))


@contextmanager
def in_place(row: Row) -> Iterator[None]:
    """The row in the table, wherever the program knows it, instead of the one of its name."""
    rows = tuple(row if other.name == row.name else other for other in functions.ROWS)
    kinds = MappingProxyType({**functions.BY_KIND, row.kind: row})
    names = MappingProxyType({**functions.BY_NAME, row.name: row})
    known = elementary.FUNCTIONS
    if row.kind in known:
        known = MappingProxyType({**known, row.kind: elementary.coefficients_of(row)})
    changes = (
        (functions.ROWS, rows),
        (functions.BY_KIND, kinds),
        (functions.BY_NAME, names),
        (elementary.FUNCTIONS, known),
    )
    with ExitStack() as stack:
        for old, new in changes:
            stack.enter_context(everywhere(old, new))
        stack.callback(_forget)
        _forget()
        yield


def _forget() -> None:
    series._expand.cache_clear()
    array_functions.array_functions.cache_clear()


# What is checked


def check_value(row: Row) -> str:
    """As a number that sizes up constants."""
    for x in places(row):
        if not near(row.value(x), truth(row)(x)):
            return f"{row.name}({x}) is not {row.value(x)}"
    return ""


def check_ball(row: Row) -> str:
    """Compiled to balls, at points."""
    with mp.workdps(60), ctx.workprec(150), in_place(row):
        function = compile_balls(row.kind(Z), [Z])
        for x in places(row):
            found = function(arb(x))[0]
            if not (found + arb(0, 1e-40) * abs(found)).contains(arb(truth(row)(mp.mpf(x)))):
                return f"{row.name}({x}) is not in {found}"
    return ""


def check_derivative(row: Row) -> str:
    """What the row says of f'."""
    if row.derivative is None:
        return ""
    for x in places(row):
        true = mp.diff(truth(row), mp.mpf(x))
        if not near(number(row.derivative, x), true):
            return f"{row.name}'({x}) is not {true}"
    return ""


def check_series(row: Row) -> str:
    """Of f(x + 2z + z²) at z = 0; there is none of what has a kink, or may have a pole, at 0."""
    with in_place(row):
        if row.derivative is None or row.only_quotient:
            try:
                return f"{row.name} has {series.taylor(row.kind(Z), 2)}"
            except NoExpansionError:
                return ""
        for x in places(row)[1::3]:
            found = series.taylor(row.kind(sp.Rational(x) + 2 * Z + Z**2), TERMS)
            true = mp.taylor(lambda z, x=x: truth(row)(x + 2 * z + z**2), 0, TERMS - 1)
            if not all(near(number(c), t) for c, t in zip(found, true, strict=True)):
                return f"the series at {x} is not {found}"
    return ""


def check_jet(row: Row) -> str:
    """Over boxes, at points inside: it holds the coefficients there, and is no wider than boxes."""
    if row.derivative is None:
        return ""
    with mp.workdps(60), ctx.workprec(150), in_place(row):
        jet = compile_jet(row.kind(Z), Z)
        for x in places(row)[1:-1:2]:
            for radius in (0.0625, 1e-9):
                found = jet(arb(x, radius), TERMS - 1)
                for share in (-1, 0.5):
                    true = mp.taylor(truth(row), mp.mpf(x) + mp.mpf(radius) * share, TERMS - 1)
                    balls = [c + arb(0, 1e-30) for c in found]
                    if not all(b.contains(arb(t)) for b, t in zip(balls, true, strict=True)):
                        return f"the jet over {x} ± {radius} does not hold {true}"
            if not all(c.rad() < 1e-6 * (1 + abs(c)) for c in found):
                return f"the jet over {x} ± 1e-9 is too wide: {found}"
    return ""


def check_range(row: Row) -> str:
    """Over a wide box: the range, which for a known shape is taken from its ends."""
    if row.derivative is None or row.only_quotient or row.nonzero is not None:
        return ""
    with mp.workdps(40), ctx.workprec(150), in_place(row):
        inside = [x for x in places(row) if abs(x) < 10]
        low, high = mp.mpf(inside[0]), mp.mpf(inside[-1])
        box = elementary.FUNCTIONS[row.kind](arb(low).union(arb(high)), 1)[0]
        values = [truth(row)(low + (high - low) * mp.mpf(k) / 64) for k in range(65)]
        if not all((box + arb(0, 1e-30)).contains(arb(v)) for v in values):
            return f"the values from {low} to {high} are not in {box}"
    return ""


def check_arrays(row: Row) -> str:
    """As a float64 function of NumPy (and of JAX, see the tests of numerics)."""
    with in_place(row):
        function = array_functions.array_functions("numpy").get(row.name)
        if function is None:
            return "" if row.only_quotient else "NumPy and SciPy have no such function"
        found = function(np.array(places(row)))
    for x, value in zip(places(row), found, strict=True):
        if not near(value, truth(row)(x)):
            return f"{row.array}({x}) is not {value}"
    return ""


def check_machine_code(row: Row) -> str:
    """FLINT has the C function of that name (what it computes, the tests of numerics compare)."""
    try:
        return "" if flint_memory.address(row.c) else "no address"
    except AttributeError as error:
        return str(error)


def check_symmetry(row: Row) -> str:
    """Whether it is odd and analytic at 0."""
    both = [x for x in places(row) if is_real(row, -x)]
    odd = all(near(truth(row)(-x), -truth(row)(x)) for x in both) and is_real(row, 1e-9)
    odd = odd and abs(truth(row)(1e-9)) < 1e-8
    return "" if odd == row.odd else f"{row.name} is odd: {odd}"


def check_bounds(row: Row) -> str:
    """Whether it is bounded on the real line, above 0 there, and tends to a number at ∞."""
    grid = [*PLACES, 1.5707963, -4.7123889, 1e-6, 0, *FAR, *(-x for x in FAR)]
    values = [truth(row)(x) for x in grid if is_real(row, x)]
    everywhere_real = len(values) == len(grid)
    bounded = everywhere_real and max(map(abs, values)) < 10
    if bounded != row.bounded:
        return f"{row.name} is bounded: {bounded}"
    if (everywhere_real and min(values) > 0) != row.above_zero:
        return f"{row.name} is above 0: {not row.above_zero}"
    rises = row.odd and bounded and truth(row)(1) < truth(row)(3) <= truth(row)(9)
    if rises != (row.limit is not None):
        return f"{row.name} rises to a limit: {rises}"
    if row.limit is not None and not near(number(row.limit), truth(row)(FAR[1])):
        return f"{row.name} does not tend to {row.limit}"
    return ""


def check_tower(row: Row) -> str:
    """Whether it grows exponentially, or logarithmically, at ∞ or −∞."""
    sizes = [abs(truth(row)(x)) for far in FAR for x in (far, -far) if is_real(row, x)]
    fast = any(size > mp.mpf(10) ** 350 for size in sizes)
    slow = not fast and any(5 < size < 1000 for size in sizes)
    found = int(fast) - int(slow)
    return "" if found == row.tower or row.quotient is not None else f"the tower is {found}"


def check_domain(row: Row) -> str:
    """It is real and smooth where the row says that it is analytic, and nowhere else."""
    with mp.workdps(40):
        for x in (*PLACES, 0.9375, -0.9375, 1.0625, -0.0625, 0, mp.pi / 2):
            said = row.positive is None or number(row.positive, x) > 0
            said = said and (row.nonzero is None or abs(number(row.nonzero, x)) > 1e-9)
            if said != (is_real(row, x) and _is_smooth(row, x)):
                return f"{row.name} is analytic at {x}: {not said}"
    return ""


def _is_smooth(row: Row, x: Any) -> bool:
    """Whether the slopes from the left and from the right agree."""
    f, h = truth(row), mp.mpf(10) ** -15
    left, here, right = f(x - h), f(mp.mpf(x)), f(x + h)
    joined = near(left, right, 9) and abs(here) < mp.mpf(10) ** 38
    return joined and near((right - here) / h, (here - left) / h, 5)


def check_latex(row: Row) -> str:
    """Printed, and read back by what knows nothing of the printer."""
    with in_place(row):
        written = latex(row.kind(P / 2) ** 2 + row.kind(2 * P))
    try:
        found = read(written, {P})
    except ValueError as error:
        return str(error)
    return "" if found == row.kind(P / 2) ** 2 + row.kind(2 * P) else f"{written} says {found}"


CHECKS: tuple[Check, ...] = (
    check_value,
    check_ball,
    check_derivative,
    check_series,
    check_jet,
    check_range,
    check_arrays,
    check_machine_code,
    check_symmetry,
    check_bounds,
    check_tower,
    check_domain,
    check_latex,
)


# Rows of which something is false


def falsified(row: Row) -> Iterator[tuple[str, Row, tuple[Check, ...]]]:
    """What is false, the row, and the checks that must object."""
    other = "cos" if row.name != "cos" else "sin"
    yield "flint", replace(row, flint=other, c=""), (check_value, check_ball)
    yield "c", replace(row, c=f"{row.c}_of_nothing"), (check_machine_code,)
    yield "odd", replace(row, odd=not row.odd), (check_symmetry,)
    yield "bounded", replace(row, bounded=not row.bounded), (check_bounds,)
    yield "above zero", replace(row, above_zero=not row.above_zero), (check_bounds,)
    yield (
        "latex",
        replace(row, latex=rf"\{other}"),
        (check_latex,) * (row.name not in ("abs", "exp")),
    )
    if row.quotient is None:
        yield "tower", replace(row, tower=row.tower + 1), (check_tower,)
    if not row.only_quotient:
        yield "array", replace(row, array=other), (check_arrays,)
    if not row.only_quotient or row.nonzero is None:
        wrong = X if row.positive is None else row.positive + sp.Rational(1, 5)
        yield "positive", replace(row, positive=wrong), (check_domain,)
    if row.limit is not None:
        yield "limit", replace(row, limit=row.limit * sp.Rational(1001, 1000)), (check_bounds,)
    if row.slope is not None:
        slope = row.slope * sp.Rational(1001, 1000)
        checks = (check_derivative, check_series, check_jet)
        yield "slope", replace(row, slope=slope), checks
    if row.cycle:
        yield "turn", replace(row, turn=-row.turn), (check_series, check_jet)
    if row.quotient is not None:
        quotient = row.quotient * sp.Rational(1001, 1000)
        checks = (check_derivative, check_jet) if row.only_quotient else (check_series,)
        yield "quotient", replace(row, quotient=quotient), checks
    if row.addition:
        yield "addition", replace(row, addition=-row.addition), (check_derivative, check_jet)
    if row.shape == "" and not row.only_quotient and row.nonzero is None:
        yield "shape", replace(row, shape="monotone"), (check_range,)
    if row.shape == "even":
        yield "shape", replace(row, shape="monotone"), (check_range,)
