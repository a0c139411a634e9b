"""The tube of a theorem as files of a Coq project, and what Coq makes of such a folder."""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from importlib.resources import files
from pathlib import Path
from typing import Any

from ....theory import models
from ....theory.errors import InputError
from ....theory.models import Model
from ....theory.models.options import with_options
from .. import calling
from ..files import Changed
from ..lemmas import Block
from ..names import Untranslatable
from ..project import PACKAGES
from ..running import AXIOMS
from .cells import Plan, plan
from .joined import case, theorem, written
from .responses import on_x
from .statement import Statement, Tube

SCHEMA = "trajalign.kernel-tube/1"
_LOOSER = tuple(Fraction(k, 20) for k in (20, 22, 25, 30))  # times C, until the cells seem to do
_FOREIGN = re.compile(r"\b(Declare|Drop|Extraction|Load|Redirect)\b")  # reach beyond the file
_HEADER = """\
From Coq Require Import Reals.
From Coquelicot Require Import Coquelicot.
From Trajalign Require {module}.
Open Scope R_scope.
"""
_MAKEFILE = f"""\
# Needs Debian's packages {PACKAGES}.
all: Makefile.coq
\t$(MAKE) -f Makefile.coq
Makefile.coq: _CoqProject
\tcoq_makefile -f _CoqProject -o Makefile.coq
.PHONY: all
"""


@dataclass(frozen=True)
class Written:
    """A project's texts by their names, and what it says."""

    texts: Mapping[str, str]
    said: Statement
    cells: int


def project(model: Model, tube: Tube, certificate: str) -> Written:
    """The files about a tube that a certificate with this SHA-256 proves.

    Raises Untranslatable for a response that is not known in Coq, or a tube that is too narrow:
    one up to half as wide again is tried.
    """
    made, wider = _planned(model, tube)
    said = Statement(model, wider)
    module = _module(model)
    texts = {f"{name}.v": _by_hand(name) for name in _library(made)}
    texts[f"{module}.v"] = written(made, said)
    order = [*texts]
    texts["_CoqProject"] = "\n".join(["-Q . Trajalign", "-arg -w -arg none", *order, ""])
    texts["Makefile"] = _MAKEFILE
    document = {
        "schema": SCHEMA,
        "model": model.name,
        "response": model.response.text,
        **with_options(model.settings),
        "tube": {
            "largest": str(wider.largest),
            "end": str(wider.end),
            "constant": str(wider.constant),
        },
        "certificate": certificate,
        "cells": len(made.boxes),
        "lemmas": [
            {"lemma": block.name, "sha256": _digest(block)} for block in theorem(made, said)
        ],
    }
    texts["manifest.json"] = json.dumps(document, indent=2) + "\n"
    return Written(texts, said, len(made.boxes))


def is_tube(folder: Path) -> bool:
    """Whether a folder was written by `prove --coq`."""
    try:
        data = json.loads((folder / "manifest.json").read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(data, dict) and data.get("schema") == SCHEMA


@dataclass(frozen=True)
class Checked:
    """What Coq accepts of a folder: the theorem, its witness and its twins, on these axioms."""

    said: Statement
    blocks: tuple[Block, ...]
    axioms: frozenset[str]

    @property
    def twins(self) -> int:
        """How many falsified copies are refuted."""
        return sum("__twin_" in block.name for block in self.blocks)

    @property
    def case(self) -> dict[str, str]:
        """Where the witness begins."""
        return case(self.said)


def check(folder: Path) -> Checked:
    """Have Coq read a folder. The statements are made anew, from the manifest's numbers.

    Raises Changed where the folder is about something else or Coq refuses it, InputError for what
    is no such folder, and CoqMissing.
    """
    said, blocks, names, told = _read(folder)
    calling.require_coq()
    module = _module(said.model)
    try:
        text = (folder / f"{module}.v").read_text("utf-8")
    except (OSError, UnicodeError):
        raise Changed(f"{module}.v cannot be read") from None
    if found := _FOREIGN.search(text):
        raise Changed(f"{module}.v says {found[0]}")
    if told != {block.name: _digest(block) for block in blocks}:
        raise Changed("the statements are not those of its numbers")
    with tempfile.TemporaryDirectory() as place:
        here = Path(place)
        for name in names:
            (here / f"{name}.v").write_text(_by_hand(name), "utf-8")
        (here / f"{module}.v").write_text(text, "utf-8")
        (here / "Checked.v").write_text(_restated(module, blocks), "utf-8")
        for name in (*names, module, "Checked"):
            done = calling.coqc(here, f"{name}.v")
            if done.returncode:
                line, why = calling.place(done.stdout)
                raise Changed(f"Coq refuses {name}.v, line {line}: {why}")
    axioms = calling.axioms(done.stdout)
    if len(axioms) != 1:
        raise InputError(f"coqc does not tell the axioms: {calling.last(done.stdout)}")
    if not axioms[0] <= AXIOMS:
        raise Changed(f"it rests on {', '.join(sorted(axioms[0] - AXIOMS))}")
    return Checked(said, blocks, axioms[0])


def _read(folder: Path) -> tuple[Statement, tuple[Block, ...], tuple[str, ...], dict[str, str]]:
    try:
        data: Any = json.loads((folder / "manifest.json").read_text("utf-8"))
        model = models.recalled(data)
        numbers = {name: Fraction(data["tube"][name]) for name in ("largest", "end", "constant")}
        told = {str(one["lemma"]): str(one["sha256"]) for one in data["lemmas"]}
    except (OSError, ValueError, KeyError, TypeError, ZeroDivisionError) as error:
        raise InputError(f"{folder}/manifest.json: not of prove --coq: {error}") from None
    if not all(0 < value < 1000 for value in numbers.values()):
        raise InputError(f"{folder}/manifest.json: the numbers of a tube are positive")
    said = Statement(model, Tube(**numbers))
    known = on_x(model)
    made = Plan(known, None, said.tube.end, said.tube.largest, said.tube.constant, Fraction(0), ())
    return said, theorem(made, said), _library(made), told


def _restated(module: str, blocks: tuple[Block, ...]) -> str:
    """The statements in a file of their own, in which no notation of the folder is in force."""
    lines = [_HEADER.format(module=module)]
    for block in blocks:
        lines.append(
            f"Definition checked_{block.name} :\n  {block.says} :=\n  {module}.{block.name}."
        )
    names = ", ".join(f"checked_{block.name}" for block in blocks)
    lines += [f"Definition checked := ({names}).", "Print Assumptions checked.", ""]
    return "\n".join(lines)


def _planned(model: Model, tube: Tube) -> tuple[Plan, Tube]:
    known = on_x(model)
    trouble: Untranslatable | None = None
    for factor in _LOOSER:
        wider = Tube(tube.largest, tube.end, tube.constant * factor)
        try:
            return plan(known, wider.end, wider.largest, wider.constant), wider
        except Untranslatable as error:
            trouble = error
    assert trouble is not None
    raise trouble


def _library(made: Plan) -> tuple[str, ...]:
    return ("Tube", "TubeModels", made.known.module)


def _module(model: Model) -> str:
    return "Boxes_" + model.name.replace("-", "_")


def _by_hand(name: str) -> str:
    return (files(__package__.rpartition(".")[0]) / "coq" / f"{name}.v").read_text("utf-8")


def _digest(block: Block) -> str:
    return hashlib.sha256(block.says.encode()).hexdigest()
