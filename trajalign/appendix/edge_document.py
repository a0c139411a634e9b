"""The derivation of the law of the edge as a document, which belongs to no model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .. import __version__
from ..theory.derivation.claims import Appendix
from ..theory.derivation.edge import law
from ..theory.models import standard
from ..theory.responses import Loss
from ..verification.derivations.judging import Checked, check_appendix
from .document import Document, Entry


@dataclass(frozen=True)
class EdgeDocument(Document):
    """Two derivations that speak of any objective."""

    @property
    def title(self) -> str:
        """In LaTeX, as all texts here."""
        return "The edge of stability of any objective"

    @property
    def introduction(self) -> tuple[str, ...]:
        """What was checked, and how."""
        words = (
            r"Displayed formulas were checked in two independent ways: by exact algebra (SymPy "
            r"\cite{meurer2017}) and in the ball arithmetic of Arb \cite{johansson2017} at random "
            r"points. The words between them were not checked by a machine; what rests on words "
            rf"alone is marked so. (trajalign {__version__}.)"
        )
        return (words,)

    @property
    def hypotheses(self) -> tuple[tuple[str, str], ...]:
        """None: they stand where they are used."""
        return ()


def edge_document() -> EdgeDocument:
    """The document, every step judged. Raises DerivationError for a wrong one."""
    appendix = Appendix("edge", "", 1, law(), Loss)
    checked: Sequence[Checked] = check_appendix(appendix)
    entries = tuple(
        Entry(number, "lemma", one.derivation, one.checks) for number, one in enumerate(checked, 1)
    )
    return EdgeDocument(standard()[0], appendix, entries)
