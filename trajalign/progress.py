"""A progress bar wherever somebody looks: in a notebook, or on a terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import escape
from importlib import import_module
from typing import Any

from .terminal import progress_bar

_PATIENCE, _PAUSE = 1.0, 0.1  # seconds until a bar is shown, and between two updates


@contextmanager
def bar(what: str) -> Iterator[Callable[[int, int], None] | None]:
    """A bar that is told (done, total); None where nobody looks: in a script whose stderr is no
    terminal, and in a notebook that is run by a program."""
    kernel = _kernel()
    if kernel is None:
        with progress_bar(what) as update:
            yield update
    elif _is_watched(kernel):
        shown = _NotebookBar(what)
        try:
            yield shown.update
        finally:
            shown.close()
    else:
        yield None


class _NotebookBar:
    """A bar in the output of a cell, from the second second on; it is gone at the end."""

    def __init__(self, what: str) -> None:
        self.what = what
        self.handle: Any = None
        self.next = time.monotonic() + _PATIENCE

    def update(self, done: int, total: int) -> None:
        """Show how much is done, not too often."""
        now = time.monotonic()
        if now < self.next:
            return
        self.next = now + _PAUSE
        text = f"{escape(self.what)} {done}/{total}"
        self._show(f'<label>{text} <progress value="{done}" max="{total}"></progress></label>')

    def close(self) -> None:
        """Leave nothing behind."""
        if self.handle is not None:
            self._show("")

    def _show(self, markup: str) -> None:
        display: Any = import_module("IPython.display")
        page = display.HTML(markup)
        if self.handle is None:
            self.handle = display.display(page, display_id=True)
        else:
            self.handle.update(page)


def _kernel() -> Any:
    """The kernel of the notebook that this runs in, or None."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return getattr(shell, "kernel", None)


def _is_watched(kernel: Any) -> bool:
    """Whether the cell was run by somebody who could be asked something, not by a program."""
    content = kernel.get_parent("shell").get("content", {})
    return bool(content.get("allow_stdin", False))
