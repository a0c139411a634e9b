"""Looking at an installation: its versions, its optional parts, and the trials.

Nothing outside the standard library and `packaging` is imported before the trials, so that this
works where something else does not.
"""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module, metadata

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from .findings import (
    CONFLICT,
    MISSING,
    PRESENT,
    UNKNOWN,
    OptionalPart,
    Path,
    Report,
    Trouble,
    Version,
)

PURPOSES = {
    "fast": "orbits in machine code",
    "sweeps": "sweeps, JAX, grid files",
    "networks": "trajalign experiment",
    "torch": "trajalign.monitor",
    "dask": "sweeps on a cluster",
    "testing": "tests of your own losses",
    "docs": "the documentation",
}
_LATEX = "trajalign derive as PDF"
_SHOWN = ("SymPy", "mpmath", "python-flint", "NumPy", "SciPy", "Matplotlib")
_OLD_METADATA = "what pip knows of trajalign is older than its code"


def examine() -> Report:
    """Look at the installation at hand, and run an orbit and a few hundred short ones."""
    requirements = [Requirement(line) for line in metadata.requires("trajalign") or ()]
    parts = optional_parts(requirements)
    found = [*conflicts(requirements), *_old_metadata(parts)]
    paths: list[Path] = []
    try:
        paths += [trial() for trial in _trials()]
    except Exception as error:  # whatever it is, it is what the user wants to know
        what = f"no orbit can be computed: {type(error).__name__}: {error}"
        found.append(Trouble(what, "pip install --force-reinstall trajalign", True))
    troubles = [*found, *(trouble for path in paths for trouble in path.troubles)]
    return Report(versions(), (*parts, _latex()), tuple(paths), tuple(troubles))


def versions() -> tuple[Version, ...]:
    """What everything rests on, and the machine."""
    machine = f"{platform.release()}, {platform.machine()}, {_cores()}"
    found = [
        Version("trajalign", metadata.version("trajalign")),
        Version("Python", platform.python_version(), platform.python_implementation()),
        *(Version(name, installed(name), _detail(name)) for name in _SHOWN),
        Version("platform", platform.system(), machine),
    ]
    return tuple(found)


def installed(name: str) -> str | None:
    """The version of a distribution, or None."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def needed(requirements: Sequence[Requirement], extra: str = "") -> Iterator[Requirement]:
    """What trajalign needs in any case or, with an extra, what that brings besides."""
    for requirement in requirements:
        if not _applies(requirement, extra) or (extra and _applies(requirement, "")):
            continue
        if requirement.name == "trajalign":
            for inner in sorted(requirement.extras):
                yield from needed(requirements, inner)
        else:
            yield requirement


def optional_parts(requirements: Sequence[Requirement]) -> tuple[OptionalPart, ...]:
    """The extras that a user may want, and what they lack."""
    return tuple(_part(name, list(needed(requirements, name))) for name in PURPOSES)


def conflicts(requirements: Sequence[Requirement]) -> Iterator[Trouble]:
    """What is needed but missing, and what is installed in a version that the pins exclude."""
    seen = set()
    for extra in ("", *PURPOSES):
        for requirement in needed(requirements, extra):
            version = installed(requirement.name)
            if requirement.name in seen or (extra and version is None):
                continue
            seen.add(requirement.name)
            wanted = f"{requirement.name}{_in_order(requirement.specifier)}"
            if version is None:
                what = f"{requirement.name} is missing"
                yield Trouble(what, f"pip install '{wanted}'", True)
            elif not requirement.specifier.contains(version, prereleases=True):
                what = f"{requirement.name} {version} is installed, but {wanted} is needed"
                what += f" for {PURPOSES[extra]}" if extra else ""
                yield Trouble(what, f"pip install '{wanted}'", not extra)


def _applies(requirement: Requirement, extra: str) -> bool:
    return requirement.marker is None or requirement.marker.evaluate({"extra": extra})


def _part(name: str, requirements: Sequence[Requirement]) -> OptionalPart:
    lacks = tuple(r.name for r in requirements if installed(r.name) is None)
    wrong = [
        r.name for r in requirements if r.name not in lacks and not _contained(r.specifier, r.name)
    ]
    state = MISSING if lacks else CONFLICT if wrong else PRESENT if requirements else UNKNOWN
    return OptionalPart(name, PURPOSES[name], state, lacks, f"pip install 'trajalign[{name}]'")


def _contained(specifier: SpecifierSet, name: str) -> bool:
    return specifier.contains(installed(name) or "", prereleases=True)


def _in_order(specifier: SpecifierSet) -> str:
    """The clauses with the lower bound first, as one would write them."""
    return ",".join(sorted(map(str, specifier), key=lambda clause: (clause[0] != ">", clause)))


def _latex() -> OptionalPart:
    found = shutil.which("latexmk") is not None
    state, lacks = (PRESENT, ()) if found else (MISSING, ("latexmk",))
    return OptionalPart("LaTeX", _LATEX, state, lacks, "TeX Live with latexmk")


def _old_metadata(parts: Sequence[OptionalPart]) -> Iterator[Trouble]:
    if any(part.state == UNKNOWN for part in parts):
        yield Trouble(_OLD_METADATA, "install it again, as you did before", False)


def _detail(name: str) -> str:
    """What a version alone does not tell, as far as it can be had."""
    try:
        if name == "python-flint":
            return f"FLINT {import_module('flint').__FLINT_VERSION__}"
        if name == "mpmath":
            backend = import_module("mpmath.libmp").BACKEND
            return f"on gmpy2 {installed('gmpy2')}" if backend == "gmpy" else f"on {backend}"
    except (ImportError, AttributeError):
        return "does not load"
    return ""


def _cores() -> str:
    total = os.cpu_count() or 1
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else total
    shown = f"{usable} of {total} cores" if usable < total else f"{total} cores"
    return shown if shown != "1 cores" else "1 core"


def _trials() -> tuple[Callable[[], Path], ...]:
    from . import trials  # needs everything else

    return trials.orbits, trials.sweeps
