"""The diagram of n data points, against roots found by mpmath with 30 digits."""

import mpmath as mp
import numpy as np
import pytest

from trajalign.numerics.networks import effective_diagram
from trajalign.theory.errors import InputError
from trajalign.theory.responses import Loss

SLOPES = {  # ℓ', by hand
    "log-cosh": mp.tanh,
    "pseudo-huber": lambda z: z / mp.sqrt(1 + z * z),
    "atan": mp.atan,
    "z**2/2": lambda z: z,
    "exp(z)-z": lambda z: mp.exp(z) - 1,
    "log(1+exp(z))-3*z/5": lambda z: 1 / (1 + mp.exp(-z)) - mp.mpf(3) / 5,
    "z**2/2+z**3/5+z**4/4": lambda z: z + 3 * z**2 / 5 + z**3,
}


def drawn(seed, count, points, size=1.0):
    """Directions with ‖v‖² = n, and residuals about `size`."""
    random = np.random.default_rng(seed)
    v = random.standard_normal((count, points))
    v *= np.sqrt(points) / np.linalg.norm(v, axis=1, keepdims=True)
    return size * random.standard_normal((count, points)), v


def by_mpmath(slope, z, v):
    """p, p̃, Q₀, the zero of G and ∂G/∂p there."""
    with mp.workdps(30):
        z, v = [mp.mpf(float(x)) for x in z], [mp.mpf(float(x)) for x in v]
        n = len(z)
        p = mp.fsum(a * b for a, b in zip(v, z, strict=True)) / n
        w = [a - p * b for a, b in zip(z, v, strict=True)]

        def g(x):
            return mp.fsum(b * slope(a + x * b) for a, b in zip(w, v, strict=True)) / n

        def root(level):
            far = mp.mpf(1)
            side = -mp.sign(g(p))
            while mp.sign(g(p + side * far) - level) == mp.sign(g(p) - level):
                far *= 2
                if far > 100:
                    return None
            return mp.findroot(
                lambda x: g(x) - level, (p, p + side * far), solver="anderson", tol=1e-50,
                maxsteps=500,
            )  # fmt: skip

        partner, centre = root(-g(p)), root(mp.mpf(0))
        response = None if partner is None else 2 * g(p) / (p - partner)
        return p, partner, response, centre, mp.diff(g, centre)


@pytest.mark.parametrize("text", SLOPES)
def test_roots_are_those_of_mpmath(text):
    z, v = drawn(3, 4, 5)
    found = effective_diagram(Loss.parse(text), z, v)
    for i in range(len(z)):
        _, partner, response, centre, edge = by_mpmath(SLOPES[text], z[i], v[i])
        if partner is None:  # ℓ' is bounded, and more on one side
            assert np.isnan(found.partner[i])
            assert np.isnan(found.response[i])
        else:
            assert found.partner[i] == pytest.approx(float(partner), abs=2e-13)
            assert found.response[i] == pytest.approx(float(response), rel=1e-12)
        assert found.centre[i] == pytest.approx(float(centre), abs=1e-13)
        assert found.edge[i] == pytest.approx(float(edge), rel=1e-12)


@pytest.mark.parametrize("small", [1e-2, 1e-5, 1e-9, 1e-15, 0.0])
@pytest.mark.parametrize("text", ["log-cosh", "exp(z)-z"])
def test_near_the_zero_of_the_section(text, small):
    """Q₀ = ∂G/∂p − c (p − centre)² + O(3) there, c by differences of 30 digits."""
    z, v = drawn(5, 1, 4, 0.5)
    centre = effective_diagram(Loss.parse(text), z, v).centre
    p = np.mean(v * z, axis=1)
    found = effective_diagram(Loss.parse(text), z + (centre - p + small)[:, None] * v, v)
    w = z[0] - p[0] * v[0]
    with mp.workdps(30):

        def g(x):
            terms = zip(w.tolist(), v[0].tolist(), strict=True)
            return mp.fsum(b * SLOPES[text](a + x * b) for a, b in terms) / 4

        first, second, third = (mp.diff(g, mp.mpf(float(centre[0])), k) for k in (1, 2, 3))
        flip = float(second**2 / (2 * first) - third / 6)
    assert found.flip[0] == pytest.approx(flip, rel=1e-9)
    assert found.edge[0] == pytest.approx(float(first), rel=1e-12)
    assert abs(found.response[0] - found.edge[0] + flip * small**2) < 3 * small**3 + 1e-13


def test_of_one_point_it_is_the_response():
    p = np.concatenate([-np.geomspace(1e-12, 20, 40), np.geomspace(1e-300, 20, 40)])
    for text, r in (("log-cosh", np.tanh(p) / p), ("pseudo-huber", 1 / np.sqrt(1 + p * p))):
        found = effective_diagram(Loss.parse(text), p[:, None], np.ones((80, 1)))
        np.testing.assert_allclose(found.response, r, rtol=1e-12)
        np.testing.assert_allclose(found.symmetric, r, rtol=1e-12)
        np.testing.assert_allclose(found.edge, 1, rtol=1e-14)
    flip = effective_diagram(Loss.parse("log-cosh"), [[0.3]], [[1.0]]).flip
    assert flip == pytest.approx(1 / 3)  # −r''(0)/2


def test_equal_entries_and_nothing_else_are_one_point():
    """Where all v_i are ±1 and w = 0; with any other w they are not."""
    signs = np.array([[1.0, -1.0, -1.0, 1.0]])
    log_cosh = Loss.parse("log-cosh")
    found = effective_diagram(log_cosh, 0.7 * signs, signs)
    assert found.response[0] == pytest.approx(np.tanh(0.7) / 0.7, rel=1e-14)
    shifted = effective_diagram(log_cosh, 0.7 * signs + [[0.4, 0.4, 0.0, 0.0]], signs)
    assert abs(shifted.response[0] / found.response[0] - 1) > 0.02


def test_the_square_loss_has_no_diagram_but_a_line():
    found = effective_diagram(Loss.parse("z**2/2"), *drawn(1, 6, 7))
    np.testing.assert_allclose(found.response, 1, rtol=1e-13)
    np.testing.assert_allclose(found.flip, 0, atol=1e-14)
    z, v = drawn(1, 1, 7, 1e60)  # as in a run that flies away
    np.testing.assert_allclose(
        effective_diagram(Loss.parse("z**2/2"), z, v).response, 1, rtol=1e-13
    )


def test_it_is_a_two_cycle_of_the_frozen_map_and_its_twins_are_none():
    """p ↦ p − 2G(p)/q; with w = 0, with another loss, or with the symmetric R it does not close."""
    z, v = drawn(2, 20, 6)
    log_cosh = Loss.parse("log-cosh")
    found = effective_diagram(log_cosh, z, v)
    p = np.mean(v * z, axis=1)
    w = z - p[:, None] * v
    kept = np.isfinite(found.response) & (np.abs(p - found.partner) > 0.3)
    assert kept.sum() > 10

    def twice(q):
        x = p
        for _ in range(2):
            x = x - 2 * np.mean(v * np.tanh(w + x[:, None] * v), axis=1) / q
        return np.abs(x - p)[kept]

    assert np.max(twice(found.response)) < 1e-12
    plain = effective_diagram(log_cosh, p[:, None] * v, v).response
    other = effective_diagram(Loss.parse("pseudo-huber"), z, v).response
    for wrong in (plain, other, found.symmetric):
        assert np.median(twice(wrong)) > 1e-3


def test_the_symmetric_form_is_the_same_where_the_section_is_odd():
    """Each point with its mirror image −z_i, −v_i · (−1): G is odd, and p̃ = −p."""
    z, v = drawn(4, 5, 3)
    p = np.mean(v * z, axis=1)[:, None]
    w = z - p * v
    both = np.concatenate([w, -w], axis=1) + p * np.concatenate([v, v], axis=1)
    odd = effective_diagram(Loss.parse("log-cosh"), both, np.concatenate([v, v], axis=1))
    np.testing.assert_allclose(odd.partner, -p[:, 0], rtol=1e-11)
    np.testing.assert_allclose(odd.symmetric, odd.response, rtol=1e-11)
    np.testing.assert_allclose(odd.centre, 0, atol=1e-14)
    off = effective_diagram(Loss.parse("log-cosh"), z, v)
    assert np.nanmax(np.abs(off.symmetric / off.response - 1)) > 1e-3


def test_a_flip_that_is_subcritical():
    """ℓ'''' of log cosh is positive from z = 0.6585 (tanh² z = 1/3) on: two residuals of ±1.5 in
    the same direction keep G odd, with −∂³G/6 = (−2 sech² z (3 tanh² z − 1)... )/6 < 0."""
    p = 1e-3
    found = effective_diagram(Loss.parse("log-cosh"), [[1.5 + p, -1.5 + p]], [[1.0, 1.0]])
    sech, tanh = 1 / np.cosh(1.5), np.tanh(1.5)
    assert found.flip[0] == pytest.approx(-(sech**2) * (6 * tanh**2 - 2) / 6, rel=1e-12)
    assert found.flip[0] < 0
    assert found.response[0] > found.edge[0]


def test_shapes_and_places_that_are_none():
    loss = Loss.parse("log-cosh")
    with pytest.raises(InputError, match="shape"):
        effective_diagram(loss, np.ones((2, 3)), np.ones((3, 2)))
    z = np.array([[0.5, 0.2], [np.nan, 0.2]])
    found = effective_diagram(loss, z, np.ones((2, 2)))
    assert np.isfinite(found.response[0])
    assert np.isnan([found.response[1], found.edge[1], found.partner[1]]).all()
