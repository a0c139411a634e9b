"""Coefficients of formulas, by hand and from tables."""

import pytest
import sympy as sp

from trajalign.verification.kernel.coefficients import Constant, Setting, Variable
from trajalign.verification.kernel.fields import Field
from trajalign.verification.kernel.formulas import Reader
from trajalign.verification.kernel.translate import Names

v, a, b = sp.Symbol("v", real=True), sp.Symbol("a", real=True), sp.Symbol("b", real=True)
f, g = sp.Function("f"), sp.Function("g")


def coefficients(e: sp.Expr, precision: int) -> tuple[int, list[sp.Expr]]:
    setting = Setting(Field(lambda e: e, lambda *_: None), Names())
    reader = Reader(setting, {g: (a, 1 / (1 - a))})
    node = reader.read(e, {v: Variable(setting)})
    return node.shift, [setting.field.written(c) for c in node.coefficients(precision)]


@pytest.mark.parametrize(
    ("formula", "precision", "expected"),
    [
        ((1 + v) ** 3, 4, (0, [1, 3, 3, 1])),
        (1 / (1 - 2 * v), 4, (0, [1, 2, 4, 8])),
        (sp.sqrt(1 + v), 4, (0, [1, sp.Rational(1, 2), -sp.Rational(1, 8), sp.Rational(1, 16)])),
        (a / (b + v), 2, (0, [a / b, -a / b**2])),
        (2 / (v * (1 + v)), 2, (1, [2, -2, 2])),  # 2/v - 2 + 2v
        (g(a * v), 3, (0, [1, a, a**2])),
        (g(g(v) - 1), 3, (0, [1, 1, 2])),  # v + v^2 + (v + v^2)^2
        (f(2 * v) * v, 2, (0, [0, f(0)])),
    ],
)
def test_coefficients(
    formula: sp.Expr, precision: int, expected: tuple[int, list[sp.Expr]]
) -> None:
    shift, found = coefficients(formula, precision)
    assert shift == expected[0]
    assert all(sp.simplify(x - y) == 0 for x, y in zip(found, expected[1], strict=True))


def test_derivatives_stand_for_themselves() -> None:
    _, found = coefficients(f(a + v), 3)
    assert found == [f(a), sp.Derivative(f(a), a), sp.Derivative(f(a), (a, 2)) / 2]


def test_what_begins_later_is_wanted_less_far() -> None:
    setting = Setting(Field(lambda e: e, lambda *_: None), Names())
    reader = Reader(setting, {})
    reader.read(v * f(a + v), {v: Variable(setting)}).coq(2)
    assert setting.derivatives == {f: 1}


def test_a_constant_is_written_as_the_page_writes_it() -> None:
    setting = Setting(Field(lambda e: e, lambda *_: None), Names())
    e = (a**2 - b**2) / (a - b)
    assert Constant(setting, e, setting.field.of(e)).coq(1) == (
        "Const 1 (Num ((a ^ 2 - b ^ 2) / (a - b)))"
    )
    assert setting.field.written(setting.field.of(e)) == a + b
