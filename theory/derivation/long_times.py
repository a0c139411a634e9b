"""Derivations of what the slow curve implies over long times: the exponent Λ, the crossing law."""

from __future__ import annotations

import sympy as sp

from ..models.base import EPSILON, Model, P, Q, R
from .claims import Cited, Definition, Derivation, Expansion, Identity, Sign, Step
from .closed_forms import shortest
from .crossing import LongTimeLaws, crossing
from .notation import DECAY, EXPONENT, MULTIPLIER, P_NEXT, Q0, RHAT, H
from .response import response_steps
from .serialization import derivative_at

_SLOPE = sp.diff(R(P), P)
_LOG_SLOPE = P * _SLOPE / R(P)
_MULTIPLIER, _DECAY, _H = MULTIPLIER(P), DECAY(P), H[1](P)
_BEND = derivative_at(R, 2, sp.S.Zero)


def long_times(model: Model, laws: LongTimeLaws) -> tuple[Derivation, ...]:
    """The exponent of alignment and the law of the crossing time."""
    return (_exponential_alignment(model, laws), crossing(model, laws))


def _exponential_alignment(model: Model, laws: LongTimeLaws) -> Derivation:
    name = model.name
    return Derivation(
        f"{name}/exponential-alignment",
        "Alignment is exponentially precise",
        rf"Assume {laws.given}, and write $\taEps = {laws.small}$. Two orbits that start from "
        r"the same height $\taQ_0$ with $c < \taQ_0 < 1$, but from different $|\taP_0|$, and on "
        r"which $\taP_t \ne 0$ for all $t$, have limits of $\taQ_t$ that in general differ by "
        r"$\exp(-(\Lambda(\taQ_0) + o(1))/\taEps)$, with $\Lambda > 0$ as in \stepref{exponent}. "
        r"So the limit is the same to every order in $\taEps$. The integrand is derived here; the "
        r"size of the error is argued in words.",
        (*_motion(name, laws), *_transverse(name, laws), *_exponent(model, laws)),
        tuple(f"{name}/{n}" for n in ("response", "reduced-map", "alignment")),
    )


def _motion(name: str, laws: LongTimeLaws) -> tuple[Step, ...]:
    """How |p| shrinks on the curve."""
    return (
        Step(
            "decay",
            rf"An aligned orbit follows the slow curve of \thmref{{{name}/alignment}}, alternating "
            r"between its two sides. How fast it moves along the curve is said by",
            Definition(_DECAY, 2 * _H + laws.extra),
        ),
        Step(
            "shrink",
            rf"for on the curve of \stepref{{{name}/alignment:curve}} one step of the map of "
            rf"\stepref{{{name}/reduced-map:p-next}} multiplies $|\taP|$ by",
            Expansion(-P_NEXT / P, 1 - EPSILON * _DECAY, EPSILON, 2),
            (
                f"{name}/reduced-map:p-next",
                f"{name}/alignment:eps",
                f"{name}/alignment:curve",
                "decay",
            ),
        ),
        Step(
            "decay-positive",
            r"With $\taH_1$ inserted, and since $\taR' < 0$ for $\taP > 0$ by A1,",
            Sign((_DECAY, -1 / (P * laws.weight)), ">", laws.known),
            ("decay", f"{name}/alignment:h1"),
        ),
    )


def _transverse(name: str, laws: LongTimeLaws) -> tuple[Step, ...]:
    """How a displacement from the curve shrinks."""
    return (
        Step(
            "multiplier",
            r"So $|\taP|$ decreases, by a fraction of the order of $\taEps$ in each step. A "
            r"displacement from the curve changes much faster. Let",
            Definition(_MULTIPLIER, 1 + 2 * _LOG_SLOPE),
        ),
        Step(
            "half-map",
            r"For $\taEps = 0$, the map followed by $\taP \mapsto -\taP$ leaves $\taQ$ as it is; "
            r"it moves $\taP$ to $-\taP_{+}$, and the points of the curve $\taQ = \taR(\taP)$ are "
            r"fixed. Its derivative there, at constant $\taQ$, is",
            Identity((-sp.Derivative(P_NEXT, P), _MULTIPLIER), ((EPSILON, sp.S.Zero), (Q, R(P)))),
            (f"{name}/reduced-map:p-next", f"{name}/alignment:eps", "multiplier"),
        ),
        Step(
            "contracting",
            rf"which lies strictly between $-1$ and $1$ {laws.contracting}:",
            Sign(
                (1 - _MULTIPLIER**2, -4 * _LOG_SLOPE * (1 + _LOG_SLOPE)),
                ">",
                ((P, ">"), (R(P), ">"), (_SLOPE, "<"), (1 + _LOG_SLOPE, ">")),
            ),
            ("multiplier",),
        ),
    )


def _exponent(model: Model, laws: LongTimeLaws) -> tuple[Step, ...]:
    name, weight = model.name, laws.weight
    size = sp.log(sp.Abs(_MULTIPLIER))
    start, height, slope, *square = laws.known
    known = ((size, "<"), slope, start, height, *square)
    spelled = sp.log(sp.Abs(1 + 2 * _LOG_SLOPE)) * weight
    concrete = [shortest(model.concrete(e)) for e in (1 + 2 * _LOG_SLOPE, weight)]
    return (
        Step(
            "integrand",
            r"In one step, therefore, the logarithm of a small displacement changes by "
            r"$\ln|\mu(\taP)| + O(\taEps)$, while $|\taP|$ decreases by $\taEps\taP\,\delta(\taP) "
            r"+ O(\taEps^2)$. Per unit of $\taP$ and up to the factor $1/\taEps$, the "
            r"logarithm falls by",
            Sign(
                (-size / (P * _DECAY), size * weight),
                ">",
                known,
            ),
            ("decay", f"{name}/alignment:h1"),
        ),
        Step(
            "near-zero",
            r"which is positive, because $\ln|\mu|$ and $\taR'$ are negative. Near $\taP = 0$,",
            Expansion(_MULTIPLIER, 1 + 2 * _BEND * P**2, P, 4),
            ("multiplier",),
        ),
        Step(
            "inverse",
            r"so that $\ln|\mu|$ vanishes there like $\taP^2$ and the right-hand side of "
            r"\stepref{integrand} like $\taP$. Let $\hat{\taR}$ be the inverse of $\taR$ on "
            r"$\taP \ge 0$,",
            Definition(RHAT(R(P)), P),
        ),
        Step(
            "exponent",
            r"The orbit passes from $\taP = \hat{\taR}(\taQ_0)$, where it is soon after the start, "
            r"down to $\taP = 0$. Meanwhile the logarithm of the displacement falls by "
            r"$1/\taEps$ times the convergent integral",
            Definition(EXPONENT(Q0), sp.Integral(spelled, (P, sp.S.Zero, RHAT(Q0)))),
        ),
        Step(
            "exponent-rate",
            r"Indeed, for $\taQ_0 = \taR(\taP)$ with $\taP > 0$ it increases with $\taP$ as it "
            r"should,",
            Identity((sp.Derivative(EXPONENT(R(P)), P), -size / (P * _DECAY))),
            ("exponent", "inverse", "multiplier", "decay", f"{name}/alignment:h1"),
        ),
        Step(
            "errors",
            r"What is not proved here is the size of the error. The logarithm of the displacement "
            r"is a sum over $O(\taEps^{-1}\ln(1/\taEps))$ steps until $\taP^2$ is of the order of "
            r"$\taEps$. Each term is known up to $O(\taEps)$, and consecutive terms differ by "
            r"$O(\taEps)$, so the sum is $-\Lambda(\taQ_0)/\taEps$ up to $O(\ln(1/\taEps))$. From "
            r"then on, what is left of the displacement shifts the limit of $\taQ_t$ by a "
            r"proportional amount, with a factor that is at most a power of $\taEps$. Together "
            r"this changes $\Lambda$ by $O(\taEps\ln(1/\taEps))$ at most. In measured orbits the "
            r"error is only $O(\taEps)$, which this argument does not show.",
            Cited(),
        ),
        Step(
            "multiplier-here",
            r"For the response at hand the multiplier is",
            Identity((1 + 2 * _LOG_SLOPE, concrete[0])),
            response_steps(model)[:1],
        ),
        Step(
            "weight-here",
            r"and the other factor of the integrand is",
            Identity((weight, concrete[1])),
            response_steps(model),
        ),
    )
