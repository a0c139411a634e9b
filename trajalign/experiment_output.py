"""A study's runs and criteria in the terminal and as JSON."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from .files import dump
from .studies.judging import EVIDENCE, Finding, Judgement, Run
from .studies.running import Outcome
from .studies.saturation import Saturation
from .studies.study import FAIL, PASS, Study, shipped

EXPERIMENT_SCHEMA = "trajalign.experiment/1"
_STYLES = {PASS: "green", FAIL: "bold red"}
WORDS = {
    "edge_runs": "runs at the edge after the transient",
    "alignment": "largest |q/r(p) - 1| after it",
    "spread": "spread of q/r(p) - 1 over the runs",
    "sharpness": "final sharpness against 2/eta",
    "reduced_map": "distance from the reduced map",
    "diagram": "share of them that are on their own diagram",
    "wrong_diagrams": "wrong diagrams that would pass as well",
    "saturation": "2 - eta*lambda at the end, off the averaged flow",
    "saturation_law": "the same, off the law of the edge",
    "wrong_saturations": "wrong predictions that would pass as well",
}
AT_LEAST = ("edge_runs", "diagram")
_HEADS = {"effective": "|q/Q0-1|", "one_point": "by r", "unshifted": "w = 0", "other_loss": "other"}


def as_json(study: Study, outcome: Outcome, judgement: Judgement, version: str) -> str:
    """In the layout of schema trajalign.experiment/1; numbers that do not exist are null."""
    return dump(
        {
            "schema": EXPERIMENT_SCHEMA,
            "version": version,
            "study": study.name,
            "title": study.title,
            "parameters": dict(study.parameters),
            "computed_with": dict(part.split("=") for part in outcome.versions.split()),
            "verdict": judgement.verdict,
            "expected": study.expected,
            "expected_to_fail": list(study.expected_to_fail),
            "evidence": EVIDENCE,
            "criteria": [finite(vars(finding)) for finding in judgement.findings],
            "runs": [_run(run) for run in judgement.runs],
        }
    )


def _run(run: Run) -> dict[str, Any]:
    found = finite(vars(run)) | {"start": dict(run.start)}
    del found["diagrams"], found["saturation"]
    if run.diagrams is not None:
        found["diagrams"] = {n: finite(vars(fit)) for n, fit in run.diagrams.items()}
    if run.saturation is not None:
        found["saturation"] = finite(vars(run.saturation))
    return found


def show(console: Console, study: Study, judgement: Judgement, seconds: float) -> None:
    """The runs, the criteria with their verdicts, and one line that sums up."""
    console.print(Text.assemble((study.name, "bold"), "  ", (study.title, "bold cyan")))
    if study.about:
        console.print(study.about, highlight=False, markup=False)
    console.print(_runs(judgement.runs))
    if any(run.saturation is not None for run in judgement.runs):
        console.print(_ends(judgement.runs))
    console.print(_criteria(judgement.findings))
    verdict = judgement.verdict
    told = Text.assemble((verdict, _STYLES.get(verdict, "yellow")))
    if study.expected_to_fail:
        asked = f" (expected to fail: {', '.join(study.expected_to_fail)})"
        told.append(" (as expected)" if judgement.is_expected(study) else asked)
    count = Counter(run.outcome for run in judgement.runs)
    kinds = ", ".join(f"{n} {name}" for name, n in count.items())
    told.append(f", evidence: {EVIDENCE}; {len(judgement.runs)} runs ({kinds}) in {seconds:.1f} s")
    console.print(told, highlight=False)


def show_names(console: Console) -> None:
    """The studies that are shipped."""
    found = shipped()
    wide = max(map(len, found)) + 1
    for name, title in found.items():
        console.print(Text.assemble((f"{name:{wide}}", "bold"), title))


def _runs(runs: tuple[Run, ...]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    many = runs[0].diagrams is not None
    measured = tuple(_HEADS.values()) if many else ("|q/r-1|",)
    for heading in (
        *runs[0].start,
        "aligned",
        "crossing" if many else "q > 1",
        *measured,
        "eta*lambda/2",
    ):
        table.add_column(heading, justify="right")
    table.add_column("outcome")
    for run in runs:
        times = ("" if t is None else str(t) for t in (run.aligned, run.crossing))
        start = (f"{value:g}" for value in run.start.values())
        sizes = [run.worst] if run.diagrams is None else [run.diagrams[n].median for n in _HEADS]
        told = ("" if size is None else f"{size:.2g}" for size in sizes)
        table.add_row(*start, *times, *told, f"{run.sharpness:.5f}", run.outcome)
    return table


def _ends(runs: tuple[Run, ...]) -> Table:
    """The gap 2 − ηλ at the end, and what was predicted of it; in brackets where that is not
    judged."""
    table = Table(title="2 - eta*lambda at the end", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for heading in (*runs[0].start, "measured", "flow", "flow/measured", "law", "law/measured"):
        table.add_column(heading, justify="right")
    for run in runs:
        end = run.saturation
        if end is None:
            continue
        start = (f"{value:g}" for value in run.start.values())
        told = [*_told(end, "flow", end.of_flow), *_told(end, "law", end.of_law)]
        table.add_row(*start, "" if end.measured is None else f"{end.measured:.5f}", *told)
    return table


def _told(end: Saturation, name: str, judged: bool) -> list[str]:
    predicted = getattr(end, name)
    if predicted is None or not end.measured:
        return ["", ""]
    ratio = f"{predicted / end.measured:.4f}"
    return [f"{predicted:.5f}", ratio if judged else f"({ratio})"]


def _criteria(findings: tuple[Finding, ...]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("criterion")
    for heading in ("asked", "measured"):
        table.add_column(heading, justify="right")
    table.add_column("verdict")
    for finding in findings:
        sign = ">=" if finding.name in AT_LEAST else "<="
        measured = "" if finding.measured is None else f"{finding.measured:.3g}"
        verdict = Text(finding.verdict, _STYLES.get(finding.verdict, "yellow"))
        table.add_row(WORDS[finding.name], f"{sign} {finding.asked:g}", measured, verdict)
    return table


def finite(values: Mapping[str, Any]) -> dict[str, Any]:
    """The same with None for numbers that JSON does not have."""
    return {
        name: None if isinstance(value, float) and not math.isfinite(value) else value
        for name, value in values.items()
    }
