"""The single neuron L(x, y) = ½ φ(x)² y²."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import ClassVar

import sympy as sp

from ..expressions.parsing import Z
from ..responses import Activation, Response
from .base import ETA, PHI_SQUARED, About, Model, P, ParameterSpace, Q, R, ReducedModel
from .flow_regime import HEIGHT, LEAST, RATE, STEP, FlowRegime
from .laws import Laws

_SLOWEST = 2 * STEP / ((1 - STEP) * sp.log(2))  # the m for which the drift is ln 2

_LAWS = Laws(
    step=r"a gradient step is $\taP' = (1 - 2\taR/\taQ) \taP$, "
    r"$\taQ' = \taQ/(1 - \taEta\taPhi^2)^2$, where $\taR(\taP)$, $\taQ$ and $\taQ'$ are finite",
    crossing_time=r"\taEta^{-1} ((|\taR''(0)|/4) \ln(1/\taEta) + K(\taQ_0))",
    limit=r"- \taEta/\taR''(0)",
    saturation=r"2/\taEta - 2/|\taR''(0)| + O(\taEta)",
    gap=r"\sup|D| + O(\taEta)",
    flat=r"(2\taEta)^{\beta/2}",
    flat_unit=r"(\rho/2)",
    exact=r"for $\taPhi = z/\sqrt{1 + z^2/s^2}$ and $\taEta s^2 \le 1$, "
    r"$\taQ = \kappa\taR(\taP)$ stays, $\kappa = 2/(1 + \sqrt{1 - \taEta s^2})$, and "
    r"$\taP' = -\sqrt{1 - \taEta s^2} \taP$",
    flow=FlowRegime(
        bounds=r"$|\taP_t| \le (1 - m)^t |\taP_0|$ and $\taQ_t$ stays in "
        r"$[\taQ_0, \taQ_0 \exp(C)]$",
        orbits=r"$|\taP_0| \le s$, $\taQ_0 > 1$, $\taEta s^2 < 1$ and $C \le \ln\,2$, with any "
        r"$s > 0$, $m = \min\{2(\taQ_0 - 1)/\taQ_0, \taR(s)/\taQ_0\}$ and "
        r"$C = 2\taEta s^2/((1 - \taEta s^2)m)$",
        above=2 / (2 - _SLOWEST),
        below=(LEAST / _SLOWEST,),
        rates=(2 * (HEIGHT - 1) / HEIGHT, LEAST / HEIGHT),
        drift=2 * STEP / ((1 - STEP) * RATE),
        from_start=True,
        drawn_above=1 + 2 * STEP,
    ),
)


@dataclass(frozen=True)
class SingleNeuron(Model):
    """L(x, y) = ½ φ(x)² y²; p = x, q = 2/(η y²).

    `response` is an Activation, or what `Activation` makes one of. Raises ArgumentError,
    ExpressionError.

    >>> SingleNeuron(Activation.parse("tanh")).generic().p_next
    p*(1 - 2*r(p)/q)
    """

    response: Activation
    name: ClassVar[str] = "neuron"
    exponent: ClassVar[sp.Rational] = sp.S.One
    kind: ClassVar[type[Response]] = Activation
    laws: ClassVar[Laws] = _LAWS
    about: ClassVar[About] = About(
        title="single neuron",
        spoken="neuron",
        subject="The neuron",
        from_paper=True,
        chapters=(
            "response",
            *("neuron.maps", "frozen", "neuron.sharpness", "neuron.flow"),
            *("curve", "neuron.exact", "limits", "neuron.progressive", "neuron.long_times"),
            *("uniform", "flat"),
        ),
        standard=("tanh",),
        start=(sp.Rational(3, 10), sp.Rational(17, 20)),
    )

    def generic(self) -> ReducedModel:
        """Derived from the two partial derivatives of the objective."""
        return _generic_neuron()

    def parameter_space(self) -> ParameterSpace:
        """The two parameters x and y."""
        x, y = sp.symbols("x y", real=True)
        objective = self.response.expression.subs(Z, x) ** 2 * y**2 / 2
        return ParameterSpace((x, y), objective, x, 2 / (ETA * y**2))


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
