"""What an expression may be made of: its tokens, its numbers, and their bounds."""

import ast
import difflib
import keyword
import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import sympy as sp

from ..errors import ExpressionError
from ..functions.typed import FUNCTIONS, KNOWN, power

MAX_LENGTH = 1000  # characters of text
MAX_DIGITS = 50  # digits of one number
MAX_DECIMAL_EXPONENT = 50  # in 1e50
MAX_DEPTH = 40  # nesting; a sum of n terms is a tree of depth n
MAX_NODES = 300
MAX_BITS = 4096  # of one exact integer
MAX_CONSTANT = 1e100  # absolute value of a subexpression without z
MAX_TOWER = 2  # exponentials inside exponentials


CONSTANTS: Mapping[str, tuple[Any, float]] = {
    "pi": (sp.pi, math.pi),
    "e": (sp.E, math.e),
    "E": (sp.E, math.e),
}
OPERATORS: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: power,
}
SIGNS: Mapping[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
}
_NUMBER = r"(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_TOKEN = re.compile(
    rf" *(?:(?P<number>{_NUMBER})|(?P<name>[A-Za-z_]\w*)|(?P<sign>\*\*|[-+*/()])|(?P<other>[^ ]))",
    re.ASCII,
)
RATIONAL = re.compile(rf"([-+]?)({_NUMBER})(?: */ *({_NUMBER}))?", re.ASCII)
_SIGN_HINTS = {
    "|": "an absolute value is written |z| or abs(z)",
    ",": "functions take one argument, and decimals have a point",
    ".": "only decimals such as 0.5 have a point",
}
_NAME_HINTS = {
    "x": "did you mean z?",
    "pow": "powers are written **",
    "arctg": "did you mean atan?",
    "tg": "did you mean tan?",
    **dict.fromkeys(("np", "numpy", "jnp", "torch"), "only its functions below are read."),
}
# Functions elsewhere, which must not be answered with one that means another.
_OTHERS = frozenset(
    {
        *("erfi", "erfcx", "erfinv", "cbrt", "gamma", "lgamma", "sign", "sgn", "relu", "gelu"),
        *("max", "min", "floor", "ceil", "sqr", "exp2", "exp10", "atan2", "acoth", "asech"),
        *("acsch", "acot", "asec", "acsc", "sinhc", "tanhc", "tanc", "cosm1", "coshm1"),
        *("log1pexp", "log1mexp", "sind", "cosd", "tand", "asind", "acosd", "atand", "lg"),
        *("lb", "ld", "hypot", "logit"),
    }
)
VARIABLE = ("z",)  # the name in the expressions of losses and activations


def is_foreign(name: str) -> bool:
    """Whether it names a function or a module elsewhere."""
    return name in _OTHERS or name in _NAME_HINTS


def allowed(names: Sequence[str] = VARIABLE) -> str:
    """What an expression in these names may be made of."""
    return (
        f"allowed are numbers, {', '.join(names)}, pi, e, + - * / **, parentheses and functions of "
        "one argument"
    )


def spoken(names: Sequence[str]) -> str:
    """The names as a message has them: "the variable z", "the parameters x, y"."""
    if tuple(names) == VARIABLE:
        return "the variable z"
    return f"the parameter{'s' * (len(names) > 1)} {', '.join(names)}"


def check_parameters(names: Sequence[str]) -> None:
    """Refuse names that an expression cannot have for its parameters."""
    for name in names:
        if re.fullmatch(r"[A-Za-z_]\w*", name, re.ASCII) is None:
            raise ExpressionError(
                f"{quoted(name)} is no name for a parameter: letters, digits and _, such as x or w1"
            )
        if name in KNOWN or name in CONSTANTS or keyword.iskeyword(name):
            kind = "function" if name in KNOWN else "constant"
            kind = "word of Python's" if keyword.iskeyword(name) else kind
            raise ExpressionError(f"{name} is a {kind}, so it cannot be a parameter")
    if len(set(names)) < len(names) or not names:
        raise ExpressionError(f"need different names of parameters, got {', '.join(names)}")


def names_in(text: str) -> tuple[str, ...]:
    """The names in a text in plain signs that are neither functions nor constants, sorted.

    What is followed by a parenthesis is meant as a function, and left for `check_tokens` to refuse.

    >>> names_in("log(cosh(x*y)) + pi*w1")
    ('w1', 'x', 'y')
    """
    tokens = [(match["name"], match.end()) for match in _TOKEN.finditer(text)]
    found = {
        name
        for name, end in tokens
        if name and name not in KNOWN and name not in CONSTANTS
        if not text[end:].lstrip(" ").startswith("(")
    }
    return tuple(sorted(found))


def check_length(text: str) -> None:
    """Refuse a text that is none, empty or too long."""
    if not isinstance(text, str):
        raise ExpressionError(f"need a text, not {type(text).__name__}")
    if len(text) > MAX_LENGTH:
        raise ExpressionError(
            f"the text has {len(text)} characters; at most {MAX_LENGTH} can be read"
        )
    if not text.strip(" "):
        raise ExpressionError("the text is empty")


def check_tokens(
    text: str, places: Sequence[int] | None = None, names: Sequence[str] = VARIABLE
) -> None:
    """Refuse characters, names and neighbours that no admissible expression in `names` has.

    `places` says which sign of the text as typed each of its signs came from.
    """
    before = ""
    for match in _TOKEN.finditer(text):
        token = match[0].lstrip(" ")
        start = match.end() - len(token)
        column = (start if places is None else places[start]) + 1
        if match["other"]:
            foreign = "letters are a to z; " if token.isalpha() else ""
            hint = _SIGN_HINTS.get(token) or foreign + allowed(names)
            raise ExpressionError(f"unexpected {quoted(token)} at column {column}; {hint}")
        if before in KNOWN and token != "(":
            raise ExpressionError(f"column {column}: {before} needs its argument in parentheses")
        if _is_operand_end(before) and (token == "(" or token[0].isalnum() or token[0] in "._"):
            raise ExpressionError(
                f"column {column}: missing operator between {quoted(before)} and "
                f"{quoted(token)}; products are written *, numbers are plain decimals"
            )
        if match["name"]:
            _check_name(token, column, names)
        elif match["number"]:
            exact(token)
        before = token


def _is_operand_end(token: str) -> bool:
    return token == ")" or (token not in KNOWN and token[-1:].isalnum()) or token[-1:] == "."


def _check_name(name: str, column: int, names: Sequence[str]) -> None:
    known = [*KNOWN, *names, *CONSTANTS]
    if name in known:
        return
    close = [] if name in _OTHERS else difflib.get_close_matches(name, known, n=1, cutoff=0.75)
    guess = f"did you mean {close[0]}?" if close else ""
    if name != "x" or tuple(names) == VARIABLE:
        guess = _NAME_HINTS.get(name) or guess
    raise ExpressionError(
        f"unknown name {quoted(name)} at column {column}; "
        + (f"{guess} " if guess else "")
        + f"{_named(names)}, the constants are pi and e, the functions are "
        + f"{', '.join(FUNCTIONS)} and names such as ln, log1p, sech, sinc"
    )


def _named(names: Sequence[str]) -> str:
    if tuple(names) == VARIABLE:
        return "The variable is z"
    return f"The parameter{'s are' if len(names) > 1 else ' is'} {', '.join(names)}"


def exact(literal: str) -> Fraction:
    """Value of a decimal literal, bounded before any power of ten is expanded."""
    if re.fullmatch(_NUMBER, literal, re.ASCII) is None:
        raise ExpressionError(f"{quoted(literal)} is not a decimal number")
    mantissa, _, exponent = literal.lower().partition("e")
    if sum(c.isdigit() for c in mantissa) > MAX_DIGITS:
        raise ExpressionError(f"{quoted(literal)} has more than {MAX_DIGITS} digits")
    magnitude = exponent.lstrip("+-0")
    if len(magnitude) > 2 or int(magnitude or "0") > MAX_DECIMAL_EXPONENT:
        raise ExpressionError(
            f"the decimal exponent of {quoted(literal)} is beyond {MAX_DECIMAL_EXPONENT}"
        )
    return Fraction(literal)


def rational(value: Fraction) -> Any:
    """A fraction as a SymPy rational."""
    return sp.Rational(value.numerator, value.denominator)


def quoted(text: str) -> str:
    """A short printable excerpt."""
    return ascii(text if len(text) <= 30 else text[:27] + "...")
