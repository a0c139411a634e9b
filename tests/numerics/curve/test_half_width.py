"""Taylor models in the half-width, against Zhu's closed forms and points found by mpmath."""

import pytest
from flint import arb, ctx, fmpq
from half_width_cases import BY_NAME, NAMES, near, rational, step_of
from mpmath import mp

from trajalign.numerics.curve.half_width import HalfWidthModels
from trajalign.numerics.curve.taylor_models import OutOfRangeError
from trajalign.theory.errors import ReducedMapError
from trajalign.theory.models import Product, SingleNeuron

ZHU = Product("(1-z**2)**2/4", minimum=1)
X = [fmpq(0), fmpq(1, 1000), fmpq(1, 100), fmpq(1, 50), fmpq(1, 25)]


@pytest.fixture(autouse=True)
def _precision():
    with ctx.workprec(128), mp.workdps(40):
        yield


def closed(x: fmpq) -> dict[str, list]:
    """c and R with two derivatives, by hand."""
    root = mp.sqrt(1 - 3 * rational(x))
    return {
        "centre": [root - 1, -mp.mpf(3) / 2 / root, -mp.mpf(9) / 8 / root**3],
        "r": [1 - 4 * rational(x), mp.mpf(-4), mp.mpf(0)],
    }


@pytest.mark.parametrize("x", X)
def test_zhu_has_its_closed_forms(x: fmpq) -> None:
    curve = step_of("Zhu").curve
    for name, expected in closed(x).items():
        thin = curve.over(name, arb(x), 3)
        over = curve.over(name, arb(x).union(arb(x + fmpq(1, 500))), 3)
        for found, wide, true in zip(thin, over, expected, strict=True):
            assert found.overlaps(near(true, 35))
            assert found.rad() < 1e-12
            assert wide.overlaps(near(true, 35))
            assert wide.rad() < 1


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("sign", [1, -1])
def test_a_point_has_its_half_width(name: str, sign: int) -> None:
    case, curve = BY_NAME[name], step_of(name).curve
    for share in (fmpq(1, 10**6), fmpq(1, 7), fmpq(1)):
        w = mp.sqrt(rational(case.end * share))
        p = case.point(w, sign)
        exact = near(p, 38).mid()
        found = curve.half_width(exact, sign)
        assert abs(found - near(w, 36)) < 1e-9
        assert found.rad() < 1e-9
        x = near(w, 38) * near(w, 38)
        steep = curve.slope(x, sign * near(w, 38))
        true = mp.diff(lambda w: case.point(w, sign), w) * sign
        assert steep.overlaps(near(true, 12))
        assert curve.value("centre", x).overlaps(near(p - sign * w, 30))
        assert curve.value("r", x).overlaps(near(case.height(p), 30))


def test_a_point_on_the_other_side_or_too_far_is_refused() -> None:
    curve = step_of("Zhu").curve
    for p, sign in ((0.1, -1), (-0.1, 1), (0.5, 1), (-0.5, -1)):
        with pytest.raises(OutOfRangeError, match="its side"):
            curve.half_width(arb(p), sign)
    assert curve.half_width(arb(0), 1).contains(0)


def test_it_ends_where_g_does_not_rise() -> None:
    # g' = 0 at p̃ = 1/√3 − 1, where 4x + (2/√3)√x = 2/3: x = 1/12.
    HalfWidthModels(ZHU, 1, fmpq(7, 100))
    with pytest.raises(OutOfRangeError, match="g rises is not certain"):
        HalfWidthModels(ZHU, 1, fmpq(17, 200))


def test_where_the_height_rises_it_ends() -> None:
    # ℓ = z²/2 + z⁴/4: R = 1 + x.
    with pytest.raises(OutOfRangeError, match="R > 0 > R'"):
        HalfWidthModels(Product("z**2/2 + z**4/4"), 1, fmpq(1))


def test_a_map_of_another_form_is_refused() -> None:
    with pytest.raises(ReducedMapError, match="two-layer linear network"):
        HalfWidthModels(SingleNeuron("tanh"), 1, fmpq(1))


def test_with_a_root_for_a_minimum_it_is_known_to_as_many_digits() -> None:
    curve = HalfWidthModels(Product("log(1+exp(z)) - 4*z/5"), 2, fmpq(1, 4))
    assert curve.z.overlaps(near(mp.log(4), 38))
    # h̃₁(0) = 1/(2ρ) + z²/2, ρ = (3ℓ'''² − ℓ''ℓ'''')/(3ℓ''⁴)·ℓ''² with s = 4/5: s' = 4/25.
    s = mp.mpf(4) / 5
    bend = s * (1 - s)
    third, fourth = bend * (1 - 2 * s), bend * (1 - 6 * s + 6 * s * s)
    softness = (3 * third**2 - bend * fourth) / (3 * bend**2)
    assert curve.value("a1", arb(0)).overlaps(near(1 / (2 * softness) + mp.log(4) ** 2 / 2, 12))
