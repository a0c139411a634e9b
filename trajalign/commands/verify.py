"""`trajalign verify`: every statement of the theory, checked."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import click

from .. import __version__, verdict_output, verdict_tables
from ..exits import INTERRUPTED, complain
from ..files import check_outputs, write
from ..numbering import Numbering, load_numbering, template
from ..terminal import Output, progress_bar
from ..theory.errors import InputError
from ..theory.models import Model
from ..verification.kernel.calling import require_coq
from ..verification.kernel.readings import judged
from ..verification.ledger import statements_about
from ..verification.measuring.effort import QUICK, THOROUGH
from ..verification.running import runner
from ..verification.running.options import Options
from ..verification.verdicts import Outcome, exit_status
from .kernel_reading import kernel_option, readings_of
from .model_options import Asked, complete, model_options
from .options import (
    FILE,
    digits_option,
    eta_option,
    jobs_option,
    json_option,
    positive,
    theorems_option,
)

_NAMED = 6  # labels that an interrupt names
_THOROUGH_HELP = (
    f"Minutes instead of seconds: {THOROUGH.linear_rungs} step sizes for the linear model "
    f"(instead of {QUICK.linear_rungs}) and {THOROUGH.neuron_rungs} for the neuron "
    f"({QUICK.neuron_rungs}), so smaller ones, from {len(THOROUGH.starts)} starts "
    f"({len(QUICK.starts)}) with {THOROUGH.digits} digits; {THOROUGH.points} random points "
    f"({QUICK.points}) and {THOROUGH.draws} draws ({QUICK.draws}); and the controls too."
)


@click.command(
    short_help="Check every statement of the theory.",
    epilog="""\b
Examples:
  trajalign verify
  trajalign verify linear --loss "z*atan(z) - log(1+z**2)/2"
  trajalign verify neuron --activation erf --statement neuron/limit
""",
)
@model_options(required=False)
@click.option(
    "--statement",
    "labels",
    metavar="LABEL",
    multiple=True,
    help="Check this label only (repeatable).",
    shell_complete=complete(lambda model: _labels(Asked(model).models())),
)
@eta_option
@digits_option
@click.option("--thorough", is_flag=True, help=_THOROUGH_HELP)
@json_option
@click.option(
    "--junit", "junit_file", metavar="FILE", type=FILE, help="Write the results as JUnit XML."
)
@kernel_option
@click.option("--controls", is_flag=True, help="Run every check on falsified statements instead.")
@click.option(
    "--list", "listing", is_flag=True, help="List the statements instead; nothing is checked."
)
@theorems_option
@click.option(
    "--theorems-template",
    is_flag=True,
    help="Print a file for --theorems with every label, to be filled in; nothing is checked.",
)
@jobs_option
def verify(
    asked: Asked,
    labels: tuple[str, ...],
    eta: str | None,
    digits: int | None,
    thorough: bool,
    json_file: str | None,
    junit_file: str | None,
    kernel: bool,
    controls: bool,
    listing: bool,
    theorems_file: str | None,
    theorems_template: bool,
    jobs: int | None,
) -> int:
    """Check every statement of both models, or of one model for one loss or activation.

    E is a catalogue name or an expression in z, such as "log(cosh(z))". Numbers are exact:
    0.05, 1/20 and 5e-2 are the same. Without arguments, the catalogue's three standard responses
    are checked.
    """
    if theorems_template:
        click.echo(template(), nl=False)
        return 0
    models = asked.models()
    numbering = load_numbering(theorems_file, models)
    runner.require_known(labels, models, "--statement")
    top = None if eta is None else positive(eta, "--eta")
    options = Options(frozenset(labels), top, digits, THOROUGH if thorough else QUICK)
    check_outputs(json=json_file, junit=junit_file)
    if junit_file is not None and controls:
        raise InputError("--junit reports verdicts; with --controls use --json")
    if kernel and (controls or listing):
        raise InputError("--kernel reads derivations; it goes with neither --controls nor --list")
    if listing:
        if junit_file is not None or controls:
            raise InputError("--list checks nothing; it goes with --statement and --json only")
        return _list(models, options, json_file, numbering)
    jobs = jobs or os.cpu_count() or 1
    if controls:
        return _controls(models, options, jobs, json_file)
    if kernel:
        require_coq()
    outputs = Outputs(json_file, junit_file, numbering)
    return _verify(models, options, jobs, outputs, kernel)


@dataclass(frozen=True)
class Outputs:
    """Where verdicts go, and what a reader calls their labels."""

    json: str | None
    junit: str | None
    numbering: Numbering

    def write(self, report: runner.Report) -> None:
        """The files that were asked for."""
        verdicts, controls, besides = report.verdicts, report.controls, report.information
        if self.json is not None:
            text = verdict_output.verdicts_as_json(
                verdicts, __version__, controls, besides, self.numbering.called
            )
            write(self.json, text)
        if self.junit is not None:
            write(self.junit, verdict_output.verdicts_as_junit(verdicts, controls))

    def show(self, report: runner.Report, begin: float) -> None:
        """The verdicts on the terminal, unless a file goes there."""
        if "-" in (self.json, self.junit):
            return
        seconds = time.perf_counter() - begin
        verdict_tables.print_verdicts(
            Output(),
            report.verdicts,
            seconds,
            information=report.information,
            names=self.numbering.words,
        )
        if report.controls:
            verdict_tables.print_controls(Output(), report.controls, seconds)


def _list(
    models: Sequence[Model], options: Options, json_file: str | None, numbering: Numbering
) -> int:
    one_of_each = {model.name: model for model in models}.values()
    rows = [s for one in one_of_each for s in statements_about(one) if options.wants(s.label)]
    if json_file is not None:
        write(json_file, verdict_output.ledger_as_json(rows, __version__, numbering.called))
    if json_file != "-":
        verdict_tables.print_ledger(Output(), rows, numbering.words)
    return 0


def _verify(
    models: Sequence[Model], options: Options, jobs: int, outputs: Outputs, kernel: bool
) -> int:
    begin = time.perf_counter()
    try:
        with progress_bar("verifying") as progress:
            report = runner.examine(
                models, options, controls=options.effort == THOROUGH, jobs=jobs, progress=progress
            )
    except runner.InterruptedRunError as interrupted:
        return _interrupted(interrupted.report, outputs, begin)
    if kernel:
        read = readings_of(models, jobs, wanted=options.labels or None)
        found = report.verdicts
        found = [judged(v, read[v.subject].shares) if v.subject in read else v for v in found]
        report = replace(report, verdicts=found)
    outputs.write(report)
    outputs.show(report, begin)
    status = exit_status([verdict.outcome for verdict in report.verdicts])
    return status if all(control.refuted for control in report.controls) else 1


def _interrupted(report: runner.Report, outputs: Outputs, begin: float) -> int:
    """What was finished is shown; no file is written."""
    if report.verdicts:
        outputs.show(report, begin)
    labels = report.unfinished
    more = f", and {len(labels) - _NAMED} more" if len(labels) > _NAMED else ""
    told = f"{len(labels)} not done: {', '.join(labels[:_NAMED])}{more}"
    return complain(f"interrupted; {told}", INTERRUPTED)


def _controls(models: Sequence[Model], options: Options, jobs: int, json_file: str | None) -> int:
    begin = time.perf_counter()
    with progress_bar("falsifying") as progress:
        controls = runner.control(models, options, jobs=jobs, progress=progress)
    if json_file is not None:
        write(json_file, verdict_output.controls_as_json(controls, __version__))
    if json_file != "-":
        verdict_tables.print_controls(Output(), controls, time.perf_counter() - begin)
    if not controls:
        return exit_status([Outcome.UNDECIDED])  # nothing was tried, so nothing was refuted
    return 0 if all(control.refuted for control in controls) else 1


def _labels(models: Sequence[Model]) -> dict[str, str]:
    """What --statement takes for these models: every label, with what it says."""
    says = {s.label: s.conclusion for model in models for s in statements_about(model)}
    return {label: says.get(label, "") for model in models for label in runner.labels_of(model)}
