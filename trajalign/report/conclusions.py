"""The ledger's conclusions with their formulas in LaTeX, for pages that typeset them."""

from __future__ import annotations

from types import MappingProxyType

from ..theory.errors import InputError
from ..theory.models import Model
from ..theory.statements import ledger

_COMMON = {
    "sharpness": r"the largest Hessian eigenvalue is the given function of "
    r"$(\taP, \taQ, \taEta)$, where $\taQ$ is finite",
    "flip": r"with $\taQ$ frozen, $\taP = 0$ has multiplier $1 - 2/\taQ$; the flip at $\taQ = 1$ "
    r"is supercritical iff $\taR''(0) < 0$",
    "two-cycle": r"with $\taQ$ frozen, any $\taP > 0$ with $\taR(\taP) = \taQ$, $0 < \taQ < 1$, "
    r"gives the 2-cycle $\pm\taP$ with multiplier $(1 + 2\taP\taR'/\taR)^2$",
}
_FINITE = r", where $\taR(\taP)$, $\taQ$ and $\taQ'$ are finite"
_T_A = (
    r"for $t \ge t_a$, $t_a \le A + B \ln(1/\taEta) + \ln(1/|\taP_s|)/\ln(2/\taQ_s - 1)$, "
    r"$|\taP_s|$ the least up to $t_a$"
)
_START = (
    r"$\mu = 1 + 2\taP\taR'/\taR$ at $\taP = \hat{\taR}(\taQ_0)$, for a start whose orbit "
    r"with $\taQ$ frozen is never at $0$ or $\pm\hat{\taR}(\taQ_0)$"
)
_TWO_LIMITS = r"limits from the same $\taQ_0$ and different $|\taP_0|$ differ, in general, by "
_FALLS = r"from $t_a$ on, $\tilde{\taSharp}(\taQ_t)$ never falls and "
_LINEAR = {
    "reduced-map": r"a gradient step is $\taP' = (1 - 2\taR/\taQ + \taEta^2\taP^2\taR^2) \taP$, "
    r"$\taQ' = \taQ/(1 - \taEta^2\taP^2\taR(2\taQ - \taR))$" + _FINITE,
    "gradient-flow": r"$|\taP_t| \le L(1 - m)^t$ and $\taQ_t$ stays in "
    r"$[\taQ_0, \taQ_0 \exp(C\taEta^2L^2)]$",
    "alignment": r"$|\taQ_t/\taR(\taP_t) - 1 - \taH(\taP_t)\taEta^2| \le C\taEta^4$ " + _T_A,
    "alignment-time": r"$t_a = 4 \ln(1/\taEta)/|\ln\,\mu| + O(1)$, " + _START,
    "slow-curve-2": r"$|\taQ_t/\taR(\taP_t) - 1 - \taH(\taP_t)\taEta^2 - \taH_2(\taP_t)\taEta^4| "
    r"\le C\taEta^6$ from such a $t_a$ on",
    "slow-curve-3": r"$|\taQ_t/\taR(\taP_t) - 1 - \taH(\taP_t)\taEta^2 - \dots - "
    r"\taH_3(\taP_t)\taEta^6| \le C\taEta^8$ from such a $t_a$ on",
    "exponential-alignment": _TWO_LIMITS + r"$\exp(-(\Lambda(\taQ_0) + O(\taEta^2))/\taEta^2)$",
    "crossing": r"$\taQ$ passes 1 at "
    r"$t_b = \taEta^{-2} (|\taR''(0)| \ln(1/\taEta) + K(\taQ_0)) + O(t_a + \log\,1/\taEta)$",
    "limit": r"$(\taP_t, \taQ_t) \to (0, 1 - \taEta^2/(2\taR''(0)) + O(\taEta^4))$",
    "saturation": r"the sharpness tends to $2/\taEta - \taEta/|\taR''(0)| + O(\taEta^3)$",
    "progressive-sharpening": _FALLS
    + r"$|\taSharp_t - \tilde{\taSharp}(\taQ_t)| \le 1 + O(\taEta)$",
    "one-orbit": r"for one $\taEta$ and a box of $(\taP_0, \taQ_0)$: "
    r"$|\taQ_t/\taR - 1 - \taH\taEta^2| \le C\taEta^4$; $t_b$, $\taQ_{*}$, $\taSharp$ known",
}
_NEURON = {
    "reduced-map": r"a gradient step is $\taP' = (1 - 2\taR/\taQ) \taP$, "
    r"$\taQ' = \taQ/(1 - \taEta\taPhi^2)^2$" + _FINITE,
    "gradient-flow": r"$|\taP_t| \le (1 - m)^t |\taP_0|$ and $\taQ_t$ stays in "
    r"$[\taQ_0, \taQ_0 \exp(C)]$",
    "alignment": r"$|\taQ_t/\taR(\taP_t) - 1 - \taH(\taP_t)\taEta| \le C\taEta^2$ " + _T_A,
    "alignment-time": r"$t_a = 2 \ln(1/\taEta)/|\ln\,\mu| + O(1)$, " + _START,
    "slow-curve-2": r"$|\taQ_t/\taR(\taP_t) - 1 - \taH(\taP_t)\taEta - \taH_2(\taP_t)\taEta^2| "
    r"\le C\taEta^3$ from such a $t_a$ on",
    "slow-curve-3": r"$|\taQ_t/\taR(\taP_t) - 1 - \taH(\taP_t)\taEta - \dots - "
    r"\taH_3(\taP_t)\taEta^3| \le C\taEta^4$ from such a $t_a$ on",
    "exponential-alignment": _TWO_LIMITS + r"$\exp(-(\Lambda(\taQ_0) + O(\taEta))/\taEta)$",
    "exact": r"for $\taPhi = z/\sqrt{1 + z^2/s^2}$ and $\taEta s^2 \le 1$, "
    r"$\taQ = \kappa\taR(\taP)$ stays, $\kappa = 2/(1 + \sqrt{1 - \taEta s^2})$, and "
    r"$\taP' = -\sqrt{1 - \taEta s^2} \taP$",
    "crossing": r"$\taQ$ passes 1 at $t_b = \taEta^{-1} ((|\taR''(0)|/4) \ln(1/\taEta) + "
    r"K(\taQ_0)) + O(t_a + \log\,1/\taEta)$",
    "limit": r"$(\taP_t, \taQ_t) \to (0, 1 - \taEta/\taR''(0) + O(\taEta^2))$",
    "saturation": r"the sharpness tends to $2/\taEta - 2/|\taR''(0)| + O(\taEta)$",
    "progressive-sharpening": _FALLS
    + r"$|\taSharp_t - \tilde{\taSharp}(\taQ_t)| \le \sup|D| + O(\taEta)$",
    "one-orbit": r"for one $\taEta$ and a box of $(\taP_0, \taQ_0)$: "
    r"$|\taQ_t/\taR - 1 - \taH\taEta| \le C\taEta^2$; $t_b$, $\taQ_{*}$, $\taSharp$ known",
}
_EACH = (
    r"$c < \taQ_0 < 1$ and $\taP_t \ne 0$ for all $t$; what is in $O(\cdot)$ depends on the starts"
)
_EDGE = (
    r"$c < \taQ_0 \le 1 - \delta$, $|\taP_0| \le P$ and $\taP_t \ne 0$ for all $t$; for any fixed "
    r"$\delta > 0$ and $P$, the constants $A$, $B$, $C$ and those in $O(\cdot)$ serve all of these "
    r"and all small $\taEta$"
)
_FLOW = {
    "linear": r"$|\taP_0| \le L$ and $2/(2 - \taEta L) < \taQ_0 < "
    r"\min\{1/(16\taEta L), \taR(L)/(2\taEta L)\}$, with "
    r"$m = \min\{2(\taQ_0 - 1)/\taQ_0, \taR(L)/(2\taQ_0)\}$ and $C = 2\taQ_0/m$",
    "neuron": r"$|\taP_0| \le s$, $\taQ_0 > 1$, $\taEta s^2 < 1$ and $C \le \ln\,2$, with any "
    r"$s > 0$, $m = \min\{2(\taQ_0 - 1)/\taQ_0, \taR(s)/\taQ_0\}$ and "
    r"$C = 2\taEta s^2/((1 - \taEta s^2)m)$",
}
_CONCLUSIONS = MappingProxyType({"linear": _LINEAR, "neuron": _NEURON})


def conclusion(model: Model, label: str) -> str:
    r"""What a statement or hypothesis of the ledger says, with $formulas$ in LaTeX.

    What is tested for a model that is not of the paper is told in plain text.

    >>> from trajalign.theory.models import of
    >>> conclusion(of("linear", "log-cosh"), "linear/A4")
    "$\\taR''(0) < 0$"

    Raises InputError for a label that is not in the ledger.
    """
    name = label.split("/")[-1]
    known = {h.name: h.latex for h in model.response.hypotheses}
    known |= {s.label.split("/")[-1]: s.conclusion for s in ledger(model)}
    known |= {n: text for n, text in _COMMON.items() if n in known}
    known |= _CONCLUSIONS.get(model.name, {})
    if name not in known:
        raise InputError(f"{label}: not a label of the ledger")
    return known[name]


def orbits(model: Model, label: str) -> str:
    """Which orbits a statement speaks of, with $formulas$ in LaTeX; "" as in the ledger."""
    known = {statement.label: statement.orbits for statement in ledger(model)}
    if not known.get(label):
        return ""
    name = label.split("/")[-1]
    if name == "gradient-flow":
        return _FLOW[model.name]
    return _EACH if name in ("alignment-time", "exponential-alignment") else _EDGE
