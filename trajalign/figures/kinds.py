"""The kinds of figures there are: every module of this folder that has `KINDS`, in their order."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from . import alignment, bifurcation, cascade, cobweb, exponential, phase, sharpness
from .kind import Kind

_MODULES = (bifurcation, cobweb, alignment, sharpness, phase, exponential, cascade)

KINDS: Mapping[str, Kind] = MappingProxyType(
    {kind.name: kind for module in _MODULES for kind in module.KINDS}
)
