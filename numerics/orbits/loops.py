"""A reduced map compiled to a loop that takes many steps before it returns.

The loop works in (p, u), u = 1/q, where the map has no division, and rounds both to exact midpoints
after every step. What does not change from step to step is computed before the loop.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from flint import arb, ctx

from ...theory.arguments import takes
from ...theory.models import ETA, MODEL, Model, P
from ...theory.models.division_free import U, division_free
from ..compile.balls import BallFunction, compile_balls, constants, statement
from ..compile.program import Program, compile_program

State = tuple[arb, arb]  # p and u = 1/q, exact numbers


@dataclass(frozen=True)
class Watch:
    """A loop goes on while near < |p| < far and u > floor. Exact numbers."""

    near: arb
    far: arb
    floor: arb

    @cached_property
    def low(self) -> arb:
        """−near, exactly."""
        return _opposite(self.near)

    @cached_property
    def back(self) -> arb:
        """−far, exactly."""
        return _opposite(self.far)


@dataclass(frozen=True)
class Loop:
    """A compiled map: `advance` for many steps, `step` for enclosures of a single one.

    `advance(state, eta, count, watch)` takes up to `count` steps at the precision in force and
    stops after the first one that leaves the watch; it returns the state and the number of steps.
    `record(…, ps, us)` does the same and appends every p and u to two lists.
    """

    model: Model
    program: Program
    step: BallFunction
    advance: Callable[[State, arb, int, Watch], tuple[State, int]]
    record: Callable[[State, arb, int, Watch, list[arb], list[arb]], tuple[State, int]]


@takes(model=MODEL)
def compile_loop(model: Model) -> Loop:
    """The loop of a model, compiled once for many orbits.

    >>> from trajalign.theory.models import TwoLayerLinear
    >>> from trajalign.theory.responses import Loss
    >>> loop = compile_loop(TwoLayerLinear(Loss.parse("z**2/2")))
    >>> watch = Watch(arb(0), arb(10), arb(0))
    >>> (p, u), steps = loop.advance((arb(1), arb("0.5")), arb("0.5"), 1, watch)
    >>> p, u  # p(1 + η²p²) − 2pu and u(1 + η²p²) − 2η²p²
    (0.250000000000000, 0.125000000000000)
    """
    form = division_free(model)
    program = compile_program(form.map, (P, U, ETA), fixed=(ETA,))
    step = compile_balls(form.map, (P, U, ETA))
    return Loop(model, program, step, _compiled(program, ""), _compiled(program, ", ps, us"))


def _compiled(program: Program, lists: str) -> Callable[..., tuple[State, int]]:
    """The loop as a Python function, written out line by line; r0, r1, r2 are p, u and η."""
    changing = program.needing((P, U))
    registers = [program.register(index) for index in range(len(program.lines))]
    once = [statement(program, i) for i, r in enumerate(registers) if r not in changing]
    each = [statement(program, i) for i, r in enumerate(registers) if r in changing]
    p_next, u_next = program.outputs
    each.append(f"r0, r1 = r{p_next}.mid(), r{u_next}.mid()")
    if lists:
        once.append("keep_p, keep_u = ps.append, us.append")
        each += ["keep_p(r0)", "keep_u(r1)"]
    source = f"""
def run(state, eta, count, watch{lists}):
    (r0, r1), r2 = state, eta
    near, far, floor = watch.near, watch.far, watch.floor
    low, back = watch.low, watch.back
    {_block(once, 4)}
    for done in range(1, count + 1):
        {_block(each, 8)}
        if low <= r0 <= near or not (back < r0 < far and r1 > floor):
            return (r0, r1), done
    return (r0, r1), count
"""
    scope = constants(program)
    exec(source, scope)
    run: Callable[..., tuple[State, int]] = scope["run"]
    return run


def _opposite(x: arb) -> arb:
    with ctx.workprec(max(x.bits(), 2)):  # a minus sign rounds
        return -x


def _block(lines: list[str], indent: int) -> str:
    return f"\n{' ' * indent}".join(lines)
