"""The loop of `loops` as machine code that calls FLINT's C functions; optional, and tried first.

The code is LLVM IR compiled by llvmlite (the extra `fast`). It takes the operations, order and
precision of the Python loop, so that the numbers are the same to the last bit.
"""

from __future__ import annotations

import ctypes
import logging
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from itertools import product
from typing import Any

from flint import arb, ctx

from ...theory.arguments import instance, takes
from ...theory.functions import ROWS
from ...theory.models import P
from ...theory.models.division_free import U
from ..compile.balls import constants, statement
from ..compile.flint_memory import POINTER, WORD, Registers, address, dumped, register_size
from ..compile.program import Line, Program
from .loops import Loop, State, Watch

_log = logging.getLogger("trajalign")

_RUN = ctypes.CFUNCTYPE(WORD, POINTER, WORD, WORD)  # registers, count, precision ↦ steps done
_INTEGER = f"i{8 * ctypes.sizeof(WORD)}"
_NAMES = {
    "subtract": "arb_sub",
    "multiply": "arb_mul",
    "divide": "arb_div",
    "negate": "arb_neg_round",
    "power": "arb_pow",
} | {row.name: row.c for row in ROWS}  # the others are called arb_… as they are called here
# The Python loop goes on while near < |p| < far and u > floor. All are exact, so midpoints, with
# which a ball begins in memory, are enough; one that is not a number compares as equal.
_TESTS = (
    ("arf_cmpabs", "r0", "near", "sgt"),
    ("arf_cmpabs", "r0", "far", "slt"),
    ("arf_cmp", "r1", "floor", "sgt"),
)

_TRIAL_BITS = (53, 196, 1000)
_TRIAL_STATES = (("7/20", "5/4"), ("-9/8", "3/4"), ("0", "1"), ("3", "-1/7"))
_TRIAL_WATCHES = (("0", "1000000", "-1000000"), ("1/2", "2", "0"), ("0", "1", "1"))
_TRIAL_STEPS = 4


@takes(loop=instance(Loop))
def accelerated(loop: Loop) -> Loop:
    """The loop with `advance` in machine code, or `loop` itself where that cannot be had.

    The new `advance` returns bit for bit what the old one does. It sees an interrupt only when it
    returns, so bound its `count`; other threads run meanwhile. Without llvmlite, where FLINT lacks
    a function, or should a trial against `loop` show a difference, the log "trajalign" gets a line.
    The environment variable TRAJALIGN_PURE=1 turns it off.

    >>> from trajalign.numerics.orbits.loops import compile_loop
    >>> from trajalign.theory.models import TwoLayerLinear
    >>> from trajalign.theory.responses import Loss
    >>> loop = compile_loop(TwoLayerLinear(Loss.parse("log-cosh")))
    >>> start, eta, watch = (arb("0.5"), arb("1.25")), arb("0.125"), Watch(arb(0), arb(9), arb(0))
    >>> accelerated(loop).advance(start, eta, 100, watch) == loop.advance(start, eta, 100, watch)
    True
    """
    if os.environ.get("TRAJALIGN_PURE") == "1":
        return loop
    try:
        if not _has_llvmlite():
            return loop
        fast = replace(loop, advance=_compiled(loop.program))
        _compare(fast, loop)
    except Exception as error:  # whatever it is, the Python loop is there
        _log.warning("orbits of %s run without acceleration: %r", loop.model.name, error)
        return loop
    return fast


@cache
def _has_llvmlite() -> bool:
    try:
        import_module("llvmlite.binding")
    except ImportError:
        _log.info("orbits run without acceleration: llvmlite is missing (trajalign[fast])")
        return False
    return True


@dataclass(frozen=True)
class _MachineLoop:
    """Machine code, what goes into its first registers, and how many it needs in all."""

    run: Callable[[int, int, int], int]
    engine: Any  # owns the code
    inputs: Callable[[State, arb, Watch], tuple[arb, ...]]
    size: int

    def __call__(self, state: State, eta: arb, count: int, watch: Watch) -> tuple[State, int]:
        if count < 1:
            return state, count
        with Registers(self.size) as registers:
            for slot, value in enumerate(self.inputs(state, eta, watch)):
                registers.load(slot, value)
            done = self.run(registers.start, count, ctx.prec)
            return (registers.number(0), registers.number(1)), done


def _compiled(program: Program) -> _MachineLoop:
    """Machine code for a program. The registers have the names that they have in `loops`."""
    import llvmlite.binding as llvm

    changing = program.needing((P, U))
    indices = range(len(program.lines))
    once = [i for i in indices if program.register(i) not in changing]
    each = [i for i in indices if program.register(i) in changing]
    given = {name: name for name in ("r0", "r1", "r2", "near", "far", "floor")}
    given |= {f"r{program.register(i)}": f"r{program.register(i)}" for i in once}
    given |= {f"k{i}": f"arb(k{i})" for i in each if program.lines[i].operation == "power"}
    registers = [*given, *(f"r{program.register(i)}" for i in each), "kept"]

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    module = llvm.parse_assembly(_assembly(program, each, registers))
    machine = llvm.Target.from_default_triple().create_target_machine(opt=2)
    engine = llvm.create_mcjit_compiler(module, machine)
    engine.finalize_object()
    run = _RUN(engine.get_function_address("advance"))
    return _MachineLoop(run, engine, _inputs(program, once, given.values()), len(registers))


def _inputs(program: Program, once: Sequence[int], values: Iterable[str]) -> Callable[..., Any]:
    """A function that gives the inputs, with what does not change from step to step."""
    source = f"""
def inputs(state, eta, watch):
    (r0, r1), r2 = state, eta
    near, far, floor = watch.near, watch.far, watch.floor
    {"; ".join(statement(program, i) for i in once) or "pass"}
    return {", ".join(values)}
"""
    scope = constants(program)
    exec(source, scope)
    inputs: Callable[..., Any] = scope["inputs"]
    return inputs


def _assembly(program: Program, each: Sequence[int], registers: Sequence[str]) -> str:
    """The loop in LLVM IR; `each` are the lines of a step, `registers` the names in memory."""
    p_next, u_next = (f"r{output}" for output in program.outputs)
    size = register_size()
    places = [
        f"%{r} = getelementptr i8, ptr %base, i64 {i * size}" for i, r in enumerate(registers)
    ]
    step = [c for i in each for c in _calls(program.lines[i], f"r{program.register(i)}", f"k{i}")]
    step += [_call("arb_get_mid_arb", "kept", p_next), _call("arb_get_mid_arb", "r1", u_next)]
    step += [_call("arb_swap", "r0", "kept")]  # p is replaced last, for u' may be p
    for number, (function, x, y, sign) in enumerate(_TESTS):
        step += [f"%order{number} = {_call(function, x, y, result='i32')}"]
        step += [f"%inside{number} = icmp {sign} i32 %order{number}, 0"]
    line = "\n    "
    return f"""
define {_INTEGER} @advance(ptr %base, {_INTEGER} %count, {_INTEGER} %precision) {{
  entry:
    {line.join(places)}
    br label %step
  step:
    %before = phi {_INTEGER} [0, %entry], [%done, %step]
    %done = add {_INTEGER} %before, 1
    {line.join(step)}
    %between = and i1 %inside0, %inside1
    %inside = and i1 %between, %inside2
    %more = icmp ne {_INTEGER} %done, %count
    %on = and i1 %inside, %more
    br i1 %on, label %step, label %end
  end:
    ret {_INTEGER} %done
}}
"""


def _calls(line: Line, result: str, exponent: str) -> list[str]:
    """One line of a program, with the C functions by which python-flint does it."""
    operands = [f"r{i}" for i in line.operands]
    match line.operation:
        case "sign":
            return [_call(_NAMES["sign"], result, *operands)]
        case "abs":
            rounded = _call("arb_set_round", result, result, "precision")
            return [_call(_NAMES["abs"], result, *operands), rounded]
        case "power":
            operands.append(exponent)
    name = _NAMES.get(line.operation, f"arb_{line.operation}")
    return [_call(name, result, *operands, "precision")]


def _call(name: str, *arguments: str, result: str = "void") -> str:
    typed = (f"{_INTEGER if a == 'precision' else 'ptr'} %{a}" for a in arguments)
    return f"call {result} inttoptr (i64 {address(name)} to ptr)({', '.join(typed)})"


def _compare(fast: Loop, slow: Loop) -> None:
    """Raise ArithmeticError unless both give the same from several states, to several ends."""
    for bits, numbers, bounds in product(_TRIAL_BITS, _TRIAL_STATES, _TRIAL_WATCHES):
        with ctx.workprec(bits):
            p, u = (arb(x).mid() for x in numbers)
            watch = Watch(*(arb(x).mid() for x in bounds))
            ends = [loop.advance((p, u), arb("1/50"), _TRIAL_STEPS, watch) for loop in (fast, slow)]
        told = {(dumped(p), dumped(u), done) for (p, u), done in ends}
        if len(told) > 1:
            raise ArithmeticError(f"a trial at {bits} bits differs from the Python loop")
