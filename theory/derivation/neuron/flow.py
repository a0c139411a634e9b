"""Derivation of the gradient-flow regime of the single neuron: bounds on |p_t| and q_t."""

from __future__ import annotations

import sympy as sp

from ...models.base import ETA, PHI_SQUARED, Model, P, Q, R
from ..claims import Cited, Definition, Derivation, Identity, Sign, Step
from ..flow import CHOICE, CONTRACTION, GEOMETRIC, RESPONSE
from ..notation import DRIFT, P0, Q0, Q_NEXT, RATE

_WEIGHT = PHI_SQUARED(P)
_AT_ONE = R(sp.S.One)


def derivations(model: Model, order: int) -> tuple[Derivation, ...]:
    """The bounds of the gradient-flow regime, with their induction in words."""
    return (_bounds(),)


def _bounds() -> Derivation:
    return Derivation(
        "neuron/gradient-flow",
        "The gradient-flow regime of the single neuron",
        r"Assume A1 for $0 < z \le 1$ and $|\taPhi'| \le 1$ (A5). Let $0 < \taEta < 1$, $|\taP_0| "
        r"\le 1$, $\taQ_0 > 1$, $m = \min\{2(\taQ_0 - 1)/\taQ_0,\ \taR(1)/\taQ_0\} > 0$, and "
        r"suppose that $C = 2\taEta/((1 - \taEta)m) \le \ln 2$. Then for all $t \ge 0$ we have "
        r"$|\taP_t| \le (1 - m)^t|\taP_0|$ and $\taQ_0 \le \taQ_t \le \taQ_0\,e^{C}$; $\taQ_t$ "
        r"does not decrease, and the limiting sharpness lies between $2e^{-C}/(\taEta\taQ_0)$ and "
        r"$2/(\taEta\taQ_0)$. (For $|\taP_0| \le s$ with any $s > 0$ it is said of "
        r"$\taPhi(sz)/s$ and the step size $\taEta s^2$, to which the rescaled $\taP/s$ leads.)",
        (*_contraction(), *_drift()),
        ("neuron/reduced-map", "neuron/sharpness"),
    )


def _contraction() -> tuple[Step, ...]:
    return (
        Step(
            "drift-constant",
            r"The constant in the exponent is",
            Definition(DRIFT, 2 * ETA / ((1 - ETA) * RATE)),
        ),
        Step(
            "not-below",
            r"Since $C \le \ln 2$, we have $e^C \le 2$. Consider one step from a point with "
            r"$|\taP| \le 1$ and $\taQ_0 \le \taQ \le 2\taQ_0$. By A1, $0 < \taR(1) \le "
            r"\taR(\taP) \le \taR(0) = 1$, where $\taR(1) > 0$ because $m > 0$. We show that "
            r"$|\taP_{+}| \le (1 - m)|\taP|$. For $\taP = 0$ there is nothing to show; else, by "
            r"\stepref{neuron/reduced-map:p-next},",
            Sign(
                (
                    1 - RATE + CONTRACTION,
                    (2 * Q0 - 2 - RATE * Q0) / Q0
                    + sp.Mul(2, Q - Q0, 1 / Q0, 1 / Q)
                    + sp.Mul(2, 1 - RESPONSE, 1 / Q),
                ),
                "≥",
                CHOICE,
            ),
            ("neuron/reduced-map:p-next",),
        ),
        Step(
            "not-above",
            r"where $2\taQ_0 - 2 - m\taQ_0 \ge 0$, since $m$ is at most $2(\taQ_0 - 1)/\taQ_0$. In "
            r"the other direction,",
            Sign(
                (
                    1 - RATE - CONTRACTION,
                    RESPONSE * (2 * Q0 - Q) / (Q0 * Q)
                    + (RESPONSE - _AT_ONE) / Q0
                    + (_AT_ONE - RATE * Q0) / Q0,
                ),
                "≥",
                (
                    (RESPONSE, ">"),
                    (2 * Q0 - Q, "≥"),
                    (RESPONSE - _AT_ONE, "≥"),
                    (_AT_ONE - RATE * Q0, "≥"),
                ),
            ),
            ("neuron/reduced-map:p-next",),
        ),
    )


def _drift() -> tuple[Step, ...]:
    room = (1 - ETA) * (1 - ETA * _WEIGHT)
    sink = (1 - ETA) * RATE * (2 - RATE)
    return (
        Step(
            "growing",
            r"where $m\taQ_0 \le \taR(1)$ by the choice of $m$. So $|\taP|$ shrinks at least by "
            r"the factor $1 - m$. By "
            r"\stepref{neuron/reduced-map:q-next},",
            Identity((Q / Q_NEXT, (1 - ETA * _WEIGHT) ** 2)),
            ("neuron/reduced-map:q-next",),
        ),
        Step(
            "log-bound",
            r"From $\taPhi(0) = 0$ and $|\taPhi'| \le 1$ we have $\taPhi^2 \le \taP^2 \le 1$, so "
            r"$0 \le \taEta\taPhi^2 \le \taEta < 1$. Hence $\taQ_{+} \ge \taQ$, and since "
            r"$-\ln(1 - x) \le x/(1 - x)$ for $0 \le x < 1$, $\ln(\taQ_{+}/\taQ) = "
            r"-2\ln(1 - \taEta\taPhi^2) \le 2\taEta\taPhi^2/(1 - \taEta\taPhi^2)$. This is at most "
            r"$2\taEta\taP^2/(1 - \taEta)$:",
            Sign(
                (
                    2 * ETA * P**2 / (1 - ETA) - 2 * ETA * _WEIGHT / (1 - ETA * _WEIGHT),
                    sp.Mul(2, ETA, P**2 - _WEIGHT, 1 / room)
                    + sp.Mul(2, ETA**2, _WEIGHT, 1 - P**2, 1 / room),
                ),
                "≥",
                (
                    (P**2 - _WEIGHT, "≥"),
                    (_WEIGHT, "≥"),
                    (1 - P**2, "≥"),
                    (1 - ETA, ">"),
                    (1 - ETA * _WEIGHT, ">"),
                ),
            ),
        ),
        Step(
            "geometric",
            r"While $|\taP_s| \le (1 - m)^s|\taP_0|$, the sum of the $\taP_s^2$ is at most "
            r"$\taP_0^2$ times the geometric series with the sum",
            GEOMETRIC,
        ),
        Step(
            "total",
            r"so that the total growth of $\ln\taQ$ is at most $2\taEta\taP_0^2/"
            r"((1-\taEta)m(2-m))$. This is at most $C$: as $|\taP_0| \le 1$ and "
            r"$m \le \taR(1)/\taQ_0 < 1$,",
            Sign(
                (
                    DRIFT - 2 * ETA * P0**2 / sink,
                    sp.Mul(2, ETA, 1 - P0**2, 1 / sink) + sp.Mul(2, ETA, 1 - RATE, 1 / sink),
                ),
                ">",
                ((1 - P0**2, "≥"), (1 - RATE, ">"), (1 - ETA, ">"), (2 - RATE, ">")),
            ),
            ("drift-constant",),
        ),
        Step(
            "induction",
            r"The bounds follow by induction. They hold for $t = 0$. If they hold up to $t$, then "
            r"$|\taP_s| \le 1$ and $\taQ_0 \le \taQ_s \le 2\taQ_0$ for all $s \le t$, and the "
            r"steps from these points are as just described. Hence $|\taP_{t+1}| \le (1 - m)"
            r"|\taP_t| \le (1 - m)^{t+1}|\taP_0|$ and $\taQ_{t+1} \ge \taQ_t \ge \taQ_0$, and "
            r"$\ln(\taQ_{t+1}/\taQ_0)$, the sum of the growths in the steps from $0$ to $t$, is "
            r"less than $C$ by \stepref{geometric} and \stepref{total}. Finally, $\taP_t$ tends "
            r"to 0, and $\taQ_t$, which is monotone and bounded, has a limit $\taQ_\infty$ "
            r"between the same bounds; by \stepref{neuron/sharpness:trace-at-rest} and "
            r"\stepref{neuron/sharpness:determinant-at-rest} the sharpness tends to "
            r"$2/(\taEta\taQ_\infty)$.",
            Cited(),
        ),
    )
