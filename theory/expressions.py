"""The only place where a string becomes mathematics: a whitelist over Python's syntax tree.

A text passes three gates, each of which bounds the work of the next: its tokens, its tree
(sizes and constants, measured without SymPy), and the SymPy expression built from the tree.
No text reaches `eval`, `sympify`, or a SymPy function that would sympify it.
"""

import ast
import difflib
import math
import operator
import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import Any, NamedTuple, NoReturn

import sympy as sp

from .errors import ExpressionError

Z: Any = sp.Symbol("z", real=True)  # the variable of every loss and activation

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
        _bits(number) * abs(exponent.p) > MAX_ROOT_BITS for number in base.atoms(sp.Rational)
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
_CONSTANTS: Mapping[str, tuple[Any, float]] = {
    "pi": (sp.pi, math.pi),
    "e": (sp.E, math.e),
    "E": (sp.E, math.e),
}
_OPERATORS: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: _power,
}
_SIGNS: Mapping[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
}
_NUMBER = r"(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_TOKEN = re.compile(
    rf" *(?:(?P<number>{_NUMBER})|(?P<name>[A-Za-z_]\w*)|(?P<sign>\*\*|[-+*/()])|(?P<other>[^ ]))",
    re.ASCII,
)
_RATIONAL = re.compile(rf"([-+]?)({_NUMBER})(?: */ *({_NUMBER}))?", re.ASCII)
_SIGN_HINTS = {
    "^": "powers are written **",
    "|": "absolute values are written abs(z)",
    ",": "functions take one argument, and decimals have a point",
    ".": "only decimals such as 0.5 have a point",
}
_NAME_HINTS = {"x": "z", "ln": "log", "pow": "**", "fabs": "abs", "arctg": "atan", "tg": "tan"}
_ALLOWED = "allowed are numbers, z, pi, e, + - * / **, parentheses and functions of one argument"


class _Facts(NamedTuple):
    """What is known of a subtree before SymPy sees it."""

    value: Fraction | float | None  # of a constant, exact where it is rational; None with z
    power: Fraction = Fraction(1)  # largest product of exponents along a path
    tower: int = 0  # exponentials inside exponentials


def parse_expression(text: str) -> Any:
    """Read an expression in z, such as a loss or an activation.

    Parameters: the text, made of exact decimal numbers, z, pi, e, + - * / **, parentheses
    and the names in FUNCTIONS. Returns: a SymPy expression whose only free symbol is Z.
    Raises: ExpressionError, in one line, for any other text, for one beyond the bounds of
    this module, and for one that is not finite and real or does not contain z.

    >>> parse_expression("sqrt(1 + z**2) - 0.5")
    sqrt(z**2 + 1) - 1/2
    """
    _check_length(text)
    _check_tokens(text)
    reader = _Reader(text.strip(" "))
    tree = reader.tree()
    if reader.measure(tree).value is not None:
        raise ExpressionError(f"{_quoted(text)} does not contain the variable z")
    try:
        return reader.build(tree)
    except ExpressionError:
        raise
    except (ArithmeticError, ValueError, RecursionError):  # SymPy on integers no double holds
        raise ExpressionError(f"{_quoted(text)} has numbers too large or too deep") from None


def parse_rational(text: str) -> Any:
    """Read an exact rational number, such as a step size.

    Parameters: the text, a decimal number or a quotient of two, with an optional sign.
    Returns: a SymPy Rational. Raises: ExpressionError, in one line, for any other text.

    >>> parse_rational("0.05"), parse_rational("-3/7"), parse_rational("5e-2")
    (1/20, -3/7, 1/20)
    """
    _check_length(text)
    match = _RATIONAL.fullmatch(text.strip(" "))
    if match is None:
        raise ExpressionError(f"{_quoted(text)} is not a number such as 0.05, 1/20 or 5e-2")
    numerator, denominator = _exact(match[2]), _exact(match[3] or "1")
    if denominator == 0:
        raise ExpressionError(f"{_quoted(text)} divides by 0")
    return _rational((-numerator if match[1] == "-" else numerator) / denominator)


def _check_length(text: str) -> None:
    if len(text) > MAX_LENGTH:
        raise ExpressionError(
            f"the text has {len(text)} characters; at most {MAX_LENGTH} can be read"
        )
    if not text.strip(" "):
        raise ExpressionError("the text is empty")


def _check_tokens(text: str) -> None:
    """Refuse characters, names and neighbours that no admissible expression has."""
    before = ""
    for match in _TOKEN.finditer(text):
        token = match[0].lstrip(" ")
        column = match.end() - len(token) + 1
        if match["other"]:
            hint = _SIGN_HINTS.get(token, _ALLOWED)
            raise ExpressionError(f"unexpected {_quoted(token)} at column {column}; {hint}")
        if before in FUNCTIONS and token != "(":
            raise ExpressionError(f"column {column}: {before} needs its argument in parentheses")
        if _is_operand_end(before) and (token == "(" or token[0].isalnum() or token[0] in "._"):
            raise ExpressionError(
                f"column {column}: missing operator between {_quoted(before)} and "
                f"{_quoted(token)}; products are written *, numbers are plain decimals"
            )
        if match["name"]:
            _check_name(token, column)
        elif match["number"]:
            _exact(token)
        before = token


def _is_operand_end(token: str) -> bool:
    return token == ")" or (token not in FUNCTIONS and token[-1:].isalnum()) or token[-1:] == "."


def _check_name(name: str, column: int) -> None:
    known = [*FUNCTIONS, "z", *_CONSTANTS]
    if name in known:
        return
    short = name.replace("arc", "a")
    close = [short] if short in known else difflib.get_close_matches(name, known, n=1)
    guess = _NAME_HINTS.get(name) or (close[0] if close else "")
    raise ExpressionError(
        f"unknown name {_quoted(name)} at column {column}; "
        + (f"did you mean {guess}? " if guess else "")
        + f"The variable is z, the constants are pi and e, the functions are {', '.join(FUNCTIONS)}"
    )


def _exact(literal: str) -> Fraction:
    """Value of a decimal literal, bounded before any power of ten is expanded."""
    if re.fullmatch(_NUMBER, literal, re.ASCII) is None:
        raise ExpressionError(f"{_quoted(literal)} is not a decimal number")
    mantissa, _, exponent = literal.lower().partition("e")
    if sum(c.isdigit() for c in mantissa) > MAX_DIGITS:
        raise ExpressionError(f"{_quoted(literal)} has more than {MAX_DIGITS} digits")
    magnitude = exponent.lstrip("+-0")
    if len(magnitude) > 2 or int(magnitude or "0") > MAX_DECIMAL_EXPONENT:
        raise ExpressionError(
            f"the decimal exponent of {_quoted(literal)} is beyond {MAX_DECIMAL_EXPONENT}"
        )
    return Fraction(literal)


def _rational(value: Fraction) -> Any:
    return sp.Rational(value.numerator, value.denominator)


def _bits(value: Any) -> int:
    return max(int(abs(value.numerator)).bit_length(), int(value.denominator).bit_length())


def _quoted(text: str) -> str:
    """A short printable excerpt."""
    return ascii(text if len(text) <= 30 else text[:27] + "...")


class _Reader:
    """A text with admissible tokens, on its way to SymPy; it quotes the text in messages."""

    def __init__(self, source: str) -> None:
        self.source = source

    def piece(self, node: ast.expr) -> str:
        return self.source[node.col_offset : node.end_col_offset]  # ASCII: bytes are characters

    def refuse(self, node: ast.expr, why: str) -> NoReturn:
        raise ExpressionError(f"{_quoted(self.piece(node))} {why}")

    def tree(self) -> ast.expr:
        try:
            tree = ast.parse(self.source, mode="eval").body
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            raise ExpressionError(
                f"{_quoted(self.source)} is not an expression: a number, an operator or a "
                "parenthesis is missing, or it is nested too deeply"
            ) from None
        if sum(isinstance(node, ast.expr) for node in ast.walk(tree)) > MAX_NODES:
            self.refuse(tree, f"has more than {MAX_NODES} numbers, names and operators")
        return tree

    def measure(self, node: ast.expr, depth: int = 1) -> _Facts:
        """Check a subtree without SymPy, and bound what SymPy will make of it."""
        if depth > MAX_DEPTH:
            self.refuse(node, f"is nested more than {MAX_DEPTH} deep (a sum counts its terms)")
        match node:
            case ast.Constant():
                facts = _Facts(_exact(self.piece(node)))
            case ast.Name(id=name) if name == "z" or name in _CONSTANTS:
                facts = _Facts(None if name == "z" else _CONSTANTS[name][1])
            case ast.UnaryOp(op=op, operand=operand) if type(op) in _SIGNS:
                facts = self.measure(operand, depth + 1)
                facts = facts._replace(value=self.value(node, _SIGNS[type(op)], facts))
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
                parts = self.measure(left, depth + 1), self.measure(right, depth + 1)
                facts = (self.raised if type(op) is ast.Pow else self.joined)(node, *parts)
            case ast.Call(func=ast.Name(id=name), args=[u], keywords=[]) if name in FUNCTIONS:
                facts = self.called(node, FUNCTIONS[name], self.measure(u, depth + 1))
            case _:
                self.refuse(node, f"cannot be read; {_ALLOWED}")
        if isinstance(facts.value, Fraction) and _bits(facts.value) > MAX_BITS:
            self.refuse(node, f"has an integer of more than {MAX_BITS} bits")
        if facts.value is not None and not -MAX_CONSTANT <= facts.value <= MAX_CONSTANT:
            self.refuse(node, f"is a constant larger than {MAX_CONSTANT:g}")
        return facts

    def joined(self, node: ast.BinOp, left: _Facts, right: _Facts) -> _Facts:
        """Facts of a sum, difference, product or quotient."""
        if isinstance(node.op, ast.Div) and right.value == 0:
            self.refuse(node, "divides by 0")
        value = self.value(node, _OPERATORS[type(node.op)], left, right)
        return _Facts(value, max(left.power, right.power), max(left.tower, right.tower))

    def raised(self, node: ast.BinOp, base: _Facts, exponent: _Facts) -> _Facts:
        """Facts of a power."""
        e = exponent.value
        if not isinstance(e, Fraction):
            self.refuse(node, "needs a rational constant as exponent; a**b is exp(b*log(a))")
        if abs(e.numerator) > MAX_EXPONENT or e.denominator > MAX_EXPONENT:
            self.refuse(node, f"has an exponent p/q with p or q beyond {MAX_EXPONENT}")
        growth = max(Fraction(1), abs(e))
        if base.power * growth > MAX_EXPONENT:
            self.refuse(node, f"nests powers whose exponents multiply to more than {MAX_EXPONENT}")
        value = self.value(node, operator.pow, base, exponent)
        return _Facts(value, base.power * growth, base.tower)

    def called(self, node: ast.Call, function: Function, argument: _Facts) -> _Facts:
        """Facts of a function's value."""
        value = self.value(node, lambda u: function.numeric(float(u)), argument)
        if value == 0 and function.numeric in (math.exp, math.erfc):
            self.refuse(node, "is a positive constant too small for double precision")
        tower = max(0, argument.tower + function.tower) if value is None else 0
        if tower > MAX_TOWER:
            self.refuse(node, f"nests more than {MAX_TOWER} exponentials")
        return argument._replace(value=value, tower=tower)

    def value(self, node: ast.expr, function: Callable[..., Any], *parts: _Facts) -> Any:
        """Value of a constant, None for what contains z."""
        if any(part.value is None for part in parts):
            return None
        try:
            value = function(*(part.value for part in parts))
        except ZeroDivisionError:
            self.refuse(node, "divides by 0")
        except OverflowError:
            self.refuse(node, f"is a constant larger than {MAX_CONSTANT:g}")
        except ValueError:
            self.refuse(node, "has no finite real value (in double precision)")
        if isinstance(value, complex):
            self.refuse(node, "is a root of a negative number, which is not real")
        return value

    def applied(self, node: ast.expr, function: Callable[..., Any], *arguments: Any) -> Any:
        try:
            return function(*arguments)
        except ExpressionError as error:
            self.refuse(node, str(error))

    def build(self, node: ast.expr) -> Any:
        """SymPy expression of a measured subtree."""
        result: Any
        match node:
            case ast.Constant():
                result = _rational(_exact(self.piece(node)))
            case ast.Name(id=name):
                result = Z if name == "z" else _CONSTANTS[name][0]
            case ast.UnaryOp(op=op, operand=operand):
                result = _SIGNS[type(op)](self.build(operand))
            case ast.BinOp(left=left, op=op, right=right):
                result = self.applied(
                    node, _OPERATORS[type(op)], self.build(left), self.build(right)
                )
            case ast.Call(func=ast.Name(id=name), args=[argument]):
                result = self.applied(node, FUNCTIONS[name].symbolic, self.build(argument))
        # At every node, because a later one can hide the trouble: 1/zoo is 0.
        if result.has(sp.nan, sp.zoo, sp.oo, -sp.oo):
            self.refuse(node, "is not finite")
        if result.has(sp.I) or result.is_extended_real is False:
            self.refuse(node, "is not a real number")
        if any(_bits(number) > MAX_BITS for number in result.atoms(sp.Rational)):
            self.refuse(node, f"has an integer of more than {MAX_BITS} bits")
        exponents = (power.exp for power in result.atoms(sp.Pow) if power.exp.is_Rational)
        if any(max(abs(e.p), e.q) > MAX_EXPONENT for e in exponents):
            self.refuse(node, f"multiplies out to an exponent beyond {MAX_EXPONENT}")
        if not result.has(Z) and any(
            isinstance(n, ast.Name) and n.id == "z" for n in ast.walk(node)
        ):
            self.refuse(node, "does not contain the variable z, which cancels")
        return result
