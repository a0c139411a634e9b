"""The ledger's conclusions with their formulas in LaTeX, for pages that typeset them."""

from __future__ import annotations

from types import MappingProxyType

from ..appendix.document import HYPOTHESES
from ..theory.errors import InputError

_COMMON = {
    "reduced-map": r"one gradient step in parameter space is the reduced map in $(\taP, \taQ)$",
    "sharpness": r"the largest Hessian eigenvalue is the given function of "
    r"$(\taP, \taQ, \taEta)$",
    "flip": r"$\taP = 0$ has multiplier $1 - 2/\taQ$; the flip at $\taQ = 1$ is supercritical iff "
    r"$\taR''(0) < 0$",
    "two-cycle": r"for $\taQ < 1$, $\pm\taP$ with $\taR(\taP) = \taQ$ is a 2-cycle with multiplier "
    r"$(1 + 2\taP\taR'/\taR)^2$",
    "curved": r"$\taR''(0) \ne 0$",
}
_LINEAR = {
    "gradient-flow": r"$|\taP_t| \le L(1 - m)^t$ and $\taQ_t$ stays in "
    r"$[\taQ_0, \exp(C\taEta^2L^2) \taQ_0]$",
    "alignment": r"$|\taQ_t/\taR(\taP_t) - 1 - \taH(\taP_t)\taEta^2| \le C\taEta^4$ from some "
    r"$t_a = O(\log\,1/\taEta)$ on",
    "alignment-time": r"$t_a = 4 \ln(1/\taEta)/|\ln\,\mu| + O(1)$, "
    r"$\mu = 1 + 2\taP\taR'/\taR$ at $\taP = \hat{\taR}(\taQ_0)$",
    "slow-curve-2": r"$|\taQ_t/\taR(\taP_t) - 1 - \taH(\taP_t)\taEta^2 - \taH_2(\taP_t)\taEta^4| "
    r"\le C\taEta^6$ from such a $t_a$ on",
    "slow-curve-3": r"$|\taQ_t/\taR(\taP_t) - 1 - \taH(\taP_t)\taEta^2 - \dots - "
    r"\taH_3(\taP_t)\taEta^6| \le C\taEta^8$ from such a $t_a$ on",
    "exponential-alignment": r"limits from the same $\taQ_0$ differ by "
    r"$\exp(-(\Lambda(\taQ_0) + O(\taEta^2))/\taEta^2)$",
    "crossing": r"$\taQ$ passes 1 at "
    r"$t_b = \taEta^{-2} (|\taR''(0)| \ln(1/\taEta) + K(\taQ_0)) + O(\log\,1/\taEta)$",
    "limit": r"$(\taP_t, \taQ_t) \to (0, 1 - \taEta^2/(2\taR''(0)) + O(\taEta^4))$",
    "saturation": r"the sharpness tends to $2/\taEta - \taEta/|\taR''(0)| + O(\taEta^3)$",
    "progressive-sharpening": r"$\tilde{\taSharp}(\taQ_t)$ increases and "
    r"$|\taSharp_t - \tilde{\taSharp}(\taQ_t)| \le 1 + O(\taEta)$",
    "one-orbit": r"for one $\taEta$ and a box of $(\taP_0, \taQ_0)$: "
    r"$|\taQ_t/\taR - 1 - \taH\taEta^2| \le C\taEta^4$; $t_b$, $\taQ_{*}$, $\taSharp$ known",
}
_NEURON = {
    "gradient-flow": r"$|\taP_t| \le (1 - m)^t |\taP_0|$ and $\taQ_t$ stays in "
    r"$[\taQ_0, \taQ_0 \exp(2\taEta/((1 - \taEta)m))]$",
    "alignment": r"$|\taQ_t/\taR(\taP_t) - 1 - \taH(\taP_t)\taEta| \le C\taEta^2$ from some "
    r"$t_a = O(\log\,1/\taEta)$ on",
    "alignment-time": r"$t_a = 2 \ln(1/\taEta)/|\ln\,\mu| + O(1)$, "
    r"$\mu = 1 + 2\taP\taR'/\taR$ at $\taP = \hat{\taR}(\taQ_0)$",
    "slow-curve-2": r"$|\taQ_t/\taR(\taP_t) - 1 - \taH(\taP_t)\taEta - \taH_2(\taP_t)\taEta^2| "
    r"\le C\taEta^3$ from such a $t_a$ on",
    "slow-curve-3": r"$|\taQ_t/\taR(\taP_t) - 1 - \taH(\taP_t)\taEta - \dots - "
    r"\taH_3(\taP_t)\taEta^3| \le C\taEta^4$ from such a $t_a$ on",
    "exponential-alignment": r"limits from the same $\taQ_0$ differ by "
    r"$\exp(-(\Lambda(\taQ_0) + O(\taEta))/\taEta)$",
    "exact": r"for $\taPhi = z/\sqrt{1 + z^2}$, $\taQ = \kappa\taR(\taP)$ stays, "
    r"$\kappa = 2/(1 + \sqrt{1 - \taEta})$, and $\taP' = -\sqrt{1 - \taEta} \taP$",
    "crossing": r"$\taQ$ passes 1 at "
    r"$t_b = \taEta^{-1} ((|\taR''(0)|/4) \ln(1/\taEta) + K(\taQ_0)) + O(\log\,1/\taEta)$",
    "limit": r"$(\taP_t, \taQ_t) \to (0, 1 - \taEta/\taR''(0) + O(\taEta^2))$",
    "saturation": r"the sharpness tends to $2/\taEta - 2/|\taR''(0)| + O(\taEta)$",
    "progressive-sharpening": r"$\tilde{\taSharp}(\taQ_t)$ increases and "
    r"$|\taSharp_t - \tilde{\taSharp}(\taQ_t)| \le \sup|D| + O(\taEta)$",
    "one-orbit": r"for one $\taEta$ and a box of $(\taP_0, \taQ_0)$: "
    r"$|\taQ_t/\taR - 1 - \taH\taEta| \le C\taEta^2$; $t_b$, $\taQ_{*}$, $\taSharp$ known",
}
_CONCLUSIONS = MappingProxyType({"linear": _COMMON | _LINEAR, "neuron": _COMMON | _NEURON})


def conclusion(model: str, label: str) -> str:
    r"""What a statement or hypothesis of the ledger says, with $formulas$ in LaTeX.

    >>> conclusion("linear", "linear/A4")
    "$\\taR''(0) < 0$"

    Raises InputError for a label that is not in the ledger.
    """
    name = label.split("/")[-1]
    known = _CONCLUSIONS[model] | HYPOTHESES[model]
    if name not in known:
        raise InputError(f"{label}: not a label of the ledger")
    return known[name]
