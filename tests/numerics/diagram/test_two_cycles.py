"""2-cycles of frozen maps against what can be solved by hand."""

import pytest
from flint import arb, fmpq
from mpmath import mp

from trajalign.numerics.diagram.two_cycles import TwoCycles, two_cycles
from trajalign.theory.errors import NotFiniteError
from trajalign.theory.models import Product, TwoLayerLinear

ZHU = Product("(1 - z**2)**2/4", minimum=1)


@pytest.mark.parametrize("q", [0.999999999999, 0.99, 0.9, 0.81, 0.75])
def test_zhu_by_hand(q):
    """u' = u − (u³ − u)/q exchanges u and w. The sum of the two equations is
    (u + w)(1 − u² + uw − w²) = 0, their difference u² + uw + w² = 1 + 2q for u ≠ w: hence uw = q
    and u² + w² = 1 + q.
    """
    with mp.workdps(40):
        p, other = (mp.mpf(x.str(35, radius=False)) for x in TwoCycles(ZHU)(arb(q), 120))
        exact = mp.mpf(q)
        root = mp.sqrt((1 + exact) ** 2 - 4 * exact**2)
        high, low = (mp.sqrt((1 + exact + s * root) / 2) for s in (1, -1))
        assert abs(p - (high - 1)) < mp.mpf(10) ** -30
        assert abs(other - (low - 1)) < mp.mpf(10) ** -30
    # The slope of the map is 1 + (1 − 3u²)/q.
    product = float((1 + (1 - 3 * high**2) / q) * (1 + (1 - 3 * low**2) / q))
    assert float(two_cycles(ZHU).multiplier(arb(q))) == pytest.approx(product, rel=1e-9)


def test_of_an_even_loss_it_is_symmetric_whichever_model_has_it():
    linear, product = two_cycles(TwoLayerLinear("log-cosh")), two_cycles(Product("log-cosh"))
    for q in (fmpq(9, 10), fmpq(4, 5)):
        (p, minus), (right, left) = (cycles(q, 100) for cycles in (linear, product))
        assert float(abs(p + minus)) == 0
        assert float(abs(right - p)) < 1e-28
        assert float(abs(left + p)) < 1e-28
        assert abs(float(linear.multiplier(q) - product.multiplier(q))) < 1e-15


def test_the_branch_ends_where_one_side_turns():
    pairs = list(two_cycles(ZHU).outwards())
    assert pairs[0].height == pytest.approx(1, abs=1e-5)
    # g' = 0 at u = 1/√3 and g(u) = 1/√27 there at u = 2/√3: q = uw = 2/3.
    assert 2 / 3 < pairs[-1].height < 0.74
    with pytest.raises(NotFiniteError, match="no 2-cycle of this branch"):
        two_cycles(ZHU)(arb(0.6), 60)
    with pytest.raises(NotFiniteError, match="no 2-cycle of this branch"):
        two_cycles(ZHU)(arb(1), 60)
