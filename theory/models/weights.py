"""Which points (p, q) belong to weights of a model: of others nothing is to be computed."""

from __future__ import annotations

from decimal import ROUND_FLOOR, Context

import sympy as sp

from ..errors import NoWeightsError
from .base import ETA, Model, P, Q


def has_weights(model: Model, eta: sp.Rational, p: sp.Rational, q: sp.Rational) -> bool:
    """Whether some weights have this p and q at the step size η; True where no bound is known.

    >>> from trajalign.theory.models import TwoLayerLinear
    >>> from trajalign.theory.responses import Loss
    >>> linear, half = TwoLayerLinear(Loss.parse("log-cosh")), sp.Rational(1, 2)
    >>> has_weights(linear, half, sp.Integer(2), sp.Integer(1))  # |p| η q = 1: on the bound
    True
    >>> has_weights(linear, half, sp.Integer(3), sp.Integer(1))
    False
    """
    largest = model.largest_p
    return largest is None or bool(abs(model.output.subs(P, p)) <= largest.subs({Q: q, ETA: eta}))


def require_weights(model: Model, eta: sp.Rational, p: sp.Rational, q: sp.Rational) -> None:
    """Raises NoWeightsError, with the bound and what it allows, where no weights have p and q.

    >>> from trajalign.theory.models import TwoLayerLinear
    >>> from trajalign.theory.responses import Loss
    >>> linear = TwoLayerLinear(Loss.parse("log-cosh"))
    >>> require_weights(linear, sp.Integer(5), sp.Rational(3, 10), sp.Rational(4, 5))
    Traceback (most recent call last):
    ...
    trajalign.theory.errors.NoWeightsError: no weights of the linear model have p = 3/10 and \
q = 4/5 at eta = 5: they have |p| <= 1/(eta*q); allowed here: |p| <= 0.25, or eta <= 4.166
    """
    if has_weights(model, eta, p, q):
        return
    raise NoWeightsError(
        f"no weights of the {model.name} model have p = {p} and q = {q} at eta = {eta}: "
        f"they have |{model.output}| <= {model.largest_p}; allowed here: "
        f"{_allowed(model, eta, p, q)}"
    )


def _allowed(model: Model, eta: sp.Rational, p: sp.Rational, q: sp.Rational) -> str:
    assert model.largest_p is not None
    at_q = model.largest_p.subs(Q, q)
    ways = [f"|{model.output}| <= {_rounded_down(at_q.subs(ETA, eta))}"]
    if sp.diff(at_q * ETA, ETA) == 0:  # proportional to 1/η
        ways.append(f"eta <= {_rounded_down(at_q * ETA / abs(model.output.subs(P, p)))}")
    return ", or ".join(ways)


def _rounded_down(value: sp.Expr) -> str:
    """Four digits, rounded so that the number printed is itself allowed."""
    digits = Context(prec=4, rounding=ROUND_FLOOR)
    return f"{digits.create_decimal(str(sp.N(value, 30))).normalize():g}"
