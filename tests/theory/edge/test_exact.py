"""Exact coefficients against those worked out by hand."""

import pytest
import sympy as sp
from edge_cases import CASES, Case

from trajalign.theory.edge.exact import exact_flip
from trajalign.theory.edge.objective import Objective
from trajalign.theory.errors import InputError


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.text)
def test_it_is_what_was_worked_out_by_hand(case: Case) -> None:
    found = exact_flip(Objective.parse(case.text), case.at)
    assert (found.eta, found.c, found.kappa) == (case.eta, case.c, case.kappa)


@pytest.mark.parametrize(
    ("text", "at", "words"),
    [
        ("(x*y - 1)**2", {"x": 1, "y": 4}, "the gradient is not 0"),
        ("x**2 + y**2", {"x": 0, "y": 0}, "the two largest eigenvalues agree"),
        ("-x**2 - 2*y**2", {"x": 0, "y": 0}, "positive rational number"),
        ("x**2 + x*y + 2*y**2", {"x": 0, "y": 0}, "positive rational number"),  # √2 in it
        ("exp(1)*x**2 + y**2", {"x": 0, "y": 0}, "is not a rational number"),
    ],
)
def test_what_is_not_rational_is_refused(text: str, at: dict[str, int], words: str) -> None:
    point = {name: sp.Integer(value) for name, value in at.items()}
    with pytest.raises(InputError, match=words):
        exact_flip(Objective.parse(text), point)


def test_c_0_has_no_kappa() -> None:
    found = exact_flip(Objective.parse("x**2*y**2/2"), {"x": sp.S.Zero, "y": sp.Integer(4)})
    with pytest.raises(ZeroDivisionError, match="c = 0"):
        _ = found.kappa
