"""Compiling LaTeX with latexmk, in a directory of its own and without shell escape."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from ..theory.errors import InputError

PACKAGES = "latexmk texlive-latex-extra texlive-fonts-recommended lmodern"
_COMMAND = ("latexmk", "-norc", "-pdf", "-interaction=nonstopmode", "-halt-on-error")
_OPTIONS = ("-latexoption=-no-shell-escape",)
_SECONDS = 300


class LatexError(InputError):
    """LaTeX failed; `log` is what it wrote."""

    def __init__(self, message: str, log: str) -> None:
        super().__init__(message)
        self.log = log


def require_latexmk() -> None:
    """Raises InputError, with what to install, where there is no latexmk."""
    if shutil.which("latexmk") is None:
        raise InputError(
            f"--format pdf needs latexmk, which is not installed (Debian, Ubuntu: apt install "
            f"{PACKAGES}); --format latex needs nothing"
        )


def compiled(files: Mapping[str, str | bytes], main: str) -> tuple[bytes, str]:
    """The PDF of the file `main`, and LaTeX's log.

    Parameters: the files' contents by name. Raises InputError where latexmk is missing and
    LatexError where LaTeX fails.
    """
    require_latexmk()
    with tempfile.TemporaryDirectory(prefix="trajalign-") as name:
        folder = Path(name)
        for file, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            (folder / file).write_bytes(data)
        said, status = _run((*_COMMAND, *_OPTIONS, main), folder)
        stem = folder / Path(main).stem
        log_file, pdf = stem.with_suffix(".log"), stem.with_suffix(".pdf")
        log = log_file.read_text(encoding="utf-8", errors="replace") if log_file.exists() else said
        if status != 0 or not pdf.exists():
            raise LatexError(_first_error(log) or _first_error(said) or "latexmk failed", log)
        return pdf.read_bytes(), log


def _run(command: tuple[str, ...], folder: Path) -> tuple[str, int]:
    """What a command says and its exit status; it is ended with all it started."""
    environment = os.environ | {"max_print_line": "2000", "LC_ALL": "C.UTF-8"}
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        said, _ = process.communicate(timeout=_SECONDS)
    except BaseException as error:
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
        process.wait()
        if isinstance(error, subprocess.TimeoutExpired):
            raise LatexError(f"latexmk did not end within {_SECONDS} s", "") from None
        raise
    return said.decode("utf-8", errors="replace"), process.returncode


def _first_error(log: str) -> str:
    return next((line for line in log.splitlines() if line.startswith("!")), "")
