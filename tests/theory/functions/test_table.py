"""Every row of the table of functions, by mpmath; and every falsified copy, which is refused."""

from collections.abc import Callable

import pytest
from function_checks import CHECKS, Check, falsified

from trajalign.theory.functions import BY_KIND, BY_NAME, ROWS, Row
from trajalign.theory.functions.typed import KNOWN

_FALSIFIED = [
    (wrong, check, f"{row.name}: {what}, {check.__name__}")
    for row in ROWS
    for what, wrong, checks in falsified(row)
    for check in checks
]
# On every run every fourth: of every row, and of every kind of check.
FALSIFIED = [
    pytest.param(*made, id=told, marks=[pytest.mark.thorough] if k % 4 else [])
    for k, (*made, told) in enumerate(_FALSIFIED)
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_what_a_row_says_is_true(row: Row, check: Check) -> None:
    assert check(row) == ""


@pytest.mark.parametrize(("wrong", "check"), FALSIFIED)
def test_a_falsified_row_is_refused(wrong: Row, check: Callable[[Row], str]) -> None:
    assert check(wrong) != ""


def test_a_function_has_one_row_and_a_name_one_meaning() -> None:
    assert len(BY_KIND) == len(BY_NAME) == len(ROWS)
    names = [name for row in ROWS if row.typed for name in (row.name, *row.aliases)]
    assert len(names) == len(set(names))
    assert set(names) < set(KNOWN)
