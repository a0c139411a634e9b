"""The cells of a page that is a notebook, run one after the other as Jupyter does."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

CELL = re.compile(r"^```\{code-cell\}[^\n]*\n(.*?)^```$", re.DOTALL | re.MULTILINE)
OPTIONS = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)


def cells(page: Path) -> list[str]:
    """The code of each."""
    return [OPTIONS.sub("", code) for code in CELL.findall(page.read_text(encoding="utf-8"))]


def run(page: Path) -> Iterator[tuple[str, Any]]:
    """Each cell with the value of its last line, None where that is no expression."""
    names: dict[str, Any] = {"__name__": "__main__"}
    for code in cells(page):
        tree, value = ast.parse(code), None
        last = tree.body[-1]
        if isinstance(last, ast.Expr):
            tree.body.pop()
        exec(compile(tree, page.name, "exec"), names)
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), page.name, "eval"), names)
        yield code, value
