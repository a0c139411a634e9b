"""Every public function refuses arguments of the wrong kind in one line that names them, and takes
exact numbers however they are written."""

import inspect
from decimal import Decimal
from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy as sp
from flint import arb

from trajalign import numerics, theory, verification
from trajalign.numerics import networks
from trajalign.theory.arguments import each, integer, optional, rational, real
from trajalign.theory.errors import ArgumentError, InputError

ROOMS = (theory, numerics, networks, verification)
Z = theory.Z
TWENTIETH = sp.Rational(1, 20)


@pytest.mark.parametrize(
    "value",
    [
        *("0.05", "1/20", "5e-2", 0.05, np.float64(0.05), Fraction(1, 20), Decimal("0.05")),
        *(TWENTIETH, sp.Float("0.05"), sp.Float(0.05)),
        *(np.float32(0.05), np.float16(0.05), np.array(0.05), mpmath.mpf("0.05"), mpmath.mpf(0.05)),
    ],
    ids=repr,
)
def test_one_number_however_it_is_written(value):
    assert rational(value, "eta") == TWENTIETH
    assert rational(value, "eta").is_Rational


@pytest.mark.parametrize("value", [3, np.int64(3), np.int8(3), sp.Integer(3), 3.0, "3"])
def test_integers(value):
    assert rational(value, "n") == 3
    if not isinstance(value, str | float):
        assert integer(value, "n") == 3


def test_the_shortest_decimal_of_mpmath_does_not_depend_on_its_working_precision():
    with mpmath.workdps(50):
        tenth, third = mpmath.mpf("0.1"), mpmath.mpf(1) / 3
    for digits in (15, 80):
        with mpmath.workdps(digits):
            assert rational(tenth, "x") == sp.Rational(1, 10)
            assert abs(rational(third, "x") - sp.Rational(1, 3)) < sp.Rational(1, 10**50)
    assert rational(third, "x") != rational(mpmath.mpf(1) / 3, "x")


def test_the_shortest_decimal_is_meant_not_the_binary_number():
    assert rational(0.1 + 0.2, "x") == sp.Rational(30000000000000004, 10**17)
    assert rational(0.1, "x") != sp.Rational(0.1)


NO_NUMBERS = [float("nan"), float("inf"), Decimal("NaN"), Decimal("Infinity"), Decimal("1e1000000")]
NO_NUMBERS += [True, np.True_, sp.true, 1j, 1 + 0j, None, "x", "", "1/0", [1], (1,), {}, b"1"]
NO_NUMBERS += [np.array([1.0]), np.array([[1]]), sp.pi, sp.sqrt(2), sp.oo, sp.nan, sp.zoo, Z, sp.I]
NO_NUMBERS += [arb(1), object, int, mpmath.inf, mpmath.nan, mpmath.mpc(1), mpmath.pi]
NO_NUMBERS += [np.float32("nan"), np.complex64(1), np.array(True), mpmath.mpf("1e1000000")]


@pytest.mark.parametrize("value", NO_NUMBERS, ids=lambda v: repr(v)[:30])
def test_what_is_no_number(value):
    for convert in (rational, real):
        with pytest.raises(ArgumentError, match=r"^eta\b") as caught:
            convert(value, "eta")
        assert "\n" not in str(caught.value)
    with pytest.raises(ArgumentError, match=r"^n = "):
        integer(value, "n")


def test_sequences_and_what_may_be_missing():
    assert each(rational)([1, "1/2"], "x") == (1, sp.Rational(1, 2))
    assert optional(rational)(None, "x") is None
    for bad in ("12", 3, [1], [1, "x"], [1, 2, 3]):
        with pytest.raises(ArgumentError, match=r"^x"):
            each(rational, 2)(bad, "x")


def test_responses_however_they_are_given():
    expected = theory.Loss.parse("log-cosh")
    for z in (Z, sp.Symbol("z"), sp.Symbol("z", positive=True), sp.Dummy("z")):
        assert theory.Loss(sp.log(sp.cosh(z))) == expected
    assert theory.Loss("log-cosh") == theory.Loss("log(cosh(z))") == expected
    model = theory.TwoLayerLinear(expected)
    assert theory.TwoLayerLinear("log-cosh") == model
    assert theory.TwoLayerLinear(sp.log(sp.cosh(Z))) == model
    assert theory.curve_series(theory.TwoLayerLinear("log-cosh"), 2).limit[1:] == (
        sp.Rational(3, 4),
        sp.Rational(63, 80),
    )
    assert theory.SingleNeuron("tanh").response == theory.Activation.parse("tanh")
    assert theory.Loss(0.5 * Z**2).expression == Z**2 / 2
    assert theory.Loss(sp.Abs(Z) ** 3, "cubic").text == "cubic"
    assert theory.Loss(1 / sp.sech(Z) - sp.Abs(Z) ** 3).expression == sp.cosh(Z) - sp.Abs(Z) ** 3


WRONG_RESPONSES = [None, 3, 0.5, ["log-cosh"], b"log-cosh", theory.TwoLayerLinear, theory.Loss]
WRONG_RESPONSES += ["no-such", sp.Symbol("x") ** 2, Z * sp.Symbol("z"), sp.Integer(1), sp.oo * Z]
WRONG_RESPONSES += [sp.I * Z**2, sp.besselj(0, Z), sp.Eq(Z, 1), Z**sp.pi, Z**1000, sp.sin(Z) ** Z]


@pytest.mark.parametrize("value", WRONG_RESPONSES, ids=lambda v: repr(v)[:30])
@pytest.mark.parametrize("kind", ["Loss", "Activation", "TwoLayerLinear", "SingleNeuron"])
def test_wrong_responses(kind, value):
    with pytest.raises(InputError) as caught:
        getattr(theory, kind)(value)
    assert "\n" not in str(caught.value)


def test_the_other_kind_of_response():
    with pytest.raises(ArgumentError, match=r"need a Loss.*not the Activation tanh"):
        theory.TwoLayerLinear(theory.Activation.parse("tanh"))
    with pytest.raises(ArgumentError, match=r"need an Activation.*not the Loss"):
        theory.SingleNeuron(theory.Loss.parse("log-cosh"))


MODEL = theory.TwoLayerLinear("log-cosh")
NETWORK = networks.Network(2, 1, 1)
TASK = networks.Task(NETWORK, networks.one_point(1), "log-cosh", 0.5)
STOPS = numerics.Stops(10)
JET = numerics.compile_jet(sp.cosh(Z), Z)
BALLS = numerics.compile_balls([1 / Z, -1 / Z**2], [Z])

# A call of each public function with good arguments, by name.
X, A = sp.symbols("x a", positive=True)
CALLS = {
    "Activation": ("tanh",),
    "Loss": ("log-cosh",),
    "TwoLayerLinear": ("log-cosh",),
    "SingleNeuron": ("tanh",),
    "bifurcation_diagram": (MODEL,),
    "conditions": (MODEL.response,),
    "curve_closed": (MODEL, 1),
    "curve_generic": (MODEL, 1),
    "curve_series": (MODEL, 1, 1),
    "exact_curve": (MODEL,),
    "frozen_family": (MODEL,),
    "log_slope_root": (theory.Loss("pseudo-huber"), -0.5),
    "log_slope_roots": (theory.Loss("pseudo-huber"), "-1/2"),
    "long_times": (MODEL,),
    "parse_expression": ("z**2",),
    "parse_rational": ("1/2",),
    "rational": ("1/2", "x"),
    "slow_curve": (MODEL,),
    "known_statements": ("linear",),
    "taylor": (sp.cosh(Z), 3, Z),
    "flip_coefficient": (-Z + Z**3, Z, 0),
    "flip_discriminant": (Z**2 + Z**4, Z, 0),
    "InverseResponse": (MODEL.response,),
    "Stops": (10, "1e-9", 100.0),
    "accelerated": (numerics.compile_loop(MODEL),),
    "accurate_jet": (JET, arb(1), 2),
    "alignment_exponent": (MODEL, 0.8, 15),
    "cascade": (MODEL, 1),
    "compile_balls": ([Z**2], [Z]),
    "compile_enclosed_loop": (MODEL,),
    "compile_jet": (sp.cosh(Z), Z),
    "compile_loop": (MODEL,),
    "compile_step": (MODEL,),
    "compile_tail": (MODEL,),
    "crossing_time": (MODEL, 0.8, "1/50", 15),
    "enclose": (numerics.compile_enclosed_loop(MODEL), "1/10", (1, 2.0), STOPS),
    "enclose_accurately": (numerics.compile_enclosed_loop(MODEL), 0.1, (1, 2), STOPS),
    "enclose_limit": None,
    "enclose_root": (theory.log_slope_root(theory.Loss("pseudo-huber"), "-1/2"), 10),
    "evaluate": (BALLS, (arb(2),), 60),
    "fast_forward": (MODEL, 0.01, (None, "4/5")),
    "grid": (MODEL, [0.1], ["1"], [Fraction(4, 5)]),
    "iterate": (numerics.compile_loop(MODEL), 0.1, (1, "2"), STOPS),
    "linspace": ("1/10", 1.0, 4),
    "load": None,
    "load_orbit": None,
    "save": None,
    "lyapunov_exponents": (MODEL, [0.5, "0.6"]),
    "orbit_diagram": (MODEL, np.array([0.5])),
    "period_doublings": (X - A * (X**2 - 1) * X, X, A, (1, "1"), 1),
    "solve_decreasing": (BALLS, arb(0.5), arb(1), arb(3), 50),
    "taylor_enclosure": (JET, arb(1), 2),
    "Network": (2, 1, 1),
    "Schedule": (4, 1, 2),
    "Task": (NETWORK, networks.one_point(1), "log-cosh", "1/2"),
    "Data": ([[1.0]], [0]),
    "coordinates": None,
    "descend": None,
    "deviations": None,
    "digits": (0, 1, 2),
    "effective_diagram": ("log-cosh", [[1.0]], [[1.0]]),
    "table": ("wine", 4),
    "gaussian_points": (2, 3, 1),
    "is_reducible": (TASK,),
    "one_point": (1, "1/2"),
    "sharpness": None,
    "settle": None,
    "flip_law": None,
    "gap_with_slow_modes": None,
    "averaged_flow": None,
    "spectra": None,
    "Assumptions": (MODEL,),
    "Options": (["linear/limit"], 0.05, 30),
    "control": None,
    "known_labels": ("linear",),
    "standings": ([],),
    "verify": None,
    "exit_status": ([],),
    # without parameters
    "diagonal_form": (),
    "linear_spectrum": (),
    "linear_update": (),
}
SLOW = {"bifurcation_diagram", "cascade", "long_times", "fast_forward", "lyapunov_exponents"}
# Where wrong arguments are tried in place of the good ones of a slow or of no call.
WRONG_AT = CALLS | {
    "enclose_limit": (0, 0),
    "load": (0,),
    "load_orbit": (0,),
    "save": (0, 0),
    "descend": (0, (), 0),
    "deviations": (0, (), 0),
    "sharpness": (0, ()),
    "settle": (0, ()),
    "flip_law": (0, ()),
    "gap_with_slow_modes": (0, ()),
    "averaged_flow": (0, (), 1),
    "spectra": (0, (), 0),
    "control": (0,),
    "verify": (0,),
}
WRONG = [None, object(), "no such thing", {1: 2}, float("nan"), True, -1.5j]
# What is right there: a text, None for "not given", any sequence, as in the signatures.
ALLOWED = {
    ("evaluate", 1),  # the points are balls, and a wrong one is not looked for
    ("compile_balls", 0),
    ("solve_decreasing", 1),
    ("rational", 1),
    ("Data", 0),
    ("Data", 1),
    ("effective_diagram", 1),
    ("effective_diagram", 2),
    ("descend", 1),
    ("deviations", 1),
    ("sharpness", 1),
    ("settle", 1),
    ("flip_law", 1),
    ("gap_with_slow_modes", 1),
    ("averaged_flow", 1),
    ("spectra", 1),
    ("exit_status", 0),
    ("save", 0),
}
RESULTS = {
    "BifurcationDiagram",
    "Branch",
    "Condition",
    "CurveSeries",
    "ExactCurve",
    "ExactRoot",
    "FrozenFamily",
    "LongTimes",
    "Model",
    "ParameterSpace",
    "ReducedModel",
    "Response",
    "Segment",
    "SlowCurve",
    "SpecialPoint",
    "Statement",
    "BallFunction",
    "Cascade",
    "Cycle",
    "CycleBranch",
    "EnclosedLoop",
    "EnclosedOrbit",
    "Estimate",
    "FastForward",
    "Flip",
    "JetFunction",
    "LimitEnclosure",
    "Loop",
    "LyapunovExponents",
    "Orbit",
    "OrbitDiagram",
    "OrbitFile",
    "PeriodDoublings",
    "Coordinates",
    "Descent",
    "EffectiveDiagram",
    "Ahead",
    "FlipLaw",
    "Spectra",
    "Trajectories",
    "Control",
    "Effort",
    "Evidence",
    "Outcome",
    "Standing",
    "Verdict",
}


def public():
    for room in ROOMS:
        for name in room.__all__:
            thing = getattr(room, name)
            is_error = isinstance(thing, type) and issubclass(thing, Exception)
            is_ours = str(getattr(thing, "__module__", "")).startswith("trajalign")
            if is_ours and callable(thing) and name not in RESULTS and not is_error:
                yield room, name


def test_every_public_function_is_tried():
    assert {name for _, name in public()} == set(CALLS)


@pytest.mark.parametrize(
    ("room", "name"),
    [pair for pair in public() if CALLS[pair[1]] is not None and pair[1] not in SLOW],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_good_arguments_are_taken(room, name):
    getattr(room, name)(*CALLS[name])


def allows_none(function, index):
    parameter = list(inspect.signature(function).parameters.values())[index]
    return parameter.default is None or "None" in str(parameter.annotation)


@pytest.mark.parametrize(
    ("room", "name"), list(public()), ids=lambda v: v if isinstance(v, str) else ""
)
def test_wrong_arguments_are_refused_in_one_line(room, name):
    function, good = getattr(room, name), WRONG_AT[name] or ()
    for index in range(len(good)):
        if (name, index) in ALLOWED:
            continue
        for wrong in WRONG:
            if wrong is None and allows_none(function, index):
                continue
            arguments = [*good[:index], wrong, *good[index + 1 :]]
            if name in ("load", "load_orbit", "save") and isinstance(wrong, str):
                continue  # a path, if not of a file
            with pytest.raises(InputError) as caught:
                function(*arguments)
            assert "\n" not in str(caught.value), (index, wrong)
