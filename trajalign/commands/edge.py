"""`trajalign edge`: the edge of stability of any objective, predicted and descended."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click
import sympy as sp

from .. import __version__, edge_output, verdict_tables
from ..appendix import text
from ..appendix.edge_document import edge_document
from ..figures.drawing import FORMATS, draw
from ..figures.edge import edge_picture
from ..files import check_outputs, write, write_together
from ..numerics.edge.landscape import Landscape
from ..numerics.edge.traced import traced
from ..own_code import function_of, is_own
from ..terminal import Output, progress_bar
from ..theory.edge.objective import Objective
from ..theory.errors import InputError
from ..verification.edge.examination import Examined, examine
from ..verification.edge.setting import ladder_of
from ..verification.verdicts import Outcome, exit_status
from .options import FILE, json_option, positive, rational

Values = dict[str, sp.Rational]


@click.command(
    short_help="Predict the edge of stability of any objective.",
    epilog="""\b
Examples:
  trajalign edge "log(cosh(x*y))"
  trajalign edge "(1 - x**2*y**2)**2/2" --at x=1/4,y=4 --controls
  trajalign edge "(x**2 - a*y**2)**2/8" --at x=1,y=8 --along a=1/25,1/50,1/100
  trajalign edge "log(cosh(x*y)) + s*x**2 + 9*s**2" --eta 1/20 --figure e.pdf
""",
)
@click.argument("expression", metavar="L", required=False)
@click.option(
    "--parameters", metavar="X,Y,...", help="The parameters [default: every name in L, sorted]."
)
@click.option(
    "--at", metavar="X=R,Y=R,...", help="A point near a minimum [default: one is looked for]."
)
@click.option("--eta", metavar="R", help="The first step size of the ladder [default: 2/λ there].")
@click.option("--set", "constants", metavar="A=R,...", help="Names in L that are constants.")
@click.option(
    "--along", metavar="A=R,R,...", help="Let this constant make the ladder, not the step size."
)
@click.option(
    "--derive", "deriving", is_flag=True, help="Write the derivation of the law; goes without L."
)
@click.option("--controls", is_flag=True, help="Try the checks on falsified laws too.")
@json_option
@click.option(
    "--figure", metavar="FILE", type=FILE, help="Draw descent against the predicted diagram."
)
def edge(
    expression: str | None,
    parameters: str | None,
    at: str | None,
    eta: str | None,
    constants: str | None,
    along: str | None,
    deriving: bool,
    controls: bool,
    json_file: str | None,
    figure: str | None,
) -> int:
    """Say what gradient descent on L does where ηλ passes 2, and hold descent against it.

    L is an expression in any names, such as "log(cosh(x*y))", or FILE.py:FUNCTION, a function of
    its parameters in JAX, which is then taken in double precision. Its minima may be isolated or
    fill a manifold. At a minimum with ηλ = 2 the normal form of the flip gives c, with stable
    2-cycles for c > 0, and κ: descent past the flip comes to rest with ηλ* = 2 − κ. That is so up
    to O(κ) of itself, and is tried on a ladder down which κ falls.
    """
    if deriving:
        if any((expression, parameters, at, eta, constants, along, controls, json_file, figure)):
            raise InputError("--derive writes the derivation and goes with nothing else")
        click.echo(text.page(edge_document()), nl=False)
        return 0
    if expression is None:
        raise InputError('an objective is needed, such as trajalign edge "log(cosh(x*y))"')
    check_outputs(json=json_file, figure=figure)
    layout = None if figure is None else _layout(figure)
    examined = _examined(expression, parameters, at, eta, constants, along)
    verdicts = examined.verdicts()
    twins = examined.controls() if controls else []
    if figure is not None:
        picture = edge_picture(examined)
        write_together({Path(figure): draw(picture, str(layout))})
    if json_file is not None:
        write(json_file, edge_output.as_json(examined, verdicts, twins, __version__))
    if json_file != "-":
        console = Output()
        edge_output.show(console, examined, verdicts)
        if controls:
            verdict_tables.print_controls(console, twins, examined.seconds)
        if figure is not None:
            click.echo(f"{picture.caption}.")
    status = exit_status([verdict.outcome for verdict in verdicts])
    if controls and not twins and status == 0:
        return exit_status([Outcome.UNDECIDED])
    # What leaves the law undecided leaves a falsified one undecided too.
    decided = status == 3 or all(twin.refuted for twin in twins)
    return status if decided else 1


def _examined(
    typed: str,
    parameters: str | None,
    at: str | None,
    eta: str | None,
    constants: str | None,
    along: str | None,
) -> Examined:
    names = None if parameters is None else [name.strip() for name in parameters.split(",")]
    known = {} if constants is None else _values(constants, "--set")
    point = None if at is None else _values(at, "--at")
    size = None if eta is None else positive(eta, "--eta")

    def landscape(more: Mapping[str, sp.Rational]) -> Landscape:
        if is_own(typed):
            return _of_file(typed, names, {**known, **more})
        return Landscape.of(Objective.parse(typed, names, {**known, **more}))

    axis = None if along is None else _axis(along, known)
    first, rungs = ladder_of(landscape, axis, point, size)
    with progress_bar("descending") as progress:
        return examine(first, rungs, progress)


def _of_file(place: str, names: list[str] | None, constants: Values) -> Landscape:
    """The landscape of a JAX function in a file. Raises InputError."""
    if names is not None or constants:
        raise InputError(f"{place}: --parameters, --set and --along go with an expression")
    function, parameters = function_of(place)
    return traced(place, parameters, function)


def _values(text: str, option: str) -> Values:
    """X=R,Y=R. Raises InputError."""
    found: Values = {}
    for part in text.split(","):
        name, equals, value = (piece.strip() for piece in part.partition("="))
        if not equals or not name.isidentifier():
            raise InputError(f"{option} {text[:60]}: it is NAME=NUMBER, several with commas")
        if name in found:
            raise InputError(f"{option} {text[:60]}: {name} is given twice")
        found[name] = rational(value, option)
    return found


def _axis(text: str, known: Values) -> tuple[str, list[sp.Rational]]:
    """A=R,R,.... Raises InputError."""
    name, equals, values = (piece.strip() for piece in text.partition("="))
    if not equals or not name.isidentifier():
        raise InputError(f"--along {text[:60]}: it is NAME=R,R,...")
    if name in known:
        raise InputError(f"--along {name}: --set gives it a value already")
    found = [rational(part.strip(), "--along") for part in values.split(",")]
    return name, found


def _layout(file: str) -> str:
    suffix = Path(file).suffix.removeprefix(".").lower()
    if file == "-" or suffix not in FORMATS:
        raise InputError(f"--figure {file}: a figure ends in {', '.join('.' + f for f in FORMATS)}")
    return suffix
