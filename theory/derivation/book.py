"""The appendix: all derivations for one model and response, in the order they use each other."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from ..models.base import Model
from .claims import Appendix, Derivation

Chapter = Callable[[Model, int], tuple[Derivation, ...]]


def chapter(name: str) -> Chapter:
    """The chapter of this name, such as "curve" or "linear.maps": a module beside this one."""
    found: Chapter = import_module(f".{name}", __package__).derivations
    return found


def appendix(model: Model, order: int = 2) -> Appendix:
    """Every derivation for a model, the slow curve through h_order where it goes that far.

    Parameters: a model with its response; `order`, 1 to 4. Raises what the chapters raise for a
    response that the theory does not cover, and ReducedMapError for a map that is not that of the
    gradient step or has no slow curve.
    """
    chapters = (chapter(name) for name in model.about.chapters)
    derivations = tuple(d for derive in chapters for d in derive(model, order))
    order = order if "curve" in model.about.chapters else 1
    about = (model.name, model.response.text, order, derivations, type(model.response))
    return Appendix(*about, model.settings)


def not_written(model: Model) -> tuple[str, ...]:
    """The subjects that the paper's models have chapters on and this one has not."""
    written = {name.split(".")[-1] for name in model.about.chapters}
    return tuple(s for name, subjects in _SUBJECTS if name not in written for s in subjects)


_SUBJECTS = (
    ("sharpness", ("the sharpness",)),
    ("flow", ("gradient flow",)),
    ("curve", ("the slow curve beyond first order",)),
    ("limits", ("the limit", "saturation")),
    ("progressive", ("progressive sharpening",)),
    ("long_times", ("exponential alignment", "crossing")),
)
