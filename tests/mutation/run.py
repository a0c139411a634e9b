"""Mutation testing: is every small change of a module noticed by the tests that mirror it?

The README beside this file says what is counted, and how.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import importlib.util
import json
import os
import shutil
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

SURVIVORS = Path(__file__).with_name("survivors.toml")
sys.path.insert(0, str(SURVIVORS.parent))

from mutants import (  # noqa: E402
    MODULES,
    ROOT,
    Mutant,
    change,
    chosen,
    explanations,
    mutants,
    mutated,
    sampled,
)
from trials import Result, run_all, warm_up  # noqa: E402


class Session:
    """The results of one text of a module: a file of one JSON object a line, so it can go on."""

    def __init__(self, folder: Path, module: str, source: str) -> None:
        self.module, self.source = module, source
        digest = hashlib.sha256(source.encode()).hexdigest()[:12]
        self.path = folder / f"{module.removesuffix('.py').replace('/', '-')}-{digest}.jsonl"
        self.results: dict[tuple[str, int], Result] = {}
        if self.path.exists():
            for line in self.path.read_text(encoding="utf-8").splitlines():
                with contextlib.suppress(ValueError):  # a line cut short by an interrupt
                    entry = json.loads(line)
                    key = entry.pop("operator"), entry.pop("occurrence")
                    self.results[key] = Result(**entry)

    def __contains__(self, mutant: Mutant) -> bool:
        return (mutant.operator, mutant.occurrence) in self.results

    def __getitem__(self, mutant: Mutant) -> Result:
        return self.results[mutant.operator, mutant.occurrence]

    def add(self, mutant: Mutant, result: Result) -> None:
        self.results[mutant.operator, mutant.occurrence] = result
        entry = {"operator": mutant.operator, "occurrence": mutant.occurrence, **asdict(result)}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")


def run_module(session: Session, sample: list[Mutant], jobs: int, again: bool) -> None:
    """Run what is left of a sample (`again`: and what survived), once the tests pass without."""
    left = [m for m in sample if m not in session or (again and not session[m].killed)]
    if not left:
        return
    twins = [("as it is", session.source), ("broken", "raise ImportError")]
    (_, base), (_, broken) = run_all(session.module, twins, 600, 1, Counter())
    if base.killed or not broken.killed:
        wrong = f"without any mutation: {base.by}" if base.killed else "no test imports it"
        raise SystemExit(f"mutation: {session.module}: {wrong}")
    texts = ((mutant, mutated(session.source, mutant)) for mutant in left)
    killers = Counter(result.by for result in session.results.values() if "::" in result.by)
    results = run_all(session.module, texts, 10 + 3 * base.seconds, jobs, killers)
    for count, (mutant, result) in enumerate(results, 1):
        session.add(mutant, result)
        if sys.stderr.isatty():
            print(f"\r{session.module} {count}/{len(left)} ", end="", file=sys.stderr, flush=True)


def report(session: Session, sample: list[Mutant], total: int) -> None:
    """One line of figures, then the survivors that nothing explains."""
    ran = [m for m in sample if m in session]
    alive = [m for m in ran if not session[m].killed]
    known = explanations(SURVIVORS.read_text(encoding="utf-8"))
    changes = [(m, change(session.source, mutated(session.source, m))) for m in alive]
    unexplained = [
        (m, c) for m, c in changes if not any(k.covers(session.module, c) for k in known)
    ]
    killed, late = len(ran) - len(alive), sum(session[m].by == "timeout" for m in ran)
    print(
        f"{session.module}: killed {killed} of {len(ran)}{interval(killed, len(ran), total)}, "
        f"{late} by time; {len(alive) - len(unexplained)} survivors explained, "
        f"{len(unexplained)} not; {total} mutants in all",
        flush=True,
    )
    for mutant, found in sorted(unexplained, key=lambda pair: pair[0].start):
        print(f"  line {mutant.start[0]}: {found.before}\n       → {found.after}")


def interval(killed: int, ran: int, total: int) -> str:
    """The share killed, with Wilson's 95 % interval where it is a sample.

    >>> interval(90, 100, 500), interval(90, 100, 100), interval(0, 0, 100)
    (' (90.0 %, 95 % interval 82.6–94.5 %)', ' (90.0 %)', '')
    """
    if ran == 0:
        return ""
    if ran == total:
        return f" ({killed / ran:.1%})".replace("%", " %")
    from scipy.stats import binomtest

    low, high = binomtest(killed, ran).proportion_ci(method="wilson")
    return f" ({100 * killed / ran:.1f} %, 95 % interval {100 * low:.1f}–{100 * high:.1f} %)"


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make mutation", description=__doc__)
    parser.add_argument("modules", nargs="*", help='such as "linear"; all if none is named')
    parser.add_argument("--sample", type=int, default=200, help="mutants a module [%(default)s]")
    parser.add_argument("--full", action="store_true", help="every mutant (hours); goes on")
    parser.add_argument("--seed", type=int, default=1, help="of the sample [%(default)s]")
    parser.add_argument("--jobs", type=int, default=2, help="at a time [%(default)s]")
    parser.add_argument("--again", action="store_true", help="run known survivors once more")
    parser.add_argument("--folder", type=Path, default=ROOT / "build" / "mutation")
    options = parser.parse_args(given)
    if unknown := [name for name in options.modules if not chosen([name])]:
        parser.error(f"no module {unknown[0]}; there are {', '.join(MODULES)}")
    return options


def run(options: argparse.Namespace) -> None:
    """The modules one after the other, in a copy of the repository."""
    folder = options.folder.resolve()
    with tempfile.TemporaryDirectory() as temporary:
        copy = Path(temporary) / "trajalign"
        ignored = shutil.ignore_patterns(".*", "__pycache__", "build", "dist", "*.egg-info")
        shutil.copytree(ROOT, copy, symlinks=True, ignore=ignored)
        os.chdir(copy)
        sys.path.insert(0, str(copy))
        for module in chosen(options.modules):
            source = Path(module).read_text(encoding="utf-8")
            population, session = [*mutants(source)], Session(folder, module, source)
            sample = sampled(population, None if options.full else options.sample, options.seed)
            try:
                run_module(session, sample, options.jobs, options.again)
            finally:
                report(session, sample, len(population))


def main(given: Sequence[str] | None = None) -> int:
    options = arguments(given)
    if importlib.util.find_spec("cosmic_ray") is None:
        print("mutation: cosmic-ray is missing; pip install 'trajalign[mutation]'", file=sys.stderr)
        return 2
    for number in (signal.SIGINT, signal.SIGTERM):  # also where a shell has SIGINT ignored
        signal.signal(number, signal.default_int_handler)
    try:
        warm_up()
        run(options)
    except KeyboardInterrupt:
        print("mutation: interrupted; the same command goes on", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
