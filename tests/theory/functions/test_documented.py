"""The page on one's own loss lists the functions that may be typed."""

import re
from pathlib import Path

from trajalign.theory.functions import ROWS
from trajalign.theory.functions.typed import DEFINITIONS, KNOWN

PAGE = Path(__file__).parents[3] / "docs" / "own-loss.md"


def listed(page: str) -> tuple[dict[str, set[str]], set[str]]:
    """The table, function by function with its other names, and the names below the table."""
    section = page.split("\n## The functions\n")[1].split("\n## ")[0]
    table, below = section.split("\n\nRead as what they are")
    rows = re.findall(r"^\| `(\w+)` \|(.*)\|$", table, re.MULTILINE)
    names = {name: set(re.findall(r"`(\w+)`", others)) - {"√"} for name, others in rows}
    return names, set(re.findall(r"`(\w+)`", below))


def test_the_page_lists_the_functions_and_their_names() -> None:
    names, below = listed(PAGE.read_text(encoding="utf-8"))
    assert names.pop("sqrt") == set()
    assert names == {row.name: set(row.aliases) for row in ROWS if row.typed}
    assert below == set(DEFINITIONS)
    assert {*names, *below, "sqrt", *(a for others in names.values() for a in others)} == set(KNOWN)


def test_a_page_that_lacks_a_function_is_not_the_table() -> None:
    page = PAGE.read_text(encoding="utf-8").replace("| `erfc` | |\n", "")
    assert "erfc" not in listed(page)[0]
