"""The labels theorem/…: what refutes them, what leaves them open, and that units change nothing."""

import math
from dataclasses import replace

import pytest
import sympy as sp
from flint import ctx

from trajalign.theory import TwoLayerLinear
from trajalign.verification.measuring.claims import Measurement
from trajalign.verification.measuring.plans import Plan
from trajalign.verification.statements.theorems import TheoremClaim
from trajalign.verification.theorems.proof import BITS
from trajalign.verification.theorems.settings import standard, tube_only
from trajalign.verification.verdicts import Evidence

LABELS = ("alignment", "limit", "saturation", "progressive-sharpening", "crossing")


def plan(text: str) -> Plan:
    scale = TwoLayerLinear(text).response.scale
    return Plan(
        TwoLayerLinear(text),
        lipschitz=sp.Integer(1),
        etas=(sp.Rational(1, 10) / scale, sp.Rational(1, 20) / scale),
        starts=((scale / 2, sp.Rational(4, 5)),),
    )


PLAIN = plan("log(cosh(z))")
CLAIM = TheoremClaim("theorem/limit", sp.Rational(3, 4), sp.Rational(9, 2))  # by hand


@pytest.fixture(scope="module")
def runs() -> list[Measurement]:
    return CLAIM.measured.measure(PLAIN)


@pytest.mark.parametrize("name", LABELS)
def test_the_true_numbers_pass(name: str, runs: list[Measurement]) -> None:
    judged = replace(CLAIM, label=f"theorem/{name}").judge(PLAIN, runs)
    assert (judged.objection, judged.undecided) == ("", "")
    assert judged.evidence is Evidence.ENCLOSED


@pytest.mark.parametrize("name", [*LABELS, "gradient-flow"])
def test_every_falsified_copy_is_refuted_with_a_witness(name: str, runs: list[Measurement]) -> None:
    for copy in replace(CLAIM, label=f"theorem/{name}").falsified_copies():
        judged = copy.judge(PLAIN, runs)
        assert judged.objection
        assert judged.witness


def test_a_constant_that_is_true_but_not_proved_is_undecided(runs: list[Measurement]) -> None:
    # between sup |h_2|, which it cannot be below, and what is proved
    tight = replace(CLAIM, label="theorem/alignment", alignment=sp.Rational(1001, 1000))
    judged = tight.judge(PLAIN, runs)
    assert judged.objection == ""
    assert "is proved; more than" in judged.undecided


def test_no_proof_is_no_failure() -> None:
    judged = CLAIM.judge(PLAIN, [Measurement(0.0, {}, {"trouble": "a lemma failed"})])
    assert (judged.objection, judged.undecided) == ("", "a lemma failed")


@pytest.mark.parametrize("k", [-10, 10])
def test_units_change_nothing_but_the_powers_of_the_unit(k: int, runs: list[Measurement]) -> None:
    # p ↦ sp: h and 1/ε count s², C counts s⁴
    text = f"2**{2 * k}*log(cosh(z/2**{k}))" if k > 0 else f"log(cosh(2**{-k}*z))/2**{-2 * k}"
    (other,), (plain,) = CLAIM.measured.measure(plan(text)), runs
    s = 2.0**k
    for name, power in {"h, at least": 2, "C": 4, "gap": 2, "rho_0, at most": -2, "m": 0}.items():
        assert other.values[name] == pytest.approx(plain.values[name] * s**power, rel=0.05)
    assert other.epsilon * s**2 == pytest.approx(plain.epsilon, rel=0.5)
    assert math.isfinite(other.values["C"])


@pytest.mark.parametrize("eta", [0.1, 0.05, 0.02])
def test_steps_from_the_tubes_end_to_the_crossing(eta: float, runs: list[Measurement]) -> None:
    # An orbit that starts on the curve to first order, h = −(p r³/r' + p² r²)/2, in plain floats.
    p, e = math.sqrt(float(tube_end())), eta**2
    r = math.tanh(p) / p
    steep = (1 / math.cosh(p) ** 2 - r) / p
    q = r * (1 - e * (p * r**3 / steep + (p * r) ** 2) / 2)
    steps = 0
    while q <= 1:
        r = math.tanh(p) / p
        p, q = p * (1 - 2 * r / q + e * (p * r) ** 2), q / (1 - e * p**2 * r * (2 * q - r))
        steps += 1
    k = e * steps - math.log(1 / e) / 3
    values = runs[0].values
    assert values["left, at least"] <= k <= values["left, at most"]
    assert values["left, at most"] - values["left, at least"] < 0.15


def tube_end() -> float:
    with ctx.workprec(BITS):
        return float(tube_only(PLAIN.model, standard(PLAIN.model)).setting.tube_end)
