"""Verdicts as JSON, as JUnit XML and as a table in the terminal."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby
from textwrap import fill, indent
from typing import Any

from junitparser import Failure, JUnitXml, Skipped, TestCase, TestSuite
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from .theory.statements import Statement
from .verification.runner import Control
from .verification.verdicts import Outcome, Verdict

VERIFY_SCHEMA = "trajalign.verify/1"
LEDGER_SCHEMA = "trajalign.ledger/1"
CONTROLS_SCHEMA = "trajalign.controls/1"
_STYLES = {"pass": "green", "fail": "bold red", "undecided": "yellow", "not-applicable": "dim"}


def verdicts_as_json(verdicts: Sequence[Verdict], version: str) -> str:
    """The verdicts in the layout of schema trajalign.verify/1."""
    results = [result(verdict) for verdict in verdicts]
    return dump({"schema": VERIFY_SCHEMA, "version": version, "results": results})


def controls_as_json(controls: Sequence[Control], version: str) -> str:
    """The negative controls in the layout of schema trajalign.controls/1."""
    rows = [vars(control) for control in controls]
    return dump({"schema": CONTROLS_SCHEMA, "version": version, "results": rows})


def ledger_as_json(ledger: Sequence[Statement], version: str) -> str:
    """The statements in the layout of schema trajalign.ledger/1."""
    rows = [vars(statement) for statement in ledger]
    return dump({"schema": LEDGER_SCHEMA, "version": version, "statements": rows})


def verdicts_as_junit(verdicts: Sequence[Verdict]) -> str:
    """The verdicts as a JUnit report: one suite per response, one case per label."""
    report = JUnitXml("trajalign")
    for (model, response), group in _by_response(verdicts):
        suite = TestSuite(f"{model}: {response}")
        for verdict in group:
            suite.add_testcase(_case(verdict))
        report.add_testsuite(suite)
    report.update_statistics()  # type: ignore[no-untyped-call]  # junitparser is partly typed
    text: bytes = report.tostring()  # type: ignore[no-untyped-call]
    return text.decode()


def print_verdicts(console: Console, verdicts: Sequence[Verdict], seconds: float) -> None:
    """A table per response, failures with their witness below, and one line that sums up."""
    for (model, response), group in _by_response(verdicts):
        console.print(_table(model, response, group))
        for verdict in group:
            if verdict.reason:
                console.print(_explanation(verdict))
    counts = Counter(verdict.outcome.value for verdict in verdicts)
    summary = ", ".join(f"{count} {name}" for name, count in counts.items())
    console.print(f"\n{summary} in {seconds:.1f} s", highlight=False)


def print_ledger(console: Console, ledger: Sequence[Statement]) -> None:
    """Every label with its origin, what it says, and the hypotheses and labels it rests on."""
    for model, group in groupby(ledger, key=lambda statement: statement.model):
        console.print(Text(model, "bold cyan"))
        for statement in group:
            needs = ", ".join((*statement.hypotheses, *statement.rests_on))
            console.print()
            console.print(Text.assemble((statement.label, "bold"), f"  [{statement.origin}]"))
            for line in (statement.conclusion, f"rests on {needs}"):
                lines = fill(line, console.width - 2, break_on_hyphens=False)
                console.print(Text(indent(lines, "  ")))
        console.print()


def print_controls(console: Console, controls: Sequence[Control], seconds: float) -> None:
    """A table of falsified statements and whether each was refuted."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("label", no_wrap=True)
    for heading in ("response", "falsified", "refuted"):
        table.add_column(heading, overflow="fold")
    for row in controls:
        refuted = Text("yes", "green") if row.refuted else Text("NO", "bold red")
        table.add_row(row.label, row.response, row.falsified, refuted)
    console.print(table)
    refuted_count = sum(row.refuted for row in controls)
    console.print(
        f"{refuted_count} of {len(controls)} falsified statements refuted in {seconds:.1f} s",
        highlight=False,
    )


def _table(model: str, response: str, verdicts: Sequence[Verdict]) -> Table:
    title = Text.assemble((model, "bold"), "  ", (response, "bold cyan"))
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), title=title, title_justify="left")
    for heading in ("label", "verdict", "evidence"):
        table.add_column(heading, no_wrap=True)
    for heading in ("exact", "measured", "order"):
        table.add_column(heading, justify="right", overflow="fold")
    hypotheses = [v for v in verdicts if v.is_hypothesis]
    passing = [v for v in hypotheses if v.outcome is Outcome.PASS]
    if passing and len(hypotheses) < len(verdicts):
        share = f"hypotheses ({len(passing)} of {len(hypotheses)})"
        table.add_row(share, _styled(Outcome.PASS), _weakest(passing), "", "", "")
        verdicts = [v for v in verdicts if v not in passing]
    for verdict in verdicts:
        table.add_row(*_row(verdict))
    return table


def _row(verdict: Verdict) -> tuple[str | Text, ...]:
    coefficient = verdict.quantities.get("coefficient", {})
    order = verdict.quantities.get("order", {})
    return (
        verdict.label,
        _styled(verdict.outcome),
        verdict.evidence.value if verdict.evidence else "",
        _short(_compact(coefficient)),
        _short(coefficient.get("measured", "")),
        f"{float(order['measured']):.2f}" if order else "",
    )


def _styled(outcome: Outcome) -> Text:
    return Text("n/a" if outcome is Outcome.NOT_APPLICABLE else outcome.value, _STYLES[outcome])


def _compact(coefficient: Mapping[str, str]) -> str:
    """The exact value as it is, unless it is too long for a column."""
    exact = coefficient.get("exact", "")
    return exact if len(exact) <= 8 else coefficient.get("decimal", exact)


def _short(number: str) -> str:
    """A decimal fraction to six digits; anything else (3/4, pi/6, ≥ 1) as it is."""
    if "." not in number and "e" not in number:
        return number
    digits = f"{float(number):#.6g}"
    return digits if len(digits) <= 9 else f"{float(number):.3g}"


def _explanation(verdict: Verdict) -> Text:
    text = Text.assemble((f"{verdict.label}  ", "bold"), verdict.reason)
    if verdict.witness and not verdict.is_hypothesis:
        witness = ", ".join(f"{name} = {value}" for name, value in verdict.witness.items())
        text.append(f"\n  witness: {witness}")
    return text


def _name(verdict: Verdict) -> str:
    return verdict.label.split("/")[-1]


def _weakest(verdicts: Sequence[Verdict]) -> str:
    evidence = {verdict.evidence.value for verdict in verdicts if verdict.evidence}
    return next(word for word in ("sampled", "enclosed", "derived") if word in evidence)


def _by_response(
    verdicts: Sequence[Verdict],
) -> list[tuple[tuple[str, str], list[Verdict]]]:
    groups = groupby(verdicts, key=lambda verdict: (verdict.model, verdict.response))
    return [(key, list(group)) for key, group in groups]


def result(verdict: Verdict) -> dict[str, Any]:
    """One verdict as every JSON document has it."""
    return {
        "label": verdict.label,
        "model": verdict.model,
        "response": verdict.response,
        "verdict": verdict.outcome.value,
        "evidence": verdict.evidence.value if verdict.evidence else None,
        "reason": verdict.reason,
        "parameters": dict(verdict.parameters),
        "quantities": dict(verdict.quantities),
        "hypotheses": [
            {
                "name": _name(hypothesis),
                "verdict": hypothesis.outcome.value,
                "evidence": hypothesis.evidence.value if hypothesis.evidence else None,
            }
            for hypothesis in verdict.hypotheses
        ],
        "witness": dict(verdict.witness) if verdict.witness else None,
        "seconds": round(verdict.seconds, 4),
    }


def _case(verdict: Verdict) -> TestCase:
    case = TestCase(verdict.label, classname=verdict.response, time=verdict.seconds)
    if verdict.outcome is Outcome.FAIL:
        witness = ", ".join(f"{k} = {v}" for k, v in (verdict.witness or {}).items())
        case.result = [Failure(f"{verdict.reason}; witness: {witness}")]
    elif verdict.outcome is not Outcome.PASS:
        case.result = [Skipped(f"{verdict.outcome.value}: {verdict.reason}")]
    return case


def dump(document: dict[str, Any]) -> str:
    """A JSON document as it is written by every command."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
