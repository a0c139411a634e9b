"""A reader's own numbering: what another text calls the statements here, from a TOML file.

"linear/alignment" = "Theorem 3.2"
"linear/limit" = { name = "Theorem 3.4 (i)", text = "gradient descent converges" }
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .theory.errors import InputError
from .theory.models import Model, from_paper
from .verification.ledger import known_statements
from .verification.running.runner import known_labels, labels_of

_KEYS = ("name", "text")
_HEADER = """\
# What your text calls the statements of trajalign: put a name between the quotation marks, as in
#   "linear/alignment" = "Theorem 3.2"
# or a name with its words:
#   "linear/alignment" = { name = "Theorem 3.2", text = "Aligned orbits follow a curve." }
# A label with an empty name stays as it is. Then: trajalign verify --theorems FILE
"""


@dataclass(frozen=True)
class Named:
    """What a text calls a statement, and its words, "" for none."""

    name: str
    text: str = ""

    def __str__(self) -> str:
        return f"{self.name}: {self.text}" if self.text else self.name


@dataclass(frozen=True)
class Numbering:
    """The names of some labels; none for no file."""

    names: Mapping[str, Named] = field(default_factory=dict)

    def __getitem__(self, label: str) -> Named | None:
        return self.names.get(label)

    @property
    def called(self) -> dict[str, dict[str, str]]:
        """Name and words of each label, as JSON has them."""
        return {label: vars(named) for label, named in self.names.items()}

    @property
    def words(self) -> dict[str, str]:
        """Name and words of each label, in one line."""
        return {label: str(named) for label, named in self.names.items()}


def load_numbering(
    file: str | None, models: Iterable[Model], option: str = "--theorems"
) -> Numbering:
    """The names in a file, of labels that one of the models, or one of the paper's, has.

    Raises InputError, in one line with the option, the file and the key, for a file that cannot be
    read, an unknown label and anything but texts.
    """
    if file is None:
        return Numbering()
    told = f"--theorems {file}"
    try:
        document = tomllib.loads(Path(file).read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{told}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{told}: it is not TOML: {error}") from None
    known = dict.fromkeys(label for model in models for label in labels_of(model))
    known |= dict.fromkeys(label for kind in from_paper() for label in known_labels(kind.name))
    found = ((label, _named(told, label, value, known)) for label, value in document.items())
    return Numbering({label: one for label, one in found if one.name})


def template() -> str:
    """A file with every label of the paper's models and no name yet, each with what it says."""
    return _HEADER + "".join(f"\n{line}" for line in _lines())


def _lines() -> Iterator[str]:
    seen: set[str] = set()
    for kind in from_paper():
        says = {statement.label: statement.conclusion for statement in known_statements(kind.name)}
        says |= {f"{kind.name}/{h.name}": h.text for h in kind.seen.hypotheses}
        for label in known_labels(kind.name):
            if label not in seen:
                yield f'# {says[label]}\n"{label}" = ""\n'
        seen |= says.keys()


def _named(told: str, label: str, value: Any, known: Iterable[str]) -> Named:
    key = f"{told}: key {label[:60]!r}"
    if label not in known:
        close = difflib.get_close_matches(label, list(known), n=1)
        hint = f"; did you mean {close[0]}?" if close else ""
        raise InputError(f"{key}: no such label{hint}")
    if isinstance(value, str):
        return Named(_line(value))
    if not isinstance(value, dict):
        raise InputError(f"{key}: need a text, or {{ name = …, text = … }}")
    if unknown := next((k for k in value if k not in _KEYS), None):
        raise InputError(f"{key}: unknown {unknown[:60]!r}; known are {' and '.join(_KEYS)}")
    if wrong := next((k for k in value if not isinstance(value[k], str)), None):
        raise InputError(f"{key}: {wrong} has to be a text")
    if not value.get("name"):
        raise InputError(f"{key}: it has no name")
    return Named(_line(value["name"]), _line(value.get("text", "")))


def _line(text: str) -> str:
    return " ".join(text.split())
