"""Verdicts, controls and the ledger as JSON and as JUnit XML."""

import json
from importlib import resources
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mixed_verdicts import COSH, MIXED, WITNESS, verdict

from trajalign import verdict_output
from trajalign.verification.ledger import known_statements
from trajalign.verification.running.runner import Control
from trajalign.verification.verdicts import Evidence, Outcome

SCHEMA: dict[str, Any] = json.loads(
    (resources.files("trajalign") / "schemas" / "verify-1.json").read_text(encoding="utf-8")
)


def strict_json(text: str) -> Any:
    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    return json.loads(text, parse_constant=refuse)


# JSON ------------------------------------------------------------------------------------------


def test_json_has_the_layout_of_the_design() -> None:
    document = strict_json(verdict_output.verdicts_as_json(MIXED, "1.2.3"))
    jsonschema.validate(document, SCHEMA)
    assert document["version"] == "1.2.3"
    assert [row["label"] for row in document["results"]] == [v.label for v in MIXED]
    failed = document["results"][3]
    assert failed["witness"] == WITNESS
    assert failed["hypotheses"] == [
        {"name": "A1", "verdict": "pass", "evidence": "sampled"},
        {"name": "A5", "verdict": "undecided", "evidence": None},
    ]
    assert document["results"][4]["witness"] is None


def test_json_tells_how_every_label_stands() -> None:
    rows = json.loads(verdict_output.verdicts_as_json(MIXED, "1"))["results"]
    standing = {(row["model"], row["label"]): row["standing"] for row in rows}
    assert standing["linear", "linear/A1"] == {
        "verdict": "pass",
        "evidence": "sampled",
        "because": [],
    }
    neuron = standing["neuron", "neuron/limit"]  # alone of its response
    assert (neuron["verdict"], neuron["evidence"]) == ("not-checked", None)
    assert "neuron/alignment" in neuron["because"]


def test_json_has_the_controls_that_were_run_too() -> None:
    row = Control("linear/limit", COSH, "h(0) off by 1 %", True, "coefficient …", {"t": "3"})
    document = json.loads(verdict_output.verdicts_as_json(MIXED, "1", [row]))
    jsonschema.validate(document, SCHEMA)
    assert document["controls"][0]["falsified"] == "h(0) off by 1 %"
    assert "controls" not in json.loads(verdict_output.verdicts_as_json(MIXED, "1"))


def test_schema_refuses_a_failure_without_witness() -> None:
    document = json.loads(verdict_output.verdicts_as_json(MIXED, "1"))
    document["results"][3]["witness"] = None
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, SCHEMA)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("verdict", "maybe"),
        ("evidence", "proved"),
        ("label", "linear"),
        ("model", "a transformer"),
        ("seconds", -1),
        ("extra", 0),
    ],
)
def test_schema_refuses_what_is_no_verdict(place: str, value: object) -> None:
    document = json.loads(verdict_output.verdicts_as_json(MIXED, "1"))
    document["results"][0][place] = value
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, SCHEMA)


def test_schema_is_itself_a_schema_and_knows_every_word() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    row = SCHEMA["properties"]["results"]["items"]["properties"]
    assert set(row["verdict"]["enum"]) == {outcome.value for outcome in Outcome}
    words = {"derived", "sampled", "enclosed", "kernel-checked", None}
    assert set(row["evidence"]["enum"]) == words
    assert {evidence.value for evidence in Evidence} <= words


def test_json_of_nothing_is_valid() -> None:
    jsonschema.validate(json.loads(verdict_output.verdicts_as_json([], "1")), SCHEMA)


def test_json_of_controls() -> None:
    row = Control("linear/limit", COSH, "h(0) off by 1 %", True, "coefficient …", {"t": "3"})
    document = strict_json(verdict_output.controls_as_json([row], "1"))
    assert document["schema"] == "trajalign.controls/1"
    assert document["results"][0]["refuted"] is True
    assert document["results"][0]["label"] == "linear/limit"


TEXTS = st.text(st.characters(codec="utf-8"), max_size=30)


@given(reason=TEXTS, key=TEXTS, value=TEXTS, response=TEXTS, seconds=st.floats(0, 1e6))
@settings(deadline=None)
def test_any_text_survives_json(
    reason: str, key: str, value: str, response: str, seconds: float
) -> None:
    row = verdict(
        "linear/limit",
        Outcome.FAIL,
        reason=reason,
        response=response,
        witness={key: value},
        seconds=seconds,
    )
    document = strict_json(verdict_output.verdicts_as_json([row], "1"))
    jsonschema.validate(document, SCHEMA)
    (result,) = document["results"]
    assert (result["reason"], result["response"]) == (reason, response)
    assert result["witness"] == {key: value}


# JUnit -----------------------------------------------------------------------------------------


def test_junit_counts_what_it_contains() -> None:
    root = ElementTree.fromstring(verdict_output.verdicts_as_junit(MIXED))
    assert root.tag == "testsuites"
    cases, failures, skips = (root.findall(f".//{t}") for t in ("testcase", "failure", "skipped"))
    assert (len(cases), len(failures), len(skips)) == (7, 1, 3)
    for name, number in (("tests", 7), ("failures", 1), ("skipped", 3), ("errors", 0)):
        assert sum(int(suite.get(name, "0")) for suite in root.findall("testsuite")) == number
    assert [suite.get("name") for suite in root.findall("testsuite")] == [
        f"linear: {COSH}",
        "neuron: tanh(z)",
    ]


def test_junit_failure_carries_its_witness_and_skip_its_reason() -> None:
    root = ElementTree.fromstring(verdict_output.verdicts_as_junit(MIXED))
    found = {case.get("name"): case for case in root.findall(".//testcase")}
    failure = found["linear/limit"].find("failure")
    assert failure is not None
    message = failure.get("message", "")
    assert "coefficient 0.76 instead of 0.75" in message
    assert "z = 2" in message
    skipped = found["linear/crossing"].find("skipped")
    assert skipped is not None
    assert skipped.get("message") == "not-applicable: needs A5"
    assert float(found["linear/limit"].get("time", "")) == pytest.approx(1.5)


@pytest.mark.parametrize(("refuted", "failures"), [(True, 0), (False, 1)])
def test_junit_has_a_suite_of_the_controls(refuted: bool, failures: int) -> None:
    row = Control("linear/limit", COSH, "h(0) off by 1 %", refuted, "", None)
    root = ElementTree.fromstring(verdict_output.verdicts_as_junit(MIXED[:1], [row]))
    suites = {suite.get("name"): suite for suite in root.findall("testsuite")}
    (case,) = suites["negative controls"].findall("testcase")
    assert case.get("name") == "linear/limit: h(0) off by 1 %"
    assert len(case.findall("failure")) == failures
    assert suites["negative controls"].get("failures") == str(failures)


def test_junit_escapes_what_xml_needs_escaped() -> None:
    row = verdict("linear/limit", Outcome.FAIL, reason='|p| < "1" & q > 1 ≤ η', witness=WITNESS)
    root = ElementTree.fromstring(verdict_output.verdicts_as_junit([row]))
    (failure,) = root.findall(".//failure")
    assert '|p| < "1" & q > 1 ≤ η' in failure.get("message", "")


# The ledger ------------------------------------------------------------------------------------


def test_json_of_the_ledger() -> None:
    document = strict_json(verdict_output.ledger_as_json(known_statements("neuron"), "1"))
    assert document["schema"] == "trajalign.ledger/1"
    rows = {row["label"]: row for row in document["statements"]}
    assert rows["neuron/saturation"]["rests_on"] == ["neuron/limit", "neuron/sharpness"]
    assert rows["neuron/saturation"]["origin"] == "Song & Yun 2023"
    assert "pₜ ≠ 0 for all t" in rows["neuron/saturation"]["orbits"]
    assert rows["neuron/sharpness"]["orbits"] == ""
    assert "A2" not in rows["neuron/saturation"]["hypotheses"]
    assert rows["neuron/crossing"]["numbers"]["constant K(q0)"] == "K(q₀)"
