"""`trajalign verify`: every statement of the theory, checked."""

from __future__ import annotations

import difflib
import os
import time
from collections.abc import Sequence

import click

from .. import __version__, output
from ..files import check_outputs, write
from ..terminal import Output, progress_bar
from ..theory.errors import InputError
from ..theory.models import Model
from ..theory.statements import statements
from ..verification import runner
from ..verification.verdicts import exit_status
from .options import chosen_models, json_option, model_options, positive


@click.command(
    epilog="""\b
Examples:
  trajalign verify
  trajalign verify linear --loss "z*atan(z) - log(1+z**2)/2"
  trajalign verify neuron --activation "erf(sqrt(pi)*z/2)" --statement neuron/limit
"""
)
@model_options(required=False)
@click.option(
    "--statement",
    "labels",
    metavar="LABEL",
    multiple=True,
    help="Check this label only (repeatable).",
)
@click.option("--eta", metavar="R", help="Largest step size of the ladder, such as 0.05 or 1/20.")
@click.option(
    "--digits",
    metavar="N",
    type=click.IntRange(30, 1000),
    default=50,
    show_default=True,
    help="Decimal digits of the orbits.",
)
@json_option
@click.option("--junit", "junit_file", metavar="FILE", help="Write the results as JUnit XML.")
@click.option("--controls", is_flag=True, help="Run every check on falsified statements instead.")
@click.option(
    "--list", "listing", is_flag=True, help="List the statements instead; nothing is checked."
)
@click.option(
    "--jobs",
    metavar="N",
    type=click.IntRange(1, 256),
    help="Processes to use (default: all cores).",
)
def verify(
    model: str | None,
    loss: str | None,
    activation: str | None,
    labels: tuple[str, ...],
    eta: str | None,
    digits: int,
    json_file: str | None,
    junit_file: str | None,
    controls: bool,
    listing: bool,
    jobs: int | None,
) -> int:
    """Check every statement of both models, or of one model for one loss or activation.

    E is a catalogue name or an expression in z, such as "log(cosh(z))". Numbers are exact:
    0.05, 1/20 and 5e-2 are the same. Without arguments, the catalogue's three standard responses
    are checked.
    """
    models = chosen_models(model, loss, activation)
    _check_labels(labels, models)
    top = None if eta is None else positive(eta, "--eta")
    options = runner.Options(frozenset(labels), top, digits)
    check_outputs(json=json_file, junit=junit_file)
    if junit_file is not None and controls:
        raise InputError("--junit reports verdicts; with --controls use --json")
    if listing:
        if junit_file is not None or controls:
            raise InputError("--list checks nothing; it goes with --statement and --json only")
        return _list(models, options, json_file)
    jobs = jobs or os.cpu_count() or 1
    if controls:
        return _controls(models, options, jobs, json_file)
    return _verify(models, options, jobs, json_file, junit_file)


def _list(models: Sequence[Model], options: runner.Options, json_file: str | None) -> int:
    names = dict.fromkeys(model.name for model in models)
    ledger = [s for name in names for s in statements(name) if options.wants(s.label)]
    if json_file is not None:
        write(json_file, output.ledger_as_json(ledger, __version__))
    if json_file != "-":
        output.print_ledger(Output(), ledger)
    return 0


def _verify(
    models: Sequence[Model],
    options: runner.Options,
    jobs: int,
    json_file: str | None,
    junit_file: str | None,
) -> int:
    begin = time.perf_counter()
    with progress_bar("verifying") as progress:
        verdicts = runner.verify(models, options, jobs=jobs, progress=progress)
    if json_file is not None:
        write(json_file, output.verdicts_as_json(verdicts, __version__))
    if junit_file is not None:
        write(junit_file, output.verdicts_as_junit(verdicts))
    if "-" not in (json_file, junit_file):
        output.print_verdicts(Output(), verdicts, time.perf_counter() - begin)
    return exit_status([verdict.outcome for verdict in verdicts])


def _controls(
    models: Sequence[Model], options: runner.Options, jobs: int, json_file: str | None
) -> int:
    begin = time.perf_counter()
    with progress_bar("falsifying") as progress:
        controls = runner.control(models, options, jobs=jobs, progress=progress)
    if json_file is not None:
        write(json_file, output.controls_as_json(controls, __version__))
    if json_file != "-":
        output.print_controls(Output(), controls, time.perf_counter() - begin)
    return 0 if all(control.refuted for control in controls) else 1


def _check_labels(labels: Sequence[str], models: Sequence[Model]) -> None:
    names = dict.fromkeys(model.name for model in models)
    known = list(dict.fromkeys(label for name in names for label in runner.known_labels(name)))
    for label in labels:
        if label not in known:
            close = difflib.get_close_matches(label, known, n=1)
            hint = f"did you mean {close[0]}? " if close else ""
            raise InputError(f"--statement {label[:60]!r}: {hint}known are {', '.join(known)}")
