"""What a reader reads is what was checked: every printed formula is read back."""

from typing import Any

import pytest
import sympy as sp
from latex_reader import read, read_plain, symbols_of
from zoo import BY_NAME

from trajalign.theory.derivation.book import appendix
from trajalign.theory.derivation.latex import latex
from trajalign.theory.derivation.notation import H
from trajalign.theory.errors import InputError
from trajalign.theory.models import EPSILON, ETA, P, Q, R
from trajalign.theory.responses import Loss, Response
from trajalign.theory.writing.plain_math import plain_math
from trajalign.verification.derivations.points import compare

r = R(P)
SLOW = [
    pytest.param(name, marks=pytest.mark.thorough)
    for name in ("atan", "pseudo-huber", "erf", "algebraic")
]


def readable(e: Any) -> bool:
    """Whether the reader can read it: no matrices, integrals, d/dp or ∂/∂x."""
    if isinstance(e, sp.MatrixBase | sp.MatrixExpr) or e.atoms(sp.MatrixSymbol, sp.Integral):
        return False
    return not any(sign in latex(e) for sign in (r"\mathrm{d}", r"\partial"))


def same(a: sp.Expr, b: sp.Expr, kind: type[Response]) -> bool:
    a, b = a.doit(), b.doit()
    if sp.expand(a - b) == 0:
        return True
    try:
        compare(a, b, kind)
    except InputError:
        return False
    return True


@pytest.mark.parametrize("name", ["log-cosh", "tanh", *SLOW])
def test_every_formula_of_the_appendix_reads_as_it_was_checked(name: str) -> None:
    model = BY_NAME[name].model
    count = 0
    for derivation in appendix(model, 2).derivations:
        for step in derivation.steps:
            for side in filter(readable, step.claim.sides):
                shown = latex(side)
                assert same(read(shown, symbols_of(side)), side, model.kind), shown
                plain = plain_math(shown)
                if "|" not in plain:  # which does not say where it begins and ends
                    assert same(read_plain(plain, symbols_of(side)), side, model.kind), plain
                count += 1
    assert count > 250


@pytest.mark.parametrize(
    ("e", "shown"),
    [
        (sp.exp((1 + P) / Q), r"e^{1 + \taP/\taQ}"),
        (1 / (1 + (1 + P) / Q), r"\frac{1}{1 + 1 + \taP/\taQ}"),
        (1 / (2 * r), r"1/2 \taR"),
        (R(1 + P), r"\taR (1 + \taP)"),
        (H[1](P) ** 2, r"\taH_{1}^{3}"),
        (ETA - EPSILON, r"\taEps - \taEta"),
        (sp.diff(r, P, 2), r"\taR'"),
    ],
)
def test_a_formula_that_reads_otherwise_is_seen(e: sp.Expr, shown: str) -> None:
    assert same(read(latex(e), symbols_of(e)), e, Loss)
    assert not same(read(shown, symbols_of(e)), e, Loss)


@pytest.mark.parametrize(
    ("e", "shown"),
    [
        (1 / (2 * r), "1/2 r"),
        ((1 + P) / Q, "1 + p/q"),
        (sp.sqrt(1 + P**2), "√1 + p²"),
        (sp.exp(-2 * P), "e^(−2)p"),
        (H[1](P) ** 2, "h₁"),
    ],
)
def test_plain_text_that_reads_otherwise_is_seen(e: sp.Expr, shown: str) -> None:
    assert same(read_plain(plain_math(latex(e)), symbols_of(e)), e, Loss)
    assert not same(read_plain(shown, symbols_of(e)), e, Loss)
