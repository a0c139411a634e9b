"""The sharpness of the single neuron as a function of p, q and η."""

from __future__ import annotations

import sympy as sp

from ...models.base import ETA, PHI_SQUARED, Model, P, Q, R
from ..claims import Definition, Derivation, Identity, Step
from ..notation import DETERMINANT, LAMBDA, TRACE, Y
from ..sharpness import AT_REST, LARGER_ROOT, RISE


def derivations(model: Model, order: int) -> tuple[Derivation, ...]:
    """The largest eigenvalue of the Hessian."""
    return (_sharpness(),)


def _sharpness() -> Derivation:
    square, mixed = PHI_SQUARED(P), 2 * P * R(P) * Y
    slope, bend = (sp.diff(square, P, k) for k in (1, 2))
    half = RISE / (ETA * Q)
    root = sp.sqrt((half - square / 2) ** 2 + 8 * P**2 * R(P) ** 2 / (ETA * Q))
    steps = (
        Step(
            "hessian",
            r"The parameters are $x = \taP$ and $y$, and the loss is $\taPhi(\taP)^2y^2/2$. Its "
            r"second derivatives form the Hessian, and with $(\taPhi^2)' = 2\taP\taR$ from "
            r"\stepref{neuron/reduced-map:phi-squared} this is",
            Identity(
                (
                    sp.ImmutableMatrix([[bend * Y**2 / 2, slope * Y], [slope * Y, square]]),
                    sp.ImmutableMatrix([[RISE * Y**2, mixed], [mixed, square]]),
                )
            ),
            ("neuron/reduced-map:phi-squared",),
        ),
        Step("hessian-trace", "Its trace is", Definition(TRACE, RISE * Y**2 + square)),
        Step(
            "hessian-determinant",
            "and its determinant is",
            Definition(DETERMINANT, RISE * Y**2 * square - mixed**2),
        ),
        Step(
            "output-weight",
            r"Only $y^2$ enters, so we may take $y$ to be positive, and from the definition "
            r"$\taQ = 2/(\taEta y^2)$ it is",
            Definition(Y, sp.sqrt(2 / (ETA * Q))),
        ),
        Step(
            "trace",
            "Inserted, this gives",
            Identity((TRACE, 2 * RISE / (ETA * Q) + square)),
            ("hessian-trace", "output-weight"),
        ),
        Step(
            "determinant",
            "and",
            Identity(
                (DETERMINANT, 2 * (square * RISE - 4 * P**2 * R(P) ** 2) / (ETA * Q)),
            ),
            ("hessian-determinant", "output-weight"),
        ),
        Step("larger-root", "The larger eigenvalue of a matrix of size two is", LARGER_ROOT),
        *AT_REST,
        Step(
            "sharpness",
            r"so that the sharpness tends to $2/(\taEta\taQ)$ there. In general",
            Identity((LAMBDA, half + square / 2 + root)),
            ("larger-root", "trace", "determinant"),
        ),
    )
    statement = (
        r"The sharpness $\taSharp$ of the single neuron is the larger root of "
        r"$\taSharp^2 - T\taSharp + \Delta = 0$, with $T$ and $\Delta$ the functions of $\taP$, "
        r"$\taQ$ and $\taEta$ in \stepref{trace} and \stepref{determinant}. No assumption on "
        r"$\taPhi$ is needed but that it is analytic."
    )
    return Derivation(
        "neuron/sharpness",
        "The sharpness of the single neuron",
        statement,
        steps,
        ("neuron/reduced-map",),
    )
