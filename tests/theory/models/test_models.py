"""From a gradient step in parameter space to the reduced map and the sharpness."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mp
from zoo import BY_NAME, LINEAR, NEURON, PROBLEMS, evaluated

from trajalign.theory.curve.first_order import slow_curve
from trajalign.theory.diagram.frozen_family import frozen_family
from trajalign.theory.models import (
    ETA,
    PHI_SQUARED,
    Model,
    P,
    Q,
    R,
    ReducedModel,
    SingleNeuron,
    TwoLayerLinear,
    linear_update,
)
from trajalign.theory.responses import Activation, Loss

SEEDS = st.integers(0, 2**32 - 1)
SIZES = st.integers(1, 5)


# Gradient descent by hand


def precisely(function):
    """A function of doubles that is right to the last bit or so."""

    def rounded(z):
        with mp.workdps(50):
            return float(function(mp.mpf(z)))

    return rounded


@dataclass(frozen=True)
class Network:
    """f = xᵀUv in double precision; `slope` is ℓ'."""

    x: Any
    U: Any
    v: Any
    slope: Callable[[float], float]

    @classmethod
    def random(cls, problem, d, m, seed, norm=1.0):
        rng = np.random.default_rng(seed)
        x = rng.normal(size=d)
        x *= norm / np.linalg.norm(x)
        U, v = rng.normal(size=(d, m)), rng.normal(size=m)
        scale = rng.uniform(0.2, 2) / np.sqrt(m)
        return cls(x, scale * U, scale * v, precisely(problem.derivative))

    @property
    def output(self):
        return float(self.x @ self.U @ self.v)

    def step(self, eta):
        """∂f/∂U = x vᵀ and ∂f/∂v = Uᵀx, so ∇L = ℓ'(f) (x vᵀ, Uᵀx)."""
        g = self.slope(self.output)
        U = self.U - eta * g * np.outer(self.x, self.v)
        return Network(self.x, U, self.v - eta * g * (self.U.T @ self.x), self.slope)

    def coordinates(self, eta):
        """p = f, q = 2/(η ‖∇f‖²)."""
        hidden = self.U.T @ self.x
        return self.output, 2 / (eta * float(hidden @ hidden + self.v @ self.v))

    def gradient(self):
        g = self.slope(self.output)
        return g * np.concatenate([np.outer(self.x, self.v).ravel(), self.U.T @ self.x])

    def moved(self, shift):
        d, m = self.U.shape
        return Network(
            self.x, self.U + shift[: d * m].reshape(d, m), self.v + shift[d * m :], self.slope
        )

    def hessian(self, bend):
        """ℓ'' ∇f ∇fᵀ + ℓ' ∇²f, where ∂²f/∂U_ij ∂v_j = x_i and all else in ∇²f is 0."""
        (d, m), g = self.U.shape, self.slope(self.output)
        direction = np.concatenate([np.outer(self.x, self.v).ravel(), self.U.T @ self.x])
        result = bend * np.outer(direction, direction)
        for i in range(d):
            for j in range(m):
                result[i * m + j, d * m + j] += g * self.x[i]
                result[d * m + j, i * m + j] += g * self.x[i]
        return result


def predicted(model_map, p, q, eta):
    """The reduced map's answer, by mpmath."""
    values = {"p": mp.mpf(p), "q": mp.mpf(q), "eta": mp.mpf(eta)}
    with mp.workdps(50):  # 3 (coth z − 1/z) and its derivatives cancel
        return tuple(float(evaluated(e, **values)) for e in model_map)


def map_of(problem):
    return problem.model.reduced.p_next, problem.model.reduced.q_next


def defect(model_map, before, after, eta):
    """How far the map is from what gradient descent did, in natural units."""
    (p, q), (p_next, q_next) = before, after
    p_found, q_found = predicted(model_map, p, q, eta)
    # p' is a difference of terms of the size of p (1 + 2/q); 1/q' of terms of the size of 1/q.
    return max(
        abs(p_found - p_next) / (abs(p) * (1 + 2 / q)),
        abs(1 / q_found - 1 / q_next) / (1 / q + eta),
    )


@settings(deadline=None, max_examples=80)
@given(st.sampled_from(LINEAR), SIZES, SIZES, SEEDS, st.floats(0.01, 0.5))
def test_the_linear_map_is_gradient_descent(problem, d, m, seed, eta):
    network = Network.random(problem, d, m, seed)
    before, after = network.coordinates(eta), network.step(eta).coordinates(eta)
    if abs(before[0]) < 1e-3:
        return  # the double-precision f of the hand-made step has no digits left
    assert defect(map_of(problem), before, after, eta) < 1e-10


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(NEURON), st.floats(0.01, 3), st.floats(-3, 3), st.floats(0.01, 0.5))
def test_the_neurons_map_is_gradient_descent(problem, x, y, eta):
    if abs(y) < 0.1:
        return
    phi, slope = (float(f(mp.mpf(x))) for f in (problem.function, problem.derivative))
    x_next, y_next = x - eta * phi * slope * y**2, y - eta * phi**2 * y
    if abs(y_next) < 1e-3:
        return
    before, after = (x, 2 / (eta * y**2)), (x_next, 2 / (eta * y_next**2))
    assert defect(map_of(problem), before, after, eta) < 1e-10


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("q moves twice as far", lambda p, q: (p, 2 * q - Q)),
        ("q stands still", lambda p, q: (p, Q)),
        ("p' is off by 0.1 %", lambda p, q: (sp.Rational(1001, 1000) * p, q)),
        ("p' without the term in η²", lambda p, q: (P * (1 - 2 * sp.tanh(P) / (P * Q)), q)),
        ("η and q exchanged", lambda p, q: (p, q.subs({Q: ETA, ETA: Q}, simultaneous=True))),
    ],
)
def test_a_wrong_map_is_not_gradient_descent(name, wrong):
    problem, eta = BY_NAME["log-cosh"], 0.3
    network = Network.random(problem, 3, 2, seed=1)
    before, after = network.coordinates(eta), network.step(eta).coordinates(eta)
    assert defect(map_of(problem), before, after, eta) < 1e-12
    assert defect(wrong(*map_of(problem)), before, after, eta) > 1e-5


@pytest.mark.parametrize("problem", PROBLEMS, ids=str)
def test_the_maps_are_the_formulas_of_the_paper(problem):
    with mp.workdps(50):
        p, q, eta = mp.mpf("0.7"), mp.mpf("0.9"), mp.mpf("0.2")
        found = (evaluated(e, p=p, q=q, eta=eta) for e in map_of(problem))
        for a, b in zip(found, problem.step(p, q, eta), strict=True):
            assert mp.almosteq(a, b, 1e-45)


def test_the_generic_maps_are_the_formulas_of_the_paper():
    r = R(P)
    linear = TwoLayerLinear(Loss.parse("log-cosh")).generic()
    assert sp.cancel(linear.p_next - (1 - 2 * r / Q + ETA**2 * P**2 * r**2) * P) == 0
    assert sp.cancel(linear.q_next - Q / (1 - ETA**2 * P**2 * r * (2 * Q - r))) == 0
    neuron = SingleNeuron(Activation.parse("tanh")).generic()
    assert sp.cancel(neuron.p_next - (1 - 2 * r / Q) * P) == 0
    assert sp.cancel(neuron.q_next - Q / (1 - ETA * PHI_SQUARED(P)) ** 2) == 0


# The linear update for any input and target


def exactly(expression, **values):
    symbols = {str(s): s for s in expression.free_symbols}
    at = {symbols[n]: sp.Rational(v) for n, v in values.items() if n in symbols}
    return Fraction(str(expression.subs(at)))


RATIONALS = st.fractions(-3, 3, max_denominator=8)


@settings(deadline=None, max_examples=40)
@given(st.data(), st.integers(1, 4), st.integers(1, 4))
def test_the_update_of_f_and_s_is_exact_for_any_input_and_target(data, d, m):
    """Squared error ½(f − y)² in exact rational arithmetic: not an approximation anywhere."""

    def draw(n):
        return data.draw(st.lists(RATIONALS, min_size=n, max_size=n))

    x, v, (y, eta) = draw(d), draw(m), draw(2)
    U = [draw(m) for _ in range(d)]

    def invariants(U, v):
        hidden = [sum(x[i] * U[i][j] for i in range(d)) for j in range(m)]
        f = sum(h * b for h, b in zip(hidden, v, strict=True))
        return hidden, f, sum(h * h for h in hidden) + square * sum(b * b for b in v)

    square = sum(a * a for a in x)
    hidden, f, s = invariants(U, v)
    g = f - y
    U_next = [[U[i][j] - eta * g * x[i] * v[j] for j in range(m)] for i in range(d)]
    v_next = [v[j] - eta * g * hidden[j] for j in range(m)]
    _, f_next, s_next = invariants(U_next, v_next)

    update = linear_update()
    values = {"f": f, "S": s, "g": g, "X": square, "eta": eta}
    assert exactly(update.f_next, **values) == f_next
    assert exactly(update.s_next, **values) == s_next


def test_the_update_of_f_and_s_is_the_formula_of_the_paper():
    u = linear_update()
    g, xx = u.slope, u.x_squared
    assert sp.expand(u.f_next - (u.f - ETA * g * u.s + ETA**2 * g**2 * xx * u.f)) == 0
    s_next = u.s - 4 * ETA * g * xx * u.f + ETA**2 * g**2 * xx * u.s
    assert sp.expand(u.s_next - s_next) == 0


@pytest.mark.parametrize("sign", [1, -1])
def test_u_plus_v_and_u_minus_v_evolve_separately(sign):
    """With ‖x‖ = 1 put w± = (Uᵀx ± v)/√2. Since Uᵀx' = Uᵀx − ηt v and v' = v − ηt Uᵀx,
    w±' = (1 ∓ ηt) w±; hence a = ½‖Uᵀx + v‖² and b = ½‖Uᵀx − v‖² obey a' = (1 − ηt)² a and
    b' = (1 + ηt)² b, while f = (a − b)/2 and S = a + b. With the signs exchanged this fails.
    """
    u = linear_update()
    a, b, t = sp.symbols("a b t")
    ring = (a, b, t, ETA)
    a_next, b_next = (1 - sign * ETA * t) ** 2 * a, (1 + sign * ETA * t) ** 2 * b
    at = {u.f: (a - b) / 2, u.s: a + b, u.slope: t, u.x_squared: 1}
    f_agrees = sp.Poly(u.f_next.subs(at) - (a_next - b_next) / 2, *ring).is_zero
    s_agrees = sp.Poly(u.s_next.subs(at) - (a_next + b_next), *ring).is_zero
    assert (f_agrees, s_agrees) == ((True, True) if sign == 1 else (False, False))


def test_in_the_reduced_map_the_diagonal_form_shrinks_ab():
    """a = 1/(ηq) + p, b = 1/(ηq) − p; one step multiplies ab by (1 − η²t²)², t = p r(p)."""
    generic = TwoLayerLinear(Loss.parse("log-cosh")).generic()
    p_next, u_next = generic.p_next, sp.cancel(1 / (ETA * generic.q_next))
    t, u = P * R(P), 1 / (ETA * Q)
    assert sp.cancel(u_next + p_next - (1 - ETA * t) ** 2 * (u + P)) == 0
    assert sp.cancel(u_next - p_next - (1 + ETA * t) ** 2 * (u - P)) == 0
    product = (u_next + p_next) * (u_next - p_next)
    assert sp.cancel(product - (1 - ETA**2 * t**2) ** 2 * (u**2 - P**2)) == 0


# Symmetries


@settings(deadline=None, max_examples=40)
@given(st.sampled_from(PROBLEMS), st.floats(0.05, 3), st.floats(0.1, 3), st.floats(0.01, 0.5))
def test_reflection(problem, p, q, eta):
    """F(−p, q) = (−p', q')."""
    p_next, q_next = predicted(map_of(problem), p, q, eta)
    mirrored = predicted(map_of(problem), -p, q, eta)
    assert mirrored == pytest.approx((-p_next, q_next), rel=1e-12, abs=1e-12)


@settings(deadline=None, max_examples=20)
@given(SEEDS)
def test_p_and_q_do_not_see_rotations_of_the_width(seed):
    """U → UO, v → Oᵀv leaves p, q and L alone (parameter space of width 3, input dimension 2)."""
    space = TwoLayerLinear(Loss.parse("log-cosh")).parameter_space()
    values = sp.lambdify((*space.parameters, ETA), (space.p, space.q, space.objective))
    rng = np.random.default_rng(seed)
    U, v = rng.normal(size=(2, 3)), rng.normal(size=3)
    rotation, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    before = values(*U.ravel(), *v, 0.1)
    after = values(*(U @ rotation).ravel(), *(rotation.T @ v), 0.1)
    assert after == pytest.approx(before, rel=1e-9, abs=1e-9)
    # and p, q are the ones of the hand-made network
    network = Network(np.array([0.6, 0.8]), U, v, np.tanh)
    assert before[:2] == pytest.approx(network.coordinates(0.1), rel=1e-9)
    assert before[2] == pytest.approx(np.log(np.cosh(network.output)), rel=1e-9, abs=1e-12)


def test_the_neurons_parameter_space():
    space = SingleNeuron(Activation.parse("tanh")).parameter_space()
    x, y = space.parameters
    assert sp.simplify(space.objective - sp.tanh(x) ** 2 * y**2 / 2) == 0
    assert (space.p, sp.simplify(space.q - 2 / (ETA * y**2))) == (x, 0)


# Sharpness


def largest_eigenvalue(network, problem):
    with mp.workdps(50):
        bend = float(mp.diff(problem.derivative, mp.mpf(network.output)))
    return float(np.linalg.eigvalsh(network.hessian(bend))[-1])


@pytest.mark.parametrize("problem", LINEAR, ids=str)
def test_the_hand_made_hessian_is_the_derivative_of_the_hand_made_gradient(problem):
    network = Network.random(problem, 3, 2, seed=7)
    bend = float(mp.diff(problem.derivative, mp.mpf(network.output)))
    h, rows = 1e-5, []
    for unit in np.eye(8):
        high, low = network.moved(h * unit), network.moved(-h * unit)
        rows.append((high.gradient() - low.gradient()) / (2 * h))
    assert np.allclose(network.hessian(bend), rows, atol=1e-8)


@settings(deadline=None, max_examples=50)
@given(st.sampled_from(LINEAR), SIZES, SIZES, SEEDS, st.floats(0.01, 0.5))
def test_the_linear_sharpness_is_the_largest_eigenvalue_of_the_dense_hessian(
    problem, d, m, seed, eta
):
    network = Network.random(problem, d, m, seed)
    p, q = network.coordinates(eta)
    if abs(p) < 1e-3:
        return
    (found,) = predicted([problem.model.reduced.sharpness], p, q, eta)
    assert found == pytest.approx(largest_eigenvalue(network, problem), rel=1e-9)
    with mp.workdps(40):
        formula = problem.sharpness(mp.mpf(p), mp.mpf(q), mp.mpf(eta))
        assert found == pytest.approx(float(formula), rel=1e-12)


def test_a_wrong_sharpness_is_not_the_largest_eigenvalue():
    """Without the term 8 ℓ'ℓ''p, and with 2ℓ''/(ηq) alone, as one might guess."""
    problem, eta = BY_NAME["log-cosh"], 0.3
    network = Network.random(problem, 3, 2, seed=1)
    p, q = network.coordinates(eta)
    reduced = problem.model.reduced
    largest = largest_eigenvalue(network, problem)
    assert predicted([reduced.sharpness], p, q, eta)[0] == pytest.approx(largest, rel=1e-12)
    first, size = np.tanh(p), (1 - np.tanh(p) ** 2) * 2 / (eta * q)
    assert abs((size + np.sqrt(size**2 + 4 * first**2)) / 2 / largest - 1) > 1e-3
    assert abs(size / largest - 1) > 1e-3


def test_for_a_loss_that_is_not_convex_the_sharpness_is_another_eigenvalue():
    """w ⟂ Uᵀx + v gives the eigenvector (x wᵀ, w) with eigenvalue ℓ'. For ℓ'' < 0 it wins.

    λ ≥ |ℓ'| means √(…) ≥ 2|ℓ'| − ℓ''S; squared, −ℓ''S|ℓ'| ≤ 2ℓ'ℓ''p. For ℓ'' > 0 this is
    S ≥ −2|p|; for ℓ'' < 0 it is S ≤ −2|p|, which is never so. With one weight on each side
    there is no such w, and no other eigenvalue.
    """
    loss = Loss.parse("log(1 + z**2)/2")  # ℓ' = z/(1+z²), ℓ'' = (1−z²)/(1+z²)²
    formula, eta = TwoLayerLinear(loss).reduced.sharpness, 0.1
    bend = (1 - 4) / 25
    for width, x in ((1, np.array([1.0])), (2, np.array([0.6, 0.8]))):
        U, v = np.zeros((len(x), width)), np.zeros(width)
        U[:, 0], v[0] = 2 * x, 1  # f = 2
        network = Network(x, U, v, lambda z: z / (1 + z**2))
        (found,) = predicted([formula], *network.coordinates(eta), eta)
        largest = np.linalg.eigvalsh(network.hessian(bend))[-1]
        if width == 1:
            assert found == pytest.approx(largest, rel=1e-12)
        else:
            assert largest == pytest.approx(2 / 5, rel=1e-12)  # ℓ'(2)
            assert found < 0.8 * largest


@settings(deadline=None, max_examples=30)
@given(st.sampled_from(NEURON), st.floats(0.05, 3), st.floats(0.1, 3), st.floats(0.01, 0.5))
def test_the_neurons_sharpness_is_the_larger_eigenvalue(problem, p, q, eta):
    (found,) = predicted([problem.model.reduced.sharpness], p, q, eta)
    with mp.workdps(40):
        exact = problem.sharpness(mp.mpf(p), mp.mpf(q), mp.mpf(eta))
    assert found == pytest.approx(float(exact), rel=1e-9)


@pytest.mark.parametrize("problem", PROBLEMS, ids=str)
def test_at_the_minimum_the_sharpness_is_two_over_eta_q(problem):
    with mp.workdps(60):
        p, q, eta = mp.mpf(10) ** -20, mp.mpf("1.25"), mp.mpf("0.1")
        found = evaluated(problem.model.reduced.sharpness, p=p, q=q, eta=eta)
        assert abs(found - 2 / (eta * q)) < 1e-15


# A model that the project has never seen

STRETCH = 3


@dataclass(frozen=True)
class StretchedNeuron(Model):
    """½ φ(x)² (3y)², with q = 2/(η (3y)²).

    With w = φ² and φφ' = p r:  x' = x − η φφ' 9y² = (1 − 2r/q) p as before, but
    y' = (1 − 9 η w) y, so that q' = q/(1 − 9 η w)². The Hessian is
    [[(pr)' 9y², 18 p r y], [18 p r y, 9 w]] with 9y² = 2/(ηq).
    """

    response: Activation
    name: ClassVar[str] = "stretched"
    exponent: ClassVar[sp.Rational] = sp.S.One

    def generic(self):
        c, w, slope = STRETCH**2, PHI_SQUARED(P), P * R(P)
        size = 2 / (ETA * Q)
        bend = sp.diff(slope, P)
        return ReducedModel(
            P * (1 - 2 * R(P) / Q),
            Q / (1 - c * ETA * w) ** 2,
            bend * size + c * w,
            c * size * (bend * w - 4 * slope**2),
        )

    def parameter_space(self):
        inner = SingleNeuron(self.response).parameter_space()
        x, y = inner.parameters
        swap = {y: STRETCH * y}
        return type(inner)((x, y), inner.objective.subs(swap), x, inner.q.subs(swap))


@pytest.mark.parametrize("problem", NEURON, ids=str)
def test_a_new_model_gets_all_predictions(problem):
    """From q'/q = 1 + 18 η w + …: h is 9 times the neuron's, and so is every drift."""
    model, neuron = StretchedNeuron(problem.model.response), slow_curve(problem.model)
    curve, c = slow_curve(model), STRETCH**2
    with mp.workdps(40):
        p = mp.mpf("0.6")
        assert mp.almosteq(evaluated(curve.h, p=p), c * problem.h(p), 1e-30)
    assert sp.simplify(curve.h_at_zero - c * neuron.h_at_zero) == 0
    assert sp.simplify(curve.saturation_coefficient - c * neuron.saturation_coefficient) == 0
    crossing = curve.crossing_coefficient(model), neuron.crossing_coefficient(problem.model)
    assert sp.simplify(c * crossing[0] - crossing[1]) == 0
    assert frozen_family(model) == frozen_family(problem.model)  # at frozen q nothing changed


def test_a_new_model_ends_where_its_prediction_says():
    """Gradient descent in (x, y) with a generic start: q* = 1 + 9·(3/8) η + O(η²) for tanh."""
    predicted_coefficient = slow_curve(StretchedNeuron(Activation.parse("tanh"))).h_at_zero
    found = []
    for eta in (0.001, 0.0005):
        x, y = 0.4, np.sqrt(2 / (eta * 0.8)) / STRETCH
        for _ in range(20_000):
            phi = np.tanh(x)
            x, y = (
                x - eta * phi * (1 - phi**2) * (STRETCH * y) ** 2,
                y - eta * phi**2 * STRETCH**2 * y,
            )
        found.append((2 / (eta * (STRETCH * y) ** 2) - 1) / eta)
    extrapolated = 2 * found[1] - found[0]
    assert extrapolated == pytest.approx(float(predicted_coefficient), rel=1e-3)
    assert extrapolated != pytest.approx(1.01 * float(predicted_coefficient), rel=1e-3)
