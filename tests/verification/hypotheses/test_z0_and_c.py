"""z0 = min{z : w = −1/2} and c = max(r(z0), 1/2), w = z r'/r, by hand and by mpmath."""

import mpmath as mp
import pytest
import sympy as sp
from hypotheses_by_hand import judged

from trajalign.theory.errors import NotFiniteError
from trajalign.theory.models import of as model_of
from trajalign.verification.hypotheses.assumptions import Assumptions

# z0 = min{z : w = −1/2} and c = max(r(z0), 1/2) ------------------------------------------------


def test_z0_and_c_of_log_cosh() -> None:
    # w = 2z/sinh 2z − 1 = −1/2 at sinh 2z = 4z; theory, section 4: 1.0886…, 0.7315….
    z0 = mp.findroot(lambda z: mp.sinh(2 * z) - 4 * z, 1.1)
    assert mp.nstr(z0, 5) == "1.0887"
    c = mp.tanh(z0) / z0
    assert judged("linear", "log-cosh").z0_and_c == pytest.approx((float(z0), float(c)), rel=1e-12)
    assert float(c) == pytest.approx(0.7315, abs=5e-5)


def test_z0_and_c_of_pseudo_huber() -> None:
    # w = −u/(1+u) = −1/2 at z = 1, r = 1/√2.
    assert judged("linear", "pseudo-huber").z0_and_c == pytest.approx((1, 2**-0.5), rel=1e-12)


def test_z0_and_c_of_the_algebraic_neuron() -> None:
    # w = −4u/(1+u) = −1/2 at u = 1/7, r = (8/7)⁻² = 49/64.
    assert judged("neuron", "algebraic").z0_and_c == pytest.approx((7**-0.5, 49 / 64), rel=1e-12)


def test_z0_and_c_of_the_tanh_neuron() -> None:
    # w = z coth z − 3 z tanh z − 1 = −1/2.
    z0 = mp.findroot(lambda z: z * mp.coth(z) - 3 * z * mp.tanh(z) - mp.mpf(1) / 2, 0.45)
    c = mp.tanh(z0) * mp.sech(z0) ** 2 / z0
    assert judged("neuron", "tanh").z0_and_c == pytest.approx((float(z0), float(c)), rel=1e-12)


def test_z0_and_c_of_the_atan_loss() -> None:
    # r = atan z/z: w = z/((1+u) atan z) − 1 = −1/2 at 2z = (1+u) atan z.
    z0 = mp.findroot(lambda z: 2 * z - (1 + z**2) * mp.atan(z), 1.4)
    expected = float(z0), float(mp.atan(z0) / z0)
    assert judged("linear", "atan").z0_and_c == pytest.approx(expected, rel=1e-12)


def test_z0_is_the_first_such_point_where_w_rises_again() -> None:
    # r = (7 + 13 e^(−u))/20: w = −26 u e^(−u)/(7 + 13 e^(−u)) is −1/2 at u = 0.46 and at u = 3.03.
    # Between them w < −1/2, so a 2-cycle at r(√3.03) < q < r(√0.46) has a negative multiplier.
    def w(u: mp.mpf) -> mp.mpf:
        return -26 * u * mp.exp(-u) / (7 + 13 * mp.exp(-u))

    first, last = (mp.findroot(lambda u: w(u) + mp.mpf(1) / 2, start) for start in (0.4, 2.4))
    assert first < 1 < 2 < last
    z0, c = judged("linear", "7*z**2/40 + 13*(1-exp(-z**2))/40").z0_and_c
    assert z0 == pytest.approx(float(mp.sqrt(first)), rel=1e-9)
    assert c == pytest.approx(float((7 + 13 * mp.exp(-first)) / 20), rel=1e-9)


def test_c_is_at_least_one_half() -> None:
    # r = (1+u)^(−1/4) never has w < −1/2: z0 is infinite, r(z0) = 0, and c = 1/2.
    z0, c = judged("linear", "2*(1+z**2)**(3/4)/3").z0_and_c
    assert z0 == float("inf")
    assert c == 0.5


# z0 and c


def test_the_constants_are_enclosed() -> None:
    found = judged("linear", "log(cosh(z))").constants
    with mp.workdps(30):
        z0 = mp.findroot(lambda z: mp.sinh(2 * z) - 4 * z, 1.1)
        low, high = (mp.mpf(int(z.p)) / int(z.q) for z in found.z0)
        assert low < z0 < high < low + mp.mpf("1e-8")
        assert float(found.c.lower()) <= float(mp.tanh(z0) / z0) <= float(found.c.upper())
    assert found.proofs


def test_there_are_no_constants_where_z0_is_infinite() -> None:
    # r = (1+z²)^(−1/4): z r'/r > −1/2 for every z
    assert judged("linear", "2*(1+z**2)**(3/4)/3").constants is None


@pytest.mark.parametrize("text", ["sqrt(1-z**2)", "log(z - 2)"])
def test_there_are_no_constants_where_r_is_not_real(text: str) -> None:
    assumptions = Assumptions(model_of("linear", text))
    with pytest.raises(NotFiniteError):
        assert assumptions.z0_and_c
    assert assumptions.constants is None


@pytest.mark.parametrize(("power", "z0"), [(1, 3), (2, 7)])
def test_z0_is_found_wherever_it_is_between_two_points(power: int, z0: int) -> None:
    """r = (1 + (z/s)²)^(−a): z r'/r = −2a u/(1+u) with u = (z/s)² is −1/2 at u = 1/(4a − 1)."""
    a = sp.Rational(power, 2)
    scale = z0 * sp.sqrt(4 * a - 1)
    text = f"{scale**2}*((1 + z**2/({scale**2}))**({1 - a}) - 1)/(2*({1 - a}))"
    if a == 1:
        text = f"{scale**2}*log(1 + z**2/({scale**2}))/2"
    found, c = Assumptions(model_of("linear", text)).z0_and_c
    assert found == pytest.approx(z0, rel=1e-12)
    assert c == pytest.approx(max(float(1 + 1 / (4 * a - 1)) ** -float(a), 0.5), rel=1e-12)


def test_c_is_one_half_where_r_is_less_at_z0() -> None:
    # r = (1+u)^(−a) with a = 13/50: z0² = 1/(4a − 1) = 25 and r(5) = 26^(−0.26) = 0.43
    found = Assumptions(model_of("linear", "25*(1+z**2)**(37/50)/37")).z0_and_c
    assert found == pytest.approx((5, 0.5), rel=1e-12)
