"""A small appendix with every kind of claim, by hand, for tests of what prints and checks it."""

import copy
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import sympy as sp

from trajalign.appendix.document import Document, document
from trajalign.theory.derivation.claims import (
    Appendix,
    Cited,
    Definition,
    Derivation,
    Expansion,
    Identity,
    Sign,
    Solution,
    Step,
)
from trajalign.theory.derivation.notation import P_NEXT, Q_NEXT, H
from trajalign.theory.derivation.serialization import derivative_at
from trajalign.theory.models import EPSILON, ETA, P, Q, R, TwoLayerLinear
from trajalign.theory.responses import Loss
from trajalign.verification.derivations.judging import check_appendix

r, h, slope = R(P), H[1](P), sp.Derivative(R(P), P)
BEND = derivative_at(R, 2, sp.S.Zero)  # r''(0)
CURVE = Derivation(
    "linear/alignment",
    "The slow curve",
    r"Assume A1 and A4. Then $\taQ = \taR(1 + \taEps \taH_1)$ is invariant to first order, with "
    r"\stepref{h}; see \cite{kuznetsov2004}.",
    (
        Step(
            "p-next",
            "One step gives",
            Definition(P_NEXT, (1 - 2 * r / Q + ETA**2 * P**2 * r**2) * P),
        ),
        Step("q-next", "and", Definition(Q_NEXT, Q / (1 - ETA**2 * P**2 * r * (2 * Q - r)))),
        Step("eps", "where we put", Definition(ETA, sp.sqrt(EPSILON))),
        Step("curve", r"Insert the \emph{ansatz}", Definition(Q, r * (1 + EPSILON * h))),
        Step(
            "mirror",
            r"into \stepref{p-next}:",
            Expansion(-P_NEXT, P - EPSILON * (2 * h * P + P**3 * r**2), EPSILON, 2),
            ("p-next", "curve", "eps"),
        ),
        Step(
            "q-there",
            r"\stepref{q-next} becomes",
            Expansion(Q_NEXT, r + EPSILON * (r * h + P**2 * r**3), EPSILON, 2),
            ("q-next", "curve", "eps"),
        ),
        Step(
            "h",
            "Both agree to first order if",
            Solution(
                h,
                -(P * r**3 / slope + P**2 * r**2) / 2,
                slope * (2 * P * h + P**3 * r**2) + P**2 * r**3,
            ),
        ),
        Step("attracts", "The curve attracts.", Cited("song2023")),
    ),
)
SIGN = Derivation(
    "linear/height",
    "The height of the curve",
    r"By \thmref{linear/alignment} and A4, $\taH_1(0) > 0$.",
    (
        Step(
            "start",
            r"By \stepref{linear/alignment:h},",
            Expansion(h, -1 / (2 * BEND), P, 2),
            ("linear/alignment:h",),
        ),
        Step("sign", "A4 says that", Sign((-1 / (2 * BEND),), ">", ((BEND, "<"),))),
        Step(
            "multiplier",
            r"For \texttt{q} on the curve,",
            Identity(
                (
                    1 - 2 * (r + P * slope) / Q,
                    (Q - 2 * r - 2 * P * slope) / Q,
                    -1 - 2 * P * slope / r,
                ),
                ((Q, r),),
            ),
        ),
        Step("sum", "That a sum is near an integral is clear.", Cited()),
    ),
    ("linear/alignment",),
)
MODEL = TwoLayerLinear(Loss.parse("log-cosh"))
SMALL = Appendix("linear", MODEL.response.text, 2, (CURVE, SIGN), MODEL.kind)


@cache
def small_document() -> Document:
    return document(MODEL, SMALL, check_appendix(SMALL))


# Forging a file of derivations

Place = tuple[Any, ...]
WORDS = ("label", "title", "statement", "needs", "text", "uses", "evidence", "source")


def digits(value: Any, place: Place = ()) -> Iterator[tuple[Place, int]]:
    """Every digit of a tree, a formula or a claim: its place, and where it stands there."""
    if isinstance(value, dict | list):
        parts = value.items() if isinstance(value, dict) else enumerate(value)
        for key, part in parts:
            if key not in WORDS and not (key == "name" and isinstance(part, str)):
                yield from digits(part, (*place, key))
    elif isinstance(value, str | int):
        yield from ((place, match.start()) for match in re.finditer(r"\d", str(value)))


def with_another_digit(data: Any, place: Place, position: int) -> Any:
    twin = copy.deepcopy(data)
    holder = twin
    for key in place[:-1]:
        holder = holder[key]
    old = holder[place[-1]]
    new = str(old)
    new = new[:position] + str((int(new[position]) + 1) % 10) + new[position + 1 :]
    holder[place[-1]] = type(old)(new)
    return twin
