"""`trajalign experiment`: a study of real networks, run and judged."""

from __future__ import annotations

import time
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from .. import __version__, experiment_output, watched_output
from ..figures.drawing import FORMATS
from ..figures.networks import study_pictures
from ..figures.spectrum import spectrum_picture
from ..figures.watched import watched_pictures
from ..files import check_outputs, make_folder, write, write_together
from ..monitor.record import load_record
from ..monitor.watched import watched
from ..numerics.extras import JAX, require
from ..studies.flow import gradient_flow
from ..studies.judging import Judgement, judge
from ..studies.protocol import is_protocol
from ..studies.running import Outcome, run_study
from ..studies.spectra import study_spectra
from ..studies.study import FAIL, PASS, UNDECIDED, Study, load_study, read_parameters, shipped
from ..terminal import Output, progress_bar
from ..theory.errors import InputError
from .experiment_protocol import drawn, run_protocol_file
from .model_options import complete
from .options import FILE, json_option


def _studies(
    context: click.Context, option: click.Parameter, incomplete: str
) -> list[CompletionItem[str]]:
    """The studies that are shipped, or else files."""
    return complete(lambda model: shipped())(context, option, incomplete) or [
        CompletionItem(incomplete, type="file")
    ]


@click.command(
    short_help="Train real networks and judge how their trajectories align.",
    epilog="""\b
Examples:
  trajalign experiment --list
  trajalign experiment toy -o toy-study
  trajalign experiment my-network.toml --json -
  trajalign experiment --from my-run -o my-figures
""",
)
@click.argument("name", required=False, shell_complete=_studies)
@click.option("--list", "listing", is_flag=True, help="List the studies that are shipped.")
@click.option(
    "--from",
    "watched_in",
    metavar="DIR",
    type=FILE,
    help="Judge a run of your own that trajalign.monitor saved here, and draw it.",
)
@click.option(
    "--transient",
    metavar="STEP",
    type=click.IntRange(min=0),
    help="With --from: judge from this step on; default: a tenth of the run.",
)
@click.option(
    "-o",
    "--output",
    "folder",
    metavar="DIR",
    type=FILE,
    help="Keep everything here: data, report, figures; go on from what is there.",
)
@click.option(
    "--format",
    "file_format",
    type=click.Choice(FORMATS),
    default=FORMATS[0],
    show_default=True,
    help="Format of the figures.",
)
@json_option
def experiment(
    name: str | None,
    listing: bool,
    watched_in: str | None,
    transient: int | None,
    folder: str | None,
    file_format: str,
    json_file: str | None,
) -> int:
    """Train networks by gradient descent and judge how their trajectories align.

    NAME is a study that is shipped, or a TOML file of your own like theirs. Its criteria stand in
    the file, fixed before the run. Exit status 0 if all are met (of a negative control: if
    those fail that its file names, and no others), 1 if not, 3 if some are undecided.

    Some of those shipped are protocols: gradient flow and several step sizes on several data sets.

    With --from, nothing is trained: a run of yours that a monitor watched is held against the
    diagram of its data points, as the studies of many points are.
    """
    if listing:
        experiment_output.show_names(Output())
        return 0
    if watched_in is not None:
        if name is not None:
            raise InputError(f"experiment: {name} and --from: a study, or a run of your own")
        return _of_own(watched_in, transient, folder, file_format, json_file)
    if transient is not None:
        raise InputError("experiment: --transient is for --from; a study's stands in its file")
    if name is None:
        raise InputError("experiment: name a study, or --list for what there is")
    check_outputs(json=json_file)
    if is_protocol(read_parameters(name)):
        return run_protocol_file(name, folder, file_format, json_file)
    study = load_study(name)
    require(JAX, "networks")
    place = None if folder is None else make_folder(Path(folder), "-o")
    begin = time.perf_counter()
    with progress_bar("steps") as progress:
        outcome = run_study(study, place, progress)
    judgement = judge(study, outcome.recorded, outcome.predictions)
    report = experiment_output.as_json(study, outcome, judgement, __version__)
    if place is not None:
        _keep(place, study, outcome, report, file_format)
    if json_file is not None:
        write(json_file, report)
    if json_file != "-":
        experiment_output.show(Output(), study, judgement, time.perf_counter() - begin)
    return _status(study, judgement)


def _of_own(
    watched_in: str,
    transient: int | None,
    folder: str | None,
    file_format: str,
    json_file: str | None,
) -> int:
    check_outputs(json=json_file)
    found = watched(load_record(watched_in), transient)
    report = watched_output.as_json(found, __version__)
    if folder is not None:
        place = make_folder(Path(folder), "-o")
        files: dict[Path, str | bytes] = {place / "judged.json": report}
        write_together(files | drawn(place, watched_pictures(found), file_format))
    if json_file is not None:
        write(json_file, report)
    if json_file != "-":
        watched_output.show(Output(), found)
    return {PASS: 0, FAIL: 1}.get(found.verdict, 3)


def _keep(folder: Path, study: Study, outcome: Outcome, report: str, file_format: str) -> None:
    slow = gradient_flow(study)
    flow = None if slow is None else run_study(slow, make_folder(folder / "flow", "-o")).recorded
    files: dict[Path, str | bytes] = {folder / "report.json": report}
    pictures = study_pictures(study, outcome.recorded, flow, outcome.predictions)
    if study.drawn.eigenvalues is not None:
        pictures += (spectrum_picture(study, outcome.recorded, study_spectra(study, folder), flow),)
    write_together(files | drawn(folder, pictures, file_format))


def _status(study: Study, judgement: Judgement) -> int:
    if judgement.is_expected(study):
        return 0
    return 3 if judgement.verdict == UNDECIDED and not study.expected_to_fail else 1
