"""Arguments of the Python side: what its functions share, and errors that name them."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from .numerics.pools import can_fork
from .theory.arguments import integer
from .theory.errors import InputError

_OPTION = re.compile(r"--([a-z][a-z0-9-]*)")
_GIVEN = re.compile(r"^--([a-z][a-z0-9-]*) ([^:]+):")


@contextmanager
def in_python_words() -> Iterator[None]:
    """An error that speaks of an option of the command line speaks of the argument instead.

    >>> with in_python_words():
    ...     raise InputError("--eta 5: it must be below 1; see --p0")
    Traceback (most recent call last):
    trajalign.theory.errors.InputError: eta = 5: it must be below 1; see p0
    """
    try:
        yield
    except InputError as error:
        told = _OPTION.sub(_argument, _GIVEN.sub(r"--\1 = \2:", str(error)))
        if told == str(error):
            raise
        raise type(error)(told) from None


def _argument(option: re.Match[str]) -> str:
    return option[1].replace("-", "_")


def processes(jobs: Any) -> int:
    """How many processes: as many as there are cores where none are named, but one where new ones
    would run the caller's script from its beginning. Raises InputError."""
    if jobs is None:
        is_script = hasattr(sys.modules.get("__main__"), "__file__")
        return 1 if is_script and not can_fork() else os.cpu_count() or 1
    if integer(jobs, "jobs") < 1:
        raise InputError(f"jobs = {jobs}: need at least one process")
    return integer(jobs, "jobs")
