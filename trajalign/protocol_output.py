"""A protocol's runs and criteria in the terminal and as JSON."""

from __future__ import annotations

import math
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from .experiment_output import finite
from .files import dump
from .studies.judging import EVIDENCE
from .studies.protocol import Protocol
from .studies.protocol_judging import (
    CONTROLS,
    DATA_SETS,
    FLOWS,
    ProtocolJudgement,
    ProtocolRun,
)
from .studies.protocol_runs import ProtocolOutcome
from .studies.study import FAIL, PASS

PROTOCOL_SCHEMA = "trajalign.protocol/1"
WORDS = {
    DATA_SETS: "data sets that show it",
    CONTROLS: "controls that show it",
    FLOWS: "flows that hover at a 2/eta",
}
AT_LEAST = (DATA_SETS,)
_STYLES = {PASS: "green", FAIL: "bold red"}
_KEY = (
    "2/eta over the flow's largest sharpness, above 1 a control; in units of 2/eta the sharpness "
    "at the start (from), its median from the time t on at which it reaches 1, and the share of "
    "looks from there on within {low:g} to {high:g} (inside); the loss at the end over that at t"
)
_HEADS = ("2/eta", "from", "t", "median", "inside", "loss")


def as_json(
    protocol: Protocol, outcome: ProtocolOutcome, judgement: ProtocolJudgement, version: str
) -> str:
    """In the layout of schema trajalign.protocol/1; numbers that do not exist are null."""
    return dump(
        {
            "schema": PROTOCOL_SCHEMA,
            "version": version,
            "protocol": protocol.name,
            "title": protocol.title,
            "parameters": dict(protocol.parameters),
            "computed_with": dict(part.split("=") for part in outcome.versions.split()),
            "verdict": judgement.verdict,
            "evidence": EVIDENCE,
            "criteria": [finite(vars(finding)) for finding in judgement.findings],
            "data_sets": [
                {"name": one.name, "seed": one.seed, "shows": judgement.shown(one.name)}
                for one in protocol.data_sets
            ],
            "runs": [_run(run) for run in judgement.runs],
            "controls": [_run(run) for run in judgement.controls],
        }
    )


def _run(run: ProtocolRun) -> dict[str, Any]:
    parts = {"hovering": finite(vars(run.hovering)), "flow": finite(vars(run.flow))}
    return finite(vars(run)) | parts | {"met": list(run.met), "shows": run.shows}


def show(
    console: Console, protocol: Protocol, judgement: ProtocolJudgement, seconds: float
) -> None:
    """The runs, the criteria with their verdicts, and one line that sums up."""
    console.print(Text.assemble((protocol.name, "bold"), "  ", (protocol.title, "bold cyan")))
    if protocol.about:
        console.print(protocol.about, highlight=False, markup=False)
    console.print(_runs(protocol, judgement))
    low, high = protocol.criteria.wider
    console.print(_KEY.format(low=low, high=high), highlight=False)
    console.print(_criteria(judgement))
    told = Text.assemble((judgement.verdict, _STYLES[judgement.verdict]))
    many = len(judgement.runs) + len(judgement.controls)
    told.append(f", evidence: {EVIDENCE}; {many} runs in {seconds:.1f} s")
    console.print(told, highlight=False)


def _runs(protocol: Protocol, judgement: ProtocolJudgement) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=0)
    table.add_column("data set")
    for heading in _HEADS:
        table.add_column(heading, justify="right")
    table.add_column("shown")
    every = [*judgement.runs, *judgement.controls]
    for one in protocol.data_sets:
        for run in every:
            if run.data_set == one.name:
                table.add_row(*run_cells(run))
    return table


def run_cells(run: ProtocolRun) -> list[str]:
    """One row of the table: what the columns say, "" where there is nothing."""
    found = run.hovering
    return [
        run.data_set,
        f"{run.fraction:g}",
        _told(run.start, ".2f"),
        "" if found.reached is None else f"{found.reached:.3g}",
        _told(found.median, ".3f"),
        _told(found.inside, ".2f"),
        _told(run.loss_end / run.loss_then if run.loss_then else math.nan, ".2f"),
        "yes" if run.shows else "no",
    ]


def _told(value: float, layout: str) -> str:
    return f"{value:{layout}}" if math.isfinite(value) else ""


def _criteria(judgement: ProtocolJudgement) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("criterion")
    for heading in ("asked", "found"):
        table.add_column(heading, justify="right")
    table.add_column("verdict")
    for finding in judgement.findings:
        sign = ">=" if finding.name in AT_LEAST else "<="
        verdict = Text(finding.verdict, _STYLES[finding.verdict])
        table.add_row(
            WORDS[finding.name], f"{sign} {finding.asked:g}", f"{finding.measured:g}", verdict
        )
    return table
