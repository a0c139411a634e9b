"""`trajalign figure`: one figure for a model, and the data behind it."""

from __future__ import annotations

from pathlib import Path

import click
from click.core import ParameterSource

from ..figures.drawing import FORMATS, draw
from ..figures.kind import HALF, MAPS, Kind, Request, Values
from ..figures.kinds import KINDS, require_taken
from ..files import check_outputs, write_together
from ..terminal import progress_bar
from ..theory.errors import InputError
from .model_options import Asked, model_options
from .options import FILE, WholeNumber, positive, rational, spaced

_ABOUT = "\n".join(f"  {kind.name:<12} {kind.about}" for kind in KINDS.values())


@click.command(
    short_help="Draw a figure.",
    epilog=f"""\b
Kinds:
{_ABOUT}
\b
Examples:
  trajalign figure bifurcation neuron -o bifurcation.svg
  trajalign figure sharpness neuron --eta 1/50 -o lambda.svg --data lambda.csv
  trajalign figure phase --loss atan --p0 -3:3:60 --q0 0.1:1.5:40 -o phase.png
  trajalign figure proved neuron -o proved.pdf
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
    "--certificate",
    metavar="FILE",
    type=FILE,
    help="With proved: what `trajalign prove` wrote [default: a small proof, made now].",
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
    asked: Asked,
    eta: str | None,
    p0: str | None,
    q0: str | None,
    order: int,
    which: str,
    certificate: str | None,
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
        asked.model(),
        None if eta is None else positive(eta, "--eta"),
        None if p0 is None else _first(p0, KINDS[kind]),
        None if q0 is None else _second(q0, KINDS[kind]),
        order,
        which,
        certificate,
        progress_bar,
    )
    picture = KINDS[kind].picture(request)
    contents: dict[Path, str | bytes] = {Path(file): draw(picture, layout)}
    if data is not None:
        contents[Path(data)] = picture.csv()
    write_together(contents)
    click.echo(f"{picture.caption}.")
    return 0


def _first(text: str, kind: Kind) -> Values:
    """--p0. Raises InputError."""
    return _axis(text, "--p0") if kind.axes else (rational(text, "--p0"),)


def _second(text: str, kind: Kind) -> Values:
    """--q0. Raises InputError."""
    return _axis(text, "--q0") if kind.axes else (positive(text, "--q0"),)


def _axis(text: str, option: str) -> Values:
    """The values of FIRST:LAST:COUNT. Raises InputError."""
    values = spaced(text, option, "a phase diagram needs FIRST:LAST:COUNT")
    if list(values) != sorted(set(values)):
        raise InputError(f"{option} {text[:60]}: FIRST has to be less than LAST")
    return values


def _refuse_others(context: click.Context, kind: str) -> None:
    """Refuse an option that this kind of figure has no use for."""
    options = {"eta": "--eta", "p0": "--p0", "q0": "--q0", "order": "--order", "which": "--map"}
    options["certificate"] = "--certificate"
    source = context.get_parameter_source
    given = {name for name in options if source(name) is not ParameterSource.DEFAULT}
    require_taken(kind, {name: options[name] for name in options if name in given})


def _by_suffix(file: str) -> str:
    suffix = Path(file).suffix.removeprefix(".").lower()
    if suffix not in FORMATS:
        raise InputError(f"-o {file}: a figure ends in {', '.join('.' + f for f in FORMATS)}")
    return suffix
