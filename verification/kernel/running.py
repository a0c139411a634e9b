"""Coq reads a project: which lemmas, witnesses and twins its kernel accepts, and by what axioms."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from ...theory.errors import InputError
from .calling import axioms, build_library, coqc, last, place
from .chapter import TIMEOUT, Chapter, time_limit
from .lemmas import BLOCK, Lemma
from .project import written

# Those on which Coq's real numbers and its libraries of analysis rest, and no others.
AXIOMS = frozenset(
    {
        "ClassicalDedekindReals.sig_forall_dec",
        "ClassicalDedekindReals.sig_not_dec",
        "FunctionalExtensionality.functional_extensionality_dep",
        "functional_extensionality_dep",
        "Classical_Prop.classic",
        "ClassicalEpsilon.constructive_indefinite_description",
        "Eqdep.Eq_rect_eq.eq_rect_eq",
    }
)
_STARTS = 2  # of Coq, at most: each takes a second to load its libraries
Proofs = Callable[[Chapter, frozenset[str]], str]


@dataclass(frozen=True)
class Read:
    """What the kernel made of one lemma.

    `accepted` is the lemma itself, `witness` that its hypotheses hold somewhere, `twins` that each
    falsified copy is refuted; `refused` gives the reason by the name of a block; `axioms` are those
    that it rests on, or another lemma that was read does; where one is unusual, of its chapter.
    """

    lemma: Lemma
    accepted: bool
    witness: bool
    twins: bool
    refused: dict[str, str]
    axioms: frozenset[str]

    @property
    def foreign(self) -> frozenset[str]:
        """Axioms that are not on the list."""
        return frozenset(a for a in self.axioms if a not in AXIOMS)

    @property
    def checked(self) -> bool:
        """Whether it may be called kernel-checked: all of it, on the usual axioms."""
        return self.accepted and self.witness and self.twins and not (self.foreign or self.refused)


def read_all(
    made: Sequence[Chapter],
    folder: Path,
    jobs: int = 1,
    proofs: Proofs = written,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Read, ...]:
    """What Coq says of every lemma of some chapters.

    Parameters: the chapters; a folder in which the library was compiled; how many processes; what
    a chapter is as a file without some blocks; what is told (done, total).
    """
    groups = _groups(made, min(jobs, _STARTS))
    parts = {f"Part{k}": group for k, group in enumerate(groups, start=1)}

    def one(name: str) -> dict[str, str]:
        return _accepted(parts[name], folder, f"{name}.v", proofs)

    refused: dict[str, str] = {}
    with ThreadPoolExecutor(jobs) as pool:
        for done, found in enumerate(pool.map(one, parts), start=1):
            refused |= found
            if progress is not None:
                progress(done, len(parts))
    of = _axioms(parts, folder, refused)
    return tuple(
        _of(one, refused, of.get(chapter.label, frozenset()))
        for chapter in made
        for one in chapter.lemmas
    )


def _groups(made: Sequence[Chapter], count: int) -> list[list[Chapter]]:
    """Chapters that are read together, so that each group has about as much to prove."""
    groups: list[list[Chapter]] = [[] for _ in range(count)]
    for chapter in sorted(made, key=lambda one: -len(one.lemmas)):
        if chapter.lemmas:
            min(groups, key=lambda group: sum(len(one.lemmas) for one in group)).append(chapter)
    return [group for group in groups if group]


def tried(made: Sequence[Chapter], jobs: int = 1) -> dict[str, str]:
    """The blocks that Coq refuses, each with its words."""
    with tempfile.TemporaryDirectory() as folder:
        build_library(Path(folder))
        found = read_all(made, Path(folder), jobs)
    return {name: why for one in found for name, why in one.refused.items()}


def read(chapter: Chapter, folder: Path, proofs: Proofs = written) -> tuple[Read, ...]:
    """What Coq says of the lemmas of one chapter."""
    return read_all([chapter], folder, 1, proofs)


def _accepted(made: Sequence[Chapter], folder: Path, file: str, proofs: Proofs) -> dict[str, str]:
    """Write and compile what coqc accepts of some chapters; returned is what it does not.

    What stands before a block that is refused is not proved again before all is known.
    """
    refused: dict[str, str] = {}
    lemmas = [one for chapter in made for one in chapter.lemmas]
    limit = time_limit(os.getloadavg()[0] / (os.cpu_count() or 1))
    header = made[0].header.replace(TIMEOUT, limit)
    while True:
        text = _together(made, frozenset(refused), proofs).replace(TIMEOUT, limit)
        (folder / file).write_text(text, "utf-8")
        done = coqc(folder, file)
        if done.returncode == 0:
            return refused | _left_out(text, lemmas, refused)
        new = _refused(text, done.stdout, folder, file, header)
        if refused.keys() & new.keys():
            raise InputError(f"coqc fails on {file}: {last(done.stdout)}")
        refused |= new
        for name in tuple(new):
            for other in _resting_on(name, lemmas):
                refused[other] = f"rests on {name}"


def _left_out(text: str, lemmas: Iterable[Lemma], refused: Container[str]) -> dict[str, str]:
    """The blocks that a file does not have, and so Coq did not read."""
    present = {match[1] for match in BLOCK.finditer(text)}
    names = [block.name for one in lemmas for block in one.blocks]
    return {n: "not in the file" for n in names if n not in present and n not in refused}


def _together(made: Iterable[Chapter], without: frozenset[str], proofs: Proofs) -> str:
    """Chapters as one file: all have the same header, which stands once.

    The axioms are asked for later, of all files together: to tell them takes seconds.
    """
    texts, header = [], ""
    for chapter in made:
        header = chapter.header
        text = proofs(chapter, without).removeprefix(header)
        texts.append(text.replace(f"Print Assumptions {chapter.all_of_it}.\n", ""))
    return header + f"\n{TIMEOUT}".join(texts)


def _axioms(
    parts: Mapping[str, Sequence[Chapter]], folder: Path, refused: Mapping[str, str]
) -> dict[str, frozenset[str]]:
    """The axioms by the label of a chapter: those of all together, if each of them is usual.

    Raises InputError where Coq is silent: that is no sign that there are none.
    """
    left = {
        chapter.label: f"{part}.{chapter.all_of_it}"
        for part, group in parts.items()
        for chapter in group
        if any(block.name not in refused for one in chapter.lemmas for block in one.blocks)
    }
    if not left:
        return {}
    (all_,) = _asked(folder, tuple(parts), [f"({', '.join(left.values())})"])
    if all_ <= AXIOMS:
        return dict.fromkeys(left, all_)
    return dict(zip(left, _asked(folder, tuple(parts), list(left.values())), strict=True))


def _asked(folder: Path, parts: Sequence[str], terms: Sequence[str]) -> tuple[frozenset[str], ...]:
    lines = [f"From Trajalign Require {' '.join(parts)}."]
    for k, term in enumerate(terms):
        lines += [f"Definition asked{k} := {term}.", f"Print Assumptions asked{k}."]
    (folder / "Asked.v").write_text("\n".join([*lines, ""]), "utf-8")
    done = coqc(folder, "Asked.v")
    told = axioms(done.stdout)
    if done.returncode or len(told) != len(terms):
        raise InputError(f"coqc does not tell the axioms: {last(done.stdout)}")
    return told


def _refused(text: str, output: str, folder: Path, file: str, header: str) -> dict[str, str]:
    """The blocks of a file that Coq refuses, each with its words.

    A file ends at its first error, so that a block costs no more than its first tactic that
    fails; the blocks before it are taken as proved in the next file, which begins behind it.
    Raises InputError where Coq stops between blocks.
    """
    refused: dict[str, str] = {}
    known = ""
    while True:
        line, why = place(output)
        start = len("".join(text.splitlines(keepends=True)[: max(line - 1, 0)]))
        blocks = list(BLOCK.finditer(text))
        at = next((k for k, m in enumerate(blocks) if m.start() <= start < m.end()), None)
        if at is None:
            raise InputError(f"coqc fails on {file}: {why}")
        refused[blocks[at][1]] = why
        known += "".join(_supposed(m, refused) for m in blocks[:at])
        left = "\n".join(m[0] for m in blocks[at + 1 :] if not _rests(m, refused))
        text = f"{header}\n{known}\n{left}"
        (folder / "Rest.v").write_text(text, "utf-8")
        done = coqc(folder, "Rest.v")
        if done.returncode == 0:
            return refused
        output = done.stdout


def _supposed(block: re.Match[str], refused: dict[str, str]) -> str:
    """A block that was accepted, without its proof."""
    if _rests(block, refused):
        return ""
    return f"Axiom {block[1]} :\n{block[2]}"


def _rests(block: re.Match[str], refused: dict[str, str]) -> bool:
    """Whether the proof goes through what is refused."""
    used = set(re.findall(r"\w+", block[3])) & refused.keys()
    if used:
        refused.setdefault(block[1], f"rests on {min(used)}")
    return bool(used)


def _of(one: Lemma, refused: dict[str, str], axioms: frozenset[str]) -> Read:
    own = {block.name: refused[block.name] for block in one.blocks if block.name in refused}
    witness = one.witness is not None and one.witness.name not in own
    twins = bool(one.twins) and not any(twin.name in own for twin in one.twins)
    return Read(one, one.main.name not in own, witness, twins, own, axioms)


def _resting_on(name: str, lemmas: Iterable[Lemma]) -> tuple[str, ...]:
    for one in lemmas:
        if any(name == block.name for block in one.before):
            return (one.main.name, *(twin.name for twin in one.twins))
        twins = tuple(twin.name for twin in one.twins)
        if one.opened and one.witness and name == one.opened.name:
            return (one.witness.name, *twins)
        if name == one.main.name or (one.witness and name == one.witness.name):
            return twins
    return ()
