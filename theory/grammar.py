"""What an expression may be made of: its functions, its tokens, its numbers, and their bounds."""

import ast
import difflib
import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType
from typing import Any, NamedTuple

import sympy as sp

from .errors import ExpressionError

MAX_LENGTH = 1000  # characters of text
MAX_DIGITS = 50  # digits of one number
MAX_DECIMAL_EXPONENT = 50  # in 1e50
MAX_DEPTH = 40  # nesting; a sum of n terms is a tree of depth n
MAX_NODES = 300
MAX_EXPONENT = 64  # numerator, denominator, and product along a path
MAX_BITS = 4096  # of one exact integer
MAX_ROOT_BITS = 1000  # of one exact integer under a root, times the exponent's numerator
MAX_CONSTANT = 1e100  # absolute value of a subexpression without z
MAX_TOWER = 2  # exponentials inside exponentials


class Function(NamedTuple):
    """A function that expressions may call."""

    symbolic: Callable[[Any], Any]
    numeric: Callable[[float], float]  # only bounds the size of constants
    tower: int = 0  # the exponentials that a call piles up, or takes off


def _of_real(function: Callable[[Any], Any], otherwise: Callable[[Any], Any]) -> Any:
    # Where SymPy does not know u to be real, it expands u, for minutes, to ask whether these
    # functions of u are; the same functions in other words spare it the question.
    return lambda u: function(u) if u.is_extended_real else otherwise(u)


def _absolute_value(u: Any) -> Any:
    if not u.is_extended_real:
        raise ExpressionError("needs an argument known to be real for every real z")
    return sp.Abs(u)


def _power(base: Any, exponent: Any) -> Any:
    # For such a root SymPy expands the inner base, for minutes, to ask whether it is real.
    if base.is_Pow and not exponent.is_Integer and not base.base.is_extended_real:
        raise ExpressionError("is the root of a power; write it as one power")
    # It factors the numbers under a root, and fails on those that no double holds.
    if not exponent.is_Integer and any(
        bits(number) * abs(exponent.p) > MAX_ROOT_BITS for number in base.atoms(sp.Rational)
    ):
        raise ExpressionError(f"takes a root of an integer of more than {MAX_ROOT_BITS} bits")
    return base**exponent


def _exp(u: Any) -> Any:
    # SymPy turns exp(c*log(v)) into v**c, and on the way any c*log(v) inside u into log(v**c),
    # so that c is an exponent like any other.
    for product in u.atoms(sp.Mul):
        c = product.as_coeff_Mul()[0]
        for logarithm in (factor for factor in product.args if isinstance(factor, sp.log)):
            if max(abs(c.p), c.q) > MAX_EXPONENT:
                raise ExpressionError(f"hides an exponent beyond {MAX_EXPONENT} in an exp of a log")
            _power(logarithm.args[0], c)
    return sp.exp(u)


_SAFE = (sp.acos, sp.acosh, sp.asin, sp.asinh, sp.atan, sp.atanh, sp.cos, sp.erf, sp.erfc)
_SYMBOLIC = {f.__name__: f for f in (*_SAFE, sp.log, sp.sin, sp.tan)} | {
    "exp": _exp,
    "abs": _absolute_value,
    "sqrt": lambda u: _power(u, sp.S.Half),
    "cosh": _of_real(sp.cosh, lambda u: (_exp(u) + _exp(-u)) / 2),
    "sinh": _of_real(sp.sinh, lambda u: (_exp(u) - _exp(-u)) / 2),
    "tanh": _of_real(sp.tanh, lambda u: 1 - 2 / (_exp(2 * u) + 1)),
}
_TOWER = {"exp": 1, "cosh": 1, "sinh": 1, "log": -1, "acosh": -1, "asinh": -1}
FUNCTIONS: Mapping[str, Function] = MappingProxyType(
    {
        name: Function(_SYMBOLIC[name], getattr(math, name, abs), _TOWER.get(name, 0))
        for name in sorted(_SYMBOLIC)
    }
)


def _divided(above: Callable[[float], float], below: Callable[[float], float]) -> Any:
    return lambda u: above(u) / below(u)


def _one(_: float) -> float:
    return 1.0


def _sinc(u: Any) -> Any:
    return sp.S.One if u == 0 else sp.sin(u) / u


def _logistic(u: float) -> float:
    return 1 / (1 + math.exp(-u))


_ALIASES = {
    "ln": "log",
    "fabs": "abs",
    "Abs": "abs",
    **{f"arc{name}": f"a{name}" for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh")},
    "arsinh": "asinh",
    "arcosh": "acosh",
    "artanh": "atanh",
}
# In terms of the functions above, so that no other room need know of them.
SPELLINGS: Mapping[str, Function] = MappingProxyType(
    {name: FUNCTIONS[known] for name, known in _ALIASES.items()}
    | {
        "log1p": Function(lambda u: sp.log(1 + u), math.log1p, -1),
        "expm1": Function(lambda u: _exp(u) - 1, math.expm1, 1),
        "log2": Function(lambda u: sp.log(u) / sp.log(2), math.log2, -1),
        "log10": Function(lambda u: sp.log(u) / sp.log(10), math.log10, -1),
        "sinc": Function(_sinc, lambda u: math.sin(u) / u if u else 1.0),  # not sin(πu)/(πu)
        "coth": Function(lambda u: 1 / _SYMBOLIC["tanh"](u), _divided(_one, math.tanh)),
        "sech": Function(lambda u: 1 / _SYMBOLIC["cosh"](u), _divided(_one, math.cosh), 1),
        "csch": Function(lambda u: 1 / _SYMBOLIC["sinh"](u), _divided(_one, math.sinh), 1),
        "cot": Function(lambda u: sp.cos(u) / sp.sin(u), _divided(math.cos, math.sin)),
        "sec": Function(lambda u: 1 / sp.cos(u), _divided(_one, math.cos)),
        "csc": Function(lambda u: 1 / sp.sin(u), _divided(_one, math.sin)),
        "expit": Function(lambda u: 1 / (1 + _exp(-u)), _logistic, 1),
        "sigmoid": Function(lambda u: 1 / (1 + _exp(-u)), _logistic, 1),
        "softplus": Function(lambda u: sp.log(1 + _exp(u)), lambda u: math.log1p(math.exp(u))),
    }
)
KNOWN: Mapping[str, Function] = MappingProxyType({**FUNCTIONS, **SPELLINGS})
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
    ast.Pow: _power,
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
ALLOWED = "allowed are numbers, z, pi, e, + - * / **, parentheses and functions of one argument"


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


def check_tokens(text: str, places: Sequence[int] | None = None) -> None:
    """Refuse characters, names and neighbours that no admissible expression has.

    `places` says which sign of the text as typed each of its signs came from.
    """
    before = ""
    for match in _TOKEN.finditer(text):
        token = match[0].lstrip(" ")
        start = match.end() - len(token)
        column = (start if places is None else places[start]) + 1
        if match["other"]:
            hint = _SIGN_HINTS.get(token, ALLOWED)
            raise ExpressionError(f"unexpected {quoted(token)} at column {column}; {hint}")
        if before in KNOWN and token != "(":
            raise ExpressionError(f"column {column}: {before} needs its argument in parentheses")
        if _is_operand_end(before) and (token == "(" or token[0].isalnum() or token[0] in "._"):
            raise ExpressionError(
                f"column {column}: missing operator between {quoted(before)} and "
                f"{quoted(token)}; products are written *, numbers are plain decimals"
            )
        if match["name"]:
            _check_name(token, column)
        elif match["number"]:
            exact(token)
        before = token


def _is_operand_end(token: str) -> bool:
    return token == ")" or (token not in KNOWN and token[-1:].isalnum()) or token[-1:] == "."


def _check_name(name: str, column: int) -> None:
    known = [*KNOWN, "z", *CONSTANTS]
    if name in known:
        return
    close = [] if name in _OTHERS else difflib.get_close_matches(name, known, n=1, cutoff=0.75)
    guess = _NAME_HINTS.get(name) or (f"did you mean {close[0]}?" if close else "")
    raise ExpressionError(
        f"unknown name {quoted(name)} at column {column}; "
        + (f"{guess} " if guess else "")
        + "The variable is z, the constants are pi and e, the functions are "
        + f"{', '.join(FUNCTIONS)} and ln, log1p, expm1, log2, log10, sech, coth, sinc and the like"
    )


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


def bits(value: Any) -> int:
    """The size of a rational number: the bits of its numerator or denominator."""
    return max(int(abs(value.numerator)).bit_length(), int(value.denominator).bit_length())


def quoted(text: str) -> str:
    """A short printable excerpt."""
    return ascii(text if len(text) <= 30 else text[:27] + "...")
