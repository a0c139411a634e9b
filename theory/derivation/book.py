"""The appendix: all derivations for one model and response, in the order they use each other."""

from __future__ import annotations

from collections.abc import Callable

from ..interface import Model
from . import curve, flow, frozen, limits, long_times, maps, progressive, response, spectrum
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
    """
    derivations = tuple(d for chapter in _CHAPTERS for d in chapter(model, order))
    return Appendix(model.name, model.response.text, order, derivations)
