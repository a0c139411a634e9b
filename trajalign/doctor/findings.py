"""What the doctor finds: versions, optional parts, ways to compute, and troubles."""

from __future__ import annotations

from dataclasses import dataclass

PRESENT, MISSING, CONFLICT, UNKNOWN = "present", "missing", "conflict", "unknown"


@dataclass(frozen=True)
class Trouble:
    """What is wrong and what to do; `serious` if something that is needed does not work."""

    what: str
    remedy: str
    serious: bool


@dataclass(frozen=True)
class Version:
    """A part of the installation; `version` is None where it is missing."""

    name: str
    version: str | None
    detail: str = ""


@dataclass(frozen=True)
class OptionalPart:
    """An optional part: present, missing, in conflict with its pins, or unknown to pip."""

    name: str
    purpose: str
    state: str
    lacks: tuple[str, ...]
    install: str


@dataclass(frozen=True)
class Path:
    """A way to compute: what it uses here, what was measured, and how much faster that is."""

    name: str
    uses: str
    measured: str
    speedup: float | None
    troubles: tuple[Trouble, ...] = ()


@dataclass(frozen=True)
class Report:
    """Everything that was found."""

    versions: tuple[Version, ...]
    parts: tuple[OptionalPart, ...]
    paths: tuple[Path, ...]
    troubles: tuple[Trouble, ...]

    @property
    def works(self) -> bool:
        """Whether what is needed works."""
        return not any(trouble.serious for trouble in self.troubles)
