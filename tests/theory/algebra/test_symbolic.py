"""Simplifiers that cannot fail: the answer is equal whatever a library does."""

import pytest
import sympy as sp

from trajalign.theory.algebra import symbolic
from trajalign.theory.errors import InputError

X = sp.Symbol("x")
E = (sp.tanh(X) ** 2 - 1) / (sp.tanh(X) - 1)
ERRORS = [
    *(sp.polys.polyerrors.HeuristicGCDFailed("no luck"), StopIteration(), RecursionError()),
    *(RuntimeError("generator raised StopIteration"), TypeError("cannot compile nan")),
    *(NotImplementedError(), sp.polys.polyerrors.PolynomialError(), KeyError("x")),
]


@pytest.mark.parametrize("error", ERRORS, ids=repr)
@pytest.mark.parametrize("name", ["cancel", "factor", "together", "simplify"])
def test_a_failing_library_leaves_an_equal_expression(
    name: str, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise error

    monkeypatch.setattr(sp, name, fails)
    safe = {"cancel": "cancelled", "factor": "factored", "together": "joined"}
    found = getattr(symbolic, safe.get(name, "simplified"))(E)
    assert abs(sp.N((found - E).subs(X, sp.Rational(2, 3)), 30)) < 1e-25
    if name in ("cancel", "factor"):
        assert found == sp.tanh(X) + 1


def test_an_answer_with_nan_is_none() -> None:
    assert symbolic.attempted(lambda e: sp.nan, X, otherwise=X) == X
    assert symbolic.attempted(lambda e: e + sp.zoo, X, otherwise=X) == X


def test_our_own_errors_and_interrupts_pass() -> None:
    for error in (InputError("ours"), KeyboardInterrupt()):

        def fails(e: object, error: BaseException = error) -> None:
            raise error

        with pytest.raises(type(error)):
            symbolic.attempted(fails, X, otherwise=X)


def test_rational_zeros_are_proved_and_nothing_else() -> None:
    assert symbolic.rationally_zero((X**3 - 1) / (X - 1) - X**2 - X - 1)
    assert not symbolic.rationally_zero(sp.sin(X) ** 2 + sp.cos(X) ** 2 - 1)  # not rationally
    assert not symbolic.rationally_zero(X / 10**40)
    assert not symbolic.rationally_zero(1 / (X - X + sp.sin(X) - sp.sin(X) + X) - 1)
