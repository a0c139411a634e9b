"""`trajalign neighbours`: what neighbouring papers claim, checked by independent descent."""

from __future__ import annotations

import os
import time
from pathlib import Path

import click

from .. import __version__, neighbours_output
from ..figures.drawing import FORMATS
from ..figures.neighbours import draw_neighbours
from ..files import check_outputs, write, write_together
from ..terminal import Output, progress_bar
from ..theory.errors import InputError
from ..verification.neighbours.effort import QUICK, THOROUGH
from ..verification.neighbours.table import Checked, check, rows_of, sources
from ..verification.verdicts import exit_status
from .model_options import complete
from .options import FILE, jobs_option, json_option

_THOROUGH_HELP = (
    f"A minute instead of ten seconds: {THOROUGH.rungs} step sizes (instead of {QUICK.rungs}), "
    f"{THOROUGH.starts} starts ({QUICK.starts}); and the controls too."
)


@click.command(
    short_help="Check what neighbouring papers claim.",
    epilog="""\b
Examples:
  trajalign neighbours
  trajalign neighbours --source zhu --list
  trajalign neighbours --source ahn --source kreisler --controls
""",
)
@click.option(
    "--source",
    "keys",
    metavar="NAME",
    multiple=True,
    help="The rows of this paper only (repeatable).",
    shell_complete=complete(lambda model: {s.key: s.title for s in sources()}),
)
@click.option("--thorough", is_flag=True, help=_THOROUGH_HELP)
@json_option
@click.option(
    "--picture",
    "picture_file",
    metavar="FILE",
    type=FILE,
    help="Draw how the papers hang together (.pdf, .svg or .png); nothing is run.",
)
@click.option("--controls", is_flag=True, help="Judge falsified claims instead.")
@click.option(
    "--list", "listing", is_flag=True, help="Tell every claim and its prediction; nothing is run."
)
@jobs_option
def neighbours(
    keys: tuple[str, ...],
    thorough: bool,
    json_file: str | None,
    picture_file: str | None,
    controls: bool,
    listing: bool,
    jobs: int | None,
) -> int:
    """Check what neighbouring papers claim: our prediction, a measurement, a verdict.

    Every row has a claim of a paper in its own words, numbers that follow from the theory here,
    and the same numbers measured by gradient descent that knows the objective and nothing else.
    How far they may be apart is fixed before the run.
    """
    rows = rows_of(keys)
    runs = controls or thorough or json_file is not None
    if picture_file is not None:
        if runs or listing or keys:
            raise InputError("--picture draws all papers and runs nothing; it goes alone")
        return _draw(picture_file)
    if listing and runs:
        raise InputError("--list runs nothing; it goes with --source only")
    if listing:
        neighbours_output.print_rows(Output(), rows)
        return 0
    check_outputs(json=json_file)
    begin = time.perf_counter()
    with progress_bar("descending") as progress:
        found = check(
            rows,
            THOROUGH if thorough else QUICK,
            controls=controls or thorough,
            jobs=jobs or os.cpu_count() or 1,
            progress=progress,
        )
    seconds = time.perf_counter() - begin
    if json_file is not None:
        write(json_file, neighbours_output.as_json(found, __version__))
    if json_file != "-":
        if not controls:
            neighbours_output.print_findings(Output(), found, seconds)
        if controls or thorough:
            neighbours_output.print_controls(Output(), found, seconds)
    return _status(found, controls)


def _draw(file: str) -> int:
    suffix = Path(file).suffix.removeprefix(".").lower()
    if suffix not in FORMATS:
        raise InputError(f"--picture {file}: it ends in {', '.join('.' + f for f in FORMATS)}")
    check_outputs(picture=file)
    write_together({Path(file): draw_neighbours(suffix)})
    return 0


def _status(found: list[Checked], controls: bool) -> int:
    """As for verify: of the verdicts, or with --controls of the falsified claims."""
    refuted = all(twin.refuted for one in found for twin in one.falsified)
    status = 0 if controls else exit_status([one.finding.judgement.outcome for one in found])
    return status if refuted else 1
