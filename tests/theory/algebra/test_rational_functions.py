"""Fields of rational functions: against values at points, and where SymPy's gcd gives up."""

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from trajalign.theory.algebra.rational_functions import RationalFunctions, in_one_field
from trajalign.theory.errors import InputError

X, Y = sp.symbols("x y")
LEAVES = st.sampled_from([X, Y]) | st.integers(-3, 3).map(sp.Integer)
TREES = st.recursive(
    LEAVES,
    lambda t: (
        st.builds(lambda a, b: a + b, t, t)
        | st.builds(lambda a, b: a * b, t, t)
        | t.map(lambda a: 1 / (a**2 + 7))
    ),
    max_leaves=8,
)
AT = {X: sp.Rational(3, 7), Y: sp.Rational(-5, 3)}


@settings(deadline=None, max_examples=60)
@given(TREES, TREES)
def test_the_field_keeps_values_and_knows_zero(a: sp.Expr, b: sp.Expr) -> None:
    field = RationalFunctions([X, Y])
    left, right = field.element(a), field.element(b)
    for found, expected in (
        (left + right, a + b),
        (left - right, a - b),
        (left * right, a * b),
        (left.diff(field.element(X)), sp.diff(a, X)),
    ):
        assert found.expression().subs(AT) == expected.subs(AT)
        assert field.factored(found).subs(AT) == expected.subs(AT)
    assert not left + right - right - left
    assert left + right == right + left
    assert left + 1 != left
    assert hash(left + right) == hash(right + left)
    if right:
        assert left / right * right == left


def test_where_the_gcd_of_sympy_gives_up() -> None:
    e2, t = sp.symbols("e2 t")
    tanh = [(t * e2 - 1) / (t * e2 + 1), (t - e2) / (t + e2)]
    field = RationalFunctions([e2, t])
    a, b = map(field.element, tanh)
    power = (a - b) ** 6 / (1 - a * b) ** 6
    # tanh u − tanh v = (1 − tanh u tanh v) tanh(u − v), and u − v is here log e2.
    assert power == field.element(((e2**2 - 1) / (e2**2 + 1)) ** 6)


def test_what_is_no_element_is_refused() -> None:
    field = RationalFunctions([X])
    for bad in (Y, sp.sin(X), sp.sqrt(X), X ** sp.Symbol("n")):
        with pytest.raises(InputError, match="not rational in x"):
            field.element(bad)
    with pytest.raises(InputError, match="divides by 0"):
        field.element(1 / ((X + 1) ** 2 - X**2 - 2 * X - 1))
    with pytest.raises(InputError, match="divides by 0"):
        field.number(0).inverse()


def test_roots_and_functions_are_generators_of_their_own() -> None:
    e = sp.sqrt(2) * sp.tanh(1) / (sp.sqrt(2) * sp.tanh(1) + sp.sqrt(2))
    [found], back = in_one_field([e])
    assert sp.simplify(back(found) - sp.tanh(1) / (sp.tanh(1) + 1)) == 0
    [cubed], back = in_one_field([sp.Integer(2) ** sp.Rational(2, 3) * sp.pi])
    assert back(cubed * cubed) == 2 * sp.Integer(2) ** sp.Rational(1, 3) * sp.pi**2


def test_letters_become_what_they_stand_for_on_the_way_back() -> None:
    letter = sp.Dummy("E")
    [found], back = in_one_field([(letter**2 - sp.pi**2) / (letter - sp.pi)], {letter: sp.exp(2)})
    assert back(found) == sp.exp(2) + sp.pi
    assert back(found * found) == sp.exp(4) + 2 * sp.pi * sp.exp(2) + sp.pi**2


def test_a_power_of_a_root_is_one_of_its_generator() -> None:
    [found, root], _ = in_one_field([sp.Integer(5) ** sp.Rational(3, 4), 5 ** sp.Rational(1, 4)])
    assert found == root**3
    field = RationalFunctions([X])
    with pytest.raises(InputError, match="not rational in"):
        field.element(sp.sqrt(X))
