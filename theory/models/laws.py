r"""What the statements of the ledger ask of a model: how its own laws read, in LaTeX.

ε is the small parameter; a model whose ε is a power of η writes it so.
"""

from __future__ import annotations

from dataclasses import dataclass

from .flow_regime import FlowRegime


@dataclass(frozen=True)
class Laws:
    """How a model's laws read; ε is `small`^`power`.

    `flat` is where r''(0) = 0 what ρ divides in b, a power of the drift of q in units of p², and
    `flat_unit` ρ over that drift in units of ε too.
    `exact` is the exact slow curve and `solution` what a step does to the sharpness where gradient
    flow would end, "" where none is known; `flow` is where gradient flow is followed, None where
    that is not known. `height` is the diagram's q as a function of p, `flip` says when the flip at
    q = 1 is supercritical, `cycle` what the 2-cycles are, and `passing` what passes 1. `only` names
    the statements that the model has, all of them if it names none. `sharpness_needs` are the
    hypotheses under which the model's sharpness is the largest eigenvalue.
    """

    step: str
    crossing_time: str
    limit: str  # of q, less 1
    saturation: str  # of the sharpness
    gap: str  # between the sharpness and its surrogate
    small: str = r"\taEta"
    flat: str = ""
    flat_unit: str = ""
    power: int = 1
    exact: str = ""
    solution: str = ""
    flow: FlowRegime | None = None
    height: str = r"\taR"
    flip: str = r"\taR''(0) < 0"
    cycle: str = (
        r"any $\taP > 0$ with $\taR(\taP) = \taQ$, $0 < \taQ < 1$, "
        r"gives the 2-cycle $\pm\taP$ with multiplier $(1 + 2\taP\taR'/\taR)^2$"
    )
    passing: str = r"$\taQ$"
    only: frozenset[str] = frozenset()
    sharpness_needs: tuple[str, ...] = ("analytic",)

    def epsilon(self, exponent: int = 1) -> str:
        """A power of ε.

        >>> GENERAL.epsilon(2)
        '\\\\taEps^2'
        """
        power = self.power * exponent
        return self.small if power == 1 else f"{self.small}^{power}"

    def log_epsilon(self, factor: int) -> str:
        r"""factor · ln(1/ε).

        >>> print(GENERAL.log_epsilon(2))
        2 \ln(1/\taEps)
        """
        return rf"{self.power * factor} \ln(1/{self.small})"


GENERAL = Laws(
    step="a gradient step in parameter space is the reduced map in $(\\taP, \\taQ)$, "
    "where both are finite",
    crossing_time=r"(\kappa \ln(1/\taEta) + K(\taQ_0))/\taEps",
    limit=r"+ \taH(0)\taEps",
    saturation=r"2/\taEta + (s + O(\taEps)) \taEps/\taEta",
    gap=r"(\sup|D| + O(\taEps)) \taEps/\taEta",
    small=r"\taEps",
    flat=r"(d\taEps)^{\beta/2}",
    flat_unit=r"(\rho/d)",
)
