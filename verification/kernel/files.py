"""A project read back from a folder: its statements must be those of the current steps."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...theory import models
from ...theory.errors import InputError
from ...theory.models import Model
from .chapter import Chapter
from .lemmas import BLOCK
from .project import LIBRARY, SCHEMA, asked, library, written

# What a proof may not say: a command, which could change what stands around it. Those of Coq begin
# with a capital letter or an attribute, its tactics do not.
_COMMANDS = re.compile(r"(?:\A|\.\s|[{}]\s)[\s{}*+-]*((?:[A-Z]|#)\w*)")
_COMMENT = re.compile(r"\(\*(?:(?!\(\*).)*?\*\)", re.DOTALL)


class Changed(InputError):
    """A file says something else than the current steps do."""


@dataclass(frozen=True)
class Folder:
    """A project that `derive --coq` wrote: what it is about, and the text of its files.

    `order` is None for one of the hypotheses alone, which `assumptions --coq` writes.
    """

    model: Model
    order: int | None
    left_out: frozenset[str]
    texts: dict[str, str]

    def proofs(self) -> Callable[[Chapter, frozenset[str]], str]:
        """What stands in its file of a chapter, after a look at whether it is of this chapter.

        What is returned raises Changed for a file whose statements are others.
        """

        def text(chapter: Chapter, without: frozenset[str]) -> str:
            found = self.texts.get(f"{chapter.module}.v", "")
            _compare(found, written(chapter, self.left_out), f"{chapter.module}.v")
            kept = BLOCK.sub(lambda m: "" if m[1] in without else m[0], found)
            names = [m[1] for m in BLOCK.finditer(kept)]
            end = asked(chapter, names) if names else ""
            return kept[: kept.rindex("Unset Default Timeout.")] + end

        return text


def read_folder(folder: Path) -> Folder:
    """The project in a folder. Raises InputError where there is none, or Changed where its library
    is another."""
    try:
        data: Any = json.loads((folder / "manifest.json").read_text("utf-8"))
        if data["schema"] != SCHEMA:
            raise InputError(f"{folder}/manifest.json: schema is not {SCHEMA}")
        model = models.recalled(data)
        order = None if data["order"] is None else int(data["order"])
        left = frozenset(name for one in data["lemmas"] for name in one["left_out"])
        texts = {file.name: file.read_text("utf-8") for file in folder.glob("*.v")}
    except OSError as error:
        raise InputError(f"{folder}: no manifest.json can be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, UnicodeError) as error:
        raise InputError(f"{folder}/manifest.json: not of --coq: {error}") from None
    for name, text in library().items():
        if texts.get(name) != text:
            raise Changed(f"{folder}/{name} is not that of this version")
    return Folder(model, order, left, {n: t for n, t in texts.items() if n[:-2] not in LIBRARY})


def _compare(found: str, expected: str, file: str) -> None:
    """Raises Changed where more than proofs differ, or a proof holds more than tactics."""
    for match in BLOCK.finditer(found):
        body = _COMMENT.sub(" ", match[3])
        if word := _COMMANDS.search(body) or re.search(r"(\(\*)", body):
            raise Changed(f"{file}: the proof of {match[1]} says {word[1]}")
    if _without_proofs(found) != _without_proofs(expected):
        said = dict(_statements(found))
        for name, statement in _statements(expected):
            if said.get(name) != statement:
                raise Changed(f"{file}: the statement of {name} is not that of the current step")
        raise Changed(f"{file}: it says something else than the current steps do")


def _statements(text: str) -> list[tuple[str, str]]:
    return [(m[1], m[2]) for m in BLOCK.finditer(text)]


def _without_proofs(text: str) -> str:
    return BLOCK.sub(lambda m: f"Lemma {m[1]} :\n{m[2]}Qed.\n", text)
