"""Which hypotheses a response breaks, worked out by hand, and a way to ask the code.

r is the response, u = z². For a loss r = ℓ'/z, for a neuron r = φφ'/z; r(0) = 1 if normalised.
The slope w = z r'/r is what A3 is about; it is worked out in the comments wherever it matters.
"""

from functools import cache

from trajalign.theory.models import HYPOTHESES
from trajalign.theory.models import of as model_of
from trajalign.verification.hypotheses.assumptions import Assumptions
from trajalign.verification.verdicts import Outcome


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
