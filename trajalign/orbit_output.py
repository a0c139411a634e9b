"""One orbit as JSON, as CSV and as a table in the terminal."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sympy as sp
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from .files import dump
from .numerics.orbits.iteration import Stops
from .own_code import source
from .theory.models import Model
from .theory.models.options import with_options

ORBIT_SCHEMA = "trajalign.orbit/1"
_SHOWN_ROWS = 16
_SHOWN_DIGITS = 20
_MIDPOINT_DIGITS = 14


@dataclass(frozen=True)
class Question:
    """The orbit asked for."""

    model: Model
    eta: sp.Rational
    start: tuple[sp.Rational | None, sp.Rational]
    digits: int
    every: int
    stops: Stops

    @property
    def about(self) -> dict[str, str]:
        """Everything that determines the orbit, as exact texts."""
        p0, q0 = self.start
        return {
            "model": self.model.name,
            "response": self.model.response.text,
            **({"options": _told(self.model.settings)} if self.model.settings else {}),
            **({"source": of} if (of := source(self.model)) else {}),
            "eta": str(self.eta),
            "p0": "on the curve" if p0 is None else str(p0),
            "q0": str(q0),
            "digits": str(self.digits),
            "every": str(self.every),
            "steps": str(self.stops.max_steps),
            "until": str(self.stops.until),
            "to_crossing": str(self.stops.at_crossing).lower(),
        }


@dataclass(frozen=True)
class Result:
    """What was found. Numbers are texts, in as many digits as are good.

    `method` is "step by step", "fast-forward" or "enclosed"; `rows` are (t, p, q); `facts` is
    everything else, by name.
    """

    method: str
    outcome: str
    rows: Sequence[tuple[int, str, str]]
    facts: Mapping[str, str | int | None]


def as_json(question: Question, result: Result, version: str) -> str:
    """The orbit in the layout of schema trajalign.orbit/1."""
    return dump(
        {
            "schema": ORBIT_SCHEMA,
            "version": version,
            "parameters": question.about | with_options(question.model.settings),
            "method": result.method,
            "outcome": result.outcome,
            **result.facts,
            "orbit": [{"t": t, "p": p, "q": q} for t, p, q in result.rows],
        }
    )


def _told(settings: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in settings.items())


def as_csv(result: Result) -> str:
    """The columns t, p, q."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([("t", "p", "q"), *result.rows])
    return text.getvalue()


def show(console: Console, question: Question, result: Result, seconds: float) -> None:
    """Some of the steps, then what is known of the orbit."""
    about = question.about
    model = question.model
    title = Text.assemble((model.designation, "bold"), "  ", (about["response"], "bold cyan"))
    title.append(f"  eta = {about['eta']}, p0 = {about['p0']}, q0 = {about['q0']}")
    console.print(title, highlight=False)
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 2, 0, 0))
    for heading in ("t", "p", "q"):
        table.add_column(heading, justify="right" if heading == "t" else "left", no_wrap=True)
    for t, p, q in _some(result.rows):
        table.add_row(str(t), _short(p), _short(q))
    console.print(table, highlight=False)
    for name, value in result.facts.items():
        if value is not None and name != "zero_digits":  # told below
            words = f"{name.replace('_', ' ')}:"
            console.print(Text.assemble((f"{words:<20}", "dim"), str(value)), overflow="fold")
    words = _in_words(result)
    console.print(f"\n{words}, {result.method}, in {seconds:.1f} s", highlight=False)


def _in_words(result: Result) -> str:
    """The outcome; where a step took p to 0, what follows from it and how far it is known."""
    digits = result.facts.get("zero_digits")
    if digits is None:
        return result.outcome
    step = result.facts["steps"]
    return (
        f"p = 0 to all {digits} digits from step {step} on: the orbit is at the minimum; "
        "q does not change"
    )


def _some(rows: Sequence[tuple[int, str, str]]) -> Sequence[tuple[int, str, str]]:
    """Evenly spread ones, the first and the last among them."""
    if len(rows) <= _SHOWN_ROWS:
        return rows
    last = len(rows) - 1
    return [rows[round(i * last / (_SHOWN_ROWS - 1))] for i in range(_SHOWN_ROWS)]


def _short(number: str) -> str:
    """At most some twenty digits, fewer beside a radius; an exponent or a radius stays.

    Where digits of an enclosure's midpoint are cut off, dots say so.
    """
    middle, plus_minus, radius = number.strip("[]").partition(" +/- ")
    mantissa, mark, exponent = middle.partition("e")
    if radius:
        cut = f"{mantissa[:_MIDPOINT_DIGITS]}…" if len(mantissa) > _MIDPOINT_DIGITS else mantissa
        return cut + mark + exponent + plus_minus + radius
    return mantissa[:_SHOWN_DIGITS] + mark + exponent
