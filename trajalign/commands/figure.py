"""`trajalign figure`: one figure for a model, and the data behind it."""

from __future__ import annotations

from pathlib import Path

import click
from click.core import ParameterSource

from ..figures.cobweb import HALF, MAPS
from ..figures.drawing import FORMATS, draw
from ..files import check_outputs, write_together
from ..theory.errors import InputError
from .figure_kinds import KINDS, Request
from .options import FILE, WholeNumber, chosen_model, model_options, positive


@click.command(
    short_help="Draw a figure.",
    epilog="""\b
Kinds:
  bifurcation  branches of the frozen map, their stability, an orbit on top
  cobweb       the half map at frozen q = q0; with --eta, along the orbit
  alignment    what is left of q/r(p) - 1 along an orbit, against h_1 to h_3
  ladder       the same at the passage of q = 1, on a ladder of step sizes
  sharpness    along an orbit, against 2/eta and what the theory predicts
  phase        how the orbits from every (p0, q0) end
  exponential  ln|difference of limits| against 1/epsilon, with slope -Lambda
  cascade      the orbit diagram of a neuron beyond the symmetric 2-cycle
\b
Examples:
  trajalign figure bifurcation neuron -o bifurcation.svg
  trajalign figure sharpness neuron --eta 1/50 -o lambda.svg --data lambda.csv
  trajalign figure phase --loss atan --p0 -3:3:60 --q0 0.1:1.5:40 -o phase.png
""",
)
@click.argument("kind", metavar="KIND", type=click.Choice(list(KINDS)))
@model_options(required=False)
@click.option("--eta", metavar="R", help="The step size; of a ladder, the largest.")
@click.option("--p0", metavar="R", help="Where p starts; for phase: FIRST:LAST:COUNT.")
@click.option("--q0", metavar="R", help="Where q starts, or is frozen; for phase as --p0.")
@click.option(
    "--order",
    metavar="K",
    type=WholeNumber(1, 4),
    default=3,
    show_default=True,
    help="With alignment and ladder: the slow curve through h_K, K = 1 to 4.",
)
@click.option(
    "--map",
    "which",
    type=click.Choice(MAPS),
    default=HALF,
    show_default=True,
    help="With cobweb: the half map -g_q, or g_q in full.",
)
@click.option(
    "--format",
    "file_format",
    type=click.Choice(FORMATS),
    help="What to write [default: by the suffix of FILE].",
)
@click.option(
    "-o", "--output", "file", metavar="FILE", type=FILE, required=True, help="Where to write."
)
@click.option("--data", metavar="FILE", type=FILE, help="Save the data behind the figure as CSV.")
@click.pass_context
def figure(
    context: click.Context,
    kind: str,
    model: str | None,
    loss: str | None,
    activation: str | None,
    eta: str | None,
    p0: str | None,
    q0: str | None,
    order: int,
    which: str,
    file_format: str | None,
    file: str,
    data: str | None,
) -> int:
    """Draw a figure of one KIND: PDF, SVG or PNG, one column wide, readable in grey.

    E is a catalogue name or an expression in z; without --eta, --p0 and --q0 the model's units
    decide. What was drawn, with all parameters, is told on stdout.
    """
    _refuse_others(context, kind)
    layout = file_format or _by_suffix(file)
    if "-" in (file, data):
        raise InputError("a figure and its data go to files, not to stdout")
    check_outputs(output=file, data=data)
    if data is not None and Path(data).resolve() == Path(file).resolve():
        raise InputError(f"--data {data}: the figure itself goes there")
    request = Request(
        chosen_model(model, loss, activation),
        None if eta is None else positive(eta, "--eta"),
        p0,
        q0,
        order,
        which,
    )
    picture = KINDS[kind].picture(request)
    contents: dict[Path, str | bytes] = {Path(file): draw(picture, layout)}
    if data is not None:
        contents[Path(data)] = picture.csv()
    write_together(contents)
    click.echo(f"{picture.caption}.")
    return 0


def _refuse_others(context: click.Context, kind: str) -> None:
    """Refuse an option that this kind of figure has no use for."""
    options = {"eta": "--eta", "p0": "--p0", "q0": "--q0", "order": "--order", "which": "--map"}
    for name, option in options.items():
        given = context.get_parameter_source(name) is not ParameterSource.DEFAULT
        if given and name not in KINDS[kind].takes.split():
            users = [k for k, other in KINDS.items() if name in other.takes.split()]
            raise InputError(f"{option} goes with {', '.join(users)}, not with {kind}")


def _by_suffix(file: str) -> str:
    suffix = Path(file).suffix.removeprefix(".").lower()
    if suffix not in FORMATS:
        raise InputError(f"-o {file}: a figure ends in {', '.join('.' + f for f in FORMATS)}")
    return suffix
