"""The limit and the saturation of the network with a target."""

from __future__ import annotations

import sympy as sp

from ...models.base import EPSILON, ETA, Model
from ...valleys import Valley
from ..claims import Cited, Definition, Derivation, Expansion, Step
from ..notation import CURVATURE, LAMBDA_LIMIT, Q_LIMIT, TILT, TWIST, ZETA


def derivations(model: Model, order: int) -> tuple[Derivation, ...]:
    """The limit of q and of the sharpness, in ρ and for the given loss."""
    name = model.name
    epsilon = model.small_parameter(ETA)
    limit = Derivation(
        f"{name}/limit",
        "The limit",
        r"Assume A1 and A4. An orbit that follows the slow curve to $\taP = 0$ ends at "
        r"$(0, \taQ_{*})$ with $\taQ_{*}$ of \stepref{height}: a little above 1, and to first "
        r"order the same for every target.",
        (
            Step(
                "end",
                rf"Given is an orbit on the slow curve of \thmref{{{name}/alignment}}, which the "
                r"map takes towards $\taP = 0$. That orbits do so is not derived here.",
                Cited(),
            ),
            Step(
                "height",
                r"Its limit is the height of the curve at $\taP = 0$, where $Q_0 = 1$ and "
                rf"$\taH = 1/(2\rho)$ by \stepref{{{name}/alignment:at-zero}}. With a number "
                r"$\zeta$ that stays bounded as $\taEps \to 0$,",
                Definition(Q_LIMIT, 1 + EPSILON / (2 * CURVATURE) + ZETA * EPSILON**2),
            ),
        ),
        (f"{name}/alignment",),
    )
    return limit, _saturation(model, epsilon)


def _saturation(model: Model, epsilon: sp.Expr) -> Derivation:
    name, valley = model.name, model.response
    assert isinstance(valley, Valley)
    first, second = (valley.response_series[k] for k in (1, 2))
    uses = ("sharpness", f"{model.name}/limit:height", "eps")
    steps = (
        Step("eps", "Given is the step size, by which", Definition(EPSILON, epsilon)),
        Step(
            "sharpness",
            r"At $\taP = 0$ the slope of the loss is 0, and the Hessian's largest eigenvalue is "
            r"its trace. It tends to",
            Definition(LAMBDA_LIMIT, 2 / (ETA * Q_LIMIT)),
        ),
        Step(
            "saturation",
            rf"We insert \stepref{{{name}/limit:height}} and expand:",
            Expansion(LAMBDA_LIMIT, 2 / ETA - epsilon / (CURVATURE * ETA), ETA, 3),
            uses,
        ),
        Step(
            "tilt",
            r"For the loss that is given the derivatives of $g$ at 0 are",
            Definition(TILT, 2 * first),
        ),
        Step("twist", "and", Definition(TWIST, 6 * second)),
        Step(
            "saturation-loss",
            "so that the sharpness saturates at",
            Expansion(LAMBDA_LIMIT, 2 / ETA - ETA / valley.softness, ETA, 3),
            (*uses, "bifurcation/flip:rho", "tilt", "twist"),
        ),
    )
    return Derivation(
        f"{name}/saturation",
        "Saturation of the sharpness",
        r"Assume A1 and A4. An orbit as in "
        rf"\thmref{{{name}/limit}} has a sharpness that tends to the limit of "
        r"\stepref{saturation}, just below $2/\taEta$ and to this order the same for every "
        r"target; $\taEta$ and the sharpness are those of the loss as it was given.",
        steps,
        (f"{name}/limit", "bifurcation/flip"),
    )
