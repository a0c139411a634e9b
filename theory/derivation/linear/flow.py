"""Derivation of the gradient-flow regime of the linear network: bounds on |p_t| and q_t."""

from __future__ import annotations

import sympy as sp

from ...models.base import ETA, Model, P, Q, R
from ..claims import Cited, Definition, Derivation, Sign, Step
from ..flow import CHOICE, CONTRACTION, GEOMETRIC, RESPONSE
from ..notation import BOUND, DRIFT, GROWTH, Q0, Q_NEXT, RATE

_SQUARE = ETA**2 * P**2  # η² p²
_LOW = R(BOUND)
_ROOM = 1 - 16 * ETA * BOUND * Q0
_SPARE = 1 - 16 * ETA**2 * BOUND**2 * Q0
_HALF = 2 / Q - _SQUARE * RESPONSE - 1 / (2 * Q0)


def derivations(model: Model, order: int) -> tuple[Derivation, ...]:
    """The bounds of the gradient-flow regime, with their induction in words."""
    return (_bounds(),)


def _bounds() -> Derivation:
    return Derivation(
        "linear/gradient-flow",
        "The gradient-flow regime of the two-layer linear network",
        r"Let $L > 0$ and $0 < \taEta L < 2$, and assume A1 for $0 < z \le L$. (Song and "
        r"Yun take $L = 1$ and assume $|\taEll'| \le 1$, which is A5; the proof below does not use "
        r"it.) Let $|\taP_0| \le L$ and "
        r"$2/(2 - \taEta L) < \taQ_0 < \min\{1/(16\taEta L),\ \taR(L)/(2\taEta L)\}$, and put "
        r"$m = \min\{2(\taQ_0 - 1)/\taQ_0,\ \taR(L)/(2\taQ_0)\}$ and $C = 2\taQ_0/m$. Then for all "
        r"$t \ge 0$ we have $|\taP_t| \le L(1 - m)^t$ and $\taQ_0 \le \taQ_t \le "
        r"\taQ_0\exp(C\taEta^2L^2)$; $\taQ_t$ does not decrease, and the limiting sharpness lies "
        r"between $2\exp(-C\taEta^2L^2)/(\taEta\taQ_0)$ and $2/(\taEta\taQ_0)$.",
        (*_sizes(), *_contraction(), *_drift(), *_induction()),
        ("linear/reduced-map", "linear/sharpness"),
    )


def _sizes() -> tuple[Step, ...]:
    return (
        Step(
            "drift-constant",
            r"We first collect what the hypotheses say about the sizes. The constant is",
            Definition(DRIFT, 2 * Q0 / RATE),
        ),
        Step(
            "step-small",
            r"As $\taEta L$ lies between 0 and 2, the lower bound $2/(2 - \taEta L)$ on $\taQ_0$ "
            r"is larger than 1; so $\taQ_0 > 1$ and $\taEta L < \taEta L\taQ_0 < 1/16$. Therefore",
            Sign(
                (
                    ETA * BOUND - 16 * ETA**2 * BOUND**2 * Q0,
                    ETA * BOUND * _ROOM,
                ),
                ">",
                ((_ROOM, ">"),),
            ),
        ),
        Step(
            "first-rate",
            r"which with $\taEta L < 1$ gives $16\taEta^2L^2\taQ_0 < 1$. Next, $m > \taEta L$, "
            r"because both numbers of which $m$ is the smaller exceed $\taEta L$: by the lower "
            r"bound on $\taQ_0$",
            Sign(
                (
                    2 * (Q0 - 1) / Q0 - ETA * BOUND,
                    ((2 - ETA * BOUND) * Q0 - 2) / Q0,
                ),
                ">",
                (((2 - ETA * BOUND) * Q0 - 2, ">"),),
            ),
        ),
        Step(
            "second-rate",
            r"and by its upper bound $\taR(L)/(2\taEta L)$",
            Sign(
                (_LOW / (2 * Q0) - ETA * BOUND, (_LOW - 2 * ETA * BOUND * Q0) / (2 * Q0)),
                ">",
                ((_LOW - 2 * ETA * BOUND * Q0, ">"),),
            ),
        ),
        Step(
            "drift-small",
            r"It follows that",
            Sign(
                (
                    sp.Rational(1, 8) - DRIFT * ETA**2 * BOUND**2,
                    (RATE - ETA * BOUND) / (8 * RATE) + ETA * BOUND * _ROOM / (8 * RATE),
                ),
                ">",
                ((RATE - ETA * BOUND, ">"), (_ROOM, ">")),
            ),
            ("drift-constant",),
        ),
    )


def _contraction() -> tuple[Step, ...]:
    return (
        Step(
            "not-below",
            r"Since $e^{-x} \ge 1 - x$, this gives $\exp(C\taEta^2L^2) \le 8/7$. Now consider one "
            r"step from a point with $|\taP| \le L$ and $\taQ_0 \le \taQ \le 8\taQ_0/7$. By "
            r"A1, $0 < \taR(L) \le \taR(\taP) \le \taR(0) = 1$. We show that $|\taP_{+}| \le "
            r"(1 - m)|\taP|$. For $\taP = 0$ there is nothing to show; else, by "
            r"\stepref{linear/reduced-map:p-next},",
            Sign(
                (
                    1 - RATE + CONTRACTION,
                    (2 * Q0 - 2 - RATE * Q0) / Q0
                    + sp.Mul(2, Q - Q0, 1 / Q0, 1 / Q)
                    + sp.Mul(2, 1 - RESPONSE, 1 / Q)
                    + _SQUARE * RESPONSE**2,
                ),
                "≥",
                (*CHOICE, (RESPONSE, ">")),
            ),
            ("linear/reduced-map:p-next",),
        ),
        Step(
            "half",
            r"where $2\taQ_0 - 2 - m\taQ_0 \ge 0$, since $m$ is at most $2(\taQ_0 - 1)/\taQ_0$. In "
            r"the other direction, we first observe that",
            Sign(
                (
                    _HALF,
                    (8 * Q0 - 7 * Q) / (4 * Q0 * Q)
                    + _SPARE / (16 * Q0)
                    + sp.Rational(19, 16) / Q0
                    + ETA**2 * (BOUND**2 - P**2)
                    + _SQUARE * (1 - RESPONSE),
                ),
                ">",
                (
                    (8 * Q0 - 7 * Q, "≥"),
                    (_SPARE, ">"),
                    (BOUND**2 - P**2, "≥"),
                    (1 - RESPONSE, "≥"),
                ),
            ),
        ),
        Step(
            "not-above",
            r"by $7\taQ \le 8\taQ_0$, $16\taEta^2L^2\taQ_0 < 1$ and $|\taP| \le L$. Then",
            Sign(
                (
                    1 - RATE - CONTRACTION,
                    RESPONSE * _HALF
                    + (RESPONSE - _LOW) / (2 * Q0)
                    + (_LOW - 2 * RATE * Q0) / (2 * Q0),
                ),
                ">",
                (
                    (RESPONSE, ">"),
                    (_HALF, ">"),
                    (RESPONSE - _LOW, "≥"),
                    (_LOW - 2 * RATE * Q0, "≥"),
                ),
            ),
            ("linear/reduced-map:p-next",),
        ),
    )


def _drift() -> tuple[Step, ...]:
    bound, sixth = 16 * ETA**2 * Q0 * P**2, sp.Rational(1, 6)
    return (
        Step(
            "growth",
            r"where $2m\taQ_0 \le \taR(L)$ by the choice of $m$. So $|\taP|$ shrinks at least by "
            r"the factor $1 - m$. For the growth of $\taQ$ put",
            Definition(GROWTH, 1 - Q / Q_NEXT),
        ),
        Step(
            "growing",
            r"By \stepref{linear/reduced-map:q-next}, and because "
            r"$\taR \le 1 < \taQ_0 \le \taQ$,",
            Sign(
                (GROWTH, _SQUARE * RESPONSE * (2 * Q - RESPONSE)),
                "≥",
                ((RESPONSE, ">"), (2 * Q - RESPONSE, ">")),
            ),
            ("linear/reduced-map:q-next", "growth"),
        ),
        Step(
            "growth-bound",
            r"On the other hand, $\xi$ is bounded by a multiple of $\taP^2$:",
            Sign(
                (
                    7 * GROWTH - bound,
                    -sp.Mul(2, _SQUARE, 8 * Q0 - 7 * Q)
                    - sp.Mul(14, _SQUARE, Q, 1 - RESPONSE)
                    - 7 * _SQUARE * RESPONSE**2,
                ),
                "≤",
                ((8 * Q0 - 7 * Q, "≥"), (1 - RESPONSE, "≥")),
            ),
            ("growing",),
        ),
        Step(
            "log-bound",
            r"As $16\taEta^2\taQ_0\taP^2 \le 16\taEta^2\taQ_0L^2 < 1$, we have $0 \le \xi \le "
            r"1/7$. So $\taQ_{+} \ge \taQ$, and $\ln(\taQ_{+}/\taQ) = -\ln(1 - \xi) \le "
            r"\xi/(1 - \xi)$, where",
            Sign(
                (
                    GROWTH / (1 - GROWTH) - bound / 6,
                    sp.Add(
                        sp.Mul(-sixth, bound - 7 * GROWTH, evaluate=False),
                        sp.Mul(-sixth, GROWTH, 1 - 7 * GROWTH, 1 / (1 - GROWTH)),
                        evaluate=False,  # each term has a sign that can be read off
                    ),
                ),
                "≤",
                (
                    (bound - 7 * GROWTH, "≥"),
                    (GROWTH, "≥"),
                    (1 - 7 * GROWTH, "≥"),
                    (1 - GROWTH, ">"),
                ),
            ),
        ),
    )


def _induction() -> tuple[Step, ...]:
    total = sp.Rational(8, 3) * ETA**2 * BOUND**2 * Q0 / (RATE * (2 - RATE))
    return (
        Step(
            "geometric",
            r"In one step, therefore, $\ln\taQ$ grows by at most $8\taEta^2\taQ_0\taP^2/3$. "
            r"While $|\taP_s| \le L(1 - m)^s$, the sum of the $\taP_s^2$ is at most $L^2$ times "
            r"the geometric series with the sum",
            GEOMETRIC,
        ),
        Step(
            "total",
            r"so that the total growth of $\ln\taQ$ is at most $8\taEta^2L^2\taQ_0/"
            r"(3m(2-m))$. This is less than $C\taEta^2L^2$: as $m \le \taR(L)/(2\taQ_0) < 1/2$,",
            Sign(
                (
                    DRIFT * ETA**2 * BOUND**2 - total,
                    sp.Mul(
                        sp.Rational(2, 3),
                        ETA**2,
                        BOUND**2,
                        Q0,
                        2 - 3 * RATE,
                        1 / RATE,
                        1 / (2 - RATE),
                    ),
                ),
                ">",
                ((2 - 3 * RATE, ">"), (2 - RATE, ">")),
            ),
            ("drift-constant",),
        ),
        Step(
            "induction",
            r"The bounds follow by induction. They hold for $t = 0$. If they hold up to $t$, then "
            r"$|\taP_s| \le L$ and $\taQ_0 \le \taQ_s \le 8\taQ_0/7$ for all $s \le t$, and "
            r"the steps from these points are as just described. Hence $|\taP_{t+1}| \le (1 - m)"
            r"|\taP_t| \le L(1 - m)^{t+1}$ and $\taQ_{t+1} \ge \taQ_t \ge \taQ_0$, and "
            r"$\ln(\taQ_{t+1}/\taQ_0)$, the sum of the growths in the steps from $0$ to $t$, is "
            r"less than $C\taEta^2L^2$ by \stepref{geometric} and \stepref{total}. Finally, "
            r"$\taP_t$ tends to 0, and $\taQ_t$, which is monotone and bounded, has a limit "
            r"$\taQ_\infty$ between the same bounds; by \stepref{linear/sharpness:trace-at-rest} "
            r"and \stepref{linear/sharpness:determinant-at-rest} the sharpness tends to "
            r"$2/(\taEta\taQ_\infty)$.",
            Cited(),
        ),
    )
