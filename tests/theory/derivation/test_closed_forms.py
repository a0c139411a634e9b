import pytest
import sympy as sp

from trajalign.theory.derivation.closed_forms import abbreviated, arranged, in_letters, shortest
from trajalign.theory.derivation.latex import latex
from trajalign.theory.derivation.notation import ARCTAN, EXPONENTIAL, ROOT, TANH
from trajalign.theory.models import P

t = sp.tanh(P)


def spelled(e: sp.Expr) -> str:
    return latex(e).replace(r"\taP", "p")


def test_tanh_becomes_a_letter_and_the_denominator_begins_with_a_plus() -> None:
    letters, (form,) = abbreviated([-P * (t - 1) * (t + 1) * t**2 / (2 * (P * t**2 - P + t))])
    assert letters == ((TANH(P), t),)
    assert spelled(form) == r"\frac{p t^{2} (1 - t^{2})}{2 (t - p (1 - t^{2}))}"


def test_a_function_of_another_is_defined_after_it() -> None:
    angle = sp.atan(sp.tanh(P / 2))
    half = sp.tanh(P / 2)
    letters, _ = abbreviated([(angle + angle**2 * P + half) / (1 + angle**3 + half**2)])
    assert letters == ((TANH(P), half), (ARCTAN(P), sp.atan(TANH(P))))


def test_powers_of_one_exponential_are_powers_of_one_letter() -> None:
    e = sp.exp(-P)
    letters, (form,) = abbreviated([(1 + e) * (1 - e**2) / (P + e**3)])
    u = EXPONENTIAL(P)
    assert letters == ((u, e),)
    assert sp.expand(form - (1 + u) * (1 - u**2) / (P + u**3)) == 0


def test_exponentials_that_are_no_powers_of_each_other_keep_their_names() -> None:
    forms = [sp.exp(-P) + sp.exp(-(P**2)) + sp.exp(-P) ** 2]
    assert abbreviated(forms)[0] == ()


def test_a_square_root_becomes_a_letter() -> None:
    root = sp.sqrt(1 + P**2)
    letters, (form,) = abbreviated([1 / (root * (1 + P**2) + P**2)])
    assert letters == ((ROOT(P), root),)
    assert in_letters(root**3, letters) == ROOT(P) ** 3
    assert form.has(ROOT)


def test_what_stands_once_keeps_its_name() -> None:
    assert abbreviated([P / t]) == ((), (P / t,))


@pytest.mark.parametrize(
    "e",
    [
        (P**2 + 2) / (4 * (P**2 + 1) ** 2),
        -((t - P) ** 3) * (t - 1) ** 2 * (t + 1) / (P**3 * (3 * P * t**2 - P + t) ** 4),
        sp.Integer(5) / 64,
    ],
)
def test_an_arranged_form_is_equal_to_the_given_one(e: sp.Expr) -> None:
    letters, (form,) = abbreviated([e])
    assert sp.cancel(form.subs(dict(letters)) - e) == 0


def test_lowest_terms_come_first_and_positive() -> None:
    assert spelled(arranged((2 + P**2) / (-1 - P**2))) == r"-\frac{2 + p^{2}}{1 + p^{2}}"


@pytest.mark.parametrize(
    ("long", "short"),
    [
        (sp.sinh(P) / (P * sp.cosh(P)), sp.tanh(P) / P),
        ((1 / sp.sqrt(1 + P**2) - P**2 / (1 + P**2) ** sp.Rational(3, 2)), None),
        ((1 - sp.tanh(P) ** 2) * sp.tanh(P) / P, sp.tanh(P) / (P * sp.cosh(P) ** 2)),
    ],
)
def test_the_shortest_form(long: sp.Expr, short: sp.Expr | None) -> None:
    assert shortest(long) == (short or (1 + P**2) ** sp.Rational(-3, 2))
