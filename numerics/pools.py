"""Local processes to spread work over."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing.context import SpawnContext, SpawnProcess
from threading import current_thread, main_thread
from types import FrameType
from typing import Any


class _Process(SpawnProcess):
    """Deaf to Ctrl-C from its first moment, long before `_ignore_interrupt` runs in it."""

    def start(self) -> None:
        with _interrupts_held_back():
            super().start()


class _Context(SpawnContext):
    """Knows its processes from before they start: an interrupt may come before the pool does."""

    def __init__(self) -> None:
        super().__init__()
        self.processes: list[_Process] = []

    def Process(self, *args: Any, **options: Any) -> _Process:  # type: ignore[override]
        self.processes.append(_Process(*args, **options))
        return self.processes[-1]


@contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """Ctrl-C waits until the end; what is started meanwhile does not hear it at all."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    # The mask is what a new process inherits. It is this thread's alone: where another takes the
    # signal, Python still calls the handler here, in the main thread.
    waiting: list[tuple[int, FrameType | None]] = []
    handler = signal.getsignal(signal.SIGINT)
    replaced = current_thread() is main_thread() and handler is not None
    if replaced:
        signal.signal(signal.SIGINT, lambda *signalled: waiting.append(signalled))
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        if replaced:
            signal.signal(signal.SIGINT, handler)
            if waiting and callable(handler):
                handler(*waiting[0])


@contextmanager
def workers(jobs: int) -> Iterator[Executor | None]:
    """A pool of `jobs` processes, or None for 1; an interrupt stops the pool at once."""
    if jobs <= 1:
        yield None
        return
    # Fresh interpreters rather than forks: the parent may hold threads (a progress bar, XLA's).
    context = _Context()
    with _interrupts_held_back():  # its semaphores outlive the program if they are half made
        pool = ProcessPoolExecutor(jobs, mp_context=context, initializer=_ignore_interrupt)
    try:
        yield pool
    except BaseException:
        started = [process for process in context.processes if process.pid is not None]
        for process in started:
            process.terminate()
        pool.shutdown(wait=False, cancel_futures=True)
        for process in started:
            process.join()
        raise
    pool.shutdown()


def _ignore_interrupt() -> None:
    # Ctrl-C reaches the whole process group; the parent alone decides what happens.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
