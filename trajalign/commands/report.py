"""`trajalign report`: one web page with everything that a run found."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from ..files import check_folder, make_folder, write_together
from ..numbering import load_numbering
from ..report import experiments
from ..report import gathered as content
from ..report.page import page
from ..report.verdict_rows import option_words, response_words, setting_words
from ..terminal import progress_bar
from ..theorem_file import replayed
from ..theory.errors import InputError
from ..theory.models import Model
from ..verification.kernel.calling import require_coq
from ..verification.measuring.effort import QUICK, THOROUGH
from ..verification.neighbours import effort as neighbours_effort
from ..verification.neighbours.table import Checked, check, rows
from ..verification.running.options import Options
from ..verification.theorems.certificate import Replayed
from ..verification.verdicts import exit_status
from .kernel_reading import kernel_option
from .model_options import Asked, model_options
from .options import FILE, digits_option, eta_option, jobs_option, positive, theorems_option

PAGE = "index.html"


@click.command(
    short_help="Check every statement and write one web page.",
    epilog="""\b
Example:
  trajalign report linear --loss "z*atan(z) - log(1+z**2)/2" -o report
""",
)
@model_options(required=False)
@click.option(
    *("-o", "--output", "folder"),
    metavar="DIR",
    type=FILE,
    required=True,
    help=f"Where {PAGE} is written.",
)
@eta_option
@digits_option
@click.option("--thorough", is_flag=True, help="As verify --thorough: minutes, and the controls.")
@click.option("--controls", is_flag=True, help="Run every check on falsified statements too.")
@click.option(
    "--experiment",
    "kept",
    metavar="DIR",
    type=FILE,
    multiple=True,
    help="Show the study that `trajalign experiment NAME -o DIR` kept (repeatable).",
)
@click.option(
    "--neighbours", "papers", is_flag=True, help="Show what neighbouring papers claim, checked."
)
@kernel_option
@click.option(
    "--certificate",
    "certificates",
    metavar="FILE",
    type=FILE,
    multiple=True,
    help="Prove anew and show the theorem that `trajalign prove` wrote (repeatable).",
)
@theorems_option
@jobs_option
def report(
    asked: Asked,
    folder: str,
    eta: str | None,
    digits: int | None,
    thorough: bool,
    controls: bool,
    kept: tuple[str, ...],
    papers: bool,
    kernel: bool,
    certificates: tuple[str, ...],
    theorems_file: str | None,
    jobs: int | None,
) -> int:
    """Check every statement and write one web page: verdicts, figures, derivations, downloads.

    E is a catalogue name or an expression in z; without arguments, the catalogue's three standard
    responses are checked. The page needs no network and no scripts. Exit status as for verify; the
    page is written in any case.
    """
    models = asked.models()
    numbering = load_numbering(theorems_file, models)
    if kernel:
        require_coq()
    top = None if eta is None else positive(eta, "--eta")
    options = Options(top=top, digits=digits, effort=THOROUGH if thorough else QUICK)
    place = Path(folder)
    _check_place(place)
    cores = jobs or os.cpu_count() or 1
    theorems = [_theorem(file, models, cores) for file in certificates]
    studies = [experiments.load(Path(one)) for one in kept]
    found = content.gather(
        models,
        options,
        controls=controls or thorough,
        theorems=theorems,
        kernel=kernel,
        jobs=cores,
        bar=progress_bar,
    )
    table = _neighbours(thorough, cores) if papers else []
    words = _words(asked, models[0])
    named = () if theorems_file is None else (theorems_file,)
    further = {"--experiment": kept, "--certificate": certificates, "--theorems": named}
    given = {"--controls": controls, "--neighbours": papers, "--kernel": kernel}
    flags = [flag for flag, value in given.items() if value]
    command = _command([*words, *option_words(options)], flags, further, folder)
    _write(place, page(found, studies, command, table, numbering.words))
    click.echo(f"{place / PAGE}: {_summary(found)}")
    return _status(found, table)


def _neighbours(thorough: bool, jobs: int) -> list[Checked]:
    effort = neighbours_effort.THOROUGH if thorough else neighbours_effort.QUICK
    with progress_bar("descending") as progress:
        return check(rows(), effort, jobs=jobs, progress=progress)


def _words(asked: Asked, model: Model) -> list[str]:
    """What names the models: one of many responses is not named where none was."""
    if asked.loss or asked.activation:
        return response_words(model)
    return [asked.name, *setting_words(model)] if asked.name else []


def _theorem(file: str, models: Sequence[Model], jobs: int) -> Replayed:
    found = replayed(file, "--certificate", own=type(models[0]), jobs=jobs)
    if found.model not in models:
        told = f"{found.model.name} {found.model.given}"
        raise InputError(f"--certificate {file}: it is of {told}, which the report is not about")
    return found


def _command(
    words: list[str], flags: list[str], further: Mapping[str, Sequence[str]], folder: str
) -> str:
    """What was typed, in one way of writing it."""
    files = [word for option, values in further.items() for v in values for word in (option, v)]
    more = [*flags, *files]
    return shlex.join(["trajalign", "report", *words, *more, "-o", folder])


def _check_place(folder: Path) -> None:
    check_folder(folder, "-o")
    if (folder / PAGE).is_dir():
        raise InputError(f"-o {folder}: {PAGE} in it is a directory")


def _write(folder: Path, text: str) -> None:
    write_together({make_folder(folder, "-o") / PAGE: text})


def _summary(found: content.Content) -> str:
    outcomes = [verdict.outcome.value for verdict in found.verdicts]
    counts = ", ".join(f"{outcomes.count(name)} {name}" for name in dict.fromkeys(outcomes))
    if found.controls is None:
        return counts
    refuted = sum(control.refuted for control in found.controls)
    return f"{counts}; {refuted} of {len(found.controls)} falsified statements refuted"


def _status(found: content.Content, table: list[Checked]) -> int:
    """As `verify`; a derivation that does not check, or a control that is not refuted, fails."""
    wrong = any(response.proofs.wrong for response in found.responses)
    if wrong or not all(control.refuted for control in found.controls or ()):
        return 1
    outcomes = [verdict.outcome for verdict in found.verdicts]
    return exit_status([*outcomes, *(one.finding.judgement.outcome for one in table)])
