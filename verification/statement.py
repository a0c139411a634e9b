"""What a statement of the ledger is: for every model its form, for one model its words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..theory.models import Model
from ..theory.models.laws import Laws
from ..theory.writing.plain_text import plain_text
from .measuring.claims import Claim
from .measuring.plans import Plan

PAPER = "Song & Yun 2023"
DERIVED = "re-derived here"
NEW = "new here"
Telling = Callable[[Mapping[str, Any], Mapping[str, Any]], str]
_NOT_PROVED = "tested for this model, not proved"

# Hypotheses; of those that a response does not have (A2 of an activation) nothing is asked.
REGULAR = ("analytic", "symmetry", "normalised")
EDGE = (*REGULAR, "A1", "A2", "A3", "A4", "A5")

# Orbits on the edge of stability.
EACH_START = (
    r"$c < \taQ_0 < 1$ and $\taP_t \ne 0$ for all $t$; what is in $O(\cdot)$ depends on the starts"
)
ALL_STARTS = (
    r"$c < \taQ_0 \le 1 - \delta$, $|\taP_0| \le P$ and $\taP_t \ne 0$ for all $t$; for any fixed "
    r"$\delta > 0$ and $P$, the constants $A$, $B$, $C$ and those in $O(\cdot)$ serve all of these "
    r"and all small $\taEta$"
)

# What is said of step sizes that tend to 0 is tried on a ladder of them.
BY_LADDER = (
    "a start from which, on a ladder of step sizes, the coefficient or the order of the error has "
    "settled on another value than the one derived; a ladder that has not settled refutes nothing, "
    "and leaves it undecided"
)

# Those where r''(0) = 0: all but A4. That r falls from 0 is A1.
FLAT = tuple(name for name in EDGE if name != "A4")


# The response with r''(0) = 0 and its scales, of which b is a model's own.
FLAT_ORBITS = (
    r"$\taR(\taP) = 1 - \rho|\taP|^\beta/\beta + O(|\taP|^{\beta+k})$, $\beta > 2$, with "
    r"$m = \min\{k, \beta\}$, $b$ as in `flat-limit` and $a = (b/\rho)^{1/\beta}$; "
    rf"{ALL_STARTS}"
)


def untold(parameters: Mapping[str, Any], quantities: Mapping[str, Any]) -> str:
    """No words; a function by its name, since statements are passed between processes."""
    return ""


@dataclass(frozen=True)
class Statement:
    """One label of the ledger for one model; `rests_on` are the labels its argument uses.

    `words` is the conclusion and `about` says which orbits it speaks of, and what its constants
    depend on ("" where it speaks of single steps, of the map with q frozen, or names them itself);
    `numbers` says what its quantities mean, by their names in a verdict, and `refuted_by` what a
    check of it would have to find to call it false. These are texts with formulas in LaTeX, between
    dollar signs. `told` says the same with the numbers of a verdict, from its parameters and
    quantities; "" where it has no such words.
    """

    label: str
    model: str
    words: str
    hypotheses: tuple[str, ...]
    origin: str
    rests_on: tuple[str, ...] = ()
    about: str = ""
    numbers: Mapping[str, str] = field(default_factory=dict, hash=False)
    refuted_by: str = ""
    told: Telling = untold

    @property
    def conclusion(self) -> str:
        """The words in plain text."""
        return plain_text(self.words)

    @property
    def meanings(self) -> tuple[tuple[str, str], ...]:
        """What its quantities mean, with what a table has as "exact" and "measured" named so."""
        return tuple(
            ("exact, measured" if name == "coefficient" else name, meaning)
            for name, meaning in self.numbers.items()
        )

    @property
    def orbits(self) -> str:
        """The orbits in plain text."""
        return plain_text(self.about)


@dataclass(frozen=True)
class Form:
    """A statement for every model, as its file gives it.

    `place` orders the ledger. `says` is its conclusion from a model's laws, "" where that model has
    no such statement, and `about` the orbits it speaks of; `needs` are the hypotheses: all, if it
    is not said. `silent` is why it says nothing of a model whatever holds of its response, "" where
    it speaks of it. `claim` makes from a label and a plan what is measured and judged; it raises
    NotApplicableError where the statement says nothing of the response. `numbers`, `refuted_by` and
    `told`: see `Statement`.
    """

    name: str
    place: int
    says: Callable[[Laws], str]
    claim: Callable[[str, Plan], Claim]
    origin: str
    rests_on: tuple[str, ...] = ()
    needs: Callable[[Laws], tuple[str, ...]] = lambda laws: EDGE
    about: Callable[[Laws], str] = lambda laws: ""
    numbers: Mapping[str, str] = field(default_factory=dict, hash=False)
    refuted_by: str = ""
    silent: Callable[[Model], str] = lambda model: ""
    told: Telling = untold

    def label(self, model: str) -> str:
        """The label for a model; what is said of the map with q frozen is common to all."""
        return full_label(model, self.name)

    def below(self, model: str) -> tuple[str, ...]:
        """The labels that it rests on."""
        return tuple(full_label(model, name) for name in self.rests_on)

    def statement(self, model: type[Model] | Model, known: tuple[str, ...]) -> Statement:
        """The statement for one model, on whose response there are the hypotheses `known`."""
        laws = model.laws
        return Statement(
            self.label(model.name),
            model.name,
            self.says(laws),
            tuple(name for name in self.needs(laws) if name in known),
            self.origin if model.about.from_paper else _NOT_PROVED,
            self.below(model.name),
            self.about(laws),
            self.numbers,
            self.refuted_by,
            self.told,
        )


def full_label(model: str, name: str) -> str:
    """The label of a statement's name for a model.

    A name with a heading of its own is the same for all models.

    >>> full_label("linear", "limit"), full_label("linear", "bifurcation/flip")
    ('linear/limit', 'bifurcation/flip')
    """
    return name if "/" in name else f"{model}/{name}"
