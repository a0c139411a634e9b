"""Derivation of when q passes 1, from how fast |p| shrinks on the slow curve."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from ..models.base import EPSILON, ETA, PHI_SQUARED, Model, P, R
from .claims import Cited, Definition, Derivation, Expansion, Identity, Step
from .notation import CURVATURE, DECAY, DELAY, Q0, REMAINDER, SIZE, TIME, A, H
from .serialization import derivative_at

_SLOPE = sp.diff(R(P), P)
_DECAY, _H = DECAY(P), H[1](P)
_BEND = derivative_at(R, 2, sp.S.Zero)


@dataclass(frozen=True)
class LongTimeLaws:
    """What the laws of long times are made of in one model.

    `small` is ε, and `given` are the hypotheses, in LaTeX; `weight` is −1/(p δ): what dp is worth
    in units of 1/ε steps; δ = 2 h_1 + `extra`; `contracting` says why |μ| < 1. At p = 0, with
    ρ = |r''(0)|: `rate` is 1/δ, `height` is h_1; q = 1 on the curve at p = `size`; the law is
    `law` ln(1/η) + K, which is `factor` ln(1/η) + `rate` ln(`inside`) + J.
    """

    small: str
    given: str
    weight: sp.Expr
    extra: sp.Expr
    contracting: str
    rate: sp.Expr
    height: sp.Expr
    size: sp.Expr
    law: str
    factor: sp.Expr
    inside: sp.Expr

    @property
    def known(self) -> tuple[tuple[sp.Expr, str], ...]:
        """The signs of what the weight is made of."""
        signs = ((P, ">"), (R(P), ">"), (_SLOPE, "<"), (PHI_SQUARED(P), ">"))
        return signs if self.weight.has(PHI_SQUARED(P)) else signs[:-1]


def crossing(model: Model, laws: LongTimeLaws) -> Derivation:
    """The law of the crossing time, with both of its constants."""
    name = model.name
    uses = ("response", "reduced-map", "alignment", "exponential-alignment")
    return Derivation(
        f"{name}/crossing",
        r"When $\taQ$ passes 1",
        rf"Assume {laws.given}, and write $\taEps = {laws.small}$ and $\rho = |\taR''(0)|$. "
        r"An orbit that starts from a height $\taQ_0$ with $c < \taQ_0 \le 1 - \delta$, and has "
        rf"$\taP_t \ne 0$ for all $t$, passes $\taQ = 1$ at $t_b = {laws.law} "
        r"\ln(1/\taEta) + K(\taQ_0)) + O(t_a + \log(1/\taEta))$, with $K$ as in "
        r"\stepref{constant} and "
        rf"$t_a$ as in \thmref{{{name}/alignment}}. The "
        r"terms are derived here; the order of the error is argued in words.",
        (*_time(name, laws), *_size(name, laws), *_law(model, laws)),
        tuple(f"{name}/{n}" for n in uses),
    )


def _time(name: str, laws: LongTimeLaws) -> tuple[Step, ...]:
    """The number of steps from the height q0 down to a small |p|."""
    rate = laws.rate
    alignment = f"{name}/exponential-alignment"
    return (
        Step(
            "rho",
            r"By A4 the second derivative of $\taR$ at 0 is negative; write",
            Definition(CURVATURE, -_BEND),
        ),
        Step(
            "decay-at-zero",
            r"On the slow curve $|\taP|$ shrinks by $1 - \taEps\,\delta(\taP) + O(\taEps^2)$ in a "
            rf"step, by \stepref{{{alignment}:shrink}}. Near $\taP > 0$ it therefore takes "
            r"$1/(\taEps\taP\,\delta(\taP))$ steps per unit by which $|\taP|$ decreases. For small "
            r"$\taP$",
            Expansion(_DECAY, 1 / rate, P, 2),
            (f"{alignment}:decay", f"{name}/alignment:h1", "rho"),
        ),
        Step(
            "split",
            r"so that this number grows like $1/\taP$. We split this part off:",
            Identity((1 / (P * _DECAY), rate / P + (1 / _DECAY - rate) / P)),
        ),
        Step(
            "remainder",
            r"As $\delta$ is even, the second part vanishes at 0 like $\taP$. Let the orbit begin "
            r"at $a = \hat{\taR}(\taQ_0)$, to which it comes within $t_a$ steps, and "
            r"end at a small $\taP_b$, still to be found, where $\taQ = 1$. The integral of the "
            r"second part we take from 0, which changes it by $O(\taP_b^2)$:",
            Definition(REMAINDER, sp.Integral((1 / _DECAY - rate) / P, (P, sp.S.Zero, A))),
        ),
        Step(
            "logarithm",
            "That of the first part is",
            Identity((sp.Integral(rate / P, (P, SIZE, A)), rate * (sp.log(A) - sp.log(SIZE)))),
        ),
        Step(
            "time",
            r"The number of steps is the sum of both, divided by $\taEps$. To leading order, "
            r"therefore,",
            Definition(TIME(A), (rate * (sp.log(A) - sp.log(SIZE)) + REMAINDER) / EPSILON),
        ),
        Step(
            "time-rate",
            r"As it must, this grows with $a$ at the rate of so many steps per unit,",
            Identity((sp.Derivative(TIME(A), A), 1 / (EPSILON * A * DECAY(A)))),
            ("time", "remainder"),
        ),
    )


def _size(name: str, laws: LongTimeLaws) -> tuple[Step, ...]:
    """|p| where q = 1."""
    return (
        Step(
            "response-near-zero",
            r"To find $\taP_b$, we expand the curve $\taQ = \taR(\taP)(1 + \taEps\taH_1(\taP))$ "
            r"for small $\taP$. There",
            Expansion(R(P), 1 - CURVATURE * P**2 / 2, P, 4),
            ("rho",),
        ),
        Step(
            "h-near-zero",
            "and",
            Expansion(_H, laws.height, P, 2),
            (f"{name}/alignment:h1", "rho"),
        ),
        Step(
            "size",
            r"Where $\taP^2$ is of the order of $\taEps$, we have $\taQ = 1 - \rho\taP^2/2 + "
            r"\taEps\taH_1(0) + O(\taEps^2)$. This passes 1 at",
            Definition(SIZE, laws.size),
        ),
        Step(
            "size-solves",
            r"up to a relative error $O(\taEps)$, because there the two corrections cancel:",
            Identity((CURVATURE * SIZE**2 / 2, EPSILON * laws.height)),
            ("size", f"{name}/alignment:eps"),
        ),
    )


def _law(model: Model, laws: LongTimeLaws) -> tuple[Step, ...]:
    name, rate = model.name, laws.rate
    return (
        Step(
            "constant",
            r"It remains to insert this into \stepref{time} and to collect what does not depend "
            r"on $\taEta$,",
            Definition(DELAY(Q0), rate * sp.log(laws.inside) + REMAINDER),
        ),
        Step(
            "law",
            r"where $a = \hat{\taR}(\taQ_0)$. The result is",
            Identity((EPSILON * TIME(A), laws.factor * sp.log(1 / ETA) + DELAY(Q0))),
            ("time", "size", "constant", f"{name}/alignment:eps"),
        ),
        Step(
            "errors",
            r"What is not proved here is the size of the error. The first $t_a$ steps, "
            r"in which the orbit comes to the curve, are not in the integral, and in them $\taQ$ "
            r"drifts by $O(\taEps\log(1/\taEta))$ only (where $\taP$ is near 0 it hardly moves), "
            r"and with it $a$. In each of the "
            r"other steps the relative error of $\taEps\taP\,\delta(\taP)$ is $O(\taEps)$, "
            r"also where $\taP^2$ is of the order of $\taEps$; the sum over the steps is the "
            r"integral up to the same relative error, which for $t_b$ is $O(\log(1/\taEta))$ steps "
            r"again.",
            Cited(),
        ),
        Step(
            "integrand",
            r"In terms of the response the integrand of $J$ is",
            Identity(((1 / _DECAY - rate) / P, -laws.weight - rate / P)),
            (f"{name}/exponential-alignment:decay", f"{name}/alignment:h1"),
        ),
        Step(
            "rho-here",
            rf"For the response at hand the quotient with $\taR'$ is that of "
            rf"\stepref{{{name}/exponential-alignment:weight-here}}, and",
            Identity((CURVATURE, -model.response.curvature)),
            ("rho", f"{name}/response:response"),
        ),
    )
