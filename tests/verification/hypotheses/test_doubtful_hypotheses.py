"""Where a sample, a spelling or a single side of 0 would mislead a verdict on a hypothesis."""

from copy import deepcopy

import pytest
import sympy as sp

from trajalign.theory import Activation, Loss, SingleNeuron, TwoLayerLinear
from trajalign.verification import Assumptions, Evidence, Outcome
from trajalign.verification.hypotheses.certificates import CertificateError, certificate, replay
from trajalign.verification.hypotheses.regularity import judge_symmetry, undecided


def judged(text: str) -> Assumptions:
    return Assumptions(TwoLayerLinear(Loss.parse(text)))


# A5 with a maximum inside ----------------------------------------------------------------------

# sup |ℓ'| or sup |φ| by hand, reached at z = 1, √2, 1 and 1/√2.
INSIDE = [
    (TwoLayerLinear(Loss.parse("log(1+z**2)/2")), 1 / 2),
    (TwoLayerLinear(Loss.parse("log(2*sqrt((1+z**2)*(4+z**2)) + 2*z**2 + 5)")), 2 / 3),
    (SingleNeuron(Activation.parse("z/(1+z**2)")), 1 / 2),
    (SingleNeuron(Activation.parse("z*exp(-z**2)")), 0.428881942),
]


@pytest.mark.parametrize(("model", "largest"), INSIDE)
def test_a_maximum_inside_is_proved_to_be_below_a_bound(model, largest):
    found = Assumptions(model)
    verdict = found.verdicts["A5"]
    assert (verdict.outcome, verdict.evidence) == (Outcome.PASS, Evidence.ENCLOSED)
    assert largest < found.stated_bound < 1.01 * largest
    assert "<" in verdict.quantities["proved"]


def test_a_maximum_at_infinity_states_no_bound():
    found = judged("log-cosh")
    assert found.verdicts["A5"].evidence is Evidence.ENCLOSED
    assert found.stated_bound is None


@pytest.fixture(scope="module")
def document():
    return certificate([judged("log(1+z**2)/2")])


def test_the_bound_is_replayed(document):
    assert "linear/A5" in [row.label for row in replay(document)]


@pytest.mark.parametrize(
    ("ends", "complaint"),
    [
        (["0", "1/2"], "linear/A5: proves"),  # reached at z = 1; and not what the boxes are about
        (["1/4", None], "only the bound"),
    ],
)
def test_another_bound_is_refused(document, ends, complaint):
    forged = deepcopy(document)
    stated = forged["responses"][0]["supremum"]
    forged["responses"][0]["supremum"] = [ends[0], ends[1] or stated[1]]
    with pytest.raises(CertificateError, match=complaint):
        replay(forged)


def test_a_bound_that_is_too_low_is_refused_with_its_own_boxes(document):
    forged = deepcopy(document)
    part = forged["responses"][0]
    old = part["supremum"][1]
    part["supremum"][1] = "1/2"
    for proof in part["proved"]["A5"]:
        proof["negative"] = proof["negative"].replace(old, "1/2")
    with pytest.raises(CertificateError, match="not certain"):
        replay(forged)


# One side of 0 ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "k", "coefficient"),
    [
        ("z**2/2 + abs(z)**3/6", 3, sp.Rational(1, 6)),
        ("z**2/(2*(1+abs(z)**3)**(1/3))", 5, -sp.Rational(1, 6)),  # u/2 · (1 − |z|³/3 + …)
        ("z**2/2 + abs(z)**11", 11, sp.Integer(1)),
    ],
)
def test_different_series_on_the_two_sides_refute_smoothness_exactly(text, k, coefficient):
    verdict = judged(text).verdicts["analytic"]
    assert (verdict.outcome, verdict.evidence) == (Outcome.FAIL, Evidence.DERIVED)
    assert verdict.witness == {
        "z": "0",
        f"coefficient of z^{k} for z > 0 and z < 0": f"{coefficient} and {-coefficient}",
    }


def test_the_same_series_on_both_sides_refute_nothing():
    assert judged("z**2/2 - abs(z)**4/24").verdicts["analytic"].outcome is Outcome.PASS


# Ways to write 1 -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        # ℓ''(0) = (1 + 2 sech² 6)/(1 + 2 sech² 6)
        ("(log(cosh(z)) + log(cosh(z-6)) + log(cosh(z+6)))/(1+2/cosh(6)**2)", True),
        ("(log(cosh(z)) + log(cosh(z-6)) + log(cosh(z+6)))/(1+2/cosh(7)**2)", False),
        ("(sin(1)**2 + cos(1)**2)*log(cosh(z))", True),
        ("(sin(1)**2 + cos(1)**2 + 1/10**60)*log(cosh(z))", False),
    ],
)
def test_the_number_one_in_other_words(text, holds):
    expected = Outcome.PASS if holds else Outcome.FAIL
    assert judged(text).verdicts["normalised"].outcome is expected


# Nothing to try ---------------------------------------------------------------------------------

# φ'(0) = tanh(1/2), so r(0) = 0.2136 < 1/2 ≤ c: A3 speaks of no z.
FLAT = "log((1+exp(z+1))/(1+exp(1-z)))-z"


def test_a3_over_no_point_is_no_pass():
    verdicts = Assumptions(SingleNeuron(Activation.parse(FLAT))).verdicts
    assert verdicts["A3"].outcome is Outcome.NOT_APPLICABLE
    assert "r(0) = 0.213552" in verdicts["A3"].reason
    assert verdicts["normalised"].outcome is Outcome.FAIL


def test_a3_that_speaks_of_some_z_but_of_none_tried_is_undecided():
    found = Assumptions(SingleNeuron(Activation.parse("tanh")))
    assert 0.5 < found.z0_and_c[1] < 1
    found.__dict__["grid"] = [sp.Integer(2), sp.Integer(3)]  # r(2) = 0.034
    assert found._judge_a3().outcome is Outcome.UNDECIDED
    found.__dict__["grid"] = [sp.Rational(1, 4), sp.Integer(3)]
    assert found._judge_a3().quantities["points"] == "1"


def test_all_of_no_point_is_an_error():
    with pytest.raises(ValueError, match="no point"):
        judged("log-cosh")._negative("A1", [])


def test_a_symmetry_that_could_be_compared_nowhere_is_undecided():
    # The last two terms are 0, but arctan ∘ tan may jump, so that no derivative can show it.
    response = Loss.parse("log(cosh(z)) + atan(tan(tanh(z))) - tanh(z)")
    assert judge_symmetry(response, []).outcome is Outcome.UNDECIDED
    assert judge_symmetry(response, [sp.Integer(1)]).outcome is Outcome.PASS


# What sampling leaves open ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "outcome"),
    [("log-cosh", Outcome.PASS), ("log(cosh(z))+sin(z)**4/10**30", Outcome.UNDECIDED)],
)
def test_a_proof_decides_what_no_sample_could(monkeypatch, text, outcome):
    monkeypatch.setattr(Assumptions, "_negative", lambda *_: undecided("no luck"))
    verdict = judged(text).verdicts["A1"]
    assert verdict.outcome is outcome
    assert (verdict.evidence is Evidence.ENCLOSED) is (outcome is Outcome.PASS)


@pytest.mark.parametrize(
    ("excess", "broken"), [("-1/10**6", set()), ("+1/10**6", {"A1", "A3", "A4"})]
)
def test_what_fails_only_within_a_thousandth_of_zero_is_found(excess, broken):
    """(1+b) log(b + cosh z), b = 2 ± 10⁻⁶: r''(0) = (b−2)/(3(1+b))."""
    verdicts = judged(f"(3{excess})*log(2{excess}+cosh(z))").verdicts
    assert {n for n, v in verdicts.items() if v.outcome is Outcome.FAIL} == broken
    if broken:
        z = sp.Rational(verdicts["A1"].witness["z"])
        assert 0 < z < sp.Rational(1, 400)  # r rises up to z = 0.0022


# Functions of what stays bounded, and roots of exponentials, at infinity ------------------------


@pytest.mark.parametrize(
    ("model", "names"),
    [
        (SingleNeuron(Activation.parse("tanh(tanh(z))")), ("A1", "A3", "A5")),
        (SingleNeuron(Activation.parse("asinh(tanh(z))")), ("A1", "A3", "A5")),
        (TwoLayerLinear(Loss.parse("sqrt(2)*asinh(cosh(z))")), ("A1", "A2", "A3", "A5")),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_they_are_proved_and_replayed(model, names):
    found = Assumptions(model)
    assert {found.verdicts[name].evidence for name in names} == {Evidence.ENCLOSED}
    labels = [f"{model.name}/{name}" for name in ("analytic", *names, "z0")]
    replayed = [row.label for row in replay(certificate([found]))]
    information = {f"{model.name}/I1", f"{model.name}/I2"}
    assert [label for label in replayed if label not in information] == labels


def test_a_proof_for_another_nested_response_is_refused():
    document = certificate([Assumptions(SingleNeuron(Activation.parse("tanh(tanh(z))")))])
    document["responses"][0]["response"] = "tanh(asinh(z))"
    del document["responses"][0]["proved"]["analytic"]  # refused already, for its number of claims
    with pytest.raises(CertificateError, match="proves"):
        replay(document)
