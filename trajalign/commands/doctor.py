"""`trajalign doctor`: what this installation has, and what is wrong with it."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import click
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from .. import __version__
from ..doctor import examination
from ..doctor.findings import CONFLICT, MISSING, PRESENT, Report
from ..terminal import Output

SCHEMA = "trajalign.doctor/1"
_STYLES = {PRESENT: "green", CONFLICT: "bold red", MISSING: "dim"}


@click.command(
    short_help="Tell versions, what is fast here, and what is wrong.",
    epilog="""\b
Examples:
  trajalign doctor
  trajalign doctor --json -
""",
)
@click.option(
    "--json",
    "json_file",
    metavar="FILE",
    type=click.Path(readable=False),
    help="Write the results as JSON; - for stdout.",
)
def doctor(json_file: str | None) -> int:
    """Tell versions, optional parts, which path is fast here, and what is wrong.

    An orbit whose closed form is known is computed in Python and, where it can be had, in machine
    code. Exit status 0 if everything that is needed works, 1 if not.
    """
    if json_file not in (None, "-"):
        from ..files import check_outputs  # here, for it does not load where SymPy is missing

        check_outputs(json=json_file)
    report = examination.examine()
    document = json.dumps(_document(report), indent=2, ensure_ascii=False)
    if json_file == "-":
        click.echo(document)
        return 0 if report.works else 1
    if json_file is not None:
        from ..files import write

        write(json_file, document + "\n")
    _show(Output(), report)
    return 0 if report.works else 1


def _document(report: Report) -> dict[str, Any]:
    found = asdict(report)
    for path in found["paths"]:
        del path["troubles"]  # they stand in the report's own
    return {"schema": SCHEMA, "version": __version__, "works": report.works, **found}


def _show(console: Console, report: Report) -> None:
    versions = _table("", "version", "")
    for one in report.versions:
        versions.add_row(one.name, one.version or Text("missing", "bold red"), one.detail)
    parts = _table("optional part", "", "for", "how to get it")
    for part in report.parts:
        install = "" if part.state == PRESENT else part.install
        state = Text(part.state, _STYLES.get(part.state, ""))
        parts.add_row(part.name, state, part.purpose, Text(install))
    paths = _table("path", "uses", "measured")
    for path in report.paths:
        paths.add_row(path.name, path.uses, path.measured)
    for table in (versions, parts, paths):
        if table.rows:
            console.print(table)
    for trouble in report.troubles:
        style = "bold red" if trouble.serious else "yellow"
        text = f"{trouble.what}: {trouble.remedy}"
        console.print(Text.assemble(("! ", style), text), soft_wrap=True, highlight=False)
    says = "works" if report.works else "does NOT work"
    console.print(f"What is needed {says}.", highlight=False)


def _table(*headings: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table
