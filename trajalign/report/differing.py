"""Where a kept report differs from what its runs give."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

_CLOSE = 1e-6  # relative; another machine may round otherwise
_TINY = 1e-12
_FREE = frozenset({"version"})  # of the package that wrote it


def differing(stated: Mapping[str, Any], rebuilt: str) -> str:
    """The first place at which a report is not what it is when it is written anew, "" if nowhere.

    Numbers are to agree to six digits.

    >>> differing({"version": "1", "runs": [{"q": 1.0}]}, '{"version": "2", "runs": [{"q": 2.0}]}')
    'runs[1].q'
    """
    found = json.loads(rebuilt)
    kept = {name: value for name, value in stated.items() if name not in _FREE}
    return _differing(kept, {n: v for n, v in found.items() if n not in _FREE}, "").lstrip(".")


def _differing(one: Any, other: Any, place: str) -> str:
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        if lost := sorted(set(one) ^ set(other)):
            return f"{place}.{lost[0]}"
        pairs = [(one[name], other[name], f"{place}.{name}") for name in other]
    elif isinstance(one, list) and isinstance(other, list):
        if len(one) != len(other):
            return place
        both = enumerate(zip(one, other, strict=True), start=1)
        pairs = [(a, b, f"{place}[{number}]") for number, (a, b) in both]
    else:
        return "" if _agree(one, other) else place
    return next((found for a, b, where in pairs if (found := _differing(a, b, where))), "")


def _agree(one: Any, other: Any) -> bool:
    numbers = all(isinstance(x, int | float) and not isinstance(x, bool) for x in (one, other))
    if numbers:
        return math.isclose(one, other, rel_tol=_CLOSE, abs_tol=_TINY)
    return type(one) is type(other) and one == other
