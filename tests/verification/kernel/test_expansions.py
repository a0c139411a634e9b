"""What the lemma of an expansion supposes and says, read by hand."""

import pytest
import sympy as sp

from trajalign.theory.derivation.claims import Expansion, Step
from trajalign.theory.derivation.substitution import Equation
from trajalign.theory.models import PHI_SQUARED, R
from trajalign.verification.kernel.expansion_lemmas import expansion_lemma
from trajalign.verification.kernel.lemmas import Lemma
from trajalign.verification.kernel.translate import Untranslatable

p, q = sp.Symbol("p", real=True), sp.Symbol("q", positive=True)
s, zeta = sp.Symbol("s", real=True), sp.Symbol("zeta", real=True)
eps, eta = sp.Symbol("epsilon", positive=True), sp.Symbol("eta", positive=True)
f, chi = sp.Function("f"), sp.Function("chi")


def made(claim: Expansion, *equations: Equation) -> Lemma:
    return expansion_lemma("a/chapter", Step("a", "", claim), equations)


def texts(found: Lemma, kind: str) -> list[str]:
    return [h.text for h in found.statement.hypotheses if h.kind == kind]


def second(function: object, point: object) -> sp.Expr:
    z = sp.Symbol("z", real=True)
    return sp.Subs(sp.Derivative(function(z), (z, 2)), z, point)  # type: ignore[operator]  # SymPy: untyped


def test_a_lemma_as_a_whole() -> None:
    step = (s, p * (eps * f(p) + 1) / (eps + q))
    found = made(Expansion(s, p / q, eps, 1), step)
    assert found.main.says.split("\n") == [
        "forall (p q : R) (f s : R -> R),",
        "    (0 < q) ->",
        "    (forall epsilon, s epsilon = p * (epsilon * f p + 1) / (epsilon + q)) ->",
        "    bigO (at_right 0) 1 (fun epsilon => s epsilon - (p / q))",
    ]


def test_a_positive_variable_tends_to_0_from_above_and_another_from_both_sides() -> None:
    assert "at_right 0" in made(Expansion(1 / (1 + eps), 1 - eps, eps, 2)).main.says
    assert "locally' 0" in made(Expansion(1 / (1 + zeta), 1 - zeta, zeta, 2)).main.says


def test_what_depends_on_the_variable_is_a_function_of_it() -> None:
    found = made(Expansion(s, q, eps, 1), (s, q / (1 - eta**2)), (eta, sp.sqrt(eps)))
    assert texts(found, "function") == [
        "forall epsilon, s epsilon = q / (1 - eta epsilon ^ 2)",
        "forall epsilon, eta epsilon = sqrt epsilon",
    ]


def test_as_many_derivatives_as_are_taken_are_supposed() -> None:
    right = chi(p) + p * zeta * sp.Derivative(chi(p), p)
    found = made(Expansion(chi(p * (1 + zeta)), right, zeta, 2))
    assert texts(found, "smooth") == [
        "forall x, ex_derive chi x",
        "forall x, ex_derive (Derive chi) x",
    ]


def test_of_r_at_0_is_supposed_what_the_book_supposes() -> None:
    found = made(Expansion(R(p), 1 + second(R, 0) * p**2 / 2, p, 4))
    assert texts(found, "parity") == ["forall x, r (- x) = r x"]
    assert texts(found, "start") == ["r 0 = 1"]
    assert len(texts(found, "smooth")) == 4


def test_the_square_of_an_activation_is_known_by_its_derivative() -> None:
    found = made(Expansion(PHI_SQUARED(p), p**2, p, 4))
    assert texts(found, "function") == ["forall z, Derive w z = 2 * z * r z"]
    assert sorted(texts(found, "start")) == ["r 0 = 1", "w 0 = 0"]


def test_a_denominator_at_0_is_a_condition_and_one_that_is_1_there_is_not() -> None:
    assert made(Expansion(eps / (1 + eps), eps, eps, 2)).statement.side_conditions == ()
    conditions = made(Expansion(1 / (s + zeta), 1 / s, zeta, 1)).statement.side_conditions
    assert conditions == ("s <> 0",)


def test_a_symbol_that_is_placed_is_not_supposed_positive_and_neither_is_what_follows_it() -> None:
    claim = Expansion(s, q + zeta * q, zeta, 2, at=((eps, sp.S.Zero),))
    found = made(claim, (s, q * (1 + zeta) + eta), (eta, sp.sqrt(eps)))
    assert texts(found, "positive") == ["0 < q"]
    assert {"eta = sqrt epsilon", "epsilon = 0"} <= set(texts(found, "value"))


def test_a_twin_for_each_term_and_one_for_the_order() -> None:
    found = made(Expansion(1 / (1 + zeta), 1 - zeta, zeta, 2))
    goals = [" ".join(twin.says.split()) for twin in found.twins]
    assert goals == [
        "~ ( bigO (locally' 0) 2 (fun zeta => / (zeta + 1) - (- zeta - 1)))",
        "~ ( bigO (locally' 0) 2 (fun zeta => / (zeta + 1) - (zeta + 1)))",
        "~ ( bigO (locally' 0) 3 (fun zeta => / (zeta + 1) - (1 - zeta)))",
    ]


def test_no_twin_has_a_higher_order_where_that_holds() -> None:
    found = made(Expansion(1 / (1 + zeta**2), sp.S.One, zeta, 1))
    assert len(found.twins) == 1


@pytest.mark.parametrize(
    ("claim", "equations", "why"),
    [
        (Expansion(sp.tanh(zeta), zeta, zeta, 3), (), "tanh"),
        (Expansion(s, q, eps, 1), ((s, q + eps * eta), (eta, sp.sqrt(eps))), "root"),
        (
            Expansion(sp.Derivative(f(p), p), sp.S.One, p, 1),
            ((f(p), 1 / (1 + p)),),
            "derivative of a formula",
        ),
        (
            Expansion(s**2, q**2, eps, 1),
            ((s, q + eps * sp.Dummy("remainder", real=True)),),
            "another in the same variable",
        ),
        (Expansion(zeta / (1 - 1 / (1 + zeta)), sp.S.One, zeta, 1), (), ""),
    ],
)
def test_what_is_refused_says_why(
    claim: Expansion, equations: tuple[Equation, ...], why: str
) -> None:
    if not why:  # a quotient of what is 0 at 0 has its limit
        assert made(claim, *equations).witness is not None
        return
    with pytest.raises(Untranslatable, match=why):
        made(claim, *equations)
