"""Every requirement on a response has its own error, which shows the offending value."""

import pytest

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
from trajalign.theory.requirements import require_curved

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
