"""Coq reads a project: which lemmas, witnesses and twins its kernel accepts, and by what axioms."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ...theory.errors import InputError
from .chapter import Chapter
from .lemmas import Lemma
from .project import LIBRARY, PACKAGES, library, written

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
# The integers of the machine, with which `interval` counts; its floats are not among them.
_INTEGERS = re.compile(r"^(PrimInt63|Uint63|Int63)\b")
_CLOSED = "Closed under the global context"
_SECONDS = 600  # for one file
_PLACE = re.compile(r'File "[^"]*", line (\d+), characters (\d+)-(\d+):\s*(Error.*)', re.DOTALL)


class CoqMissing(InputError):
    """There is no coqc here; the message says how to come by it."""


@dataclass(frozen=True)
class Read:
    """What the kernel made of one lemma.

    `accepted` is the lemma itself, `witness` that its hypotheses hold somewhere, `twins` that each
    falsified copy is refuted; `refused` gives the reason by the name of a block; `axioms` are those
    that it rests on, or another lemma of its file does.
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
        """Whether it may be called kernel-checked: all of it, on the usual axioms.

        What was taken apart into scalars first is not: its lemma is no longer the page's line.
        """
        whole = self.accepted and self.witness and self.twins
        return whole and not self.foreign and not self.lemma.statement.cut


def require_coq() -> str:
    """The version of coqc. Raises CoqMissing, which names the packages, where there is none."""
    if shutil.which("coqc") is None:
        raise CoqMissing(f"coqc is not installed: apt install {PACKAGES}")
    return _version()


@cache
def _version() -> str:
    found = subprocess.run(["coqc", "--version"], capture_output=True, text=True, check=True)
    match = re.search(r"version (\S+)", found.stdout)
    return match[1] if match else "unknown"


def build_library(folder: Path, texts: dict[str, str] | None = None) -> None:
    """Write and compile what was written by hand. Raises InputError where Coq refuses it."""
    require_coq()
    for name, text in (texts or library()).items():
        (folder / name).write_text(text, "utf-8")
    for name in LIBRARY:
        done = _coqc(folder, f"{name}.v")
        if done.returncode:
            raise InputError(f"Coq refuses {name}.v: {_last(done.stdout)}")


def read_all(
    made: Sequence[Chapter],
    folder: Path,
    jobs: int = 1,
    proofs: Callable[[Chapter, frozenset[str]], str] = written,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Read, ...]:
    """What Coq says of every lemma of some chapters.

    Parameters: the chapters; a folder in which the library was compiled; how many processes; what
    a chapter is as a file without some blocks; what is told (done, total).
    """

    def one(chapter: Chapter) -> tuple[Read, ...]:
        return read(chapter, folder, proofs)

    found: list[Read] = []
    with ThreadPoolExecutor(jobs) as pool:
        for done, part in enumerate(pool.map(one, made), start=1):
            found += part
            if progress is not None:
                progress(done, len(made))
    return tuple(found)


def tried(made: Sequence[Chapter], jobs: int = 1) -> dict[str, str]:
    """The blocks that Coq refuses, each with its words."""
    with tempfile.TemporaryDirectory() as folder:
        build_library(Path(folder))
        found = read_all(made, Path(folder), jobs)
    return {name: why for one in found for name, why in one.refused.items()}


def read(
    chapter: Chapter,
    folder: Path,
    proofs: Callable[[Chapter, frozenset[str]], str] = written,
) -> tuple[Read, ...]:
    """What Coq says of the lemmas of one chapter: what it refuses is taken out, until it is silent.

    What rests on a refused lemma goes with it.
    """
    if not chapter.lemmas:
        return ()
    refused: dict[str, str] = {}
    file = f"{chapter.module}.v"
    while True:
        text = proofs(chapter, frozenset(refused))
        (folder / file).write_text(text, "utf-8")
        done = _coqc(folder, file)
        if done.returncode == 0:
            break
        name, why = _culprit(text, done.stdout, chapter)
        if name in refused:
            raise InputError(f"coqc fails on {file}: {_last(done.stdout)}")
        refused[name] = why
        for other in _resting_on(name, chapter.lemmas):
            refused.setdefault(other, f"rests on {name}")
    left = any(block.name not in refused for one in chapter.lemmas for block in one.blocks)
    axioms = _axioms(done.stdout) if left else frozenset()
    return tuple(_of(one, refused, axioms) for one in chapter.lemmas)


def _of(one: Lemma, refused: dict[str, str], axioms: frozenset[str]) -> Read:
    own = {block.name: refused[block.name] for block in one.blocks if block.name in refused}
    witness = one.witness is not None and one.witness.name not in own
    twins = bool(one.twins) and not any(twin.name in own for twin in one.twins)
    return Read(one, one.main.name not in own, witness, twins, own, axioms)


def _resting_on(name: str, lemmas: Iterable[Lemma]) -> tuple[str, ...]:
    for one in lemmas:
        if any(name == block.name for block in one.before):
            return (one.main.name, *(twin.name for twin in one.twins))
        if name == one.main.name or (one.witness and name == one.witness.name):
            return tuple(twin.name for twin in one.twins)
    return ()


def _culprit(text: str, output: str, chapter: Chapter) -> tuple[str, str]:
    """The block in which coqc stopped, and its words. Raises InputError where there is none."""
    match = _PLACE.search(output)
    if match is None:
        raise InputError(f"coqc fails on {chapter.module}.v: {_last(output)}")
    before = text.splitlines()[: int(match[1])]
    names = [m[1] for line in before if (m := re.match(r"Lemma (\w+) :", line))]
    if not names or re.match(r"(Print|From|Open|Set|Unset|Definition)\b", before[-1]):
        raise InputError(f"coqc fails on {chapter.module}.v: {_last(output)}")
    return names[-1], " ".join(match[4].split())[:200]


def _axioms(output: str) -> frozenset[str]:
    """What `Print Assumptions` said of all blocks of a file together.

    Raises InputError where it said nothing: that is no sign that there are none.
    """
    match = re.search(r"^Axioms:$(.*)", output, re.MULTILINE | re.DOTALL)
    if match is None:
        if _CLOSED in output:
            return frozenset()
        raise InputError(f"coqc does not tell the axioms: {_last(output)}")
    found = re.findall(r"^(\S+)\s*:", match[1], re.MULTILINE)
    return frozenset(a for a in found if not _INTEGERS.match(a))


def _coqc(folder: Path, file: str) -> subprocess.CompletedProcess[str]:
    command = ["coqc", "-w", "none", "-Q", ".", "Trajalign", file]
    try:
        return subprocess.run(
            command,
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise InputError(f"coqc takes more than {_SECONDS} s for {file}") from None


def _last(output: str) -> str:
    return " ".join(output.split())[-200:]
