"""Roots by proved changes of sign: against closed forms and mpmath."""

import pytest
import sympy as sp
from mpmath import mp

from trajalign.theory.algebra.bracketing import narrowed

X = sp.Symbol("x")
H = sp.Rational(1, 10**26)
CASES = [
    (X**2 - 2, (1, 2), lambda: mp.sqrt(2)),
    (X - sp.Rational(1, 2), (0, 1), lambda: mp.mpf(1) / 2),  # hit exactly
    (
        sp.tanh(X) / X - sp.Rational(1, 3),
        (1, 8),
        lambda: mp.findroot(lambda x: 3 * mp.tanh(x) - x, 3),
    ),
    ((X - 1) ** 5, (0, 3), lambda: mp.mpf(1)),
    (sp.tanh(10**9 * (X - 1)), (0, 3), lambda: mp.mpf(1)),
    (
        (sp.log(sp.cosh(X + H)) - sp.log(sp.cosh(X - H))) / (2 * H) - sp.tanh(1),
        (0, 3),
        lambda: mp.mpf(1),
    ),
]


@pytest.mark.parametrize(("equation", "ends", "root"), CASES, ids=[str(c[0])[:30] for c in CASES])
@pytest.mark.parametrize("digits", [5, 40])
def test_roots(equation: sp.Expr, ends: tuple[int, int], root, digits: int) -> None:  # type: ignore[no-untyped-def]
    low, high = narrowed(equation, X, (sp.Integer(ends[0]), sp.Integer(ends[1])), digits)
    assert high - low <= abs(high) / sp.Integer(10) ** digits
    with mp.workdps(digits + 20):
        found = [mp.mpf(int(end.p)) / int(end.q) for end in (low, high)]
        # The difference quotient is not quite the slope: its root is 1 + O(H²).
        assert found[0] - mp.mpf(10) ** -40 <= root() <= found[1] + mp.mpf(10) ** -40


def test_no_change_of_sign_is_told() -> None:
    with pytest.raises(ArithmeticError, match="does not change its sign"):
        narrowed(X**2 + 1, X, (sp.Integer(-1), sp.Integer(2)), 10)


def test_numbers_stay_short_and_steps_few(monkeypatch: pytest.MonkeyPatch) -> None:
    from trajalign.theory.algebra import bracketing

    asked = []
    value = bracketing._value
    monkeypatch.setattr(bracketing, "_value", lambda *a: asked.append(a[2]) or value(*a))
    narrowed(sp.exp(X) - 3, X, (sp.Integer(0), sp.Integer(4)), 200)
    assert len(asked) < 60  # halving would take 664
    assert max(int(x.q).bit_length() for x in asked) < 900
