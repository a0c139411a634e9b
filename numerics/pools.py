"""Local processes to spread work over."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from multiprocessing.context import BaseContext, SpawnContext, SpawnProcess
from multiprocessing.process import BaseProcess
from types import FrameType
from typing import Any
from warnings import catch_warnings, simplefilter

Progress = Callable[[int, int], None]  # is told how much of the work is done, and of how much
Bar = Callable[[str], AbstractContextManager[Progress | None]]  # opens one with this name

_first: list[tuple[Callable[..., object], tuple[Any, ...]]] = []


class _Started(BaseProcess):
    """Deaf to Ctrl-C from its first moment, long before `_begin` runs in it."""

    def start(self) -> None:
        with _interrupts_held_back():
            super().start()


class _Known(BaseContext):
    """Knows its processes from before they start: an interrupt may come before the pool does."""

    kind: type[_Started]

    def __init__(self) -> None:
        super().__init__()
        self.processes: list[_Started] = []

    def Process(self, *args: Any, **options: Any) -> _Started:
        self.processes.append(self.kind(*args, **options))
        return self.processes[-1]


class _Spawned(_Started, SpawnProcess):
    pass


class _Spawning(_Known, SpawnContext):  # type: ignore[misc]  # Process is a class in the library
    kind = _Spawned


if sys.platform != "win32":
    from multiprocessing.context import ForkContext, ForkProcess

    class _Forked(_Started, ForkProcess):
        def start(self) -> None:
            with catch_warnings():  # of threads: those of NumPy's BLAS stand a fork
                simplefilter("ignore", DeprecationWarning)
                super().start()

    class _Forking(_Known, ForkContext):  # type: ignore[misc]  # as above
        kind = _Forked


def can_fork() -> bool:
    """Whether forks are safe: on Linux, if this process holds no threads but those that know of
    forks: none of Python's (a notebook's), and not XLA's."""
    alone = threading.active_count() == 1 and "jax" not in sys.modules
    return sys.platform == "linux" and alone


def _context(forked: bool) -> _Known:
    """Forks where they are wanted and safe, else fresh interpreters."""
    if sys.platform == "linux":
        if forked and can_fork():
            return _Forking()
    return _Spawning()


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
    replaced = threading.current_thread() is threading.main_thread() and handler is not None
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
def workers(jobs: int, *, forked: bool = False) -> Iterator[Executor | None]:
    """A pool of `jobs` processes, or None for 1; an interrupt stops the pool at once.

    With `forked` they begin, where that is safe, with all that is known here when the first work
    is handed to them.
    """
    if jobs <= 1:
        yield None
        return
    context = _context(forked)
    with _interrupts_held_back():  # its semaphores outlive the program if they are half made
        calls = tuple(_first)
        pool = ProcessPoolExecutor(jobs, mp_context=context, initializer=_begin, initargs=(calls,))
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


def do_first(function: Callable[..., object], *args: Any) -> None:
    """Have every process that is started from now on call a function before any work."""
    if (function, args) not in _first:
        _first.append((function, args))


def _begin(calls: tuple[tuple[Callable[..., object], tuple[Any, ...]], ...]) -> None:
    # Ctrl-C reaches the whole process group; the parent alone decides what happens.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for function, args in calls:
        function(*args)
