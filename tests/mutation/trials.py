"""Running the tests against mutants: one forked process each, no file touched.

A process forked from one that has SymPy, pytest and the like imported already begins in a few
milliseconds; the mutant's text replaces the module's while it is imported.
"""

from __future__ import annotations

import importlib
import importlib.machinery
import importlib.util
import itertools
import multiprocessing
import os
import re
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any

from mutants import MODULES

_MEMORY = 6 * 2**30
_FIRST = 20  # tests that killed the most mutants so far are tried first
_QUIET = ("-x", "-q", "--tb=line", "--hypothesis-profile=mutation")
_CONFIG = ("-o", "addopts=--import-mode=importlib", "-m", "not thorough")
# No plugin on its own: pytest would load a plugin's package itself, and this project is one.
_PLUGINS = ("-p", "_hypothesis_pytestplugin", "-p", "pytest_timeout", "-p", "no:cacheprovider")
_FAILED = re.compile(r"^failed: (.+)", re.MULTILINE)


@dataclass(frozen=True)
class Result:
    """What became of a mutant; `by` is the test that killed it, "timeout" or "crash"."""

    killed: bool
    by: str
    seconds: float


def warm_up() -> None:
    """Import what every trial imports, once for all of them; nothing of this project."""
    os.environ |= {"OPENBLAS_NUM_THREADS": "1", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    for name in ("flint", "hypothesis.strategies", "mpmath", "pytest", "scipy.optimize", "sympy"):
        importlib.import_module(name)


class Replaced(importlib.machinery.SourceFileLoader):
    """Imports one module from a text instead of its file."""

    def __init__(self, name: str, path: str, text: str) -> None:
        super().__init__(name, path)
        self._text = text

    def get_code(self, fullname: str) -> Any:
        return compile(self._text, self.path, "exec", dont_inherit=True)

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if name != self.name:
            return None
        return importlib.util.spec_from_file_location(name, self.path, loader=self)


class First:
    """A pytest plugin: runs some tests before all others, and remembers what failed."""

    def __init__(self, names: Sequence[str]) -> None:
        self.rank, self.failed = {name: i for i, name in enumerate(names)}, ""

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        items.sort(key=lambda item: self.rank.get(item.nodeid, len(self.rank)))

    def pytest_runtest_logreport(self, report: Any) -> None:
        self.failed = report.nodeid if report.failed else self.failed

    pytest_collectreport = pytest_runtest_logreport


def run_tests(module: str, text: str, first: Sequence[str], log: Path) -> None:
    """In a process of its own: the tests with this text for the module; pytest's exit status."""
    import pytest
    from hypothesis import Phase, settings

    os.setsid()  # Ctrl-C is the parent's business
    with log.open("wb") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    name = "trajalign." + module.removesuffix(".py").replace("/", ".")
    sys.meta_path.insert(0, Replaced(name, str(Path.cwd() / "trajalign" / module), text))
    phases = [Phase.explicit, Phase.generate]  # a failure is enough, it need not be shrunk
    settings.register_profile("mutation", derandomize=True, database=None, phases=phases)
    plugin = First(first)
    code = int(pytest.main([*_QUIET, *_CONFIG, *_PLUGINS, *MODULES[module]], [plugin]))
    print(f"\nfailed: {plugin.failed}", flush=True)
    sys.stderr.flush()
    os._exit(code)


def judge(exitcode: int | None, log: str, seconds: float) -> Result:
    """The result of a finished trial (exit code None: it ran out of time)."""
    if exitcode is None:
        return Result(True, "timeout", seconds)
    found = _FAILED.search(log)
    return Result(exitcode != 0, found[1] if found else "crash" if exitcode else "", seconds)


def run_all(
    module: str, texts: Iterable[tuple[Any, str]], limit: float, jobs: int, killers: Counter[str]
) -> Iterator[tuple[Any, Result]]:
    """Results as they come, `jobs` texts at a time, `limit` seconds each; `killers` go first."""
    context, running = multiprocessing.get_context("fork"), {}
    waiting = iter(enumerate(texts))
    try:
        while True:
            for count, (key, text) in itertools.islice(waiting, jobs - len(running)):
                log, first = Path(f"log-{count}"), [name for name, _ in killers.most_common(_FIRST)]
                process = context.Process(target=run_tests, args=(module, text, first, log))
                process.start()
                running[process.sentinel] = process, key, log, time.monotonic()
            if not running:
                return
            oldest = min(begin for *_, begin in running.values())
            done = wait(list(running), max(0.0, oldest + limit - time.monotonic()))
            for sentinel, (process, key, log, begin) in list(running.items()):
                seconds = time.monotonic() - begin
                if sentinel not in done and seconds < limit:
                    continue
                if sentinel not in done:
                    process.kill()
                process.join()
                del running[sentinel]
                code = process.exitcode if sentinel in done else None
                result = judge(code, log.read_text(errors="replace"), seconds)
                killers.update([result.by] if "::" in result.by else [])
                log.unlink()
                yield key, result
    finally:
        for process, *_ in running.values():
            process.kill()
            process.join()
