"""Sign proofs on half-lines and intervals, each with a claim a little too strong that must fail."""

from dataclasses import replace

import pytest
import sympy as sp

from trajalign.theory.expressions.parsing import Z, parse_expression
from trajalign.verification.hypotheses.proofs import Proof, SignClaim, Witness, objection, prove

# f < 0 on z > 0, and δ so that f + δ is positive somewhere (by hand).
NEGATIVE = [
    ("-exp(-z)", "1/1000"),
    ("tanh(z)/z - 1 - 1/100", "1/50"),  # the limit 1 at 0 is the supremum
    ("z*exp(-z) - 37/100", "1/100"),  # e⁻¹ = 0.3678…
    ("(sinh(z) - z*cosh(z))/(z**3*cosh(z))", "1/100"),  # −1/3 at 0, 0 at ∞
    ("atan(z) - 158/100", "1/100"),  # π/2 = 1.5707…
    ("z**2/(1+z**4) - 51/100", "1/50"),  # 1/2 at z = 1
    ("-1/(1+z**2)", "1/1000"),
    ("erf(z) - 101/100", "1/50"),
]


@pytest.mark.parametrize(("text", "excess"), NEGATIVE)
def test_negative_is_proved_and_a_little_more_is_refuted(text: str, excess: str) -> None:
    claim = SignClaim(parse_expression(text))
    proof = prove(claim)
    assert isinstance(proof, Proof)
    assert objection(proof) == ""
    too_much = parse_expression(f"{text} + {excess}")
    found = prove(SignClaim(too_much))
    assert not isinstance(found, Proof)
    if isinstance(found, Witness):
        assert too_much.subs(Z, found.z).evalf(30) >= 0
    # The boxes of the true claim prove nothing about the false one.
    assert objection(replace(proof, claim=SignClaim(too_much))) != ""


@pytest.mark.parametrize("text", ["z**2 - 5", "tanh(z) - 9/10", "z*exp(-z) - 1/3", "cosh(z) - 99"])
def test_false_claim_gets_a_rational_witness(text: str) -> None:
    found = prove(SignClaim(parse_expression(text)))
    assert isinstance(found, Witness)
    assert isinstance(found.z, sp.Rational)
    assert parse_expression(text).subs(Z, found.z).evalf(30) >= 0


@pytest.mark.parametrize(
    "text",
    [
        "sin(z) - 2",  # true, but nothing is known about it at infinity
        "-(z - 1/3)**2",  # 0 at a point that no bisection hits: neither true nor ever refuted
        "-z",  # true for z > 0; the limit at 0 is 0
        "-exp(asinh(z)**2)",  # true; no form at infinity
    ],
)
def test_what_cannot_be_told_is_left_open(text: str) -> None:
    assert prove(SignClaim(parse_expression(text))) is None


def test_a_tail_does_not_stand_in_for_the_end_of_an_interval() -> None:
    """Z − 3 is negative on [0, 4] for the boxes alone if they may end at a tail from 1 on."""
    claim = SignClaim(Z - 3, high=sp.Integer(4))
    assert objection(Proof(claim, ((sp.S.Zero, sp.S.One),), sp.S.One)) != ""
    assert objection(Proof(claim, ((sp.S.Zero, sp.Integer(4)),), None)) != ""


@pytest.mark.parametrize("k", [-20, 20])
@pytest.mark.parametrize("text", ["tanh(z)/z - 1 - z**2/10**9", "z*exp(-z) - 1/2", "z - 5"])
def test_in_another_unit_the_boxes_are_stretched_and_nothing_else(text: str, k: int) -> None:
    e, unit = parse_expression(text), sp.Integer(2) ** k
    one, other = prove(SignClaim(e)), prove(SignClaim(e.subs(Z, Z / unit), unit=unit))
    assert type(one) is type(other)
    if isinstance(one, Proof):
        assert other.boxes == tuple((unit * low, unit * high) for low, high in one.boxes)
        assert other.start == unit * one.start
        assert objection(other) == ""
    if isinstance(one, Witness):
        assert other.z == unit * one.z


def test_interval_ends_where_the_claim_ends() -> None:
    claim = SignClaim(Z - 2, high=sp.Rational(15, 8))
    proof = prove(claim)
    assert isinstance(proof, Proof)
    assert proof.start is None
    assert proof.boxes[-1][1] == claim.high
    assert objection(proof) == ""
    assert isinstance(prove(SignClaim(Z - 2, high=sp.Rational(17, 8))), Witness | None)


def test_claim_from_a_point_on_says_nothing_before_it() -> None:
    proof = prove(SignClaim(3 - Z, low=sp.Rational(25, 8)))
    assert isinstance(proof, Proof)
    assert proof.boxes[0][0] == sp.Rational(25, 8)
    assert not isinstance(prove(SignClaim(3 - Z, low=sp.Rational(23, 8))), Proof)


# Tampering -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def proof() -> Proof:
    found = prove(SignClaim(parse_expression("(sinh(z) - z*cosh(z))/(z**3*cosh(z))")))
    assert isinstance(found, Proof)
    assert len(found.boxes) >= 3
    return found


@pytest.mark.parametrize("index", [0, 1, -1])
def test_removed_box_is_missed(proof: Proof, index: int) -> None:
    boxes = list(proof.boxes)
    del boxes[index]
    assert "the boxes do not" in objection(replace(proof, boxes=tuple(boxes)))


def test_widened_box_no_longer_joins(proof: Proof) -> None:
    (low, high), *rest = proof.boxes
    widened = (low, high + sp.Rational(1, 8)), *rest
    assert "do not join" in objection(replace(proof, boxes=widened))


def test_one_box_for_all_is_too_coarse(proof: Proof) -> None:
    coarse = ((proof.boxes[0][0], proof.boxes[-1][1]),)
    assert "not certain on the box" in objection(replace(proof, boxes=coarse, terms=1))


def test_tail_that_starts_too_early_is_seen() -> None:
    claim = SignClaim(parse_expression("5 - z"), low=sp.Integer(6))
    true = prove(claim)
    assert isinstance(true, Proof)
    early = replace(true, claim=SignClaim(claim.expression, low=sp.Integer(4)), start=sp.Integer(4))
    assert objection(replace(early, boxes=())) != ""
    assert objection(replace(early, boxes=((sp.Integer(4), sp.Integer(4)),))) != ""


def test_lowered_start_is_seen_even_where_the_boxes_follow_it() -> None:
    claim = SignClaim(parse_expression("z*exp(-z) - 37/100"))
    boxes = ((sp.S.Zero, sp.Rational(1, 64)),)
    assert "past z = 1/64" in objection(Proof(claim, boxes, sp.Rational(1, 64)))
