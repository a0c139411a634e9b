"""How matrix expressions are written."""

from typing import Any

import pytest
import sympy as sp

from trajalign.theory.derivation.latex import latex
from trajalign.theory.derivation.notation import (
    GRAM,
    INPUT,
    OUTER,
    SLOPE,
    STEP_MATRIX,
    WEIGHTS,
    WEIGHTS_CHANGE,
)
from trajalign.theory.models import ETA

x, u, v = INPUT, WEIGHTS, OUTER
T = r"^{\mathsf{T}}"


@pytest.mark.parametrize(
    ("e", "expected"),
    [
        (sp.Trace(x.T * u * v), rf"x{T} U v"),
        (sp.Trace(x.T * x), r"\lVert x\rVert^{2}"),
        (sp.Trace((u.T * x - v).T * (u.T * x - v)), rf"\lVert U{T} x - v\rVert^{{2}}"),
        (u - ETA * SLOPE * x * v.T, rf"U - \taEta \taEll'\,x v{T}"),
        (u + WEIGHTS_CHANGE, "U + E"),
        (sp.Trace(x.T * (u + WEIGHTS_CHANGE) * v), rf"x{T} (U + E) v"),
        (sp.Trace(v * x.T * u), rf"\operatorname{{tr}}\bigl(v x{T} U\bigr)"),
        (STEP_MATRIX * GRAM * STEP_MATRIX.T, rf"M G M{T}"),
        (
            sp.MatMul(1 + ETA * SLOPE, sp.ImmutableMatrix([[1, -1]])),
            r"\bigl(1 + \taEta \taEll'\bigr)\,\begin{pmatrix}1 & -1\end{pmatrix}",
        ),
    ],
    ids=str,
)
def test_matrices_are_written_as_by_hand(e: Any, expected: str) -> None:
    assert latex(e) == expected
