"""The only place where a string becomes mathematics: a whitelist over Python's syntax tree.

A text passes three gates, each of which bounds the work of the next: its tokens, its tree
(sizes and constants, measured without SymPy), and the SymPy expression built from the tree.
No text reaches `eval`, `sympify`, or a SymPy function that would sympify it.
"""

import ast
import operator
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple, NoReturn

import sympy as sp

from ..algebra.values import accurate
from ..errors import ExpressionError, NotFiniteError, UnresolvedError
from ..functions.typed import KNOWN, MAX_EXPONENT, Function, bits
from .grammar import (
    CONSTANTS,
    MAX_BITS,
    MAX_CONSTANT,
    MAX_DEPTH,
    MAX_NODES,
    MAX_TOWER,
    OPERATORS,
    RATIONAL,
    SIGNS,
    VARIABLE,
    allowed,
    check_length,
    check_parameters,
    check_tokens,
    exact,
    names_in,
    quoted,
    rational,
    spoken,
)
from .spelling import Spelled, plain, plain_number

Z: Any = sp.Symbol("z", real=True)  # the variable of every loss and activation


class _Facts(NamedTuple):
    """What is known of a subtree before SymPy sees it."""

    value: Fraction | float | None  # of a constant, exact where it is rational; else None
    power: Fraction = Fraction(1)  # largest product of exponents along a path
    tower: int = 0  # exponentials inside exponentials


def parse_expression(text: str, names: Sequence[str] = VARIABLE) -> Any:
    """Read an expression in z, such as a loss or an activation, or in parameters of other names.

    Parameters: the text, made of exact decimal numbers, the names, pi, e, + - * / **, parentheses
    and the names in KNOWN, or of the signs of print and modules' names that `plain` understands.
    Returns: a SymPy expression whose only free symbols are real ones of these names, Z for z.
    Raises: ExpressionError, in one line, for any other text, for one beyond the bounds of
    this module, and for one that is not finite and real or contains none of the names.

    >>> parse_expression("sqrt(1 + z**2) - 0.5")
    sqrt(z**2 + 1) - 1/2
    >>> parse_expression("log(cosh(x*y))", ("x", "y"))
    log(cosh(x*y))
    """
    check_length(text)
    check_parameters(names)
    spelled = plain(text, [*KNOWN, *CONSTANTS])
    check_tokens(spelled.text, spelled.places, names)
    reader = _Reader(spelled, {name: sp.Symbol(name, real=True) for name in names})
    tree = reader.tree()
    if reader.measure(tree).value is not None:
        raise ExpressionError(f"{quoted(text)} does not contain {spoken(names)}")
    try:
        found = reader.build(tree)
        if not found.free_symbols:
            verb = "cancels" if len(names) == 1 else "cancel"
            reader.refuse(tree, f"does not contain {spoken(names)}, which {verb}")
        return found
    except ExpressionError:
        raise
    except (ArithmeticError, ValueError, RecursionError):  # SymPy on integers no double holds
        raise ExpressionError(f"{quoted(text)} has numbers too large or too deep") from None


def parameters_in(text: str) -> tuple[str, ...]:
    """The names in a text that are neither functions nor constants, sorted: its parameters.

    Raises ExpressionError for a text that is none, and for a word that can name no parameter.

    >>> parameters_in("½·(1 − x²y²)² + tanh(w)".replace("x²y²", "x²·y²"))
    ('w', 'x', 'y')
    """
    check_length(text)
    found = names_in(plain(text, [*KNOWN, *CONSTANTS]).text)
    if found:
        check_parameters(found)
    return found


def parse_rational(text: str) -> Any:
    """Read an exact rational number, such as a step size.

    Parameters: the text, a decimal number or a quotient of two, with an optional sign.
    Returns: a SymPy Rational. Raises: ExpressionError, in one line, for any other text.

    >>> parse_rational("0.05"), parse_rational("-3/7"), parse_rational("5e-2")
    (1/20, -3/7, 1/20)
    """
    check_length(text)
    match = RATIONAL.fullmatch(plain_number(text).strip(" "))
    if match is None:
        raise ExpressionError(f"{quoted(text)} is not a number such as 0.05, 1/20 or 5e-2")
    numerator, denominator = exact(match[2]), exact(match[3] or "1")
    if denominator == 0:
        raise ExpressionError(f"{quoted(text)} divides by 0")
    return rational((-numerator if match[1] == "-" else numerator) / denominator)


def parse_constant(text: str) -> Any:
    """Read an exact real number that need not be rational, such as log(4) or 1/sqrt(3).

    Parameters: a text as for `parse_expression`, without z. Returns: a SymPy number.
    Raises: ExpressionError, in one line, for any other text.

    >>> parse_constant("log(4)"), parse_constant("0.5")
    (log(4), 1/2)
    """
    check_length(text)
    spelled = plain(text, [*KNOWN, *CONSTANTS])
    check_tokens(spelled.text, spelled.places)
    reader = _Reader(spelled, {Z.name: Z})
    tree = reader.tree()
    if reader.measure(tree).value is None:
        raise ExpressionError(f"{quoted(text)} is no number: it has the variable z")
    try:
        return reader.build(tree)
    except (ArithmeticError, ValueError, RecursionError):
        raise ExpressionError(f"{quoted(text)} has numbers too large or too deep") from None


class _Reader:
    """A text with admissible tokens, on its way to SymPy; messages quote it as it was typed."""

    def __init__(self, spelled: Spelled, symbols: Mapping[str, sp.Symbol]) -> None:
        self.spelled = spelled
        self.symbols = symbols
        self.start = len(spelled.text) - len(spelled.text.lstrip(" "))
        self.source = spelled.text.strip(" ")

    def piece(self, node: ast.expr) -> str:
        return self.source[node.col_offset : node.end_col_offset]  # ASCII: bytes are characters

    def refuse(self, node: ast.expr, why: str) -> NoReturn:
        ends = (self.start + (end or 0) for end in (node.col_offset, node.end_col_offset))
        raise ExpressionError(f"{quoted(self.spelled.as_typed(*ends))} {why}")

    def tree(self) -> ast.expr:
        try:
            tree = ast.parse(self.source, mode="eval").body
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            raise ExpressionError(
                f"{quoted(self.spelled.typed)} is not an expression: a number, an operator or a "
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
                facts = _Facts(exact(self.piece(node)))
            case ast.Name(id=name) if name in self.symbols or name in CONSTANTS:
                facts = _Facts(None if name in self.symbols else CONSTANTS[name][1])
            case ast.UnaryOp(op=op, operand=operand) if type(op) in SIGNS:
                facts = self.measure(operand, depth + 1)
                facts = facts._replace(value=self.value(node, SIGNS[type(op)], facts))
            case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
                parts = self.measure(left, depth + 1), self.measure(right, depth + 1)
                facts = (self.raised if type(op) is ast.Pow else self.joined)(node, *parts)
            case ast.Call(func=ast.Name(id=name), args=[u], keywords=[]) if name in KNOWN:
                facts = self.called(node, KNOWN[name], self.measure(u, depth + 1))
            case _:
                self.refuse(node, f"cannot be read; {allowed(tuple(self.symbols))}")
        if isinstance(facts.value, Fraction) and bits(facts.value) > MAX_BITS:
            self.refuse(node, f"has an integer of more than {MAX_BITS} bits")
        if facts.value is not None and not -MAX_CONSTANT <= facts.value <= MAX_CONSTANT:
            self.refuse(node, f"is a constant larger than {MAX_CONSTANT:g}")
        return facts

    def joined(self, node: ast.BinOp, left: _Facts, right: _Facts) -> _Facts:
        """Facts of a sum, difference, product or quotient."""
        if isinstance(node.op, ast.Div) and right.value == 0:
            self.refuse(node, "divides by 0")
        value = self.value(node, OPERATORS[type(node.op)], left, right)
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
        value = self.value(node, lambda u: function.value(float(u)), argument)
        if value == 0 and function.above_zero:
            self.refuse(node, "is a positive constant too small for double precision")
        tower = max(0, argument.tower + function.tower) if value is None else 0
        if tower > MAX_TOWER:
            self.refuse(node, f"nests more than {MAX_TOWER} exponentials")
        return argument._replace(value=value, tower=tower)

    def value(self, node: ast.expr, function: Callable[..., Any], *parts: _Facts) -> Any:
        """Value of a constant, None for what contains a variable."""
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
                result = rational(exact(self.piece(node)))
            case ast.Name(id=name):
                result = self.symbols[name] if name in self.symbols else CONSTANTS[name][0]
            case ast.UnaryOp(op=op, operand=operand):
                result = SIGNS[type(op)](self.build(operand))
            case ast.BinOp(left=left, op=op, right=right):
                result = self.applied(
                    node, OPERATORS[type(op)], self.build(left), self.build(right)
                )
            case ast.Call(func=ast.Name(id=name), args=[argument]):
                result = self.applied(node, KNOWN[name].symbolic, self.build(argument))
        # At every node, because a later one can hide the trouble: 1/zoo is 0.
        if result.has(sp.nan, sp.zoo, sp.oo, -sp.oo):
            self.refuse(node, "is not finite")
        if result.has(sp.I) or result.is_extended_real is False:
            self.refuse(node, "is not a real number")
        if any(bits(number) > MAX_BITS for number in result.atoms(sp.Rational)):
            self.refuse(node, f"has an integer of more than {MAX_BITS} bits")
        exponents = (power.exp for power in result.atoms(sp.Pow) if power.exp.is_Rational)
        if any(max(abs(e.p), e.q) > MAX_EXPONENT for e in exponents):
            self.refuse(node, f"multiplies out to an exponent beyond {MAX_EXPONENT}")
        if not result.free_symbols and any(
            isinstance(n, ast.Name) and n.id in self.symbols for n in ast.walk(node)
        ):
            self.check_constant(node, result)
        return result

    def check_constant(self, node: ast.expr, value: Any) -> None:
        """The bound on constants for one that is none before z cancels in it."""
        size: Fraction | float = 0.0
        if value.is_Rational:
            size = abs(Fraction(int(value.p), int(value.q)))
        else:
            try:
                size = float(abs(accurate(value, {}, 20)).mid())
            except UnresolvedError:
                pass
            except NotFiniteError:
                self.refuse(node, "has no finite real value")
        if size > MAX_CONSTANT:
            self.refuse(node, f"is a constant larger than {MAX_CONSTANT:g}")
