"""The conclusions proved for all step sizes, told with the numbers of a verdict, in LaTeX."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..statement import Telling


def _bare(quantities: Mapping[str, Any]) -> dict[str, str]:
    """The quantities of a theorem without the sign before them, with a minus of print."""
    return {name: str(v).lstrip("≤≥≈ ").replace("-", "−") for name, v in quantities.items()}


def _factor(number: str) -> str:
    """A number before what it multiplies."""
    plain = number.replace(".", "").isdigit()
    return "" if number == "1" else f"{number} " if plain else f"({number}) "


def _alignment_told(parameters: Mapping[str, Any], quantities: Mapping[str, Any]) -> str:
    n = _bare(quantities)
    after = (
        rf" from $t_a \le {n['A']} + {n['B']} \ln(1/\taEps) + {n['D']} \ln(1/|\taP_0|)$ on"
        if "A" in n
        else ""
    )
    return rf"$|\taQ_t/\taR(\taP_t) - 1 - \taH(\taP_t)\taEps| \le {n['C']} \taEps^2${after}"


def _limit_told(parameters: Mapping[str, Any], quantities: Mapping[str, Any]) -> str:
    n = _bare(quantities)
    first = _factor(n["h(0)"]) if "h(0)" in n else r"\taH(0)"
    return rf"$|\taQ_{{*}} - 1 - {first}\taEps| \le {n['C']} \taEps^2$"


def _saturation_told(parameters: Mapping[str, Any], quantities: Mapping[str, Any]) -> str:
    n = _bare(quantities)
    twice = _factor(n["2h(0)"]) if "2h(0)" in n else r"2\taH(0)"
    return rf"$|\taEta\taSharp_{{*}} - 2 + {twice}\taEps| \le {n['C']} \taEps^2$"


def _progressive_told(parameters: Mapping[str, Any], quantities: Mapping[str, Any]) -> str:
    gap = _bare(quantities)["gap in eps/eta"]
    return (
        r"$\taQ_t$ rises, $\tilde{\taSharp}(\taQ_t)$ never falls, "
        rf"$|\taSharp_t - \tilde{{\taSharp}}(\taQ_t)| \le {gap} \taEps/\taEta$"
    )


def _crossing_told(parameters: Mapping[str, Any], quantities: Mapping[str, Any]) -> str:
    n = _bare(quantities)
    factor = _factor(n.get("1/(4h(0))", n["rho_0"]))
    range_, since = (
        (n["k"], "") if "k" in n else (n["k from the tube's end"], ", counted from the tube's end")
    )
    return rf"$\taEps t_b = {factor}\ln(1/\taEps) + k$, $k$ from {range_}{since}"


def _flow_told(parameters: Mapping[str, Any], quantities: Mapping[str, Any]) -> str:
    n = _bare(quantities)
    return (
        rf"$|\taP_t| \le |\taP_0|(1 - {n['m']})^t$, "
        rf"$\taQ_0 \le \taQ_t \le \taQ_0\exp({n['ln(q_t/q0) in eps']} \taEps)$"
    )


# By the names of the labels.
TOLD: Mapping[str, Telling] = {
    "alignment": _alignment_told,
    "limit": _limit_told,
    "saturation": _saturation_told,
    "progressive-sharpening": _progressive_told,
    "crossing": _crossing_told,
    "gradient-flow": _flow_told,
}
