"""The mark beside the word of a verdict, in HTML."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

MARKS: Mapping[str, str] = MappingProxyType(
    {"pass": "✓", "fail": "✗", "undecided": "?", "not-applicable": "–"}
)
