"""The derivations of one response as parts of a page."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ..appendix import archive, html
from ..appendix.document import Document, Entry, document
from ..theory.derivation.book import appendix
from ..theory.errors import InputError
from ..theory.models import Model, names
from ..theory.requirements import require_curved
from ..verification.derivations.judging import DerivationError, check_appendix
from ..verification.kernel.project import project
from ..verification.kernel.readings import readings
from ..verification.theorems.certificate import Replayed
from ..verification.theorems.chapter import with_theorem
from ..verification.verdicts import ReadShare

ORDER = 3  # of the slow curve: as far as there are labels for it
_LEVEL = 4  # of the headings
_STEPREF = re.compile(r"\\stepref\{([^{}]*)\}")


@dataclass(frozen=True)
class Proved:
    """One derivation: its name, such as "Theorem 3", its id, and its statement as HTML."""

    name: str
    anchor: str
    statement: str


@dataclass(frozen=True)
class Proofs:
    """The derivations, or why there are none; `wrong` if one does not check.

    `assumed` says what they assume, `all` has them folded, both as HTML; `stored` is what `derive
    --format json` writes. `project` are the files of a Coq project and `shares` what its kernel
    read, by label, both where it was asked. No formula is kept as an expression: passed from one
    process to another SymPy would order it anew, and what is shown is to be what was checked.
    """

    why_not: str = ""
    wrong: bool = False
    assumed: str = ""
    all: str = ""
    by_label: Mapping[str, Proved] = field(default_factory=dict)
    stored: str = ""
    project: Mapping[str, str] = field(default_factory=dict)
    shares: Mapping[str, ReadShare] = field(default_factory=dict)

    def of(self, label: str) -> Proved | None:
        """The derivation of a label; one for all orders of the slow curve."""
        return self.by_label.get(label) or self.by_label.get(re.sub(r"-\d$", "", label))


def derived(
    model: Model, prefix: str, theorem: Replayed | None = None, kernel: bool = False
) -> Proofs:
    """The derivations for a model, each line checked, with a theorem that was replayed, and read by
    Coq where it is asked; their ids begin with `prefix`."""
    try:
        require_curved(model.response)
        book = appendix(model, ORDER)
        whole = book if theorem is None else with_theorem(book, theorem)
        checked = check_appendix(whole)
        stored = document(model, book, checked[: len(book.derivations)])
        read = readings(model, book) if kernel else None
        found = shown(document(model, whole, checked, read), prefix, stored)
        if read is None:
            return found
        files: Mapping[str, str] = {}
        if model.name in names():  # else `check --kernel` does not know it
            files = project(model, ORDER, read.chapters, read.refused)
        return replace(found, project=files, shares=read.shares)
    except DerivationError as error:
        return Proofs(str(error), wrong=True)
    except InputError as error:
        return Proofs(str(error))


def shown(found: Document, prefix: str, stored: Document | None = None) -> Proofs:
    """Derivations that were checked, as a page shows them; `stored` are those that a file keeps,
    by default all."""
    frame = html.Frame(found, prefix, _LEVEL, folded=True)
    return Proofs(
        assumed=html.hypotheses(frame),
        all=html.derivations(frame),
        by_label={entry.derivation.label: _proved(frame, entry) for entry in found.entries},
        stored=json.dumps(archive.archive(stored or found), ensure_ascii=False) + "\n",
    )


def _proved(frame: html.Frame, entry: Entry) -> Proved:
    """With the equations that the statement refers to."""
    label, text = entry.derivation.label, entry.derivation.statement
    parts = [f'<p class="statement">{html.words(frame, text, entry)}</p>']
    for name in dict.fromkeys(_STEPREF.findall(text)):
        other, found = frame.document.target("stepref", name, label)
        steps = [step for step in other.derivation.steps if step.name == found]
        parts += [html.display(frame, other, step, again=True) for step in steps]
    return Proved(entry.name, frame.anchor(label), "\n".join(parts))
