"""The option `--kernel` of the commands that show what a proof kernel read."""

from __future__ import annotations

from collections.abc import Container, Sequence

import click

from ..terminal import progress_bar
from ..theory.derivation.book import appendix
from ..theory.errors import InputError
from ..theory.models import Model
from ..theory.requirements import require_curved
from ..verification.kernel.readings import Readings, readings

kernel_option = click.option(
    "--kernel",
    is_flag=True,
    help="Have the kernel of Coq read the derivations too: some minutes for each response.",
)


def readings_of(
    models: Sequence[Model], jobs: int, order: int = 2, wanted: Container[str] | None = None
) -> dict[tuple[str, str], Readings]:
    """What Coq reads of the derivations of each model, by its name and response; none where
    nothing is derived; all, or those of the labels that are wanted. Raises CoqMissing."""
    found = {}
    for model in models:
        try:
            require_curved(model.response)
            book = appendix(model, order)
        except InputError:
            continue
        with progress_bar(f"Coq reads {model.response.text}") as progress:
            found[model.designation, model.response.text] = readings(
                model, book, jobs, progress, wanted
            )
    return found
