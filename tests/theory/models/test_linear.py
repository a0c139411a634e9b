"""The linear network's spectrum and diagonal form, for general input and target."""

from dataclasses import FrozenInstanceError

import numpy as np
import pytest
import sympy as sp

from trajalign.theory.models import (
    ETA,
    Loss,
    P,
    Q,
    R,
    TwoLayerLinear,
    diagonal_form,
    linear,
    linear_spectrum,
    linear_update,
)

rng = np.random.default_rng(7)


def dense_hessian(x, U, v, first, second):
    """∂²/∂(U, v)² of ℓ(xᵀUv − y), entry by entry: ℓ'' ∇f ∇fᵀ + ℓ' ∇²f, f bilinear in U and v."""
    d, m = U.shape
    gradient = np.concatenate([np.outer(x, v).ravel(), U.T @ x])
    curvature = np.zeros((d * m + m, d * m + m))
    for k in range(d):
        for i in range(m):
            curvature[k * m + i, d * m + i] = curvature[d * m + i, k * m + i] = x[k]
    return second * np.outer(gradient, gradient) + first * curvature


@pytest.mark.parametrize("d", [1, 2, 4])
@pytest.mark.parametrize("m", [1, 2, 5])
@pytest.mark.parametrize("second", [0.7, -0.7])
def test_all_eigenvalues_with_their_multiplicities(d, m, second):
    x, U, v, first = rng.normal(size=d), rng.normal(size=(d, m)), rng.normal(size=m), 0.4
    formula = linear_spectrum()
    at = {
        formula.f: x @ U @ v,
        formula.s: (U.T @ x) @ (U.T @ x) + (x @ x) * (v @ v),
        formula.x_squared: x @ x,
        formula.first: first,
        formula.second: second,
    }
    trace, determinant = (float(e.subs(at)) for e in (formula.trace, formula.determinant))
    pair = np.roots([1, -trace, determinant])
    paired = float(formula.paired.subs(at))
    expected = [*pair, *[paired] * (m - 1), *[-paired] * (m - 1), *[0] * (m * (d - 1))]
    found = np.linalg.eigvalsh(dense_hessian(x, U, v, first, second))
    np.testing.assert_allclose(np.sort(np.real(expected)), found, atol=1e-10)
    if second > 0:
        assert found[-1] == pytest.approx(float(formula.largest.subs(at)))


def test_for_a_negative_second_derivative_the_block_does_not_have_the_largest_eigenvalue():
    """ℓ'' < 0 and m ≥ 2: a counterexample to the formula without its hypothesis."""
    x, U, v = np.array([1.0]), np.array([[1.0, 0.0]]), np.array([1.0, 0.0])
    formula = linear_spectrum()
    at = {formula.f: 1.0, formula.s: 2.0, formula.x_squared: 1.0}
    at |= {formula.first: 0.5, formula.second: -1.0}
    largest = np.linalg.eigvalsh(dense_hessian(x, U, v, 0.5, -1.0))[-1]
    assert largest == pytest.approx(0.5)
    assert float(formula.largest.subs(at)) < 0


def test_the_diagonal_form_is_the_reduced_map():
    """p = (a − b)/2 and 1/(ηq) = (a + b)/2, as identities of rational functions."""
    form, reduced = diagonal_form(), TwoLayerLinear(Loss.parse("log-cosh")).generic()
    a, b = form.a * form.a_factor, form.b * form.b_factor
    assert sp.cancel((a - b) / 2 - reduced.p_next) == 0
    assert sp.cancel((a + b) / 2 - 1 / (ETA * reduced.q_next)) == 0
    wrong = form.b * form.a_factor
    assert sp.cancel((a - wrong) / 2 - reduced.p_next) != 0


def test_the_diagonal_form_from_the_parameters():
    """a and b are ½‖Uᵀx ± v‖², and stay so after a step of gradient descent by hand."""
    x, U, v, eta = np.array([0.6, 0.8]), rng.normal(size=(2, 3)), rng.normal(size=3), 0.1
    form = diagonal_form()

    def squares(U, v):
        h = U.T @ x
        return (h + v) @ (h + v) / 2, (h - v) @ (h - v) / 2

    h = U.T @ x
    p, q = h @ v, 2 / (eta * (h @ h + v @ v))
    slope = np.tanh(p)
    moved = squares(U - eta * slope * np.outer(x, v), v - eta * slope * h)
    at = {R(P): slope / p, P: p, Q: q, ETA: eta}
    for before, factor, name, after in zip(
        squares(U, v), (form.a_factor, form.b_factor), (form.a, form.b), moved, strict=True
    ):
        assert float(name.subs(at)) == pytest.approx(before)
        assert before * float(factor.subs(at)) == pytest.approx(after)


def test_the_product_ab_shrinks_by_the_square_of_one_minus_eta_squared_slope_squared():
    form, t = diagonal_form(), ETA * P * R(P)
    assert sp.expand(form.a_factor * form.b_factor - (1 - t**2) ** 2) == 0


def test_general_input_and_target_by_hand():
    """f' = f − ηℓ'S + η²ℓ'²‖x‖²f and S' = S − 4ηℓ'‖x‖²f + η²ℓ'²‖x‖²S, expanded by hand."""
    u = linear_update()
    f, s, g, xx = u.f, u.s, u.slope, u.x_squared
    assert sp.expand(u.f_next - (f - ETA * g * s + ETA**2 * g**2 * xx * f)) == 0
    assert sp.expand(u.s_next - (s - 4 * ETA * g * xx * f + ETA**2 * g**2 * xx * s)) == 0


# What the derivations refuse


def wrong_step(*entries):
    """A step matrix that gradient descent does not have."""
    return lambda slope, x_squared: sp.Matrix(2, 2, entries)


@pytest.mark.parametrize(
    "entries",
    [
        (1, 0, 0, 2),  # f' = 2f, but S' = S + 3 ‖x‖²‖v‖²
        # a rotation: S' = S, but f' contains ‖v‖² (24/25 ‖x‖ of it)
        ("3/5", "4/5*sqrt(X)", "-4/5/sqrt(X)", "3/5"),
    ],
)
def test_an_update_that_needs_more_than_f_and_s_is_refused(monkeypatch, entries):
    names = {"X": sp.Symbol("X", real=True)}
    entries = [sp.sympify(e, names) for e in entries]
    monkeypatch.setattr(linear, "_linear_step_matrix", wrong_step(*entries))
    with pytest.raises(ArithmeticError, match="more than f and S"):
        linear_update.__wrapped__()


@pytest.mark.parametrize("entries", [(1, 2, 3, 1), (1, 3, 2, 1), (1, 0, 0, 2), (2, 0, 0, 1)])
def test_a_step_without_those_eigendirections_is_refused(monkeypatch, entries):
    monkeypatch.setattr(linear, "_linear_step_matrix", wrong_step(*entries))
    with pytest.raises(ArithmeticError, match="not eigendirections"):
        diagonal_form.__wrapped__()


def test_the_diagonal_form_follows_the_step_it_is_given(monkeypatch):
    """[[2, 1], [1, 2]] multiplies (1, 1) by 3 and (1, −1) by 1."""
    monkeypatch.setattr(linear, "_linear_step_matrix", wrong_step(2, 1, 1, 2))
    form = diagonal_form.__wrapped__()
    assert (form.a_factor, form.b_factor) == (9, 1)


def test_a_vector_outside_the_span_is_refused():
    x, U, v = (sp.MatrixSymbol(*n) for n in (("x", 3, 1), ("U", 3, 2), ("v", 2, 1)))
    w, xx = sp.MatrixSymbol("w", 2, 1), sp.Symbol("X")
    known = 2 * U.T * x - 5 * v + 7 * v * x.T * x
    assert linear._coordinates(known, x, U, v, xx) == [2, 7 * xx - 5]
    assert linear._coordinates(v, x, U, v, xx) == [0, 1]
    with pytest.raises(ArithmeticError, match="w is not a combination"):
        linear._coordinates(known + w, x, U, v, xx)


def test_results_are_values():
    for result, name in (
        (linear_update(), "f_next"),
        (linear_spectrum(), "trace"),
        (diagonal_form(), "a_factor"),
        (TwoLayerLinear(Loss.parse("log-cosh")), "response"),
    ):
        with pytest.raises(FrozenInstanceError):
            setattr(result, name, None)


def test_what_the_network_says_of_itself():
    network, epsilon = TwoLayerLinear(Loss.parse("log-cosh")), sp.Symbol("e", positive=True)
    assert network.name == "linear"
    assert network.step_size(epsilon) == sp.sqrt(epsilon)  # η = √ε
    assert network.small_parameter(epsilon) == epsilon**2


def test_the_parameter_space_is_the_definition():
    """f = xᵀUv with x = (3/5, 4/5), U a 2 × 3 matrix row by row, and q = 2/(η‖∇f‖²)."""
    space = TwoLayerLinear(Loss.parse("sqrt(1 + z**2)")).parameter_space()
    assert len(space.parameters) == 9
    assert all(t.is_real for t in space.parameters)
    values = [1, 2, 3, -1, 5, 2, 4, -2, 1]
    at = dict(zip(space.parameters, values, strict=True))
    # Uᵀx = (3 − 4, 6 + 20, 9 + 8)/5 = (−1, 26, 17)/5; f = (−4 − 52 + 17)/5 = −39/5
    assert space.p.subs(at) == sp.Rational(-39, 5)
    assert space.objective.subs(at) == sp.sqrt(1 + sp.Rational(39, 5) ** 2)
    # ‖Uᵀx‖² = (1 + 676 + 289)/25 = 966/25 and ‖v‖² = 21
    assert space.q.subs(at) == 2 / (ETA * (sp.Rational(966, 25) + 21))
