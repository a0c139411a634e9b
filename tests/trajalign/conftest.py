"""What the tests of commands share."""

from collections.abc import Callable
from functools import partial

import pytest
from calling import Called

from trajalign.verification.running import runner
from trajalign.verification.verdicts import Verdict


@pytest.fixture
def verify(command: Callable[..., Called]) -> Callable[..., Called]:
    """`trajalign verify …` in this process."""
    return partial(command, "verify")


@pytest.fixture
def no_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fails the test if any work is begun."""

    def begun(*arguments: object, **options: object) -> list[Verdict]:
        raise AssertionError("work was begun")

    monkeypatch.setattr(runner, "examine", begun)
