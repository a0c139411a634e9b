"""Compiled files that are kept are those of the same texts and version, all or none."""

from pathlib import Path

import pytest
from coq_tools import needs_coq

from trajalign.verification.kernel import calling
from trajalign.verification.kernel.compiled import keep, kept_in, taken

NAMES = ("A", "B")


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def written(folder: Path) -> Path:
    folder.mkdir()
    for name in NAMES:
        (folder / f"{name}.vo").write_bytes(name.encode())
    return folder


def test_what_is_kept_is_taken_again(tmp_path: Path) -> None:
    kept = kept_in("1", {"A.v": "", "B.v": ""})
    (second := tmp_path / "second").mkdir()
    assert not taken(kept, second, NAMES)
    keep(kept, written(tmp_path / "first"), NAMES)
    assert taken(kept, second, NAMES)
    assert (second / "B.vo").read_bytes() == b"B"


def test_a_part_is_not_taken(tmp_path: Path) -> None:
    kept = kept_in("1", {})
    keep(kept, written(tmp_path / "first"), NAMES[:1])
    assert not taken(kept, tmp_path, NAMES)


def test_another_text_or_version_has_another_folder() -> None:
    texts = {"A.v": "x"}
    assert len({kept_in("1", texts), kept_in("2", texts), kept_in("1", {"A.v": "y"})}) == 3


def test_a_folder_that_cannot_be_written_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    keep(kept_in("1", {}), written(tmp_path / "first"), NAMES)


@needs_coq
def test_the_second_time_nothing_is_compiled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calling, "LIBRARY", ("A",))
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    texts = {"A.v": "Definition a := 1.\n"}
    assert calling.build_library(tmp_path / "one", texts) is None
    monkeypatch.setattr(calling, "coqc", lambda *_: pytest.fail("compiled again"))
    assert calling.build_library(tmp_path / "two", texts) == kept_in(calling.require_coq(), texts)
    assert (tmp_path / "two" / "A.vo").exists()
