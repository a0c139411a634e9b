"""What Coq said of the derivations, as a table and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from . import __version__
from .theory.models import Model
from .verification.kernel.chapter import Chapter
from .verification.kernel.running import Read
from .verification.verdicts import Evidence

SCHEMA = "trajalign.check/1"


def table(
    model: Model,
    version: str,
    made: Sequence[Chapter],
    found: Sequence[Read],
    library: Path | None = None,
) -> str:
    """A line for each chapter, then what was not checked, with the reason.

    `library` is the folder from which compiled files were taken, None where they were compiled.
    """
    checked = Counter(one.lemma.label for one in found if one.checked)
    how = "library compiled" if library is None else f"compiled library from {library}"
    lines = [f"{model.name}, {model.response.text}, read by Coq {version} ({how})", ""]
    width = max((len(chapter.label) for chapter in made), default=0)
    for chapter in made:
        total = len(chapter.lemmas) + len(chapter.left_out)
        if total:
            lines.append(f"{chapter.label:{width}}  {checked[chapter.label]:3} of {total}")
    lines.append("")
    lines += [f"{one.lemma.label}, step {one.lemma.step}: {why(one)}" for one in found if why(one)]
    reasons = Counter(reason for chapter in made for _, _, reason in chapter.left_out)
    lines += [f"{count} steps not translated: {reason}" for reason, count in reasons.items()]
    total = len(found) + sum(reasons.values())
    lines.append(f"{sum(checked.values())} of {total} steps are {Evidence.KERNEL.value}")
    return "\n".join(lines)


def why(one: Read) -> str:
    """Why a lemma is not kernel-checked, in a few words; "" if it is."""
    if one.checked:
        return ""
    if not one.accepted:
        return "its proof is not accepted"
    if one.lemma.missing:
        return f"no witness: {one.lemma.missing}"
    if one.foreign:
        return f"rests on {', '.join(sorted(one.foreign))}"
    if not one.witness:
        return "its witness is not accepted"
    if not one.twins:
        return "a falsified twin is not refuted"
    return f"not accepted: {', '.join(sorted(one.refused))}"


def document(
    model: Model, version: str, made: Sequence[Chapter], found: Sequence[Read]
) -> dict[str, Any]:
    """The same as JSON."""
    return {
        "schema": SCHEMA,
        "version": __version__,
        "coq": version,
        "model": model.name,
        "response": model.response.text,
        "lemmas": [_lemma(one) for one in found],
        "not_translated": [
            {"label": chapter.label, "step": step, "kind": kind, "why": reason}
            for chapter in made
            for step, kind, reason in chapter.left_out
        ],
    }


def _lemma(one: Read) -> dict[str, Any]:
    evidence = Evidence.KERNEL if one.checked else Evidence.DERIVED
    return {
        "label": one.lemma.label,
        "step": one.lemma.step,
        "lemma": one.lemma.main.name,
        "sha256": one.lemma.digest,
        "evidence": evidence.value,
        "accepted": one.accepted,
        "witness": dict(one.lemma.case) if one.witness else None,
        "twins_refuted": len(one.lemma.twins) if one.twins else 0,
        "side_conditions": list(one.lemma.statement.side_conditions),
        "axioms": sorted(one.axioms),
        "why": why(one),
    }
