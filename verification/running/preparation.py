"""What is known before the first orbit: hypotheses judged, statements that apply, their claims."""

from __future__ import annotations

from dataclasses import dataclass

from ...theory.errors import InputError, ReducedMapError
from ...theory.models import Model
from ..hypotheses.assumptions import Assumptions
from ..hypotheses.information import informed
from ..ledger import claim_for, silent_about, statements_about
from ..measuring.claims import NotApplicableError
from ..measuring.flat_claims import not_flat
from ..measuring.plans import Plan
from ..statement import Statement
from ..verdicts import Outcome, Verdict, worst
from .options import Options
from .trials import Trial

_ON_ORBITS = "A4"  # the hypothesis that all statements about orbits along the slow curve have


def _of_the_flat(model: Model) -> frozenset[str]:
    """The hypotheses without which there are orbits on the edge all the same."""
    return frozenset() if not_flat(model) else frozenset(("A4", "curved"))


@dataclass(frozen=True)
class Prepared:
    """What is known before the first orbit."""

    model: Model
    hypotheses: dict[str, Verdict]
    settled: tuple[Verdict, ...]  # statements that cannot be tried
    trials: tuple[tuple[Statement, Trial], ...]
    information: tuple[Verdict, ...] = ()  # on what no statement needs; only of a whole run


def prepare(job: tuple[Model, Options]) -> Prepared:
    """Judge the hypotheses, derive the predictions, and decide which statements apply."""
    model, options = job
    assumptions = Assumptions(model)
    found = assumptions.verdicts
    passing = {name for name, verdict in found.items() if verdict.outcome is Outcome.PASS}
    lipschitz = assumptions.lipschitz if "A5" in passing else None
    digits = options.digits or options.effort.digits
    plan = Plan(model, digits, lipschitz, effort=options.effort)
    no_curve = ""
    if set(found) - passing <= _of_the_flat(model):
        try:
            plan = plan.with_runs(assumptions.z0_and_c[1], options.top)
        except ReducedMapError as error:
            no_curve = str(error)
    settled, trials = [], []
    for statement in statements_about(model):
        if not options.wants(statement.label):
            continue
        if why := silent_about(statement.label, model):
            if statement.label in options.labels:  # else it is left out, as of another model
                settled.append(_settled(statement, model, found, Outcome.NOT_APPLICABLE, why))
            continue
        missing = [found[name] for name in statement.hypotheses if name not in passing]
        if missing:
            settled.append(_not_tried(statement, model, found, missing))
            continue
        try:
            if no_curve and _ON_ORBITS in statement.hypotheses:
                raise NotApplicableError(no_curve)
            trials.append((statement, Trial(claim_for(statement.label, plan), plan)))
        except (NotApplicableError, ReducedMapError) as error:
            settled.append(_settled(statement, model, found, Outcome.NOT_APPLICABLE, str(error)))
        except InputError as error:  # a prediction that cannot be derived or computed
            settled.append(_settled(statement, model, found, Outcome.UNDECIDED, str(error)))
    besides = () if options.labels else tuple(v for v, _ in informed(assumptions).values())
    return Prepared(model, found, tuple(settled), tuple(trials), besides)


def _not_tried(
    statement: Statement, model: Model, found: dict[str, Verdict], missing: list[Verdict]
) -> Verdict:
    # Where one is undecided and none fails, those that do not apply wait for that one.
    undecided = worst([verdict.outcome for verdict in missing]) is Outcome.UNDECIDED
    outcome = Outcome.UNDECIDED if undecided else Outcome.NOT_APPLICABLE
    names = ", ".join(verdict.label.split("/")[-1] for verdict in missing)
    return _settled(statement, model, found, outcome, f"needs {names}")


def _settled(
    statement: Statement, model: Model, found: dict[str, Verdict], outcome: Outcome, reason: str
) -> Verdict:
    return Verdict(
        statement.label,
        model.name,
        model.response.text,
        outcome,
        reason=reason,
        hypotheses=tuple(found[name] for name in statement.hypotheses),
        options=model.settings,
    )
