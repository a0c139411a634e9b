"""Certificates of the theorems: a setting, how its box is cut and the numbers, as JSON; the replay.

A replay takes from the certificate what is claimed and where to look, and proves it anew with
`proof.check`; a number that is better than what that proves is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from hashlib import sha256
from importlib.metadata import version
from json import dumps
from typing import Any

import sympy as sp
from flint import arb, fmpq

from ...numerics.pools import Progress
from ...theory import models
from ...theory.errors import InputError
from ...theory.expressions.parsing import parse_rational
from ...theory.models import Model
from ...theory.models.options import with_options
from .errors import NotProvedError
from .flow import Flow
from .proof import AXES, Crossing, Cut, Proof, Setting, Theorem, check, is_two_sided, unproved

SCHEMA = "trajalign.theorem/1"
_PACKAGES = ("trajalign", "sympy", "python-flint")
_DEEPEST = 80  # cuts in each other
_MOST_LEVELS = 20
_FARTHEST = 256  # natural units of x = p² that a certificate may speak of: else it takes hours
_PLACES = 16  # binary digits to which numbers are told, beyond what was proved
_BOUNDS = ("alignment", "second", "time", "per_log", "per_small", "limit", "saturation", "gap")
_ENCLOSED = ("first", "scale")
_OF_EVEN = frozenset({"gap", "scale"})  # None for a map that need not be odd in p


def rounded(theorem: Theorem) -> Theorem:
    """The numbers of a theorem a little weaker, and shorter."""
    crossings = tuple(Crossing(c.q, c.p, *_out(c.low, c.high)) for c in theorem.crossings)
    flow = theorem.flow and Flow(-_up(-theorem.flow.rate), _up(theorem.flow.drift))
    values: dict[str, Any] = {name: getattr(theorem, name) for name in (*_BOUNDS, *_ENCLOSED)}
    known = {name: value for name, value in values.items() if value is not None}
    weaker: dict[str, Any] = {
        name: _up(value) if name in _BOUNDS else _out(*value) for name, value in known.items()
    }
    return replace(theorem, crossings=crossings, flow=flow, **weaker)


def certificate(model: Model, proof: Proof, theorem: Theorem) -> dict[str, Any]:
    """A proof and its theorem, rounded, ready for JSON."""
    body = {
        "model": model.name,
        **with_options(model.settings),
        "response": model.response.text,
        "setting": _setting(proof.setting),
        "cut": _cut(proof.cut),
        "theorem": numbers(theorem),
    }
    versions = {package: version(package) for package in _PACKAGES}
    return {"schema": SCHEMA, "versions": versions, **body, "sha256": digest(body)}


def digest(document: Mapping[str, Any]) -> str:
    """The SHA-256 of what a certificate claims and how it proves that."""
    names = ("model", "response", "setting", "cut", "theorem")
    known = (*names, *(["options"] if "options" in document else []))
    text = dumps({name: document[name] for name in known}, sort_keys=True, ensure_ascii=True)
    return sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Replayed:
    """What a certificate proves: the theorem that it tells, of a model, and by which proof."""

    model: Model
    proof: Proof
    theorem: Theorem
    sha256: str


def replay(
    document: Any,
    progress: Progress | None = None,
    jobs: int = 1,
    own: type[Model] | None = None,
) -> Replayed:
    """What a certificate says, proved anew; nothing is searched.

    `own` is the model that it is of where that is no built-in one.

    Raises InputError, in one line, for what is no certificate, and NotProvedError where it does
    not prove what it says.
    """
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise InputError(f"not a certificate of a theorem: its schema has to be {SCHEMA}")
    try:
        model = models.recalled(document, own)
        proof = Proof(_read_setting(document["setting"]), _read_cut(document["cut"], 0))
        untold = _OF_EVEN if is_two_sided(model) else frozenset()
        stated = _read_theorem(document["theorem"], proof.setting, untold)
    except InputError as error:
        raise InputError(f"malformed certificate: {error}") from None
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise InputError(f"malformed certificate: {type(error).__name__} {error}") from None
    if document.get("sha256") != digest(document):
        raise InputError("the certificate was changed: its SHA-256 is another")
    _require_near(model, proof.setting)
    with unproved():
        proved = check(model, proof, progress, jobs)
    require_implied(stated, proved)
    return Replayed(model, proof, stated, str(document["sha256"]))


def require_implied(stated: Theorem, proved: Theorem) -> None:
    """Raise NotProvedError for a number that is better than what was proved."""
    for name in (name for name in _BOUNDS if getattr(proved, name) is not None):
        if getattr(stated, name) < getattr(proved, name):
            _refuse(name, getattr(stated, name), getattr(proved, name))
    for name in (name for name in _ENCLOSED if getattr(proved, name) is not None):
        (low, high), (least, most) = getattr(stated, name), getattr(proved, name)
        if low > least or high < most:
            _refuse(name, high, most)
    if [(c.q, c.p) for c in stated.crossings] != [(c.q, c.p) for c in proved.crossings]:
        raise NotProvedError("the crossings are not told for the ranges that were proved")
    for told, known in zip(stated.crossings, proved.crossings, strict=True):
        if told.low > known.low or told.high < known.high:
            _refuse("a crossing's constant", told.high, known.high)
    if stated.flow is not None:
        flow = proved.flow
        if flow is None or stated.flow.rate > flow.rate or stated.flow.drift < flow.drift:
            raise NotProvedError("the gradient-flow side is not proved as it is told")


def _refuse(name: str, told: fmpq, known: fmpq) -> None:
    raise NotProvedError(f"{name}: {_shown(told)} is told, but {_shown(known)} is proved")


def _shown(x: fmpq) -> str:
    return arb(x).str(6, radius=False)  # of any size, where a float overflows


def numbers(theorem: Theorem) -> dict[str, Any]:
    """The numbers of a theorem as exact rationals, as documents have them."""
    found: dict[str, Any] = {
        name: _plain(getattr(theorem, name)) for name in (*_BOUNDS, *_ENCLOSED)
    }
    found["crossings"] = [
        {
            "q": list(map(str, c.q)),
            "p": list(map(str, c.p)),
            "low": str(c.low),
            "high": str(c.high),
        }
        for c in theorem.crossings
    ]
    flow = theorem.flow
    found["flow"] = flow and {"rate": str(flow.rate), "drift": str(flow.drift)}
    return found


def _up(x: fmpq, size: fmpq | None = None) -> fmpq:
    """A number above x by a share of `size`, by default of x, and short."""
    size = abs(x) if size is None else size
    digits = int(size.p).bit_length() - int(size.q).bit_length() if size > 0 else 0
    scale = fmpq(2) ** (_PLACES - digits)
    return ((x * scale).ceil() + 1) / scale


def _out(low: fmpq, high: fmpq) -> tuple[fmpq, fmpq]:
    size = max(abs(low), abs(high))
    return -_up(-low, size), _up(high, size)


def _setting(setting: Setting) -> dict[str, Any]:
    return {field.name: _plain(getattr(setting, field.name)) for field in fields(setting)}


def _plain(value: fmpq | tuple[fmpq, ...] | None) -> Any:
    if value is None:
        return None
    return list(map(str, value)) if isinstance(value, tuple) else str(value)


def _cut(cut: Cut | None) -> Any:
    return cut and [cut.axis, str(cut.at), _cut(cut.below), _cut(cut.above)]


def _read_cut(value: Any, depth: int) -> Cut | None:
    if value is None:
        return None
    axis, at, below, above = value
    if axis not in AXES or depth >= _DEEPEST:
        raise InputError(f"a cut is across one of {', '.join(AXES)}, at most {_DEEPEST} deep")
    return Cut(axis, _rational(at), _read_cut(below, depth + 1), _read_cut(above, depth + 1))


def _read_setting(value: Mapping[str, Any]) -> Setting:
    if len(value["levels"]) > _MOST_LEVELS:
        raise InputError(f"{len(value['levels'])} levels; at most {_MOST_LEVELS} are allowed")
    setting = Setting(
        largest=_rational(value["largest"]),
        q=_range(value["q"]),
        p=_range(value["p"]),
        delta=_rational(value["delta"]),
        levels=tuple(map(_rational, value["levels"])),
        tube_end=_rational(value["tube_end"]),
        funnel_end=_rational(value["funnel_end"]),
        curve_end=_rational(value["curve_end"]),
        flow_q=None if value["flow_q"] is None else _range(value["flow_q"]),
    )
    setting.require_sound()
    return setting


def _require_near(model: Model, setting: Setting) -> None:
    """What is asked for can be computed: tables of so many boxes."""
    scale = fmpq(int(model.response.scale.p), int(model.response.scale.q))
    ends = {
        "p0": setting.p[1] * setting.p[1],
        "tube_end": setting.tube_end,
        "funnel_end": setting.funnel_end,
        "curve_end": setting.curve_end,
    }
    for name, end in ends.items():
        if end > _FARTHEST * scale * scale:
            raise InputError(f"{name}: p² beyond {_FARTHEST} units is not looked at")


def _read_theorem(value: Mapping[str, Any], setting: Setting, untold: frozenset[str]) -> Theorem:
    flow = value["flow"]
    numbers: dict[str, Any] = {
        **{name: _rational(value[name]) for name in _BOUNDS if name not in untold},
        **{name: _range(value[name]) for name in _ENCLOSED if name not in untold},
        **{name: value[name] for name in untold},
    }
    if any(numbers[name] is not None for name in untold):
        raise InputError(f"{', '.join(sorted(untold))}: told of even losses only")
    crossings = tuple(
        Crossing(_range(c["q"]), _range(c["p"]), _rational(c["low"]), _rational(c["high"]))
        for c in value["crossings"]
    )
    found = None if flow is None else Flow(_rational(flow["rate"]), _rational(flow["drift"]))
    return Theorem(setting=setting, crossings=crossings, flow=found, **numbers)


def _range(value: Any) -> tuple[fmpq, fmpq]:
    low, high = value
    return _rational(low), _rational(high)


def _rational(text: str) -> fmpq:
    number: sp.Rational = parse_rational(text)
    return fmpq(int(number.p), int(number.q))
