"""How a verdict on a hypothesis comes about: points, patience, evidence and proofs."""

import math
import time
from fractions import Fraction

import pytest
import sympy as sp
from hypotheses_by_hand import judged
from mpmath import mp

from trajalign.theory.expressions.parsing import Z
from trajalign.theory.hypotheses_by_algebra import Condition
from trajalign.theory.models import of as model_of
from trajalign.verification.hypotheses.assumptions import Assumptions
from trajalign.verification.verdicts import Evidence, Outcome

# The points that are looked at


@pytest.mark.parametrize("text", ["log(cosh(z))", "10**6*log(cosh(z/1000))"])
def test_the_grid_is_a_ladder_of_eight_rungs_an_octave_and_64_others(text: str) -> None:
    assumptions = Assumptions(model_of("linear", text))
    unit = assumptions.response.scale
    points = [z / unit for z in assumptions.grid]
    assert points[:5] == [1, 2, sp.Rational(1, 2), 3, sp.Rational(1, 4)]  # easy to check by hand
    assert points[5:] == sorted(points[5:])
    assert len(set(points)) == len(points) <= 128 + 64
    rungs = {sp.Rational(2) ** k * sp.Rational(j, 8) for k in range(-10, 6) for j in range(8, 16)}
    assert rungs <= set(points)
    others = set(points) - rungs
    assert 60 <= len(others) <= 64
    assert all(0 < z < 64 and (1000 * z).is_Integer for z in others)
    assert max(others) > 56  # 64 random numbers below 64 all miss the last eighth once in 5000
    assert assumptions.grid == Assumptions(assumptions.model).grid


def doubtful() -> Assumptions:
    """With (z − 5)(√(1+z²) − √2)² for the claim of A1: at 1 a zero that no precision can tell."""
    assumptions = Assumptions(model_of("linear", "log(cosh(z))"))
    square = (sp.sqrt(1 + Z**2) - sp.sqrt(2)) ** 2
    assumptions.conditions = {"A1": Condition("A1", (Z - 5) * square, None)}
    return assumptions


@pytest.mark.parametrize(
    ("points", "outcome"),
    [
        ([1], Outcome.UNDECIDED),
        ([2, 1], Outcome.UNDECIDED),
        ([2, 4], Outcome.PASS),
        ([2, 8], Outcome.FAIL),  # past 5 it is positive
        ([1, 8], Outcome.FAIL),  # a point that refutes outweighs points that cannot be told
        ([1, 1, 8], Outcome.FAIL),
        ([1, 1, 1, 8], Outcome.UNDECIDED),  # and after three of them no more are looked at
        ([1, 2, 1, 2, 1, 8], Outcome.UNDECIDED),
        ([5], Outcome.FAIL),  # 0 is not negative
    ],
)
def test_points_that_cannot_be_told(points: list[int], outcome: Outcome) -> None:
    finding = doubtful()._negative("A1", [sp.Integer(z) for z in points])
    assert finding.outcome is outcome
    if outcome is Outcome.UNDECIDED:
        assert "cannot be told from 0" in finding.reason
    if outcome is Outcome.FAIL:
        assert finding.witness["z"] == str(points[-1])
        assert finding.evidence is Evidence.ENCLOSED
    if outcome is Outcome.PASS:
        assert finding.quantities == {"points": "2"}


def test_of_several_points_that_cannot_be_told_the_first_is_named() -> None:
    assumptions = doubtful()
    hidden = assumptions.conditions["A1"].expression * (sp.sqrt(1 + Z**2) - sp.sqrt(5)) ** 2
    assumptions.conditions = {"A1": Condition("A1", hidden, None)}
    finding = assumptions._negative("A1", [sp.Integer(2), sp.Integer(1)])
    assert finding.reason.partition(" at z = ")[2].startswith("2")


def test_a_condition_that_algebra_decides_says_so() -> None:
    found = {name: v.quantities for name, v in judged("linear", "sqrt(1+z**2)").verdicts.items()}
    assert {n for n, q in found.items() if "symbolically" in q} == {"A1", "A2", "A3"}
    transcendental = judged("linear", "log(cosh(z))").verdicts.values()
    assert not any("symbolically" in v.quantities for v in transcendental)


def test_where_r_has_a_zero_its_logarithmic_slope_has_a_rise() -> None:
    """ℓ = 1 − cos z: z r'/r = z cot z − 1 falls, but at π it leaps from −∞ to +∞."""
    assumptions = judged("linear", "1 - cos(z)")
    assert assumptions._negative("A3", assumptions.grid).outcome is Outcome.PASS
    verdict = assumptions.verdicts["A3"]
    assert (verdict.outcome, verdict.evidence) == (Outcome.FAIL, Evidence.ENCLOSED)
    left, right = (sp.Rational(verdict.witness[key]) for key in ("z", "and z"))
    assert 3 <= left < sp.pi < right <= sp.Rational(13, 4)  # neighbours on the ladder, or closer
    shown = [float(text) for text in verdict.witness["z r'(z)/r(z)"].split(" and ")]
    expected = [float(z * sp.cot(z) - 1) for z in (left, right)]
    assert shown == pytest.approx(expected, rel=1e-5)
    assert shown[0] < -20 < 20 < shown[1]
    assert judged("linear", "log(cosh(z))")._rise() is None
    assert judged("linear", "log(1+z**2)/2")._rise() is None


# Beyond the grid


def overtaken(z: int, reach: int, share: int) -> str:
    """ℓ = √(1+z²) − √(1+z²/S²)/n with S = `reach`, n = `share`: ℓ'' is (1+z²)^(−3/2) less
    (1+z²/S²)^(−3/2)/(nS²), so it is negative from about (nS²)^(1/3) on, well before S."""
    assert abs(share * reach**2 - z**3) < 1e-6 * z**3
    return f"sqrt(1+z**2) - sqrt(1+z**2/{reach**2})/{share}"


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        # points ⌊100·1.5ᵏ⌋ are tried: past 10⁷ is k = 29, past 6·10⁸ k = 39, the last
        (overtaken(10**7, 10**10, 10), 29),
        (overtaken(6 * 10**8, 10**12, 216), 39),
    ],
)
def test_what_fails_only_far_out_is_refuted_there(text: str, steps: int) -> None:
    assumptions = judged("linear", text)
    assert assumptions._negative("A2", assumptions.grid).outcome is Outcome.PASS
    verdict = assumptions.verdicts["A2"]
    assert (verdict.outcome, verdict.evidence) == (Outcome.FAIL, Evidence.ENCLOSED)
    assert verdict.witness["z"] == str(math.floor(100 * Fraction(3, 2) ** steps))


def test_what_fails_only_past_the_last_point_stays_sampled() -> None:
    verdict = judged("linear", overtaken(8 * 10**8, 10**12, 512)).verdicts["A2"]
    assert (verdict.outcome, verdict.evidence) == (Outcome.PASS, Evidence.SAMPLED)


def test_the_points_far_out_are_in_the_response_s_unit() -> None:
    # 4 (s/2)² for s = 2: the unit is 2, and so is every point
    assumptions = Assumptions(model_of("linear", "4*log(cosh(z/2))"))
    assert assumptions.response.scale == 2
    assumptions.conditions = {"A1": Condition("A1", Z - 250, None)}
    assert assumptions._refuted_far_out("A1").witness["z"] == "300"
    assumptions.conditions = {"A1": Condition("A1", -Z, None)}
    assert assumptions._refuted_far_out("A1") is None


def test_far_out_the_first_point_that_cannot_be_told_ends_the_search() -> None:
    assumptions = Assumptions(model_of("linear", "log(cosh(z))"))
    hidden = (sp.sqrt(1 + Z**2) - sp.sqrt(10001)) ** 2  # 0 at z = 100
    assumptions.conditions = {"A1": Condition("A1", Z - 120, None)}
    assert assumptions._refuted_far_out("A1").witness["z"] == "150"
    assumptions.conditions = {"A1": Condition("A1", (Z - 120) * hidden, None)}
    assert assumptions._refuted_far_out("A1") is None


def test_far_out_is_looked_only_where_all_z_are_claimed_and_algebra_does_not_tell() -> None:
    found = {
        (kind, text, name): judged(kind, text)._sampled_everywhere(name)
        for kind, text, names in (
            ("linear", "log(cosh(z))", ("A1", "A2", "A3")),
            ("linear", "sqrt(1+z**2)", ("A1", "A2", "A3")),
            ("neuron", "tanh(z)", ("A1", "A3")),
        )
        for name in names
    }
    assert {key for key, answer in found.items() if answer} == {
        ("linear", "log(cosh(z))", "A1"),
        ("linear", "log(cosh(z))", "A2"),
        ("linear", "log(cosh(z))", "A3"),
        ("neuron", "tanh(z)", "A1"),
    }


# Evidence


@pytest.mark.parametrize(
    ("kind", "text", "evidence"),
    [
        # transcendental: proved in balls
        ("linear", "log(cosh(z))", {"A1": "enclosed", "A2": "enclosed", "A3": "enclosed"}),
        ("neuron", "tanh(z)", {"A1": "enclosed", "A3": "enclosed", "A5": "enclosed"}),
        # rational in z and √(1+z²): exact algebra
        ("linear", "sqrt(1+z**2)", {"A1": "derived", "A2": "derived", "A3": "derived"}),
        # what is said of 0 is exact
        ("linear", "cosh(z) - 1", {"A4": "derived", "normalised": "derived", "A5": "enclosed"}),
        ("linear", "z**2/2", {"curved": "derived", "A4": "derived"}),
        # refuted at a rational point, where a ball excludes the claim
        ("linear", "cosh(z)", {"A1": "enclosed", "A3": "enclosed"}),
        ("linear", "log(1+z**2)/2", {"A2": "enclosed"}),
        ("neuron", "sin(z)", {"A1": "enclosed"}),
    ],
)
def test_the_evidence_of_a_verdict(kind: str, text: str, evidence: dict[str, str]) -> None:
    verdicts = judged(kind, text).verdicts
    assert {name: verdicts[name].evidence.value for name in evidence} == evidence


def test_a5_is_proved_only_where_the_symmetry_is() -> None:
    """Its proof speaks of z > 0; where evenness is only sampled, so is A5."""
    zero = "(sqrt(z**4+2*z**3+3*z**2+2*z+1) - z**2 - z - 1)"  # the root of a square, unseen
    hidden = f"log(cosh(z)) + {zero}*exp(-z**2)"
    plain, respelt = (judged("linear", t) for t in ("log(cosh(z))", hidden))
    assert plain.verdicts["symmetry"].evidence is Evidence.DERIVED
    assert respelt.verdicts["symmetry"].evidence is Evidence.SAMPLED
    assert plain.verdicts["A5"].evidence is Evidence.ENCLOSED
    assert respelt.verdicts["A5"].evidence is Evidence.SAMPLED
    assert set(plain.proofs) == {"analytic", "A1", "A2", "A3", "A5"}
    assert set(respelt.proofs) == {"analytic", "A1", "A2", "A3"}


def test_the_number_of_boxes_is_that_of_the_proofs() -> None:
    for kind, text in (("linear", "log(cosh(z))"), ("neuron", "tanh(z)")):
        assumptions = judged(kind, text)
        for name, proofs in assumptions.proofs.items():
            boxes = sum(len(proof.boxes) for proof in proofs)
            assert assumptions.verdicts[name].quantities.get("boxes", "0") == str(boxes)


@pytest.mark.parametrize("text", ["cosh(z) - 1", "z**2/2", "abs(z)"])
def test_what_fails_has_no_proof(text: str) -> None:
    assert {"A1", "A3", "A5"}.isdisjoint(judged("linear", text).proofs)


def test_a_needle_between_all_points_is_found_by_the_search_for_a_proof() -> None:
    """r = tanh z/z + 10⁻⁶ exp(−(10⁶(z² − c))²), c = (17/16)²: r' is negative but for a needle of
    width 10⁻⁶, where it reaches about +1.2, and ℓ'' < 0 on its other side."""
    needle = "sqrt(pi)/(4*10**12)*erf(10**6*(z**2 - (17/16)**2))"
    assumptions = judged("linear", f"log(cosh(z)) + {needle}")
    assert assumptions._negative("A1", assumptions.grid).outcome is Outcome.PASS
    verdict = assumptions.verdicts["A1"]
    assert (verdict.outcome, verdict.evidence) == (Outcome.FAIL, Evidence.ENCLOSED)
    witness = sp.Rational(verdict.witness["z"])
    assert abs(witness - sp.Rational(17, 16)) < sp.Rational(1, 10**5)
    with mp.workdps(40):  # r' there, by mpmath
        z = mp.mpf(int(witness.p)) / int(witness.q)
        c = mp.mpf(289) / 256
        slope = mp.diff(lambda x: mp.tanh(x) / x, z)
        bump = mp.exp(-((10**6 * (z**2 - c)) ** 2)) / 10**6
        slope -= 4 * mp.mpf(10) ** 12 * (z**2 - c) * z * bump
        assert slope > 0
        assert mp.almosteq(slope, mp.mpf(verdict.witness["r'(z)"]), 1e-5)
    assert "A1" not in assumptions.proofs


# What a verdict carries


@pytest.mark.parametrize(("kind", "text"), [("linear", "cosh(z) - 1"), ("neuron", "tanh(z)")])
def test_what_a_verdict_carries(kind: str, text: str) -> None:
    begin = time.perf_counter()
    verdicts = Assumptions(model_of(kind, text)).verdicts
    elapsed = time.perf_counter() - begin
    for name, verdict in verdicts.items():
        assert (verdict.label, verdict.model) == (f"{kind}/{name}", kind)
        assert verdict.response == text
        assert (verdict.witness is not None) == (verdict.outcome is Outcome.FAIL)
        assert bool(verdict.reason) == (verdict.outcome is Outcome.FAIL)
        assert verdict.seconds > 0
    assert sum(verdict.seconds for verdict in verdicts.values()) <= elapsed


def test_the_witness_is_shown_in_the_reason() -> None:
    verdict = judged("linear", "z**2/2").verdicts["A4"]
    assert verdict.witness == {"z": "0", "r''(0)": "0"}
    assert verdict.reason == "r''(0) < 0: fails, z = 0, r''(0) = 0"
    bend = judged("linear", "exp(z**2/2) - 1").verdicts["A1"]
    # r = exp(z²/2), r'(1) = √e = 1.64872
    assert bend.witness == {"z": "1", "r'(z)": "1.64872"}
    concave = judged("linear", "-log(cosh(z))").verdicts["A2"]
    # −ℓ''(1) = sech²(1) = 0.419974
    assert concave.witness == {"z": "1", "−ℓ''(z)": "0.419974"}


def test_the_word_judged_is_final() -> None:
    assumptions = judged("linear", "log(cosh(z))")
    assert assumptions.verdicts is assumptions.verdicts
    assert assumptions.grid is assumptions.grid


# Both sides of 0, and values that are 0 in disguise


def test_a_steep_left_side_breaks_a5_of_an_activation() -> None:
    """φ' = sech² z − (3z − 3z²(z + 1))e^(−(z+1)²) is 2.2467 at −1/2 and at most 1 for z > 0."""
    verdict = judged("neuron", "tanh(z) - 3*z**2*exp(-(z+1)**2)/2").verdicts["A5"]
    assert verdict.outcome is Outcome.FAIL
    z = float(Fraction(verdict.witness["z"]))
    slope = 1 / math.cosh(z) ** 2 - (3 * z - 3 * z**2 * (z + 1)) * math.exp(-((z + 1) ** 2))
    assert z < 0
    assert float(verdict.witness["φ'(z)"]) == pytest.approx(slope, rel=1e-5)
    assert abs(slope) > 1


def test_a_slope_that_is_zero_in_disguise_is_no_obstacle() -> None:
    """φ'(1) = cos(π/2), which no precision tells from 0, is not above 1."""
    verdict = judged("neuron", "2*sin(pi*z/2)/pi").verdicts["A5"]
    assert verdict.outcome is Outcome.PASS


def test_words_of_a_verdict_have_no_order_of_their_own() -> None:
    with pytest.raises(TypeError):
        assert Outcome.PASS < Outcome.UNDECIDED
    with pytest.raises(TypeError):
        assert Evidence.DERIVED < Evidence.ENCLOSED
