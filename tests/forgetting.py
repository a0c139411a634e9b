"""What the program remembers of pure functions, forgotten: for tests that put a fault into it."""

from __future__ import annotations

import sys
from types import ModuleType


def forget() -> None:
    """Empty every cache of a function of the program."""
    for key, module in list(sys.modules.items()):
        if key.startswith("trajalign") and isinstance(module, ModuleType):
            for value in list(vars(module).values()):
                if callable(clear := getattr(value, "cache_clear", None)):
                    clear()
