"""Objectives from texts."""

import pytest
import sympy as sp

from trajalign.theory.edge.objective import MOST_PARAMETERS, Objective
from trajalign.theory.errors import InputError

X, Y = (sp.Symbol(name, real=True) for name in "xy")


def test_the_names_are_the_parameters_in_order() -> None:
    found = Objective.parse("y**2*x + 2*y")
    assert found.names == ("x", "y")
    assert found.gradient == (Y**2, 2 * X * Y + 2)


def test_an_order_of_ones_own() -> None:
    assert Objective.parse("x*y", ["y", "x"]).names == ("y", "x")


def test_constants_are_put_in() -> None:
    found = Objective.parse("a*x**2 + b", constants={"a": sp.Rational(1, 3), "b": sp.Integer(2)})
    assert found.expression == X**2 / 3 + 2
    assert found.names == ("x",)


@pytest.mark.parametrize(
    ("text", "names", "constants", "words"),
    [
        ("x*y", ["x", "y"], {"x": 1}, "x is a constant, so it cannot be a parameter too"),
        ("x*y", None, {"a": 1}, "the constant a does not occur"),
        ("x*y", ["x"], {}, "unknown name 'y'"),
        ("1 + 1", None, {}, "does not contain"),
        ("+".join(f"x{i}" for i in range(9)), None, {}, f"at most {MOST_PARAMETERS}"),
    ],
)
def test_what_is_refused(
    text: str, names: list[str] | None, constants: dict[str, int], words: str
) -> None:
    known = {name: sp.Integer(value) for name, value in constants.items()}
    with pytest.raises(InputError, match=words):
        Objective.parse(text, names, known)
