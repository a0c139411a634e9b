"""What `trajalign orbit … --enclose` prints, against gradient descent on the weights in mpmath."""

from __future__ import annotations

import json
from fractions import Fraction
from random import Random
from typing import Any

import mpmath
from click.testing import CliRunner
from flint import arb, ctx

from trajalign.commands.orbit import orbit

from .counting import Tally
from .followed import ACTIVATIONS, LOSSES, SETTLED, Descent, descent
from .truth import from_mpmath

_STEPS = 4000
_SLACK = mpmath.mpf(10) ** -33


def try_command(rng: Random, tally: Tally) -> None:
    """The orbit of one start: its rows, its crossing, its limit, and the sharpness there."""
    neuron = rng.random() < 0.5
    text = rng.choice(sorted(ACTIVATIONS if neuron else LOSSES))
    eta = Fraction(1, rng.randrange(3, 25)) if neuron else Fraction(1, rng.randrange(2, 9))
    p = Fraction(rng.choice([-1, 1]) * rng.randrange(1, 64), 64)
    q = Fraction(rng.randrange(40, 100), 64)
    model, option = ("neuron", "--activation") if neuron else ("linear", "--loss")
    start = [f"--eta={eta}", f"--p0={p}", f"--q0={q}"]
    given = [model, f"{option}={text}", *start, "--enclose", "--json=-", "--every=5"]
    given += [f"--digits={rng.choice([10, 25])}", f"--steps={_STEPS}", "--until=1e-6"]
    told = " ".join(["trajalign orbit", *given])
    with tally.trying("command", told):
        if not neuron and abs(p) * eta * q >= 1:
            return  # no weights have these p and q
        answer = CliRunner().invoke(orbit, given, standalone_mode=False)
        if answer.exception is not None:
            raise answer.exception
        with mpmath.workdps(90), ctx.workprec(300):
            _compare(tally, told, json.loads(answer.stdout), descent(text, neuron, eta, p, q))


def _compare(tally: Tally, told: str, answer: dict[str, Any], now: Descent) -> None:
    rows = {row["t"]: row for row in answer["orbit"]}
    crossing, slack = None, from_mpmath(_SLACK)
    for t in range(_STEPS):
        for name in ("p", "q") if t in rows else ():
            value = from_mpmath(getattr(now, name)) + arb(0, slack)
            tally.inside(
                "command, orbit",
                told,
                value,
                arb(rows[t][name]),
                lambda n=name, t=t: f"{n}, t = {t}",
            )
        if crossing is None and now.q > 1:
            crossing = t
        if not SETTLED < abs(now.p) < 10**4:
            break
        now.step()
    first, last = answer["earliest_crossing"], answer["latest_crossing"]
    end = answer["steps"] + 1
    told_of = f"crossing in [{first}, {last}], but it is {crossing}"
    happens = end if crossing is None else crossing
    holds = happens >= (end if first is None else first) and (last is None or happens <= last)
    tally.check("command, crossing", holds, told, lambda: told_of)
    if abs(now.p) > SETTLED or "limiting_sharpness" not in answer:
        return
    for name, value in (("limit", now.q), ("limiting_sharpness", now.sharpness)):
        true = from_mpmath(value) + arb(0, slack)
        tally.inside(f"command, {name}", told, true, arb(answer[name]), lambda n=name: n)
