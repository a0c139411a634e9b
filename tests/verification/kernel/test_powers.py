"""Roots in a lemma: what is supposed of them, and that a wrong one is refused."""

from pathlib import Path

import pytest
import sympy as sp
from coq_tools import needs_coq

from trajalign.theory.derivation.claims import Expansion, Identity, Step
from trajalign.theory.derivation.substitution import Equation
from trajalign.verification.kernel.calling import build_library
from trajalign.verification.kernel.chapter import Chapter
from trajalign.verification.kernel.expansion_lemmas import expansion_lemma
from trajalign.verification.kernel.lemmas import Lemma, lemma
from trajalign.verification.kernel.running import read

p, s = sp.Symbol("p", real=True), sp.Symbol("s", real=True)
q, eps = sp.Symbol("q", positive=True), sp.Symbol("epsilon", positive=True)
eta = sp.Symbol("eta", positive=True)
f = sp.Function("f")
third, half = sp.Rational(1, 3), sp.Rational(1, 2)
ETA = (eta, 2**third * eps ** (2 * third))
CUBED = (s, sp.sqrt(2) * eta ** (3 * half) * p)
AT_0 = ((eps, sp.S.Zero),)
ON_CURVE = (q, f(p) * (1 + eps * p))


def identity(
    left: sp.Expr, right: sp.Expr, *given: Equation, at: tuple[Equation, ...] = ()
) -> Lemma:
    claim = Identity((left, right), at=at)
    return lemma("a/chapter", Step(f"i{sp.count_ops(right)}", "", claim), given)


def expansion(left: sp.Expr, right: sp.Expr, *given: Equation, order: int = 2) -> Lemma:
    claim = Expansion(left, right, eps, order)
    name = f"e{sp.count_ops(left)}_{sp.count_ops(right)}_{order}"
    return expansion_lemma("a/chapter", Step(name, "", claim), given)


def texts(found: Lemma, kind: str) -> list[str]:
    return [h.text for h in found.statement.hypotheses if h.kind == kind]


def test_what_a_root_is_taken_of_is_a_side_condition() -> None:
    assert texts(identity(sp.sqrt(f(p)) ** 3, f(p) ** (3 * half)), "root") == ["0 <= f p"]
    assert texts(identity(s, sp.cbrt(f(p)), (s, sp.cbrt(f(p)))), "root") == ["0 < f p"]
    found = identity(s, 1 / sp.sqrt(f(p)), (s, 1 / sp.sqrt(f(p))))
    assert found.statement.side_conditions == ("0 < f p",)
    assert texts(identity(sp.sqrt(1 + p**2), s, (s, sp.sqrt(1 + p**2))), "root") == []


def test_a_root_of_0_is_0_and_not_what_coq_says_of_it() -> None:
    found = identity(q + eta, q, ETA, at=AT_0)
    assert texts(found, "value") == ["eta = 0"]
    assert texts(identity(q + eta, q, (eta, sp.sqrt(eps)), at=AT_0), "value") == [
        "eta = sqrt epsilon"
    ]


def test_an_expansion_supposes_that_it_takes_roots_of_what_is_positive() -> None:
    found = expansion(sp.sqrt(q), sp.sqrt(f(p)) * (1 + eps * p / 2), ON_CURVE)
    assert texts(found, "root") == ["0 < f p"]


def test_an_expansion_that_rests_on_another_supposes_that() -> None:
    rest = sp.Dummy("remainder", real=True)
    given: tuple[Equation, ...] = ((s, p * eps**2 + q * eps + rest * eps**3), (p, sp.S.Zero))
    found = expansion(s, q * eps, *given, order=3)
    assert texts(found, "expansion") == [
        "bigO (at_right 0) 3 (fun epsilon => s epsilon - (p * epsilon ^ 2 + epsilon * q))"
    ]


RIGHT = (
    identity(s, 2 * eps * p, ETA, CUBED),
    identity(s, 0 * p, ETA, CUBED, at=AT_0),
    identity(s, f(p) ** 2, (s, sp.sqrt(f(p)) ** 4 + 0 * p)),
    expansion(s, 2 * eps * p, ETA, CUBED),
    expansion(sp.sqrt(q), sp.sqrt(f(p)) * (1 + eps * p / 2), ON_CURVE),
    expansion(sp.cbrt(q), sp.cbrt(f(p)) * (1 + eps * p / 3), ON_CURVE),
    expansion(
        s,
        q * eps,
        (s, p * eps**2 + q * eps + sp.Dummy("remainder", real=True) * eps**3),
        (p, sp.S.Zero),
        order=3,
    ),
)
WRONG = (
    identity(s, 3 * eps * p, ETA, CUBED),
    expansion(s, 4 * eps * p, ETA, CUBED),
    expansion(sp.sqrt(q), sp.sqrt(f(p)) * (1 + eps * p), ON_CURVE),
    expansion(sp.cbrt(q), sp.cbrt(f(p)) * (1 + eps * p / 2), ON_CURVE),
)


@pytest.mark.thorough
@needs_coq
@pytest.mark.parametrize(("lemmas", "accepted"), [(RIGHT, True), (WRONG, False)])
def test_what_coq_makes_of_roots(lemmas: tuple[Lemma, ...], accepted: bool, tmp_path: Path) -> None:
    build_library(tmp_path)
    for found in lemmas:
        (one,) = read(Chapter("a/chapter", "A chapter", (found,), ()), tmp_path)
        assert one.accepted is accepted, (found.main.says, one.refused)
        assert one.checked is accepted, (found.main.says, one.refused, found.missing)
