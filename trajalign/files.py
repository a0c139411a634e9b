"""What a command writes: files whole or not at all, and JSON in one layout."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .theory.errors import InputError


def write_atomically(path: Path, text: str) -> None:
    """Write a file whole or not at all. Raises InputError where it cannot be written.

    Links are followed; what is not a regular file (a pipe, a device) is written to directly.
    """
    write_together({path: text})


def write_together(files: Mapping[Path, str | bytes]) -> None:
    """Write several files, each whole: if one of them cannot be written, none is replaced.

    Raises InputError where one cannot be written.
    """
    partials: dict[Path, Path] = {}
    path = Path()
    try:
        try:
            for path, content in files.items():
                target = path.resolve()
                data = content.encode() if isinstance(content, str) else content
                if target.exists() and not target.is_file():
                    target.write_bytes(data)
                    continue
                partials[target] = target.with_name(f".{target.name}.{os.getpid()}.partial")
                partials[target].write_bytes(data)
            for path, partial in partials.items():
                partial.replace(path)
        finally:
            for partial in partials.values():
                partial.unlink(missing_ok=True)
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror}") from None


def check_writable(path: Path) -> None:
    """Refuse, before any work is done, a path that could not be written at the end."""
    if path.is_dir():
        raise InputError(f"cannot write {path}: it is a directory")
    folder = path.resolve().parent
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        raise InputError(f"cannot write {path}: its directory is missing or not writable")


def check_folder(folder: Path, option: str) -> None:
    """Refuse, before any work is done, a folder that could not be made or written to."""
    existing = folder.resolve()
    while not existing.exists():
        existing = existing.parent
    if not existing.is_dir():
        raise InputError(f"{option} {folder}: {existing} is not a directory")
    if not os.access(existing, os.W_OK):
        raise InputError(f"{option} {folder}: {existing} is not writable")


def make_folder(folder: Path, option: str) -> Path:
    """Make a folder, and those above it. Raises InputError, which names the option."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{option} {folder}: {error.strerror}") from None
    return folder


def write(file: str, text: str) -> None:
    """Write to the file named, or to stdout for "-"."""
    if file == "-":
        sys.stdout.write(text)
    else:
        write_atomically(Path(file), text)


def check_outputs(**files: str | None) -> None:
    """Refuse, before any work is done, what could not be written: files by their option's name.

    Raises InputError, also if two options would write to stdout.
    """
    for file in files.values():
        if file is not None and file != "-":
            check_writable(Path(file))
    standard = [f"--{name}" for name, file in files.items() if file == "-"]
    if len(standard) > 1:
        raise InputError(f"{' and '.join(standard)} cannot both write to stdout")


def dump(document: dict[str, Any]) -> str:
    """A JSON document as it is written by every command."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
