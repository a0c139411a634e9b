"""Fixtures that several test files share."""

import signal
import sys
from collections.abc import Callable, Iterator

import pytest
from calling import Called
from forgetting import forget

from trajalign.__main__ import main


def pytest_configure() -> None:
    """Take SIGINT also where a shell started the tests with it ignored (`make test &`): programs
    started by the tests inherit that, and would not be interrupted."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _nothing_remembered(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test that changes the program leaves nothing behind of what the changed one found."""
    changes = "monkeypatch" in request.fixturenames
    if changes:
        forget()
    yield
    if changes:
        forget()


@pytest.fixture
def command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Called]:
    """`trajalign …` in this process: exit status, stdout, stderr."""

    def call(*arguments: str) -> Called:
        monkeypatch.setenv("COLUMNS", "80")
        monkeypatch.setattr(sys, "argv", ["trajalign", *arguments])
        with pytest.raises(SystemExit) as caught:
            main()
        assert isinstance(caught.value.code, int)
        return caught.value.code, *capsys.readouterr()

    return call
