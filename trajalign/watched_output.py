"""A watched run in the terminal and as JSON."""

from __future__ import annotations

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from .experiment_output import finite
from .files import dump
from .monitor.prediction import as_fields
from .monitor.watched import Watched
from .studies.judging import EVIDENCE
from .studies.many_points import EFFECTIVE, ONE_POINT, OTHER_LOSS, UNSHIFTED
from .studies.study import FAIL, PASS

WATCHED_SCHEMA = "trajalign.watched/1"
_STYLES = {PASS: "green", FAIL: "bold red"}


def as_json(found: Watched, version: str) -> str:
    """In the layout of schema trajalign.watched/1; numbers that do not exist are null."""
    record, asked = found.record, found.asked
    return dump(
        {
            "schema": WATCHED_SCHEMA,
            "version": version,
            "loss": None if record.loss is None else record.loss.text,
            "other_loss": None if record.loss is None else asked.other_loss.text,
            "step_size": record.step_size,
            "outputs": record.residuals.shape[1],
            "looks": len(record.looks),
            "transient": found.transient,
            "judged": found.judged,
            "asked": {"median": asked.median, "most": asked.most},
            "diagrams": {name: finite(vars(fit)) for name, fit in found.fits.items()},
            "crossing": found.crossing,
            "sharpness": found.sharpness,
            "predictions": [
                as_fields(held.prediction) | {"measured_at": held.step, "measured": held.gap}
                for held in found.predictions
            ],
            "verdict": found.verdict,
            "evidence": EVIDENCE,
        }
    )


def show(console: Console, found: Watched) -> None:
    """How the run stands to its diagram and to wrong ones, and one line that sums up."""
    record, asked = found.record, found.asked
    steps = f"steps {record.looks[0].step} to {record.looks[-1].step}"
    console.print(
        f"{'another loss' if record.loss is None else record.loss.text}, "
        f"η = {record.step_size:g}, {record.residuals.shape[1]} outputs; "
        f"{len(record.looks)} looks, {steps}; {found.judged} of them at the edge, judged from step "
        f"{found.transient} on",
        highlight=False,
        markup=False,
    )
    if found.judged:
        console.print(_fits(found))
    told = Text.assemble((found.verdict, _STYLES.get(found.verdict, "yellow")))
    told.append(
        f": asked for |q/Q₀ − 1| with a median of at most {asked.median:g}, and at most "
        f"{asked.most:g} at 95 % of the looks"
        if found.judged
        else ": no look is at the edge (q below ∂G/∂p at the centre) after the transient"
    )
    told.append("" if found.crossing is None else f"; q is above the edge at {found.crossing}")
    last = found.sharpness
    told.append("" if last is None else f"; ηλ/2 = {last:.5f} when it was last computed")
    console.print(told, highlight=False)
    if found.predictions:
        console.print(_ahead(found))


def _ahead(found: Watched) -> Table:
    """Predictions beside what was measured; in brackets what is not to be relied on."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("2 − ηλ predicted at step")
    for heading in ("for step", "by the flow", "by the law", "measured", "at step"):
        table.add_column(heading, justify="right")
    for held in found.predictions:
        told = held.prediction
        law = "leaves" if told.leaves else _number(told.from_here, told.law_holds)
        table.add_row(
            str(told.step), str(told.step + told.steps), _number(told.flow, told.flow_holds), law,
            _number(held.gap, True), "not reached" if held.step is None else str(held.step),
        )  # fmt: skip
    return table


def _number(value: float | None, holds: bool) -> str:
    if value is None:
        return ""
    return f"{value:.4g}" if holds else f"({value:.4g})"


def _fits(found: Watched) -> Table:
    words = {
        EFFECTIVE: "its own, Q₀(p; w)",
        ONE_POINT: "of one point, r(p)",
        UNSHIFTED: "without the rest, Q₀(p; 0)",
        OTHER_LOSS: f"of another loss, {found.asked.other_loss.text}",
    }
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("|q/Q − 1| with the diagram")
    for heading in ("median", "95 %"):
        table.add_column(heading, justify="right")
    for name, fit in found.fits.items():
        sizes = ("" if size is None else f"{size:.2g}" for size in (fit.median, fit.most))
        table.add_row(words[name], *sizes)
    return table
