"""The symbols of the derivations: for each its SymPy object and how it is written.

`macro` is the LaTeX macro that the printers emit; its default meaning stands in `latex`, and a user
overrides it in one file. `text` is what a terminal shows.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import sympy as sp

from ..expressions import Z
from ..interface import EPSILON, ETA, PHI_SQUARED, P, Q, R

PHI = sp.Function("phi")
ELL = sp.Function("ell")


@dataclass(frozen=True)
class Name:
    """One symbol or function: its object, default LaTeX, plain text and macro ("" for none)."""

    object: Any
    latex: str
    text: str
    macro: str = ""

    @property
    def written(self) -> str:
        """The LaTeX to emit: the macro where there is one."""
        return f"\\{self.macro}" if self.macro else self.latex


def _real(name: str, **assumptions: bool) -> sp.Symbol:
    return sp.Symbol(name, real=True, **assumptions)


def _prime(name: Name, symbol: sp.Symbol) -> Name:
    """The value of a quantity after one step."""
    return Name(symbol, f"{name.written}_{{+}}", f"{name.text}₊")


_P = Name(P, "p", "p", "taP")
_Q = Name(Q, "q", "q", "taQ")
P_NEXT, Q_NEXT = _real("p_next"), sp.Symbol("q_next", positive=True)
MIRRORED = _real("mirrored")  # −p₊
F, F_NEXT = _real("f"), _real("f_next")
S, S_NEXT = sp.Symbol("S", positive=True), sp.Symbol("S_next", positive=True)
SLOPE, BEND = _real("slope"), _real("bend")  # ℓ' and ℓ'' at f
X_SQUARED = sp.Symbol("X", positive=True)
X, Y, X_NEXT, Y_NEXT = _real("x"), _real("y"), _real("x_next"), _real("y_next")
A, B = sp.Symbol("a", positive=True), sp.Symbol("b", positive=True)
LAMBDA, MU = _real("lambda"), _real("mu")
SURROGATE = sp.Function("surrogate")  # λ̃
GAP = sp.Function("D")
RHAT = sp.Function("rhat")
Q_LIMIT, LAMBDA_LIMIT = sp.Symbol("q_limit", positive=True), _real("lambda_limit")
P0, Q0 = _real("p0"), sp.Symbol("q0", positive=True)
RATE = sp.Symbol("m", positive=True)
DECAY = sp.Function("decay")
MULTIPLIER = sp.Function("mult")
EXPONENT = sp.Function("Lambda")
H = tuple(sp.Function(f"h{k}") for k in range(10))  # H[k] is h_k; H[0] is not used

_NAMES = (
    _P,
    _Q,
    Name(ETA, r"\eta", "η", "taEta"),
    Name(EPSILON, r"\varepsilon", "ε", "taEps"),
    Name(Z, "z", "z"),
    _prime(_P, P_NEXT),
    _prime(_Q, Q_NEXT),
    Name(MIRRORED, r"\hat{\taP}", "p̂"),
    Name(F, "f", "f"),
    Name(F_NEXT, "f_{+}", "f₊"),
    Name(S, "S", "S"),
    Name(S_NEXT, "S_{+}", "S₊"),
    Name(SLOPE, r"\taEll'", "ℓ'"),
    Name(BEND, r"\taEll''", "ℓ''"),
    Name(X_SQUARED, r"\lVert x\rVert^2", "‖x‖²"),
    Name(X, "x", "x"),
    Name(Y, "y", "y"),
    Name(X_NEXT, "x_{+}", "x₊"),
    Name(Y_NEXT, "y_{+}", "y₊"),
    Name(A, "a", "a"),
    Name(B, "b", "b"),
    Name(LAMBDA, r"\lambda", "λ", "taSharp"),
    Name(MU, r"\mu", "μ"),
    Name(Q_LIMIT, r"\taQ_{*}", "q*"),
    Name(LAMBDA_LIMIT, r"\taSharp_{*}", "λ*"),
    Name(P0, r"\taP_0", "p₀"),
    Name(Q0, r"\taQ_0", "q₀"),
    Name(RATE, "m", "m"),
    Name(R, "r", "r", "taR"),
    Name(PHI, r"\varphi", "φ", "taPhi"),
    Name(ELL, r"\ell", "ℓ", "taEll"),
    Name(PHI_SQUARED, r"\taPhi^2", "φ²"),
    Name(SURROGATE, r"\tilde{\taSharp}", "λ̃"),
    Name(GAP, "D", "D"),
    Name(RHAT, r"\hat{\taR}", "r̂"),
    Name(DECAY, r"\delta", "δ"),
    Name(MULTIPLIER, r"\mu", "μ"),
    Name(EXPONENT, r"\Lambda", "Λ"),
    *(Name(h, rf"\taH_{{{k}}}", f"h{'₀₁₂₃₄₅₆₇₈₉'[k]}") for k, h in enumerate(H) if k),
)
# Macros with no object of their own.
MACROS = MappingProxyType({"taH": "h"} | {name.macro: name.latex for name in _NAMES if name.macro})
BY_OBJECT = MappingProxyType({name.object: name for name in _NAMES})
BY_KEY = MappingProxyType({str(name.object): name.object for name in _NAMES})


def name_of(thing: Any) -> Name:
    """How a symbol or function is written. Raises KeyError for one that is not in the notation."""
    return BY_OBJECT[thing]
