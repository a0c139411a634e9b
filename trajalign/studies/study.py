"""A study as it stands in a TOML file: what is run, and criteria that were fixed before."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from ..numerics.networks import (
    Data,
    Network,
    Schedule,
    Task,
    digits,
    gaussian_points,
    one_point,
    table,
)
from ..numerics.networks.architecture import Weights
from ..numerics.networks.data import TABLES
from ..numerics.networks.reduced import require_reducible
from ..theory.errors import InputError
from ..theory.expressions.parsing import parse_rational
from ..theory.requirements import require_normalised, require_response
from ..theory.responses import Loss
from .criteria import Criteria, read_criteria
from .sections import Section

PASS, FAIL, UNDECIDED = "pass", "fail", "undecided"
_FINEST, _MOST_EIGENVALUES = 1000, 9
_MOST_NUMBERS = 10**8  # that a study records, or weights that it has


@dataclass(frozen=True)
class Drawn:
    """What the figures have besides: gradient `flow` with steps so many times smaller, and so many
    `eigenvalues` of the Hessian; None where they have not."""

    flow: int | None = None
    eigenvalues: int | None = None


@dataclass(frozen=True, eq=False)
class Study:
    """What is run: a task, weights to start from, a schedule; and what is asked of the outcome.

    `expected_to_fail` names the criteria that a negative control does not meet, `parameters` is the
    file's content, `starts` describes each run in the order of the weights.
    """

    name: str
    title: str
    task: Task
    weights: Weights
    starts: tuple[Mapping[str, float], ...]
    schedule: Schedule
    criteria: Criteria
    expected_to_fail: tuple[str, ...]
    parameters: Mapping[str, Any]
    drawn: Drawn = Drawn()

    @property
    def refinement(self) -> int | None:
        """How much smaller the steps of the gradient flow in the figures are."""
        return self.drawn.flow

    @property
    def about(self) -> str:
        """What there is to know besides the title; "" if nothing."""
        return " ".join(str(self.parameters.get("about", "")).split())

    @property
    def expected(self) -> str:
        """The verdict that the study's file expects."""
        return FAIL if self.expected_to_fail else PASS

    def groups(self) -> list[tuple[float, list[int]]]:
        """Each scale (each y, for the toy model) with the numbers of its runs."""
        key = "scale" if "scale" in self.starts[0] else "y"
        found: dict[float, list[int]] = {}
        for i, start in enumerate(self.starts):
            found.setdefault(start[key], []).append(i)
        return list(found.items())

    @property
    def fingerprint(self) -> str:
        """Of everything that decides what is computed; the criteria do not."""
        computed = {k: self.parameters[k] for k in ("network", "data", "descent", "starts")}
        return hashlib.sha256(json.dumps(computed, sort_keys=True).encode()).hexdigest()[:16]


def shipped() -> dict[str, str]:
    """The studies that are shipped: their names with their titles."""
    files = [f for f in resources.files(__package__).iterdir() if f.name.endswith(".toml")]
    parsed = {f.name[:-5]: tomllib.loads(f.read_text(encoding="utf-8")) for f in files}
    return {name: parsed[name]["title"] for name in sorted(parsed)}


def load_study(name: str) -> Study:
    """A shipped study by its name, or one in a file NAME.toml of the user's.

    Raises InputError for a name or a file that is none and for parameters out of range, and
    MissingExtraError where the data need scikit-learn and it is not installed.
    """
    parameters = read_parameters(name)
    try:
        return study_of(Path(name).stem, parameters)
    except InputError as error:
        raise InputError(f"{name}: {error}") from None


def read_parameters(name: str) -> dict[str, Any]:
    """The content of a file that is shipped, by its name, or of a file NAME.toml of the user's.

    Raises InputError for a name or a file that is none.
    """
    if name in (known := shipped()):
        text = resources.files(__package__).joinpath(f"{name}.toml").read_text(encoding="utf-8")
    elif name.endswith(".toml"):
        text = _read(Path(name))
    else:
        raise InputError(f"study {name!r}: known are {', '.join(known)}, or a file FILE.toml")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{name}: {error}") from None


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise InputError(f"{path}: cannot be read") from None


def study_of(name: str, parameters: Mapping[str, Any]) -> Study:
    """The study that a TOML file's content describes. Raises what `load_study` raises."""
    top = Section("the study", parameters)
    title = top.text("title")
    top.text("about", "")  # `Study.about` reads it
    failing = tuple(top.texts("expected_to_fail")) if top.has("expected_to_fail") else ()
    sections = {k: top.section(k) for k in ("network", "data", "descent", "starts", "criteria")}
    drawn = _figures(top.section("figures")) if top.has("figures") else Drawn()
    top.finish()
    network, data, descent, starts, criteria = sections.values()
    points = read_data(data)
    shape = Network(
        network.integer("depth"),
        network.integer("width"),
        points.inputs.shape[1],
        network.text("activation"),
    )
    step_size = float(parse_rational(descent.text("step_size")))
    loss = Loss.parse(descent.text("loss"))
    task = Task(shape, points, loss, step_size)
    schedule = Schedule(
        descent.integer("steps"),
        descent.integer("record_every"),
        descent.integer("sharpness_every"),
    )
    weights, described = _starts(starts, shape)
    asked = read_criteria(criteria, schedule)
    if asked.diagram is None:
        require_response(loss)  # runs are judged by q against r(p), and by q < 1
    else:
        require_normalised(loss)  # Q₀ is there for losses that are not even, too
    for section in sections.values():
        section.finish()
    recorded = schedule.steps // schedule.every * len(described) * len(points.targets)
    _require_size(recorded, "numbers to record")
    if asked.reduced_map is not None:
        require_reducible(task)
    if unknown := [name for name in failing if name not in asked.names]:
        raise InputError(f"expected_to_fail: {unknown[0]!r} is none of {', '.join(asked.names)}")
    found = dict(parameters)
    return Study(name, title, task, weights, described, schedule, asked, failing, found, drawn)


def _figures(section: Section) -> Drawn:
    flow, eigenvalues = (
        section.integer(name) if section.has(name) else None for name in ("flow", "eigenvalues")
    )
    section.finish()
    if flow is not None and not 2 <= flow <= _FINEST:
        raise InputError(f"[figures] flow = {flow}: need 2 to {_FINEST}")
    if eigenvalues is not None and not 1 <= eigenvalues <= _MOST_EIGENVALUES:
        raise InputError(f"[figures] eigenvalues = {eigenvalues}: need 1 to {_MOST_EIGENVALUES}")
    return Drawn(flow, eigenvalues)


def read_data(section: Section) -> Data:
    """What a table with a `kind` says to train on. Raises InputError."""
    kind = section.text("kind")
    if kind == "one-point":
        return one_point(section.integer("inputs"), section.number("target"))
    if kind == "gaussian":
        return gaussian_points(*(section.integer(n) for n in ("inputs", "count", "seed")))
    if kind == "digits":
        return digits(*(section.integer(n) for n in ("first", "second", "count")))
    if kind in TABLES:
        return table(kind, section.integer("count"))
    known = ("one-point", "gaussian", "digits", *TABLES)
    raise InputError(f"[data] kind = {kind!r}: known are {', '.join(known)}")


def _starts(section: Section, network: Network) -> tuple[Weights, tuple[dict[str, float], ...]]:
    """Scales and seeds; or, for the network of two weights, a grid of their values x and y."""
    if not section.has("x"):
        scales, seeds = section.numbers("scales"), section.integers("seeds")
        _require_distinct("scales", scales)
        _require_distinct("seeds", seeds)
        _require_size(network.size * len(scales) * len(seeds), "weights")
        weights = network.initial_weights(scales, seeds)
        return weights, tuple({"scale": a, "seed": s} for a in scales for s in seeds)
    if network.shapes != ((1, 1), (1,)):
        raise InputError("[starts] x and y are for depth 2, width 1 and one input")
    x, y = (section.axis(name) for name in ("x", "y"))
    _require_distinct("x", x.tolist())
    _require_distinct("y", y.tolist())
    pairs = np.array([(a, b) for a in x for b in y])
    described = tuple({"x": float(a), "y": float(b)} for a, b in pairs)
    return (pairs[:, 0].reshape(-1, 1, 1), pairs[:, 1:]), described


def _require_distinct(key: str, values: Sequence[float]) -> None:
    """The same run twice would count as two."""
    twice = [value for i, value in enumerate(values) if value in values[:i]]
    if twice:
        raise InputError(f"[starts] {key}: {twice[0]:g} stands there twice")


def _require_size(count: int, what: str) -> None:
    if count > _MOST_NUMBERS:
        raise InputError(f"{count:.3g} {what}: at most {_MOST_NUMBERS:.0e} are possible")
