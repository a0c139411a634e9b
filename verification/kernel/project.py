"""A derivation's lemmas as files of a Coq project, which builds with `make`."""

from __future__ import annotations

import json
import re
from collections.abc import Container, Iterable, Mapping
from dataclasses import replace
from importlib.resources import files
from textwrap import fill

from ...theory.derivation.book import appendix
from ...theory.derivation.claims import Appendix, Derivation, Expansion
from ...theory.derivation.substitution import equations_for
from ...theory.models import Model
from ...theory.models.options import with_options
from .chapter import Chapter
from .expansion_lemmas import expansion_lemma
from .hypotheses.theorems import hypotheses
from .lemmas import Lemma, blocks_in, lemma
from .names import Untranslatable

SCHEMA = "trajalign.kernel/1"
# Written by hand, each after those that it needs.
LIBRARY = (
    *("Numbers", "Rings", "Tactics", "BigO", "Polynomials", "Taylor", "Series", "Programs"),
    *("Generic", "Matrices", "Slopes", "Hypotheses"),
)
_CLOSINGS = {("linear/reduced-map", "q-next"): "Network"}  # by hand too: what a step ends
PACKAGES = "coq libcoq-coquelicot libcoq-interval"  # Debian's
_MAKEFILE = """\
# Needs Debian's packages {packages}.
all: Makefile.coq
\t$(MAKE) -f Makefile.coq
# The compiled files, but not the libraries that they load, read by the checker that comes with Coq.
recheck: all
\tcoqchk -silent -Q . Trajalign $(patsubst %.v,-norec Trajalign.%,$(wildcard *.v))
Makefile.coq: _CoqProject
\tcoq_makefile -f _CoqProject -o Makefile.coq
.PHONY: all recheck
"""


def chapters(model: Model, order: int | None = 2) -> tuple[Chapter, ...]:
    """The hypotheses on a model's response and its derivations as lemmas.

    Parameters: a model with its response; `order`, as for `appendix`, which says what is raised, or
    None for the hypotheses alone.
    """
    derived = () if order is None else chapters_of(appendix(model, order))
    return (hypotheses(model), *derived)


def chapters_of(book: Appendix, wanted: Container[str] | None = None) -> tuple[Chapter, ...]:
    """Derivations that are at hand as lemmas: all, or those with a label that is wanted."""
    earlier: dict[str, Derivation] = {}
    found = []
    for derivation in book.derivations:
        if wanted is None or derivation.label in wanted:
            found.append(_chapter(derivation, earlier))
        earlier[derivation.label] = derivation
    return tuple(found)


def _chapter(derivation: Derivation, earlier: dict[str, Derivation]) -> Chapter:
    lemmas, left_out = [], []
    for step in derivation.steps:
        kind = type(step.claim).__name__
        if kind in ("Definition", "Cited", "Enclosed"):
            continue
        try:
            equations = equations_for(step, derivation, earlier)
            translate = expansion_lemma if isinstance(step.claim, Expansion) else lemma
            made = translate(derivation.label, step, equations)
            closing = _CLOSINGS.get((derivation.label, step.name))
            lemmas.append(replace(made, further=blocks_in(_by_hand(closing))) if closing else made)
        except Untranslatable as error:
            left_out.append((step.name, kind, str(error)))
    return Chapter(derivation.label, derivation.title, tuple(lemmas), tuple(left_out))


def written(chapter: Chapter, without: frozenset[str] = frozenset()) -> str:
    """A chapter as a Coq file, without the blocks of these names."""
    parts = [chapter.header, f"(* {_plain(chapter.title)}: {chapter.label} *)\n"]
    kept: list[str] = []
    for one in chapter.lemmas:
        blocks = [block for block in one.blocks if block.name not in without]
        if not blocks:
            continue
        before = [block.text for block in blocks if block in one.before]
        parts += [*before, _comment(one), *(b.text for b in blocks if b not in one.before)]
        kept += [block.name for block in blocks]
    if kept:
        parts.append(asked(chapter, kept))
    return "\n".join(parts)


def asked(chapter: Chapter, names: Iterable[str]) -> str:
    """The end of a file: a term in which its lemmas stand, and the question for their axioms."""
    name = chapter.all_of_it
    uses = "".join(f"  let _ := {one} in\n" for one in names)
    return f"Unset Default Timeout.\nDefinition {name} :=\n{uses}  I.\nPrint Assumptions {name}.\n"


def _comment(one: Lemma) -> str:
    lines = [f"{one.label}, step {one.step}. {one.about}"]
    if one.statement.side_conditions:
        lines.append(f"Where {', '.join(one.statement.side_conditions)}.")
    if one.missing:
        lines.append(f"No witness: {one.missing}.")
    text = "\n".join(fill(line, 96) for line in lines)
    return f"(* {text} *)"


def _plain(title: str) -> str:
    return re.sub(r"\\ta(\w)", lambda m: m[1].lower(), title).replace("$", "")


def library() -> dict[str, str]:
    """The files written by hand, by their names."""
    return {f"{name}.v": _by_hand(name) for name in LIBRARY}


def _by_hand(name: str) -> str:
    return (files(__package__) / "coq" / f"{name}.v").read_text("utf-8")


def project(
    model: Model, order: int | None, made: tuple[Chapter, ...], left: Mapping[str, str]
) -> dict[str, str]:
    """All files of the project, by their names.

    Parameters: a model with its response; `order`, as for `chapters`; its chapters; `left` are
    blocks to leave out, with the reason: those that Coq was seen to refuse.
    """
    found = library()
    for chapter in made:
        if chapter.lemmas:
            found[f"{chapter.module}.v"] = written(chapter, frozenset(left))
    found["_CoqProject"] = "\n".join(["-Q . Trajalign", "-arg -w -arg none", *sorted(found), ""])
    found["Makefile"] = _MAKEFILE.format(packages=PACKAGES)
    found["manifest.json"] = json.dumps(manifest(model, order, made, left), indent=2) + "\n"
    return found


def manifest(
    model: Model, order: int | None, made: tuple[Chapter, ...], left: Mapping[str, str]
) -> dict[str, object]:
    """What the project says of itself: every lemma with its step, conditions, hash and witness."""
    return {
        "schema": SCHEMA,
        "model": model.name,
        "response": model.response.text,
        **with_options(model.settings),
        "order": order,
        "lemmas": [
            {
                "label": one.label,
                "step": one.step,
                "lemma": one.main.name,
                "kind": one.kind,
                "side_conditions": list(one.statement.side_conditions),
                "sha256": one.digest,
                "witness": dict(one.case),
                "twins": [twin.name for twin in one.twins],
                "missing": one.missing,
                "left_out": {b.name: left[b.name] for b in one.blocks if b.name in left},
            }
            for chapter in made
            for one in chapter.lemmas
        ],
        "not_translated": [
            {"label": chapter.label, "step": step, "kind": kind, "why": why}
            for chapter in made
            for step, kind, why in chapter.left_out
        ],
    }
