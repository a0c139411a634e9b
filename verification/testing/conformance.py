"""The ledger as pytest tests of users' own losses, activations and models.

Needs pytest and its plugin `trajalign`, which comes with this package.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

import pytest

from ...theory import models
from ...theory.errors import InputError
from ...theory.models import Model, Response
from ..measuring.effort import EFFORTS, QUICK, THOROUGH, Effort
from ..running.options import Options
from ..running.runner import labels_of, verify
from ..verdicts import Outcome, Verdict

MARK = "trajalign_checks"


@dataclass(frozen=True)
class Check:
    """The check of one label; called with a model, it passes, fails, skips or xfails the test."""

    label: str
    profile: Effort = QUICK

    def __call__(self, model: Model) -> None:
        """Fails where the verdict does, with reason, witness and parameters (the seed is one).

        A statement whose hypotheses fail does not apply: the test is skipped. A claim that can be
        neither confirmed nor refuted is an expected failure: seen in the report, not in the status.
        """
        verdict = judged(model, self.label, self.profile)
        match verdict.outcome:
            case Outcome.FAIL:
                pytest.fail(explanation(model, verdict, self.profile), pytrace=False)
            case Outcome.NOT_APPLICABLE:
                pytest.skip(f"not applicable: {verdict.reason}")
            case Outcome.UNDECIDED:
                pytest.xfail(f"undecided: {verdict.reason}")


@dataclass(frozen=True)
class Case:
    """One test to be: a model, a label, and why it is expected to fail ("" where it is not)."""

    model: Model
    label: str
    known_failure: str = ""

    def parameters(self, profile: Effort) -> tuple[Model, Check]:
        """The arguments `model` and `check` of the test."""
        return self.model, Check(self.label, profile)

    @property
    def name(self) -> str:
        """The test's id."""
        return f"{self.model.given}-{self.label}"


def parametrize_with_checks(
    items: Iterable[Model | Response], *, expected_failures: Mapping[str, str] | None = None
) -> pytest.MarkDecorator:
    """One test per model and label, as scikit-learn's decorator of this name does for estimators.

    Parameters: losses (for the two-layer linear network), activations (for the single neuron) or
    models; labels that are known to fail, each with the reason (strict: a pass then fails the
    test). Returns: a decorator for a test function with the arguments `model` and `check`. Raises
    InputError for anything that is no model, for no model at all, and for an unknown label.

    >>> from trajalign.theory.models import Loss
    >>> @parametrize_with_checks([Loss.parse("log-cosh")])
    ... def test_my_loss(model, check):
    ...     check(model)
    """
    chosen, failures = [_model(item) for item in items], expected_failures or {}
    if not chosen:
        raise InputError("parametrize_with_checks: give at least one loss, activation or model")
    known = {label for model in chosen for label in labels_of(model)}
    unknown = sorted(set(failures) - known)
    if unknown:
        raise InputError(f"expected_failures: {unknown[0]!r} is not one of {sorted(known)}")
    cases = tuple(
        Case(model, label, failures.get(label, ""))
        for model in chosen
        for label in labels_of(model)
    )
    mark: pytest.MarkDecorator = getattr(pytest.mark, MARK)
    return mark(cases)


def parameter_sets(cases: Iterable[Case], profile: str) -> list[object]:
    """The cases as pytest's parameter sets, under the profile of that name."""
    found: list[object] = []
    for case in cases:
        known = case.known_failure
        marks = [pytest.mark.xfail(reason=known, strict=True)] if known else []
        found.append(pytest.param(*case.parameters(EFFORTS[profile]), id=case.name, marks=marks))
    return found


def judged(model: Model, label: str, profile: Effort = QUICK) -> Verdict:
    """The verdict on one label; what is judged for it is kept for the other tests of the process.

    Hypotheses are judged together, and statements, which share their orbits, together.

    >>> from trajalign.theory.models import Loss, TwoLayerLinear
    >>> judged(TwoLayerLinear(Loss.parse("cosh(z) - 1")), "linear/A1").outcome.value
    'fail'
    """
    first = frozenset(f"{model.name}/{name}" for name in model.hypotheses)
    others = frozenset(labels_of(model)) - first
    return _verdicts(model, first if label in first else others, profile)[label]


@cache
def _verdicts(model: Model, labels: frozenset[str], profile: Effort) -> Mapping[str, Verdict]:
    found = verify([model], Options(labels, effort=profile))
    return {verdict.label: verdict for verdict in found}


def explanation(model: Model, verdict: Verdict, profile: Effort) -> str:
    """A failing verdict for people: the reason, where it fails, and how to see it again."""
    lines = [f"{verdict.label} fails for {verdict.response}: {verdict.reason}"]
    for title, values in (("witness", verdict.witness), ("parameters", verdict.parameters)):
        if values:
            shown = ", ".join(f"{name} = {value}" for name, value in values.items())
            lines.append(f"{title}: {shown}")
    if models.is_built_in(model):  # what the command line can make
        words = ["trajalign", "verify", model.name, model.kind.option, verdict.response]
        words += [w for name, value in model.settings.items() for w in (f"--{name}", value)]
        words += ["--statement", verdict.label]
        words += ["--thorough"] if profile == THOROUGH else []
        lines.append(f"again: {shlex.join(words)}")
    return "\n".join(lines)


def _model(item: Model | Response) -> Model:
    match item:
        case Model():
            return item
        case Response():
            return models.for_response(item)
    raise InputError(
        f"parametrize_with_checks: {item!r} is no loss, activation or model; "
        "make one with Loss.parse or Activation.parse"
    )
