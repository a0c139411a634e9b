"""The statements about losses that are not even, against descent on two numbers in floats."""

from math import exp, log, sqrt, tanh

import pytest
import sympy as sp

from trajalign.theory.models import Product
from trajalign.verification.running.options import Options
from trajalign.verification.running.runner import control, labels_of, verify
from trajalign.verification.verdicts import Outcome

ZHU = Product("(1 - z**2)**2/4", minimum=1)
SKEWED = "exp(z) - z"  # the cheapest: ε is largest

# A skewed root: ℓ' = (u−2)/√(1+(u−2)²) + (1 − e^−(u−2)/4)/8 about 2; ℓ'' = 1 + 1/32, ℓ''' = −1/128,
# ℓ'''' = −3 + 1/512.
ROOT = "sqrt(1 + (z - 2)**2) + (z - 2)/8 + exp(-(z - 2)/4)/2 - 1/2"
BEND, THIRD, FOURTH = 1 + 1 / 32, -1 / 128, -3 + 1 / 512

# 1/ϱ by hand (§ test_valleys), ℓ', ℓ'' at the minimum, and the minimum.
CASES = {
    "log cosh(u − 1)": (1.5, lambda u: tanh(u - 1), 1.0, 1.0),
    "log cosh(u − 1/2)": (1.5, lambda u: tanh(u - 0.5), 1.0, 0.5),
    "Zhu": (0.5, lambda u: u**3 - u, 2.0, 1.0),
    "soft cross-entropy": (24 / 325, lambda u: 1 / (1 + exp(-u)) - 0.8, 0.16, log(4)),
    "root at 2": (1.0, lambda u: (u - 2) / sqrt(1 + (u - 2) ** 2), 1.0, 2.0),
    "skewed root": (
        3 * BEND**4 / (3 * THIRD**2 - BEND * FOURTH),
        lambda u: (u - 2) / sqrt(1 + (u - 2) ** 2) + (1 - exp(-(u - 2) / 4)) / 8,
        BEND,
        2.0,
    ),
}
TEXTS = {
    "log cosh(u − 1)": Product("log(cosh(z))", target=1),
    "log cosh(u − 1/2)": Product("log(cosh(z - 1/2))"),
    "Zhu": ZHU,
    "soft cross-entropy": Product("log(1 + exp(z)) - 4*z/5"),
    "root at 2": Product("sqrt(1 + (z - 2)**2)"),
    "skewed root": Product(ROOT, minimum=2),
}


def gap(slope, bend, z, eta):
    """(2/η − λ*)/η of plain descent on ℓ(xy), λ* = ℓ''(z)(x² + y²) where it rests."""
    size, f = 2 / (eta * bend * 0.95), z + 0.05 / bend
    x = (sqrt(size + 2 * f) + sqrt(size - 2 * f)) / 2
    y, off = f / x, 1.0
    while off > 1e-7:
        g = slope(x * y)
        x, y = x - eta * g * y, y - eta * g * x
        off = abs(x * y - z)
    return (2 / eta - bend * (x * x + y * y)) / eta


@pytest.mark.parametrize("name", CASES)
def test_the_gap_of_the_sharpness_is_that_of_the_theory(name):
    expected, slope, bend, z = CASES[name]
    assert float(1 / TEXTS[name].valley.softness) == pytest.approx(expected, rel=1e-12)
    # ε = (η ℓ'')² is 1/256 at first; a halving of η leaves a quarter of the error.
    etas = [1 / (16 * bend), 1 / (32 * bend)]
    coarse, fine = (gap(slope, bend, z, eta) for eta in etas)
    assert (4 * fine - coarse) / 3 == pytest.approx(expected, rel=5e-3)
    assert abs(fine - expected) < 0.05 * expected
    # A gap of other losses it is not.
    others = [other for key, (other, *_) in CASES.items() if abs(other / expected - 1) > 0.1]
    assert all(abs(fine - other) > 0.05 * expected for other in others)


LABELS = {"product/limit", "product/saturation", "bifurcation/flip", "bifurcation/two-cycle"}
ALL = pytest.param(frozenset(), marks=pytest.mark.thorough, id="all")


@pytest.mark.parametrize("labels", [pytest.param(frozenset(LABELS), id="some"), ALL])
def test_statements_pass(labels):
    model = Product(SKEWED)
    found = {verdict.label: verdict for verdict in verify([model], Options(labels))}
    assert set(found) >= labels
    assert labels or list(found) == list(labels_of(model))
    assert {verdict.outcome for verdict in found.values()} == {Outcome.PASS}
    at_end = found["product/saturation"].coefficient
    assert at_end.exact == "-3/2"  # −1/ϱ, ℓ'' = 1
    assert found["product/limit"].coefficient.exact == "3/4"
    assert found["bifurcation/flip"].coefficient.exact == "-4/3"  # −2(3g''² − g''')/3


@pytest.mark.thorough
@pytest.mark.timeout(600)
@pytest.mark.parametrize("model", [Product(SKEWED), ZHU, TEXTS["soft cross-entropy"]], ids=str)
def test_every_falsified_copy_is_refuted(model):
    found = control([model])
    assert [f"{c.label}: {c.falsified}" for c in found if not c.refuted] == []
    labels = {c.label for c in found}
    assert labels == set(labels_of(model))


def test_falsified_limits_are_refuted():
    found = control(
        [Product(SKEWED)], Options(frozenset({"product/limit", "bifurcation/two-cycle"}))
    )
    assert len(found) >= 7
    assert all(c.refuted for c in found)


def test_what_the_theory_does_not_cover_does_not_apply():
    found = {v.label: v for v in verify([Product("z**2/2 + z**3/12 + z**4/24")])}
    assert found["product/reduced-map"].outcome is Outcome.PASS
    assert found["product/limit"].outcome is Outcome.NOT_APPLICABLE
    assert found["product/limit"].reason == "needs A1, A4"
    assert found["bifurcation/flip"].outcome is Outcome.PASS  # subcritical, and said to be so
    assert found["bifurcation/flip"].quantities["criticality"] == "subcritical"


def test_the_units_are_the_users():
    """Three times the loss with a third of the step is the same descent."""
    one, three = Product(SKEWED), Product(f"3*({SKEWED})")
    assert three.small_parameter(sp.Rational(1, 30)) == one.small_parameter(sp.Rational(1, 10))
    assert three.valley.softness == one.valley.softness / 9
    assert three.valley.response == one.valley.response
