"""Every requirement on a response has its own error, which shows the offending value."""

import mpmath
import pytest
import sympy as sp

from trajalign.theory import (
    Activation,
    Loss,
    NoCurvatureError,
    NoExpansionError,
    NotEvenError,
    NotFiniteError,
    NotNormalisedError,
    SingleNeuron,
    TwoLayerLinear,
    bifurcation_diagram,
    curve_closed,
    curve_series,
    long_times,
    slow_curve,
)
from trajalign.theory.expressions.parsing import Z
from trajalign.theory.requirements import normalised, require_curved

FUNCTIONS = [
    slow_curve,
    long_times,
    bifurcation_diagram,
    lambda model: curve_series(model, 2),
    lambda model: curve_closed(model, 1),
]
NAMES = ["slow_curve", "long_times", "bifurcation_diagram", "curve_series", "curve_closed"]
LOSSES = [
    ("log(cosh(z)) + z**3/6", NotEvenError, "even"),  # r = … + z/2
    ("exp(z) - 1 - z", NotEvenError, "even"),
    ("2*log(cosh(z))", NotNormalisedError, "r(0) must be 1, but is 2"),
    ("z**4", NotNormalisedError, "r(0) must be 1, but is 0"),
    ("atan(z**2)/2", NoCurvatureError, "r''(0) = 0"),
    ("z**2/2", NoCurvatureError, "r''(0) = 0"),
    ("sqrt(1-z**2)", (NotFiniteError, NotNormalisedError), ""),  # ℓ''(0) = −1, and not real past 1
    ("1 - sqrt(1-z**2)", NotFiniteError, "not a finite real number at p = "),
    ("abs(z)", NoExpansionError, "sign(z)"),
    ("log(cosh(z)) + z/10", NoExpansionError, "pole"),
]


@pytest.mark.parametrize(("text", "error", "words"), LOSSES)
@pytest.mark.parametrize("function", FUNCTIONS, ids=NAMES)
def test_losses(function, text, error, words):
    with pytest.raises(error) as raised:
        function(TwoLayerLinear(Loss.parse(text)))
    message = str(raised.value)
    assert words in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("z/(1+abs(z))", NoExpansionError, "Abs(z)"),  # softsign's kink
        ("1 - exp(-z)", NotEvenError, "even"),
        ("tanh(2*z)", NotNormalisedError, "r(0) must be 1, but is 4"),
        ("z", NoCurvatureError, "r''(0) = 0"),
        ("cos(z)", NotNormalisedError, "r(0) must be 1, but is -1"),
    ],
)
@pytest.mark.parametrize("function", FUNCTIONS, ids=NAMES)
def test_activations(function, text, error, words):
    with pytest.raises(error) as raised:
        function(SingleNeuron(Activation.parse(text)))
    assert words in str(raised.value)


def test_a_response_that_decays_beyond_all_digits_is_no_objection() -> None:
    """r(56) of tanh(z + z³/10) is about e^−35000, which no precision tried tells from 0."""
    require_curved(Activation.parse("tanh(z + z**3/10)"))


# The multiple with the same descent --------------------------------------------------------------

MULTIPLES = [
    (Loss.parse("log(1+exp(z)) + log(1+exp(-z))"), sp.Rational(1, 2)),
    (Loss.parse("3*log(cosh(z))"), sp.Integer(3)),
    (Activation.parse("3*tanh(z)/2"), sp.Rational(9, 4)),
    (Activation.parse("sqrt(2)*erf(z)"), 8 / sp.pi),
]


def descended(response, eta: sp.Expr, steps: int = 20) -> list[tuple[mpmath.mpf, mpmath.mpf]]:
    """Gradient descent on ℓ(xy) or (y φ(x))²/2, by the chain rule from the response's own text."""
    slope = sp.lambdify(Z, sp.diff(response.expression, Z), "mpmath")
    value = sp.lambdify(Z, response.expression, "mpmath")
    x, y, size = mpmath.mpf("0.3"), mpmath.mpf("1.7"), mpmath.mpf(sp.N(eta, 40))
    found = []
    for _ in range(steps):
        if isinstance(response, Loss):
            by_x, by_y = slope(x * y) * y, slope(x * y) * x
        else:
            by_x, by_y = y**2 * value(x) * slope(x), y * value(x) ** 2
        x, y = x - size * by_x, y - size * by_y
        found.append((x, y))
    return found


@pytest.mark.parametrize(("response", "factor"), MULTIPLES)
def test_the_multiple_has_the_same_descent(response, factor) -> None:
    found = normalised(response)
    assert sp.simplify(found.factor - factor) == 0
    assert sp.simplify(found.response.response_series[0] - 1) == 0
    with mpmath.workdps(35):
        ours = descended(response, sp.Rational(1, 10))
        theirs = descended(found.response, found.factor / 10)
        off = descended(found.response, sp.Rational(1, 10))
        for (x, y), (u, v), _ in zip(ours, theirs, off, strict=True):
            assert abs(x - u) + abs(y - v) < mpmath.mpf(10) ** -28
        assert any(abs(x - u) > 1e-3 for (x, _), (u, _) in zip(ours, off, strict=True))


def test_what_is_normalised_is_left_alone() -> None:
    loss = Loss.parse("log-cosh")
    assert normalised(loss).response is loss


@pytest.mark.parametrize("text", ["-cosh(z)", "z**4"])
def test_where_no_multiple_is_normalised(text: str) -> None:
    with pytest.raises(NotNormalisedError, match="no multiple"):
        normalised(Loss.parse(text))
