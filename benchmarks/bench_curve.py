"""The slow curve's power series and closed forms, against the same recursion in SymPy expressions.

All ratios come from one run; see README.md beside this file.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import sympy as sp

from trajalign.theory import series
from trajalign.theory.curve.closed import curve_closed
from trajalign.theory.curve.series import curve_series
from trajalign.theory.models import TwoLayerLinear
from trajalign.theory.responses import Loss

MODEL = TwoLayerLinear(Loss.parse("log-cosh"))
POWERS = 11  # of p²: up to p²⁰
SIZES = (4, 6, 8, 12, 16)
seconds: dict[str, float] = {}


def ours(order: int) -> tuple[tuple[sp.Expr, ...], ...]:
    """The package, from the loss to exact coefficients."""
    return curve_series(MODEL, order, POWERS).h


def plain_sympy(order: int) -> list[sp.Expr]:
    """The same recursion with SymPy polynomials in x and ε, written as expressions.

    Order k of Q(xA²) − q' with h_k left out, divided by −4x r'(x).
    """
    x, e = sp.symbols("x epsilon")
    size = POWERS + order
    z = sp.Symbol("z")
    r = sp.series(sp.tanh(z) / z, z, 0, 2 * size).removeO().subs(z, sp.sqrt(x))

    def cut(f: sp.Expr, k: int) -> sp.Expr:
        f = sp.expand(f)
        terms = [t for t in sp.Add.make_args(f) if sp.degree(t, e) <= k and sp.degree(t, x) < size]
        return sp.Add(*terms)

    def inverse(f: sp.Expr, k: int) -> sp.Expr:
        lead = sp.series(1 / f.subs(e, 0), x, 0, size).removeO()
        rest, total, power = cut(1 - f * lead, k), sp.S.One, sp.S.One
        for _ in range(k):  # rest is of order ε
            power = cut(power * rest, k)
            total += power
        return cut(lead * total, k)

    curve, found = r, []
    slope = sp.diff(r, x)
    for k in range(1, order + 1):
        factor = cut(2 * r * inverse(curve, k) - 1 - e * x * r**2, k)
        growth = cut(factor**2 - 1, k)
        moved, power = curve, sp.S.One
        for j in range(1, k + 1):
            power = cut(power * growth, k)
            moved += cut(power * x**j / sp.factorial(j) * sp.diff(curve, x, j), k)
        target = cut(curve * inverse(cut(1 - e * x * r * (2 * curve - r), k), k), k)
        residual = sp.expand(moved - target).coeff(e, k)
        quotient = sp.series(residual / x / (4 * slope), x, 0, size - k).removeO()
        h = sp.expand(quotient)
        found.append(h)
        curve = cut(curve + e**k * h * r, k + 1)
    return found


def closed() -> tuple[sp.Expr, ...]:
    """h_1, …, h_5 as functions of p and tanh p."""
    return curve_closed(MODEL, 5)


def forget() -> None:
    """Drop the cached expansion of r, so that it counts."""
    series._expand.cache_clear()


def timed(work: Callable[[], Any]) -> float:
    """Seconds of wall time."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


@pytest.mark.parametrize("order", SIZES)
def test_power_series(benchmark: Any, order: int) -> None:
    """h_1, …, h_K to p²⁰."""
    benchmark.group = "power series to p^20"
    benchmark.pedantic(ours, args=(order,), setup=forget, rounds=5, warmup_rounds=1)
    seconds[f"series {order}"] = benchmark.stats.stats.min


def test_plain_sympy(benchmark: Any) -> None:
    """K = 4 by the same recursion in SymPy expressions; the answers must be the same."""
    benchmark.group = "power series to p^20"
    found = benchmark.pedantic(plain_sympy, args=(4,), rounds=1)
    seconds["sympy 4"] = benchmark.stats.stats.min
    x = sp.Symbol("x")
    for h, expected in zip(found, ours(4), strict=True):
        assert [h.coeff(x, n) for n in range(POWERS)] == list(expected)


def test_closed_form(benchmark: Any) -> None:
    """k = 5 in closed form."""
    benchmark.pedantic(closed, rounds=1)
    seconds["closed 5"] = benchmark.stats.stats.min


def test_import() -> None:
    """`import trajalign` in a fresh interpreter, less the interpreter's own start."""
    start = min(timed(lambda: _python("pass")) for _ in range(5))
    seconds["import"] = min(timed(lambda: _python("import trajalign")) for _ in range(5)) - start


def test_report(capsys: pytest.CaptureFixture[str]) -> None:
    """The bars, with what was measured; comes last because it needs all of the above."""
    tail = [seconds[f"series {k}"] for k in SIZES]
    exponent = float(np.polyfit(np.log(SIZES), np.log(tail), 1)[0])
    ratio = seconds["sympy 4"] / seconds["series 4"]
    rows = [
        ("K = 4 to p^20, SymPy expressions / ours", f"{ratio:.0f}", "at least 500"),
        ("K = 8 to p^20", f"{seconds['series 8'] * 1e3:.1f} ms", "under 50 ms"),
        (f"growth with K over {SIZES}", f"K^{exponent:.2f}", "at most K^3"),
        ("closed form, k = 5", f"{seconds['closed 5']:.2f} s", "under 5 s"),
        ("import trajalign", f"{seconds['import']:.2f} s", "under 1.5 s"),
    ]
    with capsys.disabled():
        print()
        for name, measured, bar in rows:
            print(f"{name:42} {measured:>10}   ({bar})")


def _python(code: str) -> None:
    subprocess.run([sys.executable, "-c", code], check=True)
