"""A5 is a statement about infinity: what is bounded, by how much, and what is not told."""

import mpmath as mp
import pytest
import sympy as sp
from hypotheses_by_hand import failing, judged, named

from trajalign.verification.hypotheses.regularity import is_symmetric, judge_symmetry
from trajalign.verification.verdicts import Evidence, Outcome, Verdict

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


# A5


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        # sup |ℓ'| or sup |φ| rounded up to a thousandth of the response's unit
        ("linear", "log(cosh(z))", 1),
        ("linear", "z*atan(z) - log(1+z**2)/2", sp.Rational(1571, 1000)),  # π/2 = 1.5707…
        ("neuron", "2*atan(tanh(z/2))", sp.Rational(1571, 1000)),
        ("neuron", "z*exp(-z**2)", sp.Rational(429, 1000)),  # 0.42888…, unit ¼: 1.71553 up to 1.716
        ("linear", "3*log(sinh(z)/z)", 3),
    ],
)
def test_the_lipschitz_constant(kind: str, text: str, expected: sp.Rational) -> None:
    assert judged(kind, text).lipschitz == expected


@pytest.mark.parametrize("factor", [1000, 7])
def test_the_lipschitz_constant_has_the_unit_of_z(factor: int) -> None:
    # s² ℓ(z/s) has the slope s ℓ'(z/s)
    found = judged("linear", f"{factor}**2*log(cosh(z/{factor}))").lipschitz
    assert factor <= found <= factor * sp.Rational(1001, 1000)


def test_a_slope_of_one_everywhere_is_not_too_steep() -> None:
    # φ = z: |φ'| = 1 is allowed, the size is not; of 2z it is the slope that is too large
    assert "φ'(z)" not in judged("neuron", "z").verdicts["A5"].witness
    steep = judged("neuron", "2*z").verdicts["A5"].witness
    assert (steep["z"], float(steep["φ'(z)"])) == ("1", 2)
    backwards = judged("neuron", "-2*z").verdicts["A5"].witness
    assert float(backwards["φ'(z)"]) == -2


def test_the_bound_names_what_it_bounds() -> None:
    assert judged("linear", "log(cosh(z))").verdicts["A5"].quantities["bound"] == "sup |ℓ'| = 1"
    assert judged("neuron", "tanh(z)").verdicts["A5"].quantities["bound"] == "sup |φ| = 1"
    loss = judged("linear", "z**2/2").verdicts["A5"].witness
    assert set(loss) == {"z", "|ℓ'|(z)", "growth", "proved from"}
    neuron = judged("neuron", "z").verdicts["A5"].witness
    assert set(neuron) == {"z", "|φ|(z)", "growth", "proved from"}


def test_where_no_limit_bounds_a_slope_a_stated_bound_is_proved() -> None:
    # ℓ' = z/(1+z²) rises to 1/2 and falls again: |ℓ'| < 1.001 · 1/2
    assumptions = judged("linear", "log(1+z**2)/2")
    assert assumptions.stated_bound == sp.Rational(1001, 2000)
    verdict = assumptions.verdicts["A5"]
    assert verdict.evidence is Evidence.ENCLOSED
    assert verdict.quantities["proved"] == "|ℓ'| < 0.5005"
    others = [v.quantities for name, v in assumptions.verdicts.items() if name != "A5"]
    assert not any({"proved", "bound"} & set(found) for found in others)
    # where the limit at infinity does it, no other bound is stated
    for kind, text in (("linear", "log(cosh(z))"), ("neuron", "tanh(z)"), ("linear", "z**2/2")):
        assert judged(kind, text).stated_bound is None
        verdicts = judged(kind, text).verdicts
        assert not any("proved" in verdict.quantities for verdict in verdicts.values())
        assert {name for name, v in verdicts.items() if "bound" in v.quantities} <= {"A5"}


def test_one_side_tells_nothing_of_the_other_where_symmetry_is_refuted() -> None:
    # A refutation may have the evidence "derived" too, which is not that of a symmetry.
    text = "log(cosh(z))+z**3*exp(-z**2)" + 7 * "/10**60"
    lopsided = judged("linear", text)
    assert judge_symmetry(lopsided.response, []).evidence is Evidence.DERIVED
    assert not is_symmetric(lopsided.response)
    assert lopsided.verdicts["symmetry"].outcome is Outcome.FAIL
    assert lopsided.verdicts["A5"].evidence is not Evidence.ENCLOSED
    assert "A5" not in lopsided.proofs
