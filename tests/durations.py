"""A pytest plugin that writes down which tests take long; `make durations` runs all tests with it.

A test that takes more than `LIMIT` seconds of processor time, its processes included, stands in
long_tests.txt then, and is left to `make test-all`. What a fixture takes that other tests share is
not counted: the next of them would have to wait for it. To be run on a quiet machine. A run of some
of the tests (`ARGS="-m 'not thorough'"`) adds to the file what it found long among those, and
leaves the rest of it.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import Path

import pytest

LIMIT = 1.0
ALWAYS = (
    "tests/test_readme.py",
    "tests/test_soundness.py",
    "tests/test_quality.py",
    # of what these guard there is no shorter one
    "tests/verification/theorems/test_proof.py::test_a_small_proof_proves_what_orbits_obey",
    "tests/verification/theorems/test_proof_two_sided.py::test_a_small_proof_proves_what_orbits_obey",
    "tests/verification/theorems/test_proof_two_sided.py::test_crossings_that_were_not_proved_are_refused",
    "tests/verification/theorems/test_certificate.py::test_what_is_written_is_replayed",
    "tests/verification/measuring/test_published_values.py",
    "tests/verification/derivations/test_of_frozen.py",
    "tests/verification/derivations/test_map_proofs.py::test_the_linear_network_has_them_for_every",
    "tests/theory/models/test_sharpness.py::test_the_linear_sharpness_is_the_largest_eigenvalue",
    "tests/trajalign/monitor/test_prediction.py::test_it_tells_the_end_of_descent",
    "tests/trajalign/monitor/test_in_jax.py::test_pytorch_sees_the_same",
    "tests/numerics/networks/test_saturation.py::test_the_coefficients_are_those",
)
FILE = Path(__file__).with_name("long_tests.txt")

_BEGUN = pytest.StashKey[float]()
_long: list[str] = []
_shared = 0.0  # seconds spent in fixtures of more than one test
_within = 0  # how many of them one within another


def _used() -> float:
    return sum(os.times()[:4])  # by this process, and by those that it has waited for


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    item.stash[_BEGUN] = _used() - _shared


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[object]) -> Generator[None, object, object]:
    global _shared, _within
    if fixturedef.scope == "function":
        return (yield)
    begun, _within = _used(), _within + 1
    try:
        return (yield)
    finally:
        _within -= 1
        if _within == 0:
            _shared += _used() - begun


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if call.when == "teardown" and _used() - _shared - item.stash[_BEGUN] > LIMIT:
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
