"""κ by the normal form, against formulas by hand."""

import math

import pytest
import sympy as sp

from trajalign.verification.neighbours.normal_form import flip_at

x, y, s = sp.symbols("x y s", real=True)


@pytest.mark.parametrize(
    ("loss", "z", "inverse_rho"),
    [
        (lambda u: sp.log(sp.cosh(u)), 0, 1.5),
        (lambda u: (1 - u**2) ** 2 / 4, 1, 0.5),  # 3·2⁴/(3·6² − 2·6)
        (lambda u: sp.sqrt(1 + (u - 2) ** 2), 2, 1.0),
    ],
)
def test_of_a_product_it_is_the_law_of_saturation(loss, z, inverse_rho) -> None:
    eta = 1e-4  # for x ≫ y alone
    second = float(sp.diff(loss(s), s, 2).subs(s, z))
    top = math.sqrt(2 / (eta * second))
    found = flip_at(loss(x * y), (x, y), (top, z / top), eta)
    assert found.kappa / eta**2 == pytest.approx(inverse_rho, rel=1e-6)


def test_a_stable_mode_adds_its_share() -> None:
    """log cosh(xy) + g s y² + b s²/2 at x² = 2/η: c = 4/(3η) + 2ηg²/b, |∇λ|² = 4x² = 8/η."""
    eta, g, b = 0.05, 3, 8
    form = sp.log(sp.cosh(x * y)) + g * s * y**2 + sp.Rational(b, 2) * s**2
    found = flip_at(form, (x, y, s), (math.sqrt(2 / eta), 0.0, 0.0), eta)
    assert found.modes == pytest.approx(2 * eta * g**2 / b)
    assert found.c == pytest.approx(4 / (3 * eta) + 2 * eta * g**2 / b)
    assert found.drift == pytest.approx(eta**2 / 4 * 8 / eta)
    assert found.kappa < found.kappa_without_modes


def test_of_one_parameter_c_is_the_condition_on_derivatives() -> None:
    # f = u²/2 + a u³/6 + b u⁴/24, η = 2: c = (3a² − b)/3, and nothing drifts
    a, b = 0.7, -0.4
    found = flip_at(x**2 / 2 + a * x**3 / 6 + b * x**4 / 24, (x,), (0.0,), 2.0)
    assert found.c == pytest.approx((3 * a * a - b) / 3)
    assert found.kappa == 0
