"""A reduced map compiled to a loop over boxes, in the mean-value form.

The image of a box with midpoint m lies in F(m) + DF(box) (box − m): the map itself is evaluated at
one point, where balls lose next to nothing, and only its derivative over the box, with few bits.
Boxes are kept in a skew frame, so that the slow and the fast direction of the map do not mix.
Sources: R. E. Moore, *Methods and Applications of Interval Analysis* (SIAM, 1979), §3.3; R. J.
Lohner, "Computation of guaranteed enclosures for the solutions of ordinary initial and boundary
value problems", in *Computational Ordinary Differential Equations* (Oxford, 1992), for the frames.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import sympy as sp
from flint import arb, ctx

from ...theory.arguments import takes
from ...theory.errors import NotFiniteError
from ...theory.models import ETA, MODEL, Model, P
from ...theory.models.division_free import SLOPE, SQUARE, DivisionFree, U, division_free, tidy
from ..compile.balls import compile_balls, constants, statement
from ..compile.jets import accurate_jet, compile_jet
from ..compile.program import Program, compile_program

_DERIVATIVE_BITS = 64  # an error of 2^−64 in a derivative is an error of 2^−64 in a radius
_STEEPEST = 2  # largest shear of a frame
_P_BOX, _U_BOX = sp.Symbol("P", real=True), sp.Symbol("U", positive=True)
_BOX = {P: _P_BOX, U: _U_BOX}
_SLOPE_BOX, _SLOPE_RATE = sp.symbols("S S1", real=True)
_SQUARE_BOX, _SQUARE_RATE = sp.symbols("W W1", real=True)


class Frame(NamedTuple):
    """The parallelogram of all (p + x, u + shear x + y), x in `long`, y in `short`.

    If `upright`, that of all (p + shear x + y, u + x). `p`, `u` and `shear` are exact, `long` and
    `short` are balls about 0.
    """

    p: arb
    u: arb
    long: arb
    short: arb
    shear: arb
    upright: bool


class BoxWatch(NamedTuple):
    """A loop ends where certainly |p| ≤ near or u < ceiling, or not certainly |p| < far, u > floor.

    Exact numbers.
    """

    near: arb
    far: arb
    floor: arb
    ceiling: arb


Run = Callable[[Frame, arb, int, BoxWatch, list[arb], list[arb]], Frame]


@dataclass(frozen=True)
class EnclosedLoop:
    """A compiled map on boxes.

    `run(frame, eta, count, watch, ps, us)` takes up to `count` steps at the precision in force,
    stops after the first one that ends the watch, appends the p and the u of each to two lists and
    returns the last frame. `eta` may be a ball: then every step holds for all η in it.
    """

    model: Model
    run: Run


def frame_of(p: arb, u: arb) -> Frame:
    """The box p × u as a straight frame."""
    middle = (p + 0).mid(), (u + 0).mid()
    return Frame(*middle, p - middle[0], u - middle[1], arb(0), False)


@takes(model=MODEL)
def compile_enclosed_loop(model: Model) -> EnclosedLoop:
    """The loop of a model, compiled once for many orbits.

    >>> from trajalign.theory.models import TwoLayerLinear
    >>> from trajalign.theory.responses import Loss
    >>> loop = compile_enclosed_loop(TwoLayerLinear(Loss.parse("z**2/2")))
    >>> watch = BoxWatch(near=arb(0), far=arb(10), floor=arb(0), ceiling=arb(0))
    >>> start, ps = frame_of(arb(1, "0.001"), arb("0.5")), []
    >>> _ = loop.run(start, arb("0.5"), 1, watch, ps, [])
    >>> ps[0].str(3)  # p(1 + η²p²) − 2pu is 1/4 there, and its slope 1 + 3η²p² − 2u is 3/4
    '[0.250 +/- 7.52e-4]'
    """
    form = division_free(model)
    return EnclosedLoop(model, _inlined(form) if _is_regular(form) else _with_jets(form))


def _is_regular(form: DivisionFree) -> bool:
    """Whether slope and square can be evaluated at 0 as they stand."""
    known = [e for e in (form.slope, form.square) if e is not None]
    return all(value.is_finite() for value in compile_balls(known, (P,))(arb(0)))


def _inlined(form: DivisionFree) -> Run:
    known = {SLOPE: form.slope, _SLOPE_BOX: form.slope.subs(_BOX)}
    known[_SLOPE_RATE] = tidy(sp.diff(form.slope, P)).subs(_BOX)
    if form.square is not None:
        known |= {SQUARE: form.square, _SQUARE_BOX: form.square.subs(_BOX)}
        known[_SQUARE_RATE] = tidy(sp.diff(form.square, P)).subs(_BOX)
    expressions = [e.subs(known) for e in _map_and_derivative(form)]
    return _compiled(expressions, [P, U, ETA, _P_BOX, _U_BOX], [], {})


def _with_jets(form: DivisionFree) -> Run:
    """The same where slope or square is 0/0 at 0, and loses digits near it."""
    variables = [P, U, ETA, _P_BOX, _U_BOX, SLOPE, _SLOPE_BOX, _SLOPE_RATE]
    calls, functions = ["r5, r6, r7 = slope(r0, r3)"], {"slope": _value_and_jet(form.slope)}
    if form.square is not None:
        variables += [SQUARE, _SQUARE_BOX, _SQUARE_RATE]
        calls.append("r8, r9, r10 = square(r0, r3)")
        functions["square"] = _value_and_jet(form.square)
    return _compiled(_map_and_derivative(form), variables, calls, functions)


def _value_and_jet(expression: sp.Expr) -> Callable[[arb, arb], tuple[arb, ...]]:
    function = compile_jet(expression, P)

    def evaluated(point: arb, box: arb) -> tuple[arb, ...]:
        try:
            value = accurate_jet(function, point, 0, bits=ctx.prec)
            return *value, *accurate_jet(function, box, 1, bits=_DERIVATIVE_BITS)
        except NotFiniteError:
            return (arb.nan(),) * 3

    return evaluated


def _map_and_derivative(form: DivisionFree) -> list[sp.Expr]:
    """p', u' and, over the box, ∂p'/∂p, ∂p'/∂u, ∂u'/∂p, ∂u'/∂u."""
    box = _BOX | {SLOPE: _SLOPE_BOX, SQUARE: _SQUARE_BOX}
    entries = [form.p_next, form.u_next]
    for image in (form.p_next, form.u_next):
        chain = sp.diff(image, P) + sp.diff(image, SLOPE) * _SLOPE_RATE
        chain += sp.diff(image, SQUARE) * _SQUARE_RATE
        entries += [chain.subs(box), sp.diff(image, U).subs(box)]
    return entries


def _compiled(
    expressions: list[sp.Expr],
    variables: list[sp.Symbol],
    calls: list[str],
    functions: dict[str, Callable[..., tuple[arb, ...]]],
) -> Run:
    """The loop as a Python function; r0, r1 are the midpoint, r2 is η, r3, r4 are the box.

    The new frame leans on the image of the longer side of the old one, seen from the axis nearer
    to it: then the long side does not leak into the short one.
    """
    program = compile_program(expressions, variables, fixed=(ETA,))
    once, point, derivative = _sections(program)
    p_next, u_next, pp, pu, up, uu = (f"r{o}" for o in program.outputs)
    source = f"""
def run(frame, eta, count, watch, ps, us):
    (r0, r1, long, short, shear, upright), r2 = frame, eta
    near, far, floor, ceiling = watch
    low, back, steep, straight = -near, -far, arb({_STEEPEST}), arb(0)
    falling = -steep
    keep_p, keep_u = ps.append, us.append
    bits, few = ctx.prec, min(ctx.prec, {_DERIVATIVE_BITS})
    {_block(once, 4)}
    side = shear * long + short
    r3, r4 = (r0 + side, r1 + long) if upright else (r0 + long, r1 + side)
    try:
        for _ in range(count):
            {_block([*calls, *point], 12)}
            r0, r1 = {p_next}.mid(), {u_next}.mid()
            x_error, y_error = {p_next} - r0, {u_next} - r1
            ctx.prec = few
            {_block(derivative, 12)}
            if upright:
                x_short, y_short = {pp}, {up}
                x_long, y_long = {pp} * shear + {pu}, {up} * shear + {uu}
            else:
                x_short, y_short = {pu}, {uu}
                x_long, y_long = {pp} + {pu} * shear, {up} + {uu} * shear
            if short.contains(long):
                long, x_long, y_long, short, x_short, y_short = (
                    short, x_short, y_short, long, x_long, y_long
                )
            shear = y_long / x_long
            upright = not falling < shear < steep
            if upright:
                x_long, x_short, x_error, y_long, y_short, y_error = (
                    y_long, y_short, y_error, x_long, x_short, x_error
                )
                shear = y_long / x_long
            shear = shear.mid() if falling < shear < steep else straight
            long, short = (
                x_long * long + x_short * short + x_error,
                (y_long - shear * x_long) * long
                + (y_short - shear * x_short) * short
                + (y_error - shear * x_error),
            )
            side = shear * long + short
            ctx.prec = bits
            r3, r4 = (r0 + side, r1 + long) if upright else (r0 + long, r1 + side)
            keep_p(r3)
            keep_u(r4)
            if low <= r3 <= near or r4 < ceiling or not (back < r3 < far and r4 > floor):
                break
    finally:
        ctx.prec = bits
    return Frame(r0, r1, long, short, shear, upright)
"""
    scope = constants(program) | functions | {"ctx": ctx, "Frame": Frame}
    exec(source, scope)
    run: Run = scope["run"]
    return run


def _sections(program: Program) -> tuple[list[str], list[str], list[str]]:
    """Statements that need only η, those about the midpoint, and those about the box."""
    over_box = {v for v in program.variables if v not in (P, U, ETA, SLOPE, SQUARE)}
    boxed = program.needing(tuple(over_box))
    changing = program.needing([v for v in program.variables if v != ETA])
    once, point, derivative = list[str](), list[str](), list[str]()
    for index in range(len(program.lines)):
        register = program.register(index)
        section = derivative if register in boxed else point if register in changing else once
        section.append(statement(program, index))
    return once, point, derivative


def _block(lines: list[str], indent: int) -> str:
    return f"\n{' ' * indent}".join(lines)
