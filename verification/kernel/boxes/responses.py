"""Responses as functions of x = p² in Coq: those whose slopes are written by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt

import sympy as sp

from ....theory.expressions.parsing import Z
from ....theory.models import Model
from ..names import Untranslatable
from .polynomial import Near, near

Values = dict[str, float]  # of r, r1, r2, omega and omega1


@dataclass(frozen=True)
class OnX:
    """What Coq calls r and its slopes as functions of x, and φ²/x and its slope.

    `module` is the file by hand; `equal` proves that the formula in p is that function of p²;
    `unfolded` are the definitions to put in; `polynomial` says whether tanh √x/√x stands in them.
    """

    model: str
    response: sp.Expr
    module: str
    r: tuple[str, str, str]
    slopes: tuple[str, str]
    omega: tuple[str, str, str] | None
    equal: str
    unfolded: tuple[str, ...]
    polynomial: bool

    def values(self, known: Near | None) -> Callable[[float], Values]:
        """r and the others in floats."""
        if known is None:
            return _root
        plain = _tanh if self.omega is None else _bell
        return lambda x: plain(x, known.at(x))

    def near(self, end: Fraction) -> Near | None:
        """The polynomial, where there is one. Raises Untranslatable where none is near enough."""
        try:
            return near(end) if self.polynomial else None
        except ValueError as error:
            raise Untranslatable(str(error)) from None


def _tanh(x: float, jet: tuple[float, float, float]) -> Values:
    return dict(zip(("r", "r1", "r2"), jet, strict=True))


def _bell(x: float, jet: tuple[float, float, float]) -> Values:
    u, u1, u2 = jet
    return {
        "r": u - x * u**3,
        "r1": u1 - u**3 - 3 * x * u**2 * u1,
        "r2": u2 - 6 * u**2 * u1 - 6 * x * u * u1**2 - 3 * x * u**2 * u2,
        "omega": u * u,
        "omega1": 2 * u * u1,
    }


def _root(x: float) -> Values:
    r = 1 / sqrt(1 + x)
    return {"r": r, "r1": -(r**3) / 2, "r2": 0.75 * r**5}


_FIELD = "field; repeat split; auto; apply Rgt_not_eq, cosh_positive"
_KNOWN = (
    OnX(
        "linear",
        sp.tanh(Z) / Z,
        "TanhRatio",
        ("u", "u1", "u2"),
        ("u_slope", "u1_slope"),
        None,
        f"rewrite <- (u_even z N). unfold tanh. {_FIELD}.",
        (),
        True,
    ),
    OnX(
        "neuron",
        sp.tanh(Z) * (1 - sp.tanh(Z) ** 2) / Z,
        "TanhRatio",
        ("bell", "bell1", "bell2"),
        ("bell_slope", "bell1_slope"),
        ("square", "square1", "square_slope"),
        f"unfold bell. rewrite <- (u_even z N). unfold tanh. {_FIELD}.",
        ("bell", "bell1", "bell2", "square", "square1"),
        True,
    ),
    OnX(
        "linear",
        1 / sp.sqrt(1 + Z**2),
        "RootRatio",
        ("root", "root1", "root2"),
        ("root_slope", "root1_slope"),
        None,
        "unfold root. replace (z ^ 2 + 1) with (1 + z ^ 2) by ring. field. "
        "apply Rgt_not_eq, sqrt_lt_R0. nra.",
        ("root2", "root1", "root"),
        False,
    ),
)


def on_x(model: Model) -> OnX:
    """What is known of a model's response. Raises Untranslatable for others than those above."""
    for known in _KNOWN:
        difference = known.response - model.response.response
        if known.model == model.name and sp.simplify(difference.rewrite(sp.exp)) == 0:
            return known
    raise Untranslatable(
        "the tube in Coq is written for the linear model with log(cosh(z)) or sqrt(1 + z**2), and "
        "for the neuron with tanh(z)"
    )
