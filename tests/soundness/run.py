"""Soundness: is everything that the program calls rigorous true of independent values?

The README beside this file says what is compared, and how.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import itertools
import json
import multiprocessing
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from soundness.trials import KINDS, Result, run_trial  # noqa: E402

_BATCH = 16
_STUCK = 180  # seconds without a result after which a worker is given up
_SOURCES = ("theory", "numerics", "verification", "tests/soundness")


class Session:
    """The results under one seed and one state of the code: one JSON object a line, appended."""

    def __init__(self, folder: Path, seed: int, kind: str) -> None:
        name = f"seed-{seed}{kind and '-' + kind}-{digest()}.jsonl"
        self.path, self.results = folder / name, dict[int, Result]()
        if self.path.exists():
            text = self.path.read_text(encoding="utf-8")
            if not text.endswith("\n"):  # or the next result would be lost with what was cut
                self.path.write_text(text + "\n", encoding="utf-8")
            for line in text.splitlines():
                with contextlib.suppress(ValueError):  # a line cut short by an interrupt
                    result = Result(**json.loads(line))
                    self.results[result.index] = result

    def add(self, result: Result) -> None:
        self.results[result.index] = result
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(result)) + "\n")


def digest() -> str:
    """Of the text of everything that a result depends on."""
    found = hashlib.sha256()
    for folder in _SOURCES:
        for path in sorted((ROOT / folder).rglob("*.py")):
            found.update(path.read_bytes())
    return found.hexdigest()[:12]


def results(
    seed: int, indices: Iterator[int], kind: str, jobs: int, until: float
) -> Iterator[Result]:
    """Results as they come, from processes of their own."""
    context = multiprocessing.get_context("fork")
    while time.monotonic() < until:
        batch = list(itertools.islice(indices, _BATCH * jobs))
        if not batch:
            return
        with context.Pool(jobs, _ignore_interrupts) as pool:
            coming = pool.imap_unordered(_run, [(seed, index, kind) for index in batch])
            left = set(batch)
            for _ in batch:
                try:
                    result = coming.next(_STUCK)
                except multiprocessing.TimeoutError:
                    break
                left.discard(result.index)
                yield result
                if time.monotonic() > until:
                    return
            for index in left:
                yield Result(index, kind, "", _STUCK, passed_over={"stuck": 1})


def _run(task: tuple[int, int, str]) -> Result:
    return run_trial(*task)


def _ignore_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def summary(found: Sequence[Result], seconds: float | None = None) -> str:
    """Comparisons by kind, what was passed over, and the violations."""
    counts, passed, kinds = Counter[str](), Counter[str](), Counter(r.kind for r in found)
    crashes: dict[str, str] = {}
    for result in found:
        counts.update(result.counts)
        passed.update(result.passed_over)
        crashes |= {**result.crashes, **crashes}
    violations = sum(len(result.found) for result in found)
    lines = [f"{name:32} {count:>12,}" for name, count in counts.most_common()]
    lines += ["", *(f"passed over: {name} {count:,}" for name, count in passed.most_common())]
    lines += [f"crash: {name}: {text}" for name, text in sorted(crashes.items())]
    total = sum(counts.values())
    work = sum(result.seconds for result in found)
    drawn = ", ".join(f"{count} {name}" for name, count in kinds.most_common())
    lines += ["", f"{len(found)} trials ({drawn}) in {work:.0f} s of work"]
    if seconds is not None:
        lines[-1] += f", {seconds:.0f} s now"
    lines.append(f"{total:,} comparisons, {violations} violations")
    return "\n".join(lines)


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make soundness", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="[%(default)s]")
    parser.add_argument("--count", type=int, default=100_000, help="trials in all [%(default)s]")
    parser.add_argument("--seconds", type=float, default=600, help="at most, now [%(default)s]")
    parser.add_argument("--jobs", type=int, default=2, help="processes [%(default)s]")
    parser.add_argument("--only", choices=KINDS, default="", help="trials of one kind")
    parser.add_argument("--trial", type=int, help="one trial again, its result in full")
    parser.add_argument("--planted", action="store_true", help="does it find planted faults?")
    parser.add_argument("--folder", type=Path, default=ROOT / "build" / "soundness")
    return parser.parse_args(given)


def show(result: Result) -> None:
    """The violations of a trial, each with what reproduces it."""
    for found in result.found:
        print(f"VIOLATION {found['kind']} (trial {found['trial']})")
        print(f"  {found['text']}\n  {found['detail']}", flush=True)


def run(options: argparse.Namespace) -> int:
    """The trials that are left; exit status 1 if there was any violation."""
    session, begin = Session(options.folder, options.seed, options.only), time.monotonic()
    left = (index for index in range(options.count) if index not in session.results)
    until = begin + options.seconds
    try:
        for result in results(options.seed, left, options.only, options.jobs, until):
            session.add(result)
            show(result)
            if sys.stderr.isatty():
                print(f"\rtrial {result.index} ", end="", file=sys.stderr, flush=True)
    finally:
        found = list(session.results.values())
        print(summary(found, time.monotonic() - begin), flush=True)
    return 1 if any(result.found for result in found) else 0


def main(given: Sequence[str] | None = None) -> int:
    options = arguments(given)
    for number in (signal.SIGINT, signal.SIGTERM):  # also where a shell has SIGINT ignored
        signal.signal(number, signal.default_int_handler)
    try:
        if options.planted:
            from soundness.planted import report

            return report(options.seed, options.seconds)
        if options.trial is not None:
            result = run_trial(options.seed, options.trial, options.only)
            show(result)
            print(summary([result]))
            return 1 if result.found else 0
        return run(options)
    except KeyboardInterrupt:
        print("soundness: interrupted; the same command goes on", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
