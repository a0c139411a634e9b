"""The table of docs/edge.md is what its script writes."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bench_edge", ROOT / "benchmarks/bench_edge.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_has_a_row_for_every_objective() -> None:
    bench = script()
    rows = bench.shown((ROOT / "docs/edge.md").read_text("utf-8"))
    assert tuple(rows[:2]) == bench.HEAD
    assert len(rows) == 2 + len(bench.CASES)
    for row, case in zip(rows[2:], bench.CASES, strict=True):
        assert row.startswith(f"| {case.about} | `{case.text}` |")
        assert row.count(" |") == 6


@pytest.mark.thorough
@pytest.mark.timeout(600)
def test_it_is_what_is_measured() -> None:
    bench = script()
    assert bench.table() == bench.shown((ROOT / "docs/edge.md").read_text("utf-8"))
