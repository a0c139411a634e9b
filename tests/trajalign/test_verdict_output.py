"""Verdicts on paper: JSON, JUnit, tables, and files that are whole or not there."""

import io
import json
import re
from dataclasses import replace
from importlib import resources
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from trajalign import verdict_output, verdict_tables
from trajalign.theory.curve.first_order import slow_curve
from trajalign.theory.models import HYPOTHESES
from trajalign.theory.models import of as model_of
from trajalign.theory.responses import ACTIVATIONS, LOSSES
from trajalign.theory.writing.plain_text import plain_text
from trajalign.verification.ledger import known_statements
from trajalign.verification.quantities import Compared, Order, Quantity
from trajalign.verification.running.runner import Control
from trajalign.verification.verdicts import Evidence, Outcome, Verdict

SCHEMA: dict[str, Any] = json.loads(
    (resources.files("trajalign") / "schemas" / "verify-1.json").read_text(encoding="utf-8")
)

COSH = "log(cosh(z))"


def verdict(label: str, outcome: Outcome, **more: Any) -> Verdict:
    model = label.split("/")[0] if label.split("/")[0] in HYPOTHESES else "linear"
    more.setdefault("response", COSH)
    return Verdict(label, model, outcome=outcome, **more)


WITNESS = {"z": "2", "r'(z)": "0.974383"}
A1 = verdict("linear/A1", Outcome.PASS, evidence=Evidence.SAMPLED)
A5 = verdict("linear/A5", Outcome.UNDECIDED, reason="sup |ℓ'| not settled")
MIXED = [
    A1,
    A5,
    verdict("linear/reduced-map", Outcome.PASS, evidence=Evidence.DERIVED, seconds=0.25),
    verdict(
        "linear/limit",
        Outcome.FAIL,
        evidence=Evidence.SAMPLED,
        reason="coefficient 0.76 instead of 0.75",
        witness=WITNESS,
        quantities={"coefficient": Compared("3/4", "0.76")},
        hypotheses=(A1, A5),
        seconds=1.5,
    ),
    verdict("linear/crossing", Outcome.NOT_APPLICABLE, reason="needs A5", hypotheses=(A5,)),
    verdict("linear/alignment", Outcome.UNDECIDED, reason="needs A5"),
    verdict("neuron/limit", Outcome.PASS, evidence=Evidence.SAMPLED, response="tanh(z)"),
]


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


# Tables ----------------------------------------------------------------------------------------


def printed(verdicts: list[Verdict], width: int = 80) -> list[str]:
    stream = io.StringIO()
    verdict_tables.print_verdicts(Console(file=stream, width=width), verdicts, 1.0)
    return stream.getvalue().splitlines()


CATALOGUE = [
    *(("linear", name) for name in LOSSES),
    *(("neuron", name) for name in ACTIVATIONS),
    ("neuron", "erf(sqrt(pi)*z/2)"),
    ("linear", "3*log(sinh(z)/z)"),
]


def full_run(kind: str, name: str) -> list[Verdict]:
    """All labels with the true exact values and a measured number of ten digits: no run needed."""
    model = model_of(kind, name)
    curve = slow_curve(model)
    exact: dict[str, sp.Expr] = {
        "bifurcation/flip": 2 * model.response.curvature,
        f"{kind}/alignment": curve.h_at_zero,
        f"{kind}/limit": curve.h_at_zero,
        f"{kind}/saturation": curve.saturation_coefficient,
        f"{kind}/crossing": curve.crossing_coefficient(model),
        f"{kind}/progressive-sharpening": 6 * curve.h_at_zero,
    }
    rows = [
        Verdict(f"{kind}/{n}", kind, model.response.text, Outcome.PASS, Evidence.SAMPLED)
        for n in HYPOTHESES[kind]
    ]
    for statement in known_statements(kind):
        quantities: dict[str, Quantity] = {}
        if statement.label in exact:
            value = exact[statement.label]
            quantities["coefficient"] = Compared.of(value, float(value) * 1.000012345)
            quantities["order"] = Order("4", "3.998", "eta")
        rows.append(
            Verdict(
                statement.label,
                kind,
                model.response.text,
                Outcome.PASS,
                Evidence.DERIVED if "map" in statement.label else Evidence.SAMPLED,
                quantities=quantities,
            )
        )
    return rows


@pytest.mark.parametrize(("kind", "name"), CATALOGUE)
def test_table_fits_80_columns_with_every_label_on_one_line(kind: str, name: str) -> None:
    lines = printed(full_run(kind, name))
    assert max(map(len, lines)) <= 80
    for statement in known_statements(kind):
        (row,) = (line for line in lines if line.split()[:1] == [statement.label])
        assert row.split()[1] == "pass"
    assert "…" not in "".join(lines)
    assert model_of(kind, name).response.text in lines[0]
    assert lines[-1].endswith("in 1.0 s")


def test_table_gathers_passing_hypotheses_and_shows_the_others() -> None:
    lines = printed(MIXED)
    row = ["hypotheses", "(1", "of", "2", "pass)", "undecided"]
    assert any(line.split() == row for line in lines)
    assert any(line.split()[:2] == ["linear/A5", "undecided"] for line in lines)
    assert not any(line.split()[:1] == ["linear/A1"] for line in lines)


def test_failure_is_explained_below_the_table() -> None:
    text = "\n".join(printed(MIXED))
    assert "linear/limit  coefficient 0.76 instead of 0.75" in text
    assert "witness: z = 2, r'(z) = 0.974383" in text
    assert "linear/crossing  needs A5" in text
    assert "3 pass, 2 undecided, 1 fail, 1 not-applicable in 1.0 s" in text


FLOW = verdict("linear/gradient-flow", Outcome.PASS, evidence=Evidence.SAMPLED)


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (Outcome.FAIL, "fails"),
        (Outcome.UNDECIDED, "undecided"),
        (Outcome.NOT_APPLICABLE, "does not apply"),
    ],
)
def test_a_pass_that_rests_on_no_pass_is_told_in_one_line(outcome: Outcome, words: str) -> None:
    below = verdict("linear/reduced-map", outcome, witness=WITNESS, reason="…")
    lines = printed([below, FLOW])
    expected = f"linear/gradient-flow  passes, but rests on linear/reduced-map: {words}"
    assert sum(line.strip() == expected for line in lines) == 1


def test_nothing_is_told_of_a_pass_that_rests_on_passes_or_on_what_was_not_asked_for() -> None:
    below = verdict("linear/reduced-map", Outcome.PASS, evidence=Evidence.DERIVED)
    for rows in ([below, FLOW], [FLOW]):
        assert "rests on" not in "".join(printed(rows))


FAILED = {"witness": WITNESS, "reason": "…", "evidence": Evidence.ENCLOSED}


@pytest.mark.parametrize(
    ("outcomes", "row"),
    [
        ((Outcome.PASS, Outcome.PASS), ["hypotheses (2 of 2)", "pass", "sampled"]),
        ((Outcome.PASS, Outcome.FAIL), ["hypotheses (1 of 2 pass)", "fail"]),
        ((Outcome.FAIL, Outcome.UNDECIDED), ["hypotheses (0 of 2 pass)", "fail"]),
        ((Outcome.PASS, Outcome.UNDECIDED), ["hypotheses (1 of 2 pass)", "undecided"]),
        ((Outcome.NOT_APPLICABLE, Outcome.PASS), ["hypotheses (1 of 2 pass)", "n/a"]),
    ],
)
def test_the_row_of_all_hypotheses_is_as_good_as_the_worst(
    outcomes: tuple[Outcome, Outcome], row: list[str]
) -> None:
    found = [
        verdict(f"linear/{name}", outcome, **(FAILED if outcome is Outcome.FAIL else {}))
        for name, outcome in zip(("A1", "A2"), outcomes, strict=True)
    ]
    passing = [
        replace(v, evidence=Evidence.SAMPLED) if v.outcome is Outcome.PASS else v for v in found
    ]
    (line,) = [x for x in printed([*passing, FLOW]) if "hypotheses (" in x]
    assert re.split(r"\s{2,}", line.strip()) == row


def test_controls_of_nothing_say_so() -> None:
    stream = io.StringIO()
    verdict_tables.print_controls(Console(file=stream, width=80), [], 1.0)
    assert "No falsified statement was tried" in stream.getvalue()


def test_square_brackets_in_a_reason_are_text_not_markup() -> None:
    row = verdict(
        "linear/limit", Outcome.FAIL, reason="[bold]p[/bold] [1.2 +/- 3]", witness={"a": "[b]"}
    )
    text = "\n".join(printed([row]))
    assert "[bold]p[/bold] [1.2 +/- 3]" in text
    assert "a = [b]" in text


def test_long_response_is_told_in_full() -> None:
    loss = "sqrt(1+z**2)/2 + 5000*sqrt(1+z**2/10000) + 0*log(1+z**2) + 12345*(1+z**2)**(9/20)"
    row = verdict("linear/A1", Outcome.FAIL, response=loss, reason="no", witness=WITNESS)
    joined = "".join(line.strip() for line in printed([row])).replace(" ", "")
    assert loss.replace(" ", "") in joined


def test_table_without_verdicts_says_so() -> None:
    assert printed([])[-1].strip().endswith("in 1.0 s")


def test_controls_fit_80_columns_with_every_label_on_one_line() -> None:
    long = ["linear/progressive-sharpening", "neuron/progressive-sharpening"]
    labels = [*long, "linear/crossing", "linear/A3"]
    text = "sqrt(1+z**2)/2 + 5000*sqrt(1+z**2/10000)"
    rows = [
        Control(label, text, "orbits of a wrong map: drift of q doubled", True, "off", {"t": "1"})
        for label in labels
    ]
    stream = io.StringIO()
    verdict_tables.print_controls(Console(file=stream, width=80), rows, 1.0)
    lines = stream.getvalue().splitlines()
    assert max(map(len, lines)) <= 80
    for label in labels:
        assert sum(line.split()[:1] == [label] for line in lines) == 1
    shown = {line.split()[0]: line for line in lines if line.strip()}
    assert "orbits of a wrong map: drift of q" in shown["linear/crossing"]
    assert text in shown["linear/A3"]  # the response that breaks it


def test_unrefuted_control_stands_out() -> None:
    rows = [
        Control("linear/limit", COSH, "off by 1 %", True, "x", {"t": "1"}),
        Control("linear/limit", COSH, "wrong sign", False, "", None),
    ]
    stream = io.StringIO()
    verdict_tables.print_controls(Console(file=stream, width=80), rows, 1.0)
    assert "NO" in stream.getvalue()
    assert "1 of 2 falsified statements refuted" in stream.getvalue()


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


def test_printed_ledger_says_of_every_label_what_it_claims_and_rests_on() -> None:
    stream = io.StringIO()
    ledger = [*known_statements("linear"), *known_statements("neuron")]
    verdict_tables.print_ledger(Console(file=stream, width=80), ledger)
    text = " ".join(stream.getvalue().split())
    for statement in ledger:
        needs = ", ".join((*statement.hypotheses, *statement.rests_on))
        about = f"for {statement.orbits}" if statement.orbits else ""
        numbers = " ".join(f"{name}: {plain_text(x)}" for name, x in statement.meanings)
        said = f"[{statement.origin}] {statement.conclusion} {about} {numbers} rests on {needs}"
        shown = f"{statement.label} {said}"
        assert " ".join(shown.split()) in text
    # In columns of a terminal: the tilde of λ̃ takes none.
    assert max(map(cell_len, stream.getvalue().splitlines())) <= 80
