"""JSON and JUnit of `trajalign verify`: alone on stdout, or in a file whole or not there."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
from calling import Called, one_line
from verify_runs import FAILING, LIMIT, QUICK, trajalign

from trajalign import __version__

# The layout in short; tests/trajalign/test_verdict_output.py has it in full.
RESULT_KEYS = {
    *("label", "model", "response", "verdict", "evidence", "reason"),
    *("parameters", "quantities", "hypotheses", "standing", "witness", "seconds"),
}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["schema", "version", "results"],
    "additionalProperties": False,
    "properties": {
        "schema": {"const": "trajalign.verify/1"},
        "version": {"const": __version__},
        "results": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": sorted(RESULT_KEYS),
                "additionalProperties": False,
                "properties": {
                    **{key: {} for key in RESULT_KEYS},
                    "label": {"type": "string"},
                    "model": {"enum": ["linear", "neuron"]},
                    "verdict": {"enum": ["pass", "fail", "undecided", "not-applicable"]},
                    "evidence": {"enum": ["derived", "sampled", "enclosed", None]},
                    "parameters": {
                        "type": "object",
                        "properties": {
                            "eta": {
                                "type": "array",
                                "items": {"type": "string", "pattern": r"^\d+(/\d+)?$"},
                            },
                            "digits": {"type": "integer"},
                        },
                    },
                    "quantities": {
                        "type": "object",
                        "properties": {
                            "coefficient": {
                                "type": "object",
                                "required": ["exact", "measured"],
                                "additionalProperties": {"type": "string"},
                            }
                        },
                    },
                    "hypotheses": {
                        "type": "array",
                        "items": {"type": "object", "required": ["name", "verdict", "evidence"]},
                    },
                    "witness": {"type": ["object", "null"]},
                    "seconds": {"type": "number", "minimum": 0},
                },
            },
        },
    },
}


# JSON ------------------------------------------------------------------------------------------


def test_json_on_stdout_is_all_there_is_on_stdout() -> None:
    done = trajalign(*LIMIT, "--eta", "1/40", "--json", "-")
    assert (done.returncode, done.stderr) == (0, "")
    document = json.loads(done.stdout)
    jsonschema.validate(document, SCHEMA)
    limit = document["results"][-1]
    assert limit["label"] == "neuron/limit"
    assert limit["quantities"]["coefficient"]["exact"] == "3/8"  # −1/r''(0), r''(0) = −8/3
    assert limit["parameters"]["eta"][:2] == ["1/40", "1/80"]
    assert [h["name"] for h in limit["hypotheses"]] == [
        r["label"].split("/")[1] for r in document["results"][:-1]
    ]


def test_json_of_a_failure_has_a_witness(verify: Callable[..., Called]) -> None:
    code, out, _ = verify(*FAILING, "--json", "-")
    document = json.loads(out)
    jsonschema.validate(document, SCHEMA)
    (row,) = document["results"]
    assert code == 1
    assert row["verdict"] == "fail"
    assert row["witness"]["z"] == "2"


def test_json_of_controls_on_stdout(verify: Callable[..., Called]) -> None:
    code, out, _ = verify(*QUICK, "--controls", "--json", "-")
    document = json.loads(out)
    assert code == 0
    assert document["schema"] == "trajalign.controls/1"
    assert {row["refuted"] for row in document["results"]} == {True}
    assert len(document["results"]) >= 2


def test_json_file_beside_the_table(verify: Callable[..., Called], tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    code, out, _ = verify(*QUICK, "--json", str(path))
    assert code == 0
    assert "linear/reduced-map" in out
    jsonschema.validate(json.loads(path.read_text(encoding="utf-8")), SCHEMA)
    assert list(tmp_path.iterdir()) == [path]


def test_file_is_written_for_failing_verdicts_too(
    verify: Callable[..., Called], tmp_path: Path
) -> None:
    path = tmp_path / "results.json"
    code, _, _ = verify(*FAILING, "--json", str(path))
    assert code == 1
    assert json.loads(path.read_text(encoding="utf-8"))["results"][0]["verdict"] == "fail"


def test_existing_file_is_kept_when_the_run_fails(
    verify: Callable[..., Called], tmp_path: Path
) -> None:
    path = tmp_path / "results.json"
    path.write_text("precious")
    code, _, _ = verify("linear", "--loss", "log-cosh", "--eta", "5", "--json", str(path))
    assert code == 2
    assert path.read_text() == "precious"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.usefixtures("no_work")
@pytest.mark.parametrize("option", ["--json", "--junit"])
@pytest.mark.parametrize("place", [".", "missing/out", "file/out"])
def test_unwritable_target_is_refused_before_any_work(
    option: str, place: str, verify: Callable[..., Called], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("precious")
    code, out, err = verify(*QUICK, option, str(tmp_path / place))
    assert (code, out) == (2, "")
    assert "cannot write" in one_line(err)
    assert (tmp_path / "file").read_text() == "precious"
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


@pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() == 0, reason="permissions do not bind this user"
)
@pytest.mark.usefixtures("no_work")
def test_unwritable_directory_is_refused_before_any_work(
    verify: Callable[..., Called], tmp_path: Path
) -> None:
    tmp_path.chmod(0o500)
    try:
        code, _, err = verify(*QUICK, "--json", str(tmp_path / "out.json"))
    finally:
        tmp_path.chmod(0o700)
    assert code == 2
    assert "not writable" in one_line(err)


def test_two_reports_do_not_share_stdout(verify: Callable[..., Called]) -> None:
    """--json - writes nothing else to stdout: asking for JUnit there as well is refused."""
    code, out, err = verify(*QUICK, "--json", "-", "--junit", "-")
    assert (code, out) == (2, "")
    one_line(err)


# JUnit -----------------------------------------------------------------------------------------


def test_junit_file_counts_match_the_verdicts(
    verify: Callable[..., Called], tmp_path: Path
) -> None:
    # log(1+z²)/2 breaks A2 alone: one failure; what needs A2 is skipped.
    xml, js = tmp_path / "out.xml", tmp_path / "out.json"
    code, out, _ = verify(
        *("linear", "--loss", "log(1+z**2)/2", "--jobs", "1"),
        *("--junit", str(xml), "--json", str(js)),
    )
    assert code == 1
    rows = json.loads(js.read_text(encoding="utf-8"))["results"]
    root = ElementTree.parse(xml).getroot()
    numbers = {
        tag: len(root.findall(f".//{tag}")) for tag in ("testcase", "failure", "skipped", "error")
    }
    verdicts = [row["verdict"] for row in rows]
    assert numbers == {
        "testcase": len(rows),
        "failure": verdicts.count("fail"),
        "skipped": verdicts.count("not-applicable") + verdicts.count("undecided"),
        "error": 0,
    }
    assert numbers["failure"] == 1
    (suite,) = root.findall("testsuite")
    assert int(suite.get("failures", "")) == numbers["failure"]
    assert int(suite.get("skipped", "")) == numbers["skipped"]
    assert int(suite.get("tests", "")) == len(rows)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out.json", "out.xml"]
    assert "linear/A2" in out


def test_junit_on_stdout_is_all_there_is(verify: Callable[..., Called]) -> None:
    code, out, _ = verify(*QUICK, "--junit", "-")
    assert code == 0
    assert len(ElementTree.fromstring(out).findall(".//testcase")) == 2
