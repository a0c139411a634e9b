"""The two models: from the gradient step in parameter space to the reduced map in (p, q).

Nothing here is typed in: the linear map follows from the action of a gradient step on the Gram
matrix of (Uᵀx, v), for every width and input dimension; the neuron's from its two parameters.
Both are kept generic in r, so that one derivation serves every loss and activation.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cache, cached_property
from typing import ClassVar

import sympy as sp

from .expressions import Z
from .responses import Activation, Loss, Response

P = sp.Symbol("p", real=True)
Q = sp.Symbol("q", positive=True)
ETA = sp.Symbol("eta", positive=True)
EPSILON = sp.Symbol("epsilon", positive=True)

R = sp.Function("r")  # the response, while it is generic
PHI_SQUARED = sp.Function("w")  # φ², while it is generic (neuron only)


@dataclass(frozen=True)
class ReducedModel:
    """p' and q' in P, Q, ETA, and the Hessian's 2×2 block that carries the largest eigenvalue."""

    p_next: sp.Expr
    q_next: sp.Expr
    trace: sp.Expr
    determinant: sp.Expr

    @property
    def sharpness(self) -> sp.Expr:
        """The larger eigenvalue of the block."""
        return (self.trace + sp.sqrt(self.trace**2 - 4 * self.determinant)) / 2


@dataclass(frozen=True)
class ParameterSpace:
    """The definition a reduced model is checked against: objective, p and q of the parameters."""

    parameters: tuple[sp.Symbol, ...]
    objective: sp.Expr
    p: sp.Expr
    q: sp.Expr


@dataclass(frozen=True)
class Model(ABC):
    """One model with one response. A new model defines `name`, `exponent` and two methods."""

    response: Response
    name: ClassVar[str]
    exponent: ClassVar[sp.Rational]  # η = ε^exponent, ε being what the slow curve expands in

    def step_size(self, epsilon: sp.Expr) -> sp.Expr:
        """η as a function of the small parameter ε."""
        return epsilon**self.exponent

    def small_parameter(self, eta: sp.Expr) -> sp.Expr:
        """ε as a function of η."""
        return eta ** (1 / self.exponent)

    @abstractmethod
    def generic(self) -> ReducedModel:
        """The reduced model for an unspecified response R(P) (and PHI_SQUARED(P))."""

    @abstractmethod
    def parameter_space(self) -> ParameterSpace:
        """Objective, p and q in parameter space, for this response."""

    def concrete(self, expression: sp.Expr) -> sp.Expr:
        """An expression in R(P), its derivatives and PHI_SQUARED(P), for this response."""
        known = {R(P): self.response.response.subs(Z, P)}
        if isinstance(self.response, Activation):
            known[PHI_SQUARED(P)] = self.response.expression.subs(Z, P) ** 2
        return expression.subs(known).doit()

    @cached_property
    def reduced(self) -> ReducedModel:
        """The reduced model for this response."""
        g = self.generic()
        parts = (g.p_next, g.q_next, g.trace, g.determinant)
        return ReducedModel(*(self.concrete(part) for part in parts))


@dataclass(frozen=True)
class TwoLayerLinear(Model):
    """f = xᵀUv with L = ℓ(f), ‖x‖ = 1; p = f, q = 2/(η(‖Uᵀx‖² + ‖v‖²)).

    >>> TwoLayerLinear(Loss.parse("log-cosh")).generic().p_next
    p*(eta**2*p**2*r(p)**2 + 1 - 2*r(p)/q)
    """

    response: Loss
    name: ClassVar[str] = "linear"
    exponent: ClassVar[sp.Rational] = sp.S.Half

    def generic(self) -> ReducedModel:
        """Derived for all widths and input dimensions; see `linear_update`."""
        return _generic_linear()

    def parameter_space(self) -> ParameterSpace:
        """Width 3, input dimension 2, x = (3/5, 4/5)."""
        x = (sp.Rational(3, 5), sp.Rational(4, 5))
        U = sp.symbols("U1:3_1:4", real=True)
        v = sp.symbols("v1:4", real=True)
        hidden = [x[0] * U[i] + x[1] * U[3 + i] for i in range(3)]
        output = sum(a * b for a, b in zip(hidden, v, strict=True))
        norm = sum(sp.diff(output, t) ** 2 for t in (*U, *v))
        objective = self.response.expression.subs(Z, output)
        return ParameterSpace((*U, *v), objective, output, 2 / (ETA * norm))


@dataclass(frozen=True)
class SingleNeuron(Model):
    """L(x, y) = ½ φ(x)² y²; p = x, q = 2/(η y²).

    >>> SingleNeuron(Activation.parse("tanh")).generic().p_next
    p*(1 - 2*r(p)/q)
    """

    response: Activation
    name: ClassVar[str] = "neuron"
    exponent: ClassVar[sp.Rational] = sp.S.One

    def generic(self) -> ReducedModel:
        """Derived from the two partial derivatives of the objective."""
        return _generic_neuron()

    def parameter_space(self) -> ParameterSpace:
        """The two parameters x and y."""
        x, y = sp.symbols("x y", real=True)
        objective = self.response.expression.subs(Z, x) ** 2 * y**2 / 2
        return ParameterSpace((x, y), objective, x, 2 / (ETA * y**2))


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
def _generic_linear() -> ReducedModel:
    update = linear_update()
    slope = P * R(P)
    at = {update.x_squared: 1, update.f: P, update.s: 2 / (ETA * Q), update.slope: slope}
    p_next = P * sp.expand(sp.cancel(update.f_next.subs(at) / P))
    q_next = Q / sp.expand(ETA * Q * update.s_next.subs(at) / 2)
    block = _linear_hessian_block(slope)
    return ReducedModel(p_next, q_next, sp.expand(block.trace()), sp.expand(block.det()))


def _linear_hessian_block(slope: sp.Expr) -> sp.Matrix:
    """The Hessian for ‖x‖ = 1 on the span of (v, Uᵀx) and (Uᵀx, v).

    With a = Uᵀx, b = v the gradient is ℓ'(a·b)(b, a). Differentiating it along (b, a) and (a, b)
    stays in their span; off that span the eigenvalues are ±ℓ' (m − 1 times each) and 0. For ℓ'' > 0
    the block has the largest one: its characteristic polynomial at |ℓ'| is −ℓ''(S|ℓ'| + 2ℓ'p) ≤ 0.
    """
    s, t = sp.Symbol("S", positive=True), sp.Symbol("s", real=True)
    first, second = sp.symbols("l1 l2", real=True)
    rows = []
    # Vectors are pairs of coordinates with respect to (a, b); a·a + b·b = S, a·b = P.
    for along_a, along_b in (((0, 1), (1, 0)), ((1, 0), (0, 1))):
        a = sp.Matrix([1, 0]) + t * sp.Matrix(along_a)
        b = sp.Matrix([0, 1]) + t * sp.Matrix(along_b)
        aa = sp.Symbol("G11", real=True)
        gram = sp.Matrix([[aa, P], [P, s - aa]])
        inner = sp.diff((a.T * gram * b)[0], t).subs(t, 0)
        derivative = (second * inner * b + first * sp.diff(b, t)).subs(t, 0)
        mirror = (second * inner * a + first * sp.diff(a, t)).subs(t, 0)
        if sp.expand(derivative[0] - mirror[1]) != 0 or sp.expand(derivative[1] - mirror[0]) != 0:
            raise ArithmeticError("the Hessian leaves the span of (v, Uᵀx) and (Uᵀx, v)")
        rows.append([derivative[1], derivative[0]])
    at = {s: 2 / (ETA * Q), first: slope, second: sp.diff(slope, P)}
    return sp.Matrix(rows).applyfunc(sp.expand).subs(at)


@cache
def _generic_neuron() -> ReducedModel:
    x, y = sp.symbols("x y", real=True)
    phi = sp.Function("phi")
    objective = phi(x) ** 2 * y**2 / 2
    x_next = x - ETA * sp.diff(objective, x)
    y_next = y - ETA * sp.diff(objective, y)
    p_next = P * sp.expand(sp.cancel(_in_response_terms(x_next, x, y, phi) / P))
    q_next = Q / sp.factor(ETA * Q * _in_response_terms(sp.expand(y_next**2), x, y, phi) / 2)
    hessian = sp.hessian(objective, (x, y))
    trace, determinant = (
        _in_response_terms(sp.expand(e), x, y, phi) for e in (hessian.trace(), hessian.det())
    )
    return ReducedModel(p_next, q_next, trace, determinant)


def _in_response_terms(
    expression: sp.Expr, x: sp.Symbol, y: sp.Symbol, phi: sp.FunctionClass
) -> sp.Expr:
    """φφ' = p r(p), φ'² + φφ'' = (p r)', φ² = w, y² = 2/(ηq)."""
    slope = P * R(P)
    value, first = phi(x), sp.diff(phi(x), x)
    second = sp.diff(first, x)
    # φ'' is eliminated first, then φ' (which by now stands only beside φ), then φ².
    e = sp.expand(expression.subs(second, (sp.diff(slope, P) - first**2) / value))
    e = sp.expand(e.subs(first, slope / value))
    e = e.subs(value, sp.sqrt(PHI_SQUARED(P))).subs(y, sp.sqrt(2 / (ETA * Q))).subs(x, P)
    return sp.expand(e)
