"""Certificates of theorems that a command is given, read and proved anew."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from .numerics.pools import Progress
from .terminal import progress_bar
from .theory.errors import InputError
from .theory.models import Model
from .verification.theorems.certificate import SCHEMA, Replayed, replay

Bar = Callable[[str], AbstractContextManager[Progress | None]]


def replayed(
    file: str | Path,
    option: str,
    *,
    of: Model | None = None,
    jobs: int = 1,
    bar: Bar = progress_bar,
) -> Replayed:
    """What a file with a certificate proves; `bar` opens a progress bar with this name.

    Raises InputError, naming the option and the file, where it cannot be read or is another model's
    than `of`, and what `replay` raises.
    """
    document = _read(Path(file), f"{option} {file}")
    if of is not None:
        _require_of(document, f"{option} {file}", of)
    with bar("replaying") as progress:
        return replay(document, progress, jobs)


def _read(file: Path, told: str) -> Any:
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{told}: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise InputError(f"{told}: it is not JSON") from None
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise InputError(f"{told}: not a certificate of a theorem: its schema has to be {SCHEMA}")
    return document


def _require_of(document: dict[str, Any], told: str, model: Model) -> None:
    found = tuple(document.get(name) for name in ("model", "response"))
    if None not in found and found != (model.name, model.response.text):
        words = " ".join(str(name)[:60] for name in found)
        raise InputError(f"{told}: it is of {words}, not of {model.name} {model.response.text}")
