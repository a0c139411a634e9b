"""What orbits say about the statements of an appendix: a table and figures, from one run."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from ..figures.alignment import alignment_picture, ladder_picture
from ..figures.bifurcation import bifurcation_picture
from ..figures.picture import Picture
from ..numerics.pools import Progress
from ..theory.errors import ReducedMapError
from ..theory.models import Model
from ..verification.hypotheses.assumptions import Assumptions
from ..verification.measuring.plans import Plan
from ..verification.running import runner
from ..verification.verdicts import Outcome, Verdict

_TERMS = 3  # of the slow curve, in the figures


@dataclass(frozen=True)
class Row:
    """One checked statement; the last four are "" where it has no such number."""

    label: str
    verdict: str
    evidence: str
    exact: str = ""
    measured: str = ""
    claimed_order: str = ""
    measured_order: str = ""


@dataclass(frozen=True)
class Numbers:
    """The hypotheses and statements of one model with what was found, and the figures."""

    model: Model
    hypotheses: tuple[Row, ...]
    statements: tuple[Row, ...]
    pictures: tuple[Picture, ...]
    step_sizes: tuple[sp.Rational, ...] = ()  # of the orbits in the pictures, falling


def numbers(model: Model, *, jobs: int = 1, progress: Progress | None = None) -> Numbers:
    """Check every statement for a model, and draw what the appendix shows.

    Raises what `verify` raises.
    """
    verdicts = runner.verify([model], jobs=jobs, progress=progress)
    names = {f"{model.name}/{h.label.split('/')[-1]}" for v in verdicts for h in v.hypotheses}
    assumed = [v for v in verdicts if v.label in names]
    others = [v for v in verdicts if v.label not in names]
    rows = tuple(map(_row, assumed)), tuple(map(_row, others))
    if any(v.outcome is not Outcome.PASS for v in assumed):  # no orbits that the theory speaks of
        return Numbers(model, *rows, (bifurcation_picture(model),))
    assumptions = Assumptions(model)
    plan = Plan(model, lipschitz=assumptions.lipschitz).with_runs(assumptions.z0_and_c[1])
    pictures = (bifurcation_picture(model, plan.etas[0], plan.starts), *_on_curve(plan))
    return Numbers(model, *rows, pictures, plan.etas)


def _on_curve(plan: Plan) -> tuple[Picture, ...]:
    """The figures of the slow curve; none for a third model that has it to first order only."""
    try:
        alignment = alignment_picture(plan, plan.etas[-1], _TERMS)
    except ReducedMapError:
        return ()
    return alignment, ladder_picture(plan, _TERMS)


def _row(verdict: Verdict) -> Row:
    evidence = verdict.evidence.value if verdict.evidence else ""
    coefficient, order = verdict.coefficient, verdict.order
    return Row(
        verdict.label,
        verdict.outcome.value,
        evidence,
        coefficient.exact if coefficient else "",
        coefficient.measured if coefficient else "",
        order.claimed if order else "",
        order.measured if order else "",
    )
