"""The appendix: all derivations for one model and response, in the order they use each other."""

from __future__ import annotations

from collections.abc import Callable

from ..interface import Model
from ..linear import TwoLayerLinear
from ..neuron import SingleNeuron
from ..statements import name_for
from . import (
    curve,
    flow,
    frozen,
    limits,
    long_times,
    maps,
    own_model,
    progressive,
    response,
    spectrum,
)
from .claims import Appendix, Derivation

Chapter = Callable[[Model, int], tuple[Derivation, ...]]

_CHAPTERS: tuple[Chapter, ...] = (
    response.derivations,
    maps.derivations,
    frozen.derivations,
    spectrum.derivations,
    flow.derivations,
    curve.derivations,
    limits.derivations,
    progressive.derivations,
    long_times.derivations,
)


def appendix(model: Model, order: int = 2) -> Appendix:
    """Every derivation for a model, the slow curve through h_order.

    Parameters: a model with its response; `order`, 1 to 4. Raises what the chapters raise for a
    response that the theory does not cover.

    For a third model the chapters that hold for any: the response, the reduced map, the bifurcation
    diagram and the slow curve to first order. Raises ReducedMapError where it has no such map.
    """
    if not isinstance(model, TwoLayerLinear | SingleNeuron):
        return _of_third_model(model)
    derivations = tuple(d for chapter in _CHAPTERS for d in chapter(model, order))
    return Appendix(model.name, model.response.text, order, derivations)


def _of_third_model(model: Model) -> Appendix:
    derivations = (
        *response.derivations(model, 1),
        own_model.reduced_map(model),
        *frozen.derivations(model, 1),
        curve.first_order(model),
    )
    return Appendix(model.name, model.response.text, 1, derivations, name_for(model.response))
