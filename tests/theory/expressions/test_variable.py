"""Losses and activations written in a variable of any name."""

import pytest

from trajalign.theory.errors import ExpressionError
from trajalign.theory.expressions.parsing import Z, parse_expression
from trajalign.theory.expressions.variable import parse_in_one_variable
from trajalign.theory.responses import LOSSES, Activation, Loss


@pytest.mark.parametrize("name", ["u", "x", "Z", "theta", "x1", "i"])
@pytest.mark.parametrize("form", ["log(cosh({}))", "(1-{0}**2)**2/4", "½·{0}² + e"])
def test_the_variable_may_have_any_name(name, form):
    assert parse_in_one_variable(form.format(name)) == parse_expression(form.format("z"))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("x*y", "x, y"),
        ("z*u", "u, z"),
        ("log(cosh(x)) + z**2", "x, z"),
    ],
)
def test_two_names_are_refused_in_one_line(text, told):
    with pytest.raises(ExpressionError, match=f"has the names {told}; need one variable"):
        Loss.parse(text)


@pytest.mark.parametrize(
    "text", ["u", "tanhz*2", "log_cosh", "logcosh/2", "tanh", "np", "relu**2", "numpy.z", "lambda"]
)
def test_a_slip_is_not_taken_for_a_variable(text):
    with pytest.raises(ExpressionError):
        parse_in_one_variable(text, LOSSES)


def test_a_response_keeps_the_text_as_it_was_typed():
    loss, activation = Loss.parse("sqrt(1 + u**2)"), Activation.parse("tanh(x)")
    assert (loss.text, loss.expression) == ("sqrt(1 + u**2)", parse_expression("sqrt(1+z**2)"))
    assert activation.expression.free_symbols == {Z}
