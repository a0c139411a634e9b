"""`trajalign derive`: the derivations as an appendix, and the check of one."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from ..appendix import archive, html, latex_document, pdf, text
from ..appendix.document import Document, document
from ..appendix.latex_standalone import PAPERS, Paper
from ..appendix.numbers import Numbers
from ..appendix.numbers import numbers as on_orbits
from ..exits import FAILED, complain
from ..files import check_outputs, dump, write, write_together
from ..kernel_folder import write_project
from ..numbering import load_numbering
from ..terminal import progress_bar, status_line
from ..theorem_file import replayed
from ..theory.derivation.book import appendix
from ..theory.errors import InputError
from ..theory.models import Model
from ..theory.requirements import require_curved
from ..verification.derivations.judging import Checked, DerivationError, check_appendix
from ..verification.hypotheses.assumptions import Assumptions
from ..verification.kernel.calling import require_coq
from ..verification.theorems.chapter import with_theorem
from ..verification.verdicts import Outcome
from .kernel_reading import kernel_option, readings_of
from .model_options import Asked, model_options
from .options import FILE, WholeNumber, theorems_option

FORMATS = {".txt": "text", ".tex": "latex", ".pdf": "pdf", ".html": "html", ".json": "json"}


@click.command(
    short_help="Write the derivations as an appendix, every line checked.",
    epilog="""\b
Examples:
  trajalign derive neuron
  trajalign derive linear --loss "z*atan(z) - log(1+z**2)/2" -o appendix.tex
  trajalign derive neuron --activation algebraic --order 1 -o appendix.json
  trajalign derive --check appendix.json
""",
)
@model_options(required=False)
@click.option(
    "--order",
    metavar="K",
    type=WholeNumber(1, 4),
    default=2,
    show_default=True,
    help="The slow curve through h_K, K = 1 to 4.",
)
@click.option(
    "--format",
    "layout",
    type=click.Choice(list(FORMATS.values())),
    help="What to write [default: by the suffix of FILE, else text].",
)
@click.option(
    "-o", "--output", "file", metavar="FILE", type=FILE, help="Where to write; stdout without it."
)
@click.option(
    "--numbers/--no-numbers",
    default=True,
    show_default=True,
    help="What orbits say, in tables and figures, after the derivations (.tex, .pdf, .html).",
)
@click.option(
    "--paper",
    type=click.Choice(PAPERS),
    default="a4",
    show_default=True,
    help="The size of the pages, of PDF and LaTeX.",
)
@click.option(
    "--certificate",
    "certificate_file",
    metavar="FILE",
    type=FILE,
    help="The theorem that `trajalign prove` wrote, proved anew, as the last chapter.",
)
@theorems_option
@kernel_option
@click.option(
    "--coq",
    "coq_folder",
    metavar="DIR",
    type=FILE,
    help="Write a Coq project into DIR instead, for `trajalign check --kernel DIR` or make.",
)
@click.option(
    "--check",
    "check_file",
    metavar="FILE",
    type=FILE,
    help="Judge what FILE.json claims again; no more.",
)
@click.pass_context
def derive(
    context: click.Context,
    asked: Asked,
    order: int,
    layout: str | None,
    file: str | None,
    numbers: bool,
    paper: Paper,
    certificate_file: str | None,
    theorems_file: str | None,
    kernel: bool,
    coq_folder: str | None,
    check_file: str | None,
) -> int:
    """Write the derivation of every statement, each displayed line checked by machine.

    E is a catalogue name or an expression in z, such as "log(cosh(z))"; without arguments, it is
    the linear model with log-cosh. As LaTeX, NAME.tex is for your own document (\\input); beside it
    are written what it needs and a document that is complete, NAME-standalone.tex.
    """
    if check_file is not None:
        given = context.get_parameter_source
        told = "--check takes a file of derivations and goes with no other option"
        apart = ("check_file", "help", "model")
        others = [p.name for p in context.command.params if p.name not in apart]
        if any(given(n) is not click.core.ParameterSource.DEFAULT for n in others if n):
            raise InputError(told)
        return _check(check_file, asked.own_alone(told))
    if coq_folder is not None:
        if layout or kernel or not (file is certificate_file is theorems_file is None):
            alone = "--format, --output, --certificate, --theorems or --kernel"
            raise InputError(f"--coq goes with no {alone}")
        if asked.is_own:
            raise InputError("--coq takes a built-in model")
        chosen = asked.model()
        require_curved(chosen.response)
        return write_project(chosen, order, Path(coq_folder))
    layout = layout or _by_suffix(file)
    _check_place(layout, file)
    if certificate_file is not None and layout == "json":
        raise InputError("--certificate goes with every format but json: it is JSON itself")
    if theorems_file is not None and layout == "json":
        raise InputError("--theorems goes with every format but json")
    if kernel and layout == "json":
        raise InputError("--kernel goes with every format but json: check --kernel --json tells it")
    if kernel:
        require_coq()
    chosen = asked.model()
    names = load_numbering(theorems_file, [chosen]).words
    require_curved(chosen.response)
    proved = None
    if certificate_file is not None:
        cores = os.cpu_count() or 1
        proved = replayed(certificate_file, "--certificate", of=chosen, jobs=cores)
    try:
        with status_line("deriving") as tell:
            found = appendix(chosen, order)
            if proved is not None:
                found = with_theorem(found, proved)
            tell("checking every step")
            checked = check_appendix(found)
    except DerivationError as error:
        return complain(f"{error}; nothing is written", FAILED)
    read = readings_of([chosen], os.cpu_count() or 1, order) if kernel else {}
    known = read.get((chosen.designation, chosen.response.text))
    made, tried = document(chosen, found, checked, known, names), None
    if numbers and (layout in ("pdf", "html") or (layout == "latex" and file not in (None, "-"))):
        with progress_bar("trying on orbits") as progress:
            tried = on_orbits(chosen, jobs=os.cpu_count() or 1, progress=progress)
    _write(made, tried, layout, file or "-", paper)
    if file not in (None, "-"):
        click.echo(f"{file}: {_count(checked)}")
    if broken := _broken(chosen):
        complain(f"{chosen.given}: {broken}; what is derived from that does not apply", 0)
    return 0


def _broken(model: Model) -> str:
    """The hypotheses that do not hold for a model's response, in words; "" if all do."""
    verdicts = Assumptions(model).verdicts
    words = {Outcome.FAIL: "fails", Outcome.UNDECIDED: "is undecided"}
    found = {name: words.get(verdict.outcome) for name, verdict in verdicts.items()}
    return ", ".join(f"{name} {word}" for name, word in found.items() if word)


def _check(file: str, own: type[Model] | None) -> int:
    data = archive.read(Path(file))
    try:
        with status_line("checking"):
            checked = archive.check(data, appendix, own)
    except archive.ArchiveError as error:
        return complain(f"{file}: {error}", FAILED)
    except InputError as error:
        raise InputError(f"--check {file}: {error}") from None
    click.echo(f"{file}: {_count(checked)}")
    return 0


def _count(checked: Sequence[Checked]) -> str:
    steps = sum(len(one.checks) for one in checked)
    return f"{len(checked)} derivations with {steps} steps check"


def _by_suffix(file: str | None) -> str:
    return "text" if file is None else FORMATS.get(Path(file).suffix, "text")


def _check_place(layout: str, file: str | None) -> None:
    """Refuse, before any work is done, what could not be written."""
    check_outputs(output=file)
    if layout == "pdf":
        if file in (None, "-"):
            raise InputError("--format pdf needs -o FILE")
        pdf.require_latexmk()
    if layout == "latex" and file not in (None, "-"):
        latex_document.check_names(Path(str(file)))


def _write(made: Document, tried: Numbers | None, layout: str, file: str, paper: Paper) -> None:
    path = Path(file)
    match layout:
        case "text":
            write(file, text.page(made))
        case "html":
            write(file, html.page(made, tried))
        case "json":
            write(file, dump(archive.archive(made)))
        case "latex" if file == "-":
            write(file, latex_document.fragment(made))
        case "latex":
            _write_beside(path, latex_document.files(made, path.stem, tried, paper))
        case "pdf":
            _write_pdf(path, latex_document.files(made, "appendix", tried, paper))


def _write_beside(path: Path, files: Mapping[str, str | bytes]) -> None:
    write_together({path.with_name(name): content for name, content in files.items()})


def _write_pdf(path: Path, files: Mapping[str, str | bytes]) -> None:
    try:
        content, _ = pdf.compiled(files, "appendix-standalone.tex")
    except pdf.LatexError as error:
        log = path.with_suffix(".log")
        write_together({log: error.log})
        raise InputError(f"LaTeX failed: {error} (the log is {log})") from None
    write_together({path: content})
