"""From models to verdicts: judge the hypotheses, derive the claims, run them, judge them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import sympy as sp

from ..numerics.pools import workers
from ..theory.errors import InputError
from ..theory.models import Model, SingleNeuron, TwoLayerLinear
from ..theory.responses import Activation, Loss
from ..theory.statements import HYPOTHESES, Statement, statements
from .assumptions import Assumptions
from .checks import claim_for
from .claims import NotApplicableError
from .controls import TWINS, falsified, with_wrong_map
from .curve_claims import ExactClaim
from .exponential_claims import ExponentialClaim
from .orbit_claims import OrbitClaim
from .plans import Plan
from .verdicts import Outcome, Verdict
from .work import Collected, Progress, Trial, collect, spread


@dataclass(frozen=True)
class Options:
    """What to check: labels (empty for all), the largest step size, decimal digits."""

    labels: frozenset[str] = frozenset()
    top: sp.Rational | None = None
    digits: int = 50

    def wants(self, label: str) -> bool:
        """Whether a label is to be checked."""
        return not self.labels or label in self.labels


@dataclass(frozen=True)
class Prepared:
    """What is known before the first orbit."""

    model: Model
    hypotheses: dict[str, Verdict]
    settled: tuple[Verdict, ...]  # statements that cannot be tried
    trials: tuple[tuple[Statement, Trial], ...]


@dataclass(frozen=True)
class Control:
    """One falsified statement and what its check said of it."""

    label: str
    response: str
    falsified: str
    refuted: bool
    objection: str
    witness: dict[str, str] | None


def known_labels(model: str) -> tuple[str, ...]:
    """Every label of a model: hypotheses first, then statements, in the order of checking.

    >>> known_labels("neuron")[-1]
    'neuron/progressive-sharpening'
    """
    names = tuple(f"{model}/{name}" for name in HYPOTHESES[model])
    return names + tuple(s.label for s in statements(model))


def verify(
    models: Sequence[Model],
    options: Options | None = None,
    *,
    jobs: int = 1,
    progress: Progress | None = None,
) -> list[Verdict]:
    """Judge every hypothesis and every statement for every model.

    `jobs` > 1 spreads the work over that many processes. Raises InputError for bad options.
    """
    options = options or Options()
    with workers(jobs) as pool:
        prepared = spread(pool, _prepare, [(model, options) for model in models])
        trials = [trial for entry in prepared for _, trial in entry.trials]
        collected = iter(collect(trials, pool, progress))
    verdicts: list[Verdict] = []
    for entry in prepared:
        judged = {verdict.label: verdict for verdict in entry.settled}
        for statement, trial in entry.trials:
            judged[statement.label] = _judge(entry, statement, trial, next(collected))
        verdicts += _shown_hypotheses(entry, options)
        verdicts += [judged[s.label] for s in statements(entry.model.name) if s.label in judged]
    return verdicts


def control(
    models: Sequence[Model],
    options: Options | None = None,
    *,
    jobs: int = 1,
    progress: Progress | None = None,
) -> list[Control]:
    """Run every check against falsified statements; each of them ought to be refuted."""
    options = options or Options()
    with workers(jobs) as pool:
        names = sorted({model.name for model in models})
        rows = [row for name in names for row in _hypothesis_controls(name, options)]
        prepared = spread(pool, _prepare, [(model, options) for model in models])
        right = [trial for entry in prepared for _, trial in entry.trials]
        wrong = [control for trial in right for control in _falsified_trials(trial)]
        collected = collect(wrong, pool, progress)
    for trial, found in zip(wrong, collected, strict=True):
        claim, judged = trial.claim, trial.claim.judge(trial.plan, found.runs)
        witness = dict(judged.witness) if judged.witness else None
        text, objection = trial.plan.model.response.text, judged.objection
        rows.append(
            Control(claim.label, text, claim.falsified, bool(objection), objection, witness)
        )
    return rows


def _prepare(job: tuple[Model, Options]) -> Prepared:
    """Judge the hypotheses, derive the predictions, and decide which statements apply."""
    model, options = job
    assumptions = Assumptions(model)
    found = assumptions.verdicts
    passing = {name for name, verdict in found.items() if verdict.outcome is Outcome.PASS}
    plan = Plan(model, options.digits, assumptions.lipschitz if "A5" in passing else None)
    if len(passing) == len(found):
        plan = plan.with_runs(assumptions.z0_and_c[1], options.top)
    settled, trials = [], []
    for statement in statements(model.name):
        if not options.wants(statement.label):
            continue
        missing = [found[name] for name in statement.hypotheses if name not in passing]
        if missing:
            settled.append(_not_tried(statement, model, found, missing))
            continue
        try:
            trials.append((statement, Trial(claim_for(statement.label, plan), plan)))
        except NotApplicableError as error:
            settled.append(_settled(statement, model, found, Outcome.NOT_APPLICABLE, str(error)))
        except InputError as error:  # a prediction that cannot be derived or computed
            settled.append(_settled(statement, model, found, Outcome.UNDECIDED, str(error)))
    return Prepared(model, found, tuple(settled), tuple(trials))


def _not_tried(
    statement: Statement, model: Model, found: dict[str, Verdict], missing: list[Verdict]
) -> Verdict:
    open_only = all(verdict.outcome is Outcome.UNDECIDED for verdict in missing)
    outcome = Outcome.UNDECIDED if open_only else Outcome.NOT_APPLICABLE
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
    )


def _judge(entry: Prepared, statement: Statement, trial: Trial, found: Collected) -> Verdict:
    judged = trial.claim.judge(trial.plan, found.runs)
    outcome = Outcome.FAIL if judged.objection else Outcome.PASS
    return Verdict(
        statement.label,
        entry.model.name,
        entry.model.response.text,
        Outcome.UNDECIDED if judged.undecided else outcome,
        None if judged.undecided else judged.evidence,
        reason=judged.undecided or judged.objection,
        parameters=trial.claim.parameters(trial.plan),
        quantities=judged.quantities,
        hypotheses=tuple(entry.hypotheses[name] for name in statement.hypotheses),
        witness=judged.witness,
        seconds=found.seconds,
    )


def _shown_hypotheses(entry: Prepared, options: Options) -> list[Verdict]:
    """The hypotheses asked for, and those that the statements asked for rest on."""
    needed = {
        name
        for statement in statements(entry.model.name)
        if options.wants(statement.label)
        for name in statement.hypotheses
    }
    return [
        verdict
        for name, verdict in entry.hypotheses.items()
        if options.wants(verdict.label) or name in needed
    ]


def _falsified_trials(right: Trial) -> list[Trial]:
    trials = [Trial(claim, right.plan) for claim in falsified(right.claim)]
    if isinstance(right.claim, OrbitClaim | ExactClaim | ExponentialClaim):
        claim = replace(right.claim, falsified="orbits of a wrong map: drift of q doubled")
        trials.append(Trial(claim, replace(right.plan, model=with_wrong_map(right.plan.model))))
    return trials


def _hypothesis_controls(name: str, options: Options) -> list[Control]:
    rows = []
    for hypothesis, text in TWINS[name].items():
        label = f"{name}/{hypothesis}"
        if not options.wants(label):
            continue
        linear = name == "linear"
        model = TwoLayerLinear(Loss.parse(text)) if linear else SingleNeuron(Activation.parse(text))
        verdict = Assumptions(model).verdicts[hypothesis]
        refuted = verdict.outcome is Outcome.FAIL
        witness = dict(verdict.witness) if verdict.witness else None
        rows.append(Control(label, text, "a response without it", refuted, verdict.reason, witness))
    return rows
