"""Symmetries of gradient descent on drawn responses: in balls, and in exact rationals.

`test_metamorphic` has the same for the problems of the zoo, in plain matrix arithmetic.
"""

import pytest
import sympy as sp
from flint import arb, arb_mat, ctx
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from trajalign.numerics.compile.balls import compile_balls, evaluate, exact
from trajalign.numerics.orbits.iteration import Stops
from trajalign.numerics.orbits.loops import compile_loop
from trajalign.numerics.orbits.recorded import compile_step, iterate
from trajalign.theory import Activation, Loss, SingleNeuron, TwoLayerLinear
from trajalign.theory.expressions.parsing import Z
from trajalign.theory.models import ETA, Model, P, Q, R
from trajalign.verification.controls import with_wrong_map
from trajalign.verification.testing.strategies import (
    admissible_activations,
    admissible_losses,
    near_miss_losses,
    rationals,
)

some = settings(deadline=None, max_examples=12, suppress_health_check=[HealthCheck.too_slow])
BITS = 200
MODELS = st.one_of(
    admissible_losses().map(TwoLayerLinear), admissible_activations().map(SingleNeuron)
)
HEIGHTS = rationals(sp.Rational(4, 5), sp.Rational(3, 2))
ETAS = rationals(sp.Rational(1, 100), sp.Rational(1, 5))
LOG_COSH = TwoLayerLinear(Loss.parse("log-cosh"))
TANH = SingleNeuron(Activation.parse("tanh"))


SIZES = rationals(sp.Rational(1, 8), 2)  # |p| in units of a response's scale


def orbit(model: Model, eta: sp.Rational, p: sp.Rational, q: sp.Rational):
    return iterate(compile_loop(model), eta, (p, q), Stops(12), digits=40, checked=False)


def same(one, other, factor=1) -> bool:
    """Two orbits, the second with p a multiple of the first's, to 35 digits."""
    with ctx.workprec(BITS):
        tiny, factor = arb(10) ** -35, arb(exact(sp.Rational(factor)))
        pairs = [*zip(one.q, other.q, strict=True)]
        pairs += [(factor * a, b) for a, b in zip(one.p, other.p, strict=True)]
        return all(abs(a - b) <= tiny * (1 + abs(b)) for a, b in pairs)


# p ↦ −p ----------------------------------------------------------------------------------------


@some
@given(MODELS, SIZES, HEIGHTS, ETAS)
@example(LOG_COSH, sp.Integer(2), sp.Rational(4, 5), sp.Rational(1, 5))
@example(TANH, sp.Integer(2), sp.Rational(4, 5), sp.Rational(1, 5))
def test_orbits_from_opposite_sides_are_opposite(model, size, q, eta):
    p, eta = size * model.response.scale, scaled_step(model, eta)
    assert same(orbit(model, eta, p, q), orbit(model, eta, -p, q), factor=-1)


@settings(some, max_examples=8)
@given(near_miss_losses("symmetry"), SIZES, HEIGHTS, ETAS)
def test_without_symmetry_they_are_not(loss, size, q, eta):
    model = TwoLayerLinear(loss)
    p, eta = size * loss.scale, scaled_step(model, eta)
    assert not same(orbit(model, eta, p, q), orbit(model, eta, -p, q), factor=-1)


def scaled_step(model: Model, eta: sp.Rational) -> sp.Rational:
    """η in the units in which the response's scale is 1: ηs for a loss, ηs² for an activation."""
    return eta / model.response.scale ** int(2 * model.exponent)


# z ↦ z/σ ---------------------------------------------------------------------------------------

SIGMAS = rationals(sp.Rational(1, 4), 4)


def stretched(model: Model, sigma: sp.Rational) -> Model:
    """σ²ℓ(z/σ) or σφ(z/σ), whose response is r(z/σ)."""
    inner = model.response.expression.subs(Z, Z / sigma)
    if model.name == "linear":
        return TwoLayerLinear(Loss(sigma**2 * inner, f"stretched {sigma}"))
    return SingleNeuron(Activation(sigma * inner, f"stretched {sigma}"))


@some
@given(MODELS, SIGMAS, SIZES, HEIGHTS, ETAS)
@example(LOG_COSH, sp.Integer(4), sp.Integer(1), sp.Integer(1), sp.Rational(1, 5))
@example(TANH, sp.Rational(1, 4), sp.Integer(1), sp.Integer(1), sp.Rational(1, 5))
def test_stretching_a_response_stretches_its_orbits_at_another_step_size(
    model, sigma, size, q, eta
):
    """p/σ and q obey the old map with ησ (linear: η²p²r² there) or ησ² (neuron: ηφ²) for η."""
    p, eta = size * model.response.scale, scaled_step(model, eta)
    wide, power = stretched(model, sigma), int(2 * model.exponent)
    first = orbit(model, eta, p, q)
    assert same(first, orbit(wide, eta / sigma**power, sigma * p, q), factor=sigma)
    unscaled = orbit(wide, eta, sigma * p, q)
    assert sigma == 1 or not same(first, unscaled, factor=sigma)


# Parameter space -------------------------------------------------------------------------------

ENTRIES = rationals(-1, 1)


@st.composite
def networks(draw, least_width=1):
    """x of length 1, U and v for d, m ≤ 4, in exact rationals; some ∇f is not 0."""
    d, m = draw(st.integers(1, 4)), draw(st.integers(least_width, 4))
    x = draw(rotations(d)).col(0)
    U = sp.Matrix(d, m, lambda i, j: draw(ENTRIES))
    v = sp.Matrix(m, 1, lambda i, j: draw(ENTRIES))
    v[0] += 2
    return x, U, v


@st.composite
def rotations(draw, n):
    """Orthogonal rational matrices: Cayley's (1 − A)(1 + A)⁻¹ for antisymmetric rational A."""
    A = sp.zeros(n, n)
    for i in range(n):
        for j in range(i):
            A[i, j] = draw(rationals(-2, 2))
            A[j, i] = -A[i, j]
    return (sp.eye(n) - A) * (sp.eye(n) + A).inv()


def canonical(x, U, v, eta):
    """p = f and q = 2/(η‖∇f‖²), for ‖x‖ = 1."""
    a = U.T * x
    return (x.T * U * v)[0], 2 / (eta * ((a.T * a)[0] + (v.T * v)[0]))


@some
@given(admissible_losses(), networks(), ETAS)
def test_gradient_descent_is_the_reduced_map_of_a_drawn_loss(loss, parts, eta):
    model = TwoLayerLinear(loss)
    slope, step = compile_balls(loss.slope, [Z]), compile_step(model)
    before = canonical(*parts, eta)
    assume(before[0] != 0)
    with ctx.workprec(BITS):
        x, U, v = (
            arb_mat([[arb(exact(e)) for e in row] for row in part.tolist()]) for part in parts
        )
        point = [arb(exact(number)) for number in (*before, eta)]
        g = point[2] * slope(point[0])[0]
        U, v = U - g * (x * v.transpose()), v - g * (U.transpose() * x)
        f, a = (x.transpose() * U * v)[0, 0], U.transpose() * x
        norm = (a.transpose() * a)[0, 0] + (v.transpose() * v)[0, 0]
        p, q = step(*point)
        assert p.overlaps(f)
        assert q.overlaps(2 / (point[2] * norm))
        assert max(ball.rad() for ball in (p, q, f, norm)) < 1e-40
        wrong = compile_step(with_wrong_map(model))(*point)
        assert not (wrong[0].overlaps(f) and wrong[1].overlaps(2 / (point[2] * norm)))


def stepped(x, U, v, eta):
    """One step with ℓ' = f/(1 + f²), the slope of ½ log(1 + f²), in exact rationals."""
    f = (x.T * U * v)[0]
    g = eta * f / (1 + f**2)
    return x, U - g * x * v.T, v - g * U.T * x


def exact_orbit(parts, eta):
    points = [canonical(*parts, eta)]
    for _ in range(2):
        parts = stepped(*parts, eta)
        points.append(canonical(*parts, eta))
    return points


@some
@given(networks(), st.data(), ETAS)
def test_a_rotation_of_the_hidden_layer_changes_nothing_at_all(parts, data, eta):
    x, U, v = parts
    O = data.draw(rotations(U.cols))  # noqa: E741
    assert exact_orbit((x, U * O, O.T * v), eta) == exact_orbit(parts, eta)


@some
@given(networks(least_width=2), rationals(sp.Rational(1, 10), 1), ETAS)
def test_a_shear_of_it_keeps_f_but_nothing_else(parts, amount, eta):
    x, U, v = parts
    shear = sp.eye(U.cols)
    shear[0, 1] = amount
    sheared = x, U * shear, shear.inv() * v
    (p, q), (p_sheared, q_sheared) = canonical(*parts, eta), canonical(*sheared, eta)
    assert p == p_sheared
    assume(q != q_sheared)  # by chance the two lengths may still agree
    assert exact_orbit(sheared, eta) != exact_orbit(parts, eta)


# The limit of frozen q -------------------------------------------------------------------------


@pytest.mark.parametrize("model", [LOG_COSH, TANH], ids=lambda m: m.name)
def test_the_map_at_step_size_0_is_the_frozen_map_in_symbols(model):
    """For every r: q = 2/(ηS) is what has to be kept, not S."""
    generic = model.generic()
    assert sp.expand(generic.p_next.subs(ETA, 0) - (1 - 2 * R(P) / Q) * P) == 0
    assert sp.simplify(generic.q_next.subs(ETA, 0) - Q) == 0
    size = sp.Symbol("S", positive=True)
    fixed_size = generic.p_next.subs(Q, 2 / (ETA * size)).subs(ETA, 0)
    assert sp.expand(fixed_size - P) == 0


@some
@given(MODELS, SIZES, HEIGHTS)
@example(LOG_COSH, sp.Integer(2), sp.Rational(3, 2))
@example(TANH, sp.Integer(2), sp.Rational(4, 5))
def test_the_distance_to_the_frozen_map_is_of_the_order_of_epsilon(model, size, q):
    """Less than 100 ε and four times smaller for ε a quarter, as from no other map."""
    p = size * model.response.scale
    step = compile_step(model)
    r = evaluate(compile_balls(model.response.response, [Z]), (exact(p),), 100)[0]
    with ctx.workprec(BITS):
        frozen = (1 - 2 * r / arb(exact(q))) * arb(exact(p)), arb(exact(q))
        gaps = []
        for epsilon in (sp.Rational(1, 10**12), sp.Rational(1, 4 * 10**12)):
            eta = scaled_step(model, model.step_size(epsilon))
            moved = step(*(arb(exact(x)) for x in (p, q, eta)))
            gaps.append([abs(a - b) for a, b in zip(moved, frozen, strict=True)])
        for near, nearer in zip(*gaps, strict=True):
            assert near <= 100 * arb("1e-12")
            assert abs(near - 4 * nearer) <= arb("1e-20")
        assert gaps[0][1] > 0  # q does move
        other = (1 - r / arb(exact(q))) * arb(exact(p))
        assert abs(moved[0] - other) > 100 * arb("1e-12")
