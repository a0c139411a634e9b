"""From models to verdicts: judge the hypotheses, derive the claims, run them, judge them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ...numerics.pools import Progress, workers
from ...theory.arguments import each, instance, integer, one_of, optional, takes
from ...theory.errors import InputError
from ...theory.hypotheses import NAMES
from ...theory.models import HYPOTHESES, MODEL, Model
from ...theory.models.options import told
from ..consequences import with_consequence
from ..controls import twins, with_wrong_map
from ..hypotheses.assumptions import Assumptions
from ..ledger import known_statements, statements_about
from ..measuring.orbit_view import SILENT
from ..statement import Statement
from ..verdicts import Outcome, Verdict
from .options import Options
from .preparation import Prepared, prepare
from .trials import Collected, Stopped, Trial, collect, spread


@dataclass(frozen=True)
class Control:
    """One falsified statement and what its check said of it."""

    label: str
    response: str
    falsified: str
    refuted: bool
    objection: str
    witness: Mapping[str, str] | None
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def given(self) -> str:
        """The response, with the settings of the model."""
        return told(self.response, self.options)

    @property
    def of_hypothesis(self) -> bool:
        """Whether it is a response that breaks a hypothesis rather than a wrong statement."""
        return self.label.split("/")[-1] in NAMES


@dataclass(frozen=True)
class Report:
    """What a run found: verdicts, and what became of falsified statements.

    `information` are verdicts on conditions that no statement needs; `unfinished` are the labels
    that an interrupt left without a verdict.
    """

    verdicts: list[Verdict]
    controls: list[Control]
    information: tuple[Verdict, ...] = ()
    unfinished: tuple[str, ...] = ()


class InterruptedRunError(KeyboardInterrupt):
    """An interrupt of a run, with the `report` of what was finished."""

    def __init__(self, report: Report) -> None:
        super().__init__()
        self.report = report


@takes(model=one_of(HYPOTHESES))
def known_labels(model: str) -> tuple[str, ...]:
    """Every label of a model: hypotheses first, then statements, in the order of checking.

    >>> known_labels("neuron")[-1]
    'theorem/gradient-flow'
    """
    names = tuple(f"{model}/{name}" for name in HYPOTHESES[model])
    return names + tuple(s.label for s in known_statements(model))


def labels_of(model: Model) -> tuple[str, ...]:
    """The same for any model, a third one too."""
    names = tuple(f"{model.name}/{name}" for name in model.hypotheses)
    return names + tuple(s.label for s in statements_about(model))


def require_known(labels: Iterable[str], models: Sequence[Model], name: str) -> None:
    """Raise InputError, which calls the labels `name`, for one that none of the models has."""
    known = list(dict.fromkeys(label for model in models for label in labels_of(model)))
    for label in labels:
        if label not in known:
            close = difflib.get_close_matches(label, known, n=1)
            hint = f"did you mean {close[0]}? " if close else ""
            raise InputError(f"{name} {label[:60]!r}: {hint}known are {', '.join(known)}")


@takes(models=each(MODEL), options=optional(instance(Options)), jobs=integer)
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
    return examine(models, options, controls=False, jobs=jobs, progress=progress).verdicts


@takes(models=each(MODEL), options=optional(instance(Options)), jobs=integer)
def control(
    models: Sequence[Model],
    options: Options | None = None,
    *,
    jobs: int = 1,
    progress: Progress | None = None,
) -> list[Control]:
    """Run every check against falsified statements; each of them ought to be refuted."""
    return examine(models, options, verdicts=False, jobs=jobs, progress=progress).controls


def examine(
    models: Sequence[Model],
    options: Options | None = None,
    *,
    verdicts: bool = True,
    controls: bool = True,
    jobs: int = 1,
    progress: Progress | None = None,
) -> Report:
    """`verify` and `control` in one, which share their orbits. Raises InputError as they do, and
    InterruptedRunError where an interrupt comes while the statements are tried."""
    options = options or Options()
    prepared: list[Prepared] = []
    try:
        with workers(jobs, forked=True) as pool:
            one_of_each = {model.designation: model for model in models} if controls else {}
            jobs_of = [(one_of_each[name], options) for name in sorted(one_of_each)]
            broken = spread(pool, _hypothesis_controls, jobs_of)
            prepared += spread(pool, prepare, [(model, options) for model in models])
            trials = [trial for entry in prepared for _, trial in entry.trials]
            right = trials if verdicts else []
            wrong = [w for trial in trials for w in _falsified_trials(trial)] if controls else []
            collected = collect([*right, *wrong], pool, progress)
    except Stopped as stopped:
        if not verdicts:
            raise
        raise InterruptedRunError(_reported(prepared, options, stopped.collected)) from None
    report = _reported(prepared, options, collected) if verdicts else Report([], [])
    rows = [row for group in broken for row in group]
    beyond = collected[len(right) :]
    rows += [_control(trial, runs) for trial, runs in zip(wrong, beyond, strict=True)]
    return replace(report, controls=rows)


def _reported(
    prepared: Sequence[Prepared], options: Options, collected: Sequence[Collected | None]
) -> Report:
    """The verdicts on all that was finished; controls apart."""
    found = iter(collected)
    verdicts: list[Verdict] = []
    unfinished: list[str] = []
    for entry in prepared:
        judged = {verdict.label: verdict for verdict in entry.settled}
        for statement, trial in entry.trials:
            if (runs := next(found)) is None:
                unfinished.append(statement.label)
            else:
                judged[statement.label] = _judge(entry, statement, trial, runs)
        verdicts += _shown_hypotheses(entry, options)
        verdicts += [judged[s.label] for s in statements_about(entry.model) if s.label in judged]
    information = tuple(verdict for entry in prepared for verdict in entry.information)
    return Report(verdicts, [], information, tuple(unfinished))


def _control(trial: Trial, found: Collected) -> Control:
    claim, judged = trial.claim, trial.claim.judge(trial.plan, found.runs)
    witness = dict(judged.witness) if judged.witness else None
    model, objection = trial.plan.model, judged.objection
    row = (claim.label, model.response.text, claim.falsified, bool(objection), objection, witness)
    return Control(*row, model.settings)


def _judge(entry: Prepared, statement: Statement, trial: Trial, found: Collected) -> Verdict:
    judged = trial.claim.judge(trial.plan, found.runs)
    outcome = Outcome.FAIL if judged.objection else Outcome.PASS
    if judged.undecided:
        silent = judged.undecided.startswith(SILENT)
        outcome = Outcome.NOT_APPLICABLE if silent else Outcome.UNDECIDED
    return Verdict(
        statement.label,
        entry.model.name,
        entry.model.response.text,
        outcome,
        None if judged.undecided else judged.evidence,
        reason=judged.undecided or judged.objection,
        parameters=trial.claim.parameters(trial.plan),
        quantities=with_consequence(statement.label, trial.plan, judged.quantities),
        hypotheses=tuple(entry.hypotheses[name] for name in statement.hypotheses),
        witness=judged.witness,
        seconds=found.seconds,
        options=entry.model.settings,
    )


def _shown_hypotheses(entry: Prepared, options: Options) -> list[Verdict]:
    """The hypotheses asked for, and those that the statements asked for rest on."""
    needed = {
        name
        for statement in statements_about(entry.model)
        if options.wants(statement.label)
        for name in statement.hypotheses
    }
    return [
        verdict
        for name, verdict in entry.hypotheses.items()
        if options.wants(verdict.label) or name in needed
    ]


def _falsified_trials(right: Trial) -> list[Trial]:
    trials = [Trial(claim, right.plan) for claim in right.claim.falsified_copies()]
    if right.claim.on_orbits:
        claim = right.claim.wrong("orbits of a wrong map: drift of q doubled")
        trials.append(Trial(claim, replace(right.plan, model=with_wrong_map(right.plan.model))))
    return trials


def _hypothesis_controls(job: tuple[Model, Options]) -> list[Control]:
    (model, options), rows = job, []
    for hypothesis, response in twins(model).items():
        label = f"{model.name}/{hypothesis}"
        if not options.wants(label):
            continue
        verdict = Assumptions(model.with_response(response)).verdicts[hypothesis]
        refuted = verdict.outcome is Outcome.FAIL
        witness = dict(verdict.witness) if verdict.witness else None
        row = (label, response.text, "a response without it", refuted, verdict.reason, witness)
        rows.append(Control(*row, model.settings))
    return rows
