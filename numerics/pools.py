"""Local processes to spread work over."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing.context import SpawnContext, SpawnProcess


class _Process(SpawnProcess):
    """Deaf to Ctrl-C from its first moment, long before `_ignore_interrupt` runs in it."""

    def start(self) -> None:
        if not hasattr(signal, "pthread_sigmask"):
            super().start()
            return
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            super().start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _Context(SpawnContext):
    Process = _Process


@contextmanager
def workers(jobs: int) -> Iterator[Executor | None]:
    """A pool of `jobs` processes, or None for 1; an interrupt stops the pool at once."""
    if jobs <= 1:
        yield None
        return
    # Fresh interpreters rather than forks: the parent may hold threads (a progress bar, XLA's).
    pool = ProcessPoolExecutor(jobs, mp_context=_Context(), initializer=_ignore_interrupt)
    try:
        yield pool
    except BaseException:
        for process in list(pool._processes.values()):
            process.terminate()
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()


def _ignore_interrupt() -> None:
    # Ctrl-C reaches the whole process group; the parent alone decides what happens.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
