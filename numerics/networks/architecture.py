"""Fully connected networks with one output, and where their training starts."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...theory.arguments import convert_fields, integer, string
from ...theory.errors import InputError
from ...theory.responses import Activation
from ..compile.floats import Floats
from ..extras import require
from .smooth import derivatives_of, parts, smooth_function

EXTRA = "networks"
Weights = tuple[Any, ...]  # one array per layer; with a leading axis where there are several runs

_PLAIN = ("linear", "tanh", "elu")
_MOST_DEPTH, _MOST_SIZE = 100, 10**5


@dataclass(frozen=True)
class Network:
    """f(x) = w_Lᵀ φ(W_(L−1) … φ(W_1 x)), without biases.

    Parameters: `depth` L ≥ 2, the number of weight matrices; the `width` of every hidden layer; the
    number of `inputs`; the `activation` φ: "linear", "tanh", "elu", or an `Activation` of the
    theory as a catalogue name or an expression in z, which need not be odd here.
    Raises InputError for sizes out of range and ExpressionError for an activation that is none.

    >>> Network(3, 64, 10, "elu").shapes
    ((64, 10), (64, 64), (64,))
    """

    depth: int
    width: int
    inputs: int
    activation: str = "linear"

    def __post_init__(self) -> None:
        convert_fields(self, ("depth", "width", "inputs"), integer)
        convert_fields(self, ("activation",), string)
        if not 2 <= self.depth <= _MOST_DEPTH:
            raise InputError(f"depth = {self.depth}: need 2 to {_MOST_DEPTH} layers")
        for name in ("width", "inputs"):
            if not 1 <= getattr(self, name) <= _MOST_SIZE:
                raise InputError(f"{name} = {getattr(self, name)}: need 1 to {_MOST_SIZE}")
        if self.activation not in _PLAIN:
            Activation.parse(self.activation)

    @property
    def size(self) -> int:
        """The number of weights."""
        return sum(math.prod(shape) for shape in self.shapes)

    @property
    def shapes(self) -> tuple[tuple[int, ...], ...]:
        """Of the weights, layer by layer."""
        hidden = [(self.width, self.width)] * (self.depth - 2)
        return ((self.width, self.inputs), *hidden, (self.width,))

    def initial_weights(self, scales: Sequence[float], seeds: Sequence[int]) -> Weights:
        """Weights drawn from N(0, α²/fan-in), one run for each scale α and seed, seeds fastest.

        The same seed gives the same directions at every scale. Raises InputError.
        """
        if not scales or not all(np.isfinite(a) and a > 0 for a in scales):
            raise InputError(f"scales = {list(scales)}: need positive numbers")
        if not seeds or not all(s == int(s) and s >= 0 for s in seeds):
            raise InputError(f"seeds = {list(seeds)}: need integers from 0 on")
        drawn = [self._standard(np.random.default_rng(seed)) for seed in seeds]
        runs = [[a * w for w in weights] for a in scales for weights in drawn]
        return tuple(np.stack(layer) for layer in zip(*runs, strict=True))

    def _standard(self, random: np.random.Generator) -> list[Floats]:
        return [random.standard_normal(s) / np.sqrt(s[-1]) for s in self.shapes]

    def compiled(self, order: int = 2) -> Callable[[Weights, Any], Any]:
        """(weights of one run, inputs as rows) ↦ outputs, for JAX; it can be differentiated up to
        `order` times. Raises MissingExtraError."""
        act = _activation(self.activation, order)

        def outputs(weights: Weights, inputs: Any) -> Any:
            *hidden, last = weights
            values = act(inputs @ hidden[0].T)
            for weight in hidden[1:]:
                values = act(values @ weight.T)
            return values @ last

        return outputs


def _activation(name: str, order: int) -> Callable[[Any], Any]:
    if name == "linear":
        return lambda z: z
    if name in _PLAIN:
        found: Callable[[Any], Any] = getattr(require("jax.nn", EXTRA), name)
        return found
    activation = Activation.parse(name)
    odd, even = parts(activation.expression)
    unit = float(activation.scale)
    parities = tuple(k % 2 == 0 for k in range(order + 1))
    of_odd = smooth_function(derivatives_of(odd, order), parities, unit)
    if even == 0:
        return of_odd
    others = tuple(not parity for parity in parities)
    of_even = smooth_function(derivatives_of(even, order), others, unit)
    return lambda z: of_odd(z) + of_even(z)
