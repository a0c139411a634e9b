"""The two-layer linear network, for every width, input dimension, input and target.

Nothing is typed in: the map follows from the action of a gradient step on the Gram matrix of
(Uᵀx, v), the spectrum from differentiating the gradient along (v, u) and (u, v).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import ClassVar

import sympy as sp

from ..errors import InputError
from ..expressions.parsing import Z, parse_rational
from ..responses import Loss, Response
from .base import ETA, About, Model, P, ParameterSpace, Q, R, ReducedModel
from .flow_regime import HEIGHT, LEAST, RATE, STEP, FlowRegime
from .laws import GENERAL, Laws
from .options import ModelOption
from .solution import SolutionSharpness

# For ℓ'' < 0 another eigenvalue is the largest: |ℓ'| if m ≥ 2, possibly 0 if d ≥ 2.
_CONVEX = ("analytic", "symmetry", "A2")

_LAWS = Laws(
    step=r"a gradient step is $\taP' = (1 - 2\taR/\taQ + \taEta^2\taP^2\taR^2) \taP$, "
    r"$\taQ' = \taQ/(1 - \taEta^2\taP^2\taR(2\taQ - \taR))$, "
    r"where $\taR(\taP)$, $\taQ$ and $\taQ'$ are finite",
    crossing_time=r"\taEta^{-2} (|\taR''(0)| \ln(1/\taEta) + K(\taQ_0))",
    limit=r"- \taEta^2/(2\taR''(0))",
    saturation=r"2/\taEta - \taEta/|\taR''(0)| + O(\taEta^3)",
    gap=r"1 + O(\taEta)",
    power=2,
    flat=r"\taEta^\beta",
    flat_unit=r"\rho",
    flow=FlowRegime(
        bounds=r"$|\taP_t| \le L(1 - m)^t$ and $\taQ_t$ stays in "
        r"$[\taQ_0, \taQ_0 \exp(C\taEta^2L^2)]$",
        orbits=r"$|\taP_0| \le L$ and $2/(2 - \taEta L) < \taQ_0 < "
        r"\min\{1/(16\taEta L), \taR(L)/(2\taEta L)\}$, with "
        r"$m = \min\{2(\taQ_0 - 1)/\taQ_0, \taR(L)/(2\taQ_0)\}$ and $C = 2\taQ_0/m$",
        above=2 / (2 - STEP),
        below=(1 / (16 * STEP), LEAST / (2 * STEP)),
        rates=(2 * (HEIGHT - 1) / HEIGHT, LEAST / (2 * HEIGHT)),
        drift=2 * HEIGHT / RATE * STEP**2,
        from_start=False,
        drawn_above=2 / (2 - STEP),
    ),
    solution=r"a step multiplies $\taSharp_\infty = (2/\taEta)\sqrt{1/\taQ^2 - "
    r"\taEta^2\taP^2}$, the sharpness where gradient flow would end, by $|1 - \taEta^2 "
    r"\taEll'(\taP)^2|$; it never rises if $\taEta \sup|\taEll'| \le \sqrt{2}$",
    sharpness_needs=_CONVEX,
)

# Of an input of any other norm.
_RESCALED = About(
    title="two-layer linear network",
    spoken="linear model",
    subject="The network",
    standard=("log-cosh", "pseudo-huber"),
)


def _norm(text: str) -> sp.Rational:
    value = parse_rational(text)
    if not value > 0:
        raise InputError(f"{text[:60]}: the norm of an input is positive")
    return value


@dataclass(frozen=True)
class TwoLayerLinear(Model):
    """f = xᵀUv with L = ℓ(f); p = f, q = 2/(η(‖Uᵀx‖² + ‖x‖²‖v‖²)).

    An input of another norm N is a rescaling: with η̃ = Nη and S̃ = S/N the step of (f, S) and q are
    those of norm 1 at the step size η̃, and the sharpness is N times theirs. So ε = (Nη)², η being
    the true step size and λ the true sharpness. What was proved for norm 1 is not said of another.

    `response` is a Loss, or what `Loss` makes one of. Raises ArgumentError, ExpressionError.

    >>> TwoLayerLinear(Loss.parse("log-cosh")).generic().p_next
    p*(eta**2*p**2*r(p)**2 + 1 - 2*r(p)/q)
    >>> TwoLayerLinear(Loss.parse("log-cosh"), input_norm=2).generic().p_next
    p*(4*eta**2*p**2*r(p)**2 + 1 - 2*r(p)/q)
    """

    response: Loss
    input_norm: sp.Rational = sp.S.One
    name: ClassVar[str] = "linear"
    exponent: ClassVar[sp.Rational] = sp.S.Half
    kind: ClassVar[type[Response]] = Loss
    laws: ClassVar[Laws] = _LAWS
    options: ClassVar[tuple[ModelOption, ...]] = (
        ModelOption("input-norm", _norm, "The norm of the input.", sp.S.One, "N"),
    )
    about: ClassVar[About] = About(
        title="two-layer linear network",
        spoken="linear model",
        subject="The network",
        from_paper=True,
        chapters=(
            "response",
            *("linear.maps", "frozen", "linear.sharpness", "linear.solution", "linear.flow"),
            *("curve", "limits", "linear.progressive", "linear.long_times", "uniform"),
            "flat",
        ),
        standard=("log-cosh", "pseudo-huber"),
        start=(sp.Rational(3, 10), sp.Rational(4, 5)),
        any_size=True,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.input_norm != 1:  # for which the class says more than is known of another
            object.__setattr__(self, "about", _RESCALED)
            object.__setattr__(self, "laws", replace(GENERAL, sharpness_needs=_CONVEX))

    def step_size(self, epsilon: sp.Expr) -> sp.Expr:
        """η as a function of ε."""
        return sp.sqrt(epsilon) / self.input_norm

    def small_parameter(self, eta: sp.Expr) -> sp.Expr:
        """ε as a function of η."""
        return (self.input_norm * eta) ** 2

    @property
    def largest_p(self) -> sp.Expr:
        """2|a·b| ≤ ‖a‖² + ‖b‖² for a = Uᵀx, b = ‖x‖v, which have every f and S with 2‖x‖|f| ≤ S."""
        return 1 / (self.input_norm * ETA * Q)

    def generic(self) -> ReducedModel:
        """Derived for all widths and input dimensions; see `linear_update`."""
        return linear_map(sp.S.Zero, sp.S.One, self.input_norm)

    @property
    def solution(self) -> SolutionSharpness | None:
        """2√(ab) in the coordinates of `diagonal_form`: gradient flow conserves it."""
        return _solution() if self.input_norm == 1 else None

    def parameter_space(self) -> ParameterSpace:
        """Width 3, input dimension 2, x = (3/5, 4/5) times its norm."""
        x = (sp.Rational(3, 5) * self.input_norm, sp.Rational(4, 5) * self.input_norm)
        U = sp.symbols("U1:3_1:4", real=True)
        v = sp.symbols("v1:4", real=True)
        hidden = [x[0] * U[i] + x[1] * U[3 + i] for i in range(3)]
        output = sum(a * b for a, b in zip(hidden, v, strict=True))
        norm = sum(sp.diff(output, t) ** 2 for t in (*U, *v))
        objective = self.response.expression.subs(Z, output)
        return ParameterSpace((*U, *v), objective, output, 2 / (ETA * norm))


@dataclass(frozen=True)
class LinearUpdate:
    """f' and S' after one step, S = ‖Uᵀx‖² + ‖x‖²‖v‖², in terms of the symbols below."""

    f_next: sp.Expr
    s_next: sp.Expr
    f: sp.Symbol
    s: sp.Symbol
    slope: sp.Symbol  # ℓ'(f − y)
    x_squared: sp.Symbol  # ‖x‖²


@cache
def linear_update() -> LinearUpdate:
    """The update of (f, S) for every width m, input dimension d, input x and target y.

    A step maps a = Uᵀx and b = v to linear combinations of a and b, the same in each of the m
    coordinates; hence the Gram matrix G of (a, b) becomes M G Mᵀ, and f = G₁₂, S = G₁₁ + ‖x‖² G₂₂.

    >>> u = linear_update()
    >>> sp.collect(u.f_next, u.f)
    -S*eta*g + f*(X*eta**2*g**2 + 1)
    """
    f, s, g, xx = sp.symbols("f S g X", real=True)
    step = _linear_step_matrix(g, xx)
    aa, bb = sp.symbols("G11 G22", real=True)
    gram = step * sp.Matrix([[aa, f], [f, bb]]) * step.T
    f_next = sp.expand(gram[0, 1].subs(aa, s - xx * bb))
    s_next = sp.expand((gram[0, 0] + xx * gram[1, 1]).subs(aa, s - xx * bb))
    if f_next.has(bb) or s_next.has(bb):  # (f, S) would not be a closed system
        raise ArithmeticError("the update of (f, S) depends on more than f and S")
    return LinearUpdate(f_next, s_next, f, s, g, xx)


def _linear_step_matrix(g: sp.Symbol, xx: sp.Symbol) -> sp.Matrix:
    """The 2×2 matrix by which one gradient step acts on (Uᵀx, v), read off the matrix calculus."""
    d, m = sp.symbols("d m", integer=True, positive=True)
    x, U, v = (sp.MatrixSymbol(*n) for n in (("x", d, 1), ("U", d, m), ("v", m, 1)))
    output = sp.Trace(x.T * U * v)
    U_next = U - ETA * g * output.diff(U)  # the chain rule: ∇L = ℓ'(f − y) ∇f
    v_next = v - ETA * g * output.diff(v)
    rows = [_coordinates((U_next.T * x).doit().expand(), x, U, v, xx)]
    rows.append(_coordinates(v_next.doit().expand(), x, U, v, xx))
    return sp.Matrix(rows)


def _coordinates(
    vector: sp.MatrixExpr,
    x: sp.MatrixSymbol,
    U: sp.MatrixSymbol,
    v: sp.MatrixSymbol,
    xx: sp.Symbol,
) -> list[sp.Expr]:
    """Coordinates of a vector with respect to (Uᵀx, v); a term of any other form is an error."""
    basis = {(U.T, x): (sp.Integer(1), 0), (v,): (sp.Integer(1), 1), (v, x.T, x): (xx, 1)}
    found = [sp.Integer(0), sp.Integer(0)]
    for term in sp.MatAdd.make_args(vector):
        scalar, factors = term.as_coeff_matrices() if term.is_MatMul else (sp.Integer(1), [term])
        if tuple(factors) not in basis:
            raise ArithmeticError(f"{term} is not a combination of Uᵀx and v")
        factor, index = basis[tuple(factors)]
        found[index] += scalar * factor
    return found


@cache
def linear_map(origin: sp.Expr, bend: sp.Expr, input_norm: sp.Rational = sp.S.One) -> ReducedModel:
    """The reduced map and the Hessian's block for any loss about a minimum.

    Parameters: `origin`, the output at the minimum; `bend`, ℓ'' there; ‖x‖. With these
    p = f − origin, q = 2/(η bend S) and p r(p) = ℓ'/bend; for an even loss and no target the first
    two are 0 and 1.

    >>> linear_map(sp.Integer(3), sp.S.One).p_next
    p*(eta**2*p**2*r(p)**2 + 3*eta**2*p*r(p)**2 + 1 - 2*r(p)/q)
    """
    update = linear_update()
    slope = P * R(P)
    size, square = 2 / (ETA * bend * Q), input_norm**2
    at = {
        update.x_squared: square,
        update.f: origin + P,
        update.s: size,
        update.slope: bend * slope,
    }
    p_next = P * sp.expand(sp.cancel((update.f_next - origin).subs(at) / P))
    q_next = Q / sp.expand(update.s_next.subs(at) / size)
    spectrum = linear_spectrum()
    at |= {
        spectrum.x_squared: square,
        spectrum.first: bend * slope,
        spectrum.second: bend * sp.diff(slope, P),
    }
    trace, determinant = (e.subs(at) for e in (spectrum.trace, spectrum.determinant))
    return ReducedModel(p_next, q_next, sp.expand(trace), sp.expand(determinant))


@dataclass(frozen=True)
class LinearSpectrum:
    """The Hessian of ℓ(xᵀUv − y) for d inputs and width m: all dm + m eigenvalues.

    Two are the roots of λ² − trace·λ + determinant; ±`paired` have multiplicity m − 1 each, and 0
    has multiplicity m(d − 1). All in terms of f, S, ‖x‖² and the derivatives ℓ', ℓ''.
    """

    trace: sp.Expr
    determinant: sp.Expr
    paired: sp.Expr
    f: sp.Symbol
    s: sp.Symbol
    x_squared: sp.Symbol
    first: sp.Symbol
    second: sp.Symbol

    @property
    def largest(self) -> sp.Expr:
        """The larger root; it is the largest eigenvalue of all if ℓ'' ≥ 0.

        The block's characteristic polynomial at ‖x‖|ℓ'| is then −ℓ''‖x‖|ℓ'|(S ± 2‖x‖f) ≤ 0, since
        2‖x‖|f| ≤ S. For ℓ'' < 0 one of ±‖x‖ℓ' (m ≥ 2) or 0 (d ≥ 2) can be larger.
        """
        return (self.trace + sp.sqrt(self.trace**2 - 4 * self.determinant)) / 2


@cache
def linear_spectrum() -> LinearSpectrum:
    """The spectrum for every width, input dimension, input and target.

    With u = Uᵀx/‖x‖ the objective depends on (u, v) alone, f = ‖x‖ u·v, and its gradient there is
    ℓ'‖x‖ (v, u). Differentiating it along (v, u) and (u, v) stays in their span; along a pair
    (w, ±w) with w orthogonal to u and v it gives ±ℓ'‖x‖ times the pair.

    >>> linear_spectrum().trace, linear_spectrum().paired
    (S*l2, sqrt(X)*l1)
    """
    f, s, first, second = sp.symbols("f S l1 l2", real=True)
    xx, uu, t = sp.Symbol("X", positive=True), sp.Symbol("G11", real=True), sp.Symbol("t")
    norm = sp.sqrt(xx)
    # Vectors are pairs of coordinates with respect to (u, v); S = ‖x‖²(u·u + v·v), f = ‖x‖ u·v.
    gram = sp.Matrix([[uu, f / norm], [f / norm, s / xx - uu]])
    rows = []
    for along_u, along_v in (((0, 1), (1, 0)), ((1, 0), (0, 1))):
        u = sp.Matrix([1, 0]) + t * sp.Matrix(along_u)
        v = sp.Matrix([0, 1]) + t * sp.Matrix(along_v)
        rise = sp.diff(norm * (u.T * gram * v)[0], t).subs(t, 0)  # of f
        in_u = norm * (second * rise * v + first * sp.diff(v, t)).subs(t, 0)
        in_v = norm * (second * rise * u + first * sp.diff(u, t)).subs(t, 0)
        if sp.expand(in_u[0] - in_v[1]) != 0 or sp.expand(in_u[1] - in_v[0]) != 0:
            raise ArithmeticError("the Hessian leaves the span of (v, u) and (u, v)")
        rows.append([in_u[1], in_u[0]])
    block = sp.Matrix(rows).applyfunc(sp.expand)
    return LinearSpectrum(
        sp.expand(block.trace()), sp.expand(block.det()), norm * first, f, s, xx, first, second
    )


@dataclass(frozen=True)
class DiagonalForm:
    """a = 1/(ηq) + p and b = 1/(ηq) − p (½‖Uᵀx ± v‖² for ‖x‖ = 1), which evolve separately.

    p = (a − b)/2 and 1/(ηq) = (a + b)/2; `a_factor` and `b_factor` are a'/a and b'/b.
    """

    a: sp.Expr
    b: sp.Expr
    a_factor: sp.Expr
    b_factor: sp.Expr


@cache
def diagonal_form() -> DiagonalForm:
    """The linear map in the coordinates in which a step is diagonal, t = ℓ'(p) written p r(p).

    >>> diagonal_form().a_factor
    (-eta*p*r(p) + 1)**2
    """
    slope = sp.Symbol("g", real=True)
    step = _linear_step_matrix(slope, sp.S.One)
    factors = []
    for direction in (sp.Matrix([[1, 1]]), sp.Matrix([[1, -1]])):
        image = direction * step
        if image[1] != direction[1] * image[0]:
            raise ArithmeticError("Uᵀx ± v are not eigendirections of the step")
        factors.append((image[0] ** 2).subs(slope, P * R(P)))
    half = 1 / (ETA * Q)
    return DiagonalForm(half + P, half - P, factors[0], factors[1])


@cache
def _solution() -> SolutionSharpness:
    form = diagonal_form()
    factor = 1 - (ETA * P * R(P)) ** 2
    if sp.expand(factor**2 - form.a_factor * form.b_factor) != 0:
        raise ArithmeticError("a step does not multiply ab by the square of this")
    return SolutionSharpness(sp.expand(4 * form.a * form.b), factor)
