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
f = sp.Function("f")


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


def test_a_limit_of_0_over_0_is_refused() -> None:
    z = sp.Symbol("z", real=True)
    at_zero = sp.Subs(sp.Derivative(R(z), (z, 2)), z, 0)
    with pytest.raises(Untranslatable, match="0/0"):
        statement(Step("a", "", Identity((at_zero, sp.Rational(-2, 3)))), ((R(z), sp.tanh(z) / z),))


def test_a_sign_has_its_factors_as_hypotheses() -> None:
    found = statement(Step("a", "", Sign((q * (q - 1),), ">", ((q - 1, ">"),))), ())
    assert found.goals == ("0 < q * (q - 1)",)
    assert texts(found, "sign") == ["0 < q - 1"]


def test_a_solution_is_the_only_one() -> None:
    found = statement(Step("a", "", Solution(s, p / q, q * s - p)), ())
    assert found.goals == ("s = p / q",)
    assert texts(found, "solved") == ["- p + s * q = 0"]
