"""Expressions in parameters of any names."""

import pytest
import sympy as sp

from trajalign.theory.errors import ExpressionError
from trajalign.theory.expressions.parsing import Z, parameters_in, parse_expression

X, Y, W1 = (sp.Symbol(name, real=True) for name in ("x", "y", "w1"))


@pytest.mark.parametrize(
    ("text", "names", "expected"),
    [
        ("x*y", ("x", "y"), X * Y),
        ("½·(1 − x²·w1)**2", ("w1", "x"), (1 - X**2 * W1) ** 2 / 2),
        ("log(cosh(x*y)) + 0.25*x", ("x", "y"), sp.log(sp.cosh(X * Y)) + X / 4),
        ("np.tanh(w1)", ("w1",), sp.tanh(W1)),
        ("x + 0*y", ("x", "y"), X),
        ("z*x", ("x", "z"), Z * X),
    ],
)
def test_it_is_read(text: str, names: tuple[str, ...], expected: sp.Expr) -> None:
    assert parse_expression(text, names) == expected


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("log(cosh(x*y)) + pi*w1 - e", ("w1", "x", "y")),
        ("coshh(x)", ("x",)),  # what is called is meant as a function
        ("np.tanh(theta_1)", ("theta_1",)),
        ("3 + 4", ()),
        ("z**2/2", ("z",)),
    ],
)
def test_the_names_in_a_text(text: str, found: tuple[str, ...]) -> None:
    assert parameters_in(text) == found


@pytest.mark.parametrize(
    ("text", "names", "words"),
    [
        ("x*q", ("x", "y"), "unknown name 'q' at column 3; The parameters are x, y"),
        ("coshh(x)", ("x",), "did you mean cosh? The parameter is x,"),
        ("z*x", ("x",), "unknown name 'z'"),
        ("x - x", ("x",), "does not contain the parameter x, which cancels"),
        ("y - y", ("x", "y"), "does not contain the parameters x, y, which cancel"),
        ("7", ("x", "y"), "'7' does not contain the parameters x, y"),
        ("[x]", ("x",), "allowed are numbers, x, pi"),
        ("x*y", ("x", "e"), "e is a constant, so it cannot be a parameter"),
        ("x*y", ("x", "exp"), "exp is a function"),
        ("x*y", ("x", "lambda"), "lambda is a word of Python's"),
        ("x*y", ("x", "x"), "different names"),
        ("x*y", (), "different names"),
        ("x*y", ("x", "2y"), "'2y' is no name"),
        ("x*y", ("x", "y'"), "is no name"),
        ("__import__('os')", ("x",), "unknown name '__import__'"),
        ("x.real", ("x",), "unexpected '.'"),
        ("x**y", ("x", "y"), "rational constant as exponent"),
        ("1/(x - x)", ("x",), "is not finite"),
        ("sqrt(-1 - x + x)*x", ("x",), "not a real number"),
    ],
)
def test_it_is_refused_in_one_line(text: str, names: tuple[str, ...], words: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse_expression(text, names)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_word_of_python_is_no_parameter() -> None:
    with pytest.raises(ExpressionError, match="lambda is a word of Python's"):
        parameters_in("lambda*x")
