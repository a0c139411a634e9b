"""The house printer's part for matrix symbols, their products, sums, transposes and traces."""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy.printing.latex import LatexPrinter

from ..models.base import EPSILON, ETA
from .notation import BY_OBJECT, name_of
from .reading_order import fraction_in_order


class MatrixLatex(LatexPrinter):  # type: ignore[misc]  # SymPy publishes no types
    """Vectors and matrices without bold face: xᵀUv; a 1×1 trace is a scalar, wᵀw is ‖w‖²."""

    def _print_MatrixSymbol(self, e: Any) -> str:
        return name_of(e).written

    def _print_Transpose(self, e: Any) -> str:
        return self._factor(e.arg) + r"^{\mathsf{T}}"

    def _print_MatMul(self, e: Any) -> str:
        coefficient, matrices = e.as_coeff_matrices()
        sign = "-" if fraction_in_order(coefficient).negative else ""
        size = -coefficient if sign else coefficient
        scalar = "" if size == 1 else self._scalar(size) + r"\,"
        return sign + scalar + " ".join(map(self._factor, matrices))

    def _print_MatAdd(self, e: Any) -> str:
        shown = ""
        for term in sorted(e.args, key=_term_key):
            text = self._print(term)
            if shown:
                text = f" - {text[1:]}" if text.startswith("-") else f" + {text}"
            shown += text
        return shown

    def _print_Trace(self, e: Any) -> str:
        if e.arg.shape != (1, 1):
            return rf"\operatorname{{tr}}\bigl({self._print(e.arg)}\bigr)"
        factors = e.arg.args
        half = len(factors) // 2
        left, right = (sp.MatMul(*part).doit() for part in (factors[:half], factors[half:]))
        if e.arg.is_MatMul and left.T.doit() == right:
            return rf"\lVert {self._print(right)}\rVert^{{2}}"
        return str(self._print(e.arg))

    def _factor(self, e: Any) -> str:
        shown = str(self._print(e))
        return f"({shown})" if e.is_MatAdd or (e.is_MatMul and len(e.args) > 1) else shown

    def _scalar(self, e: sp.Expr) -> str:
        shown = str(self._print(e))
        return rf"\bigl({shown}\bigr)" if e.is_Add else shown


_PLACES = {thing: place for place, thing in enumerate(BY_OBJECT)}


def _term_key(term: Any) -> tuple[Any, ...]:
    coefficient = term.as_coeff_matrices()[0] if term.is_MatMul else sp.S.One
    places = [_PLACES.get(s, len(_PLACES)) for s in term.atoms(sp.MatrixSymbol)]
    powers = coefficient.as_powers_dict()
    small = powers.get(ETA, 0) + powers.get(EPSILON, 0)
    return (float(small), fraction_in_order(coefficient).negative, min(places), str(term))
