"""Descent past a flip in (μ, P), on the diagram of the law; and the gap on the ladder."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ..numerics.edge.descent import Run, height
from ..theory.edge.law import through
from ..theory.errors import InputError
from ..verification.edge.examination import STILL, Examined
from ..verification.edge.measuring import Measured
from .picture import MEASURED, PREDICTED, REFERENCE, UNSTABLE, Curve, Picture

_POINTS = 25
_DEEPEST = 1e-3  # of κ: P below is not drawn


def edge_picture(examined: Examined) -> Picture:
    """Measured points on the predicted curves, in units of κ.

    Raises InputError where nothing was measured.
    """
    if examined.kind == STILL:
        return _cycles(examined)
    if not examined.measured:
        raise InputError(f"--figure: nothing was measured: {examined.rungs.short or 'c = 0'}")
    first, last = examined.measured[0], examined.measured[-1]
    shown = (first,) if first is last else (first, last)
    curves = [curve for one in shown for curve in _orbit(one)]
    far = max(max(curve.x) for curve in curves)
    line = (-1.0, far)
    down = min(min(curve.x) for curve in curves)
    if first.rung.kappa < 0:
        curves.append(Curve("diagram", UNSTABLE, (down, 0.0), (-down, 0.0)))
    else:
        curves.append(Curve("diagram", REFERENCE, (0.0, far), (0.0, far)))
        curves.append(Curve("the law", PREDICTED, line, tuple(x + 1 for x in line)))
    return Picture(
        "edge",
        f"Descent on {examined.landscape.text} past ηλ = 2, at {_places(shown)}, on the curve that "
        "the law predicts, in units of κ",
        r"$\mu/|\kappa|$",
        r"$|c|P/|\kappa|$",
        tuple(curves),
        below=_ladder(examined.measured),
    )


def _places(shown: Sequence[Measured]) -> str:
    return " and ".join(one.rung.where for one in shown)


def _orbit(one: Measured) -> list[Curve]:
    """A run's points, and for a start near the flip the predicted curve through it."""
    run = one.aligned[0] if one.rung.kappa > 0 else one.early
    points = _points(one, run)
    if not points:
        raise InputError(f"--figure: descent at {one.rung.where} has no points near the diagram")
    x, y = zip(*points, strict=True)
    found = [Curve(f"descent, {one.rung.where}", MEASURED, x, y)]
    if one.rung.kappa < 0:
        c, kappa = float(one.rung.flip.c), one.rung.kappa
        start = run.start.mu, run.start.scaled / abs(c)
        steps = np.linspace(min(x), run.start.mu / abs(kappa), 100)
        law = [abs(c / kappa) * float(through(m * abs(kappa), c, kappa, start)) for m in steps]
        found.append(Curve("the law", PREDICTED, tuple(map(float, steps)), tuple(law)))
    return found


def _points(one: Measured, run: Run) -> list[tuple[float, float]]:
    kappa, c = abs(one.rung.kappa), abs(float(one.rung.flip.c))
    kept = [sample for sample in run.samples if c * sample.square > _DEEPEST * kappa]
    chosen = kept[:: max(1, len(kept) // _POINTS)]
    lines = one.rung.lines
    return [(height(lines, run, s) / kappa, c * s.square / kappa) for s in chosen]


def _ladder(found: Sequence[Measured]) -> Picture | None:
    """|gap/κ − 1| against κ, beside a line of slope 1; None where it is 0 or there is no ladder."""
    if len(found) < 2 or found[0].rung.kappa < 0:
        return None
    x = tuple(one.rung.kappa for one in found)
    y = tuple(abs(one.aligned[0].gap / one.rung.kappa - 1) for one in found)
    if not all(value > 0 and math.isfinite(value) for value in y):
        return None
    line = tuple(y[-1] * at / x[-1] for at in x)
    return Picture(
        "edge",
        "the error of the gap",
        r"$\kappa$",
        r"$|\mathrm{gap}/\kappa - 1|$",
        (Curve("measured", MEASURED, x, y), Curve(r"$\propto \kappa$", PREDICTED, x, line)),
        log="xy",
    )


def _cycles(examined: Examined) -> Picture:
    """P of the 2-cycles against μ."""
    c = float(examined.first.flip.c)
    x = tuple(cycle.mu for cycle in examined.cycles)
    return Picture(
        "edge",
        f"The 2-cycles of descent on {examined.landscape.text} near its flip, and P = μ/c",
        r"$\mu$",
        "$P$",
        (
            Curve("2-cycles", MEASURED, x, tuple(cycle.square for cycle in examined.cycles)),
            Curve(r"$\mu/c$", PREDICTED, (0.0, *x), tuple(at / c for at in (0.0, *x))),
        ),
    )
