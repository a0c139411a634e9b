"""Files are written whole or not at all."""

import contextlib
import os
import stat
import sys
from pathlib import Path

import pytest

from trajalign.files import check_outputs, check_writable, write_atomically, write_together
from trajalign.theory.errors import InputError


def test_file_is_written_whole(tmp_path: Path) -> None:
    path = tmp_path / "out.json"
    write_atomically(path, "η ≤ 1\n")
    assert path.read_text(encoding="utf-8") == "η ≤ 1\n"
    write_atomically(path, "second")
    assert path.read_text(encoding="utf-8") == "second"
    assert list(tmp_path.iterdir()) == [path]


def test_failed_write_keeps_the_old_file_and_leaves_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "out.json"
    path.write_text("old")

    def full(self: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(InputError, match=r"cannot write .*out\.json: No space left on device"):
        write_atomically(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_interrupted_write_keeps_the_old_file_and_leaves_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "out.json"
    path.write_text("old")

    def interrupt(self: Path, target: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_missing_directory_and_directory_as_target_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is a directory"):
        check_writable(tmp_path)
    with pytest.raises(InputError, match="missing or not writable"):
        check_writable(tmp_path / "no" / "such" / "out.json")


def test_file_as_directory_is_refused_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot write"):
        check_writable(tmp_path / "file" / "out.json")


@pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() == 0, reason="permissions do not bind this user"
)
def test_unwritable_directory_is_refused_before_the_work(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(InputError, match="missing or not writable"):
            check_writable(tmp_path / "out.json")
    finally:
        tmp_path.chmod(0o700)


def test_of_several_files_all_are_written_or_none(tmp_path: Path) -> None:
    first, second = tmp_path / "a.tex", tmp_path / "missing" / "b.tex"
    first.write_text("old")
    with pytest.raises(InputError, match=r"cannot write .*b\.tex: No such file"):
        write_together({first: "new", second: b"new"})
    assert first.read_text() == "old"
    assert list(tmp_path.iterdir()) == [first]
    second.parent.mkdir()
    write_together({first: "new", second: b"new"})
    assert (first.read_text(), second.read_bytes()) == ("new", b"new")


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_written_file_can_be_read_by_whom_the_umask_lets(tmp_path: Path) -> None:
    # A report written in CI is read by another user's process: 0600 is not what open() gives.
    path, plain = tmp_path / "out.json", tmp_path / "plain"
    write_atomically(path, "{}")
    plain.write_text("{}")
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(plain.stat().st_mode)


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX links")
def test_link_is_written_through(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to("real")
    write_atomically(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX special files")
def test_what_is_not_a_regular_file_is_never_replaced_by_one(tmp_path: Path) -> None:
    """A FIFO stands here for /dev/null and /dev/stdout, which root could overwrite for everyone.

    Refusing it and writing through it are both fine.
    """
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)  # so that writing does not wait
    try:
        with contextlib.suppress(InputError):
            check_writable(fifo)
            write_atomically(fifo, "{}")
    finally:
        os.close(reader)
    assert fifo.is_fifo()


def test_two_outputs_cannot_share_stdout(tmp_path: Path) -> None:
    check_outputs(json="-", junit=str(tmp_path / "out.xml"))
    with pytest.raises(InputError, match="--json and --junit cannot both write to stdout"):
        check_outputs(json="-", junit="-")
