"""The page about Coq lists the mistakes that the tests plant, all of them and no other."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/kernel.md").read_text("utf-8")
TABLES = {  # by their heads: the tests, and what these plant outside PLANTED
    "in the translation": ("test_running.py", {"a quotient by 0"}),
    "in an expansion": ("test_expansion_lemmas.py", {"an order too low"}),
    "in a line about matrices": ("test_matrices.py", set()),
    "in what says that A1 to A4 hold": ("hypotheses/test_theorems.py", set()),
}


def planted(name):
    """The keys of the module's PLANTED; to import it here would give it another package."""
    tree = ast.parse((ROOT / "tests/verification/kernel" / name).read_text("utf-8"))
    assigned = {node.target.id: node.value for node in tree.body if isinstance(node, ast.AnnAssign)}
    return {ast.literal_eval(key) for key in assigned["PLANTED"].keys}


@pytest.mark.parametrize("head", TABLES)
def test_every_planted_mistake_is_listed(head):
    name, besides = TABLES[head]
    table = re.search(rf"^\| {head} \|.*\n\|---\|---\|\n((?:\|.*\n)+)", PAGE, re.MULTILINE)
    listed = {line.split("|")[1].strip() for line in table[1].splitlines()}
    assert listed == planted(name) | besides
