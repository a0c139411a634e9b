"""Verdicts, statements and controls as tables in the terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from textwrap import fill, indent

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from .theory.writing.plain_text import plain_text
from .verdict_output import by_response
from .verification.quantities import Compared
from .verification.running.runner import Control
from .verification.standing import Standing, standings
from .verification.statement import Statement
from .verification.verdicts import Outcome, Verdict, worst

_FULL = 80  # columns of a table of verdicts; on a narrower terminal its lines are wrapped
_WEAKER = {"fail": "fails", "undecided": "undecided", "not-applicable": "does not apply"}
_NORMALISE = (
    "--normalise takes the multiple with r(0) = 1; a loss whose minimum is not at 0 is for the "
    "model product"
)
_STYLES = {"pass": "green", "fail": "bold red", "undecided": "yellow", "not-applicable": "dim"}


def print_verdicts(console: Console, verdicts: Sequence[Verdict], seconds: float) -> None:
    """A table per response, failures with their witness below, and one line that sums up."""
    for (model, response), group in by_response(verdicts):
        table = _table(model, response, group)
        table.width = _FULL if console.width < _FULL else None
        console.print(table, crop=False)
        for verdict in group:
            if verdict.outcome is Outcome.NOT_APPLICABLE:
                continue
            if verdict.reason:
                console.print(_explanation(verdict))
            elif "eta0" in verdict.parameters:
                console.print(_numbers(verdict))
        for reason, labels in _not_applicable(group).items():
            console.print(_together_not_applicable(reason, labels))
        for verdict, standing in zip(group, standings(group), strict=True):
            if verdict.outcome is Outcome.PASS and standing.outcome in _WEAKER:
                console.print(_weakness(verdict, standing))
        if read := _read(group):
            console.print(read)
    counts = Counter(verdict.outcome.value for verdict in verdicts)
    summary = ", ".join(f"{count} {name}" for name, count in counts.items())
    console.print(f"\n{summary} in {seconds:.1f} s", highlight=False)


def print_ledger(console: Console, ledger: Sequence[Statement]) -> None:
    """Every label with its origin, what it says, of which orbits, what its numbers mean, and
    what it rests on."""
    for model, group in groupby(ledger, key=lambda statement: statement.model):
        console.print(Text(model, "bold cyan"))
        for statement in group:
            needs = ", ".join((*statement.hypotheses, *statement.rests_on))
            console.print()
            console.print(Text.assemble((statement.label, "bold"), f"  [{statement.origin}]"))
            about = (f"for {statement.orbits}",) if statement.orbits else ()
            numbers = (f"{name}: {plain_text(meaning)}" for name, meaning in statement.meanings)
            for line in (statement.conclusion, *about, *numbers, f"rests on {needs}"):
                lines = fill(line, console.width - 2, break_on_hyphens=False)
                console.print(Text(indent(lines, "  ")))
        console.print()


def print_controls(console: Console, controls: Sequence[Control], seconds: float) -> None:
    """What was falsified and whether it was refuted: the hypotheses, then every response."""
    twins = [row for row in controls if row.of_hypothesis]
    if twins:
        console.print(_controls_table("a response without it", twins))
    others = [row for row in controls if not row.of_hypothesis]
    for response, group in groupby(others, key=lambda row: row.given):
        console.print(_controls_table(response, list(group)))
    if not controls:
        console.print("No falsified statement was tried: no statement asked for applies.")
        return
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
    if hypotheses and len(hypotheses) < len(verdicts):
        table.add_row(*_together(hypotheses, passing), "", "", "")
        verdicts = [v for v in verdicts if v not in passing]
    for verdict in verdicts:
        table.add_row(*verdict_row(verdict))
    return table


def _together(hypotheses: Sequence[Verdict], passing: Sequence[Verdict]) -> tuple[str | Text, ...]:
    """One row for all hypotheses: it passes only if each does; what does not has its own row."""
    share, whole = f"{len(passing)} of {len(hypotheses)}", len(passing) == len(hypotheses)
    label = f"hypotheses ({share})" if whole else f"hypotheses ({share} pass)"
    outcome = worst([verdict.outcome for verdict in hypotheses])
    return label, _styled(outcome), _weakest(passing) if whole else ""


def _controls_table(title: str, controls: Sequence[Control]) -> Table:
    table = Table(
        box=box.SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        title=Text(title, "bold cyan"),
        title_justify="left",
    )
    table.add_column("label", no_wrap=True)
    for heading in ("falsified", "refuted"):
        table.add_column(heading, overflow="fold")
    for row in controls:
        refuted = Text("yes", "green") if row.refuted else Text("NO", "bold red")
        table.add_row(row.label, row.given if row.of_hypothesis else row.falsified, refuted)
    return table


def verdict_row(verdict: Verdict) -> tuple[str | Text, ...]:
    """Label, verdict, evidence, the exact number, the measured one, and the order."""
    coefficient, order = verdict.coefficient, verdict.order
    return (
        verdict.label,
        _styled(verdict.outcome),
        verdict.evidence.value if verdict.evidence else "",
        _short(_compact(coefficient)) if coefficient else "",
        _short(coefficient.measured) if coefficient else "",
        f"{float(order.measured):.2f}" if order else "",
    )


def _styled(outcome: Outcome) -> Text:
    return Text(
        "n/a" if outcome is Outcome.NOT_APPLICABLE else outcome.value, _STYLES[outcome.value]
    )


def _compact(coefficient: Compared) -> str:
    """The exact value as it is, unless it is too long for a column."""
    exact = coefficient.exact
    return exact if len(exact) <= 8 else coefficient.decimal or exact


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
    if verdict.outcome is Outcome.FAIL and verdict.label.endswith("/normalised"):
        text.append(f"\n  {_NORMALISE}")
    return text


def _not_applicable(verdicts: Sequence[Verdict]) -> dict[str, list[str]]:
    """The labels of what does not apply, by the reason why."""
    found: dict[str, list[str]] = {}
    for verdict in verdicts:
        if verdict.outcome is Outcome.NOT_APPLICABLE and verdict.reason:
            found.setdefault(verdict.reason, []).append(verdict.label)
    return found


def _together_not_applicable(reason: str, labels: Sequence[str]) -> Text:
    """One line for all that do not apply for the same reason."""
    if len(labels) == 1:
        return Text.assemble((f"{labels[0]}  ", "bold"), reason)
    verb, space, rest = reason.partition(" ")
    plural = f"need{space}{rest}" if verb == "needs" else f"do not apply: {reason}"
    return Text.assemble((f"{len(labels)} statements ", "bold"), plural)


def _read(verdicts: Sequence[Verdict]) -> Text | None:
    """How many formulas of each derivation Coq read, where it was asked."""
    told = [
        v.label
        if v.is_hypothesis and v.read.whole
        else f"{v.label} {v.read.checked} of {v.read.steps}{' and words' if v.read.argued else ''}"
        for v in verdicts
        if v.read
    ]
    coq = next((v.read.coq for v in verdicts if v.read), "")
    if not told:
        return None
    return Text.assemble((f"read by Coq {coq}  ", "bold"), ", ".join(told))


def _numbers(verdict: Verdict) -> Text:
    """The constants of what is proved for all step sizes up to a number."""
    told = ", ".join(f"{name} {value}" for name, value in verdict.quantities.items())
    largest, orbits = verdict.parameters["eta0"], verdict.parameters["orbits"]
    return Text.assemble((f"{verdict.label}  ", "bold"), f"for all η ≤ {largest}, {orbits}: {told}")


def _weakness(verdict: Verdict, standing: Standing) -> Text:
    below = ", ".join(standing.because)
    return Text.assemble(
        (f"{verdict.label}  ", "bold"), f"passes, but rests on {below}: {_WEAKER[standing.outcome]}"
    )


def _weakest(verdicts: Sequence[Verdict]) -> str:
    evidence = [verdict.evidence for verdict in verdicts if verdict.evidence]
    return str(min(evidence, key=lambda word: word.strength).value)
