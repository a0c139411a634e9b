"""A grid over blocks, threads, processes and a cluster, and what is told meanwhile."""

import os
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import pytest
from small_grids import ENGINES, LOG_COSH, SEVERAL_BLOCKS

from trajalign.numerics.grids import grid as grids
from trajalign.numerics.grids.grid import grid
from trajalign.numerics.pools import workers


@pytest.mark.parametrize("engine", ENGINES)
def test_executors_change_nothing(engine):
    serial = grid(LOG_COSH, *SEVERAL_BLOCKS, steps=60, engine=engine)
    with ThreadPoolExecutor(2) as threads:
        spread = grid(LOG_COSH, *SEVERAL_BLOCKS, steps=60, engine=engine, executor=threads)
        assert threads.submit(len, "abc").result() == 3  # it stays open
    assert serial.identical(spread)


@pytest.mark.thorough
def test_processes_change_nothing():
    serial = grid(LOG_COSH, *SEVERAL_BLOCKS, steps=60)
    with workers(2) as processes:
        assert serial.identical(grid(LOG_COSH, *SEVERAL_BLOCKS, steps=60, executor=processes))


@pytest.mark.thorough
def test_a_dask_cluster_changes_nothing():
    from dask.distributed import Client, LocalCluster

    serial = grid(LOG_COSH, *SEVERAL_BLOCKS, steps=60)
    with (
        LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
        ) as c,
        Client(c) as client,
    ):
        spread = grid(LOG_COSH, *SEVERAL_BLOCKS, steps=60, executor=client.get_executor())
    assert serial.identical(spread)


@pytest.mark.parametrize(
    ("engine", "orbits", "steps", "kind"),
    [
        ("jax", 10, 10**6, type(None)),
        ("jax", 10**6, 2000, ThreadPoolExecutor),
        ("numpy", 10**6, 2000, ThreadPoolExecutor),
        ("numpy", 10**6, 10**5, ProcessPoolExecutor),
        ("jax", 10**6, 10**5, ProcessPoolExecutor),
    ],
)
def test_where_the_work_is_done_by_default(monkeypatch, engine, orbits, steps, kind):
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    with grids._local(engine, orbits, steps) as pool:
        assert type(pool) is kind


def test_progress_is_told():
    seen = []
    grid(
        LOG_COSH, *SEVERAL_BLOCKS, steps=2, progress=lambda done, total: seen.append((done, total))
    )
    assert seen == [(16384, 18000), (18000, 18000)]


class Recording(ThreadPoolExecutor):
    """Keeps what was submitted."""

    def submit(self, *args, **kwargs):
        future = super().submit(*args, **kwargs)
        self.futures = [*getattr(self, "futures", []), future]
        return future


def test_an_interrupt_cancels_the_blocks_that_wait():
    def interrupt(done, total):
        raise KeyboardInterrupt

    axes = (SEVERAL_BLOCKS[0] * 20, *SEVERAL_BLOCKS[1:])
    with Recording(1) as threads:
        with pytest.raises(KeyboardInterrupt):
            grid(LOG_COSH, *axes, steps=1000, executor=threads, progress=interrupt)
        assert sum(future.cancelled() for future in threads.futures) > len(threads.futures) / 2
