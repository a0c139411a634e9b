"""The command line. Exit status: 0 all pass, 1 some fail, 2 bad input, 3 some are undecided."""

from __future__ import annotations

import difflib
import io
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import click
import sympy as sp
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from . import __version__, output
from .__main__ import complain
from .theory.errors import InputError
from .theory.expressions import parse_rational
from .theory.models import Model, SingleNeuron, TwoLayerLinear
from .theory.responses import ACTIVATIONS, LOSSES, Activation, Loss
from .verification import runner, work
from .verification.verdicts import exit_status

T = TypeVar("T")

_CATALOGUE = {"linear": ("log-cosh", "pseudo-huber"), "neuron": ("tanh",)}
_BROKEN_PIPE = 141  # as a shell reports a process that SIGPIPE ended


def main() -> int:
    """Run the command line and return its exit status; trouble is told in one line on stderr."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without ≥ or ℓ is no reason to fail
    try:
        status: int | None = commands.main(prog_name="trajalign", standalone_mode=False)
        if sys.stdout is not None:
            sys.stdout.flush()
    except click.Abort:  # click's name for Ctrl-C
        raise KeyboardInterrupt from None
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.ClickException as error:
        return complain(error.format_message(), 2)
    except InputError as error:
        return complain(str(error), 2)
    except BrokenPipeError:
        _abandon_stdout()
        return _BROKEN_PIPE
    except OSError as error:
        _abandon_stdout()
        return complain(f"cannot write the output: {error.strerror}", 2)
    return status or 0


def _abandon_stdout() -> None:
    """Keep the interpreter from complaining, at exit, about output nobody takes."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@click.group(context_settings={"help_option_names": ["-h", "--help"]}, invoke_without_command=True)
@click.version_option(__version__)
@click.pass_context
def commands(context: click.Context) -> None:
    """Check the theorems of "Trajectory Alignment" (Song & Yun 2023) for any loss or activation."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())
        context.exit(2)


@commands.command(
    epilog="""\b
Examples:
  trajalign verify
  trajalign verify linear --loss "z*atan(z) - log(1+z**2)/2"
  trajalign verify neuron --activation "erf(sqrt(pi)*z/2)" --statement neuron/limit
"""
)
@click.argument("model", type=click.Choice(["linear", "neuron"]), required=False)
@click.option("--loss", metavar="E", help=f"An expression in z, or one of: {', '.join(LOSSES)}.")
@click.option(
    "--activation", metavar="E", help=f"An expression in z, or one of: {', '.join(ACTIVATIONS)}."
)
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
@click.option(
    "--json", "json_file", metavar="FILE", help="Write the results as JSON; - for stdout."
)
@click.option("--junit", "junit_file", metavar="FILE", help="Write the results as JUnit XML.")
@click.option("--controls", is_flag=True, help="Run every check on falsified statements instead.")
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
    jobs: int | None,
) -> int:
    """Check every statement of both models, or of one model for one loss or activation.

    E is a catalogue name or an expression in z, such as "log(cosh(z))". Numbers are exact:
    0.05, 1/20 and 5e-2 are the same. Without arguments, the catalogue's three standard responses
    are checked.
    """
    models = _models(model, loss, activation)
    _check_labels(labels, models)
    top = None if eta is None else _step_size(eta)
    options = runner.Options(frozenset(labels), top, digits)
    for file in (json_file, junit_file):
        if file is not None and file != "-":
            output.check_writable(Path(file))
    if json_file == junit_file == "-":
        raise InputError("--json and --junit cannot both write to stdout")
    if junit_file is not None and controls:
        raise InputError("--junit reports verdicts; with --controls use --json")
    jobs = jobs or os.cpu_count() or 1
    if controls:
        return _controls(models, options, jobs, json_file)
    return _verify(models, options, jobs, json_file, junit_file)


def _verify(
    models: Sequence[Model],
    options: runner.Options,
    jobs: int,
    json_file: str | None,
    junit_file: str | None,
) -> int:
    begin = time.perf_counter()
    with _progress_bar("verifying") as progress:
        verdicts = runner.verify(models, options, jobs=jobs, progress=progress)
    if json_file is not None:
        _write(json_file, output.verdicts_as_json(verdicts, __version__))
    if junit_file is not None:
        _write(junit_file, output.verdicts_as_junit(verdicts))
    if "-" not in (json_file, junit_file):
        output.print_verdicts(output.Output(), verdicts, time.perf_counter() - begin)
    return exit_status([verdict.outcome for verdict in verdicts])


def _controls(
    models: Sequence[Model], options: runner.Options, jobs: int, json_file: str | None
) -> int:
    begin = time.perf_counter()
    with _progress_bar("falsifying") as progress:
        controls = runner.control(models, options, jobs=jobs, progress=progress)
    if json_file is not None:
        _write(json_file, output.controls_as_json(controls, __version__))
    if json_file != "-":
        output.print_controls(output.Output(), controls, time.perf_counter() - begin)
    return 0 if all(control.refuted for control in controls) else 1


def _models(model: str | None, loss: str | None, activation: str | None) -> list[Model]:
    if loss is not None and activation is not None:
        raise InputError("--loss and --activation belong to different models: give one of them")
    if model == "neuron" and loss is not None:
        raise InputError("--loss belongs to the linear model; the neuron takes --activation")
    if model == "linear" and activation is not None:
        raise InputError("--activation belongs to the neuron; the linear model takes --loss")
    if loss is not None:
        return [TwoLayerLinear(_parsed(Loss.parse, loss, "--loss"))]
    if activation is not None:
        return [SingleNeuron(_parsed(Activation.parse, activation, "--activation"))]
    found: list[Model] = []
    if model != "neuron":
        found += [TwoLayerLinear(Loss.parse(name)) for name in _CATALOGUE["linear"]]
    if model != "linear":
        found += [SingleNeuron(Activation.parse(name)) for name in _CATALOGUE["neuron"]]
    return found


def _check_labels(labels: Sequence[str], models: Sequence[Model]) -> None:
    names = dict.fromkeys(model.name for model in models)
    known = list(dict.fromkeys(label for name in names for label in runner.known_labels(name)))
    for label in labels:
        if label not in known:
            close = difflib.get_close_matches(label, known, n=1)
            hint = f"did you mean {close[0]}? " if close else ""
            raise InputError(f"--statement {label[:60]!r}: {hint}known are {', '.join(known)}")


def _parsed(parse: Callable[[str], T], text: str, option: str) -> T:
    try:
        return parse(text)
    except InputError as error:
        raise InputError(f"{option}: {error}") from None


def _step_size(text: str) -> sp.Rational:
    value = _parsed(parse_rational, text, "--eta")
    if value <= 0:
        raise InputError(f"--eta {text}: a step size is positive")
    return value


def _write(file: str, text: str) -> None:
    if file == "-":
        sys.stdout.write(text)
    else:
        output.write_atomically(Path(file), text)


@contextmanager
def _progress_bar(what: str) -> Iterator[work.Progress | None]:
    """A progress bar on stderr, if that is a terminal."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
