"""Reading a table of a TOML file: every key has a type, and no key goes unread."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from ..numerics.compile.floats import Floats
from ..theory.errors import InputError

_LONGEST_AXIS = 1000
_LARGEST = 2**63 - 1  # of integers
_SHOWN = 60  # characters of a wrong value
_WORDS = {str: "text", int: "an integer", list: "a list", Mapping: "a table"}


class Section:
    """One table of the file; every key has to be asked for once. All methods raise InputError."""

    def __init__(self, name: str, content: Any) -> None:
        if not isinstance(content, Mapping):
            raise InputError(f"{name}: need a table")
        self._name, self._content, self._asked = name, content, set[str]()

    def has(self, key: str) -> bool:
        """Whether the key is there."""
        return key in self._content

    def section(self, key: str) -> Section:
        """A table within."""
        return Section(f"[{key}]", self._get(key, None, Mapping))

    def sections(self, key: str) -> list[Section]:
        """A list of tables within."""
        found = self._get(key, None, list)
        return [Section(f"[[{key}]] {i}", one) for i, one in enumerate(found, start=1)]

    def text(self, key: str, default: str | None = None) -> str:
        """A text; the default, if there is one, where the key is missing."""
        found: str = self._get(key, default, str)
        return found

    def integer(self, key: str) -> int:
        """An integer."""
        return self._integer(key, self._get(key, None, int))

    def number(self, key: str) -> float:
        """A finite number."""
        return self._number(key, self._get(key, None, (int, float)))

    def numbers(self, key: str) -> list[float]:
        """A list of numbers."""
        found = self._get(key, None, list)
        if not all(isinstance(x, int | float) and not isinstance(x, bool) for x in found):
            raise InputError(f"{self._name} {key}: need a list of numbers")
        return [self._number(key, x) for x in found]

    def texts(self, key: str) -> list[str]:
        """A list of texts."""
        found = self._get(key, None, list)
        if not all(isinstance(x, str) for x in found):
            raise InputError(f"{self._name} {key}: need a list of texts")
        return list(found)

    def integers(self, key: str) -> list[int]:
        """A list of integers."""
        found = self._get(key, None, list)
        if not all(isinstance(x, int) and not isinstance(x, bool) for x in found):
            raise InputError(f"{self._name} {key}: need a list of integers")
        return [self._integer(key, x) for x in found]

    def axis(self, key: str) -> Floats:
        """Equally spaced numbers, from a table { from, to, count }."""
        ends = self.section(key)
        count = ends.integer("count")
        if not 1 <= count <= _LONGEST_AXIS:
            raise InputError(f"{self._name} {key}: need a count of 1 to {_LONGEST_AXIS}")
        values = np.linspace(ends.number("from"), ends.number("to"), count)
        ends.finish()
        return values

    def finish(self) -> None:
        """Complain of what nobody asked for."""
        unknown = sorted(set(self._content) - self._asked)
        if unknown:
            known = ", ".join(sorted(self._asked))
            raise InputError(f"{self._name}: unknown key {unknown[0]!r}; known are {known}")

    def _integer(self, key: str, value: int) -> int:
        if abs(value) > _LARGEST:
            raise InputError(f"{self._name} {key}: need integers of 64 bits")
        return value

    def _number(self, key: str, value: float) -> float:
        if abs(value) > _LARGEST and isinstance(value, int):
            raise InputError(f"{self._name} {key}: need integers of 64 bits")
        if not math.isfinite(value):
            raise InputError(f"{self._name} {key} = {value}: need a finite number")
        return float(value)

    def _get(self, key: str, default: Any, kind: Any) -> Any:
        self._asked.add(key)
        if key not in self._content and default is None:
            raise InputError(f"{self._name} {key} is missing: need {_WORDS.get(kind, 'a number')}")
        found = self._content.get(key, default)
        if not isinstance(found, kind) or isinstance(found, bool):
            shown = repr(found)[:_SHOWN]  # it may be a whole table
            raise InputError(f"{self._name} {key} = {shown}: need {_WORDS.get(kind, 'a number')}")
        return found
