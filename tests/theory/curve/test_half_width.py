"""The slow curve in half-widths: its map, and its parts against exact power series."""

from dataclasses import dataclass
from fractions import Fraction

import hypothesis.strategies as st
import pytest
import sympy as sp
from hypothesis import given

from trajalign.theory.curve.half_width import Cycles, Split, diagonal_origin
from trajalign.theory.curve.series import curve_series
from trajalign.theory.errors import ReducedMapError
from trajalign.theory.models import EPSILON, ETA, P, Product, Q, R, SingleNeuron, TwoLayerLinear
from trajalign.theory.models.base import ReducedModel

ZHU = Product("(1-z**2)**2/4", minimum=1)
LENGTH = 9


@pytest.mark.parametrize("target", [0, 1, sp.Rational(-3, 2)])
def test_the_origin_is_the_output_at_the_minimum(target) -> None:
    assert diagonal_origin(Product("log-cosh", target=target)) == target
    assert diagonal_origin(Product("(1-z**2)**2/4", minimum=-1, target=target)) == target - 1


def test_an_irrational_minimum_is_one_too() -> None:
    found = diagonal_origin(Product("log(1+exp(z)) - 4*z/5", target=1))
    assert sp.simplify(found - 1 - sp.log(4)) == 0


def test_the_map_of_an_even_loss_has_the_form_with_no_target() -> None:
    assert diagonal_origin(TwoLayerLinear("log-cosh")) == 0


@pytest.mark.parametrize("model", [SingleNeuron("tanh")])
def test_another_map_has_not(model) -> None:
    with pytest.raises(ReducedMapError, match="not that of a two-layer linear network"):
        diagonal_origin(model)


@pytest.mark.parametrize("part", ["p_next", "q_next"])
def test_a_map_with_a_sign_turned_has_not(part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    true = Product("log-cosh", target=1).generic()
    parts = {"p_next": true.p_next, "q_next": true.q_next}
    g = P * R(P)
    wrong = {
        "p_next": true.p_next - 2 * ETA**2 * g**2 * (1 + P),
        "q_next": Q / (1 + 2 * ETA**2 * Q * g * (1 + P) + ETA**2 * g**2),
    }

    @dataclass(frozen=True)
    class Wrong(Product):
        def generic(self) -> ReducedModel:
            found = super().generic()
            names = {"p_next": found.p_next, "q_next": found.q_next, part: wrong[part]}
            return type(found)(**{**found.__dict__, **names})

    assert sp.simplify(parts[part] - wrong[part]) != 0
    with pytest.raises(ReducedMapError):
        diagonal_origin(Wrong("log-cosh", target=1))
    assert EPSILON != ETA


fractions = st.fractions(-3, 3, max_denominator=7)


@given(fractions, fractions, fractions, fractions)
def test_splits_multiply_as_numbers_do(a: Fraction, b: Fraction, c: Fraction, d: Fraction) -> None:
    root = Fraction(3, 2)  # s, with s² = x

    def value(e: Split) -> Fraction:
        return e.even + root * e.odd

    one, other = Split(a, b, root**2), Split(c, d, root**2)
    assert value(one * other) == value(one) * value(other)
    assert value(one + other) == value(one) + value(other)
    assert value(one - other) == value(one) - value(other)
    assert value(one.half) * 2 == value(one)
    if value(one) and a != root * b:
        assert value(one.inverse) * value(one) == 1


class Power:
    """A power series in x with rational coefficients."""

    def __init__(self, *terms: sp.Expr) -> None:
        self.terms = [*map(sp.Rational, terms), *[sp.S.Zero] * LENGTH][:LENGTH]

    def __add__(self, other):
        if not isinstance(other, Power):
            other = Power(other)
        return Power(*(a + b for a, b in zip(self.terms, other.terms, strict=True)))

    __radd__ = __add__

    def __neg__(self):
        return Power(*(-a for a in self.terms))

    def __sub__(self, other):
        return self + -other

    def __mul__(self, other):
        if not isinstance(other, Power):
            other = Power(other)
        a, b = self.terms, other.terms
        return Power(*(sum(a[i] * b[n - i] for i in range(n + 1)) for n in range(LENGTH)))

    __rmul__ = __mul__

    def __truediv__(self, other):
        if not isinstance(other, Power):
            return Power(*(a / other for a in self.terms))
        found = []
        for n in range(LENGTH):
            known = sum(found[i] * other.terms[n - i] for i in range(n))
            found.append((self.terms[n] - known) / other.terms[0])
        return Power(*found)

    def __rtruediv__(self, other):
        return Power(other) / self


def derived(a: Power, k: int) -> Power:
    return Power(*(sp.binomial(i + k, k) * a.terms[i + k] for i in range(LENGTH - k)))


def test_its_parts_are_the_exact_series_of_the_curve_in_q() -> None:
    """Zhu's c = √(1 − 3x) − 1 and R = 1 − 4x, by hand; h_1 and h_2 in p from another recursion."""
    x, w, z = sp.symbols("x w z")
    expanded = sp.series(sp.sqrt(1 - 3 * x) - 1, x, 0, LENGTH).removeO()
    centre = [expanded.coeff(x, k) for k in range(LENGTH)]
    cycles = Cycles(Power(0, 1), Power(1, -4), Power(*centre), sp.S.One, derived, Power(0))
    known = curve_series(ZHU, 2, 6).h
    order = min(map(len, known)) - 1  # in w, to which the two are compared
    assert order >= 4
    p = w + sum(c * w ** (2 * k) for k, c in enumerate(centre))
    height = ((1 - 4 * w**2) * (1 + p)) ** 2  # F = Q₀²f²
    in_q = [sum(c * z**n for n, c in enumerate(terms)).subs(z, p) for terms in known]
    expected = [
        in_q[0] + height / 2,
        in_q[1] + sp.Rational(3, 2) * in_q[0] * height + sp.Rational(3, 8) * height**2,
    ]
    for (even, odd), h in zip(cycles.curve(2), expected, strict=True):
        found = sum(c * w ** (2 * k) for k, c in enumerate(even.terms[:4]))
        found += sum(c * w ** (2 * k + 3) for k, c in enumerate(odd.terms[:3]))
        for k in range(order + 1):
            assert sp.expand(h).coeff(w, k) == sp.expand(found).coeff(w, k)
        assert sp.expand(h).coeff(w, 1) == 0  # the curve in q̃ has slope 0
