"""The accelerated loop gives the numbers of the Python loop to the last bit, or stands aside."""

import ctypes
import logging
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
import sympy as sp
from flint import arb, ctx
from zoo import PROBLEMS

from trajalign.numerics.compile import flint_memory
from trajalign.numerics.compile.balls import compile_balls
from trajalign.numerics.compile.flint_memory import Registers, dumped
from trajalign.numerics.compile.program import compile_program
from trajalign.numerics.orbits import native
from trajalign.numerics.orbits.loops import Watch, compile_loop
from trajalign.numerics.orbits.native import accelerated
from trajalign.theory.functions import ROWS
from trajalign.theory.models import ETA, P, SingleNeuron
from trajalign.theory.models.division_free import U
from trajalign.theory.responses import Activation

pytest.importorskip("llvmlite.binding", reason="needs llvmlite, which is in trajalign[fast]")

OPEN = Watch(arb(0), arb(10**6), arb(0))
START = (arb("0.375"), arb("1.25"))
LOOPS = {problem.name: compile_loop(problem.model) for problem in PROBLEMS}
LOG_COSH = LOOPS["log-cosh"]
FAST = {name: accelerated(loop) for name, loop in LOOPS.items()}


def both(name, bits, state=START, eta="1/50", count=30, watch=OPEN):
    """What the Python loop and the accelerated one make of the same, every bit of it."""
    with ctx.workprec(bits):
        runs = [loops[name].advance(state, arb(eta), count, watch) for loops in (LOOPS, FAST)]
    return [(dumped(p), dumped(u), done) for (p, u), done in runs]


@pytest.mark.parametrize("name", LOOPS)
def test_every_problem_is_accelerated(name):
    assert FAST[name] is not LOOPS[name]
    assert replace(FAST[name], advance=None) == replace(LOOPS[name], advance=None)


@pytest.mark.parametrize("bits", [2, 53, 64, 65, 196, 700, 2000])
@pytest.mark.parametrize("name", LOOPS)
def test_the_bits_are_the_same(name, bits):
    plain, fast = both(name, bits)
    assert plain == fast
    assert plain[2] > 0


@pytest.mark.parametrize("name", LOOPS)
def test_the_bits_are_the_same_for_negative_p_and_a_large_step_size(name):
    plain, fast = both(name, 196, (arb("-0.75"), arb("1.125")), "1/3")
    assert plain == fast


def test_the_bits_are_the_same_after_many_steps():
    plain, fast = both("tanh", 100, count=5000)
    assert plain == fast
    assert plain[2] == 5000


def test_pieces_make_the_same_orbit_as_the_whole():
    with ctx.workprec(120):
        state = START
        for _ in range(10):
            state, _ = FAST["log-cosh"].advance(state, arb("1/50"), 7, OPEN)
        assert state == LOG_COSH.advance(START, arb("1/50"), 70, OPEN)[0]


def test_the_precision_is_the_one_in_force_at_the_call():
    with ctx.workprec(70):
        (coarse, _), _ = FAST["log-cosh"].advance(START, arb("1/50"), 9, OPEN)
    with ctx.workprec(900):
        (fine, _), _ = FAST["log-cosh"].advance(START, arb("1/50"), 9, OPEN)
    assert coarse.bits() <= 70 < 800 < fine.bits() <= 900


def test_the_step_size_is_that_of_each_call():
    assert both("log-cosh", 100, eta="1/50")[1] != both("log-cosh", 100, eta="1/49")[1]


# Ends.


@pytest.mark.parametrize(
    ("state", "watch", "steps"),
    [
        pytest.param(("3/8", "5/8"), Watch(arb(0), arb(9), arb(0)), 40, id="count"),
        pytest.param(("3/8", "5/8"), Watch(arb("0.3"), arb(9), arb(0)), 1, id="near"),
        pytest.param(("-3/8", "5/8"), Watch(arb("0.3"), arb(9), arb(0)), 1, id="near-negative"),
        pytest.param(("3/8", "5/4"), Watch(arb(0), arb("0.375"), arb(0)), 1, id="far"),
        pytest.param(("-3/8", "5/4"), Watch(arb(0), arb("0.375"), arb(0)), 1, id="far-negative"),
        pytest.param(("3/8", "5/8"), Watch(arb(0), arb(9), arb("0.625")), 1, id="floor"),
        pytest.param(("0", "5/8"), Watch(arb(0), arb(9), arb(0)), 1, id="zero"),
        pytest.param(("3/8", "5/8"), Watch(arb(0), arb.pos_inf(), arb.neg_inf()), 40, id="open"),
        pytest.param(("3/8", "5/8"), Watch(arb(0), arb.nan(), arb(0)), 1, id="undefined-bound"),
    ],
)
def test_the_loop_ends_where_the_python_loop_does(state, watch, steps):
    plain, fast = both("log-cosh", 100, tuple(arb(x) for x in state), count=40, watch=watch)
    assert plain == fast
    assert fast[2] == steps


@pytest.mark.parametrize("count", [0, -3])
def test_no_steps_are_no_steps(count):
    state = (arb("1/3"), arb("1/7"))  # with radii
    assert FAST["tanh"].advance(state, arb(1), count, OPEN) == (state, count)


def test_the_loop_ends_at_the_border_of_the_domain():
    loop = compile_loop(SingleNeuron(Activation.parse("asin(z)")))
    fast = accelerated(loop)
    assert fast is not loop
    results = [each.advance((arb(2), arb(1)), arb("0.1"), 5, OPEN) for each in (loop, fast)]
    for (p, u), done in results:
        assert p.is_nan()
        assert u.is_nan()
        assert done == 1
    assert len({dumped(x) for (p, u), _ in results for x in (p, u)}) == 1


@pytest.mark.parametrize(
    "state",
    [
        ("0.3 +/- 0.001", "5/4"),
        ("0.3", "1.25 +/- 1e-30"),
        ("nan", "1"),
        ("inf", "1"),
        ("-1e-100000", "1e5000"),
    ],
)
def test_any_numbers_are_taken(state):
    plain, fast = both("log-cosh", 196, tuple(arb(x) for x in state), count=3)
    assert plain == fast


# Operations, each against python-flint's method.


def test_every_function_has_its_counterpart():
    for row in ROWS:
        expressions = (row.kind(P) / 3, row.kind(U))
        machine = native._compiled(compile_program(expressions, (P, U, ETA), fixed=(ETA,)))
        plain = compile_balls(expressions, (P, U, ETA))
        for start in ("0.375", "-0.75", "1.5"):
            with ctx.workprec(150):
                state, (p, u) = (arb(start), arb("1.25")), plain(arb(start), arb("1.25"), arb(1))
                found, done = machine(state, arb(1), 1, OPEN)
            assert [dumped(x) for x in found] == [dumped(p.mid()), dumped(u.mid())], row.name
            assert done == 1


@pytest.mark.parametrize(
    "expression",
    [
        P ** sp.Rational(7, 3) + U,
        (1 + P**2) ** sp.Rational(-5, 3),
        sp.pi * P - sp.E * U,
        sp.sqrt(P) / (1 + U),
        -(P + 1) * 2,
        U,  # p' = u and u' = p: what comes out is a register that goes in
        sp.Rational(2, 3),
    ],
    ids=str,
)
def test_every_other_operation_has_its_counterpart(expression):
    machine = native._compiled(compile_program((expression, P), (P, U, ETA), fixed=(ETA,)))
    plain = compile_balls((expression, P), (P, U, ETA))
    with ctx.workprec(150):
        p, u = START
        for _ in range(2):
            p, u = (x.mid() for x in plain(p, u, arb(1)))
        found, done = machine(START, arb(1), 2, OPEN)
    assert [dumped(x) for x in found] == [dumped(p), dumped(u)]
    assert done == 2


@pytest.mark.parametrize("name", LOOPS)
def test_what_does_not_change_is_not_in_the_loop(name, monkeypatch):
    written = []
    calls = native._calls
    monkeypatch.setattr(native, "_calls", lambda *line: written.append(line[1]) or calls(*line))
    native._compiled(LOOPS[name].program)
    changing = LOOPS[name].program.needing((P, U)) - {0, 1}
    assert sorted(written) == sorted(f"r{register}" for register in changing)
    assert len(changing) < len(LOOPS[name].program.lines)


# Standing aside.


@pytest.fixture
def log(caplog):
    caplog.set_level(logging.INFO, logger="trajalign")
    return caplog


@pytest.fixture
def afresh():
    native._has_llvmlite.cache_clear()
    yield
    native._has_llvmlite.cache_clear()


def test_success_is_not_worth_a_line(log):
    assert accelerated(LOG_COSH) is not LOG_COSH
    assert log.records == []


@pytest.mark.usefixtures("afresh")
def test_without_llvmlite_the_loop_is_the_python_loop_and_one_line_says_so(monkeypatch, log):
    monkeypatch.setitem(sys.modules, "llvmlite", None)
    monkeypatch.delitem(sys.modules, "llvmlite.binding", raising=False)
    for loop in LOOPS.values():
        assert accelerated(loop) is loop
    (record,) = log.records
    assert record.levelno == logging.INFO
    assert "trajalign[fast]" in record.getMessage()


def test_a_variable_of_the_environment_turns_it_off(monkeypatch, log):
    monkeypatch.setenv("TRAJALIGN_PURE", "1")
    assert accelerated(LOG_COSH) is LOG_COSH
    assert log.records == []


def refused(loop, log):
    """Whether `loop` comes back as it is, with one warning."""
    returned = accelerated(loop)
    if returned is not loop:
        return False
    (record,) = log.records
    assert record.levelno == logging.WARNING
    assert "\n" not in record.getMessage()
    return True


def test_a_function_that_flint_lacks_is_refused(log):
    program = compile_program((sp.DiracDelta(P), U), (P, U, ETA))
    assert refused(replace(LOG_COSH, program=program), log)
    assert "arb_flat" in log.records[0].getMessage()


def test_a_flint_that_does_not_exchange_numbers_is_refused(monkeypatch, log):
    monkeypatch.setitem(flint_memory._SIGNATURES, "arb_no_such_function", (None,))
    flint_memory._flint.cache_clear()
    try:
        assert refused(LOG_COSH, log)
        assert "arb_no_such_function" in log.records[0].getMessage()
    finally:
        flint_memory._flint.cache_clear()


@pytest.mark.usefixtures("afresh")
def test_an_llvmlite_that_does_not_load_is_refused(monkeypatch, log):
    class Broken:
        def find_spec(self, name, *_):
            if name.startswith("llvmlite"):
                raise OSError("could not find the shared library libllvmlite.so")

    for name in [name for name in sys.modules if name.split(".")[0] == "llvmlite"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [Broken(), *sys.meta_path])
    assert refused(LOG_COSH, log)


def test_an_llvm_that_does_not_understand_is_refused(monkeypatch, log):
    monkeypatch.setattr(native, "_assembly", lambda *_: "define i64 @advance(")
    assert refused(LOG_COSH, log)


@pytest.mark.parametrize(
    ("name", "operation", "other"),
    [
        ("log-cosh", "add", "arb_sub"),
        ("log-cosh", "subtract", "arb_add"),
        ("log-cosh", "multiply", "arb_div"),
        ("log-cosh", "tanh", "arb_sin"),
        ("pseudo-huber", "sqrt", "arb_exp"),
        ("algebraic", "divide", "arb_mul"),
        ("erf", "erf", "arb_hypgeom_erfc"),
    ],
)
def test_another_operation_is_found_out(name, operation, other, monkeypatch, log):
    monkeypatch.setitem(native._NAMES, operation, other)
    assert refused(LOOPS[name], log)


@pytest.mark.parametrize("number", range(len(native._TESTS)))
def test_another_end_is_found_out(number, monkeypatch, log):
    tests = list(native._TESTS)
    *rest, sign = tests[number]
    tests[number] = (*rest, {"sgt": "sle", "slt": "sge"}[sign])
    monkeypatch.setattr(native, "_TESTS", tests)
    assert refused(LOG_COSH, log)


def test_a_radius_that_is_kept_is_found_out(monkeypatch, log):
    call = native._call

    def careless(name, *arguments, **result):
        return call({"arb_get_mid_arb": "arb_set"}.get(name, name), *arguments, **result)

    monkeypatch.setattr(native, "_call", careless)
    assert refused(LOG_COSH, log)


def test_an_unchanged_program_is_not_refused(monkeypatch, log):
    monkeypatch.setitem(native._NAMES, "add", "arb_add")
    assert not refused(LOG_COSH, log)


# Memory and threads.


def resident_bytes():
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * 4096


def growth(calls):
    """In bytes. Memory that earlier tests left free is given back before, where the C library can:
    else it would be taken first, and nothing would grow."""
    getattr(ctypes.CDLL(None), "malloc_trim", lambda _: 0)(0)
    with ctx.workprec(20_000):  # a forgotten register costs 2.5 kB
        for _ in range(100):
            FAST["log-cosh"].advance(START, arb("1/50"), 1, OPEN)
        before = resident_bytes()
        for _ in range(calls):
            FAST["log-cosh"].advance(START, arb("1/50"), 1, OPEN)
    return resident_bytes() - before


needs_proc = pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs /proc")


@needs_proc
def test_memory_is_given_back():
    assert growth(1000) < 4_000_000


@needs_proc
def test_memory_that_is_not_given_back_is_seen(monkeypatch):
    monkeypatch.setattr(Registers, "__exit__", lambda *_: None)
    assert growth(1000) > 16_000_000


def test_memory_is_given_back_after_an_error(monkeypatch):
    cleared = []
    leave = Registers.__exit__
    monkeypatch.setattr(Registers, "__exit__", lambda *a: cleared.append(a[1]) or leave(*a))
    with pytest.raises(AttributeError):
        FAST["log-cosh"].advance(START, arb("1/50"), 1, None)
    assert cleared == [AttributeError]


def test_threads_do_not_disturb_each_other():
    starts = [(arb(n) / 16, arb("1.25")) for n in range(1, 9)]

    def end(start):
        return FAST["log-cosh"].advance(start, arb("0.02"), 3000, OPEN)

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(end, starts)) == [end(start) for start in starts]
