"""A pytest plugin that writes down which tests take long; `make durations` runs all tests with it.

A test that takes more than `LIMIT` seconds of processor time, its processes included, stands in
long_tests.txt then, and is left to `make test-all`. To be run on a quiet machine. A run of some of
the tests (`ARGS="-m 'not thorough'"`) adds to the file what it found long among those, and leaves
the rest of it.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import Path

import pytest

LIMIT = 1.5
ALWAYS = ("tests/test_readme.py", "tests/test_soundness.py", "tests/test_quality.py")
FILE = Path(__file__).with_name("long_tests.txt")

_BEGUN = pytest.StashKey[float]()
_long: list[str] = []


def _used() -> float:
    return sum(os.times()[:4])  # by this process, and by those that it has waited for


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    item.stash[_BEGUN] = _used()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if call.when == "teardown" and _used() - item.stash[_BEGUN] > LIMIT:
        report.user_properties.append(("long", "yes"))
    return report


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Where tests are spread over processes, all reports come to the first."""
    if ("long", "yes") in report.user_properties and not report.nodeid.startswith(ALWAYS):
        _long.append(report.nodeid)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workerinput"):
        return
    names = set(_long)
    if session.config.option.markexpr:
        names.update(FILE.read_text("utf-8").splitlines())
    FILE.write_text("".join(f"{name}\n" for name in sorted(names)), encoding="utf-8")
