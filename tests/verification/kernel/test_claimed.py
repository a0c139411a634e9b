"""What a lemma supposes and says, read by hand."""

import pytest
import sympy as sp

from trajalign.theory.derivation.claims import Identity, Sign, Solution, Step
from trajalign.theory.models import R
from trajalign.verification.kernel.claimed import statement
from trajalign.verification.kernel.statements import Statement
from trajalign.verification.kernel.translate import Untranslatable

p, q = sp.Symbol("p", real=True), sp.Symbol("q", positive=True)
s, eps = sp.Symbol("s", real=True), sp.Symbol("epsilon", positive=True)
f, z = sp.Function("f"), sp.Symbol("z", real=True)


def texts(found: Statement, kind: str) -> list[str]:
    return [h.text for h in found.hypotheses if h.kind == kind]


def test_every_denominator_is_a_hypothesis() -> None:
    found = statement(Step("a", "", Identity((p / (p - 1), 1 + 1 / (p - 1)))), ())
    assert found.side_conditions == ("p - 1 <> 0",)


def test_a_symbol_that_is_placed_is_not_supposed_positive_too() -> None:
    eta = sp.Symbol("eta", positive=True)
    claim = Identity((s + eta, s), at=((eps, sp.S.Zero),))
    found = statement(Step("a", "", claim), ((eta, sp.sqrt(eps)),))
    assert texts(found, "positive") == []
    assert texts(found, "place") == ["epsilon = 0"]


def test_a_symbol_that_depends_on_the_variable_is_put_in_before_the_derivative() -> None:
    claim = Identity((sp.Derivative(s, p), 2 * p))
    found = statement(Step("a", "", claim), ((s, p**2),))
    assert found.goals == ("Derive (fun p => p ^ 2) p = 2 * p",)


def test_a_function_is_given_everywhere_where_its_derivative_is_taken() -> None:
    claim = Identity((sp.Derivative(f(p), p), R(p) + p * sp.Derivative(R(p), p)))
    found = statement(Step("a", "", claim), ((f(p), p * R(p)),))
    assert texts(found, "function") == ["forall p, f p = p * r p"]
    assert texts(found, "smooth") == ["forall x, ex_derive r x"]
    at_a_place = statement(Step("a", "", Identity((f(p), R(p) * p))), ((f(p), p * R(p)),))
    assert texts(at_a_place, "value") == ["f p = p * r p"]


def test_parity_is_supposed_where_it_is_used() -> None:
    assert texts(statement(Step("a", "", Identity((R(-p), R(p)))), ()), "parity") == [
        "forall x, r (- x) = r x"
    ]
    assert not texts(statement(Step("a", "", Identity((R(p) + 1, 1 + R(p) + 0))), ()), "parity")


def test_another_limit_of_0_over_0_is_refused() -> None:
    slope = sp.Subs(sp.Derivative(R(z), z), z, 0)
    for asked in (slope, R(0)):
        with pytest.raises(Untranslatable, match="0/0"):
            statement(Step("a", "", Identity((asked, sp.S.One))), ((R(z), sp.tanh(z) / z),))


def test_a_sign_has_its_factors_as_hypotheses() -> None:
    found = statement(Step("a", "", Sign((q * (q - 1),), ">", ((q - 1, ">"),))), ())
    assert found.goals == ("0 < q * (q - 1)",)
    assert texts(found, "sign") == ["0 < q - 1"]


def test_a_solution_is_the_only_one() -> None:
    found = statement(Step("a", "", Solution(s, p / q, q * s - p)), ())
    assert found.goals == ("s = p / q",)
    assert texts(found, "solved") == ["- p + s * q = 0"]


AT_ZERO = sp.Subs(sp.Derivative(R(z), (z, 2)), z, 0)


def test_a_limit_of_0_over_0_is_a_function_elsewhere_and_its_limit() -> None:
    step = Step("a", "", Identity((AT_ZERO, sp.Rational(-2, 3))))
    found = statement(step, ((R(z), sp.tanh(z) / z),))
    assert texts(found, "removable") == ["forall z, z <> 0 -> r z = tanh z / z"]
    assert texts(found, "limit") == ["r 0 = 1"]
    assert found.goals == ("Derive (Derive r) 0 = - (2 / 3)",)


def test_an_integral_is_differentiated_at_its_end_where_it_exists_and_is_continuous() -> None:
    a, pace = sp.Symbol("a", positive=True), sp.Function("pace")
    integral = sp.Integral(1 / (p * pace(p)), (p, q, a))
    found = statement(
        Step("a", "", Identity((a * f(a).diff(a) * pace(a), sp.S.One))), ((f(a), integral),)
    )
    integrand = "(fun p => 1 / (p * pace p))"
    assert texts(found, "integrable") == [f"locally a (fun a => ex_RInt {integrand} q a)"]
    assert texts(found, "continuous") == [f"continuous {integrand} a"]
    assert found.side_conditions == ("pace a <> 0",)


def test_the_variable_of_an_integral_is_no_variable_of_the_lemma() -> None:
    integral = sp.Integral(s / (2 * p), (p, q, eps))
    found = statement(Step("a", "", Identity((integral, s * (sp.log(eps) - sp.log(q)) / 2))), ())
    assert found.side_conditions == ()
