"""A Coq project in a folder, as `derive --coq` and `assumptions --coq` write it."""

from __future__ import annotations

from pathlib import Path

import click

from .files import check_folder, make_folder, write_together
from .terminal import status_line
from .theory.models import Model
from .verification.kernel.calling import CoqMissing, require_coq
from .verification.kernel.project import chapters, project
from .verification.kernel.running import tried


def write_project(chosen: Model, order: int | None, folder: Path) -> int:
    """Write it; where coqc is here, without what it refuses, so that the project builds.

    Parameters: a model with its response; `order`, as for `chapters`; the folder, which may be
    there. Returns the exit status. Raises InputError for what is no folder.
    """
    check_folder(folder, "--coq")
    with status_line("translating") as tell:
        made = chapters(chosen, order)
        try:
            require_coq()
            tell("trying every proof")
            left = tried(made)
        except CoqMissing:
            left = {}
        texts = project(chosen, order, made, left)
    make_folder(folder, "--coq")
    write_together({folder / name: text for name, text in texts.items()})
    lemmas = sum(len(chapter.lemmas) for chapter in made)
    click.echo(f"{folder}: {lemmas} lemmas in {sum(bool(c.lemmas) for c in made)} chapters")
    return 0
