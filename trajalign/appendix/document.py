"""The appendix as every format shows it: numbered theorems and lemmas, and what stands before."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from .. import __version__
from ..theory.derivation.book import not_written
from ..theory.derivation.claims import Appendix, Cited, Claim, Derivation, Enclosed, Step
from ..theory.derivation.latex import latex
from ..theory.errors import InputError
from ..theory.hypotheses import ALWAYS
from ..theory.models import ETA, Model
from ..theory.writing.inline import REFERENCE
from ..theory.writing.references import require_reference
from ..verification.derivations.judging import Checked, StepCheck
from ..verification.kernel.readings import Readings
from ..verification.ledger import statements_about
from .kernel_words import read_words

SHOWN = 16  # digits of a certificate's SHA-256
_CITATION = re.compile(r"\\cite\{([^{}]*)\}")

_C = (
    r" (with $c = \max\{\taR(z_0), 1/2\}$, where $z_0$ is the first $z$ at which"
    r" $z \taR'(z)/\taR(z)$ comes down to $-1/2$)"
)


@dataclass(frozen=True)
class Entry:
    """One derivation in the document; `kind` is "theorem" for a label of the ledger. `called` is
    what the reader's own text calls it, in plain words, "" where that is not told."""

    number: int
    kind: str
    derivation: Derivation
    checks: tuple[StepCheck, ...]
    readings: Readings | None = None
    called: str = ""

    @property
    def name(self) -> str:
        """Such as "Theorem 3"."""
        return f"{self.kind.capitalize()} {self.number}"

    @cached_property
    def numbers(self) -> dict[str, str]:
        """The number of every displayed step, such as "3.2", by its name."""
        shown = [s.name for s in self.derivation.steps if s.claim.sides]
        return {name: f"{self.number}.{k}" for k, name in enumerate(shown, 1)}

    @property
    def evidence(self) -> str:
        """What was done to check the steps, in one sentence."""
        return evidence(Checked(self.derivation, self.checks))

    @property
    def read(self) -> str:
        """What a proof kernel read of it, as a text with references; "" where none was asked."""
        if self.readings is None or self.readings.share(self.derivation.label) is None:
            return ""
        return read_words(self.readings, self.derivation.label, self._claims)

    @property
    def _claims(self) -> list[str]:
        """The steps with a formula that claims something."""
        judged = zip(self.derivation.steps, self.checks, strict=True)
        return [step.name for step, check in judged if check.how == "checked"]


def evidence(checked: Checked) -> str:
    """What was done to check a derivation's steps, in one sentence."""
    hows = [check.how for check in checked.checks]
    parts = []
    if count := hows.count("checked"):
        points = sum(check.points for check in checked.checks)
        parts.append(
            f"{_counted(count, 'formula')} checked by exact algebra and at {points} random points "
            "in ball arithmetic"
        )
    if count := hows.count("definition"):
        parts.append(_counted(count, "definition"))
    cited = [s.claim.source for s in checked.derivation.steps if isinstance(s.claim, Cited)]
    if words := cited.count(""):
        parts.append(f"{_counted(words, 'step')} argued in words")
    if taken := len(cited) - cited.count(""):
        parts.append(f"{_counted(taken, 'step')} taken from elsewhere")
    if count := hows.count("enclosed"):
        parts.append(f"{_counted(count, 'lemma')} proved in ball arithmetic over the whole box")
    return "; ".join(parts) + "."


def _listed(things: Sequence[str]) -> str:
    *most, last = things
    return f"{', '.join(most)} and {last}"


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


@dataclass(frozen=True)
class Document:
    """An appendix whose every step was checked, ready to be printed."""

    model: Model
    appendix: Appendix
    entries: tuple[Entry, ...]

    @property
    def title(self) -> str:
        """In LaTeX, as all texts here."""
        response = self.model.response
        given = rf"the {response.noun} ${response.latex}(z) = {latex(response.expression)}$"
        return f"Derivations for the {self.model.title} with {given}"

    @property
    def _about(self) -> str:
        if self.model.about.from_paper:
            return (
                rf"This appendix derives statements of \cite{{song2023}} on the "
                rf"{self.model.title}, as trajalign words them, and some that go beyond."
            )
        return (
            rf"This appendix derives for the {self.model.title} what holds as for the two models "
            r"of \cite{song2023}. Not written for it are the chapters on "
            rf"{_listed(not_written(self.model))}."
        )

    @property
    def introduction(self) -> tuple[str, ...]:
        """The paragraphs before the hypotheses."""
        small, response = latex(self.model.small_parameter(ETA)), self.model.response
        f = response.latex
        seen = (
            rf"$\taR(z) = {f}'(z)/z$"
            if response.square is None
            else (rf"$\taR(z) = {f}(z){f}'(z)/z$")
        )
        what = (
            rf"{self._about} Everything is expressed by the response {seen}, "
            r"which stays generic until a result is specialised. "
            r"$\taP_{+}$ and $\taQ_{+}$ are the values of $\taP$ and $\taQ$ after one step of "
            r"gradient descent with step size $\taEta$; the small parameter is "
            rf"$\taEps = {small}$. Functions written without an argument are taken at $\taP$."
        )
        checked = (
            r"Each displayed formula was checked by a machine in two independent ways: by exact "
            r"algebra (SymPy \cite{meurer2017}), in which $\taR$ and its derivatives are unknowns, "
            r"and in the ball arithmetic of Arb \cite{johansson2017}, at random points and for "
            r"random responses; the sign of an expression, by the rule of signs from the signs "
            r"of its factors. The words between the formulas were not checked by a machine; "
            r"what rests on words alone, or is taken from elsewhere, is marked so. "
            rf"(trajalign {__version__}.)"
        )
        return what, checked

    @property
    def hypotheses(self) -> tuple[tuple[str, str], ...]:
        """(name, what it says) of every hypothesis that the statements refer to; "" for a name
        where none is needed."""
        response = self.model.response
        known = [h for h in response.hypotheses if h.assumed]
        general = ", ".join(h.latex for h in known if h.name in ALWAYS)
        first, _, last = general.rpartition(", ")
        named = [
            (h.name, h.latex + (_C if r"\ge c" in h.latex else ""))
            for h in known
            if h.name not in ALWAYS
        ]
        return (("", f"{first}, and {last}"), *named)

    @cached_property
    def by_label(self) -> dict[str, Entry]:
        """The entries by their labels."""
        return {entry.derivation.label: entry for entry in self.entries}

    @cached_property
    def citations(self) -> tuple[str, ...]:
        """The keys of all works cited, in the order in which they are first."""
        texts = list(self.introduction)
        for entry in self.entries:
            texts.append(entry.derivation.statement)
            for step in entry.derivation.steps:
                texts.append(step.text)
                if isinstance(step.claim, Cited) and step.claim.source:
                    texts.append(rf"\cite{{{step.claim.source}}}")
        found = [key.strip() for t in texts for m in _CITATION.findall(t) for key in m.split(",")]
        return tuple(dict.fromkeys(found))

    def anchor(self, label: str, step: str = "") -> str:
        """The name of a place to refer to, `ta:label` or `ta:label:step`.

        Labels that both models have get the model's name before them, so that one paper can
        contain both appendices.
        """
        own = label.startswith(f"{self.model.name}/")
        start = f"ta:{label}" if own else f"ta:{self.model.name}:{label}"
        return f"{start}:{step}" if step else start

    def target(self, kind: str, name: str, label: str) -> tuple[Entry, str]:
        """What \\stepref or \\thmref with this argument means in the derivation `label`.

        The entry, and the step's name, "" for the whole derivation or a step without a formula.
        Raises InputError where there is no such place.
        """
        other, _, step = (name, "", "") if kind == "thmref" else name.rpartition(":")
        entry = self.by_label.get(other or label)
        if entry is None or (step and step not in {s.name for s in entry.derivation.steps}):
            raise InputError(f"{label}: \\{kind}{{{name}}} refers to nothing")
        return entry, step if step in entry.numbers else ""


def document(
    model: Model,
    appendix: Appendix,
    checked: Sequence[Checked],
    readings: Readings | None = None,
    names: Mapping[str, str] = MappingProxyType({}),
) -> Document:
    """The document of an appendix that was checked, with what Coq read of it, and with what a
    reader calls some labels.

    Raises InputError for a reference in its texts that leads nowhere.
    """
    if tuple(c.derivation for c in checked) != appendix.derivations:
        raise InputError("only derivations that were checked can be printed")
    ledger = {statement.label for statement in statements_about(model)}
    entries = tuple(
        Entry(
            number,
            _kind(label := c.derivation.label, ledger),
            c.derivation,
            c.checks,
            readings,
            names.get(label, ""),
        )
        for number, c in enumerate(checked, 1)
    )
    made = Document(model, appendix, entries)
    for entry in entries:
        for text in _texts(entry.derivation):
            for kind, name in REFERENCE.findall(text):
                made.target(kind, name, entry.derivation.label)
    for key in made.citations:
        require_reference(key)
    return made


def _texts(derivation: Derivation) -> list[str]:
    return [derivation.statement, *(step.text for step in derivation.steps)]


def _kind(label: str, ledger: set[str]) -> str:
    known = label in ledger or any(other.startswith((f"{label}-", f"{label}/")) for other in ledger)
    return "theorem" if known else "lemma"


@dataclass(frozen=True)
class Link:
    """A reference as a reader sees it; `anchor` is "" for the words between references."""

    text: str
    anchor: str = ""


def links(
    document: Document, kind: str, names: Sequence[str], label: str, begins: bool
) -> list[Link]:
    """References of one kind in the derivation `label`, such as "equations (3.1) and (3.2)"."""
    targets = [document.target(kind, name, label) for name in names]
    found = []
    for number, (entry, step) in enumerate(targets):
        anchor = document.anchor(entry.derivation.label, step)
        if number:
            found.append(Link(" and " if number == len(targets) - 1 else ", "))
        found.append(Link(f"({entry.numbers[step]})" if step else entry.name, anchor))
    if not all(step for _, step in targets):
        return found
    word = "equation " if len(targets) == 1 else "equations "
    return [Link(word.capitalize() if begins else word), *found]


def continues(steps: Sequence[Step], index: int) -> bool:
    """Whether a step is one more line of the display before it."""
    pair = steps[index - 1 : index + 1] if index else ()
    return (
        len(pair) == 2
        and all(step.claim.sides for step in pair)
        and steps[index].text.strip() in ("", "and")
    )


def mark(claim: Claim, cited: Callable[[str], str]) -> str:
    """What is said of a step without a formula; `cited` shows a reference."""
    match claim:
        case Enclosed(certificate):
            return f"(Proved in ball arithmetic; certificate {certificate[:SHOWN]}.)"
        case Cited(source) if source:
            return f"(Taken from {cited(source)}; not proved here.)"
    return "(Argued in words.)"


def punctuation(steps: Sequence[Step], index: int) -> str:
    """What ends the display of a step, in LaTeX: a full stop where a sentence begins after it."""
    later = steps[index + 1].text.strip() if index + 1 < len(steps) else "The end"
    if continues(steps, index + 1):
        return r" \quad\text{and}" if later else ","
    if not later[:1].islower():
        return "."
    return "" if later.split()[0] in _NO_COMMA else ","


_NO_COMMA = {"and", "or", "as", "at", "for", "if", "in", "on", "to", "when", "with", "by", "of"}
