"""One trial: a text or an orbit, fixed by the seed and its number, and everything said of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

import sympy as sp
from sympy.core.cache import clear_cache

from trajalign.theory.errors import InputError
from trajalign.theory.expressions.parsing import parse_expression

from .commanded import try_command
from .counting import OutOfTime, Tally, Trial, limited
from .draws import Grammar
from .followed import try_orbit
from .judged import try_response
from .proved import try_theorem
from .signs import try_claims, try_tails
from .smooth import try_analytic
from .truth import Truth
from .values import try_elementary, try_values

_SECONDS = {
    "values": 10,
    "tails": 10,
    "claims": 15,
    "analytic": 15,
    "elementary": 20,
    "response": 40,
    "orbit": 30,
    "command": 30,
    "theorem": 90,
}
KINDS = tuple(_SECONDS)
_ROUND = (
    *("values", "tails", "elementary", "values", "tails", "orbit", "values", "tails", "claims"),
    *("values", "tails", "orbit", "values", "tails", "elementary", "values", "tails", "orbit"),
    *("claims", "command", "analytic", "response", "theorem"),
)  # what the trials are in turn
_WITHOUT_TEXT = {
    "elementary": try_elementary,
    "orbit": try_orbit,
    "command": try_command,
    "theorem": try_theorem,
}
_ON_EXPRESSIONS: dict[str, Callable[[Trial, sp.Expr], None]] = {
    "values": try_values,
    "tails": try_tails,
    "claims": try_claims,
    "analytic": try_analytic,
}


@dataclass(frozen=True)
class Result:
    """What one trial found, ready for JSON."""

    index: int
    kind: str
    text: str
    seconds: float
    counts: dict[str, int] = field(default_factory=dict)
    found: list[dict[str, str]] = field(default_factory=list)
    passed_over: dict[str, int] = field(default_factory=dict)
    crashes: dict[str, str] = field(default_factory=dict)


def run_trial(seed: int, index: int, kind: str = "", stop_at_first: bool = False) -> Result:
    """The trial of a number under a seed; of one kind, if that is given."""
    kind = kind or _ROUND[index % len(_ROUND)]
    rng = Random(f"{seed}:{index}:{kind}")
    if kind in _WITHOUT_TEXT:
        return _timed(index, kind, "", rng, stop_at_first)
    grammar = Grammar(rng)
    neuron = rng.random() < 0.5
    if kind == "response":
        text = grammar.activation() if neuron else grammar.loss()
    elif kind == "analytic":
        text = grammar.kinked()
    else:
        text = grammar.expression()
    return _timed(index, kind, text, rng, stop_at_first, neuron)


def run_text(kind: str, text: str, seed: int = 1, neuron: bool = False) -> Result:
    """A trial of a given text."""
    return _timed(-1, kind, text, Random(f"{seed}:{text}"), False, neuron)


def _timed(
    index: int, kind: str, text: str, rng: Random, stop_at_first: bool, neuron: bool = False
) -> Result:
    tally, begin = Tally(stop_at_first=stop_at_first), time.perf_counter()
    try:
        with limited(_SECONDS[kind]):
            _run(kind, text, rng, tally, neuron)
    except OutOfTime:
        if not (stop_at_first and tally.found):
            tally.passed_over[f"{kind}: out of time"] += 1
    finally:
        clear_cache()
    for found in tally.found:
        found["trial"] = f"{kind} {index}"
    shown = f"neuron {text}" if kind == "response" and neuron else text
    seconds = round(time.perf_counter() - begin, 3)
    parts: list[Any] = [dict(tally.counts), tally.found, dict(tally.passed_over), tally.crashes]
    return Result(index, kind, shown, seconds, *parts)


def _run(kind: str, text: str, rng: Random, tally: Tally, neuron: bool) -> None:
    if kind in _WITHOUT_TEXT:
        _WITHOUT_TEXT[kind](rng, tally)
    elif kind == "response":
        try_response(Trial(rng, tally, Truth(text)), neuron)
    else:
        try:
            e = parse_expression(text)
        except InputError:
            tally.passed_over["not an expression"] += 1
            return
        _ON_EXPRESSIONS[kind](Trial(rng, tally, Truth(text)), e)
