"""Local processes: they work, and an interrupt ends them at once."""

import os
import signal
import sys
import threading
import time
from multiprocessing.context import SpawnProcess

import pytest

from trajalign.numerics.pools import workers


def test_one_job_needs_no_pool():
    with workers(1) as pool:
        assert pool is None


def test_work_is_done_elsewhere():
    with workers(2) as pool:
        assert list(pool.map(abs, [-1, 2])) == [1, 2]
        assert pool.submit(os.getpid).result() != os.getpid()


def is_running(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def interrupted_at_work(pids, forked=False):
    """Ctrl-C while one process sleeps for a minute."""
    with workers(2, forked=forked) as pool:
        pids += {pool.submit(os.getpid).result() for _ in range(20)}
        assert all(map(is_running, pids))
        pool.submit(time.sleep, 60)
        raise KeyboardInterrupt


def test_an_interrupt_ends_the_processes_at_once():
    begin, pids = time.perf_counter(), []
    with pytest.raises(KeyboardInterrupt):
        interrupted_at_work(pids)
    assert_gone(pids, begin)


def assert_gone(pids, begin):
    while any(map(is_running, pids)) and time.perf_counter() - begin < 30:
        time.sleep(0.05)
    assert pids
    assert not any(map(is_running, pids))


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
@pytest.mark.parametrize("taken_elsewhere", [False, True])
@pytest.mark.parametrize("which", [1, 2])
def test_an_interrupt_while_a_process_is_started_leaves_none_behind(
    which, taken_elsewhere, monkeypatch
):
    """Whichever thread takes the signal, Python raises KeyboardInterrupt in the main thread."""
    begin, pids, start, done = time.perf_counter(), [], SpawnProcess.start, threading.Event()
    other = threading.Thread(target=done.wait, daemon=True)
    other.start()

    def interrupted(process):
        if len(pids) + 1 == which:
            thread = other if taken_elsewhere else threading.main_thread()
            signal.pthread_kill(thread.ident, signal.SIGINT)
            time.sleep(0.05)
        start(process)
        pids.append(process.pid)

    def work():
        with workers(2) as pool:
            for _ in range(9):
                pool.submit(time.sleep, 60)
            time.sleep(60)

    monkeypatch.setattr(SpawnProcess, "start", interrupted)
    with pytest.raises(KeyboardInterrupt):
        work()
    done.set()
    assert len(pids) == which
    assert_gone(pids, begin)


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_a_process_that_is_only_starting_leaves_an_interrupt_to_the_parent():
    with workers(2) as pool:
        found = pool.submit(abs, -1)
        for _ in range(100):
            for pid in list(pool._processes):
                os.kill(pid, signal.SIGINT)
            time.sleep(0.002)
        assert found.result(60) == 1


HERE = set()  # what the parent knows; a fresh interpreter finds it empty


def known(thing):
    return thing in HERE


@pytest.mark.skipif(sys.platform != "linux", reason="forks are for Linux")
def test_forks_know_what_is_known_here_unless_a_thread_or_xla_forbids_them(monkeypatch):
    monkeypatch.delitem(sys.modules, "jax", raising=False)
    HERE.add("prepared")
    alone = threading.active_count() == 1  # a parallel run of the tests has threads of its own
    with workers(2, forked=True) as pool:
        assert pool.submit(known, "prepared").result() is alone
    monkeypatch.setitem(sys.modules, "jax", sys)
    with workers(2, forked=True) as pool:
        assert not pool.submit(known, "prepared").result()
    monkeypatch.delitem(sys.modules, "jax")
    done = threading.Event()
    threading.Thread(target=done.wait, daemon=True).start()
    with workers(2, forked=True) as pool:
        assert not pool.submit(known, "prepared").result()
    done.set()
    HERE.clear()


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_an_interrupt_ends_forks_at_once():
    begin, pids = time.perf_counter(), []
    with pytest.raises(KeyboardInterrupt):
        interrupted_at_work(pids, forked=True)
    assert_gone(pids, begin)
