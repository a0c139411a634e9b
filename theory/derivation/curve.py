"""The slow curve: h_1 from invariance, and the recursion for h_2, h_3, …"""

from __future__ import annotations

from ..curve.closed import curve_generic
from ..models.base import ETA, Model
from .claims import Cited, Derivation, Step
from .curve_orders import slow_curve
from .first_order import invariance
from .latex import latex

ORBIT = (
    r"An orbit with $c < \taQ_0 \le 1 - \delta$, $|\taP_0| \le P$ and $\taP_t \ne 0$ for all $t$ "
    r"(for any fixed $\delta > 0$ and $P$)"
)


def derivations(model: Model, order: int) -> tuple[Derivation, ...]:
    """h_1, then the recursion and h_2, …, h_order."""
    return (_alignment(model), slow_curve(model, order))


def _alignment(model: Model) -> Derivation:
    name, small = model.name, latex(model.small_parameter(ETA))
    formula = curve_generic(model, 1)[0]
    return Derivation(
        f"{name}/alignment",
        "The slow curve to first order",
        rf"Assume {model.response.assumed()}, and write $\taEps = {small}$. Under the reduced map "
        r"followed by $\taP \mapsto -\taP$, the curve $\taQ = \taR(\taP)(1 + \taEps "
        r"\taH_1(\taP))$ is invariant up to $O(\taEps^2)$ for exactly one even function $\taH_1$, "
        rf"namely $\taH_1 = {latex(formula)}$. {ORBIT} follows it from some "
        r"$t_a \le A + B \ln(1/\taEta) + \ln(1/|\taP_s|)/\ln(2/\taQ_s - 1)$ on, where "
        r"$|\taP_s|$ is the least $|\taP_t|$ up to $t_a$: "
        r"$|\taQ_t/\taR(\taP_t) - 1 - \taEps \taH_1(\taP_t)| \le C \taEps^2$ for all $t \ge t_a$. "
        r"The constants $A$, $B$ and $C$ serve all these orbits and all small $\taEta$.",
        (*invariance(model, formula), _attraction()),
        (f"{name}/reduced-map", "bifurcation/two-cycle"),
    )


def _attraction() -> Step:
    return Step(
        "attraction",
        r"That orbits come to this curve and stay with it is the alignment theorem of Song and "
        r"Yun, and is not proved again here. The reason is that for $\taEps = 0$ the map followed "
        r"by the reflection has at the points of $\taQ = \taR(\taP)$ the multiplier "
        r"$1 + 2 \taP \taR'/\taR$ in the direction of $\taP$ "
        r"(compare \thmref{bifurcation/two-cycle}). For heights between $c$ and 1 its modulus is "
        r"less than 1: a distance from the curve shrinks by a factor in every step, while "
        r"$\taQ$ drifts by $O(\taEps)$ only. After $O(\log(1/\taEta))$ steps the distance is "
        r"$O(\taEps^2)$. The theorem says that this holds uniformly in $t \ge t_a$. (It takes "
        r"$|\taP_0| \le 1$; a larger bound is that case after a rescaling of $\taP$.) An orbit "
        r"that comes next to $\taP = 0$, from its start or thrown there by a step, first has to "
        r"leave it: there $|\taP|$ grows by the factor $2/\taQ_s - 1$ in a step and $\taQ$ hardly "
        r"moves, which is the last term of the bound on $t_a$. An orbit that meets $\taP = 0$ "
        r"stays there, and nothing is said of it.",
        Cited("song2023"),
    )
