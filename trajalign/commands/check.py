"""`trajalign check`: derivations read once more, by the kernel of Coq."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from ..exits import FAILED, complain
from ..files import check_outputs, dump, write
from ..kernel_output import document, table
from ..terminal import progress_bar
from ..theory import models
from ..theory.errors import InputError
from ..tube_folder import check_tube
from ..verification.kernel.boxes.project import is_tube
from ..verification.kernel.calling import build_library, require_coq
from ..verification.kernel.chapter import Chapter
from ..verification.kernel.files import Changed, read_folder
from ..verification.kernel.project import chapters, written
from ..verification.kernel.running import Read, read_all
from .model_options import Asked
from .options import FILE, WholeNumber, jobs_option, json_option

_UNDECIDED = 3


@click.command(
    short_help="Have the kernel of Coq read the derivations.",
    epilog="""\b
Examples:
  trajalign check --kernel linear
  trajalign check --kernel neuron --activation algebraic --order 1
""",
)
@click.option(
    "--kernel",
    "target",
    required=True,
    metavar="DIR|MODEL",
    type=FILE,
    help="A project that --coq wrote, or a model whose derivations are written anew.",
)
@click.option("--loss", metavar="E", help="As for `derive`; with a model only.")
@click.option("--activation", metavar="E", help="As for `derive`; with a model only.")
@click.option(
    "--order",
    metavar="K",
    type=WholeNumber(1, 4),
    help="The slow curve through h_K [default: 2]; with a model only.",
)
@jobs_option
@json_option
def check(
    target: str,
    loss: str | None,
    activation: str | None,
    order: int | None,
    jobs: int | None,
    json_file: str | None,
) -> int:
    """Have the kernel of Coq read every line that claims something, and the hypotheses A1 to A4.

    A line is kernel-checked if its lemma is accepted, on the usual axioms of analysis only, if
    a witness shows that its hypotheses can hold together, and if its falsified twins are refuted.
    What was not translated or not accepted is undecided: exit status 3.
    """
    check_outputs(json=json_file)
    proofs: Callable[[Chapter, frozenset[str]], str] = written
    if target in models.names():
        chosen = Asked(target, loss, activation).model()
        made = chapters(chosen, order or 2)
    elif Path(target).is_dir():
        if any(given is not None for given in (loss, activation, order)):
            raise InputError("--loss, --activation and --order go with a model, not with a folder")
        if is_tube(Path(target)):
            return check_tube(Path(target), json_file)
        project = read_folder(Path(target))
        chosen = project.model
        made, proofs = chapters(chosen, project.order), project.proofs()
    else:
        known = ", ".join(models.names())
        raise InputError(f"--kernel {target}: neither a folder nor a model ({known})")
    version = require_coq()
    try:
        with progress_bar("reading") as progress, tempfile.TemporaryDirectory() as folder:
            kept = build_library(Path(folder))
            found = read_all(made, Path(folder), jobs or os.cpu_count() or 1, proofs, progress)
    except Changed as error:
        return complain(f"{target}: {error}; nothing is claimed", FAILED)
    if json_file is not None:
        write(json_file, dump(document(chosen, version, made, found)))
    if json_file != "-":
        click.echo(table(chosen, version, made, found, kept))
    return _status(found, sum(len(chapter.left_out) for chapter in made))


def _status(found: Sequence[Read], left_out: int) -> int:
    counts = Counter(one.checked for one in found)
    return _UNDECIDED if counts[False] or left_out else 0
