"""Identities of rows, and what is none."""

import math

import pytest
import sympy as sp

from trajalign.verification.neighbours import exact
from trajalign.verification.neighbours.exact import identity

x, y = sp.symbols("x y", real=True)


def test_an_identity_is_zero_and_nothing_else_is() -> None:
    assert identity((x + y) * (x - y) - x**2 + y**2).value == 0
    assert identity((x + y) * (x - y) - x**2 + y**2 + sp.Rational(1, 10**30) * x).value > 0


def test_where_algebra_does_not_say_so_it_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exact, "vanishes_exactly", lambda e: None)
    assert math.isnan(identity(x - x + 0 * y + (x + 1) ** 2 - x**2 - 2 * x - 1).value)
