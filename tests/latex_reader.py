"""Reading printed formulas back: LaTeX as the house printer writes it, or plain text, to SymPy.

It follows what a reader does: a space or nothing between factors is a product, a slash divides by
the one factor after it, a function without an argument is taken at p. It knows nothing of the
printer.
"""

import re
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef

from trajalign.theory.derivation.notation import BY_OBJECT
from trajalign.theory.models import PHI_SQUARED, P

_WORDS = {
    r"\ln": sp.log,
    r"\arcsin": sp.asin,
    r"\arccos": sp.acos,
    r"\arctan": sp.atan,
    **{rf"\{n}": getattr(sp, n) for n in ("sin", "cos", "tan", "sinh", "cosh", "tanh", "coth")},
    **{rf"\{n}": getattr(sp, n) for n in ("cot", "sec", "csc")},
    r"\operatorname{arsinh}": sp.asinh,
    r"\operatorname{arcosh}": sp.acosh,
    r"\operatorname{artanh}": sp.atanh,
    r"\operatorname{sgn}": sp.sign,
}
_OPENING = (r"\left(", r"\bigl(", "(")
_ENDS = (")", "}", r"\right", r"\bigr", "=", "&", ",")


def read(latex: str, symbols: set[Any]) -> Any:
    """The expression that a formula in the given symbols and functions says.

    Raises ValueError for what it cannot read.
    """
    reader = _Reader(latex, symbols)
    found = reader.total()
    if reader.rest.strip():
        raise ValueError(f"not read: {reader.rest}")
    return found


class _Reader:
    def __init__(self, latex: str, symbols: set[Any]) -> None:
        self.rest = latex
        written = {BY_OBJECT[s].written: s for s in symbols if s in BY_OBJECT}
        self.names = sorted(written.items(), key=lambda pair: -len(pair[0]))

    def next(self, *starts: str) -> str:
        """Take one of these off the front, spaces before it too; "" if none is there."""
        rest = self.rest.lstrip()
        for start in starts:
            ends_word = (
                start[-1].isalpha() and start[0] == "\\" and rest[len(start) :][:1].isalpha()
            )
            if rest.startswith(start) and not ends_word:
                self.rest = rest[len(start) :]
                return start
        return ""

    def must(self, *starts: str) -> None:
        if not self.next(*starts):
            raise ValueError(f"expected {starts} at {self.rest}")

    def ended(self) -> bool:
        rest = self.rest.lstrip()
        return not rest or rest.startswith(_ENDS)

    def total(self) -> Any:
        value = -self.term() if self.next("-") else self.term()
        while not self.ended():
            sign = self.next("+", "-")
            if not sign:
                raise ValueError(f"expected a sign at {self.rest}")
            term = self.term()
            value = value + term if sign == "+" else value - term
        return value

    def term(self) -> Any:
        value = self.factor()
        while not self.ended() and not self.rest.lstrip().startswith(("+", "-")):
            if self.next("/"):
                value = value / self.factor()
            else:
                self.next(r"\cdot")
                value = value * self.factor()
        return value

    def group(self) -> Any:
        self.must("{")
        value = self.total()
        self.must("}")
        return value

    def powered(self, value: Any) -> Any:
        return value ** (self.group()) if self.next("^") else value

    def factor(self) -> Any:
        if self.next(*_OPENING):
            value = self.total()
            self.must(r"\right)", r"\bigr)", ")")
            return self.powered(self.primed(value))
        if self.next(r"\left\lvert"):
            value = self.total()
            self.must(r"\right\rvert")
            return self.powered(sp.Abs(value))
        if self.next(r"\frac"):
            return self.group() / self.group()
        if self.next(r"\sqrt"):
            return sp.sqrt(self.group())
        if self.rest.lstrip().startswith("{"):
            return self.powered(self.group())
        function = self.function()
        if function is None:
            return self.name()
        power = self.group() if self.next("^") else sp.S.One
        self.must(*_OPENING)
        value = function(self.total()) ** power
        self.must(r"\right)", r"\bigr)", ")")
        return value

    def function(self) -> Any:
        """A function by its usual sign, or by SymPy's name as an operator; else None."""
        word = self.next(*_WORDS)
        operator = re.match(r"\s*\\operatorname\{(\w+)\}", self.rest)
        if word or operator is None or not hasattr(sp, operator[1]):
            return _WORDS[word] if word else None
        self.rest = self.rest[operator.end() :]
        return getattr(sp, operator[1])

    def primed(self, value: Any) -> Any:
        """The derivative with respect to p where primes follow a parenthesis."""
        braced = re.match(r"\{('+)\}|('*)", self.rest)
        order = len((braced[1] or braced[2]) if braced else "")
        self.rest = self.rest[braced.end() if braced else 0 :]
        return sp.diff(value, P, order) if order else value

    def name(self) -> Any:
        if PHI_SQUARED in {s for _, s in self.names} and self.next(r"\taPhi"):
            before = self.argument(None)
            power = sp.Integer(2) if self.next("^2") else self.next("^") and self.group()
            return PHI_SQUARED(before or self.argument(P)) ** (power / 2)
        for written, symbol in self.names:
            if self.next(written):
                if isinstance(symbol, sp.FunctionClass):
                    return self.powered(self.applied(symbol))
                return self.powered(symbol)
        if self.next("e^"):
            return sp.exp(self.group())
        if self.next(r"\pi"):
            return self.powered(sp.pi)
        number = re.match(r"\s*(\d+)", self.rest)
        if number is None:
            raise ValueError(f"no factor: {self.rest}")
        self.rest = self.rest[number.end() :]
        return self.powered(sp.Integer(number[1]))

    def applied(self, function: Any) -> Any:
        order = len(self.rest) - len(self.rest.lstrip("'"))
        self.rest = self.rest[order:]
        higher = re.match(r"\^\{\((\d+)\)\}", self.rest)
        if higher:
            order, self.rest = int(higher[1]), self.rest[higher.end() :]
        argument = self.argument(P)
        if not order:
            return function(argument)
        z = sp.Symbol("z", real=True)
        if argument.is_Symbol:
            return sp.Derivative(function(argument), (argument, order))
        return sp.Subs(sp.Derivative(function(z), (z, order)), z, argument)

    def argument(self, default: Any) -> Any:
        """What stands in parentheses with no space before them."""
        if not self.rest.startswith(_OPENING):
            return default
        self.must(*_OPENING)
        value = self.total()
        self.must(r"\right)", r"\bigr)", ")")
        return value


def symbols_of(e: Any) -> set[Any]:
    """The symbols and functions in an expression, and p, which functions hide."""
    bound = {v for s in e.atoms(sp.Subs) for v in s.variables}
    return {*e.free_symbols, *bound, *(a.func for a in e.atoms(AppliedUndef)), P}


# Plain text ----------------------------------------------------------------------------------

_RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁽⁾ᵖˣ", "0123456789-()px", strict=True))
_PLAIN_WORDS = {"arctan": r"\arctan", "artanh": r"\operatorname{artanh}", "ln": r"\ln"} | {
    **{name: rf"\{name}" for name in ("tanh", "sinh", "cosh", "coth", "tan", "sin", "cos")},
    **{name: rf"\operatorname{{{name}}}" for name in ("erfc", "erf", "arsinh", "arcosh")},
}


def read_plain(text: str, symbols: set[Any]) -> Any:
    """The expression that a formula in plain Unicode says, read in the same way."""
    names = {BY_OBJECT[s].text: BY_OBJECT[s].written for s in symbols if s in BY_OBJECT}
    if names.pop("φ²", ""):
        names["φ"] = r"\taPhi"
    words = sorted((names | _PLAIN_WORDS).items(), key=lambda pair: -len(pair[0]))
    return read(_as_latex(text.replace("−", "-").replace("·", r"\cdot "), words), symbols)


def _as_latex(rest: str, words: list[tuple[str, str]]) -> str:
    found = ""
    while rest:
        raised = re.match(rf"[{''.join(_RAISED)}]+", rest)
        word = next((pair for pair in words if rest.startswith(pair[0])), None)
        if raised:
            lowered = "".join(_RAISED[c] for c in raised[0])
            found += f"^{{{_as_latex(lowered, words)}}}"
            rest = rest[raised.end() :]
        elif rest[0] in "^√":
            bracket = _bracket(rest[1:])
            name = next((one for one, _ in words if rest[1:].startswith(one)), rest[1])
            inside = bracket[1:-1] if bracket else name
            found += ("^" if rest[0] == "^" else r"\sqrt") + f"{{{_as_latex(inside, words)}}}"
            rest = rest[1 + len(bracket or inside) :]
        elif word:
            found += word[1]
            rest = rest[len(word[0]) :]
        else:
            found += r"\pi " if rest[0] == "π" else rest[0]
            rest = rest[1:]
    return found


def _bracket(text: str) -> str:
    """The parenthesis with which a text begins, or ""."""
    depth = 0
    for index, c in enumerate(text):
        depth += (c == "(") - (c == ")")
        if depth == 0:
            return text[: index + 1] if index else ""
    raise ValueError(f"no end of {text}")
