"""Verdicts, statements and controls as tables in the terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from textwrap import fill, indent
from types import MappingProxyType

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from .remedies import remedies
from .theory.writing.plain_text import plain_text
from .verdict_groups import groups, not_applicable
from .verdict_layout import filled, lines, styled
from .verdict_output import by_response
from .verdict_words import answer, count_of, hypotheses_in_words
from .verification.hypotheses.information import WORDS
from .verification.quantities import Compared
from .verification.running.runner import Control
from .verification.standing import Standing, standings
from .verification.statement import Statement
from .verification.verdicts import Outcome, Verdict

_WEAKER = {"fail": "fails", "undecided": "undecided", "not-applicable": "does not apply"}


def print_verdicts(
    console: Console,
    verdicts: Sequence[Verdict],
    seconds: float,
    *,
    information: Sequence[Verdict] = (),
    names: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """The verdicts on each response in groups, and one line that sums up.

    `information` are verdicts on what no statement needs, and `names` what a reader calls some
    labels.
    """
    width = console.width
    for (model, response), group in by_response(verdicts):
        title = Text.assemble((model, "bold"), "  ", (response, "bold cyan"))
        console.print(title, highlight=False)
        about = [verdict for verdict in information if verdict.subject == (model, response)]
        for line in _hypotheses(group, about, width):
            console.print(line, highlight=False)
        for part in groups(group):
            console.print()
            for line in lines(part, width, names):
                console.print(line, highlight=False)
        for line in _remarks(group, width):
            console.print(line, highlight=False)
        _print_remedies(console, group)
        console.print()
    counts = Counter(verdict.outcome.value for verdict in verdicts)
    summary = ", ".join(f"{count} {name}" for name, count in counts.items())
    console.print(f"{summary} in {seconds:.1f} s", highlight=False)


def _hypotheses(
    verdicts: Sequence[Verdict], information: Sequence[Verdict], width: int
) -> Iterator[Text]:
    if all(verdict.is_hypothesis for verdict in verdicts):
        return
    if told := hypotheses_in_words(verdicts):
        yield Text("")
        yield filled("Hypotheses", told, width)
    for verdict in information:
        condition = WORDS[verdict.label.split("/")[-1]]
        yield filled("", f"  for information: {condition}: {answer(verdict)}", width, 4)


def _remarks(verdicts: Sequence[Verdict], width: int) -> Iterator[Text]:
    """One line for all that do not apply for one reason, and what weakens a pass."""
    told = not_applicable(verdicts)
    if told:
        yield Text("")
    for reason, labels in told.items():
        yield _together_not_applicable(reason, labels, width)
    for verdict, standing in zip(verdicts, standings(verdicts), strict=True):
        if verdict.outcome is Outcome.PASS and standing.outcome in _WEAKER:
            yield _weakness(verdict, standing)
    if read := _read(verdicts):
        yield read


def _print_remedies(console: Console, verdicts: Sequence[Verdict]) -> None:
    """The command is one line of any length, so that it can be copied."""
    for remedy in remedies(verdicts):
        console.print()
        console.print(filled("", f"{remedy.why}:", console.width), highlight=False)
        console.print(Text(f"  {remedy.command}", "bold"), soft_wrap=True, highlight=False)
        console.print(filled("", remedy.means, console.width), highlight=False)


def print_ledger(
    console: Console,
    ledger: Sequence[Statement],
    names: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Every label with its origin, what a reader calls it, what it says, of which orbits, what its
    numbers mean, and what it rests on."""
    for model, group in groupby(ledger, key=lambda statement: statement.model):
        console.print(Text(model, "bold cyan"))
        for statement in group:
            needs = ", ".join((*statement.hypotheses, *statement.rests_on))
            console.print()
            console.print(Text.assemble((statement.label, "bold"), f"  [{statement.origin}]"))
            called = (names[statement.label],) if statement.label in names else ()
            about = (f"for {statement.orbits}",) if statement.orbits else ()
            numbers = (f"{name}: {plain_text(meaning)}" for name, meaning in statement.meanings)
            for line in (*called, statement.conclusion, *about, *numbers, f"rests on {needs}"):
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
        styled(verdict.outcome),
        verdict.evidence.value if verdict.evidence else "",
        _short(_compact(coefficient)) if coefficient else "",
        _short(coefficient.measured) if coefficient else "",
        f"{float(order.measured):.2f}" if order else "",
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


def _together_not_applicable(reason: str, labels: Sequence[str], width: int) -> Text:
    """One line for all that do not apply for the same reason."""
    if len(labels) == 1:
        return filled(labels[0], reason, width)
    verb, space, rest = reason.partition(" ")
    plural = f"need{space}{rest}" if verb == "needs" else f"do not apply: {reason}"
    return filled(count_of(labels), plural, width, gap=" ")


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


def _weakness(verdict: Verdict, standing: Standing) -> Text:
    below = ", ".join(standing.because)
    return Text.assemble(
        (f"{verdict.label}  ", "bold"), f"passes, but rests on {below}: {_WEAKER[standing.outcome]}"
    )
