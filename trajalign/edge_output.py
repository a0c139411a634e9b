"""What `trajalign edge` shows and writes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import mpmath as mp
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from .files import dump
from .numerics.edge.descent import Run
from .numerics.edge.flip import Flip
from .theory.edge.law import crossing_time, flip_coefficient
from .verdict_output import control_row, result
from .verdict_tables import verdict_row
from .verification.edge.exact import exact_form
from .verification.edge.examination import DEGENERATE, JUMP, STILL, Examined
from .verification.edge.measuring import Measured
from .verification.edge.near import NEAR
from .verification.edge.rungs import SMALL, SMALLEST, Rung
from .verification.running.runner import Control
from .verification.verdicts import Verdict

SCHEMA = "trajalign.edge/1"
_TINY = mp.mpf("1e-25")


def show(console: Console, examined: Examined, verdicts: Sequence[Verdict]) -> None:
    """The flip, what the law says there, and how descent compares."""
    console.print(Text.assemble(("edge", "bold"), "  ", (examined.landscape.text, "bold cyan")))
    facts = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    facts.add_column(no_wrap=True)
    facts.add_column(overflow="fold")
    for name, text in facts_of(examined):
        facts.add_row(name, Text(text))
    console.print(facts)
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for heading in ("label", "verdict", "evidence"):
        table.add_column(heading, no_wrap=True)
    for heading in ("law", "measured", "order"):
        table.add_column(heading, justify="right", overflow="fold")
    for verdict in verdicts:
        table.add_row(*verdict_row(verdict))
    console.print(table)
    for ladder in _ladders(examined, verdicts):
        console.print(ladder)
    for reason in dict.fromkeys(verdict.reason for verdict in verdicts if verdict.reason):
        first = next(verdict for verdict in verdicts if verdict.reason == reason)
        console.print(Text.assemble((f"{first.label}  ", "bold"), reason))
        if first.witness:
            witness = ", ".join(f"{name} = {value}" for name, value in first.witness.items())
            console.print(Text(f"  witness: {witness}"))


def facts_of(examined: Examined) -> list[tuple[str, str]]:
    """The minimum, the flip, c, κ and what the law says, in words by name."""
    first = examined.first
    flip, names = first.flip, examined.landscape.names
    tangent, stable = flip.minimum.flat, len(flip.stable)
    where = f", {first.where}" if not first.where.startswith("eta") else ""
    return [
        ("minimum", f"{_vector(names, flip.minimum.point)}: {_manifold(tangent, stable)}{where}"),
        (
            "flip",
            f"eta = {_number(flip.eta)} = 2/λ, along {_vector(names, flip.minimum.direction)}",
        ),
        ("c", f"{_number(flip.c)} = {_terms(flip)}: {_criticality(flip)}"),
        *([] if flip.degenerate else [("kappa", _kappa(examined))]),
        ("the law", _prediction(examined)),
        *([("ladder", _elsewhere(examined))] if _elsewhere(examined) else []),
    ]


def _elsewhere(examined: Examined) -> str:
    """Where the ladder begins, if not at the flip asked for."""
    first, ladder = examined.first, examined.rungs.ladder
    if not ladder or any(rung.where == first.where for rung in ladder):
        return ""
    size = abs(first.kappa)
    why = f"larger than {SMALL}" if size > SMALL else f"below {SMALLEST}, where descent is too long"
    return f"not from there, κ being {why}, but from {ladder[0].where}"


def _manifold(tangent: int, stable: int) -> str:
    if not tangent:
        return "isolated"
    modes = f"{stable} stable mode{'' if stable == 1 else 's'}"
    return f"on a {tangent}-dimensional manifold of minima, {modes}"


def _terms(flip: Flip) -> str:
    """The terms of c that are not 0."""
    parts = {name: value for name, value in terms(flip).items() if abs(value) > _TINY}
    words = " + ".join(f"{_number(value)} ({name})" for name, value in parts.items())
    return words.replace("+ -", "− ") or "0"


def terms(flip: Flip) -> dict[str, Any]:
    """What c consists of, by where it comes from."""
    zero = mp.mpf(0)
    return {
        "L_uuu": flip_coefficient(flip.eta, flip.third, zero),
        "L_uuuu": flip_coefficient(flip.eta, zero, flip.fourth),
        "stable modes": flip_coefficient(flip.eta, zero, zero, flip.stable),
    }


def _criticality(flip: Flip) -> str:
    if flip.degenerate:
        return "degenerate"
    return "supercritical" if flip.c > 0 else "subcritical"


def _kappa(examined: Examined) -> str:
    flip = examined.first.flip
    if flip.still:
        return "0: λ does not change along the minima"
    found = f"{examined.first.kappa:.8g}, from |∇λ| = {_digits(flip.slope)} along the minima"
    exact = exact_form(examined.landscape, flip.minimum)
    return found if exact is None else f"{found}; exactly {exact.kappa}"


def _prediction(examined: Examined) -> str:
    flip, kappa = examined.first.flip, examined.first.kappa
    if examined.kind == DEGENERATE:
        return "none: with c = 0 higher orders decide what the flip does"
    if examined.kind == STILL:
        cycle = (
            "a stable 2-cycle" if flip.c > 0 else "below 2/λ an unstable 2-cycle, beyond it none"
        )
        return f"no drift; {cycle} with P = μ/c, μ = ηλ − 2"
    if examined.kind == JUMP:
        return f"descent leaves where μ₀ + |c|P₀ > |κ| = {abs(kappa):.6g}; what follows is not said"
    if not examined.measured:
        near = "from small μ₀ it comes to rest at the μ* of Lambert's function"
        return f"not of these κ; {near}, for κ ≫ μ₀ at μ*² = μ₀² + kP₀"
    rough = "" if kappa <= SMALL else "; rough there, as κ is not small"
    time = float(crossing_time(kappa, 1))
    return (
        f"ηλ* = 2 − κ = {2 - kappa:.8g} at rest; from μ₀ of the order of 1 it takes about "
        f"{time:.3g} steps to ηλ = 2{rough}"
    )


def _ladders(examined: Examined, verdicts: Sequence[Verdict]) -> list[Table]:
    """Measured over predicted, rung by rung; of starts near a flip in a table of their own."""
    columns = {
        verdict.label: verdict.quantities["measured over predicted"]
        for verdict in verdicts
        if "measured over predicted" in verdict.quantities
    }
    near = {label: column for label, column in columns.items() if label == NEAR.label}
    others = {label: column for label, column in columns.items() if label not in near}
    return [_table(examined, part) for part in (others, near) if part]


def _table(examined: Examined, columns: Mapping[str, Any]) -> Table:
    title = "measured over predicted"
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), title=title, title_justify="left")
    table.add_column("at", no_wrap=True)
    for heading in ("kappa", *(label.removeprefix("edge/") for label in columns)):
        table.add_column(heading, justify="right")
    for number, (name, size) in enumerate(rungs_of(examined, next(iter(columns)))):
        values = (_ratio(column[number]) for column in columns.values())
        table.add_row(name, size, *values)
    return table


def _ratio(value: str) -> str:
    """To six places; a word for descent that did not do what the law says."""
    return value if value.isalpha() and value != "nan" else f"{float(value):.6f}"


def rungs_of(examined: Examined, label: str) -> list[tuple[str, str]]:
    """Where the numbers of a label were measured, and κ there."""
    if examined.kind == STILL:
        return [(f"mu = {cycle.mu:g}", "0") for cycle in examined.cycles]
    if label == NEAR.label:
        kappa = f"{examined.first.kappa:.6g}"
        return [(f"mu0 = {run.start.mu:.6g}", kappa) for run in examined.near]
    return [(one.rung.where, f"{one.rung.kappa:.6g}") for one in examined.measured]


def as_json(
    examined: Examined, verdicts: Sequence[Verdict], controls: Sequence[Control], version: str
) -> str:
    """The layout of schema trajalign.edge/1."""
    landscape = examined.landscape
    document = {
        "schema": SCHEMA,
        "version": version,
        "objective": landscape.text,
        "parameters": list(landscape.names),
        "kind": examined.kind,
        "flip": _rung(examined.first) | _exact(examined),
        "ladder": [_measured(one) for one in examined.measured],
        "near": [_run(run) for run in examined.near],
        "cycles": [{"mu": f"{c.mu:.12g}", "P": _finite(c.square)} for c in examined.cycles],
        "results": [result(verdict) for verdict in verdicts],
    }
    return dump(document | ({"controls": list(map(control_row, controls))} if controls else {}))


def _exact(examined: Examined) -> dict[str, Any]:
    exact = exact_form(examined.landscape, examined.first.flip.minimum)
    return {"exact": None if exact is None else {"eta": str(exact.eta), "kappa": str(exact.kappa)}}


def _rung(rung: Rung) -> dict[str, Any]:
    flip = rung.flip
    return {
        "at": rung.where,
        "point": _coordinates(flip.minimum.point),
        "eta": _number(flip.eta, 17),
        "sharpness": _number(flip.minimum.sharpness, 17),
        "direction": _coordinates(flip.minimum.direction),
        "tangent": flip.minimum.flat,
        "stable": [_number(value, 17) for value, _ in flip.stable],
        "c": _number(flip.c, 17),
        "terms": {name: _number(value, 17) for name, value in terms(flip).items()},
        "slope": _number(flip.slope, 17),
        "kappa": None if flip.degenerate else _number(flip.kappa, 17),
    }


def _measured(one: Measured) -> dict[str, Any]:
    runs = [_run(run) for run in (*one.aligned, one.early)]
    return _rung(one.rung) | {"runs": runs}


def _run(run: Run) -> dict[str, Any]:
    return {
        "mu0": f"{run.start.mu:.12g}",
        "cP0": f"{run.start.scaled:.12g}",
        "side": run.start.side,
        "descent": run.ending,
        "steps": run.steps,
        "gap": None if run.end is None else f"{run.gap:.12g}",
    }


def _finite(value: float) -> str | None:
    return f"{value:.12g}" if math.isfinite(value) else None


def _coordinates(values: Sequence[Any]) -> list[str]:
    """In the order of the parameters."""
    return [_number(value, 17) for value in values]


def _vector(names: Sequence[str], values: Sequence[Any]) -> str:
    pairs = zip(names, values, strict=True)
    return ", ".join(f"{name} = {_number(value)}" for name, value in pairs)


def _number(value: Any, digits: int = 6) -> str:
    """A decimal; 0 for what is 0 but for rounding."""
    number = mp.mpf(value)
    return "0" if abs(number) < _TINY else _digits(number, digits)


def _digits(value: Any, digits: int = 6) -> str:
    return str(mp.nstr(mp.mpf(value), digits).removesuffix(".0"))
