"""The compiled files of what was written by hand, kept between runs in the folder for caches."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path


def kept_in(version: str, texts: Mapping[str, str]) -> Path:
    """The folder for the compiled files of these texts by this version of Coq.

    >>> kept_in("8.16.1", {"A.v": ""}) == kept_in("8.16.1", {"A.v": "(* other *)"})
    False
    """
    digest = hashlib.sha256(version.encode())
    for name in sorted(texts):
        digest.update(f"\0{name}\0{texts[name]}".encode())
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(root) / "trajalign" / f"coq-{digest.hexdigest()[:32]}"


def taken(kept: Path, folder: Path, names: Iterable[str]) -> bool:
    """Copy the compiled files of these names to a folder; False where one is missing."""
    files = [f"{name}.vo" for name in names]
    if not all((kept / file).is_file() for file in files):
        return False
    for file in files:
        shutil.copy(kept / file, folder / file)
    return True


def keep(kept: Path, folder: Path, names: Iterable[str]) -> None:
    """Copy them from a folder, all or none; nothing is kept where nothing can be written."""
    with suppress(OSError):
        kept.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=kept.parent) as made:
            whole = Path(made) / "whole"
            whole.mkdir()
            for name in names:
                shutil.copy(folder / f"{name}.vo", whole)
            whole.rename(kept)
