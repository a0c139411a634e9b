"""Fixtures that several test files share."""

import sys
from collections.abc import Callable

import pytest
from calling import Called

from trajalign.__main__ import main


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
