"""Fixtures that several test files share."""

import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from calling import Called
from forgetting import forget

from trajalign.__main__ import main

collect_ignore = ["every_command.py"]  # a program
LONG = frozenset(Path(__file__).with_name("long_tests.txt").read_text("utf-8").splitlines())


def pytest_configure() -> None:
    """Take SIGINT also where a shell started the tests with it ignored (`make test &`): programs
    started by the tests inherit that, and would not be interrupted."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those that were measured to take long are left to `make test-all`, like those marked so."""
    for item in items:
        if item.nodeid in LONG:
            item.add_marker(pytest.mark.thorough)


@pytest.fixture(autouse=True)
def _nothing_remembered(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test that changes the program finds nothing of what the true one remembers, and leaves
    nothing behind of what the changed one found."""
    if "monkeypatch" not in request.fixturenames:
        yield
        return
    monkeypatch = request.getfixturevalue("monkeypatch")
    true, changed = monkeypatch.setattr, []

    def setattr_and_forget(*arguments: Any, **options: Any) -> None:
        if arguments[0] is not sys:
            forget()
            changed.append(arguments[0])
        true(*arguments, **options)

    monkeypatch.setattr = setattr_and_forget
    yield
    if changed:
        forget()


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Callable[..., Called]:
    """`trajalign …` in this process: exit status, stdout, stderr."""

    def call(*arguments: str) -> Called:
        with pytest.MonkeyPatch.context() as changes:
            changes.setenv("COLUMNS", "80")
            changes.setattr(sys, "argv", ["trajalign", *arguments])
            with pytest.raises(SystemExit) as caught:
                main()
        assert isinstance(caught.value.code, int)
        return caught.value.code, *capsys.readouterr()

    return call
