"""Certificates of theorems that a command is given, read and proved anew."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from .numerics.pools import Bar
from .terminal import progress_bar
from .theory.errors import InputError
from .theory.models import Model
from .verification.theorems.certificate import SCHEMA, Replayed, replay


def replayed(
    file: str | Path,
    option: str,
    *,
    of: Model | None = None,
    own: type[Model] | None = None,
    jobs: int = 1,
    bar: Bar = progress_bar,
) -> Replayed:
    """What a file with a certificate proves; `bar` opens a progress bar with this name.

    `own` is the model that it is of, where that is no built-in one and none is given as `of`.

    Raises InputError, naming the option and the file, where it cannot be read or is another model's
    than `of`, and what `replay` raises.
    """
    document = _read(Path(file), f"{option} {file}")
    if of is not None:
        _require_of(document, f"{option} {file}", of)
    with bar("replaying") as progress:
        return replay(document, progress, jobs, own if of is None else type(of))


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
    name, response, options = (document.get(n) for n in ("model", "response", "options"))
    known = (model.name, model.response.text, model.settings)
    if None not in (name, response) and (name, response, options or {}) != known:
        settings = options.items() if isinstance(options, dict) else ()
        words = ", ".join((f"{name!s:.60} {response!s:.60}", *(f"{k} {v}" for k, v in settings)))
        raise InputError(f"{told}: it is of {words}, not of {model.name} {model.given}")
