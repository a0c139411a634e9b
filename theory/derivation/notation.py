"""The symbols of the derivations: for each its SymPy object and how it is written.

`macro` is the LaTeX macro that the printers emit; its default meaning stands in `latex`, and a user
overrides it in one file. `text` is what a terminal shows.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import sympy as sp

from ..curve import two_sided_first_order as two_sided
from ..curve.normal_form import OMEGA
from ..expressions.parsing import Z
from ..models.base import EPSILON, ETA, PHI_SQUARED, P, Q, R
from ..writing.macros import MACROS

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


def _macro(thing: Any, macro: str, text: str) -> Name:
    return Name(thing, MACROS[macro], text, macro)


def _prime(name: Name, symbol: sp.Symbol) -> Name:
    """The value of a quantity after one step."""
    return Name(symbol, f"{name.written}_{{+}}", f"{name.text}₊")


_P = _macro(P, "taP", "p")
_Q = _macro(Q, "taQ", "q")
P_NEXT, Q_NEXT = _real("p_next"), sp.Symbol("q_next", positive=True)
MIRRORED = _real("mirrored")  # −p₊
F, F_NEXT = _real("f"), _real("f_next")
S, S_NEXT = sp.Symbol("S", positive=True), sp.Symbol("S_next", positive=True)
SLOPE, BEND = _real("slope"), _real("bend")  # ℓ' and ℓ'' at f
X_SQUARED = sp.Symbol("X", positive=True)
X, Y, X_NEXT, Y_NEXT = _real("x"), _real("y"), _real("x_next"), _real("y_next")
A, B = sp.Symbol("a", positive=True), sp.Symbol("b", positive=True)
A_NEXT, B_NEXT = sp.Symbol("a_next", positive=True), sp.Symbol("b_next", positive=True)
# f = xᵀUv with x ∈ Rᵈ, U ∈ Rᵈˣᵐ, v ∈ Rᵐ; E and e are increments of U and v.
_ROWS, _COLUMNS = (sp.Symbol(n, integer=True, positive=True) for n in ("rows", "columns"))
INPUT = sp.MatrixSymbol("input", _ROWS, 1)
WEIGHTS, WEIGHTS_NEXT, WEIGHTS_CHANGE = (
    sp.MatrixSymbol(n, _ROWS, _COLUMNS) for n in ("U", "U_next", "E")
)
OUTER, OUTER_NEXT, OUTER_CHANGE = (
    sp.MatrixSymbol(n, _COLUMNS, 1) for n in ("v", "v_next", "v_change")
)
GRAM, GRAM_NEXT, STEP_MATRIX = (sp.MatrixSymbol(n, 2, 2) for n in ("G", "G_next", "M"))
FROZEN = sp.Function("frozen")  # the map with q frozen
OBJECTIVE_STEP = sp.Function("psi")  # a gradient step on any objective of one variable
SECOND, THIRD, FOURTH = sp.Symbol("F2", positive=True), _real("F3"), _real("F4")
LAMBDA, MU = _real("lambda"), _real("mu")
FLOW_END, FLOW_END_NEXT = (sp.Symbol(f"flow_end{n}", positive=True) for n in ("", "_next"))  # of λ
SURROGATE = sp.Function("surrogate")  # λ̃
GAP = sp.Function("D")
RHAT = sp.Function("rhat")
Q_LIMIT, LAMBDA_LIMIT = sp.Symbol("q_limit", positive=True), _real("lambda_limit")
P0, Q0 = _real("p0"), sp.Symbol("q0", positive=True)
RATE = sp.Symbol("m", positive=True)
TAU = _real("tau")  # how far one moves along a direction
U_SQUARED, V_SQUARED = (sp.Symbol(n, positive=True) for n in ("uu", "vv"))
TRACE, DETERMINANT = _real("trace"), _real("determinant")
SIGMA = sp.Function("sigma")  # p r'/r
SURROGATE_SLOPE = _real("surrogate_slope")
BOUND, DRIFT = sp.Symbol("L", positive=True), sp.Symbol("C", positive=True)
GROWTH = _real("growth")  # 1 − q/q₊
SIZE = sp.Symbol("size", positive=True)  # |p| where q = 1
DELAY = sp.Function("K")
CURVATURE = sp.Symbol("rho", positive=True)  # |r''(0)|
REMAINDER = sp.Symbol("J", real=True)
TIME = sp.Function("t_b")  # when q passes 1
DECAY = sp.Function("decay")
MULTIPLIER = sp.Function("mult")
EXPONENT = sp.Function("Lambda")
# With q on the curve up to order k: −p₊ = p(1 + Σ αₖεᵏ), q₊ = r(1 + Σ νₖεᵏ), Rₖ what forces hₖ.
ALPHA, NU, FORCING = (
    tuple(sp.Function(f"{name}{k}") for k in range(10)) for name in ("alpha", "nu", "R")
)
CHI, ZETA = sp.Function("chi"), _real("zeta")  # any function of p; any small number
KAPPA = sp.Symbol("kappa", positive=True)
GAMMA = sp.Symbol("gamma", real=True, nonzero=True)
# Elementary functions of p that a closed form names by one letter.
LETTERS = TANH, ARCTAN, ROOT, EXPONENTIAL, LOGARITHM, ERROR = tuple(
    sp.Function(f"{name}_of_p") for name in ("tanh", "atan", "root", "exp", "log", "erf")
)
H = tuple(sp.Function(f"h{k}") for k in range(10))  # H[k] is h_k; H[0] is not used
# A step about the slow curve.
SQUARED, SQUARED_NEXT = (sp.Symbol(f"squared{n}", positive=True) for n in ("", "_next"))  # of p
# Products are written in the order of these names.
PULL, LOSS_OF_SQUARE = _real("tau_of_step"), _real("squared_loss")  # τ, and G
INVERSE = sp.Function("inverse")  # 1/r
DIVIDED_INVERSE, DIVIDED_H = _real("divided_inverse"), (_real("divided_h1"), _real("divided_h2"))
MISFIT, MISFIT_NEXT, MISFIT_START = (_real(f"misfit{n}") for n in ("", "_next", "_start"))
CHANGE, CHANGE_SLOPE = _real("step_change"), _real("step_change_slope")  # Φ, and ∂Φ/∂v
PACE = sp.Function("pace")  # g_0
BETA = (sp.Function("beta1"), sp.Function("beta2"))  # of ε and ε² in v₊ on the curve
FUNNEL, CENTRE, ROOM = (sp.Symbol(n, positive=True) for n in ("tightness", "centre", "room"))
# Where r''(0) = 0: p = νX and q = 1 + ν⁴Y.
CUBE_ROOT, INNER_P, FLATNESS = (sp.Symbol(n, positive=True) for n in ("nu", "inner_p", "flatness"))
INNER_Q, NEXT_TERM, INNER_LIMIT = _real("inner_q"), _real("next_term"), _real("inner_limit")
AIRY, AIRY_SCALE = sp.Function("airy"), sp.Symbol("airy_scale", positive=True)
AIRY_ZERO = sp.Symbol("airy_zero", positive=True)  # −a'₁
STEPS, CLOCK, MAJORANT = _real("steps"), sp.Function("clock"), sp.Function("majorant")
# A loss that is not even: p and p̃, with g, g' and h there (see `two_sided_first_order`).
STEEP, STEEP_THERE = _real("steepness"), _real("steepness_there")  # of Q₀
ORIGIN = _real("origin")  # the output at the minimum
TILT, TWIST, QUARTIC = (_real(name) for name in ("tilt", "twist", "quartic"))  # of g at 0
SLOWNESS, PASSED = (sp.Symbol(n, positive=True) for n in ("slowness", "passed"))
# The law of the edge.
ALONG_THIRD, ALONG_FOURTH, COUPLING = _real("L_uuu"), _real("L_uuuu"), _real("L_uuj")
STIFF = sp.Symbol("stiff", positive=True)
SHARPENING, SHARPENING_CHANGE = _real("sharpening"), _real("sharpening_change")  # λ', λ''
MODE, MODE_NEXT, MODE_REST = (_real(f"mode{n}") for n in ("", "_next", "_rest"))
CURVATURE_C, DRIFT_CONSTANT = sp.Symbol("flip_c", positive=True), _real("drift_k")
MU_NEXT, NU_SHIFTED, CONSTANT = _real("mu_next"), _real("nu_shifted"), _real("constant")
PLANAR_QUADRATIC, PLANAR_MIXED, PLANAR_CUBIC = (_real(f"planar{n}") for n in ("20", "21", "30"))
DRIFT_LINEAR, DRIFT_MIXED, DRIFT_QUADRATIC = (_real(f"drift{n}") for n in ("10", "11", "20"))
DRIFT_SHIFT, ALIGNED = _real("drift_shift"), sp.Function("aligned")

_NAMES = (
    _P,
    _Q,
    _macro(ETA, "taEta", "η"),
    _macro(EPSILON, "taEps", "ε"),
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
    Name(A_NEXT, "a_{+}", "a₊"),
    Name(B_NEXT, "b_{+}", "b₊"),
    Name(INPUT, "x", "x"),
    Name(WEIGHTS, "U", "U"),
    Name(WEIGHTS_NEXT, "U_{+}", "U₊"),
    Name(WEIGHTS_CHANGE, "E", "E"),
    Name(OUTER, "v", "v"),
    Name(OUTER_NEXT, "v_{+}", "v₊"),
    Name(OUTER_CHANGE, "e", "e"),
    Name(GRAM, "G", "G"),
    Name(GRAM_NEXT, "G_{+}", "G₊"),
    Name(STEP_MATRIX, "M", "M"),
    Name(FROZEN, r"g_{\taQ}", "g_q"),
    Name(OBJECTIVE_STEP, r"\psi", "ψ"),
    Name(SECOND, "F''", "F''"),
    Name(THIRD, "F'''", "F'''"),
    Name(FOURTH, "F''''", "F''''"),
    _macro(LAMBDA, "taSharp", "λ"),
    Name(FLOW_END, r"\taSharp_{\infty}", "λ∞"),
    Name(FLOW_END_NEXT, r"\taSharp_{\infty +}", "λ∞₊"),
    Name(MU, r"\mu", "μ"),
    Name(Q_LIMIT, r"\taQ_{*}", "q*"),
    Name(LAMBDA_LIMIT, r"\taSharp_{*}", "λ*"),
    Name(P0, r"\taP_0", "p₀"),
    Name(Q0, r"\taQ_0", "q₀"),
    Name(RATE, "m", "m"),
    Name(TAU, r"\tau", "τ"),
    Name(U_SQUARED, r"\lVert u\rVert^2", "‖u‖²"),
    Name(V_SQUARED, r"\lVert v\rVert^2", "‖v‖²"),
    Name(TRACE, "T", "T"),
    Name(DETERMINANT, r"\Delta", "Δ"),
    Name(SIGMA, r"\sigma", "σ"),
    Name(SURROGATE_SLOPE, r"\tilde{\taSharp}'", "λ̃'"),
    Name(BOUND, "L", "L"),
    Name(DRIFT, "C", "C"),
    Name(GROWTH, r"\xi", "ξ"),
    Name(SIZE, r"\taP_b", "p_b"),
    Name(DELAY, "K", "K"),
    Name(CURVATURE, r"\rho", "ρ"),
    Name(REMAINDER, "J", "J"),
    Name(TIME, "t_b", "t_b"),
    _macro(R, "taR", "r"),
    _macro(PHI, "taPhi", "φ"),
    _macro(ELL, "taEll", "ℓ"),
    Name(PHI_SQUARED, r"\taPhi^2", "φ²"),
    Name(SURROGATE, r"\tilde{\taSharp}", "λ̃"),
    Name(GAP, "D", "D"),
    Name(RHAT, r"\hat{\taR}", "r̂"),
    Name(DECAY, r"\delta", "δ"),
    Name(MULTIPLIER, r"\mu", "μ"),
    Name(EXPONENT, r"\Lambda", "Λ"),
    *(
        Name(function, rf"{written}_{{{k}}}", f"{text}{'₀₁₂₃₄₅₆₇₈₉'[k]}")
        for family, written, text in (
            (ALPHA, r"\alpha", "α"),
            (NU, r"\nu", "ν"),
            (FORCING, "R", "R"),
        )
        for k, function in enumerate(family)
        if k
    ),
    Name(CHI, r"\chi", "χ"),
    Name(ZETA, r"\zeta", "ζ"),
    Name(KAPPA, r"\kappa", "κ"),
    Name(GAMMA, r"\gamma", "γ"),
    Name(TANH, "t", "t"),
    Name(ARCTAN, r"\theta", "θ"),
    Name(ROOT, "s", "s"),
    Name(EXPONENTIAL, "u", "u"),
    Name(LOGARITHM, r"\beta", "β"),
    Name(ERROR, "v", "v"),
    *(Name(h, rf"\taH_{{{k}}}", f"h{'₀₁₂₃₄₅₆₇₈₉'[k]}") for k, h in enumerate(H) if k),
    Name(SQUARED, "x", "x"),
    Name(SQUARED_NEXT, "x_{+}", "x₊"),
    Name(OMEGA, r"\omega", "ω"),
    Name(PULL, r"\tau", "τ"),
    Name(LOSS_OF_SQUARE, "G", "G"),
    Name(INVERSE, r"\iota", "ι"),
    Name(DIVIDED_INVERSE, r"\mathrm{D}\iota", "Dι"),
    *(
        Name(h, rf"\mathrm{{D}}\taH_{{{k}}}", f"Dh{'₀₁₂'[k]}")
        for k, h in enumerate(DIVIDED_H, start=1)
    ),
    Name(MISFIT, "v", "v"),
    Name(MISFIT_NEXT, "v_{+}", "v₊"),
    Name(MISFIT_START, "v_0", "v₀"),
    Name(CHANGE, r"\Phi", "Φ"),
    Name(CHANGE_SLOPE, r"\Phi_v", "Φᵥ"),
    Name(PACE, "g_0", "g₀"),
    *(Name(beta, rf"\beta_{k}", f"β{'₀₁₂'[k]}") for k, beta in enumerate(BETA, start=1)),
    Name(FUNNEL, r"\psi", "ψ"),
    Name(CENTRE, "C_1", "C₁"),
    Name(ROOM, r"\delta", "δ"),
    Name(STEPS, "t", "t"),
    Name(CLOCK, r"\vartheta", "ϑ"),
    Name(MAJORANT, "u", "u"),
    Name(two_sided.OPPOSITE, r"\tilde{\taP}", "p̃"),
    Name(two_sided.SLOPE, "g", "g"),
    Name(two_sided.HEIGHT, "Q_0", "Q₀"),
    Name(two_sided.RISE, "g'", "g'"),
    Name(two_sided.OTHER_RISE, r"\tilde{g}'", "g̃'"),
    Name(two_sided.H, r"\taH", "h"),
    Name(two_sided.OTHER_H, r"\tilde{\taH}", "h̃"),
    Name(ORIGIN, "z_{*}", "z*"),
    Name(STEEP, "L", "L"),
    Name(STEEP_THERE, r"\tilde{L}", "L̃"),
    Name(TILT, "g^{(2)}(0)", "g^(2)(0)"),
    Name(TWIST, "g^{(3)}(0)", "g^(3)(0)"),
    Name(QUARTIC, "g^{(4)}(0)", "g^(4)(0)"),
    Name(SLOWNESS, r"\rho_0", "ρ₀"),
    Name(PASSED, r"\zeta", "ζ"),
    Name(ALONG_THIRD, "L_{uuu}", "L_uuu"),
    Name(ALONG_FOURTH, "L_{uuuu}", "L_uuuu"),
    Name(COUPLING, "L_{uuj}", "L_uuj"),
    Name(STIFF, r"\lambda_j", "λ_j"),
    Name(SHARPENING, r"\taSharp'", "λ'"),
    Name(SHARPENING_CHANGE, r"\taSharp''", "λ''"),
    Name(MODE, "s", "s"),
    Name(MODE_NEXT, "s_{+}", "s₊"),
    Name(MODE_REST, "s_{*}", "s*"),
    Name(CURVATURE_C, "c", "c"),
    Name(DRIFT_CONSTANT, "k", "k"),
    Name(MU_NEXT, r"\mu_{+}", "μ₊"),
    Name(NU_SHIFTED, r"\nu", "ν"),
    Name(CONSTANT, "C", "C"),
    Name(PLANAR_QUADRATIC, "A_0", "A₀"),
    Name(PLANAR_MIXED, "A_1", "A₁"),
    Name(PLANAR_CUBIC, "B", "B"),
    Name(DRIFT_LINEAR, "d_{10}", "d₁₀"),
    Name(DRIFT_MIXED, "d_{11}", "d₁₁"),
    Name(DRIFT_QUADRATIC, "d_2", "d₂"),
    Name(DRIFT_SHIFT, "e", "e"),
    Name(ALIGNED, "P", "P"),
    Name(CUBE_ROOT, r"\nu", "ν"),
    Name(INNER_P, "X", "X"),
    Name(INNER_Q, "Y", "Y"),
    Name(FLATNESS, r"\rho", "ρ"),
    Name(NEXT_TERM, r"\gamma", "γ"),
    Name(INNER_LIMIT, "Y_{*}", "Y*"),
    Name(AIRY, "u", "u"),
    Name(AIRY_SCALE, "k", "k"),
    Name(AIRY_ZERO, r"|a'_1|", "|a'₁|"),
)
BY_OBJECT = MappingProxyType({name.object: name for name in _NAMES})
BY_KEY = MappingProxyType({str(name.object): name.object for name in _NAMES})


def name_of(thing: Any) -> Name:
    """How a symbol or function is written. Raises KeyError for one that is not in the notation."""
    return BY_OBJECT[thing]
