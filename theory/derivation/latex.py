"""The house printer: SymPy expressions as a mathematician would write them, in LaTeX.

It stands on SymPy's printer and changes what matters to a reader: the order of terms and factors,
one level of fractions, r and r' without their argument where that is p, and the notation's macros.
"""

from __future__ import annotations

import re
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef

from ..expressions.parsing import Z
from ..functions import ROWS, row_of
from ..models.base import PHI_SQUARED, P
from .latex_matrices import MatrixLatex
from .notation import BY_OBJECT, FROZEN, OBJECTIVE_STEP, PHI, name_of
from .reading_order import fraction_in_order, terms_in_order

_SHORT = "|".join(row.word for row in ROWS if row.latex == rf"\{row.word}")  # \ln, \tanh, …


def latex(e: Any) -> str:
    """An expression or matrix in the house style.

    >>> from trajalign.theory.models import ETA, P
    >>> latex(1 - ETA * P / 2)
    '1 - \\\\frac{\\\\taEta \\\\taP}{2}'
    """
    return str(_HouseLatex().doprint(e))


def broken_lines(e: sp.Expr, width: float) -> list[str]:
    """The expression as lines no wider than `width` (in characters, about), where it can be broken.

    A sum is broken between its terms; a fraction with a wide numerator is written as 1/denominator
    times a sum in parentheses.
    """
    whole = latex(e)
    if width_of(whole) <= width:
        return [whole]
    printer = _HouseLatex()
    if e.is_Add:
        content, terms = terms_in_order(e)
        opening, closing = ("", "") if content == 1 else (printer.number_before(content), "")
        if opening:
            opening, closing = opening + r"\bigl(", r"\bigr)"
        return _filled(_broken_terms(terms, width), opening, closing, width)
    parts = fraction_in_order(e)
    sums = [factor for factor in parts.numerator if factor.is_Add]
    if not sums:
        return [whole]
    widest = max(sums, key=lambda factor: width_of(latex(factor)))
    others = [factor for factor in parts.numerator if factor is not widest]
    front = sp.Mul(*others, *(1 / factor for factor in parts.denominator))
    opening = ("-" if parts.negative else "") + ("" if front == 1 else printer.doprint(front))
    content, terms = terms_in_order(widest)
    terms = [content * term for term in terms]
    return _filled(_broken_terms(terms, width), opening + r"\bigl(", r"\bigr)", width)


def _broken_terms(terms: list[sp.Expr], width: float) -> list[list[str]]:
    """Each term with its sign, in several lines where it is too wide itself."""
    found = []
    for text, term in zip(_HouseLatex().signed_terms(terms), terms, strict=True):
        negative = fraction_in_order(term).negative
        size = -term if negative else term
        first, *others = broken_lines(size, width - 2)
        sign = "-" if negative else "" if term is terms[0] else "+"
        found.append([f"{sign} {first}", *others] if others and not size.is_Add else [text])
    return found


def _filled(terms: list[list[str]], opening: str, closing: str, width: float) -> list[str]:
    lines, line = [], opening
    for first, *others in terms:
        if width_of(line + first) > width and line not in ("", opening):
            lines.append(line.rstrip())
            line = "{}" + first.lstrip()
        else:
            line += first
        for other in others:
            lines.append(line.rstrip())
            line = other
        line += " " if others else ""
    return [*lines, line.rstrip() + closing]


def width_of(text: str) -> float:
    """About how many characters wide a formula is when set."""
    while True:
        shorter = _FRACTION.sub(lambda m: max(m[1], m[2], key=len), text)
        if shorter == text:
            break
        text = shorter
    text = re.sub(r"\\operatorname\{(\w+)\}", r"\1", text)
    text = re.sub(r"\\(left|right|bigl|bigr|,|;|!|mathrm|lvert|rvert)", "", text)
    text = re.sub(rf"\\({_SHORT})(?![a-zA-Z])", r"\1", text)
    small = sum(len(m) for m in re.findall(r"\^\{([^{}]*)\}|", text) if m)
    text = re.sub(r"\\[a-zA-Z]+\s?", "x", text)
    signs = len(re.findall(r" [-+=] ", text))
    return len(re.sub(r"[{}^_\s]", "", text)) - 0.4 * small + 1.2 * signs


_FRACTION = re.compile(
    r"\\frac\{((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)\}"
    r"\{((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)\}"
)


class _HouseLatex(MatrixLatex):
    def __init__(self) -> None:
        super().__init__({"fold_short_frac": False})
        self._in_fraction = False

    # Names

    def _print_Symbol(self, e: sp.Symbol) -> str:
        return BY_OBJECT[e].written if e in BY_OBJECT else super()._print_Symbol(e)

    def _named(self, function: Any, primes: str, argument: sp.Expr, power: str) -> str:
        bare = argument == P and function not in (FROZEN, OBJECTIVE_STEP)
        shown = "" if bare else self._in_parentheses(self._print(argument))
        if function == PHI_SQUARED:
            outer = 2 * int(power or 1) if (power or "1").isdecimal() else None
            base = name_of(PHI).written
            if outer is None or primes:
                return f"({base}^2{primes and '){' + primes + '}'}"
            return f"{base}{shown and shown}^{{{outer}}}" if shown else f"{base}^{{{outer}}}"
        name = name_of(function).written + primes
        if not power:
            return name + shown
        return f"{name}^{{{power}}}" if not shown else f"{name}{shown}^{{{power}}}"

    def _print_Function(self, e: Any, exp: str | None = None) -> str:
        if e.func in BY_OBJECT:
            return self._named(e.func, "", e.args[0], exp or "")
        row = row_of(e)
        if row is None:
            return str(super()._print_Function(e, exp))
        inside = self._flat(e.args[0])
        power = f"^{{{exp}}}" if exp else ""
        return f"{row.latex}{power}{self._in_parentheses(inside)}"

    def _print_log(self, e: Any, exp: str | None = None) -> str:
        return self._print_Function(e, exp)

    def _print_ExpBase(self, e: Any, exp: str | None = None) -> str:
        inside = self._flat(e.args[0])
        return f"e^{{{inside}}}" if exp is None else rf"\bigl(e^{{{inside}}}\bigr)^{{{exp}}}"

    def _print_Abs(self, e: Any, exp: str | None = None) -> str:
        inside = rf"\left\lvert {self._print(e.args[0])}\right\rvert"
        return inside if exp is None else f"{inside}^{{{exp}}}"

    def _print_Derivative(self, e: Any, exp: str | None = None) -> str:
        (variable, count), *more = e.variable_count
        inner = e.expr
        if not more and inner.func in BY_OBJECT and inner.args == (variable,):
            return self._named(inner.func, _primes(int(count)), variable, exp or "")
        if not more and variable == P and all(f.args == (P,) for f in sp.Mul.make_args(inner)):
            primed = self._in_parentheses(self._print(inner)) + _primes(int(count))
            return primed if exp is None else f"{{{primed}}}^{{{exp}}}"
        order = "" if count == 1 else f"^{{{count}}}"
        d = r"\mathrm{d}" if len(inner.free_symbols) == 1 else r"\partial "
        top = rf"\frac{{{d}{order}}}{{{d}{self._print(variable)}{order}}}"
        body = self._print(inner)
        alone = isinstance(inner, AppliedUndef) and inner.func in BY_OBJECT
        shown = top + (body if alone else self._in_parentheses(body))
        return shown if exp is None else rf"\left({shown}\right)^{{{exp}}}"

    def _print_Subs(self, e: Any) -> str:
        derivative, (point,) = e.expr, e.point
        count = len(derivative.variables)
        written = name_of(derivative.expr.func).written + _primes(count)
        return f"{written}({self._print(point)})"

    def _print_Integral(self, e: Any) -> str:
        variable, low, high = e.limits[0]
        integrand = self._print(e.function)
        bounds = f"_{{{self._print(low)}}}^{{{self._print(high)}}}"
        return rf"\int{bounds} {integrand}\,\mathrm{{d}}{self._print(variable)}"

    # Sums, products, powers

    def number_before(self, content: sp.Rational) -> str:
        """A number in front of a parenthesis."""
        sign = "-" if content < 0 else ""
        return sign if abs(content) == 1 else sign + self._print(abs(content))

    def signed_terms(self, terms: list[sp.Expr]) -> list[str]:
        """The terms with their signs, ready to be put one after another."""
        found = []
        for index, term in enumerate(terms):
            negative = fraction_in_order(term).negative
            size = -term if negative else term
            shown = self._print(size)
            if size.is_Add:
                shown = self._in_parentheses(shown)
            sign = "-" if negative else "+"
            found.append((f"{sign} " if index else "-" if negative else "") + shown + " ")
        return found

    def _print_Add(self, e: Any, order: Any = None) -> str:
        content, terms = terms_in_order(e)
        shown = "".join(self.signed_terms(terms)).rstrip()
        if content == 1:
            return shown
        return self.number_before(content) + self._in_parentheses(shown)

    def _print_Mul(self, e: Any) -> str:
        parts = fraction_in_order(e)
        sign = "-" if parts.negative else ""
        if not parts.denominator:
            return sign + self._product(parts.numerator)
        if self._in_fraction:
            below = self._product(parts.denominator)
            single = len(parts.denominator) == 1 and not parts.denominator[0].is_Add
            below = below if single else self._in_parentheses(below)
            above = self._product(parts.numerator)
            if len(parts.numerator) == 1 and parts.numerator[0].is_Add:
                above = self._in_parentheses(above)
            return f"{sign}{above}/{below}"
        above, below = (self._flat_product(side) for side in (parts.numerator, parts.denominator))
        return rf"{sign}\frac{{{above}}}{{{below}}}"

    def _flat_product(self, factors: tuple[sp.Expr, ...]) -> str:
        before, self._in_fraction = self._in_fraction, True
        try:
            if len(factors) == 1:
                return str(self._print(factors[0]))
            return self._product(factors)
        finally:
            self._in_fraction = before

    def _flat(self, e: sp.Expr) -> str:
        return self._flat_product((e,))

    def _product(self, factors: tuple[sp.Expr, ...]) -> str:
        shown = []
        for factor in factors:
            text = self._print(factor)
            alone = len(factors) == 1
            wrap = factor.is_Add and not alone
            shown.append(self._in_parentheses(text) if wrap else text)
        product = shown[0]
        for text in shown[1:]:
            dot = r" \cdot " if text[0].isdigit() and product[-1].isdigit() else " "
            product += dot + text
        return product

    def _print_Rational(self, e: sp.Rational) -> str:
        if e.q == 1:
            return str(e.p)
        sign = "-" if e.p < 0 else ""
        if self._in_fraction:
            return f"{sign}{abs(e.p)}/{e.q}"
        return rf"{sign}\frac{{{abs(e.p)}}}{{{e.q}}}"

    def _print_Pow(self, e: Any) -> str:
        base, exponent = e.base, e.exp
        if exponent.is_Rational and exponent < 0:
            return self._print_Mul(e)
        if exponent == sp.S.Half:
            return rf"\sqrt{{{self._flat(base)}}}"
        if exponent.is_Rational and exponent.q == 2:
            return rf"{{{self._atom(base)}}}^{{{exponent.p}/2}}"
        power = self._flat(exponent)
        if base.is_Function or isinstance(base, sp.Derivative):
            return str(self._print(base, exp=power))
        return f"{self._atom(base)}^{{{power}}}"

    def _atom(self, e: sp.Expr) -> str:
        shown = str(self._print(e))
        bare = e.is_Symbol or e.is_Integer or e.is_NumberSymbol or isinstance(e, sp.Subs)
        if bare and shown.endswith("'"):
            return f"{{{shown}}}"
        return shown if bare else self._in_parentheses(shown)

    @staticmethod
    def _in_parentheses(text: str) -> str:
        if r"\frac" in text or r"\sqrt" in text or r"\int" in text:
            return rf"\left({text}\right)"
        return f"({text})"

    def _print_MatrixBase(self, e: Any) -> str:
        rows = [" & ".join(self._flat(x) for x in e.row(i)) for i in range(e.rows)]
        return r"\begin{pmatrix}" + r" \\ ".join(rows) + r"\end{pmatrix}"


def _primes(count: int) -> str:
    return "'" * count if count <= 3 else f"^{{({count})}}"


__all__ = ["Z", "broken_lines", "latex", "width_of"]
