"""The reduced map of the single neuron."""

from __future__ import annotations

import sympy as sp

from ...expressions.parsing import Z
from ...models.base import ETA, PHI_SQUARED, Model, P, Q, R
from ..claims import Definition, Derivation, Identity, Step
from ..notation import P_NEXT, PHI, Q_NEXT, X_NEXT, Y_NEXT, X, Y


def derivations(model: Model, order: int) -> tuple[Derivation, ...]:
    """The reduced map."""
    return (_reduced_map(),)


def _reduced_map() -> Derivation:
    objective = PHI(X) ** 2 * Y**2 / 2
    slope = sp.Derivative(PHI(X), X)
    place = ("p", "q", "response")
    return Derivation(
        "neuron/reduced-map",
        "The reduced map of the single neuron",
        r"Let $\taPhi$ be differentiable and take one step of gradient descent with step size "
        r"$\taEta$ on $\tfrac12 \taPhi(x)^2 y^2$. Then $\taP = x$ and $\taQ = 2/(\taEta y^2)$ "
        r"follow the map of \stepref{p-next} and \stepref{q-next}, with the response "
        r"$\taR(z) = \taPhi(z) \taPhi'(z)/z$.",
        (
            Step(
                "slope-in-x",
                r"The objective has the two parameters $x$ and $y$, and its partial derivatives "
                r"are",
                Identity((sp.Derivative(objective, X), Y**2 * PHI(X) * slope)),
            ),
            Step(
                "slope-in-y",
                "and",
                Identity((sp.Derivative(objective, Y), Y * PHI(X) ** 2)),
            ),
            Step(
                "x-next",
                r"After a step of size $\taEta$ the parameters are therefore",
                Definition(X_NEXT, X - ETA * Y**2 * PHI(X) * slope),
            ),
            Step("y-next", "and", Definition(Y_NEXT, Y - ETA * Y * PHI(X) ** 2)),
            Step("p", r"We write", Definition(P, X)),
            Step("q", "and", Definition(Q, 2 / (ETA * Y**2))),
            Step(
                "response",
                r"where $y \ne 0$ (for $y = 0$ nothing moves). The activation enters through the "
                r"response",
                Definition(R(Z), PHI(Z) * sp.Derivative(PHI(Z), Z) / Z),
            ),
            Step(
                "phi-squared",
                r"and through its square, whose derivative is therefore",
                Identity((sp.Derivative(PHI_SQUARED(P), P), 2 * P * R(P))),
                ("response",),
            ),
            Step("p-after", r"After the step", Definition(P_NEXT, X_NEXT)),
            Step("q-after", "and", Definition(Q_NEXT, 2 / (ETA * Y_NEXT**2))),
            Step(
                "p-next",
                r"where $y_{+} \ne 0$. We put $\taPhi(x) \taPhi'(x) = \taP "
                r"\taR(\taP)$ and $y^2 = 2/(\taEta \taQ)$ into \stepref{x-next},",
                Identity((P_NEXT, P - 2 * P * R(P) / Q, (1 - 2 * R(P) / Q) * P)),
                ("p-after", "x-next", *place),
            ),
            Step(
                "q-next",
                r"and since $y_{+} = (1 - \taEta \taPhi^2) y$ by \stepref{y-next},",
                Identity((Q_NEXT, Q / (1 - ETA * PHI_SQUARED(P)) ** 2)),
                ("q-after", "y-next", *place),
            ),
        ),
    )
