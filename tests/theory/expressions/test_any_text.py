"""Any text, random or slow for SymPy, is refused or an expression of z."""

import time

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from trajalign.theory.errors import ExpressionError
from trajalign.theory.expressions.parsing import Z, parse_expression
from trajalign.theory.functions.typed import FUNCTIONS


def check_is_refused_or_an_expression_of_z(text):
    try:
        result = parse_expression(text)
    except ExpressionError as error:
        message = str(error)
    else:
        assert isinstance(result, sp.Expr)
        assert result.free_symbols == {Z}
        return
    assert len(message) < 300
    assert message.isprintable()


@pytest.mark.parametrize(
    "text",
    [
        "abs(cos((1e-50 + tan(12345678901234567890) - acos(z/e))**64)) + 1",
        "sqrt(tan(z + (z - acos(z) - 2)**64)**2)",
        "tanh((2 + cos(z**32) - 3*(z + 12345678901234567890)/(2 + 1/(z - pi))**32))**(1/2)",
        "cosh(tanh(log(atan(2*z) - atanh(0.5 + z))**64))",
        "exp(log(2*z)/1e50)",
        "((1e50)**(1/3)*z*(12345678901234567890123456789 - 1e-50))**(63/64)",
        "z*cosh(exp(-(3 + pi)**64))",
        "exp(2*z*erf(z + 1e50*log(2)))",
        "((1e30 + 2)**(63/64) + z)**(63/64)",
        "cos(pi/2**64/2**64)*z",
        "(" + "*".join(f"(z + 1/{k})" for k in range(2, 30)) + ")**64",
    ],
)
def test_texts_on_which_sympy_alone_is_slow_are_answered_in_a_second(text):
    start = time.perf_counter()
    check_is_refused_or_an_expression_of_z(text)
    assert time.perf_counter() - start < 1


@settings(deadline=None, max_examples=300)
@given(st.text(max_size=60) | st.text("z0123456789.eE+-*/() sqrtlogexp", max_size=40))
def test_any_text_is_refused_or_an_expression_of_z(text):
    check_is_refused_or_an_expression_of_z(text)


TOKENS = [
    *"zzz",
    *"+-*/()",
    "**",
    "//",
    *sorted(FUNCTIONS),
    "sqrt(",
    "exp(",
    "pi",
    "e",
    "1",
    "2",
    "0.5",
]
TOKENS += [
    "1e50",
    "1e-50",
    "64",
    "1e999",
    ",",
    " ",
    ".",
    "lambda",
    "if",
    "'",
    "[",
    "\n",
    "z**2",
    "=",
    "_",
]


@settings(deadline=None, max_examples=400)
@given(st.lists(st.sampled_from(TOKENS), max_size=30).map("".join))
def test_any_tokens_are_refused_or_an_expression_of_z(text):
    check_is_refused_or_an_expression_of_z(text)
