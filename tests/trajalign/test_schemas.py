"""The published JSON Schemas: what the commands write keeps to them, and what is amiss does not."""

import copy
import json
from collections.abc import Callable, Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from calling import Called
from coq_tools import has_coq
from protocols import FILE as SMALL_PROTOCOL
from protocols import descend_by_formula
from small_appendix import SMALL
from small_study import FILE as SMALL_STUDY
from watched_run import REACHED, saved

from trajalign.monitor.record import REPORT

SCHEMAS = resources.files("trajalign") / "schemas"
NAMES = (
    *("assumptions", "certificate", "check", "controls", "derivation", "doctor", "edge"),
    *("experiment", "ledger", "monitor", "neighbours", "orbit", "prove", "theorem", "verify"),
    *("protocol", "watched"),
)
LIMIT = ("neuron", "--activation", "algebraic", "--statement", "neuron/limit", "--jobs", "1")
ORBIT = ("orbit", "linear", "--eta", "1/10", "--digits", "20", "--json", "-")
SMALL_BOX = ("--q0", "4/5,81/100", "--p0", "3/10,1/2", "--eta0", "1/20", "--jobs", "1")
SKEWED = (
    *("prove", "product", "--loss", "(1-z**2)**2/4", "--minimum", "1", "--eta0", "1/80"),
    *("--q0", "23/25,921/1000", "--p0", "1/15,1/8", "--jobs", "1"),
)
TOY, RING = "log(cosh(x*y))", "(x**2 + y**2 - 1)**2"
NOT_CONVEX = ("linear", "--loss", "log(1+z**2)/2")  # breaks A2 alone
COMMANDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "verdicts": ("verify", ("verify", *LIMIT, "--eta", "1/40", "--json", "-")),
    "a failure": (
        "verify",
        ("verify", *NOT_CONVEX, "--statement", "linear/sharpness", "--json", "-"),
    ),
    "controls": ("controls", ("verify", *LIMIT, "--eta", "1/40", "--controls", "--json", "-")),
    "the ledger": ("ledger", ("verify", "--list", "--json", "-")),
    "hypotheses": ("assumptions", ("assumptions", "--json", "-")),
    "a refutation": ("assumptions", ("assumptions", *NOT_CONVEX, "--json", "-")),
    "proofs": ("certificate", ("assumptions", "--certificate", "-")),
    "a witness": ("certificate", ("assumptions", *NOT_CONVEX, "--certificate", "-")),
    "a theorem": ("prove", ("prove", "linear", *SMALL_BOX, "--json", "-")),
    "a theorem's proof": ("theorem", ("prove", "linear", *SMALL_BOX, "--certificate", "-")),
    "a theorem of a loss that is not even": ("prove", (*SKEWED, "--json", "-")),
    "its proof": ("theorem", (*SKEWED, "--certificate", "-")),
    "a kernel's reading": ("check", ("check", "--kernel", "linear", "--json", "-")),
    "derivations": ("derivation", ("derive", "--format", "json")),
    "the doctor's findings": ("doctor", ("doctor", "--json", "-")),
    "an experiment": ("experiment", ("experiment", str(SMALL_STUDY), "--json", "-")),
    "a protocol": ("protocol", ("experiment", str(SMALL_PROTOCOL), "--json", "-")),
    "a run that was watched": ("monitor", ("saved",)),
    "how it is judged": ("watched", ("experiment", "--from", "saved", "--json", "-")),
    "a neighbour": ("neighbours", ("neighbours", "--source", "damian", "--json", "-")),
    "an edge": ("edge", ("edge", TOY, "--at", "x=0,y=4", "--json", "-")),
    "an edge with controls": (
        "edge",
        ("edge", RING, "--at", "x=1,y=0", "--controls", "--json", "-"),
    ),
    "an edge of large kappa": ("edge", ("edge", "(x*y-1)**2", "--at", "x=1,y=2", "--json", "-")),
    "an orbit": ("orbit", ORBIT),
    "an unfinished orbit": ("orbit", (*ORBIT, "--steps", "9")),
    "half an orbit": ("orbit", (*ORBIT, "--to-crossing")),
    "an enclosed orbit": ("orbit", (*ORBIT, "--enclose")),
    "an unfinished enclosed orbit": ("orbit", (*ORBIT, "--enclose", "--steps", "9")),
    "a fast orbit": ("orbit", (*ORBIT, "--fast-forward")),
    "an orbit on the curve": ("orbit", (*ORBIT, "--fast-forward", "--p0", "curve")),
}
OPTIONAL = ("certificate", "edge", "verify")  # documents with fields that may be missing
# Objects whose names are not fixed: what is in them depends on the label.
OPEN = ("parameters", "quantities", "numbers", "witness", "proved", "refuted", "with")


def schema(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SCHEMAS / f"{name}-1.json").read_text(encoding="utf-8"))
    return found


def valid(document: Any, name: str) -> bool:
    return bool(jsonschema.Draft202012Validator(schema(name)).is_valid(document))


def objects(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Every object of a document with its place; of a list only the first."""
    if isinstance(value, dict):
        yield path, value
        for key, part in value.items():
            yield from objects(part, (*path, key))
    elif isinstance(value, list) and value:
        yield from objects(value[0], (*path, 0))


def changed(document: Any, path: tuple[Any, ...], change: Callable[[Any], None]) -> Any:
    twin = copy.deepcopy(document)
    place = twin
    for step in path:
        place = place[step]
    change(place)
    return twin


@pytest.fixture(scope="module")
def written() -> dict[str, Any]:
    """What the commands have written so far, by the name in COMMANDS."""
    return {}


@pytest.fixture
def document(
    request: pytest.FixtureRequest,
    command: Callable[..., Called],
    written: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> tuple[str, Any]:
    monkeypatch.setattr("trajalign.commands.derive.appendix", lambda model, order: SMALL)
    monkeypatch.setattr("trajalign.verification.kernel.project.appendix", lambda *_: SMALL)
    monkeypatch.setattr("trajalign.studies.protocol_runs.descend", descend_by_formula())
    name, arguments = COMMANDS[request.param]
    if name == "check" and not has_coq():
        pytest.skip("coqc is not installed")
    if request.param not in written:
        if "saved" in arguments:
            monkeypatch.chdir(saved(tmp_path / "saved", REACHED).parent)
        if name == "monitor":
            out, err = (tmp_path / "saved" / REPORT).read_text(encoding="utf-8"), ""
        else:
            _, out, err = command(*arguments)
        assert err == ""
        written[request.param] = json.loads(out)
    return name, written[request.param]


LONG = ("a theorem of a loss that is not even", "its proof", "a kernel's reading", "an experiment")
every_command = pytest.mark.parametrize(
    "document",
    [pytest.param(n, marks=[pytest.mark.thorough] if n in LONG else []) for n in COMMANDS],
    indirect=True,
)


def test_every_schema_is_published_and_tried() -> None:
    published = {Path(str(file)).name for file in SCHEMAS.iterdir()}
    assert published == {f"{name}-1.json" for name in NAMES}
    assert {name for name, _ in COMMANDS.values()} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_one(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schema(name))


@every_command
def test_what_a_command_writes_is_valid(document: tuple[str, Any]) -> None:
    name, found = document
    jsonschema.Draft202012Validator(schema(name)).validate(found)
    assert found["schema"] == f"trajalign.{name}/1"


@every_command
def test_a_missing_or_unknown_field_is_refused(document: tuple[str, Any]) -> None:
    name, found = document
    optional = {"supremum", "constants", "controls", "information"} if name in OPTIONAL else set()
    if name in ("assumptions", "certificate"):
        optional |= {"information", "I1", "I2"}
    if name == "prove":
        optional = {"theorem/gradient-flow"}
    if name in ("prove", "theorem"):
        optional |= {"options"}  # of models that have some
    if found.get("method") == "enclosed":
        optional = {"limiting_sharpness"}
    for path, value in objects(found):
        if set(path) & set(OPEN) and name != "orbit":
            continue
        for key in set(value) - optional:
            if path[-1:] == ("options",):
                break  # their names are those of the model
            assert not valid(changed(found, path, lambda o, k=key: o.pop(k)), name), (path, key)
        assert not valid(changed(found, path, lambda o: o.update(extra=0)), name), path


@every_command
def test_a_value_of_another_type_is_refused(document: tuple[str, Any]) -> None:
    name, found = document
    for path, value in objects(found):
        if set(path) & set(OPEN) and name != "orbit":
            continue
        for key in value:
            # No field of any document is an array of arrays of nothing.
            wrong = changed(found, path, lambda o, k=key: o.update({k: [[[]]]}))
            assert not valid(wrong, name), (path, key)


@every_command
def test_no_document_passes_for_another(document: tuple[str, Any]) -> None:
    name, found = document
    assert [other for other in NAMES if valid(found, other)] == [name]


@pytest.mark.parametrize(
    ("document", "path", "value"),
    [
        ("verdicts", ("results", 0, "label"), "limit"),
        ("verdicts", ("results", 0, "standing", "verdict"), "maybe"),
        ("verdicts", ("results", 0, "standing", "evidence"), "proved"),
        ("a failure", ("results", -1, "standing", "because"), "linear/A2"),
        ("controls", ("results", 0, "refuted"), "yes"),
        ("controls", ("results", 0, "objection"), ""),  # refuted without a reason
        ("the ledger", ("statements", 0, "rests_on"), ["reduced-map"]),
        ("hypotheses", ("constants", 0, "z0"), ["1"]),
        ("hypotheses", ("constants", 0, "z0"), ["1.5", "2"]),
        ("proofs", ("responses", 0, "proved", "A1", 0, "bits"), 10**6),
        ("proofs", ("responses", 0, "proved", "A1", 0, "boxes", 0), ["0"]),
        ("proofs", ("responses", 0, "proved"), {"A4": []}),
        ("a witness", ("responses", 0, "refuted", "A2"), {}),
        ("a theorem", ("epsilon",), "0.0025"),
        ("a theorem", ("q0",), ["4/5"]),
        ("a theorem", ("numbers", "limit"), 0.886),
        ("a theorem", ("numbers", "crossings", 0, "low"), None),
        ("a theorem", ("numbers", "flow"), {}),
        ("a theorem", ("theorem", "theorem/limit"), ["q* = 1"]),
        ("a theorem's proof", ("cut",), ["q", "1/2", None]),
        ("a theorem's proof", ("cut",), ["eta", "1/2", None, None]),
        ("a theorem's proof", ("setting", "levels"), []),
        ("a theorem's proof", ("sha256",), "0"),
        ("derivations", ("derivations", 0, "steps", 4, "claim", "order"), 0),
        ("derivations", ("derivations", 0, "steps", 4, "claim", "kind"), "identity"),
        ("derivations", ("derivations", 0, "steps", 4, "claim", "left", "tree"), ["eval"]),
        ("derivations", ("derivations", 1, "steps", 1, "claim", "relation"), "="),
        ("derivations", ("derivations", 1, "steps", 1, "claim", "known", 0, 1), "="),
        ("derivations", ("derivations", 1, "needs"), ["alignment"]),
        ("derivations", ("order",), 9),
        ("the doctor's findings", ("works",), "yes"),
        ("the doctor's findings", ("parts", 0, "state"), "maybe"),
        ("the doctor's findings", ("paths", 0, "speedup"), 0),
        ("an edge", ("kind",), "critical"),
        ("an edge", ("flip", "exact", "kappa"), "0.0234375"),
        ("an edge", ("ladder", 0, "runs", 0, "side"), 0),
        ("an edge", ("ladder", 0, "runs", 0, "gap"), "nan"),
        ("an orbit", ("outcome",), "lost"),  # only a box can be lost
        ("an orbit", ("method",), "enclosed"),
        ("an orbit", ("orbit",), []),
        ("an orbit", ("parameters", "eta"), "0.1"),
        ("a fast orbit", ("crossing",), -1),
    ],
    indirect=["document"],
)
def test_a_wrong_value_is_refused(
    document: tuple[str, Any], path: tuple[Any, ...], value: object
) -> None:
    name, found = document
    twin = changed(found, path[:-1], lambda o: o.__setitem__(path[-1], value))
    assert twin != found
    assert valid(found, name)
    assert not valid(twin, name)


def test_a_verdict_reads_the_same_in_every_document() -> None:
    verify, assumptions = (
        schema(name)["properties"]["results"]["items"] for name in ("verify", "assumptions")
    )
    del verify["properties"]["standing"], verify["properties"]["kernel"]
    verify["required"].remove("standing")
    assert verify == assumptions == schema("edge")["properties"]["results"]["items"]


def test_a_control_reads_the_same_in_every_document() -> None:
    rows = schema("verify")["properties"]["controls"]["items"]
    assert rows == schema("edge")["properties"]["controls"]["items"]
    assert rows == schema("controls")["properties"]["results"]["items"]


def test_the_numbers_of_a_theorem_read_the_same_in_every_document() -> None:
    for part in ("numbers", "rational", "interval"):
        assert schema("prove")["$defs"][part] == schema("theorem")["$defs"][part]
