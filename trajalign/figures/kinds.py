"""The kinds of figures there are: every module of this folder that has `KINDS`, in their order."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ..theory.errors import InputError
from . import alignment, bifurcation, cascade, cobweb, exponential, phase, proved, sharpness
from .kind import Kind

_MODULES = (bifurcation, cobweb, alignment, sharpness, phase, proved, exponential, cascade)

KINDS: Mapping[str, Kind] = MappingProxyType(
    {kind.name: kind for module in _MODULES for kind in module.KINDS}
)


def require_taken(kind: str, given: Mapping[str, str]) -> None:
    """Raise InputError for what a kind of figure has no use for: options, and what they are called.

    >>> require_taken("cascade", {"eta": "--eta"})
    Traceback (most recent call last):
    trajalign.theory.errors.InputError: --eta goes with bifurcation, ... not with cascade
    """
    for name, called in given.items():
        if name not in KINDS[kind].takes:
            users = [k for k, other in KINDS.items() if name in other.takes]
            uses = f"goes with {', '.join(users)}, not with {kind}" if users else "is no option"
            raise InputError(f"{called} {uses}")
