"""Period doublings of maps of one variable, against published values and solutions by hand."""

from itertools import pairwise

import pytest
import sympy as sp
from mpmath import mp

from trajalign.numerics.diagram.cascade import cascade
from trajalign.numerics.diagram.doublings import period_doublings
from trajalign.theory.diagram.scalar_maps import STEP, U, balanced_map
from trajalign.theory.errors import InputError
from trajalign.theory.models import Product

FEIGENBAUM = 4.669201609
X, A = sp.symbols("x a", positive=True)

# Chen & Bruna and Kalra & Barkeshli study these maps; the values were computed by other code.
PUBLISHED = {
    2: ((1, 1.2360679775, 1.28803175448, 1.29922793965), (4.542933, 4.641204, 4.663184)),
    4: ((0.5, 0.623584636218, 0.652074992018, 0.658239138599), (4.337771, 4.621947, 4.656736)),
}


@pytest.mark.parametrize("depth", PUBLISHED)
def test_the_balanced_products(depth):
    flips, ratios = PUBLISHED[depth]
    found = period_doublings(balanced_map(depth), U, STEP, (1, sp.Rational(2, depth)), 5, digits=20)
    assert [float(f.q) for f in found.flips[:4]] == pytest.approx(list(flips), abs=1e-10)
    assert list(found.feigenbaum_ratios) == pytest.approx(list(ratios), abs=1e-6)
    distances = [FEIGENBAUM - ratio for ratio in found.feigenbaum_ratios]
    assert all(0 < after < before / 3 for before, after in pairwise(distances))
    assert [f.cycle.period for f in found.flips] == [1, 2, 4, 8, 16]


def test_the_first_two_of_depth_two_by_hand():
    """ηλ = 2η = 2; on the 2-cycle x² + y² = 1 + 1/η, xy = 1/η: its multiplier is 9 − 2(1 + η)²."""
    found = period_doublings(balanced_map(2), U, STEP, (1, 1), 2, digits=25)
    with mp.workdps(30):
        first, second = (mp.mpf(flip.q.str(25, radius=False)) for flip in found.flips)
        assert abs(first - 1) < 1e-22
        assert abs(second + 1 - mp.sqrt(5)) < 1e-22


def test_the_logistic_map_by_hand():
    """x' = a x (1 − x) flips at 3, 1 + √6 and, in the tables, 3.5440903595519."""
    found = period_doublings(A * X * (1 - X), X, A, (sp.Rational(2, 3), 3), 4, digits=25)
    with mp.workdps(30):
        assert abs(mp.mpf(found.flips[1].q.str(25, radius=False)) - 1 - mp.sqrt(6)) < 1e-22
    assert float(found.flips[2].q) == pytest.approx(3.5440903595519, abs=1e-12)
    assert float(found.flips[3].q) == pytest.approx(3.5644072660954, abs=1e-12)


def test_a_parameter_may_fall():
    falling = period_doublings(
        (X * (1 - X) / A), X, A, (sp.Rational(2, 3), sp.Rational(1, 3)), 2, rising=False
    )
    assert float(falling.flips[1].q) == pytest.approx(1 / (1 + 6**0.5), abs=1e-15)


def test_the_frozen_map_of_zhu_is_the_balanced_one():
    """u ↦ u − (u³ − u)/q is u ↦ u − a (u² − 1) u with a = 1/q: so their flips are reciprocals."""
    balanced = period_doublings(balanced_map(2), U, STEP, (1, 1), 4, digits=20)
    zhu = cascade(Product("(1 - z**2)**2/4", minimum=1), 4, digits=20)
    pairs = zip(balanced.flips, zhu.flips, strict=True)
    assert max(abs(float(a.q * b.q - 1)) for a, b in pairs) < 1e-18
    assert float(zhu.flips[1].q) == pytest.approx((1 + 5**0.5) / 4, abs=1e-15)
    assert [f.cycle.period for f in zhu.flips] == [1, 2, 4, 8]
    for branch in zhu.branches:
        assert all(before.q > after.q for before, after in pairwise(branch.cycles))


def test_an_even_loss_about_its_minimum_has_the_cascade_of_the_half_map():
    found = cascade(Product("log(1 + (z - 1)**2)/2"), 2, digits=20)
    assert [float(f.q) for f in found.flips] == pytest.approx([1 / 2, 2 / 5], abs=1e-18)


@pytest.mark.parametrize(
    ("near", "flips", "message"),
    [
        ((1, 1), 0, "at least 1 flip"),
        ((1, -1), 2, "the parameter is positive"),
        ((1, sp.Rational(1, 10**9)), 2, "no fixed point with multiplier −1"),
    ],
)
def test_what_cannot_be_followed_is_refused(near, flips, message):
    with pytest.raises(InputError, match=message):
        period_doublings(balanced_map(2), U, STEP, near, flips)


def test_a_product_has_two_factors_at_least():
    with pytest.raises(InputError, match="at least 2 factors"):
        balanced_map(1)
