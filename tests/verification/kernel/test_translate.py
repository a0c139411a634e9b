"""Terms of Coq by hand."""

import pytest
import sympy as sp

from trajalign.verification.kernel.translate import Names, Untranslatable, term

p, q, e = sp.Symbol("p", real=True), sp.Symbol("q", positive=True), sp.Symbol("e", positive=True)
r = sp.Function("r")


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (p - q, "p - q"),
        (-p, "- p"),
        (-p / q, "- (p / q)"),
        (p / (2 * q**2), "p / (2 * q ^ 2)"),
        (sp.Rational(-1, 3), "- (1 / 3)"),
        ((p + 1) ** 3, "(p + 1) ^ 3"),
        ((-p) ** 3, "- p ^ 3"),
        (1 / q, "/ q"),
        (sp.sqrt(e) / q, "sqrt e / q"),
        (r(-p), "r (- p)"),
        (r(p).diff(p, 2), "Derive (Derive r) p"),
        (sp.Derivative(p * r(p), p), "Derive (fun p => p * r p) p"),
        (sp.Subs(sp.Derivative(r(p), p), p, 0), "Derive r 0"),
        (sp.log(q), "ln q"),
        (e ** sp.Rational(2, 3) / q, "(Rpower e (1 / 3)) ^ 2 / q"),
        (sp.Integral(1 / p, (p, q, e)), "RInt (fun p => / p) q e"),
    ],
)
def test_a_term_says_the_same_in_coq(expression: sp.Expr, text: str) -> None:
    names = Names()
    found = term(expression, names)
    assert found == text


def test_a_word_of_coq_is_no_variable() -> None:
    assert term(sp.Symbol("S", positive=True) + sp.Symbol("R", real=True), Names()) == "R_ + S_"


def test_two_symbols_of_one_name_stay_two() -> None:
    first, second = sp.Symbol("x", real=True), sp.Symbol("x", positive=True)
    names = Names()
    assert {names.real(first), names.real(second)} == {"x", "x_2"}


@pytest.mark.parametrize("expression", [p**q, sp.erf(p), sp.Pow(p, sp.Rational(1, 3))])
def test_what_coq_lacks_is_refused(expression: sp.Expr) -> None:
    with pytest.raises(Untranslatable):
        term(expression, Names())
