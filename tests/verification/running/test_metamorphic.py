"""Symmetries that relate different runs of gradient descent, with inputs drawn by the strategies.

Gradient descent in parameter space is written out here, in plain matrix arithmetic of mpmath.
"""

from dataclasses import dataclass
from typing import Any

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mp
from zoo import BY_NAME, LINEAR, NEURON, evaluated

from trajalign.verification.controls import with_wrong_map
from trajalign.verification.testing.strategies import rationals

some = settings(deadline=None, max_examples=10)
losses = st.sampled_from(LINEAR)
etas = rationals(sp.Rational(1, 100), sp.Rational(1, 5))
entries = rationals(-1, 1)
steps = st.integers(1, 3)


def number(x: sp.Rational) -> Any:
    return mp.mpf(int(x.p)) / int(x.q)


def apart(a, b) -> Any:
    """The largest distance between two points, relative to the second."""
    return max(abs(s - t) / (1 + abs(t)) for s, t in zip(a, b, strict=True))


TINY = 1e-40


@dataclass(frozen=True)
class Network:
    """f = xᵀUv, trained by L = ℓ(f)."""

    x: Any
    U: Any
    v: Any

    def stepped(self, slope, eta):
        """One gradient step; `slope` is ℓ'."""
        g = eta * slope(self.output)
        U = self.U - g * (self.x * self.v.T)
        return Network(self.x, U, self.v - g * (self.U.T * self.x))

    @property
    def output(self):
        return (self.x.T * self.U * self.v)[0]

    def canonical(self, eta):
        """p = f and q = 2/(η‖∇f‖²) with ‖∇f‖² = ‖Uᵀx‖² + ‖x‖² ‖v‖²."""
        a = self.U.T * self.x
        size = (a.T * a)[0] + (self.x.T * self.x)[0] * (self.v.T * self.v)[0]
        return self.output, 2 / (eta * size)


@st.composite
def networks(draw):
    """Every input dimension d and width m up to 4, in exact rationals."""
    d, m = draw(st.integers(1, 4)), draw(st.integers(1, 4))

    def matrix(rows, columns):
        return sp.Matrix(rows, columns, lambda i, j: draw(entries))

    x, U, v = matrix(d, 1), matrix(d, m), matrix(m, 1)
    x[0] += 2  # ‖x‖ ≥ 1
    v[0] += 2
    return x, U, v


def network(parts) -> Network:
    rows = ([[number(x) for x in row] for row in part.tolist()] for part in parts)
    return Network(*map(mp.matrix, rows))


def rescaled(network: Network) -> tuple[Network, Any]:
    """The same orbit of f with ‖x‖ = 1, and what its step size is multiplied with.

    With X = ‖x‖, a = Uᵀx and b = v a step is a' = a − ηℓ'X²b, b' = b − ηℓ'a. For x/X, √X U, √X v
    the pair is (a, Xb)/√X with the same f, and ηX in place of η gives the same step.
    """
    size = mp.norm(network.x)
    return Network(network.x / size, mp.sqrt(size) * network.U, mp.sqrt(size) * network.v), size


def reduced(model, point, eta):
    p, q = point
    parts = (model.reduced.p_next, model.reduced.q_next)
    return tuple(evaluated(part, p=p, q=q, eta=eta) for part in parts)


# Parameter space and (p, q) --------------------------------------------------------------------


@some
@given(losses, networks(), etas, steps)
def test_gradient_descent_is_the_reduced_map_for_every_shape(problem, parts, eta, count):
    with mp.workdps(50):
        net, size = rescaled(network(parts))
        eta = number(eta) / size
        for _ in range(count):
            before, net = net.canonical(eta), net.stepped(problem.derivative, eta)
            assert apart(reduced(problem.model, before, eta), net.canonical(eta)) < TINY
            wrong = reduced(with_wrong_map(problem.model), before, eta)
            assert apart(wrong, net.canonical(eta)) > TINY or before[0] == 0


@some
@given(st.sampled_from(NEURON), etas, rationals(sp.Rational(1, 10), 1), rationals(1, 4))
def test_the_neurons_gradient_descent_is_its_reduced_map(problem, eta, x, y):
    with mp.workdps(50):
        eta, x, y = (number(value) for value in (eta, x, y))
        phi, slope = problem.function(x), problem.derivative(x)
        moved = x - eta * phi * slope * y**2, y - eta * phi**2 * y
        claimed = moved[0], 2 / (eta * moved[1] ** 2)
        before = x, 2 / (eta * y**2)
        assert apart(reduced(problem.model, before, eta), claimed) < TINY
        assert apart(reduced(with_wrong_map(problem.model), before, eta), claimed) > TINY


@some
@given(losses, networks(), etas)
def test_any_input_is_one_of_length_one_with_another_step_size(problem, parts, eta):
    with mp.workdps(50):
        net, eta = network(parts), number(eta)
        other, size = rescaled(net)
        assert apart([net.output], [other.output]) < TINY
        point = net.canonical(eta)
        assert apart(point, other.canonical(eta * size)) < TINY
        stepped = net.stepped(problem.derivative, eta).canonical(eta)
        assert apart(reduced(problem.model, point, eta * size), stepped) < TINY


def test_scaling_the_input_against_the_weights_keeps_f_but_not_its_orbit():
    slope = BY_NAME["log-cosh"].derivative
    net = network((sp.Matrix([1, 0]), sp.Matrix([[1, 0], [0, 1]]), sp.Matrix([1, 1])))
    other = Network(2 * net.x, net.U / 2, net.v)
    assert net.output == other.output
    assert net.stepped(slope, 0.1).output != other.stepped(slope, 0.1).output


# Rotations -------------------------------------------------------------------------------------


@st.composite
def rotations(draw, n):
    """Orthogonal matrices of n × n exact rationals: products of reflections in rational vectors."""
    Q = sp.eye(n)
    for _ in range(draw(st.integers(1, 2))):
        w = sp.Matrix([draw(st.integers(-3, 3)) for _ in range(n)])
        w[0] += 5
        Q = Q * (sp.eye(n) - 2 * w * w.T / (w.T * w)[0])
    return Q


@some
@given(losses, networks(), st.data(), etas, steps)
def test_a_rotation_commutes_with_gradient_descent(problem, parts, data, eta, count):
    x, U, v = parts
    Q, R = data.draw(rotations(U.cols)), data.draw(rotations(U.rows))
    with mp.workdps(50):
        net, turned, eta = network(parts), network((R * x, R * U * Q, Q.T * v)), number(eta)
        for _ in range(count):
            net, turned = (n.stepped(problem.derivative, eta) for n in (net, turned))
            assert apart(turned.canonical(eta), net.canonical(eta)) < TINY


def test_a_matrix_that_is_no_rotation_does_not_commute_with_gradient_descent():
    """A shear and its inverse keep f = xᵀUv but not the next step's."""
    slope, shear = BY_NAME["log-cosh"].derivative, sp.Matrix([[1, 1], [0, 1]])
    x, U, v = sp.Matrix([1, 0]), sp.Matrix([[1, 2], [0, 1]]), sp.Matrix([1, 1])
    net, sheared = network((x, U, v)), network((x, U * shear, shear.inv() * v))
    assert net.output == sheared.output
    assert apart([net.stepped(slope, 0.1).output], [sheared.stepped(slope, 0.1).output]) > TINY


# The limit of frozen q -------------------------------------------------------------------------


@pytest.mark.parametrize("problem", [*LINEAR, *NEURON], ids=str)
@settings(deadline=None, max_examples=2)
@given(p=rationals(sp.Rational(1, 10), 1), q=rationals(sp.Rational(1, 2), 2))
def test_as_the_step_size_vanishes_q_stands_still_and_p_follows_the_frozen_map(problem, p, q):
    with mp.workdps(50):
        p, q, eta = number(p), number(q), mp.mpf(10) ** -12
        epsilon, r = eta**problem.epsilon_power, problem.r(p)
        drift = (
            p**2 * r * (2 * q - r) if problem.epsilon_power == 2 else 2 * problem.function(p) ** 2
        )

        def rates(model):
            p_next, q_next = reduced(model, (p, q), eta)
            assert abs(p_next - (1 - 2 * r / q) * p) <= 2 * epsilon
            return (q_next / q - 1) / epsilon

        assert abs(rates(problem.model) - drift) < mp.mpf(10) ** -9
        assert abs(rates(with_wrong_map(problem.model)) - drift) > mp.mpf(10) ** -9 or drift == 0
