"""What the strategies draw has the hypotheses they promise, and lacks those they promise to break.

The proofs in the module's docstring are retraced here: formulas by SymPy from the definition of r,
and the mixtures' bound by mpmath from their D, without the project's own derivations.
"""

import subprocess
import sys

import pytest
import sympy as sp
from hypothesis import HealthCheck, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample
from mpmath import mp
from zoo import BY_NAME, LINEAR, NEURON

from trajalign.theory import Activation, InputError, Loss, Model, SingleNeuron, TwoLayerLinear
from trajalign.verification import Assumptions, Outcome
from trajalign.verification.testing.strategies import (
    BROKEN,
    admissible_activations,
    admissible_losses,
    edge_of_stability_starts,
    gradient_flow_starts,
    mixtures,
    near_miss_activations,
    near_miss_losses,
    rationals,
    step_sizes,
)

few = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
LOG_COSH, TANH = BY_NAME["log-cosh"].model, BY_NAME["tanh"].model
U, ALPHA = sp.symbols("u alpha", positive=True)


def broken(model: Model) -> set[str]:
    """What does not pass; without "analytic" nothing else can be asked."""
    verdicts = Assumptions(model).verdicts
    found = {name for name, verdict in verdicts.items() if verdict.outcome is not Outcome.PASS}
    rest = {verdicts[name].outcome for name in found - {"analytic"}}
    return {"analytic"} if rest == {Outcome.NOT_APPLICABLE} else found


# Responses -------------------------------------------------------------------------------------


@settings(few, max_examples=6)
@given(admissible_losses())
def test_admissible_losses_have_every_hypothesis(loss):
    assert broken(TwoLayerLinear(loss)) == set()


@settings(few, max_examples=5)
@given(admissible_activations())
def test_admissible_activations_have_every_hypothesis(activation):
    assert broken(SingleNeuron(activation)) == set()


@pytest.mark.parametrize("name", BROKEN[Loss])
@settings(few, max_examples=2)
@given(data=st.data())
def test_near_miss_losses_break_exactly_what_they_say(name, data):
    assert broken(TwoLayerLinear(data.draw(near_miss_losses(name)))) == BROKEN[Loss][name]


@pytest.mark.parametrize("name", BROKEN[Activation])
@settings(few, max_examples=2)
@given(data=st.data())
def test_near_miss_activations_break_exactly_what_they_say(name, data):
    assert broken(SingleNeuron(data.draw(near_miss_activations(name)))) == BROKEN[Activation][name]


@pytest.mark.parametrize("make", [near_miss_losses, near_miss_activations])
def test_an_unknown_hypothesis_is_refused(make):
    with pytest.raises(InputError, match="'A7' is not one of A1"):
        make("A7")


@pytest.mark.parametrize("kind", [Loss, Activation])
def test_every_hypothesis_can_be_broken(kind):
    known = {hypothesis.name for hypothesis in kind.hypotheses}
    assert set(BROKEN[kind]) == known - {"curved"}
    assert set().union(*BROKEN[kind].values()) == known


@pytest.mark.parametrize(
    ("name", "value", "hybrid"),
    [
        # ℓ''(0) and φ'(0) by hand; the text of a near-miss is the drawn function itself.
        ("normalised", sp.Rational(3, 2), "(3/2)*(sqrt(1+z**2))"),
        ("normalised", 1 + sp.Rational(1, 10**9), "(1+1/10**9)*(sqrt(1+z**2))"),
        ("normalised", sp.Integer(1), "1*(sqrt(1+z**2))"),
    ],
)
def test_a_multiple_is_seen_however_near_to_one(name, value, hybrid):
    verdict = Assumptions(TwoLayerLinear(Loss.parse(hybrid))).verdicts[name]
    assert (verdict.outcome is Outcome.PASS) is (value == 1)
    assert value == 1 or verdict.witness == {"z": "0", "ℓ''(0)": str(value)}


def test_the_lopsided_activation_has_the_log_slope_of_the_proof():
    y, d = sp.symbols("y delta", positive=True)
    r = (1 - y**2) ** 2 * (1 - d * y**3) * (1 - 4 * d * y**3)
    k = 3 * d / (1 - d * y**3) + 12 * d / (1 - 4 * d * y**3)
    claimed = -4 * y**2 - (1 - y**2) * y**3 * k
    # z dy/dz = y (1 − y²) for y = z/√(1 + z²); and r is φφ'/z for φ = y(1 − δy³).
    log_slope = y * (1 - y**2) * sp.diff(r, y) / r
    assert sp.simplify(log_slope - claimed) == 0
    assert sp.simplify(log_slope - claimed + y) != 0
    z = sp.Symbol("z", positive=True)
    in_z = {y: z / sp.sqrt(1 + z**2)}
    phi = (y * (1 - d * y**3)).subs(in_z)
    assert sp.simplify(phi * sp.diff(phi, z) / z - r.subs(in_z)) == 0


@settings(few, max_examples=20)
@given(mixtures())
def test_mixtures_have_a_falling_log_slope(loss):
    ladder = [mp.mpf(2) ** k / 4 for k in range(-20, 24)]
    assert all(log_slope_falls(loss, z) for z in ladder)


def test_a_mixture_of_scales_too_far_apart_does_not():
    # Scales 1 and 25, weights 1/2: z D' > 0 at z = 5, by hand with k = 625, x = 25, π = (1/6, 5/6):
    # 2 (π₁ (k+x)² + π₂ k (1+x)²) = 8.45e5 < π₁ π₂ x (k−1)² = 1.35e6.
    far = Loss.parse("sqrt(1+z**2)/2 + 625/2*sqrt(1+(z/25)**2)")
    near = Loss.parse("sqrt(1+z**2)/2 + 25/2*sqrt(1+(z/5)**2)")
    assert not log_slope_falls(far, mp.mpf(5))
    assert log_slope_falls(near, mp.mpf(5))


def log_slope_falls(loss: Loss, z) -> bool:
    """(ln r(e^s))'' < 0 at s = ln z, by finite differences of ℓ in 60 digits."""
    with mp.workdps(60):
        value = sp.lambdify(sp.Symbol("z", real=True), loss.expression, "mpmath")
        step = mp.mpf(10) ** -8

        def log_r(s):
            return mp.log(mp.diff(value, mp.exp(s)) / mp.exp(s))

        s = mp.log(z)
        return log_r(s + step) - 2 * log_r(s) + log_r(s - step) < 0


def test_the_hybrids_have_the_log_slope_of_the_proof():
    r = (1 + ALPHA * U) * (1 + U) ** sp.Rational(-3, 2)
    numerator = (3 - 2 * ALPHA) * U + ALPHA * U**2
    denominator = (1 + ALPHA * U) * (1 + U)
    # z d/dz = 2u d/du
    assert sp.simplify(2 * U * sp.diff(r, U) / r + numerator / denominator) == 0
    crossed = numerator.diff(U) * denominator - numerator * denominator.diff(U)
    claimed = (3 - 2 * ALPHA) + 2 * ALPHA * U + ALPHA * (3 * ALPHA - 2) * U**2
    assert sp.expand(crossed - claimed) == 0
    assert sp.expand(crossed - claimed - U) != 0


# Numbers ---------------------------------------------------------------------------------------


def drawn(strategy, condition) -> bool:
    try:
        find(strategy, condition, settings=settings(max_examples=500, database=None))
    except NoSuchExample:
        return False
    return True


def test_rationals_have_their_ends_or_not():
    third = sp.Rational(1, 3)
    assert all(drawn(rationals(third, 2), lambda x, end=end: x == end) for end in (third, 2))
    assert not drawn(rationals(third, 2, ends=False), lambda x: x in (third, 2))
    assert drawn(rationals(third, third), lambda x: x == third)


@settings(max_examples=30)
@given(rationals(sp.Rational(-1, 3), 2, ends=False))
def test_rationals_are_exact_and_inside(x):
    assert isinstance(x, sp.Rational)
    assert sp.Rational(-1, 3) < x < 2


@pytest.mark.parametrize(("low", "high", "ends"), [(1, 0, True), (1, 1, False)])
def test_an_empty_interval_is_refused(low, high, ends):
    with pytest.raises(InputError, match="no rational between"):
        rationals(low, high, ends=ends)


@pytest.mark.parametrize("problem", [*LINEAR, *NEURON], ids=str)
def test_step_sizes_are_measured_by_the_slow_curve(problem):
    strategy = step_sizes(problem.model)
    top = (sp.Rational(3, 400) / problem.h_at_zero) ** sp.Rational(1, problem.epsilon_power)
    assert drawn(strategy, lambda eta: eta > 0.99 * top)
    assert drawn(strategy, lambda eta: eta < 0.07 * top)
    assert not drawn(strategy, lambda eta: eta > top)


# reference.md §2, §3: c = r(z0), with sinh 2z0 = 4z0 for log-cosh; 49/64 for the algebraic φ.
@pytest.mark.parametrize(("name", "c"), [("log-cosh", 0.7315), ("algebraic", 49 / 64)])
def test_starts_on_the_edge_of_stability(name, c):
    starts = edge_of_stability_starts(BY_NAME[name].model)
    assert not drawn(starts, lambda start: not c < start[1] < 1)
    assert not drawn(starts, lambda start: not 0 < abs(start[0]) <= 1)
    assert all(drawn(starts, lambda start, end=end: start[0] == end) for end in (1, -1))
    assert drawn(starts, lambda start: start[1] < c + 0.01)
    assert drawn(starts, lambda start: start[1] > 0.99)


def test_starts_of_the_linear_gradient_flow():
    eta, r = sp.Rational(1, 100), mp.tanh(1)
    starts = gradient_flow_starts(LOG_COSH, eta)
    low, high = 2 / (2 - eta), min(1 / (16 * eta), sp.Float(r) / (2 * eta))
    assert not drawn(starts, lambda start: not (low < start[1] < high and abs(start[0]) <= 1))
    assert drawn(starts, lambda start: start[1] < low + 0.01)
    assert drawn(starts, lambda start: start[1] > 0.99 * high)
    assert all(drawn(starts, lambda start, end=end: start[0] == end) for end in (1, 0, -1))


def test_starts_of_the_neuron_gradient_flow():
    eta = sp.Rational(1, 100)
    r = float(mp.tanh(1) * mp.sech(1) ** 2)

    def drift(q0):  # 2η/((1−η)m)
        return 2 * eta / (1 - eta) / min(2 * (q0 - 1) / q0, r / q0)

    starts = gradient_flow_starts(TANH, eta)
    assert not drawn(starts, lambda start: drift(start[1]) > mp.log(2))
    # q0 runs from 1.015 to 10.9 in steps of 0.01: at the second, drift = 0.42; near the last, 0.69.
    assert drawn(starts, lambda start: start[1] < 2 and drift(start[1]) > 0.4)
    assert drawn(starts, lambda start: start[1] > 2 and drift(start[1]) > 0.68)


@pytest.mark.parametrize("model", [LOG_COSH, TANH], ids=lambda m: m.name)
@pytest.mark.parametrize("eta", [sp.Rational(1, 2), sp.Integer(1), sp.Integer(3), sp.Integer(0)])
def test_no_gradient_flow_at_a_large_step_size_or_at_none(model, eta):
    with pytest.raises(InputError, match=r"take a smaller η|η must be positive"):
        gradient_flow_starts(model, eta)


@pytest.mark.parametrize(
    "model",
    [
        TwoLayerLinear(Loss.parse("z*asinh(z) - sqrt(1+z**2)")),
        SingleNeuron(Activation.parse("asinh(z)")),
    ],
    ids=lambda m: m.name,
)
def test_no_starts_without_the_bound_of_a5(model):
    with pytest.raises(InputError, match="A5 must hold"):
        edge_of_stability_starts(model)
    with pytest.raises(InputError, match="A5 must hold"):
        gradient_flow_starts(model, sp.Rational(1, 100))


def test_the_core_needs_neither_hypothesis_nor_pytest():
    program = "import sys, trajalign.verification; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert {"hypothesis", "pytest"}.isdisjoint(done.stdout.split())
