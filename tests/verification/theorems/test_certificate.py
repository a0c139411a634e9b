"""Certificates of theorems: what is written is replayed, what was tampered with is refused.

Whoever tampers works out the SHA-256 anew, but where a test says otherwise.
"""

import ast
import copy
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from flint import fmpq

from trajalign.theory import TwoLayerLinear
from trajalign.theory.errors import InputError
from trajalign.verification.theorems import certificate as certificates
from trajalign.verification.theorems.certificate import (
    certificate,
    digest,
    replay,
    require_implied,
    rounded,
)
from trajalign.verification.theorems.errors import NotProvedError
from trajalign.verification.theorems.flow import Flow
from trajalign.verification.theorems.proof import Proof, Theorem, require_form
from trajalign.verification.theorems.search import prove
from trajalign.verification.theorems.settings import Wanted

ROOT = Path(__file__).resolve().parents[3]
MODEL = TwoLayerLinear("log-cosh")
WANTED = Wanted(fmpq(1, 400), (fmpq(4, 5), fmpq(81, 100)), (fmpq(3, 10), fmpq(1, 2)))
BOUNDS = ("alignment", "second", "time", "per_log", "per_small", "limit", "saturation", "gap")
LITTLE = fmpq(1, 2**14)
MISSING = ...


@cache
def proved() -> tuple[Proof, Theorem]:
    return prove(MODEL, WANTED)


@cache
def written() -> str:
    proof, theorem = proved()
    return json.dumps(certificate(MODEL, proof, rounded(theorem)))


def tampered(*path: Any, value: Any) -> Any:
    document = json.loads(written())
    place = document
    for key in path[:-1]:
        place = place[key]
    if value is MISSING:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    if "sha256" not in path and path != ("schema",):
        missing = dict.fromkeys(("model", "response", "setting", "cut", "theorem"))
        document["sha256"] = digest(missing | document)
    return document


def refusal(document: Any) -> str:
    with pytest.raises(InputError) as caught:
        replay(document)
    line = str(caught.value)
    assert "\n" not in line
    assert len(line) < 400
    return line


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> Theorem:
    """The check is not made again: it is known what it finds."""
    theorem = proved()[1]
    monkeypatch.setattr(certificates, "check", lambda model, proof, *_: theorem)
    return theorem


@pytest.fixture
def no_check(monkeypatch: pytest.MonkeyPatch) -> None:
    def begun(*_: object) -> Theorem:
        raise AssertionError("work was begun")

    monkeypatch.setattr(certificates, "check", begun)


def test_what_is_written_is_replayed() -> None:
    found = replay(json.loads(written()))
    assert found.model == MODEL
    assert found.theorem == rounded(proved()[1])
    assert found.proof == proved()[0]
    assert found.sha256 == json.loads(written())["sha256"]


def test_a_theorem_is_told_a_little_weaker_than_proved() -> None:
    exact = proved()[1]
    told = rounded(exact)
    require_implied(told, exact)
    for name in BOUNDS:
        value = getattr(exact, name)
        assert 0 < getattr(told, name) - value < value / 2**14
    for name in ("first", "scale"):
        low, high = getattr(told, name)
        assert low < getattr(exact, name)[0] <= getattr(exact, name)[1] < high
    assert told.flow is not None
    assert exact.flow is not None
    assert told.flow.rate < exact.flow.rate
    assert told.flow.drift > exact.flow.drift
    for weaker, crossing in zip(told.crossings, exact.crossings, strict=True):
        assert weaker.low < crossing.low < crossing.high < weaker.high


@pytest.mark.parametrize("unit", [fmpq(1, 10**6), fmpq(10**6)])
def test_numbers_are_told_to_as_many_digits_in_far_off_units(unit: fmpq) -> None:
    exact = proved()[1]
    small = replace(exact, alignment=exact.alignment * unit, gap=exact.gap * unit)
    told = rounded(small)
    for name in ("alignment", "gap"):
        value = getattr(small, name)
        assert value < getattr(told, name) < value * (1 + fmpq(1, 2**14))


# What is trusted ---------------------------------------------------------------------------------


def imported(file: Path) -> set[Path]:
    """The modules of this project that a module imports, and what those import."""
    found: set[Path] = set()
    waiting = [file]
    while waiting:
        file = waiting.pop()
        if file not in found:
            found.add(file)
            waiting += direct(file)
    return found


def direct(file: Path) -> Iterator[Path]:
    package = file.relative_to(ROOT).parts[:-1]
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            named = node.module.split(".") if node.module else []
            place = ROOT.joinpath(*package[: len(package) - node.level + 1], *named)
            if place.with_suffix(".py").exists():
                yield place.with_suffix(".py")
                continue
            for alias in node.names:
                inner = place / alias.name
                modules = inner.with_suffix(".py"), inner / "__init__.py", place / "__init__.py"
                yield next(module for module in modules if module.exists())


def test_the_page_names_what_the_check_trusts() -> None:
    """Every module that is not of `theory`; the search is none of them."""
    folder = ROOT / "verification" / "theorems"
    trusted = imported(folder / "proof.py")
    assert folder / "search.py" in imported(folder / "search.py")
    assert (
        not {folder / f"{name}.py" for name in ("search", "settings", "certificate", "words")}
        & trusted
    )
    page = (ROOT / "docs" / "theorems.md").read_text(encoding="utf-8")
    told = page.partition("## What is trusted")[2].partition("\n## ")[0]
    for module in trusted:
        room, *inside = module.relative_to(ROOT).with_suffix("").parts
        name = inside[0] if room == "theory" and len(inside) > 1 else inside[-1]
        if room == "theory" and name not in ("algebra", "curve", "expressions", "functions"):
            continue  # words and data, and what the parser needs
        if inside[-1] not in ("verdicts", "quantities"):  # the names of verdicts
            assert re.search(rf"[`/]{name}[`/]", told), module


# Numbers -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", BOUNDS)
def test_a_bound_that_was_improved_a_little_is_refused(name: str, known: Theorem) -> None:
    better = Fraction(int(getattr(known, name).p), int(getattr(known, name).q)) - Fraction(1, 2**16)
    assert f"{name}: " in refusal(tampered("theorem", name, value=str(better)))


@pytest.mark.parametrize("name", ["first", "scale"])
@pytest.mark.parametrize("end", [0, 1])
def test_an_interval_that_was_narrowed_is_refused(name: str, end: int, known: Theorem) -> None:
    ends = list(getattr(known, name))
    ends[end] += LITTLE if end == 0 else -LITTLE
    assert f"{name}: " in refusal(tampered("theorem", name, value=list(map(str, ends))))


@pytest.mark.parametrize(("end", "by"), [("low", LITTLE), ("high", -LITTLE)])
def test_a_crossing_that_was_narrowed_is_refused(end: str, by: fmpq, known: Theorem) -> None:
    value = str(getattr(known.crossings[0], end) + by)
    assert "crossing" in refusal(tampered("theorem", "crossings", 0, end, value=value))


def test_crossings_of_other_ranges_are_refused(known: Theorem) -> None:
    for path, value in (((), []), ((0, "q"), ["4/5", "9/10"]), ((0, "p"), ["1/5", "1/2"])):
        assert "ranges" in refusal(tampered("theorem", "crossings", *path, value=value))


@pytest.mark.parametrize(("name", "by"), [("rate", LITTLE), ("drift", -LITTLE)])
def test_a_flow_that_was_improved_is_refused(name: str, by: fmpq, known: Theorem) -> None:
    assert known.flow is not None
    value = str(getattr(known.flow, name) + by)
    assert "gradient-flow" in refusal(tampered("theorem", "flow", name, value=value))


def test_a_flow_that_was_not_proved_is_refused() -> None:
    exact = proved()[1]
    invented = replace(exact, flow=Flow(fmpq(1, 10), fmpq(100)))
    with pytest.raises(NotProvedError, match="gradient-flow"):
        require_implied(invented, replace(exact, flow=None))
    require_implied(replace(exact, flow=None), exact)  # to say less is allowed


def test_weaker_numbers_are_no_lie(known: Theorem) -> None:
    for name in BOUNDS:
        replay(tampered("theorem", name, value=str(getattr(known, name) + 1)))
    replay(tampered("theorem", "first", value=["-1", "2"]))


def test_numbers_of_any_size_are_told_in_one_line() -> None:
    exact = proved()[1]
    for name in BOUNDS:
        with pytest.raises(NotProvedError, match=f"{name}: -1.0.*e.400"):
            require_implied(replace(exact, **{name: fmpq(-(10**400))}), exact)


# The setting and the cut -------------------------------------------------------------------------

SETTINGS: dict[str, tuple[tuple[str, ...], Any]] = {
    "a narrower tube": (("setting", "delta"), "1/1000"),
    "a wider tube": (("setting", "delta"), "1"),
    "levels that are too few": (("setting", "levels"), ["1/10"]),
    "levels that are too high": (("setting", "levels"), ["1/2"]),
    "a tube that ends early": (("setting", "tube_end"), "6/10"),
    "a funnel that ends early": (("setting", "funnel_end"), "1/10"),
    "a funnel that ends late": (("setting", "funnel_end"), "100"),
    "functions known too short": (("setting", "curve_end"), "1"),
    "larger step sizes": (("setting", "largest"), "1/20"),
    "step sizes that are far too large": (("setting", "largest"), "99/100"),
    "higher starts": (("setting", "q"), ["4/5", "9/10"]),
    "lower starts": (("setting", "q"), ["7/10", "81/100"]),
    "starts at the edge": (("setting", "q"), ["4/5", "999999/1000000"]),
    "larger p": (("setting", "p"), ["3/10", "2"]),
    "times told from smaller p on": (("setting", "p"), ["1/10", "1/2"]),
    "p in one cell down to nothing": (("setting", "p"), ["1e-50", "1/2"]),
    "gradient flow nearer to 1": (("setting", "flow_q"), ["21/20", "2"]),
    "gradient flow from anywhere": (("setting", "flow_q"), ["6/5", "1e40"]),
    "no gradient flow": (("setting", "flow_q"), None),
    "a cut outside": (("cut",), ["q", "9/10", None, None]),
    "a cut outside a cut": (("cut",), ["q", "161/200", ["q", "9/10", None, None], None]),
    "another cut": (("cut",), ["q", "161/200", None, None]),
    "another loss": (("response",), "sqrt(1+z**2)"),
    "a loss that bends back": (("response",), "log(cosh(z))+z**6*exp(-(10*(z**2-1/2))**2)/10"),
    "a loss without a 2-cycle": (("response",), "cosh(z)"),
}
QUICK = ("a narrower tube", "a tube that ends early", "larger p", "functions known too short")


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=[] if n in QUICK else [pytest.mark.thorough]) for n in SETTINGS]
)
def test_another_setting_does_not_prove_the_theorem(name: str) -> None:
    path, value = SETTINGS[name]
    refusal(tampered(*path, value=value))


@pytest.mark.thorough
def test_a_cut_of_step_sizes_proves_it_too() -> None:
    document = tampered("cut", value=["epsilon", "1/1000", None, None])
    stated = document["theorem"]
    for name in ("time", "per_log"):  # each cell counts its own steps
        stated[name] = str(Fraction(stated[name]) + 9)
    stated["crossings"][0] |= {"low": "-2", "high": "2"}
    replay(document | {"sha256": digest(document)})


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("sqrt(1+z**2)+z**3*exp(-z**2)/20", "even"),
        ("log(cosh(z))+z**3*exp(-z**2)/10**40", "even"),  # no point shows it
        ("2*log(cosh(z))", r"r\(0\) must be 1"),
        ("atan(z**2)/2", r"r''\(0\) must not vanish"),
        ("z", "even"),
        ("abs(z)", "even|smooth"),
        ("1", "z"),
        ("__import__('os')", "unknown name"),
        ("z*" * 600 + "z", "characters"),
        ("\ud800", "unexpected"),
        ("", "empty"),
        (None, "text"),
        (5, "text"),
        ({}, "text"),
    ],
    ids=lambda value: str(value)[:20].encode("ascii", "replace").decode(),
)
def test_a_response_of_the_attackers_choosing_is_refused(text: Any, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        replay(tampered("response", value=text))


def test_symmetry_has_to_be_derived() -> None:
    require_form(MODEL)
    for odd in ("z**3*exp(-z**2)/10**40", "z**5*exp(-z**2)/10**60"):
        with pytest.raises(NotProvedError, match="not derived"):
            require_form(TwoLayerLinear(f"log(cosh(z))+{odd}"))


@pytest.mark.parametrize("model", ["nothing", "", 5, None, ["linear"]])
def test_another_model_is_refused(model: Any, no_check: None) -> None:
    assert "unknown model" in refusal(tampered("model", value=model))


def test_a_response_of_another_kind_of_model_is_refused() -> None:
    for model in ("neuron", "frozen-weight"):
        refusal(tampered("model", value=model))


# What is no certificate --------------------------------------------------------------------------


def nested(times: int, build: Callable[[Any], Any]) -> Any:
    value: Any = None
    for _ in range(times):
        value = build(value)
    return value


NUMBERS = ("NaN", "inf", "", "1/0", "x", "9" * 900, "1e60", "1/" + "3" * 60, None, True, 0.0025)
NUMBERS += (float("nan"), float("inf"), 10**400, [], {}, "1+1", "--1")
RATIONALS: tuple[tuple[Any, ...], ...] = (
    *(("setting", name) for name in ("largest", "delta", "tube_end", "funnel_end", "curve_end")),
    *(("setting", name, 0) for name in ("q", "p", "levels", "flow_q")),
    *(("theorem", name) for name in BOUNDS),
    *(("theorem", name, 1) for name in ("first", "scale")),
    ("theorem", "crossings", 0, "low"),
    ("theorem", "flow", "rate"),
)


@pytest.mark.parametrize("path", RATIONALS, ids=lambda path: ".".join(map(str, path)))
def test_what_is_no_number_is_refused(path: tuple[Any, ...], no_check: None) -> None:
    for value in NUMBERS:
        assert "malformed certificate" in refusal(tampered(*path, value=value)), value


SHAPES = ([], {}, 0, "", "x", [[]], [1, 2], True, None, MISSING)
PARTS: tuple[tuple[Any, ...], ...] = (
    *((name,) for name in ("setting", "theorem", "model", "response", "schema", "sha256")),
    *(("setting", name) for name in ("largest", "q", "p", "levels", "delta", "tube_end")),
    *(("theorem", name) for name in ("crossings", "first", "gap")),
    *(("theorem", "crossings", 0, name) for name in ("q", "p", "low", "high")),
    *(("theorem", "flow", name) for name in ("rate", "drift")),
)


@pytest.mark.parametrize("path", PARTS, ids=lambda path: ".".join(map(str, path)))
def test_wrong_types_and_missing_keys_are_refused(path: tuple[Any, ...], known: Theorem) -> None:
    for value in SHAPES:
        refusal(tampered(*path, value=value))


@pytest.mark.parametrize("value", [[], {}, 0, "", "abcd", [1, 2, 3, 4], False, MISSING], ids=repr)
@pytest.mark.parametrize("path", [("cut",), ("setting", "flow_q"), ("theorem", "flow")], ids=repr)
def test_what_may_be_null_may_be_nothing_else(
    path: tuple[str, ...], value: Any, no_check: None
) -> None:
    refusal(tampered(*path, value=value))


@pytest.mark.parametrize("document", [None, [], {}, 5, "x", {"schema": "trajalign.certificate/1"}])
def test_what_is_no_certificate_is_refused(document: Any) -> None:
    assert "trajalign.theorem/1" in refusal(document)


def test_nesting_is_bounded(no_check: None) -> None:
    for times in (81, 200, 900):
        cut = nested(times, lambda inner: ["q", "161/200", inner, None])
        with pytest.raises(InputError, match="at most 80 deep"):
            replay(tampered("cut", value=cut) if times < 300 else with_cut(cut))
    assert refusal(with_cut(nested(900, lambda inner: [inner])))


def with_cut(cut: Any) -> Any:
    return json.loads(written()) | {"cut": cut}


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("levels", [f"1/{k}" for k in range(60, 1, -1)], "at most 20"),
        ("levels", ["1/20", "1/10"], "do not increase"),
        ("levels", ["1/10", "1/10"], "do not increase"),
        ("levels", [], "no level"),
        ("q", ["81/100", "4/5"], "do not increase"),
        ("q", ["4/5", "1"], "do not increase"),
        ("q", ["0", "4/5"], "do not increase"),
        ("p", ["0", "1/2"], "do not increase"),
        ("p", ["1/2", "3/10"], "do not increase"),
        ("p", ["3/10", "1e40"], "is not looked at"),
        ("curve_end", "1e40", "is not looked at"),
        ("funnel_end", "1e40", "is not looked at"),
        ("tube_end", "2", "do not increase"),
        ("largest", "1", "do not increase"),
        ("largest", "0", "do not increase"),
        ("delta", "-1", "do not increase"),
        ("flow_q", ["1", "2"], "do not increase"),
    ],
)
def test_ranges_out_of_order_or_out_of_reach_are_refused(
    name: str, value: Any, complaint: str, no_check: None
) -> None:
    assert complaint in refusal(tampered("setting", name, value=value))


def test_what_was_changed_without_its_digest_is_refused(no_check: None) -> None:
    document = json.loads(written())
    for path in (("theorem", "limit"), ("setting", "delta")):
        twin = copy.deepcopy(document)
        twin[path[0]][path[1]] = "1"
        assert "SHA-256" in refusal(twin)
    for other in ("0" * 64, None, 5):
        assert "SHA-256" in refusal(document | {"sha256": other})


def test_the_digest_is_of_what_is_claimed_and_how_not_of_versions() -> None:
    document = json.loads(written())
    assert document["sha256"] == digest(document) == digest(document | {"versions": {}})
