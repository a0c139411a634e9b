"""Orbits on disk: kept while they run, resumed after an interrupt, read back.

The file is an SQLite database, so every save is one transaction: a run that is killed at any moment
leaves the state of the last save.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import sympy as sp
from flint import arb

from ...theory.arguments import file, takes
from ...theory.errors import InputError
from .iteration import Moment
from .recorded import Orbit, Stretch, assembled

_APPLICATION_ID = 0x74724F31  # what SQLite's header says the file is for
_TABLES = (
    "CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    "CREATE TABLE parts (number INTEGER PRIMARY KEY, bits INTEGER, agreement REAL, runs TEXT)",
    "CREATE TABLE points (t INTEGER PRIMARY KEY, part INTEGER, p TEXT, u TEXT)",
    f"PRAGMA application_id = {_APPLICATION_ID}",
)


class OrbitFileError(InputError):
    """A file that is not an orbit of this program, is damaged, or holds another orbit."""


class OrbitFile:
    """A `Keeper` that keeps an orbit in one file and saves it at most every `interval` seconds.

    `about` says which orbit it is, in names and exact numbers; `load_orbit` needs "eta" and
    "digits". Raises OrbitFileError for a foreign or damaged file and for one about another orbit.
    """

    def __init__(self, path: Path, about: Mapping[str, str], *, interval: float = 10.0) -> None:
        self._path, self._interval = path, interval
        self._saved, self._time = 0, time.monotonic()
        with _opened(path, new=not path.exists() or path.stat().st_size == 0) as file:
            if not file.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                for table in _TABLES:
                    file.execute(table)
                file.executemany("INSERT INTO about VALUES (?, ?)", about.items())
            known = _about(file)
        for name in sorted(known.keys() | about.keys()):
            here, wanted = known.get(name, "nothing"), about.get(name, "nothing")
            if here != wanted:
                raise OrbitFileError(
                    f"{path}: holds another orbit: its {name} is {here}, not {wanted}"
                )

    def found(self) -> list[Stretch]:
        """The parts that the file holds."""
        with _opened(self._path) as file:
            parts = _parts(file, self._path)
        self._saved = len(parts)
        return parts

    def keep(self, parts: Sequence[Stretch], *, at_once: bool) -> None:
        """Save what is new, if `at_once` or if the interval is over."""
        if not at_once and time.monotonic() - self._time < self._interval:
            return
        with _opened(self._path) as file:
            for number in range(self._saved, len(parts)):
                _insert(file, number, parts[number])
        self._saved, self._time = len(parts), time.monotonic()

    def clear(self) -> None:
        """Remove all parts."""
        with _opened(self._path) as file:
            file.execute("DELETE FROM parts")
            file.execute("DELETE FROM points")
        self._saved = 0


@takes(path=file)
def load_orbit(path: Path) -> tuple[Orbit, dict[str, str]]:
    """The orbit in a file, as far as it has been saved, and what the file says about it.

    Raises OrbitFileError if there is none.
    """
    if not path.exists():
        raise OrbitFileError(f"{path}: there is no such file")
    with _opened(path) as file:
        about, parts = _about(file), _parts(file, path)
    if not parts:
        raise OrbitFileError(f"{path}: the orbit in it has not begun")
    return assembled(sp.Rational(about["eta"]), int(about["digits"]), parts), about


@contextmanager
def _opened(path: Path, *, new: bool = False) -> Iterator[sqlite3.Connection]:
    """The file inside one transaction, after a look at whether it is ours and whole."""
    file = None
    try:
        file = sqlite3.connect(path, isolation_level=None)
        file.execute("PRAGMA synchronous = FULL")
        file.execute("BEGIN IMMEDIATE")
        if not new:
            _require_ours(file, path)
        yield file
        file.execute("COMMIT")
    except sqlite3.OperationalError as error:
        raise OrbitFileError(f"{path}: cannot be used ({error})") from None
    except (sqlite3.DatabaseError, ValueError, KeyError, TypeError) as error:
        if isinstance(error, InputError):
            raise
        raise OrbitFileError(f"{path}: not an orbit file, or a damaged one ({error})") from None
    finally:
        if file is not None:
            file.close()


def _require_ours(file: sqlite3.Connection, path: Path) -> None:
    if file.execute("PRAGMA application_id").fetchone()[0] != _APPLICATION_ID:
        raise OrbitFileError(f"{path}: an SQLite file, but not an orbit")
    state = file.execute("PRAGMA quick_check(1)").fetchone()[0]
    if state != "ok":
        raise OrbitFileError(f"{path}: damaged ({state.splitlines()[-1]})")


def _about(file: sqlite3.Connection) -> dict[str, str]:
    return dict(file.execute("SELECT name, value FROM about"))


def _insert(file: sqlite3.Connection, number: int, part: Stretch) -> None:
    runs = [[m.step, _text(m.p), _text(m.u), m.precision, m.crossing, m.outcome] for m in part.now]
    row = (number, part.bits, part.agreement, json.dumps(runs))
    file.execute("INSERT INTO parts VALUES (?, ?, ?, ?)", row)
    points = zip(part.times, part.p, part.u, strict=True)
    file.executemany(
        "INSERT INTO points VALUES (?, ?, ?, ?)",
        ((t, number, _text(p), _text(u)) for t, p, u in points),
    )


def _parts(file: sqlite3.Connection, path: Path) -> list[Stretch]:
    points: dict[int, list[tuple[int, arb, arb]]] = {}
    for t, number, p, u in file.execute("SELECT t, part, p, u FROM points ORDER BY t"):
        points.setdefault(number, []).append((t, _number(p), _number(u)))
    parts = []
    rows = file.execute("SELECT number, bits, agreement, runs FROM parts ORDER BY number")
    for expected, (number, bits, agreement, runs) in enumerate(rows):
        if number != expected:
            raise OrbitFileError(f"{path}: damaged (part {expected} is missing)")
        now = tuple(
            Moment(step, _number(p), _number(u), precision, crossing, outcome)
            for step, p, u, precision, crossing, outcome in json.loads(runs)
        )
        times, ps, us = zip(*points.get(number, []), strict=True) if number in points else ((),) * 3
        parts.append(Stretch(bits, now, times, ps, us, agreement))
    return parts


def _text(x: arb) -> str:
    """An exact number as mantissa and exponent of 2, in hexadecimal and decimal."""
    mantissa, exponent = x.man_exp()
    return f"{int(mantissa):x} {int(exponent)}"


def _number(text: str) -> arb:
    mantissa, exponent = text.split()
    return arb((int(mantissa, 16), int(exponent)))
