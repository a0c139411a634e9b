"""The aligned curve q = r(p)(1 + ε h(p) + …) and what follows from it."""

from dataclasses import FrozenInstanceError, dataclass, replace

import pytest
import sympy as sp
from mpmath import mp
from zoo import BY_NAME, LINEAR, NEURON, PROBLEMS, evaluated, kappa

from trajalign.theory.curve.first_order import generic_h, slow_curve
from trajalign.theory.errors import InputError
from trajalign.theory.models import ETA, PHI_SQUARED, P, Q, R, SingleNeuron, TwoLayerLinear
from trajalign.theory.responses import Activation, Loss
from trajalign.theory.series import taylor


@pytest.fixture(scope="module")
def curve_of():
    found = {}

    def look_up(problem):
        if problem.name not in found:
            found[problem.name] = slow_curve(problem.model)
        return found[problem.name]

    return look_up


def same(a, b):
    return sp.simplify(a - b) == 0


# Closed forms


def test_h_of_a_generic_response():
    """Linear. Put q = r (1 + εh), ε = η². Then p' = −p (1 − 2εh − ε p² r²) + O(ε²) and
    q' = q (1 + ε p² r (2q − r)) = r (1 + ε (h + p² r²)) + O(ε²). On the curve
    q' = r(p')(1 + εh), and r(p') = r − ε r' p (2h + p² r²); equating the terms in ε,
    r p² r² = −r' p (2h + p² r²), hence h = −½ (p r³/r' + p² r²).

    Neuron, ε = η: p' = −p (1 − 2εh), q' = r (1 + ε (h + 2φ²)), so 2 r φ² = −2 r' p h.
    """
    p, r, slope, w = P, R(P), sp.diff(R(P), P), PHI_SQUARED(P)
    linear = generic_h(TwoLayerLinear(Loss.parse("log-cosh")))
    assert sp.cancel(linear + (p * r**3 / slope + p**2 * r**2) / 2) == 0
    neuron = generic_h(SingleNeuron(Activation.parse("tanh")))
    assert sp.cancel(neuron + w * r / (p * slope)) == 0


@pytest.mark.parametrize("problem", PROBLEMS, ids=str)
def test_h_of_every_response(problem, curve_of):
    with mp.workdps(40):
        for p in map(mp.mpf, ("0.1", "0.7", "1.9")):
            found = evaluated(curve_of(problem).h, p=p)
            assert mp.almosteq(found, problem.h(p), 1e-28)
            assert not mp.almosteq(found, problem.h(p) * (1 + mp.mpf(10) ** -20), 1e-28)


def test_h_of_pseudo_huber_is_one_half_over_one_plus_p_squared(curve_of):
    # r = (1+p²)^(−½), r' = −p r³: p r³/r' = −1, so h = ½ (1 − p²/(1+p²)).
    h = curve_of(BY_NAME["pseudo-huber"]).h
    assert same(h, 1 / (2 * (1 + P**2)))
    assert not same(h, 1 / (2 * (1 + P**2)) + P**4 / 10**6)


def test_h_of_the_algebraic_neuron_is_one_quarter(curve_of):
    # r = (1+p²)^(−2), r' = −4p (1+p²)^(−3): h = p²/(1+p²) · (1+p²)/(4p²)
    assert same(curve_of(BY_NAME["algebraic"]).h, sp.Rational(1, 4))


def test_h_of_the_algebraic_neuron_agrees_with_its_exact_curve():
    # κ = 2/(1 + √(1−η)) = 1 + η/4 + η²/8 + 5η³/64 + …; h₁ is the coefficient of η
    with mp.workdps(40):
        coefficients = mp.taylor(kappa, 0, 4)
        expected = [1, mp.mpf(1) / 4, mp.mpf(1) / 8, mp.mpf(5) / 64, mp.mpf(7) / 128]
        assert all(mp.almosteq(a, b, 1e-30) for a, b in zip(coefficients, expected, strict=True))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("log-cosh", sp.Rational(3, 4)),
        ("pseudo-huber", sp.Rational(1, 2)),
        ("atan", sp.Rational(3, 4)),
        ("tanh", sp.Rational(3, 8)),
        ("algebraic", sp.Rational(1, 4)),
        ("arctan", sp.Rational(3, 8)),
    ],
)
def test_h_at_zero_of_the_catalogue(name, expected, curve_of):
    assert curve_of(BY_NAME[name]).h_at_zero == expected


@pytest.mark.parametrize("problem", PROBLEMS, ids=str)
def test_h_at_zero(problem, curve_of):
    factor = 2 if problem in LINEAR else 1
    found = curve_of(problem).h_at_zero
    assert same(found, -1 / (factor * problem.curvature))
    assert same(found, problem.h_at_zero)


@pytest.mark.parametrize("problem", PROBLEMS, ids=str)
def test_saturation(problem, curve_of):
    """2/(ηq*) with q* = 1 + h(0) ε: linear 2/η − η/|r''(0)|, neuron 2/η − 2/|r''(0)|."""
    found = curve_of(problem).saturation_coefficient
    assert same(found, (1 if problem in LINEAR else 2) / problem.curvature)


@pytest.mark.parametrize("problem", PROBLEMS, ids=str)
def test_decay_and_crossing(problem, curve_of):
    """On the curve, linear: ln|p'/p| = −ε (2h + p² r²) → −2 h(0) ε = −ε/|r₂| as p → 0; neuron:
    −2hε → −2ε/|r₂|. q = 1 is passed where r₂p²/2 = −ε h(0), at a p of the size of √ε; so after
    ln(1/√ε)/(ε · decay) steps: linear |r₂| η⁻² ln(1/η), neuron (|r₂|/4) η⁻¹ ln(1/η).
    """
    curve, size = curve_of(problem), -problem.curvature
    assert same(curve.decay, (1 if problem in LINEAR else 2) / size)
    expected = size if problem in LINEAR else size / 4
    assert same(curve.crossing_coefficient(problem.model), expected)


@pytest.mark.parametrize("problem", PROBLEMS, ids=str)
def test_the_sharpness_gap_at_zero(problem, curve_of):
    """Let r = 1 + r₂p²/2, h₀ = h(0), and q = r + εh₀ on the curve, p and ε small.

    The determinant of the Hessian's block is of order p²ε/η², so ηλ is the trace,
    2 (r + p r')/q = 2 (1 + 3r₂p²/2)/q. For λ̃: r(r̂) = q gives r₂ r̂² = r₂p² + 2εh₀, and
    ηλ̃ = 2 (q + r₂ r̂²)/q = 2 (1 + 3r₂p²/2 + 3εh₀)/q. So η(λ − λ̃) → −6 h₀ ε:
    linear (h₀ = 1/(2|r₂|)) −3/|r₂|, neuron (h₀ = 1/|r₂|) −6/|r₂|.
    """
    gap = taylor(curve_of(problem).sharpness_gap, 1, P)[0]
    assert same(gap, (3 if problem in LINEAR else 6) / problem.curvature)


# Against orbits. Transverse to the curve an orbit contracts by |1 + 2p r'/r| < 1 a step while p
# moves by O(ε): with ε = 10⁻¹⁶, 300 steps bring it onto the curve long before p changes.


def aligned(problem, eta, p=None, q=None):
    """300 steps of the map of reference.md §1, in mpmath, from a point off the curve."""
    p, q = mp.mpf("0.55") if p is None else p, mp.mpf("0.88") if q is None else q
    for _ in range(300):
        p, q = problem.step(p, q, eta)
    return abs(p), q


def step_size(problem, epsilon):
    return mp.root(epsilon, problem.epsilon_power)


# Starting p and q for which the 2-cycle of the frozen map is strongly attracting.
STARTS = {"tanh": "0.35", "arctan": "0.35", "algebraic": "0.35", "gudermann": "0.45"} | {
    "erf": "0.35",
    "langevin": "1.6",
    "logistic": "1.4",
    "erf-loss": "0.75",
}


@pytest.mark.parametrize("problem", PROBLEMS, ids=str)
def test_orbits_settle_on_the_curve_to_first_order(problem, curve_of):
    curve = curve_of(problem)
    with mp.workdps(80):
        start = mp.mpf(STARTS.get(problem.name, "0.6"))
        errors = []
        for epsilon in (mp.mpf(10) ** -16, mp.mpf(10) ** -18):
            eta = step_size(problem, epsilon)
            p, q = aligned(problem, eta, start, problem.r(start) * mp.mpf("1.02"))
            measured = (q / problem.r(p) - 1) / epsilon
            errors.append(abs(measured - evaluated(curve.h, p=p)))
        # The next order, ε h₂: 100 times as small at the smaller ε, and nothing like 1 % of h.
        assert errors[0] < 1e-12
        assert mp.almosteq(errors[0], 100 * errors[1], 1e-6) or errors[0] < 1e-30


@pytest.mark.parametrize("problem", PROBLEMS, ids=str)
def test_orbits_show_the_sharpness_gap_and_the_decay(problem, curve_of):
    """η(λ − λ̃(q))/ε and ln|p'/p|/ε along an aligned orbit, with λ by the closed form, λ̃ by r̂."""
    curve, epsilon = curve_of(problem), mp.mpf(10) ** -16
    with mp.workdps(80):
        eta = step_size(problem, epsilon)
        start = mp.mpf(STARTS.get(problem.name, "0.6"))
        p, q = aligned(problem, eta, start, problem.r(start) * mp.mpf("1.02"))
        gap = (eta * problem.sharpness(p, q, eta) - problem.surrogate(q, p)) / epsilon
        assert abs(gap - evaluated(curve.sharpness_gap, p=p)) < 1e-10
        rate = -mp.log(abs(problem.step(p, q, eta)[0]) / p) / epsilon
        h = evaluated(curve.h, p=p)
        expected = 2 * h + (p * problem.r(p)) ** 2 * (problem in LINEAR)
        assert abs(rate - expected) < 1e-10


def test_the_curve_of_the_algebraic_neuron_is_invariant_exactly():
    """One step from (p, κ r(p)) leads to (−√(1−η) p, κ r(p')), for any η: no expansion."""
    problem = BY_NAME["algebraic"]
    reduced = problem.model.reduced
    with mp.workdps(60):
        for eta in map(mp.mpf, ("0.9", "0.1", "1e-6")):
            p = mp.mpf("0.8")
            q = kappa(eta) * problem.r(p)
            p_next = evaluated(reduced.p_next, p=p, q=q)
            q_next = evaluated(reduced.q_next, p=p, q=q, eta=eta)
            assert mp.almosteq(p_next, -mp.sqrt(1 - eta) * p, 1e-55)
            assert mp.almosteq(q_next, kappa(eta) * problem.r(p_next), 1e-55)
            assert not mp.almosteq(q_next, (1 + eta / 4) * problem.r(p_next), 1e-15)


# What has no curve


@pytest.mark.parametrize(
    "model",
    [
        TwoLayerLinear(Loss.parse("z**2/2")),
        TwoLayerLinear(Loss.parse("atan(z**2)/2")),
        SingleNeuron(Activation.parse("z")),
    ],
    ids=lambda m: m.response.text,
)
def test_a_response_flat_at_zero_has_no_curve(model):
    with pytest.raises(InputError, match=r"r''\(0\) = 0") as caught:
        slow_curve(model)
    assert model.response.text in str(caught.value)


def test_every_catalogue_neuron_is_here():
    assert {"tanh", "algebraic", "arctan"} <= {problem.name for problem in NEURON}


@dataclass(frozen=True)
class Altered(TwoLayerLinear):
    """The linear network with parts of its generic map replaced."""

    parts: tuple = ()

    def generic(self):
        return replace(super().generic(), **dict(self.parts))


LOG_COSH = Loss.parse("log-cosh")
KNOWN = TwoLayerLinear(LOG_COSH).generic()


@pytest.mark.parametrize("factor", [3, 1, -2])
def test_a_map_without_2_cycles_at_q_equal_to_r_is_refused(factor):
    """p' = (1 − 3r/q) p leads from q = r to −2p, and so on; to −p only (1 − 2r/q) p does."""
    with pytest.raises(ArithmeticError, match="2-cycles"):
        generic_h(Altered(LOG_COSH, parts=(("p_next", P * (1 - factor * R(P) / Q)),)))


@pytest.mark.parametrize(
    "parts",
    [
        {"trace": 2 * KNOWN.trace},
        {"trace": KNOWN.trace - 1 / ETA},
        {"trace": KNOWN.trace + P / ETA},
        {"determinant": KNOWN.determinant + 1 / ETA**2},
        {"determinant": KNOWN.determinant - 1 / ETA**2},
    ],
)
def test_a_sharpness_other_than_the_surrogate_is_refused(parts):
    """At ε = 0 ηλ is ητ = 2(1 + p r'/r), and the determinant has no term of the order of 1/η²."""
    assert slow_curve(Altered(LOG_COSH)) == slow_curve(TwoLayerLinear(LOG_COSH))
    with pytest.raises(ArithmeticError, match="not λ̃"):
        slow_curve(Altered(LOG_COSH, parts=tuple(parts.items())))


def test_a_curve_cannot_be_changed(curve_of):
    with pytest.raises(FrozenInstanceError):
        curve_of(BY_NAME["tanh"]).decay = 0
