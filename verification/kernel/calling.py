"""Coq's compiler, which judges a file, and what it says."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from ...theory.errors import InputError
from .compiled import keep, kept_in, taken
from .project import LIBRARY, PACKAGES, library

# The integers of the machine, with which `interval` counts; its floats are not among them.
_INTEGERS = re.compile(r"^(PrimInt63|Uint63|Int63)\b")
_TOLD = re.compile(
    r"^(Axioms:|Closed under the global context)$(.*?)(?=^Axioms:$|^Closed under|\Z)",
    re.MULTILINE | re.DOTALL,
)
_SECONDS = 900  # for one file
_PLACE = re.compile(r'File "[^"]*", line (\d+), characters (\d+)-(\d+):\s*(Error.*)', re.DOTALL)


class CoqMissing(InputError):
    """There is no coqc here; the message says how to come by it."""


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


def build_library(folder: Path, texts: dict[str, str] | None = None) -> Path | None:
    """Write what was written by hand, and compile it unless that is kept from an earlier run.

    Returned is the folder from which the compiled files were taken, None where they were compiled.
    Raises InputError where Coq refuses it.
    """
    texts = texts or library()
    kept = kept_in(require_coq(), texts)
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8")
    if taken(kept, folder, LIBRARY):
        return kept
    for name in LIBRARY:
        done = coqc(folder, f"{name}.v")
        if done.returncode:
            raise InputError(f"Coq refuses {name}.v: {last(done.stdout)}")
    keep(kept, folder, LIBRARY)
    return None


def coqc(folder: Path, file: str) -> subprocess.CompletedProcess[str]:
    """What coqc makes of a file. Raises InputError where it takes too long."""
    return _called(["coqc", "-w", "none", "-Q", ".", "Trajalign", file], folder, file)


def place(output: str) -> tuple[int, str]:
    """The line at which coqc stopped, and its words; line 0 where it tells none."""
    match = _PLACE.search(output)
    return (int(match[1]), " ".join(match[4].split())[:200]) if match else (0, last(output))


def axioms(output: str) -> tuple[frozenset[str], ...]:
    """What each `Print Assumptions` of a file said: the first word of each line that is not a
    continuation. So what Coq tells without a type, "f is assumed to be guarded", is among it.

    Silence is no sign that there are none: the caller knows how many were asked.
    """
    found = []
    for _, names in _TOLD.findall(output):
        told = re.findall(r"^([^\s:]+)", names, re.MULTILINE)
        found.append(frozenset(a for a in told if not _INTEGERS.match(a)))
    return tuple(found)


def last(output: str) -> str:
    """The end of what Coq said, on one line."""
    return " ".join(output.split())[-200:]


def _called(command: Sequence[str], folder: Path, what: str) -> subprocess.CompletedProcess[str]:
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
        raise InputError(f"Coq takes more than {_SECONDS} s for {what}") from None
