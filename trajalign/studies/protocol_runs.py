"""Running a protocol, run by run, and keeping what each found; a finished run is not run again."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path

import numpy as np

from ..files import make_folder, write_together
from ..numerics.compile.floats import Floats
from ..numerics.networks import Schedule, descend
from ..numerics.pools import Progress
from ..theory.errors import InputError
from .protocol import DataSet, Protocol

RUNS = "runs"  # the folder's folder, a file for each run
_PACKAGES = ("trajalign", "jax", "jaxlib", "numpy", "scipy")
_RESOLVED = 1.0  # Euler's step times the sharpness, at most: no mode changes its sign


@dataclass(frozen=True, eq=False)
class Track:
    """One run, in time t = steps times `step_size`: the loss at `times`, the sharpness at
    `sharpness_times`; NaN where the run has flown away."""

    step_size: float
    times: Floats
    loss: Floats
    sharpness_times: Floats
    sharpness: Floats


@dataclass(frozen=True, eq=False)
class Tracks:
    """One data set: the flow, and descent with every step size in the order of the fractions, the
    control at the end."""

    flow: Track
    descents: tuple[Track, ...]


@dataclass(frozen=True, eq=False)
class ProtocolOutcome:
    """What was recorded on every data set, and with which versions; `kept` if by an earlier run."""

    tracks: tuple[Tracks, ...]
    versions: str
    kept: bool


@dataclass(frozen=True)
class _Which:
    """A run: the number and name of the data set, and the fraction, None for the flow."""

    number: int
    data_set: str
    fraction: float | None

    def path(self, folder: Path) -> Path:
        """Its file in a protocol's folder."""
        which = "flow" if self.fraction is None else repr(self.fraction)
        return folder / RUNS / f"{self.number + 1}-{which}.npz"


@dataclass(frozen=True, eq=False)
class _Kept:
    track: Track
    versions: str


def run_protocol(
    protocol: Protocol, folder: Path | None = None, progress: Progress | None = None
) -> ProtocolOutcome:
    """Run a protocol. With a folder every run is kept there when it is finished, and what an
    earlier call of the same protocol, by the same versions, kept there is taken up.

    Raises InputError where the folder holds another protocol or cannot be written, and where the
    flow's steps are too large for its sharpness; MissingExtraError without JAX.
    """
    versions = " ".join(f"{name}={version(name)}" for name in _PACKAGES)
    if folder is not None:
        done = _complete(protocol, folder)
        if done is not None:
            return done
        make_folder(folder / RUNS, "-o")
    total = len(protocol.data_sets) * (1 + len(protocol.all_fractions))
    finished = 0

    def tracked(run: _Which, compute: Callable[[], Track]) -> Track:
        nonlocal finished
        found = None if folder is None else _load(protocol, run, folder)
        if found is None or found.versions != versions:
            found = _Kept(compute(), versions)
            if folder is not None:
                write_together({run.path(folder): _packed(protocol, run, found)})
        finished += 1
        if progress is not None:
            progress(finished, total)
        return found.track

    every = [
        _tracks(protocol, number, one, tracked) for number, one in enumerate(protocol.data_sets)
    ]
    return ProtocolOutcome(tuple(every), versions, False)


def finished_protocol(protocol: Protocol, folder: Path) -> ProtocolOutcome:
    """What a run of the protocol kept in a folder; nothing is computed, and JAX is not needed.

    Raises InputError where the folder does not hold all runs of this protocol.
    """
    done = _complete(protocol, folder)
    if done is None:
        raise InputError(f"{folder} holds no finished protocol: runs are missing in {RUNS}")
    return done


def _complete(protocol: Protocol, folder: Path) -> ProtocolOutcome | None:
    """All runs, if all are there and by the same versions."""
    every, versions = [], set()
    for number, on in enumerate(protocol.data_sets):
        runs = [_Which(number, on.name, f) for f in (None, *protocol.all_fractions)]
        found = [_load(protocol, run, folder) for run in runs]
        known = [one for one in found if one is not None]
        if len(known) < len(found):
            return None
        versions |= {one.versions for one in known}
        flow, *descents = (one.track for one in known)
        _require_step_sizes(protocol, on, flow, descents)
        every.append(Tracks(flow, tuple(descents)))
    return ProtocolOutcome(tuple(every), versions.pop(), True) if len(versions) == 1 else None


def _tracks(
    protocol: Protocol,
    number: int,
    on: DataSet,
    tracked: Callable[[_Which, Callable[[], Track]], Track],
) -> Tracks:
    slow = partial(_descent, protocol, on, protocol.flow_step, protocol.flow_schedule)
    flow = tracked(_Which(number, on.name, None), slow)
    step_sizes = _step_sizes(protocol, on, flow)
    descents = (
        tracked(
            _Which(number, on.name, fraction),
            partial(_descent, protocol, on, eta, protocol.schedule(eta)),
        )
        for fraction, eta in zip(protocol.all_fractions, step_sizes, strict=True)
    )
    found = Tracks(flow, tuple(descents))
    _require_step_sizes(protocol, on, flow, found.descents)
    return found


def _step_sizes(protocol: Protocol, on: DataSet, flow: Track) -> list[float]:
    """η = 2/(fraction times the flow's largest sharpness). Raises InputError where the flow is
    not one."""
    top = float(np.max(flow.sharpness))  # NaN if one is
    if not 0 < top * flow.step_size <= _RESOLVED:
        raise InputError(
            f"{protocol.name}, {on.name}: the flow's step {flow.step_size:g} times its largest "
            f"sharpness {top:.3g}: need a positive number, at most {_RESOLVED:g}"
        )
    return [2 / (fraction * top) for fraction in protocol.all_fractions]


def _require_step_sizes(
    protocol: Protocol, on: DataSet, flow: Track, descents: Sequence[Track]
) -> None:
    """Raise InputError where kept runs are not those that the kept flow sets the step sizes of."""
    expected = _step_sizes(protocol, on, flow)
    if not np.allclose([track.step_size for track in descents], expected, rtol=1e-9, atol=0):
        raise InputError(
            f"{on.name}: the kept step sizes are not those that its flow gives: remove its runs"
        )


def _descent(protocol: Protocol, on: DataSet, step_size: float, schedule: Schedule) -> Track:
    found = descend(protocol.task(on, step_size), protocol.weights(on), schedule).recorded
    return Track(
        step_size,
        found.times * step_size,
        found.loss[0],
        found.sharpness_times * step_size,
        found.sharpness[0],
    )


_FIELDS = tuple(Track.__dataclass_fields__)


def _packed(protocol: Protocol, run: _Which, kept: _Kept) -> bytes:
    content = io.BytesIO()
    arrays = {name: np.asarray(getattr(kept.track, name)) for name in _FIELDS}
    about = {"fingerprint": protocol.fingerprint, "versions": kept.versions, "run": repr(run)}
    # the stubs take any keyword for allow_pickle, a bool
    np.savez_compressed(content, **about, **arrays)  # type: ignore[arg-type]
    return content.getvalue()


def _load(protocol: Protocol, run: _Which, folder: Path) -> _Kept | None:
    """One run that was kept; None where there is no such file."""
    path = run.path(folder)
    if not path.exists():
        return None
    try:
        with np.load(io.BytesIO(path.read_bytes())) as found:
            fingerprint, versions = str(found["fingerprint"]), str(found["versions"])
            which = str(found["run"])
            step_size, *columns = (np.asarray(found[name], dtype=float) for name in _FIELDS)
            track = Track(float(step_size), *columns)
        _require_shapes(track)
    except (OSError, TypeError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error):
        raise InputError(f"{path} is damaged or not of this package; remove it") from None
    if fingerprint != protocol.fingerprint:
        raise InputError(f"{path} belongs to a protocol with other parameters: take another folder")
    if which != repr(run):
        raise InputError(f"{path} holds another run of this protocol; remove it")
    return _Kept(track, versions)


def _require_shapes(track: Track) -> None:
    """Raise ValueError where the columns do not go together."""
    for x, y in ((track.times, track.loss), (track.sharpness_times, track.sharpness)):
        if x.ndim != 1 or x.shape != y.shape or not x.size:
            raise ValueError("columns")
