"""A reader's own numbering: read from TOML, refused in one line, shown in table and appendix."""

import json
import tomllib
from collections.abc import Callable
from importlib import resources
from pathlib import Path

import pytest
from calling import Called, one_line
from jsonschema import Draft202012Validator
from small_appendix import SMALL

from trajalign.numbering import Named, Numbering, load_numbering, template
from trajalign.theory.errors import InputError
from trajalign.theory.models import from_paper
from trajalign.theory.models import of as model_of
from trajalign.verification.running.runner import known_labels

MAP = """
"linear/reduced-map" = "Lemma 2.1"
"linear/alignment" = { name = "Theorem 3.2 (i)", text = "it aligns, 100 % & more_or_less" }
"linear/limit" = ""
"""
MODEL = model_of("linear", "log-cosh")
SCHEMAS = resources.files("trajalign") / "schemas"
LABEL = SMALL.derivations[0].label


@pytest.fixture
def file(tmp_path: Path) -> Path:
    place = tmp_path / "map.toml"
    place.write_text(MAP, encoding="utf-8")
    return place


def test_names_and_words_are_read(file: Path) -> None:
    found = load_numbering(str(file), [MODEL])
    assert found["linear/reduced-map"] == Named("Lemma 2.1")
    assert found.words["linear/alignment"] == "Theorem 3.2 (i): it aligns, 100 % & more_or_less"
    assert found["linear/limit"] is None  # an empty name is none


def test_no_file_names_nothing() -> None:
    assert load_numbering(None, [MODEL]) == Numbering()


def test_labels_of_the_other_model_of_the_paper_may_stand_in_the_same_file(tmp_path: Path) -> None:
    place = tmp_path / "map.toml"
    place.write_text('"neuron/limit" = "Theorem 4"', encoding="utf-8")
    assert load_numbering(str(place), [MODEL])["neuron/limit"] == Named("Theorem 4")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('"linear/alignmen" = "T"', "'linear/alignmen': no such label; did you mean"),
        ('linear = "T"', "key 'linear': no such label"),
        ('"linear/limit" = 3', "'linear/limit': need a text"),
        ('"linear/limit" = ["T"]', "'linear/limit': need a text"),
        ('"linear/limit" = { nme = "T" }', "'linear/limit': unknown 'nme'"),
        ('"linear/limit" = { name = 3 }', "'linear/limit': name has to be a text"),
        ('"linear/limit" = { name = "T", text = false }', "'linear/limit': text has to be a text"),
        ('"linear/limit" = { text = "T" }', "'linear/limit': it has no name"),
        ('"linear/limit" = "T"\n"linear/limit" = "T"', "it is not TOML"),
        ('"linear/limit"', "it is not TOML"),
    ],
)
def test_what_is_wrong_is_told_with_file_and_key(text: str, told: str, tmp_path: Path) -> None:
    place = tmp_path / "map.toml"
    place.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as error:
        load_numbering(str(place), [MODEL])
    assert str(error.value).startswith(f"--theorems {place}: ")
    assert told in str(error.value)


def test_a_file_that_is_not_there_or_no_text(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        load_numbering(str(tmp_path / "none.toml"), [MODEL])
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="not TOML"):
        load_numbering(str(tmp_path / "binary.toml"), [MODEL])


def test_the_template_has_every_label_and_names_none(tmp_path: Path) -> None:
    document = tomllib.loads(template())
    labels = {label for kind in from_paper() for label in known_labels(kind.name)}
    assert set(document) == labels
    place = tmp_path / "map.toml"
    place.write_text(template(), encoding="utf-8")
    assert load_numbering(str(place), [MODEL]).words == {}


# Commands --------------------------------------------------------------------------------------

QUICK = ("--loss", "log-cosh", "--statement", "linear/reduced-map", "--jobs", "1")


def test_verify_tells_the_names(command: Callable[..., Called], file: Path) -> None:
    code, out, err = command("verify", "linear", *QUICK, "--theorems", str(file))
    assert (code, err) == (0, "")
    lines = [line.strip() for line in out.splitlines()]
    (place,) = (k for k, line in enumerate(lines) if line.startswith("linear/reduced-map"))
    assert lines[place + 1] == "Lemma 2.1"
    assert "Theorem 3.2" not in out  # of a label that was not checked


def test_verify_prints_the_template(command: Callable[..., Called]) -> None:
    assert command("verify", "--theorems-template") == (0, template(), "")


def test_the_list_tells_the_names(command: Callable[..., Called], file: Path) -> None:
    _, out, _ = command("verify", "linear", "--list", "--theorems", str(file))
    assert out.count("Lemma 2.1") == 1
    assert out.count("Theorem 3.2 (i)") == 1


@pytest.mark.parametrize(
    ("asked", "schema"), [((*QUICK,), "verify"), (("--list",), "ledger")], ids=["verify", "ledger"]
)
def test_json_tells_the_names_apart_from_what_is_checked(
    command: Callable[..., Called], file: Path, asked: tuple[str, ...], schema: str
) -> None:
    said = ("verify", "linear", *asked, "--json", "-")
    found = json.loads(command(*said, "--theorems", str(file))[1])
    valid = Draft202012Validator(
        json.loads((SCHEMAS / f"{schema}-1.json").read_text(encoding="utf-8"))
    )
    valid.validate(found)
    called = found.pop("called")
    assert called["linear/reduced-map"] == {"name": "Lemma 2.1", "text": ""}
    assert not valid.is_valid(found | {"called": {"linear/reduced-map": "Lemma 2.1"}})
    without = json.loads(command(*said)[1])
    assert "called" not in without
    assert found.keys() == without.keys()


@pytest.mark.parametrize("name", ["verify", "derive"])
def test_a_bad_file_is_refused_before_any_work(
    command: Callable[..., Called], name: str, tmp_path: Path
) -> None:
    place = tmp_path / "map.toml"
    place.write_text('"linear/nothing" = "T"', encoding="utf-8")
    code, out, err = command(name, "linear", "--theorems", str(place))
    assert (code, out) == (2, "")
    assert "key 'linear/nothing'" in one_line(err)


PLAIN = "[Theorem 3.2: 100 % & more_or_less]"


@pytest.mark.parametrize(
    ("layout", "shown"),
    [
        ("text", PLAIN),
        ("latex", r"[Theorem 3.2: 100 \% \& more\_or\_less]"),
        ("html", PLAIN.replace("&", "&amp;")),
        ("json", ""),
    ],
)
def test_derive_has_them_in_its_headings(
    command: Callable[..., Called],
    file: Path,
    monkeypatch: pytest.MonkeyPatch,
    layout: str,
    shown: str,
) -> None:
    file.write_text(f'"{LABEL}" = "{PLAIN[1:-1]}"', encoding="utf-8")
    monkeypatch.setattr("trajalign.commands.derive.appendix", lambda model, order: SMALL)
    given = ("--theorems", str(file), "--format", layout, "--no-numbers")
    code, out, err = command("derive", "linear", *given)
    if not shown:
        assert (code, out) == (2, "")
        assert "every format but json" in one_line(err)
        return
    assert code == 0
    assert out.count(shown) == 1


def test_the_example_of_the_pages_is_one(tmp_path: Path) -> None:
    page = Path(__file__).parents[2] / "docs" / "command-line.md"
    text = page.read_text(encoding="utf-8")
    place = tmp_path / "map.toml"
    place.write_text(text.split("```toml\n")[1].split("```")[0], encoding="utf-8")
    found = load_numbering(str(place), [MODEL])
    assert found["linear/reduced-map"] == Named("Lemma 2.1")
    assert str(found["linear/alignment"]) == "Theorem 3.2: aligned orbits follow a curve"
