"""The constants of a response, read off its verdicts: those of the theory, and as measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from ..verification.verdicts import Verdict
from .content import Hypotheses
from .rows import decimal_of

# By the last part of the label and the name of the quantity, in the order of the table.
_MEANINGS: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("A5", "bound"): "the bound of A5",
        ("flip", "coefficient"): r"$2\taR''(0)$, from the cubic term of $g_1 \circ g_1$",
        ("two-cycle", "coefficient"): "multiplier of the 2-cycle",
        ("alignment", "coefficient"): r"$\taH_1(0)$",
        ("slow-curve-2", "coefficient"): r"$\taH_2(0)$",
        ("slow-curve-3", "coefficient"): r"$\taH_3(0)$",
        ("alignment-time", "coefficient"): r"factor of $\ln(1/\taEta)$ in $t_a$",
        ("exponential-alignment", "coefficient"): r"$\Lambda(\taQ_0)$",
        ("crossing", "coefficient"): r"factor of $\ln(1/\taEta)$ in $\taEps t_b$",
        ("crossing", "constant K(q0)"): r"$K(\taQ_0)$",
        ("limit", "coefficient"): r"$(\taQ_{*} - 1)/\taEps$ as $\taEps \to 0$",
        ("saturation", "coefficient"): r"$(\taEta\taSharp_{*} - 2)/\taEps$ as $\taEps \to 0$",
        ("progressive-sharpening", "coefficient"): r"$\sup |D|$, the gap to "
        r"$\tilde{\taSharp}$ in units of $\taEps/\taEta$",
    }
)


@dataclass(frozen=True)
class Constant:
    """`meaning` is a text with $formulas$ in LaTeX; `label` is the row that it is read off."""

    meaning: str
    exact: str
    decimal: str = ""
    measured: str = ""
    at: str = ""
    label: str = ""


def constants(hypotheses: Hypotheses, verdicts: tuple[Verdict, ...]) -> list[Constant]:
    """All constants of one response that its verdicts and its certificate name."""
    found = [
        Constant(meaning, text)
        for meaning, text in (
            (r"$\taR''(0)$", hypotheses.curvature),
            (r"$z_0 = \sup\{z : z \taR'(z)/\taR(z) \ge -1/2\}$", _ball(hypotheses.z0)),
            (r"$c = \max\{\taR(z_0), 1/2\}$", _ball(hypotheses.c)),
        )
        if text
    ]
    by_name = {verdict.label.split("/")[-1]: verdict for verdict in verdicts}
    for (name, quantity), meaning in _MEANINGS.items():
        verdict = by_name.get(name)
        value = None if verdict is None else verdict.quantities.get(quantity)
        if verdict is not None and value is not None:
            found.append(_constant(meaning, value, verdict.label))
    return found


def _constant(meaning: str, value: Any, label: str) -> Constant:
    if not isinstance(value, Mapping):
        return Constant(meaning, str(value), label=label)
    at = ", ".join(f"{key[3:]} = {v}" for key, v in value.items() if key.startswith("at "))
    exact, measured = (str(value.get(name, "")) for name in ("exact", "measured"))
    return Constant(meaning, exact, decimal_of(value), measured, at, label)


def _ball(text: str) -> str:
    """A ball as it is written with ±.

    >>> _ball("[0.5 +/- 1e-9]")
    '0.5 ± 1e-9'
    """
    return text.strip("[]").replace("+/-", "±")
