"""The linear update of f and S for any input and target, and its diagonal form."""

from fractions import Fraction

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from trajalign.theory.models import ETA, P, Q, R, TwoLayerLinear, linear_update
from trajalign.theory.responses import Loss


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
