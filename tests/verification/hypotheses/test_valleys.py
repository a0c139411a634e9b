"""The hypotheses on losses about a minimum, with c where it is known by hand."""

import pytest
from mpmath import mp

from trajalign.theory.models import Product
from trajalign.verification.hypotheses.assumptions import Assumptions
from trajalign.verification.hypotheses.certificates import certificate, replay
from trajalign.verification.verdicts import Outcome

RISING = "z**2/2 - z**4/24 + z**6/90"  # r = 1 − z²/6 + z⁴/15 turns at z² = 5/4
FLAT, FALLING_ALPHA = "z**2/2", "z**2/2 + z**3/12 + z**4/24"  # α = 0, α = 3/4 − 1


def outcomes(text, **options):
    found = Assumptions(Product(text, **options))
    return {name: verdict.outcome for name, verdict in found.verdicts.items()}


@pytest.mark.parametrize(
    ("text", "failing"),
    [
        ("exp(z) - z", set()),
        ("log(1 + exp(z)) - 4*z/5", set()),
        (RISING, {"A1"}),
        (FLAT, {"A1", "A4", "curved"}),
        (FALLING_ALPHA, {"A1", "A4"}),
    ],
)
def test_what_fails(text, failing):
    found = outcomes(text)
    assert {name for name, outcome in found.items() if outcome is Outcome.FAIL} == failing
    assert set(found.values()) <= {Outcome.PASS, Outcome.FAIL}


def test_without_a_power_series_nothing_else_is_said():
    found = outcomes("z**2/2 + abs(z)**3")
    assert found.pop("analytic") is Outcome.FAIL
    assert set(found.values()) == {Outcome.NOT_APPLICABLE}


def test_c_of_zhu_by_hand():
    """With uw = q and u² + w² = 1 + q the smaller u has (u³ − u)' = 2q/2 … at 3u² − 1 = q, where
    u² = (1 + q)/3 = ((1 + q) − √((1 + q)² − 4q²))/2, that is 8(1 + q)² = 36q², q = √2/(3 − √2).
    """
    p, c = Assumptions(Product("(1 - z**2)**2/4", minimum=1)).z0_and_c
    q = mp.sqrt(2) / (3 - mp.sqrt(2))
    assert c == pytest.approx(float(q), abs=1e-4)
    assert 1 + p == pytest.approx(float(mp.sqrt(2 * (1 + q) / 3)), abs=1e-3)


def test_c_of_an_even_loss_is_that_of_the_linear_network():
    # z r'/r = −1/2 at z = 1 for √(1 + z²), where r = 1/√2.
    p, c = Assumptions(Product("sqrt(1 + (z - 2)**2)")).z0_and_c
    assert (p, c) == (pytest.approx(1, abs=1e-3), pytest.approx(2**-0.5, abs=1e-4))


def test_the_certificate_proves_that_the_loss_is_analytic_and_nothing_else():
    document = certificate([Assumptions(Product("log(1 + exp(z)) - 4*z/5"))])
    assert [row.label for row in replay(document)] == ["linear/analytic"]
