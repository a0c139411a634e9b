"""Which hypotheses a response breaks: worked out by hand first, then asked of the code.

r is the response, u = z². For a loss r = ℓ'/z, for a neuron r = φφ'/z; r(0) = 1 if normalised.
The slope w = z r'/r is what A3 is about; it is worked out in the comments wherever it matters.
"""

from collections.abc import Callable
from fractions import Fraction
from functools import cache

import mpmath as mp
import pytest
import sympy as sp
from hypothesis import example, given, settings
from hypothesis import strategies as st

from trajalign.theory.models import HYPOTHESES, Model, SingleNeuron, TwoLayerLinear
from trajalign.theory.responses import ACTIVATIONS, LOSSES, Activation, Loss
from trajalign.verification.hypotheses.assumptions import Assumptions
from trajalign.verification.verdicts import Evidence, Outcome, Verdict


def model_of(kind: str, text: str) -> Model:
    return (
        TwoLayerLinear(Loss.parse(text))
        if kind == "linear"
        else SingleNeuron(Activation.parse(text))
    )


@cache
def judged(kind: str, text: str) -> Assumptions:
    assumptions = Assumptions(model_of(kind, text))
    assert list(assumptions.verdicts) == list(HYPOTHESES[kind])
    return assumptions


def named(kind: str, text: str, *outcomes: Outcome) -> set[str]:
    verdicts = judged(kind, text).verdicts
    return {name for name, verdict in verdicts.items() if verdict.outcome in outcomes}


def failing(kind: str, text: str) -> set[str]:
    return named(kind, text, Outcome.FAIL)


# The exact set of failures -------------------------------------------------------------------

LINEAR: dict[str, set[str]] = {
    # r = sinh z/z grows; w = z coth z − 1 > −1 grows; r''(0) = 1/3; ℓ' = sinh is unbounded.
    "cosh(z) - 1": {"A1", "A3", "A4", "A5"},
    # r = 1: r' = 0 and w = 0 are constant; ℓ' = z.
    "z**2/2": {"A1", "A3", "A4", "A5", "curved"},
    # r = (eᶻ − 1)/z is not even and grows; ℓ'' = eᶻ > 0; w = z/(1 − e⁻ᶻ) − 1 grows;
    # r = 1 + z/2 + z²/6 + …: r''(0) = 1/3; ℓ' is unbounded on z > 0.
    "exp(z) - 1 - z": {"symmetry", "A1", "A3", "A4", "A5"},
    # Twice a good loss: only ℓ''(0) = 2 is wrong (w does not see the factor).
    "2*log(cosh(z))": {"normalised"},
    # r = 1/(1+u) falls, r''(0) = −2, |ℓ'| ≤ 1/2, w = −2u/(1+u) falls, but to −2: ℓ'' < 0 past 1.
    "log(1+z**2)/2": {"A2"},
    # r = ½(1+u)^(−1/2) + ½(1+u/10⁴)^(−1/2). Sums of convex, falling, bounded parts stay so.
    # w is near −0.21 at z = 1 (0.35·0.5/0.85) and near −0.10 at z = 10 (0.05/0.55): not falling.
    "sqrt(1+z**2)/2 + 5000*sqrt(1+z**2/10000)": {"A3"},
    # ℓ' = asinh z is unbounded. With z = sinh s: w = tanh s/s − 1 falls; ℓ'' = 1/√(1+u) > 0;
    # r = 1 − z²/6: r''(0) = −1/3.
    "z*asinh(z) - sqrt(1+z**2)": {"A5"},
    # r = 1/(1+z⁴): r''(0) = 0; w = −4z⁴/(1+z⁴) falls below −1; |ℓ'| = z/(1+z⁴) < 1.
    "atan(z**2)/2": {"A2", "A4", "curved"},
    # r = exp(−u/2): w = −u falls below −1; |ℓ'| ≤ exp(−1/2).
    "1 - exp(-z**2/2)": {"A2"},
    # r = exp(u/2): grows, w = u grows, r''(0) = 1, ℓ' unbounded.
    "exp(z**2/2) - 1": {"A1", "A3", "A4", "A5"},
    # r = 1 + u: w = 2u/(1+u) grows; r''(0) = 2.
    "z**2/2 + z**4/4": {"A1", "A3", "A4", "A5"},
    # r = 4u: ℓ''(0) = 0, w = 2 is constant, r''(0) = 8.
    "z**4": {"normalised", "A1", "A3", "A4", "A5"},
    # r = 3z is odd: ℓ''(0) = 0, r' = 3, ℓ'' = 6z > 0, w = 1, r''(0) = 0.
    "z**3": {"symmetry", "normalised", "A1", "A3", "A4", "A5", "curved"},
    # A concave loss: ℓ''(0) = −1, r = −tanh z/z rises to 0, r''(0) = 2/3, ℓ'' < 0; w as before.
    "-log(cosh(z))": {"normalised", "A1", "A2", "A4"},
    # ℓ' ~ √z is unbounded: r = (1+u)^(−1/4), w = −u/(2(1+u)) > −1/2 falls, r''(0) = −1/2.
    "2*(1+z**2)**(3/4)/3": {"A5"},
    # ℓ' = 1 − e⁻ᶻ: bounded on z > 0 but not on z < 0; ℓ'' = e⁻ᶻ > 0; r = 1 − z/2 + z²/6:
    # r''(0) = 1/3; w = z/(eᶻ − 1) − 1 falls. A5 says sup |ℓ'|, over all of ℝ.
    "exp(-z) - 1 + z": {"symmetry", "A4", "A5"},
}

NEURON: dict[str, set[str]] = {
    # r = sin(2z)/(2z) rises again after 2z = 4.49; w = 2z cot 2z − 1 falls while r ≥ 1/2.
    "sin(z)": {"A1"},
    # r = 1.
    "z": {"A1", "A3", "A4", "A5", "curved"},
    # |φ'| = 1/√(1+u) ≤ 1 but φ is unbounded. With z = sinh s: w = tanh s/s − tanh² s − 1 falls;
    # r = (1 − u/6)(1 − u/2): r''(0) = −4/3.
    "asinh(z)": {"A5"},
    # φ'(0) = 2, hence |φ'| > 1 near 0; r is four times a good one, stretched.
    "tanh(2*z)": {"normalised", "A5"},
    # φ'(0) = 1/2 and nothing else (r ≥ c nowhere: A3 has nothing to say).
    "tanh(z)/2": {"normalised"},
    # r is tanh's; φ'(0) = −1.
    "-tanh(z)": {"normalised"},
    # φ'(0) = 2/√π > 1.
    "erf(z)": {"normalised", "A5"},
    # Both parts are concave on z > 0, so φ/z and φ' fall; φ'(0) = 0.1 + 0.9; |φ| < 0.901.
    # Past z ≈ 0.02 the first part is spent, r is near 0.81 > c and w climbs back towards 0.
    "tanh(100*z)/1000 + 9*tanh(z)/10": {"A3"},
    # r = (1−u)/(1+u)³: dr/du = (2u − 4)/(1+u)⁴ > 0 for u > 2; w = 4u(u−2)/(1−u²) falls on
    # u < 1, where r > 0; |φ'| = |1−u|/(1+u)² ≤ 1, |φ| ≤ 1/2; r = 1 − 4u: r''(0) = −8.
    "z/(1+z**2)": {"A1"},
    # r = (1−2u)exp(−2u): dr/du = (4u − 4)exp(−2u) > 0 for u > 1; r''(0) = −8.
    "z*exp(-z**2)": {"A1"},
    # φφ'/z = sinh(2z)/(2z): even, φ'(0) = 0, grows, w grows, r''(0) = 4/3.
    "cosh(z)": {"symmetry", "normalised", "A1", "A3", "A4", "A5"},
    # The same r; φ is odd and normalised.
    "sinh(z)": {"A1", "A3", "A4", "A5"},
    # r = (eᶻ − 1)eᶻ/z grows; w = z/(1 − e⁻ᶻ) + z − 1 grows; (8 − 1)/6·2 = 7/3 = r''(0).
    "exp(z) - 1": {"symmetry", "A1", "A3", "A4", "A5"},
    # r = (1+z⁴)^(−3/2): w = −6z⁴/(1+z⁴) falls, r''(0) = 0.
    "z/(1+z**4)**(1/4)": {"A4", "curved"},
    # r = 3 tanh⁵z sech²z/z rises from 0; r < 1/2 everywhere; |φ'| ≤ 3/4.
    "tanh(z)**3": {"normalised", "A1", "A4", "curved"},
    # r = (e⁻ᶻ − e⁻²ᶻ)/z falls; w = z/(eᶻ − 1) − z − 1 falls; r''(0) = 2·7/6 > 0.
    # On z < 0 φ' = e^|z| > 1 and φ is unbounded: A5 fails, over all of ℝ.
    "1 - exp(-z)": {"symmetry", "A4", "A5"},
    # A second scale that shows only where r < 0.02 < c: there A3 asks for nothing.
    "(999*tanh(z) + 10*tanh(z/10))/1000": set(),
}

TABLE = [
    *(("linear", text, broken) for text, broken in LINEAR.items()),
    *(("neuron", text, broken) for text, broken in NEURON.items()),
]


@pytest.mark.parametrize(("kind", "text", "broken"), TABLE)
def test_exactly_these_hypotheses_fail_and_the_others_pass(
    kind: str, text: str, broken: set[str]
) -> None:
    assert failing(kind, text) == broken
    # A3 of the neuron says nothing where r stays below 1/2, which takes φ'(0) ≠ 1.
    silent = named(kind, text, Outcome.NOT_APPLICABLE)
    assert silent <= ({"A3"} if kind == "neuron" and "normalised" in broken else set())
    assert named(kind, text, Outcome.PASS) == set(HYPOTHESES[kind]) - broken - silent


def test_every_hypothesis_is_broken_by_some_entry() -> None:
    for kind, table in (("linear", LINEAR), ("neuron", NEURON)):
        broken = set().union(*table.values())
        assert broken | {"analytic"} == set(HYPOTHESES[kind])


GOOD = [
    *(("linear", name) for name in LOSSES),
    *(("neuron", name) for name in ACTIVATIONS),
    ("linear", "3*log(sinh(z)/z)"),  # Langevin
    ("linear", "log(cosh(z))/2 + sqrt(1+z**2)/2"),
    ("linear", "4*log(cosh(z/2))"),
    ("linear", "log(cosh(z)) + 1"),  # a constant changes nothing
    ("neuron", "2*atan(tanh(z/2))"),  # Gudermann
    ("neuron", "erf(sqrt(pi)*z/2)"),
    ("neuron", "2*tanh(z/2)"),
]


@pytest.mark.parametrize(("kind", "text"), GOOD)
def test_good_response_passes_everything(kind: str, text: str) -> None:
    assert named(kind, text, Outcome.PASS) == set(HYPOTHESES[kind])


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("linear", "abs(z)"),  # a kink at 0
        ("linear", "log(z)"),  # not even defined at 0
        ("linear", "sqrt(1-z**2)"),  # imaginary past 1
        ("linear", "sqrt(z)"),
        ("linear", "sqrt(z**4 + z**2)"),  # |z|√(1+u): a kink again
        ("linear", "1/z"),
        ("linear", "acosh(1+z**2)"),  # |z|√2 + …
        ("linear", "abs(z)**3 + z**2/2"),  # ℓ' is C¹, not C²
        ("neuron", "z/(1+abs(z))"),  # softsign: φφ' = z(1 − 3|z| + …)
        ("neuron", "atanh(z)"),  # not real past 1
        ("neuron", "asin(z)"),
        ("neuron", "tan(z) + log(z)"),
    ],
)
def test_what_is_not_analytic_or_not_real_goes_no_further(kind: str, text: str) -> None:
    assert failing(kind, text) == {"analytic"}
    rest = set(HYPOTHESES[kind]) - {"analytic"}
    assert named(kind, text, Outcome.NOT_APPLICABLE) == rest


def test_smooth_but_flat_function_does_not_pass_for_analytic() -> None:
    # exp(−1/z²) has all derivatives 0 at 0 and no power series that gives it back.
    assert "analytic" not in named("linear", "exp(-1/z**2)", Outcome.PASS)


@pytest.mark.parametrize(
    ("kind", "text"), [("linear", "log(1+exp(z))"), ("linear", "log(cosh(z)) + z")]
)
def test_where_r_has_a_pole_nothing_is_said_of_its_curvature(kind: str, text: str) -> None:
    # ℓ'(0) ≠ 0: r = ℓ'/z has no r''(0).
    assert {"A4", "curved"}.isdisjoint(named(kind, text, Outcome.PASS, Outcome.FAIL))
    assert "symmetry" in failing(kind, text)


def test_tiny_asymmetry_is_seen() -> None:
    # 10⁻⁴⁰ z³: below double precision, above nothing.
    verdict = judged("linear", "log(cosh(z)) + z**3/10**40").verdicts["symmetry"]
    assert verdict.outcome is Outcome.FAIL
    z, defect = mp.mpf(str(verdict.witness["z"])), mp.mpf(verdict.witness["defect"])
    assert mp.almosteq(defect, 2 * z**3 / mp.mpf(10) ** 40, rel_eps=1e-5)


def test_a_lopsided_power_is_seen_where_no_point_shows_it() -> None:
    # tanh² is 1 − 4 exp(−2000 |z − 7.3|) + …: to 90 digits ℓ(z) and ℓ(−z) are both 1 but for z
    # within 0.11 of 7.3. ℓ'(0) = 2000 tanh(−7300) sech²(7300) = −8000 exp(−14600) (1 + …).
    verdict = judged("linear", "tanh(1000*(z-73/10))**2").verdicts["symmetry"]
    assert (verdict.outcome, verdict.evidence) == (Outcome.FAIL, Evidence.DERIVED)
    slope = -8000 * mp.exp(-14600)
    assert mp.almosteq(mp.mpf(verdict.witness["coefficient of z^1"]), slope, rel_eps=1e-5)


# Witnesses, checked by another engine --------------------------------------------------------

# The same functions once more, typed in for mpmath; nothing of the project's parser is used.
MPMATH: dict[str, Callable[[mp.mpf], mp.mpf]] = {
    "cosh(z) - 1": lambda z: mp.cosh(z) - 1,
    "z**2/2": lambda z: z**2 / 2,
    "exp(z) - 1 - z": lambda z: mp.exp(z) - 1 - z,
    "2*log(cosh(z))": lambda z: 2 * mp.log(mp.cosh(z)),
    "log(1+z**2)/2": lambda z: mp.log(1 + z**2) / 2,
    "sqrt(1+z**2)/2 + 5000*sqrt(1+z**2/10000)": lambda z: (
        mp.sqrt(1 + z**2) / 2 + 5000 * mp.sqrt(1 + z**2 / 10000)
    ),
    "z*asinh(z) - sqrt(1+z**2)": lambda z: z * mp.asinh(z) - mp.sqrt(1 + z**2),
    "atan(z**2)/2": lambda z: mp.atan(z**2) / 2,
    "1 - exp(-z**2/2)": lambda z: 1 - mp.exp(-(z**2) / 2),
    "exp(z**2/2) - 1": lambda z: mp.exp(z**2 / 2) - 1,
    "z**2/2 + z**4/4": lambda z: z**2 / 2 + z**4 / 4,
    "z**4": lambda z: z**4,
    "z**3": lambda z: z**3,
    "-log(cosh(z))": lambda z: -mp.log(mp.cosh(z)),
    "2*(1+z**2)**(3/4)/3": lambda z: 2 * mp.root(1 + z**2, 4) ** 3 / 3,
    "exp(-z) - 1 + z": lambda z: mp.exp(-z) - 1 + z,
    "sin(z)": mp.sin,
    "z": lambda z: z,
    "asinh(z)": mp.asinh,
    "tanh(2*z)": lambda z: mp.tanh(2 * z),
    "tanh(z)/2": lambda z: mp.tanh(z) / 2,
    "-tanh(z)": lambda z: -mp.tanh(z),
    "erf(z)": mp.erf,
    "tanh(100*z)/1000 + 9*tanh(z)/10": lambda z: mp.tanh(100 * z) / 1000 + 9 * mp.tanh(z) / 10,
    "z/(1+z**2)": lambda z: z / (1 + z**2),
    "z*exp(-z**2)": lambda z: z * mp.exp(-(z**2)),
    "cosh(z)": mp.cosh,
    "sinh(z)": mp.sinh,
    "exp(z) - 1": lambda z: mp.exp(z) - 1,
    "z/(1+z**4)**(1/4)": lambda z: z / mp.root(1 + z**4, 4),
    "tanh(z)**3": lambda z: mp.tanh(z) ** 3,
    "1 - exp(-z)": lambda z: 1 - mp.exp(-z),
}


def slope(kind: str, f: Callable[[mp.mpf], mp.mpf]) -> Callable[[mp.mpf], mp.mpf]:
    """z r(z): ℓ' or φφ'."""
    return (lambda z: mp.diff(f, z)) if kind == "linear" else (lambda z: f(z) * mp.diff(f, z))


def point(witness: str) -> mp.mpf:
    """A rational witness, also as "2^40" or "1/2 * 2^40"."""
    value = sp.sympify(witness.replace("^", "**"))
    assert value.is_Rational
    return mp.mpf(int(value.p)) / int(value.q)


@pytest.mark.parametrize(("kind", "text", "broken"), TABLE)
def test_witnesses_hold_in_mpmath(kind: str, text: str, broken: set[str]) -> None:
    for name in broken & failing(kind, text):
        check_witness(kind, text, judged(kind, text).verdicts[name], name)


def check_witness(kind: str, text: str, verdict: Verdict, name: str) -> None:
    assert verdict.witness is not None
    with mp.workdps(120):
        f, endless = MPMATH[text], "∞" in verdict.witness["z"]
        sign_of_z = -1 if verdict.witness["z"].startswith("−") else 1
        z = mp.mpf(sign_of_z) if endless else point(verdict.witness["z"])
        s = slope(kind, f)

        def log_slope(z: mp.mpf) -> mp.mpf:
            return z * mp.diff(s, z) / s(z) - 1

        tiny = mp.mpf(10) ** -30
        # r''(0)/2 is the coefficient of z³ in z r(z).
        curvature = mp.taylor(s, 0, 3)[3] * 2
        sign = 1 if kind == "linear" else -1
        held = {
            "symmetry": lambda: abs(f(z) - sign * f(-z)) < tiny,
            "normalised": lambda: abs(mp.diff(f, 0, 2 if kind == "linear" else 1) - 1) < tiny,
            "A1": lambda: mp.diff(lambda x: s(x) / x, z) < -tiny,
            "A2": lambda: mp.diff(s, z) > tiny,
            "A3": lambda: mp.diff(log_slope, z) < -tiny,
            "A4": lambda: curvature < -tiny,
            "curved": lambda: abs(curvature) > tiny,
        }
        if name != "A5":
            assert not held[name]()
            return
        # A5 at one point: |φ'| > 1, or a size that the witness states and that still grows.
        if "φ'(z)" in verdict.witness:
            assert abs(mp.diff(f, z)) > 1
            return
        size = (lambda x: abs(mp.diff(f, x))) if kind == "linear" else (lambda x: abs(f(x)))
        if endless:  # it goes on growing, by steps that shrink no faster than those of a logarithm
            sizes = [size(z * mp.mpf(10) ** k) for k in (2, 4, 8)]
            assert sizes[0] < sizes[1] < sizes[2]
            return
        shown = next(v for k, v in verdict.witness.items() if k.startswith("|"))
        # (2¹⁰⁰⁰ times the size of the numbers would not survive numerical differentiation.)
        if abs(z) < 10**9:
            assert mp.almosteq(size(z), mp.mpf(shown), rel_eps=1e-4)
        near = mp.sign(z) * min(abs(z), 10**6)
        assert size(4 * near) > size(near)


@pytest.mark.parametrize(("kind", "text", "broken"), TABLE)
def test_reason_says_what_fails_and_where(kind: str, text: str, broken: set[str]) -> None:
    for name in broken & failing(kind, text):
        verdict = judged(kind, text).verdicts[name]
        assert verdict.witness is not None
        assert verdict.reason.startswith(HYPOTHESES[kind][name])
        assert f"z = {verdict.witness['z']}" in verdict.reason
        assert "\n" not in verdict.reason


def test_a3_of_the_neuron_counts_the_points_it_looked_at() -> None:
    # tanh: only points with r(z) ≥ c were looked at, not the whole grid.
    assumptions = judged("neuron", "tanh")
    z0 = mp.findroot(lambda z: z * mp.coth(z) - 3 * z * mp.tanh(z) - mp.mpf(1) / 2, 0.45)
    inside = [z for z in assumptions.grid if z <= z0]  # r falls, so r ≥ c = r(z0) means z ≤ z0
    assert 0 < len(inside) < len(assumptions.grid)
    assert int(assumptions.verdicts["A3"].quantities["points"]) == len(inside)


# A5: a statement about infinity --------------------------------------------------------------

BOUNDED = [
    ("linear", "log(cosh(z))", 1.0),
    ("linear", "sqrt(1+z**2)", 1.0),
    ("linear", "z*atan(z) - log(1+z**2)/2", float(mp.pi / 2)),
    ("linear", "3*log(sinh(z)/z)", 3.0),  # 3(coth z − 1/z): 3/z short of its bound
    ("linear", "sqrt(1+z**2)/2 + 5000*sqrt(1+z**2/10000)", 50.5),
    ("linear", "7*sqrt(1+z**2)/4 - (1+z**2)**(3/8)", 1.75),  # 0.75 z^(−1/4) short of it
    ("linear", "log(1+z**2)/2", 0.5),  # reached at z = 1, then falling
    ("linear", "10**6*log(cosh(z/1000))", 1000.0),
    ("linear", "log(cosh(1000*z))/10**6", 1e-3),
    ("neuron", "tanh(z)", 1.0),
    ("neuron", "atan(z)", float(mp.pi / 2)),
    ("neuron", "2*atan(tanh(z/2))", float(mp.pi / 2)),
    ("neuron", "z/sqrt(1+z**2)", 1.0),
    ("neuron", "(999*tanh(z) + 10*tanh(z/10))/1000", 1.009),
]


def stated_bound(verdict: Verdict) -> float:
    """The number in the bound of A5, such as "sup |ℓ'| = 1"."""
    return float(verdict.quantities["bound"].split("=")[-1])


@pytest.mark.parametrize(("kind", "text", "sup"), BOUNDED)
def test_bounded_slope_passes_with_a_bound_that_holds(kind: str, text: str, sup: float) -> None:
    assumptions = judged(kind, text)
    verdict = assumptions.verdicts["A5"]
    assert verdict.outcome is Outcome.PASS
    # The bound is used in `gradient-flow`: it must not be too small, nor far too large.
    assert sup <= float(assumptions.lipschitz) * (1 + 1e-12)
    assert float(assumptions.lipschitz) <= 1.01 * sup
    assert stated_bound(verdict) == pytest.approx(sup, rel=2e-3)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("linear", "z*asinh(z) - sqrt(1+z**2)"),  # log z
        ("linear", "2*(1+z**2)**(3/4)/3"),  # √z
        ("linear", "z**2/2"),
        ("linear", "cosh(z)"),
        ("neuron", "asinh(z)"),
        ("neuron", "z"),
        ("neuron", "z + tanh(z)/2"),
    ],
)
def test_unbounded_slope_never_passes(kind: str, text: str) -> None:
    assert "A5" in failing(kind, text)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        # like log z: unbounded, but with a sine, of which there is no form at infinity
        ("linear", "z*asinh(z) - sqrt(1+z**2) + sin(z)**4*exp(-z**2)/1000"),
        ("neuron", "asinh(z + sin(z)**3*exp(-z**2)/100)"),
    ],
)
def test_growth_that_is_not_proved_is_undecided(kind: str, text: str) -> None:
    # No values, however far out, tell these from bounded functions.
    assert named(kind, text, Outcome.UNDECIDED) == {"A5"}
    verdict = judged(kind, text).verdicts["A5"]
    assert "not settled" in verdict.reason
    assert verdict.evidence is None
    assert verdict.witness is None


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        # Odd, |φ'| ≤ 1, |φ| < 1000; like log z as far as 10³⁰⁰, and bounded all the same.
        ("neuron", "1000*tanh(asinh(z)/1000)"),
        # |φ| < 10²¹, reached only past z = 10²¹.
        ("neuron", "10**21*tanh(z/10**21)/2 + tanh(z)/2"),
    ],
)
def test_bounded_slope_is_never_refuted(kind: str, text: str) -> None:
    # "A failure is rigorous": growth up to 2⁴⁰ may make A5 undecided, never false.
    assert judged(kind, text).verdicts["A5"].outcome is not Outcome.FAIL


def test_maximum_between_the_samples_is_not_understated() -> None:
    # sup |φ| = exp(−1/2)/√2 = 0.42888… at z = 1/√2, which is no power of two.
    verdict = judged("neuron", "z*exp(-z**2)").verdicts["A5"]
    assert stated_bound(verdict) >= 0.42888


# Scale and spelling --------------------------------------------------------------------------

SAME = [
    ("linear", "log(cosh(z))", "log(exp(z)+exp(-z))"),
    ("linear", "log(cosh(z))", "log((exp(2*z)+1)/2) - z"),
    ("linear", "log(cosh(z))", "log(1+sinh(z)**2)/2"),
    ("linear", "sqrt(1+z**2)", "(z**2+1)**(1/2) - 1"),
    ("linear", "sqrt(1+z**2)", "1/cos(atan(z))"),
    ("linear", "3*log(sinh(z)/z)", "3*log((exp(z)-exp(-z))/z)"),
    ("neuron", "tanh(z)", "1 - 2/(exp(2*z)+1)"),
    ("neuron", "tanh(z)", "(exp(z)-exp(-z))/(exp(z)+exp(-z))"),
    ("neuron", "z/sqrt(1+z**2)", "sin(atan(z))"),
    ("neuron", "2*atan(tanh(z/2))", "atan(sinh(z))"),
    ("neuron", "asinh(z)", "log(z + sqrt(1+z**2))"),
]


@pytest.mark.parametrize(("kind", "one", "other"), SAME)
def test_spelling_does_not_matter(kind: str, one: str, other: str) -> None:
    first, second = judged(kind, one), judged(kind, other)
    assert outcomes(first.verdicts) == outcomes(second.verdicts)
    assert first.z0_and_c == pytest.approx(second.z0_and_c, rel=1e-9)
    assert first.response.curvature == second.response.curvature


SCALED = [
    ("linear", "log(cosh(z))", "4*log(cosh(z/2))", 2),
    ("linear", "log(cosh(z))", "log(cosh(1000*z))/10**6", Fraction(1, 1000)),
    ("linear", "log(cosh(z))", "10**6*log(cosh(z/1000))", 1000),
    ("linear", "log(1+z**2)/2", "2*log(1+z**2/4)", 2),
    ("linear", "z*asinh(z) - sqrt(1+z**2)", "4*(z*asinh(z/2)/2 - sqrt(1+z**2/4))", 2),
    ("linear", "cosh(z) - 1", "9*cosh(z/3)", 3),
    ("neuron", "tanh(z)", "2*tanh(z/2)", 2),
    ("neuron", "tanh(z)", "tanh(100*z)/100", Fraction(1, 100)),
    ("neuron", "sin(z)", "3*sin(z/3)", 3),
    ("neuron", "z/sqrt(1+z**2)", "z/sqrt(1+z**2/9)", 3),
]


@pytest.mark.parametrize(("kind", "one", "other", "factor"), SCALED)
def test_verdicts_do_not_see_the_unit_of_z(
    kind: str, one: str, other: str, factor: int | Fraction
) -> None:
    """s²ℓ(z/s) and sφ(z/s) have the response r(z/s): z0 scales by s, c and all verdicts stay."""
    first, second = judged(kind, one), judged(kind, other)
    assert outcomes(first.verdicts) == outcomes(second.verdicts)
    (z0, c), (z0_scaled, c_scaled) = first.z0_and_c, second.z0_and_c
    assert z0_scaled == pytest.approx(float(factor) * z0, rel=1e-9)
    assert c_scaled == pytest.approx(c, rel=1e-9)


def outcomes(verdicts: dict[str, Verdict]) -> dict[str, str]:
    return {name: verdict.outcome.value for name, verdict in verdicts.items()}


# z0 = min{z : w = −1/2} and c = max(r(z0), 1/2) ------------------------------------------------


def test_z0_and_c_of_log_cosh() -> None:
    # w = 2z/sinh 2z − 1 = −1/2 at sinh 2z = 4z; theory, section 4: 1.0886…, 0.7315….
    z0 = mp.findroot(lambda z: mp.sinh(2 * z) - 4 * z, 1.1)
    assert mp.nstr(z0, 5) == "1.0887"
    c = mp.tanh(z0) / z0
    assert judged("linear", "log-cosh").z0_and_c == pytest.approx((float(z0), float(c)), rel=1e-12)
    assert float(c) == pytest.approx(0.7315, abs=5e-5)


def test_z0_and_c_of_pseudo_huber() -> None:
    # w = −u/(1+u) = −1/2 at z = 1, r = 1/√2.
    assert judged("linear", "pseudo-huber").z0_and_c == pytest.approx((1, 2**-0.5), rel=1e-12)


def test_z0_and_c_of_the_algebraic_neuron() -> None:
    # w = −4u/(1+u) = −1/2 at u = 1/7, r = (8/7)⁻² = 49/64.
    assert judged("neuron", "algebraic").z0_and_c == pytest.approx((7**-0.5, 49 / 64), rel=1e-12)


def test_z0_and_c_of_the_tanh_neuron() -> None:
    # w = z coth z − 3 z tanh z − 1 = −1/2.
    z0 = mp.findroot(lambda z: z * mp.coth(z) - 3 * z * mp.tanh(z) - mp.mpf(1) / 2, 0.45)
    c = mp.tanh(z0) * mp.sech(z0) ** 2 / z0
    assert judged("neuron", "tanh").z0_and_c == pytest.approx((float(z0), float(c)), rel=1e-12)


def test_z0_and_c_of_the_atan_loss() -> None:
    # r = atan z/z: w = z/((1+u) atan z) − 1 = −1/2 at 2z = (1+u) atan z.
    z0 = mp.findroot(lambda z: 2 * z - (1 + z**2) * mp.atan(z), 1.4)
    expected = float(z0), float(mp.atan(z0) / z0)
    assert judged("linear", "atan").z0_and_c == pytest.approx(expected, rel=1e-12)


def test_z0_is_the_first_such_point_where_w_rises_again() -> None:
    # r = (7 + 13 e^(−u))/20: w = −26 u e^(−u)/(7 + 13 e^(−u)) is −1/2 at u = 0.46 and at u = 3.03.
    # Between them w < −1/2, so a 2-cycle at r(√3.03) < q < r(√0.46) has a negative multiplier.
    def w(u: mp.mpf) -> mp.mpf:
        return -26 * u * mp.exp(-u) / (7 + 13 * mp.exp(-u))

    first, last = (mp.findroot(lambda u: w(u) + mp.mpf(1) / 2, start) for start in (0.4, 2.4))
    assert first < 1 < 2 < last
    z0, c = judged("linear", "7*z**2/40 + 13*(1-exp(-z**2))/40").z0_and_c
    assert z0 == pytest.approx(float(mp.sqrt(first)), rel=1e-9)
    assert c == pytest.approx(float((7 + 13 * mp.exp(-first)) / 20), rel=1e-9)


def test_c_is_at_least_one_half() -> None:
    # r = (1+u)^(−1/4) never has w < −1/2: z0 is infinite, r(z0) = 0, and c = 1/2.
    z0, c = judged("linear", "2*(1+z**2)**(3/4)/3").z0_and_c
    assert z0 == float("inf")
    assert c == 0.5


# A family with a closed form: r = (1+u)^(−a) -------------------------------------------------


@given(st.fractions(Fraction(1, 16), 2, max_denominator=16))
@example(Fraction(1, 2))  # the boundary of A5, and pseudo-Huber itself
@example(Fraction(1, 4))
@settings(deadline=None, max_examples=15)
def test_power_family(a: Fraction) -> None:
    """ℓ = (1+u)^(1−a)/(2(1−a)): w = −2a u/(1+u).

    A1, A3, A4 hold for every a > 0. A2 (w > −1 always) iff a ≤ 1/2; A5 (ℓ' ~ z^(1−2a)) iff a ≥ 1/2.
    """
    text = "log(1+z**2)/2" if a == 1 else f"(1+z**2)**({1 - a})/(2*({1 - a}))"
    expected = ({"A2"} if a > Fraction(1, 2) else set()) | ({"A5"} if a < Fraction(1, 2) else set())
    assert failing("linear", text) == expected
    # z0: 2a u/(1+u) = 1/2, so u = 1/(4a − 1); r(z0) = (4a/(4a − 1))^(−a).
    z0, c = judged("linear", text).z0_and_c
    if a > Fraction(1, 4):
        expected_z0 = float(4 * a - 1) ** -0.5
        expected_c = float(4 * a / (4 * a - 1)) ** -float(a)
        if expected_z0 < 10:
            assert z0 == pytest.approx(expected_z0, rel=1e-9)
            assert c == pytest.approx(max(expected_c, 0.5), rel=1e-9)


@pytest.mark.thorough
@given(
    weights=st.tuples(*[st.integers(1, 20)] * 3),
)
@settings(deadline=None, max_examples=8)
def test_mixtures_of_good_losses_keep_what_sums_keep(
    weights: tuple[int, int, int],
) -> None:
    """A1, A2, A4, A5, evenness and normalisation survive convex combination; A3 need not."""
    total = sum(weights)
    parts = ("log(cosh(z))", "sqrt(1+z**2)", "(z*atan(z) - log(1+z**2)/2)")
    text = " + ".join(f"{w}*{part}/{total}" for w, part in zip(weights, parts, strict=True))
    assert failing("linear", text) <= {"A3"}
    # And the curvature is the mean of −2/3, −1 and −2/3.
    expected = sp.Rational(-2 * weights[0] - 3 * weights[1] - 2 * weights[2], 3 * total)
    assert judged("linear", text).response.curvature == expected


def test_a_refutation_where_c_is_only_approximate_is_called_sampled():
    """The neuron needs A3 only where r ≥ c, and c is approximate; the linear model for every z."""
    two_scales = Activation.parse("tanh(100*z)/1000 + 9*tanh(z)/10")
    neuron = Assumptions(SingleNeuron(two_scales)).verdicts["A3"]
    assert (neuron.outcome, neuron.evidence) == (Outcome.FAIL, Evidence.SAMPLED)
    losses = Loss.parse("sqrt(1+z**2)/2 + 5000*sqrt(1+z**2/10000)")
    linear = Assumptions(TwoLayerLinear(losses)).verdicts["A3"]
    assert (linear.outcome, linear.evidence) == (Outcome.FAIL, Evidence.ENCLOSED)
