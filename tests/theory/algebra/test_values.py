"""Values of constants and signs: against mpmath, where SymPy's strict evalf says 0."""

import pytest
import sympy as sp
from mpmath import mp

from trajalign.theory.algebra.constants import is_zero
from trajalign.theory.algebra.values import accurate, decimal, number
from trajalign.theory.errors import NotFiniteError, UnresolvedError
from trajalign.theory.models import P
from trajalign.theory.requirements import sign_at, told_sign, value_at


@pytest.mark.parametrize("p", [30, 70, 500, 5000])
def test_log_of_almost_one_is_not_zero(p: int) -> None:
    e = sp.log(1 + sp.exp(-P))
    with mp.workdps(6000):
        expected = mp.log1p(mp.exp(-p))
        assert abs(mp.mpf(str(value_at(e, sp.Integer(p)))) / expected - 1) < 1e-18
    assert sign_at(e, sp.Integer(p)) == 1
    assert sign_at(-e, sp.Integer(p)) == -1
    assert not is_zero(e.subs(P, p))


def test_zero_is_a_value_only_where_it_is_proved() -> None:
    hidden = sp.cosh(P) ** 2 - sp.sinh(P) ** 2 - 1
    assert value_at(hidden, sp.Integer(1)) == 0
    assert sign_at(hidden + sp.exp(-2000), sp.Integer(1)) == 1
    # Euler's identity, which no normal form and no short simplification shows
    euler = sum(sp.atan(sp.Rational(1, n)) for n in (2, 3)) - sp.atan(1)
    nested = (
        sum((sp.Rational(1, k) * euler for k in range(2, 40)), sp.S.Zero)
        + sp.sin(P) ** 2
        - sp.sin(1) ** 2
    )
    for ask in (value_at, sign_at):
        with pytest.raises(UnresolvedError, match=r"told|decided"):
            ask(nested, sp.Integer(1))
    assert told_sign(nested, sp.Integer(1)) == 0
    assert told_sign(nested + sp.exp(-100), sp.Integer(1)) == 1


@pytest.mark.parametrize("e", [sp.sqrt(-1 - P), sp.log(P - 3), 1 / (P - 1), sp.I * P])
def test_what_is_not_real_has_no_value(e: sp.Expr) -> None:
    with pytest.raises(NotFiniteError):
        value_at(e, sp.Integer(1))


def test_digits_are_those_of_mpmath() -> None:
    with mp.workdps(120):
        for e, expected in (
            (sp.sqrt(2) ** 3 / 7, mp.sqrt(2) ** 3 / 7),
            (sp.Rational(5, 3) ** sp.Rational(2, 7), (mp.mpf(5) / 3) ** (mp.mpf(2) / 7)),
            (sp.erfc(12), mp.erfc(12)),
            (sp.acosh(2) - sp.E, mp.acosh(2) - mp.e),
        ):
            assert abs(mp.mpf(str(number(e, 100))) / expected - 1) < mp.mpf(10) ** -98
    assert number(sp.sin(1) ** 2 + sp.cos(1) ** 2 - 1, 20) == 0
    assert decimal(accurate(sp.Integer(0), {}, 10), 20) == 0
