"""Verdicts as JSON and as JUnit XML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from types import MappingProxyType
from typing import Any

from junitparser import Failure, JUnitXml, Skipped, TestCase, TestSuite

from .files import dump
from .theory.models.options import with_options
from .theory.writing.plain_text import plain_text
from .verification.hypotheses.information import WORDS
from .verification.quantities import to_json
from .verification.running.runner import Control
from .verification.standing import Standing, standings
from .verification.statement import Statement
from .verification.verdicts import Outcome, Verdict

VERIFY_SCHEMA = "trajalign.verify/1"
LEDGER_SCHEMA = "trajalign.ledger/1"
CONTROLS_SCHEMA = "trajalign.controls/1"


def verdicts_as_json(
    verdicts: Sequence[Verdict],
    version: str,
    controls: Sequence[Control] = (),
    information: Sequence[Verdict] = (),
    called: Mapping[str, Mapping[str, str]] = MappingProxyType({}),
) -> str:
    """The verdicts, with controls, what was judged for information and what a reader calls some
    labels where there are such, in the layout of trajalign.verify/1."""
    results = [
        result(verdict) | {"standing": _standing(standing)}
        for verdict, standing in zip(verdicts, standings(verdicts), strict=True)
    ]
    document = {"schema": VERIFY_SCHEMA, "version": version, "results": results}
    more = {
        "controls": list(map(control_row, controls)),
        "information": informed_rows(information),
        "called": dict(called),
    }
    return dump(document | {name: rows for name, rows in more.items() if rows})


def informed_rows(information: Sequence[Verdict]) -> list[dict[str, Any]]:
    """What was judged for information as every JSON document has it."""
    return [result(verdict) | {"condition": WORDS[_name(verdict)]} for verdict in information]


def controls_as_json(controls: Sequence[Control], version: str) -> str:
    """The negative controls in the layout of schema trajalign.controls/1."""
    rows = [control_row(control) for control in controls]
    return dump({"schema": CONTROLS_SCHEMA, "version": version, "results": rows})


def control_row(control: Control) -> dict[str, Any]:
    """One control as every JSON document has it."""
    row = dict(vars(control))
    return row | with_options(row.pop("options"))


def ledger_as_json(
    ledger: Sequence[Statement],
    version: str,
    called: Mapping[str, Mapping[str, str]] = MappingProxyType({}),
) -> str:
    """The statements, and what a reader calls some of them, in the layout of schema
    trajalign.ledger/1."""
    rows = [_told(statement) for statement in ledger]
    document = {"schema": LEDGER_SCHEMA, "version": version, "statements": rows}
    return dump(document | ({"called": dict(called)} if called else {}))


def _told(statement: Statement) -> dict[str, Any]:
    numbers = {name: plain_text(meaning) for name, meaning in statement.numbers.items()}
    return {
        "label": statement.label,
        "model": statement.model,
        "conclusion": statement.conclusion,
        "hypotheses": statement.hypotheses,
        "origin": statement.origin,
        "rests_on": statement.rests_on,
        "orbits": statement.orbits,
        "numbers": numbers,
        "refuted_by": plain_text(statement.refuted_by),
    }


def verdicts_as_junit(verdicts: Sequence[Verdict], controls: Sequence[Control] = ()) -> str:
    """A JUnit report: one suite per response with a case per label, and one of the controls."""
    report = JUnitXml("trajalign")
    for (model, response), group in by_response(verdicts):
        suite = TestSuite(f"{model}: {response}")
        for verdict in group:
            suite.add_testcase(_case(verdict))
        report.add_testsuite(suite)
    if controls:
        suite = TestSuite("negative controls")
        for control in controls:
            suite.add_testcase(_control_case(control))
        report.add_testsuite(suite)
    report.update_statistics()  # type: ignore[no-untyped-call]  # junitparser is partly typed
    text: bytes = report.tostring()  # type: ignore[no-untyped-call]
    return text.decode()


def by_response(
    verdicts: Sequence[Verdict],
) -> list[tuple[tuple[str, str], list[Verdict]]]:
    """The verdicts grouped by what they are about, in their order."""
    groups = groupby(verdicts, key=lambda verdict: verdict.subject)
    return [(key, list(group)) for key, group in groups]


def _name(verdict: Verdict) -> str:
    return verdict.label.split("/")[-1]


def result(verdict: Verdict) -> dict[str, Any]:
    """One verdict as every JSON document has it."""
    return {
        "label": verdict.label,
        "model": verdict.model,
        **with_options(verdict.options),
        "response": verdict.response,
        "verdict": verdict.outcome.value,
        "evidence": verdict.evidence.value if verdict.evidence else None,
        "reason": verdict.reason,
        "parameters": dict(verdict.parameters),
        "quantities": to_json(verdict.quantities),
        "hypotheses": [
            {
                "name": _name(hypothesis),
                "verdict": hypothesis.outcome.value,
                "evidence": hypothesis.evidence.value if hypothesis.evidence else None,
            }
            for hypothesis in verdict.hypotheses
        ],
        "witness": dict(verdict.witness) if verdict.witness else None,
        "seconds": round(verdict.seconds, 4),
        **({"kernel": vars(verdict.read)} if verdict.read else {}),
    }


def _standing(standing: Standing) -> dict[str, Any]:
    return {
        "verdict": standing.outcome,
        "evidence": standing.evidence.value if standing.evidence else None,
        "because": list(standing.because),
    }


def _case(verdict: Verdict) -> TestCase:
    case = TestCase(verdict.label, classname=verdict.response, time=verdict.seconds)
    if verdict.outcome is Outcome.FAIL:
        witness = ", ".join(f"{k} = {v}" for k, v in (verdict.witness or {}).items())
        case.result = [Failure(f"{verdict.reason}; witness: {witness}")]
    elif verdict.outcome is not Outcome.PASS:
        case.result = [Skipped(f"{verdict.outcome.value}: {verdict.reason}")]
    return case


def _control_case(control: Control) -> TestCase:
    case = TestCase(f"{control.label}: {control.falsified}", classname=control.given)
    if not control.refuted:
        case.result = [Failure("a falsified statement was not refuted")]
    return case
