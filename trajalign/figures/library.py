"""Matplotlib, imported so that no backend is asked for: figures are drawn without one.

Matplotlib checks the environment's MPLBACKEND when it is first imported, and fails on the name of a
backend that this installation lacks, such as that of a notebook in another environment.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from types import ModuleType

_VARIABLE = "MPLBACKEND"


def matplotlib() -> ModuleType:
    """The package, its backend chosen as it would be without us wherever that is possible.

    >>> matplotlib().__name__
    'matplotlib'
    """
    if "matplotlib" not in sys.modules:
        asked = os.environ.pop(_VARIABLE, None)
        try:
            import matplotlib as found
        finally:
            if asked is not None:
                os.environ[_VARIABLE] = asked
        if asked:
            with suppress(ValueError):  # no such backend: who opens a window will be told
                found.rcParams["backend"] = asked  # as Matplotlib does itself
    import matplotlib as loaded

    return loaded
