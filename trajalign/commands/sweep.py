"""`trajalign sweep`: how many orbits end, in double precision."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from pathlib import Path

import click

from .. import sweep_output
from ..numerics.extras import ENGINES, require
from ..numerics.grids.datasets import check_place, save
from ..numerics.grids.grid import grid
from ..terminal import Output, progress_bar
from ..theory.errors import InputError
from .model_options import Asked, model_options
from .options import FILE, WholeNumber, axis

_CONNECT_SECONDS = 10


@click.command(
    short_help="Run many orbits and tell how they end.",
    epilog="""\b
Examples:
  trajalign sweep linear --eta 1/20 --p0 0.05:1.5:20 --q0 0.3:1.5:40
  trajalign sweep neuron --eta 0.01,0.02 --p0 0.3 --q0 0.3:1:50 --save grid.nc
""",
)
@model_options(required=True)
@click.option("--eta", metavar="AXIS", required=True, help="Step sizes.")
@click.option("--p0", metavar="AXIS", required=True, help="Where p starts.")
@click.option("--q0", metavar="AXIS", required=True, help="Where q starts.")
@click.option(
    "--steps",
    metavar="N",
    type=WholeNumber(1, 10**9),
    default=100_000,
    show_default=True,
    help="Give up on an orbit after N steps.",
)
@click.option(
    "--engine",
    type=click.Choice(ENGINES),
    help="What computes [default: jax if it is installed, else numpy].",
)
@click.option("--dask", "scheduler", metavar="ADDRESS", help="Compute on a Dask cluster.")
@click.option(
    "--save", "file", metavar="FILE", type=FILE, help="Write the dataset: FILE.nc or FILE.zarr."
)
def sweep(
    asked: Asked,
    eta: str,
    p0: str,
    q0: str,
    steps: int,
    engine: str | None,
    scheduler: str | None,
    file: str | None,
) -> int:
    """Run orbits from every (p0, q0) at every step size and tell how they end.

    An axis is one number, several (0.1,0.2,0.5), or FIRST:LAST:COUNT, equally spaced. A dataset
    has for every orbit its outcome, t_a, t_b, the limits of q and of the sharpness, and the period
    of what did not come to rest; all parameters stand in its attributes.
    """
    if scheduler is not None and asked.is_own:
        raise InputError(f"--dask: the processes of a cluster do not have {asked.name}")
    chosen = asked.model()
    axes = [axis(text, option) for text, option in ((eta, "--eta"), (p0, "--p0"), (q0, "--q0"))]
    place = None if file is None else Path(file)
    if place is not None:
        check_place(place)
    begin = time.perf_counter()
    with _executor(scheduler) as executor, progress_bar("orbits") as progress:
        found = grid(
            chosen, *axes, steps=steps, engine=engine, executor=executor, progress=progress
        )
    if place is not None:
        save(found, place)
    sweep_output.show(Output(), found, time.perf_counter() - begin)
    return 0


@contextmanager
def _executor(scheduler: str | None) -> Iterator[Executor | None]:
    """The executor of a Dask cluster, or None for this machine."""
    if scheduler is None:
        yield None
        return
    distributed = require("distributed", "dask")
    try:
        client = distributed.Client(scheduler, timeout=_CONNECT_SECONDS)
    except (OSError, ValueError, TimeoutError) as error:
        raise InputError(f"--dask {scheduler}: no scheduler answers there ({error})") from None
    with client:
        yield client.get_executor()
