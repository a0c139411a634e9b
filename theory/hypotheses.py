"""The hypotheses of the theorems on a loss and on an activation: words, formulas, and twins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .writing.plain_text import plain_text

ALWAYS = ("analytic", "symmetry", "normalised")  # they have no number in the paper
_DENIED = "curved"  # all that A4 says of a parabola: of the flip, which A4 makes supercritical


@dataclass(frozen=True)
class Hypothesis:
    """One hypothesis on a response.

    `latex` says it with $formulas$ in the notation of the derivations; `twin` is a response that
    fails it. `at_a_point` says whether a single z can refute it.
    """

    name: str
    latex: str
    twin: str
    at_a_point: bool = False

    @property
    def text(self) -> str:
        """What it says, in plain text."""
        return plain_text(self.latex)

    @property
    def assumed(self) -> bool:
        """Whether a theorem assumes it; "curved" is only what A4 has to say for one of them."""
        return self.name != _DENIED


OF_A_LOSS = (
    Hypothesis(
        "analytic",
        r"$\taEll$ is real and analytic on the whole real line",
        "abs(z)",  # a kink at 0
    ),
    Hypothesis("symmetry", r"$\taEll$ is even", "exp(z) - 1 - z"),  # convex, ℓ''(0)=1
    Hypothesis("normalised", r"$\taEll''(0) = 1$", "2*log(cosh(z))"),
    Hypothesis(
        "A1",
        r"$\taR'(z) < 0$ for $z > 0$",
        "cosh(z) - 1",  # sinh(z)/z grows
        at_a_point=True,
    ),
    Hypothesis(
        "A2",
        r"$\taEll''(z) > 0$ for $z > 0$, that is $z \taR'(z)/\taR(z) > -1$",
        "log(1+z**2)/2",  # not convex past z = 1; nothing else fails
        at_a_point=True,
    ),
    Hypothesis(
        "A3",
        r"$z \taR'(z)/\taR(z)$ is decreasing for $z > 0$",
        "sqrt(1+z**2)/2 + 5000*sqrt(1+z**2/10000)",  # two scales; nothing else fails
        at_a_point=True,
    ),
    Hypothesis("A4", r"$\taR''(0) < 0$", "atan(z**2)/2"),  # r = 1/(1+z⁴)
    Hypothesis(
        "A5",
        r"$L = \sup |\taEll'|$ is finite",
        "z*asinh(z) - sqrt(1+z**2)",  # ℓ' = asinh is unbounded; nothing else fails
    ),
    Hypothesis("curved", r"$\taR''(0) \ne 0$", "z**2/2"),  # r = 1
)

OF_AN_ACTIVATION = (
    Hypothesis(
        "analytic",
        r"$\taPhi$ is real and analytic on the whole real line",
        "z/(1+abs(z))",  # softsign's kink
    ),
    Hypothesis("symmetry", r"$\taPhi$ is odd", "1 - exp(-z)"),  # φ'(0) = 1
    Hypothesis("normalised", r"$\taPhi'(0) = 1$", "tanh(2*z)"),
    Hypothesis(
        "A1",
        r"$\taR'(z) < 0$ for $z > 0$",
        "sin(z)",  # r = sin(2z)/(2z) rises again
        at_a_point=True,
    ),
    Hypothesis(
        "A3",
        r"$z \taR'(z)/\taR(z)$ is decreasing where $\taR(z) \ge c$",
        "tanh(100*z)/1000 + 9*tanh(z)/10",  # two scales
    ),
    Hypothesis("A4", r"$\taR''(0) < 0$", "z"),  # r = 1
    Hypothesis(
        "A5",
        r"$|\taPhi'| \le 1$ and $\sup |\taPhi|$ is finite",
        "asinh(z)",  # |φ'| ≤ 1 but φ is unbounded; nothing else fails
    ),
    Hypothesis("curved", r"$\taR''(0) \ne 0$", "z"),
)

# Of a loss about a minimum at 0 with ℓ'' = 1, not assumed to be even: g = ℓ' there.
OF_A_VALLEY = (
    Hypothesis(
        "analytic",
        r"$\taEll$ is real and analytic on the whole real line",
        "z**2/2 + abs(z)**3",  # a kink of ℓ'' at 0
    ),
    Hypothesis(
        "A1",
        r"$Q_0(\taP) = 2g(\taP)/(\taP - \tilde{\taP})$ falls away from the minimum, down to $c$",
        "z**2/2 - z**4/24 + z**6/90",  # even; r = 1 − z²/6 + z⁴/15 rises again
        at_a_point=True,
    ),
    Hypothesis(
        "A4",
        r"$\alpha = 3(\taEll''')^2 - \taEll''\taEll'''' > 0$ at the minimum",
        "z**2/2 + z**3/12 + z**4/24",  # α = 3/4 − 1
    ),
    Hypothesis("curved", r"$\alpha \ne 0$ at the minimum", "z**2/2"),
)

NAMES = frozenset(h.name for h in (*OF_A_LOSS, *OF_AN_ACTIVATION, *OF_A_VALLEY))


def listed(names: Sequence[str]) -> str:
    """Numbered hypotheses in LaTeX, a run of all as a range.

    >>> listed(["A1", "A2", "A3", "A4", "A5"]), listed(["A1", "A3", "A5"])
    ('A1--A5', 'A1, A3 and A5')
    """
    first, *_, last = names
    if len(names) > 2 and int(last[1:]) - int(first[1:]) == len(names) - 1:
        return f"{first}--{last}"
    return f"{', '.join(names[:-1])} and {last}"
