"""What Coq accepts of right and of wrong translations of expansions."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import sympy as sp
from coq_tools import needs_coq

from trajalign.theory.derivation.claims import Expansion, Step
from trajalign.theory.derivation.substitution import Equation
from trajalign.theory.models import R
from trajalign.verification.kernel import expansion_lemmas, expansion_proofs, formulas
from trajalign.verification.kernel.expansion_lemmas import expansion_lemma
from trajalign.verification.kernel.expansion_proofs import Proof
from trajalign.verification.kernel.expansions import Expanded
from trajalign.verification.kernel.lemmas import Lemma
from trajalign.verification.kernel.project import Chapter
from trajalign.verification.kernel.running import AXIOMS, Read, build_library, read

pytestmark = [needs_coq, pytest.mark.thorough]

p, q = sp.Symbol("p", real=True), sp.Symbol("q", positive=True)
s, zeta = sp.Symbol("s", real=True), sp.Symbol("zeta", real=True)
eps, eta = sp.Symbol("epsilon", positive=True), sp.Symbol("eta", positive=True)
z = sp.Symbol("z", real=True)
CURVATURE = sp.Subs(sp.Derivative(R(z), (z, 2)), z, 0)
chi = sp.Function("chi")

Claimed = tuple[Expansion, tuple[Equation, ...]]
RATIONAL = (Expansion(s, q + q * eps, eps, 2), ((s, q / (1 - eta**2)), (eta, sp.sqrt(eps))))
SERIES = (Expansion(R(p) ** 2, 1 + CURVATURE * p**2, p, 4), ())
LIMIT = (Expansion(p / sp.Derivative(R(p), p), 1 / CURVATURE, p, 2), ())
SHIFTED = (Expansion(chi(p + s * zeta), chi(p) + s * zeta * sp.diff(chi(p), p), zeta, 2), ())
POLE = (Expansion(2 / (eps * (q + eps)), 2 / (eps * q) - 2 / q**2, eps, 1), ())
QUOTIENT = (Expansion(1 / (s + zeta), 1 / s - zeta / s**2, zeta, 2), ())
ROOT = (Expansion(sp.sqrt(1 + zeta), 1 + zeta / 2, zeta, 2), ())
RIGHT = (RATIONAL, SERIES, LIMIT, SHIFTED, POLE, QUOTIENT, ROOT)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("coq")
    build_library(made)
    return made


def read_one(folder: Path, *found: Lemma) -> tuple[Read, ...]:
    return read(Chapter("a/chapter", "A chapter", found, ()), folder)


def made(claimed: Claimed, name: str = "step") -> Lemma:
    claim, equations = claimed
    return expansion_lemma("a/chapter", Step(name, "", claim), equations)


def test_right_translations_are_kernel_checked(folder: Path) -> None:
    lemmas = [made(claimed, f"step-{k}") for k, claimed in enumerate(RIGHT)]
    found = read_one(folder, *lemmas)
    assert [(one.lemma.step, one.refused) for one in found if not one.checked] == []
    assert all(one.axioms <= AXIOMS for one in found)
    # One for each term and one for the order; of LIMIT the next coefficient is 0 at the witness.
    assert [len(one.lemma.twins) for one in found] == [3, 3, 1, 3, 3, 3, 3]


# Wrong claims ------------------------------------------------------------------------------------


@pytest.mark.parametrize("claimed", RIGHT)
def test_a_higher_order_and_another_coefficient_are_refused(folder: Path, claimed: Claimed) -> None:
    claim, equations = claimed
    higher = made((replace(claim, order=claim.order + 1), equations), "higher")
    term = claim.variable ** (claim.order - 1) / 7
    other = made((replace(claim, right=claim.right + term), equations), "other")
    for one in read_one(folder, higher, other):
        assert (one.lemma.step, one.accepted) == (one.lemma.step, False)


# Wrong translations ------------------------------------------------------------------------------


def _no_conditions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Proof, "conditions", lambda self: ())


def _no_smoothness(monkeypatch: pytest.MonkeyPatch) -> None:
    right = Proof._needed
    monkeypatch.setattr(Proof, "_needed", lambda self: (h for h in right(self) if h[0] != "smooth"))


def _no_start(monkeypatch: pytest.MonkeyPatch) -> None:
    right = Proof._needed
    monkeypatch.setattr(Proof, "_needed", lambda self: (h for h in right(self) if h[0] != "start"))


def _one_symbol(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Expanded, "_dependent", lambda self, pairs: {})


def _contradiction(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Proof, "_placed", lambda self, symbol: False)


def _both_sides(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (expansion_lemmas, expansion_proofs):
        monkeypatch.setattr(module, "near", lambda variable: "(locally' 0)", raising=False)
    right = Expanded.text
    monkeypatch.setattr(
        Expanded, "text", lambda self, *a: right(self, *a).replace("(at_right 0)", "(locally' 0)")
    )


def _higher_order(monkeypatch: pytest.MonkeyPatch) -> None:
    right = Expanded.text
    monkeypatch.setattr(Expanded, "text", lambda self, e, n: right(self, e, n + 1))


def _lower_order(monkeypatch: pytest.MonkeyPatch) -> None:
    right = Expanded.text
    monkeypatch.setattr(Expanded, "text", lambda self, e, n: right(self, e, n - 1))


def _wrong_sign(monkeypatch: pytest.MonkeyPatch) -> None:
    right = Expanded.text

    def text(self: Expanded, e: sp.Expr, n: int) -> str:
        return re.sub(r" - \((.*)\)\)$", r" + (\1))", right(self, e, n))

    monkeypatch.setattr(Expanded, "text", text)


def _wrong_tree(monkeypatch: pytest.MonkeyPatch) -> None:
    right = formulas.Reader._power
    monkeypatch.setattr(
        formulas.Reader, "_power", lambda self, e, given: right(self, e * e.base, given)
    )


PLACED = (
    Expansion(s, q + zeta, zeta, 2, at=((eps, sp.S.Zero),)),
    ((s, q + zeta + eta), (eta, sp.sqrt(eps))),
)
PLANTED: dict[str, tuple[Callable[[pytest.MonkeyPatch], None], Claimed]] = {
    "a condition dropped": (_no_conditions, QUOTIENT),
    "differentiability dropped": (_no_smoothness, SHIFTED),
    "r(0) = 1 dropped": (_no_start, SERIES),
    "a symbol of the variable as a number": (_one_symbol, RATIONAL),
    "hypotheses that contradict one another": (_contradiction, PLACED),
    "both sides of 0 for a root": (_both_sides, RATIONAL),
    "an order too high": (_higher_order, SERIES),
    "a sign turned": (_wrong_sign, SERIES),
    "a tree of another formula": (_wrong_tree, SERIES),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_mistranslation_is_caught(
    name: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant, claimed = PLANTED[name]
    assert read_one(folder, made(claimed))[0].checked
    plant(monkeypatch)
    (found,) = read_one(folder, made(claimed))
    assert not found.checked


def test_an_order_too_low_is_caught_by_its_twin(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _lower_order(monkeypatch)
    (found,) = read_one(folder, made(SERIES))
    assert (found.accepted, found.checked) == (False, False)
