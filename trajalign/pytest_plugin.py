"""The pytest plugin `trajalign`: makes the tests of `parametrize_with_checks`, under a profile.

pytest loads it in every run, so it imports nothing heavy before there are checks to make.
"""

from __future__ import annotations

import pytest

_MARK = "trajalign_checks"


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--trajalign-profile`."""
    parser.getgroup("trajalign").addoption(
        "--trajalign-profile",
        choices=("quick", "thorough"),
        default="quick",
        help="quick: as `trajalign verify`; thorough: as `trajalign verify --thorough`, minutes",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known to --strict-markers."""
    config.addinivalue_line("markers", f"{_MARK}(cases): set by trajalign's own decorator")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test per model and label, with the profile bound to it."""
    for mark in metafunc.definition.iter_markers(_MARK):
        from .verification.testing.conformance import parameter_sets

        sets = parameter_sets(mark.args[0], metafunc.config.getoption("--trajalign-profile"))
        metafunc.parametrize(("model", "check"), sets)


def pytest_report_header(config: pytest.Config) -> str | None:
    """The profile; None, which prints nothing, where nobody asked for more than the default."""
    name = config.getoption("--trajalign-profile")
    return f"trajalign: profile {name}; a failing check prints its parameters, seeds included"
