"""The protocol of Cohen et al. (2021) as it stands in a TOML file: gradient flow on each of several
data sets, and descent from the same start with step sizes that the flow's sharpness sets."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..numerics.networks import Data, Network, Schedule, Task
from ..numerics.networks.architecture import Weights
from ..theory.errors import InputError
from ..theory.requirements import require_response
from ..theory.responses import Loss
from .protocol_criteria import ProtocolCriteria, read_protocol_criteria
from .sections import Section
from .study import PASS, read_data, read_parameters

_TABLE = "protocol"  # tells such a file from a study
_MOST_STEPS, _MOST_LOOKS = 10**6, 10**4
_COMPUTED = ("network", "protocol", "data")
_NAME = re.compile(r"[\w .,:/+()-]{1,40}")  # no markup of a terminal, no formula of a figure


@dataclass(frozen=True, eq=False)
class DataSet:
    """What one network is trained on, and the `seed` of its first weights."""

    name: str
    data: Data
    seed: int


@dataclass(frozen=True, eq=False)
class Protocol:
    """What is run on every one of `data_sets`, and what is asked of it.

    Gradient flow up to `time` in `flow_steps` Euler steps with `flow_looks` looks at the sharpness;
    then descent over the same time with every step size η for which 2/η is one of `fractions` times
    the flow's largest sharpness, and, as a control, `control` times; the sharpness every
    `look_every` steps. Weights are drawn at one `scale`. `parameters` is the file's content.
    """

    name: str
    title: str
    depth: int
    width: int
    activation: str
    loss: Loss
    scale: float
    time: float
    flow_steps: int
    flow_looks: int
    fractions: tuple[float, ...]
    control: float
    look_every: int
    data_sets: tuple[DataSet, ...]
    criteria: ProtocolCriteria
    parameters: Mapping[str, Any]

    @property
    def about(self) -> str:
        """What there is to know besides the title; "" if nothing."""
        return " ".join(str(self.parameters.get("about", "")).split())

    @property
    def expected(self) -> str:
        """The verdict that the file expects."""
        return PASS

    @property
    def all_fractions(self) -> tuple[float, ...]:
        """The fractions, with the control at the end."""
        return (*self.fractions, self.control)

    @property
    def flow_step(self) -> float:
        """The step of Euler's method for the flow."""
        return self.time / self.flow_steps

    @property
    def flow_schedule(self) -> Schedule:
        """Looks at equal distances."""
        every = self.flow_steps // self.flow_looks
        return Schedule(self.flow_steps, every, every)

    def schedule(self, step_size: float) -> Schedule:
        """As many steps as fill the time, up to the next look. Raises InputError for too many."""
        looks = math.ceil(self.time / step_size / self.look_every)
        if looks * self.look_every > _MOST_STEPS:
            raise InputError(f"step size {step_size:.3g}: at most {_MOST_STEPS} steps are possible")
        return Schedule(looks * self.look_every, 1, self.look_every)

    def task(self, on: DataSet, step_size: float) -> Task:
        """Training on one data set."""
        return Task(self._network(on), on.data, self.loss, step_size)

    def weights(self, on: DataSet) -> Weights:
        """Where training on one data set starts: a single run."""
        return self._network(on).initial_weights([self.scale], [on.seed])

    def _network(self, on: DataSet) -> Network:
        return Network(self.depth, self.width, on.data.inputs.shape[1], self.activation)

    @property
    def fingerprint(self) -> str:
        """Of everything that decides what is computed; the criteria do not."""
        computed = {name: self.parameters[name] for name in _COMPUTED}
        return hashlib.sha256(json.dumps(computed, sort_keys=True).encode()).hexdigest()[:16]


def is_protocol(parameters: Mapping[str, Any]) -> bool:
    """Whether a file's content is that of a protocol, not of a study.

    >>> is_protocol({"title": "a study", "descent": {}})
    False
    """
    return _TABLE in parameters


def load_protocol(name: str) -> Protocol:
    """A shipped protocol by its name, or one in a file NAME.toml of the user's.

    Raises InputError for a name or a file that is none and for parameters out of range, and
    MissingExtraError where the data need scikit-learn and it is not installed.
    """
    parameters = read_parameters(name)
    try:
        return protocol_of(Path(name).stem, parameters)
    except InputError as error:
        raise InputError(f"{name}: {error}") from None


def protocol_of(name: str, parameters: Mapping[str, Any]) -> Protocol:
    """The protocol that a TOML file's content describes. Raises what `load_protocol` raises."""
    top = Section("the protocol", parameters)
    title = top.text("title")
    top.text("about", "")  # `Protocol.about` reads it
    network, asked, criteria = (top.section(k) for k in ("network", _TABLE, "criteria"))
    tables = top.sections("data")
    top.finish()
    loss = Loss.parse(asked.text("loss"))
    require_response(loss)
    seeds = asked.integers("seeds")
    if len(seeds) != len(tables) or not tables or min(seeds) < 0:
        raise InputError(
            f"[protocol] seeds: need one from 0 on for each of {len(tables)} data sets (1 at least)"
        )
    data_sets = tuple(_data_set(one, seed) for one, seed in zip(tables, seeds, strict=True))
    found = Protocol(
        name,
        title,
        network.integer("depth"),
        network.integer("width"),
        network.text("activation"),
        loss,
        asked.number("scale"),
        asked.number("time"),
        asked.integer("flow_steps"),
        asked.integer("flow_looks"),
        tuple(asked.numbers("fractions")),
        asked.number("control"),
        asked.integer("look_every"),
        data_sets,
        read_protocol_criteria(criteria, len(data_sets)),
        dict(parameters),
    )
    for section in (network, asked, criteria):
        section.finish()
    _require_sensible(found)
    return found


def _data_set(section: Section, seed: int) -> DataSet:
    found = DataSet(section.text("name"), read_data(section), seed)
    section.finish()
    return found


def _require_sensible(found: Protocol) -> None:
    names = [one.name for one in found.data_sets]
    if twice := [name for i, name in enumerate(names) if name in names[:i]]:
        raise InputError(f"[[data]] name: {twice[0]!r} stands there twice")
    if wrong := [name for name in names if not _NAME.fullmatch(name)]:
        raise InputError(
            f"[[data]] name = {wrong[0][:60]!r}: need 1 to 40 letters, digits, spaces and any of "
            ". , : / + ( ) -"
        )
    if not found.time > 0:
        raise InputError(f"[protocol] time = {found.time:g}: need a positive number")
    steps, looks = found.flow_steps, found.flow_looks
    if not (1 <= looks <= _MOST_LOOKS and looks <= steps <= _MOST_STEPS and steps % looks == 0):
        raise InputError(
            f"[protocol] flow_steps = {steps}, flow_looks = {looks}: need 1 to {_MOST_LOOKS} looks "
            f"and a multiple of them, at most {_MOST_STEPS}, as steps"
        )
    if found.criteria.looks > looks + 1:
        raise InputError(
            f"[criteria] looks = {found.criteria.looks}: need at most {looks + 1}, those of the "
            "flow, which could not fail otherwise"
        )
    many = found.fractions
    if not many or sorted(set(many)) != list(many) or not (many[0] > 0 and many[-1] < 1):
        raise InputError("[protocol] fractions: need numbers between 0 and 1, the smallest first")
    if not found.control > 1:
        raise InputError(f"[protocol] control = {found.control:g}: need a number above 1")
    if not 1 <= found.look_every <= _MOST_LOOKS:
        raise InputError(f"[protocol] look_every = {found.look_every}: need 1 to {_MOST_LOOKS}")
    for one in found.data_sets:
        found.weights(one)  # refuses sizes and scales out of range
