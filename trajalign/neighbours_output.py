"""The table of neighbouring papers on a terminal and as JSON."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from textwrap import fill
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from .files import dump
from .verification.neighbours.row import Expected, Row
from .verification.neighbours.table import Checked, Finding
from .verification.verdicts import Outcome

SCHEMA = "trajalign.neighbours/1"
_TABLE = 76  # columns that a table needs; on a narrower terminal it is a list
_STYLES = {"pass": "green", "fail": "bold red", "undecided": "yellow"}
_DIGITS = 10


def print_findings(console: Console, found: Sequence[Checked], seconds: float) -> None:
    """Every number with its prediction and its verdict, what is objected to, and a summary."""
    findings = [one.finding for one in found]
    if console.width < _TABLE:
        for finding in findings:
            _print_listed(console, finding)
    else:
        console.print(_table(findings))
    for finding in findings:
        if finding.judgement.reason:
            text = Text.assemble((f"{finding.label}  ", "bold"), finding.judgement.reason)
            witness = finding.judgement.witness or {}
            if witness:
                told = ", ".join(f"{name} = {value}" for name, value in witness.items())
                text.append(f"\n  witness: {told}")
            console.print(text)
    counts = Counter(finding.judgement.outcome.value for finding in findings)
    summary = ", ".join(f"{count} {name}" for name, count in counts.items())
    papers = len({finding.row.source for finding in findings})
    line = f"\n{summary}, of {papers} {'paper' if papers == 1 else 'papers'}, in {seconds:.1f} s"
    console.print(line, highlight=False)


def print_controls(console: Console, found: Sequence[Checked], seconds: float) -> None:
    """Every falsified claim and whether it was refuted."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("label", no_wrap=True)
    for heading in ("falsified", "refuted"):
        table.add_column(heading, overflow="fold")
    falsified = [twin for one in found for twin in one.falsified]
    for twin in falsified:
        refuted = Text("yes", "green") if twin.refuted else Text("NO", "bold red")
        table.add_row(twin.label, twin.falsified, refuted)
    console.print(table)
    count = sum(twin.refuted for twin in falsified)
    line = f"{count} of {len(falsified)} falsified claims refuted in {seconds:.1f} s"
    console.print(line, highlight=False)


def print_rows(console: Console, rows: Sequence[Row]) -> None:
    """Every claim in words, what it is compared with, and what is predicted, by which formula."""
    for source, group in groupby(rows, key=lambda row: row.source):
        console.print(Text(fill(source.citation, console.width), "bold cyan"))
        for row in group:
            console.print(Text.assemble("\n", (row.label, "bold"), f"  [{row.evidence.value}]"))
            told = [
                f"objective: {row.objective}",
                f"claim: {row.claim}",
                f"read in: {row.words}",
                f"here: {row.law.value}; {row.parameters}",
                *map(_told, row.predict()),
                f"falsified: {', '.join(twin.falsified for twin in row.twins)}",
                *([f"in part: {row.partly}"] if row.partly else []),
            ]
            for line in told:
                console.print(Text(_hanging(line, console.width)))
        console.print()


def as_json(found: Sequence[Checked], version: str) -> str:
    """The findings, and falsified claims where these were tried, as trajalign.neighbours/1."""
    return dump({"schema": SCHEMA, "version": version, "results": [_result(one) for one in found]})


def _told(expected: Expected) -> str:
    value = expected.shown
    given = expected.formula if expected.formula == value else f"{expected.formula}: {value}"
    if expected.value is not None:
        given += f" ± {(expected.high - expected.low) / 2:.2g}"
    return (
        f"{expected.name} = {given} ({expected.why})"
        if expected.value is not None
        else (f"{expected.name}: {given} ({expected.why})")
    )


def _hanging(line: str, width: int) -> str:
    return fill(line, width, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False)


def _table(findings: Sequence[Finding]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("paper", no_wrap=True)
    table.add_column("number", overflow="fold", ratio=1)
    for heading in ("predicted", "measured"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    for source, group in groupby(findings, key=lambda finding: finding.row.source):
        table.add_row(Text(f"{source.key} {source.year}", "bold cyan"))
        for finding in group:
            first = (f"  {finding.row.name}", _verdict(finding))
            for expected, measured in zip(finding.expected, finding.measured, strict=True):
                name, verdict = first
                table.add_row(name, expected.name, expected.shown, measured.shown, verdict)
                first = ("", Text())
    return table


def _print_listed(console: Console, finding: Finding) -> None:
    console.print(Text.assemble((finding.label, "bold"), "  ", _verdict(finding)))
    for expected, measured in zip(finding.expected, finding.measured, strict=True):
        line = f"{expected.name}: {expected.shown} predicted, {measured.shown} measured"
        console.print(Text(_hanging(line, console.width)))


def _verdict(finding: Finding) -> Text:
    outcome = finding.judgement.outcome
    evidence = "" if outcome is Outcome.UNDECIDED else f", {finding.row.evidence.value}"
    return Text(f"{outcome.value}{evidence}", _STYLES[outcome.value])


def _result(one: Checked) -> dict[str, Any]:
    finding, row = one.finding, one.finding.row
    undecided = finding.judgement.outcome is Outcome.UNDECIDED
    witness = finding.judgement.witness
    return {
        "label": finding.label,
        "source": {**vars(row.source)},
        "objective": row.objective,
        "claim": row.claim,
        "compared_with": row.words,
        "in_part": row.partly,
        "law": row.law.value,
        "parameters": row.parameters,
        "verdict": finding.judgement.outcome.value,
        "evidence": None if undecided else row.evidence.value,
        "reason": finding.judgement.reason,
        "witness": dict(witness) if witness else None,
        "numbers": [
            {
                "name": expected.name,
                "formula": expected.formula,
                "predicted": None if expected.value is None else _decimal(expected.value),
                "allowed": [_decimal(expected.low), _decimal(expected.high)],
                "why": expected.why,
                "measured": _decimal(measured.value),
                "with": dict(measured.where),
            }
            for expected, measured in zip(finding.expected, finding.measured, strict=True)
        ],
        "falsified": [
            {"falsified": t.falsified, "refuted": t.refuted, "objection": t.objection}
            for t in one.falsified
        ],
        "seconds": round(finding.seconds, 4),
    }


def _decimal(value: float) -> str | None:
    """A number as text; None where it is not known."""
    return None if math.isnan(value) else f"{value:.{_DIGITS}g}"
