"""`analytic` is a claim about the whole real line, proved by the signs it comes down to."""

import random
from collections.abc import Callable
from functools import cache

import mpmath
import pytest
import sympy as sp

from trajalign.theory.expressions.parsing import Z, parse_expression
from trajalign.theory.models import SingleNeuron, TwoLayerLinear
from trajalign.theory.responses import ACTIVATIONS, LOSSES, Activation, Loss
from trajalign.verification.hypotheses.analyticity import (
    NoAnalyticityError,
    analytic_claims,
    prove_analytic,
)
from trajalign.verification.hypotheses.assumptions import Assumptions
from trajalign.verification.hypotheses.certificates import CertificateError, certificate, replay
from trajalign.verification.hypotheses.proofs import objection
from trajalign.verification.verdicts import Evidence, Outcome

# asin(sin 5z) has kinks at ±π/10, ±3π/10, …; here it enters so that only higher derivatives jump.
_SAW = "asin(sin(5*z))/5"
_CUBE = f"z**3-3*z**2*{_SAW}+3*z*({_SAW})**2-({_SAW})**3"  # (z − saw)³
HIDDEN_KINK = f"sqrt(1+z**2) - z*({_CUBE})*exp(-3*z**2)/200"
THIN_LAYER = "sqrt(1+z**2) - 3*z**4*((z**2-1/10)+sqrt((z**2-1/10)**2+1/10**12))**3*exp(-15*z**2)"

ANALYTIC = [
    *LOSSES.values(),
    *ACTIVATIONS.values(),
    THIN_LAYER,  # the root's radicand is at least 10^-12
    "z**2/2",
    "(1+z**2)**(5/2)",
    "z/tanh(z)",  # 0/0 at 0, and tanh has no other zero
    "cosh(z)/sinh(z)-1/z",  # two poles at 0 that cancel
    "log(1+exp(z))+log(1+exp(-z))",
    "sin(z)**2/z**2",
    "asin(tanh(z))",
    "tan(tanh(z))",
    "acosh(cosh(z)+1)",
    "1/(z**2+exp(-z**2))",
    # arguments that cancel at −∞
    "log(z+sqrt(1+z**2))**2/2",
    "10**9*log(z/10**9+sqrt(1+z**2/10**18))",
    "log(sinh(z)+sqrt(1+sinh(z)**2))",
    "log(z+1/2+sqrt(z**2+z+5))",
    "log(sqrt(1+exp(2*z))-exp(z))",
    "(z+sqrt(1+z**2))**(1/3)",
]
NOT_ANALYTIC = {  # each with a real point at which it is not analytic
    HIDDEN_KINK: mpmath.pi / 10,
    "abs(z)": 0,
    "exp(-1/z**2)": 0,
    "z**2*sqrt(z**2)": 0,
    "(z**2)**(7/3)": 0,
    "log(z**2)": 0,
    "1/(1-z**2)": 1,
    "tan(z)": mpmath.pi / 2,
    "asin(sin(z))": mpmath.pi / 2,
    "abs(z-3)**5": 3,
    "abs(z+200)**3": -200,
    "acosh(cosh(z))": 0,
    "sqrt(1-tanh(z))*sqrt(1+sinh(z))": -mpmath.asinh(1),
    "1/z": 0,
    "1/tanh(z-2)": 2,
    "log(z+sqrt(1+z+z**2))": -1,
    "log(z+sqrt(1+z**2)-1/1000)": -499.9995,
    "(z+sqrt(z**2+z**4*exp(-z**2)))**(1/3)": 0,
}


def loss(text: str) -> Loss:
    return Loss(parse_expression(text), text)


@pytest.mark.parametrize("text", ANALYTIC)
def test_what_is_analytic_is_proved(text: str) -> None:
    found = prove_analytic(loss(text))
    assert found.proofs is not None, found.reason
    assert all(objection(proof) == "" for proof in found.proofs)


@pytest.mark.parametrize("text", NOT_ANALYTIC)
def test_what_is_not_analytic_is_not_proved(text: str) -> None:
    found = prove_analytic(loss(text))
    assert found.proofs is None
    assert found.reach is None or abs(NOT_ANALYTIC[text]) > found.reach
    assert found.reason


def defect(text: str, centre: float, radius: float = 1e-4) -> float:
    """By how much the mean of f over a circle misses f at its centre, which is 0 where f is
    analytic inside; an oracle that knows nothing of boxes and signs."""
    f: Callable[[mpmath.mpc], mpmath.mpc] = _in_mpmath(text)
    with mpmath.workdps(60):
        # Half a step off the real axis, which may be a cut.
        points = [mpmath.expjpi((2 * k + 1) / mpmath.mpf(64)) for k in range(64)]
        around = [f(centre + radius * point) for point in points]
        return float(abs(mpmath.fsum(around) / len(around) - f(mpmath.mpc(centre))))


@cache
def _in_mpmath(text: str) -> Callable[[mpmath.mpc], mpmath.mpc]:
    return sp.lambdify([Z], parse_expression(text), "mpmath")  # type: ignore[no-any-return]


@pytest.mark.parametrize("text", [text for text in ANALYTIC if text != THIN_LAYER])
def test_what_is_proved_has_the_mean_value_property(text: str) -> None:
    draw = random.Random(7)
    assert max(defect(text, draw.uniform(-6, 6)) for _ in range(20)) < 1e-40


def test_the_mean_value_property_sees_the_thin_layer_and_the_hidden_kink() -> None:
    edge = float(sp.sqrt(sp.Rational(1, 10)))
    assert defect(THIN_LAYER, edge, 1e-8) < 1e-40
    assert defect(THIN_LAYER, edge, 1e-4) > 1e-40  # wider than the layer: branch points inside
    assert defect(HIDDEN_KINK, float(mpmath.pi / 10)) > 1e-24
    assert defect(HIDDEN_KINK, 0.2) < 1e-40


def test_what_is_open_only_at_infinity_is_told_how_far_it_is_proved() -> None:
    text = "z**2/2 + log(9/8+cos(z)**3)/100"
    found = prove_analytic(loss(text))
    assert found.proofs is None
    assert found.reach == 16 * loss(text).scale


def test_a_function_without_a_rule_is_not_taken_for_analytic() -> None:
    with pytest.raises(NoAnalyticityError, match="is not known"):
        analytic_claims(sp.besselj(0, Z))


def test_a_condition_is_claimed_on_both_sides_of_zero() -> None:
    claims = analytic_claims(sp.log(2 + sp.tanh(Z)))
    assert [claim.expression for claim in claims] == [-2 - sp.tanh(Z), -2 + sp.tanh(Z)]
    assert prove_analytic(loss("log(1/2+tanh(z))")).proofs is None  # positive for z > 0 only


class TestTheVerdict:
    @pytest.mark.parametrize("text", LOSSES.values())
    def test_is_enclosed_for_the_losses(self, text: str) -> None:
        verdict = Assumptions(TwoLayerLinear(Loss.parse(text))).verdicts["analytic"]
        assert (verdict.outcome, verdict.evidence) == (Outcome.PASS, Evidence.ENCLOSED)

    @pytest.mark.parametrize("text", ACTIVATIONS.values())
    def test_is_enclosed_for_the_activations(self, text: str) -> None:
        verdict = Assumptions(SingleNeuron(Activation.parse(text))).verdicts["analytic"]
        assert (verdict.outcome, verdict.evidence) == (Outcome.PASS, Evidence.ENCLOSED)

    def test_is_open_for_a_hidden_kink_and_so_is_what_needs_it(self) -> None:
        found = Assumptions(TwoLayerLinear(loss(HIDDEN_KINK))).verdicts
        assert {verdict.outcome for verdict in found.values()} == {Outcome.UNDECIDED}
        assert "1 - sin(5*z)**2 > 0 is not certain" in found["analytic"].reason
        assert found["A1"].reason == "needs analytic"


class TestTheCertificate:
    def test_is_replayed(self) -> None:
        document = certificate([Assumptions(TwoLayerLinear(Loss.parse("log-cosh")))])
        assert replay(document)[0].label == "linear/analytic"

    def test_cannot_speak_for_another_loss(self) -> None:
        document = certificate([Assumptions(TwoLayerLinear(Loss.parse("log-cosh")))])
        proved = document["responses"][0]["proved"]["analytic"]
        for text in (HIDDEN_KINK, "z**2/2+abs(z)**3", "log(cosh(z))+log(1+z**2)"):
            part = {"model": "linear", "response": text, "refuted": {}}
            forged = document | {"responses": [part | {"proved": {"analytic": proved}}]}
            with pytest.raises(CertificateError, match=r"linear/analytic|analytic:"):
                replay(forged)

    def test_cannot_leave_the_conditions_out(self) -> None:
        document = certificate([Assumptions(TwoLayerLinear(Loss.parse("log-cosh")))])
        document["responses"][0]["proved"]["analytic"] = []
        with pytest.raises(CertificateError, match="1 claims to prove, 0 proved"):
            replay(document)
