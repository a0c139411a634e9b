"""How much is tried before a verdict is given."""

from __future__ import annotations

from dataclasses import dataclass

from ...theory.errors import InputError

# What the checks cannot do without: the crossing law is fitted through four step sizes, an
# extrapolation goes through three.
_FEWEST = {
    "digits": 30,
    "linear_rungs": 4,
    "neuron_rungs": 4,
    "points": 1,
    "draws": 0,
    "flow_rungs": 1,
    "pair_rungs": 3,
    "halvings": 3,
    "levels": 2,
}


@dataclass(frozen=True)
class Effort:
    """Numbers of runs, the same for every response; `QUICK` and `THOROUGH` are the two in use.

    `starts` are (how far q0 lies from c towards 1, p0/r̂(q0)), and the rungs are step sizes, each
    half the one before: of the linear model (ε = η²), of the neuron (ε = η), in the gradient-flow
    regime with `draws` starts for each, and of pairs of orbits with the same q0. `points` are drawn
    in parameter space; `halvings` are sizes of p at the flip, `levels` values of q for the 2-cycle
    (at most 12 are known). Raises InputError for fewer than the checks need.
    """

    name: str
    digits: int
    linear_rungs: int
    neuron_rungs: int
    starts: tuple[tuple[float, float], ...]
    points: int
    draws: int
    flow_rungs: int
    pair_rungs: int
    halvings: int
    levels: int
    seed: int = 20230708

    def __post_init__(self) -> None:
        if not self.starts:
            raise InputError("Effort: starts is empty; at least one is needed")
        for name, least in _FEWEST.items():
            value = getattr(self, name)
            if value < least:
                raise InputError(f"Effort: {name} = {value}; at least {least} is needed")


QUICK = Effort(
    "quick",
    digits=50,
    linear_rungs=4,
    neuron_rungs=5,
    starts=((0.5, 0.5), (0.3, -1.4)),
    points=12,
    draws=20,
    flow_rungs=3,
    pair_rungs=3,
    halvings=5,
    levels=8,
)
THOROUGH = Effort(
    "thorough",
    digits=100,
    linear_rungs=5,
    neuron_rungs=8,
    starts=((0.5, 0.5), (0.3, -1.4), (0.1, 1.2), (0.2, -0.6), (0.4, 0.8), (0.6, -0.4)),
    points=200,
    draws=200,
    flow_rungs=4,
    pair_rungs=4,
    halvings=7,
    levels=12,
)
EFFORTS = {effort.name: effort for effort in (QUICK, THOROUGH)}
