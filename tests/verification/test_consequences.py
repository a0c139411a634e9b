"""Which numbers are multiples of r''(0): six of a loss, five of an activation, no accident."""

import pytest
import sympy as sp

from trajalign.theory.models import of as model_of
from trajalign.verification.consequences import consequence

# The laws by hand, from theory: h(0) is −1/(2r''(0)) or −1/r''(0), and the rest follows.
LINEAR = {
    "bifurcation/flip": lambda k: 2 * k,
    "linear/alignment": lambda k: -1 / (2 * k),
    "linear/crossing": lambda k: -k,
    "linear/limit": lambda k: -1 / (2 * k),
    "linear/saturation": lambda k: 1 / k,
    "linear/progressive-sharpening": lambda k: -3 / k,
}
NEURON = {
    "bifurcation/flip": lambda k: 2 * k,
    "neuron/alignment": lambda k: -1 / k,
    "neuron/crossing": lambda k: -k / 4,
    "neuron/limit": lambda k: -1 / k,
    "neuron/saturation": lambda k: 2 / k,
}
TOLD = {
    "bifurcation/flip": "2r''(0)",
    "linear/alignment": "−1/(2r''(0))",
    "linear/crossing": "−r''(0)",
    "linear/limit": "−1/(2r''(0))",
    "linear/saturation": "1/r''(0)",
    "linear/progressive-sharpening": "−3/r''(0)",
    "neuron/alignment": "−1/r''(0)",
    "neuron/crossing": "−r''(0)/4",
    "neuron/limit": "−1/r''(0)",
    "neuron/saturation": "2/r''(0)",
}


@pytest.mark.parametrize(
    ("kind", "name", "curvature"),
    [
        ("linear", "log-cosh", "-2/3"),
        ("linear", "pseudo-huber", "-1"),
        ("linear", "log(1+z**2)/2", "-2"),
        ("neuron", "tanh", "-8/3"),
        ("neuron", "algebraic", "-4"),
    ],
)
def test_every_law_is_found(kind: str, name: str, curvature: str) -> None:
    model, k = model_of(kind, name), sp.Rational(curvature)
    for label, law in (LINEAR if kind == "linear" else NEURON).items():
        assert consequence(label, model, str(law(k))) == TOLD[label]


@pytest.mark.parametrize(
    ("label", "exact"),
    [
        # h_2(0) = 1/2 for √(1 + z²), by hand, is −1/(2r''(0)) there, and 63/80 for log cosh.
        ("linear/slow-curve-2", "1/2"),
        ("linear/slow-curve-2", "1"),
        # The right law with a wrong number.
        ("linear/limit", "1"),
        ("linear/limit", "-1/2"),
        ("linear/saturation", "-2"),
        ("linear/crossing", "2"),
        # No closed form at all.
        ("linear/limit", "0.5"),
        ("linear/gradient-flow", "≥ 1"),
        ("bifurcation/two-cycle", "1"),
    ],
)
def test_an_accident_is_no_law(label: str, exact: str) -> None:
    assert consequence(label, model_of("linear", "pseudo-huber"), exact) == ""


def test_nothing_is_said_where_the_curvature_vanishes_or_is_another_one() -> None:
    assert consequence("bifurcation/flip", model_of("linear", "atan(z**2)/2"), "0") == ""
    assert consequence("product/limit", model_of("product", "log(cosh(z-1))"), "3/4") == ""
