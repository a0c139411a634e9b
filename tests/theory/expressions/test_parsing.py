"""What a text may be, and what it means."""

import math

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mp

from trajalign.theory.errors import ExpressionError
from trajalign.theory.expressions.parsing import Z, parse_expression, parse_rational
from trajalign.theory.functions.typed import FUNCTIONS, SPELLINGS

NAMES = "abs acos acosh asin asinh atan atanh cos cosh erf erfc erfi exp log sin sinh sqrt tan tanh"


@pytest.mark.parametrize(
    ("text", "numerator", "denominator"),
    [
        ("0.05", 1, 20),
        ("1/20", 1, 20),
        ("5e-2", 1, 20),
        ("5E-2", 1, 20),
        (" 1 / 20 ", 1, 20),
        ("−3/7", -3, 7),
        ("½", 1, 2),
        ("3⁄4", 3, 4),
        (".5", 1, 2),
        ("2.", 2, 1),
        ("+3", 3, 1),
        ("-3/7", -3, 7),
        ("0", 0, 1),
        ("1e50", 10**50, 1),
        ("0.1", 1, 10),  # not the double nearest to it
        ("0.1/0.3", 1, 3),
    ],
)
def test_numbers_are_exact(text, numerator, denominator):
    value = parse_rational(text)
    assert value == sp.Rational(numerator, denominator)
    assert value.is_Rational
    assert parse_expression(f"z + ({text})") == Z + sp.Rational(numerator, denominator)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("z", Z),
        ("log(cosh(z))", sp.log(sp.cosh(Z))),
        ("sqrt(1+z**2)", sp.sqrt(1 + Z**2)),
        ("sqrt(1 + z**2) - 1", sp.sqrt(1 + Z**2) - 1),
        ("z*atan(z) - log(1+z**2)/2", Z * sp.atan(Z) - sp.log(1 + Z**2) / 2),
        ("log(1 + exp(z)) - z/2", sp.log(1 + sp.exp(Z)) - Z / 2),
        ("z*tanh(log(1 + exp(z)))", Z * sp.tanh(sp.log(1 + sp.exp(Z)))),
        ("z*(1 + erf(z/sqrt(2)))/2", Z * (1 + sp.erf(Z / sp.sqrt(2))) / 2),
        ("0.5*z**2", Z**2 / 2),
        ("(1 + z**4)**(1/4)", (1 + Z**4) ** sp.Rational(1, 4)),
        ("z**(-3/2)", Z ** sp.Rational(-3, 2)),
        ("abs(z)", sp.Abs(Z)),
        ("sin(pi*z) + e*z + E", sp.sin(sp.pi * Z) + sp.E * Z + sp.E),
        ("1/(1 + exp(-z))", 1 / (1 + sp.exp(-Z))),
        ("+" * 9 + "z", Z),
        ("(" * 20 + "z" + ")" * 20, Z),
        ("+".join(f"{k}*z**{k}" for k in range(1, 21)), sum(k * Z**k for k in range(1, 21))),
    ],
)
def test_an_expression_means_what_mathematics_means(text, expected):
    assert parse_expression(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-z**2", -(Z**2)),
        ("(-z)**2", Z**2),
        ("2**-1*z", Z / 2),
        ("z**2**1", Z**2),
        ("z**2**3", Z**8),
        ("(z**2)**3", Z**6),
        ("1 - z - 2", -1 - Z),
        ("8/z/2", 4 / Z),
        ("2/3*z", sp.Rational(2, 3) * Z),
        ("--z", Z),
        ("2*-z", -2 * Z),
        ("z**-2", Z**-2),
    ],
)
def test_precedence_is_pythons(text, expected):
    assert parse_expression(text) == expected


SAME = [  # as other languages, print and careless formulas have it; in the grammar's own signs
    ("log(cosh(z))+0*z**4", "log(cosh(z))"),
    ("log(cosh(z))+0*exp(-z**2)", "log(cosh(z))"),
    ("log(cosh(z))*z**0", "log(cosh(z))"),
    ("log(cosh(z))+(z-z)", "log(cosh(z))"),
    ("z**2/2 − z**4/4", "z**2/2 - z**4/4"),
    ("½·z² – z⁴/4", "z**2/2 - z**4/4"),
    ("z^2/2", "z**2/2"),
    ("z⁻²", "z**-2"),
    ("2×z÷3", "2*z/3"),
    ("√(1+z²) − 1", "sqrt(1+z**2) - 1"),
    ("sin(π*z)", "sin(pi*z)"),
    ("|z| + |z*|z||", "abs(z) + abs(z*abs(z))"),
    ("ln(1+z**2)", "log(1+z**2)"),
    ("math.log(z)", "log(z)"),
    ("np.log1p(np.exp(-z))", "log(1+exp(-z))"),
    ("sp.tanh(z)*math.pi", "pi*tanh(z)"),
    ("np.arctan(z)", "atan(z)"),
    ("arcsinh(z) + arsinh(z)", "2*asinh(z)"),
]


@pytest.mark.parametrize(("text", "plain"), SAME)
def test_usual_ways_to_write_the_same_mean_the_same(text, plain):
    assert parse_expression(text) == parse_expression(plain)


SPELLED = {  # by mpmath, at 3/4
    "log1p": mp.log1p,
    "expm1": mp.expm1,
    "log10": mp.log10,
    "sinc": mp.sinc,
    "log2": lambda u: mp.log(u, 2),
    "ln": mp.ln,
    "fabs": mp.fabs,
    "Abs": mp.fabs,
    **{name: getattr(mp, name) for name in ("coth", "sech", "csch", "cot", "sec", "csc")},
    **{f"arc{name}": getattr(mp, f"a{name}") for name in ("sin", "cos", "tan", "sinh", "tanh")},
    "arsinh": mp.asinh,
    "artanh": mp.atanh,
    **dict.fromkeys(("expit", "sigmoid"), lambda u: 1 / (1 + mp.exp(-u))),
    "softplus": lambda u: mp.log(1 + mp.exp(u)),
    "arccosh": lambda u: mp.acosh(u),
    "arcosh": lambda u: mp.acosh(u),
}


@pytest.mark.parametrize("name", sorted(SPELLINGS))
def test_a_spelling_has_the_value_of_the_function_it_names(name):
    shift = 1 if name in ("arccosh", "arcosh") else 0
    parsed = parse_expression(f"{name}({shift} + z)")
    with mp.workdps(40):
        expected = SPELLED[name](mp.mpf(3) / 4 + shift)
        assert abs(mp.mpf(str(sp.N(parsed.subs(Z, sp.Rational(3, 4)), 40))) - expected) < 1e-35
        if shift == 0:
            constant = parse_expression(f"z + {name}(3/4)").subs(Z, 0)
            assert abs(mp.mpf(str(sp.N(constant, 40))) - expected) < 1e-35


def test_sinc_is_not_that_of_signal_processing():
    assert parse_expression("sinc(z)").subs(Z, sp.pi) == 0  # sin(π·1)/π would be 0 at 1
    assert parse_expression("z + sinc(0)") == Z + 1


@pytest.mark.parametrize("name", NAMES.split())
def test_every_function_is_sympys(name):
    function = sp.Abs if name == "abs" else getattr(sp, name)
    assert parse_expression(f"{name}(z)") == function(Z)
    assert parse_expression(f"{name}(z)").free_symbols == {Z}


def test_the_functions_are_these_and_cannot_be_changed():
    assert sorted(FUNCTIONS) == NAMES.split()
    with pytest.raises(TypeError):
        FUNCTIONS["exp"] = FUNCTIONS["log"]


@pytest.mark.parametrize("function", [sp.sinh, sp.cosh, sp.tanh])
def test_hyperbolic_functions_of_what_may_not_be_real_keep_their_values(function):
    parsed = parse_expression(f"{function.__name__}(z/2 + log(z))")
    value = function(sp.Rational(3, 4) + sp.log(sp.Rational(3, 2)))
    assert abs(sp.N(parsed.subs(Z, sp.Rational(3, 2)) - value, 30)) < 1e-25


POINT = 0.6875


def combine(sign, left, right):
    value = {"+": left[1] + right[1], "-": left[1] - right[1], "*": left[1] * right[1]}
    return f"({left[0]}) {sign} ({right[0]})", value[sign]


def powered(tree, exponent):
    return f"({tree[0]})**{exponent}", tree[1] ** exponent


def applied(name, tree):
    # erf(z) and the others here are defined and smooth on the whole line.
    return f"{name}({tree[0]})", getattr(math, name)(tree[1])


LEAVES = st.just(("z", POINT)) | st.decimals("0.01", 3, places=2).map(lambda d: (str(d), float(d)))
TREES = st.recursive(
    LEAVES,
    lambda trees: (
        st.builds(combine, st.sampled_from("+-*"), trees, trees)
        | st.builds(powered, trees, st.integers(1, 2))
        | trees.map(lambda tree: (f"-({tree[0]})", -tree[1]))
        | trees.map(lambda tree: (f"1/(1 + ({tree[0]})**2)", 1 / (1 + tree[1] ** 2)))
        | trees.map(lambda tree: (f"sqrt(1 + ({tree[0]})**2)", math.sqrt(1 + tree[1] ** 2)))
        | st.builds(applied, st.sampled_from(["sin", "cos", "tanh", "atan", "asinh", "erf"]), trees)
    ),
    max_leaves=6,
)


@settings(deadline=None, max_examples=150)
@given(TREES)
def test_a_parsed_expression_has_the_value_of_its_text(tree):
    text, value = f"z + ({tree[0]})", POINT + tree[1]
    if abs(value) > 1e6:
        return
    try:
        parsed = parse_expression(text)
    except ExpressionError as error:
        reason = str(error)
    else:
        got = float(parsed.subs(Z, sp.Rational(POINT)).evalf(30))
        assert got == pytest.approx(value, rel=1e-6, abs=1e-6)
        return
    # The only admissible reasons here: z cancelled, or powers multiply to more than 64.
    assert "cancels" in reason or "exponent" in reason
