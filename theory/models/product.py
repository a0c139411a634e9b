"""The two-layer linear network with a target, for any smooth loss about a minimum.

A loss that is not even sees a target, and a minimum away from 0 is one: ℓ(f − y) has its minimum
at f = y + z₀, and a step depends on the output there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Self

import sympy as sp

from ..arguments import rational
from ..expressions.parsing import Z, parse_constant, parse_rational
from ..responses import Loss, Response
from ..valleys import Valley
from .base import ETA, About, Model, P, ParameterSpace, Q, ReducedModel
from .laws import Laws
from .linear import TwoLayerLinear, linear_map
from .options import ModelOption

FOUND = "found"  # the minimum is looked for


def _minimum(text: str) -> sp.Expr | str:
    return FOUND if text == FOUND else parse_constant(text)


_RHO = r"\varrho"
_LAWS = Laws(
    step=r"a gradient step is $\taP' = \taP - 2g/\taQ + \taEps g^2 (z_{*} + \taP)$, "
    r"$\taQ' = \taQ/(1 - 2\taEps \taQ g (z_{*} + \taP) + \taEps g^2)$, with $g(\taP) = "
    r"\taEll'(z_0 + \taP)/\taEll''(z_0)$ and $z_{*}$ the output at the minimum $z_0$, "
    r"where $g$, $\taQ$ and $\taQ'$ are finite",
    crossing_time=rf"\taEta^{{-2}} ({_RHO} \ln(1/\taEta) + K(\taQ_0))",
    limit=rf"+ \taEta^2/(2{_RHO})",
    saturation=rf"2/\taEta - \taEta/{_RHO} + O(\taEta^3)",
    gap=r"1 + O(\taEta)",
    power=2,
    height="Q_0",
    flip=r"\alpha > 0",
    cycle=r"any $\taP > 0 > \tilde{\taP}$ with $g(\tilde{\taP}) = -g(\taP)$ give at $\taQ = "
    r"Q_0(\taP) = 2g(\taP)/(\taP - \tilde{\taP})$ the 2-cycle $\{\taP, \tilde{\taP}\}$ with "
    r"multiplier $(1 - 2g'(\taP)/\taQ)(1 - 2g'(\tilde{\taP})/\taQ)$",
    passing=r"the mean of two successive $\taQ$",
    only=frozenset(
        {
            *("reduced-map", "sharpness", "bifurcation/flip", "bifurcation/two-cycle"),
            *("alignment", "slow-curve-2", "crossing", "limit", "saturation"),
        }
    ),
)


@dataclass(frozen=True)
class Product(Model):
    """L(x, y) = ℓ(xy − target) about a minimum z₀ of ℓ: the linear network's map for any width.

    With z = z₀ + target the output at the minimum, p = xy − z and q = 2/(η ℓ''(z₀)(x² + y²)); η and
    the sharpness are those of ℓ as it is given, and ε = (η ℓ''(z₀))². `response` is a Loss, or what
    `Loss` makes one of, or a Valley; `minimum` an exact number, a text such as "log(4)", or "found"
    where ℓ has one minimum only; `target` a rational. Raises ArgumentError, ExpressionError, and
    what `Valley.of` raises.

    >>> Product("(1-z**2)**2/4", minimum=1).generic().p_next
    p*(4*eta**2*p**2*r(p)**2 + 4*eta**2*p*r(p)**2 + 1 - 2*r(p)/q)
    >>> Product("log(cosh(z))", target=1).response.minimum
    0
    """

    response: Loss
    minimum: Any = FOUND
    target: Any = sp.S.Zero
    name: ClassVar[str] = "product"
    exponent: ClassVar[sp.Rational] = sp.S.Half
    kind: ClassVar[type[Response]] = Loss
    seen: ClassVar[type[Response]] = Valley
    laws: ClassVar[Laws] = _LAWS
    options: ClassVar[tuple[ModelOption, ...]] = (
        ModelOption("minimum", _minimum, "A minimum of the loss.", FOUND),
        ModelOption("target", parse_rational, "What is taken off the output.", sp.S.Zero),
    )
    about: ClassVar[About] = About(
        title="two-layer linear network with a target",
        spoken="product model",
        subject="The network",
        chapters=("own_model", "product.cycle", "product.two_sided", "product.limits"),
        standard=("log(2*exp(z) + exp(-2*z))",),
        start=(sp.Rational(3, 10), sp.Rational(4, 5)),
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        given, minimum = self.response, self.minimum
        if not isinstance(given, Valley):
            given = Valley.of(given, None if minimum == FOUND else minimum)
        elif minimum not in (FOUND, given.minimum):
            given = Valley.of(Loss(given.source, given.text), minimum)
        object.__setattr__(self, "response", given)
        object.__setattr__(self, "minimum", given.minimum)
        object.__setattr__(self, "target", rational(self.target, "target"))

    @property
    def valley(self) -> Valley:
        """The loss about its minimum."""
        assert isinstance(self.response, Valley)
        return self.response

    @property
    def origin(self) -> sp.Expr:
        """The output at the minimum, z."""
        # log(4) and 2 log(2) would be two letters to exact algebra.
        return sp.expand_log(sp.expand(self.valley.minimum + self.target))

    @property
    def output(self) -> sp.Expr:
        return self.origin + P

    def with_response(self, response: Response) -> Self:
        return type(self)(response)  # type: ignore[arg-type]  # __post_init__ refuses another

    def step_size(self, epsilon: sp.Expr) -> sp.Expr:
        return sp.sqrt(epsilon) / self.valley.bend

    def small_parameter(self, eta: sp.Expr) -> sp.Expr:
        return (self.valley.bend * eta) ** 2

    @property
    def largest_p(self) -> sp.Expr:
        """2|xy| ≤ x² + y²."""
        return 1 / (ETA * self.valley.bend * Q)

    def generic(self) -> ReducedModel:
        """Derived for all widths, input dimensions and targets; see `linear_map`."""
        return linear_map(self.origin, self.valley.bend)

    def parameter_space(self) -> ParameterSpace:
        """The two parameters x and y."""
        x, y = sp.symbols("x y", real=True)
        p, bend = x * y - self.origin, self.valley.bend
        objective = bend * self.response.expression.subs(Z, p)
        return ParameterSpace((x, y), objective, p, 2 / (ETA * bend * (x**2 + y**2)))


def evenly(model: Model) -> Model:
    """The linear network with the loss about its minimum, for a `Product` whose loss is even there:
    with q frozen the two are one. Another model is returned as it is.

    >>> evenly(Product("log(cosh(z-1))")).name
    'linear'
    """
    valley = model.response
    if not (isinstance(valley, Valley) and valley.even):
        return model
    return TwoLayerLinear(Loss(valley.expression, valley.text))
