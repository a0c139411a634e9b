"""SymPy expressions that a caller made, as expressions in the symbol Z."""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy.printing.str import StrPrinter

from .arguments import rational, shown
from .errors import ArgumentError, ExpressionError
from .expressions.parsing import Z
from .functions import row_of


def in_z(expression: Any) -> sp.Expr:
    """The expression in Z, for one in a symbol named z of whatever assumptions; its Floats count as
    their shortest decimals.

    Raises ArgumentError for what is no SymPy expression, ExpressionError for other symbols.

    >>> in_z(0.5 * sp.Symbol("z") ** 2)
    z**2/2
    """
    if not isinstance(expression, sp.Expr):
        kind = type(expression).__name__
        raise ArgumentError(f"expression = {shown(expression)} ({kind}): need a SymPy expression")
    symbols = expression.free_symbols
    others = sorted(str(symbol) for symbol in symbols if symbol.name != Z.name)
    if others or len(symbols) > 1:
        named = ", ".join(others) or "several symbols named z"
        raise ExpressionError(f"{shown(expression)} contains {named}; its only symbol is z")
    if not symbols:
        raise ExpressionError(f"{shown(expression)} does not contain the variable z")
    floats = {x: rational(x, "a number") for x in expression.atoms(sp.Float)}
    if floats:
        expression = expression.xreplace(floats).doit()
    return expression if symbols == {Z} else expression.subs(symbols.pop(), Z)


def as_text(expression: sp.Expr) -> str:
    """An expression in Z as the text that `parse_expression` reads.

    >>> as_text(sp.Abs(Z) + sp.sech(Z))
    'abs(z) + sech(z)'
    """
    return str(_Printer({"full_prec": False}).doprint(expression))


class _Printer(StrPrinter):  # type: ignore[misc]  # SymPy is not typed
    def _print_Function(self, e: sp.Expr) -> str:
        row = row_of(e)
        if row is None:
            return str(super()._print_Function(e))
        return f"{row.name}({self._print(e.args[0])})"

    _print_Abs = _print_Function
