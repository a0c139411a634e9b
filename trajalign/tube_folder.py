"""The tube of a theorem as a Coq project: written by `prove --coq`, read by `check --kernel`."""

from __future__ import annotations

import shutil
import time
from fractions import Fraction
from hashlib import sha256
from math import ceil
from pathlib import Path
from typing import Any

import click

from . import __version__
from .exits import FAILED, complain
from .files import check_folder, dump, make_folder, write, write_together
from .kernel_output import SCHEMA
from .terminal import status_line
from .theory.models import Model
from .verification.kernel.boxes.project import Checked, check, project
from .verification.kernel.boxes.statement import Statement, Tube
from .verification.kernel.calling import require_coq
from .verification.kernel.files import Changed
from .verification.kernel.project import PACKAGES
from .verification.theorems.proof import Theorem
from .verification.verdicts import Evidence

_SCALE = 10**5  # the denominator to which C is rounded up


def write_tube(model: Model, theorem: Theorem, digest: str, folder: Path, quiet: bool) -> None:
    """Write the project of a theorem's tube.

    Parameters: a model and its theorem; the SHA-256 of its certificate; the folder, which may be
    there; whether nothing is to be said. Raises InputError for what is no folder, and
    Untranslatable.
    """
    check_folder(folder, "--coq")
    setting = theorem.setting
    tube = Tube(
        Fraction(str(setting.largest)),
        Fraction(str(setting.tube_end)),
        Fraction(ceil(Fraction(str(theorem.alignment)) * _SCALE), _SCALE),
    )
    made = project(model, tube, digest)
    make_folder(folder, "--coq")
    write_together({folder / name: text for name, text in made.texts.items()})
    if quiet:
        return
    click.echo(f"{folder}: {made.cells} cells of x, joined; {sentence(made.said)}")
    if made.said.tube.constant > tube.constant:
        click.echo(f"wider than the theorem's tube, of which C is {_short(tube.constant)}")
    if shutil.which("coqc") is None:
        click.echo(f"not read by Coq: coqc is not installed: apt install {PACKAGES}")


def sentence(said: Statement) -> str:
    """What the Coq theorem says, in a line."""
    t, epsilon = said.tube, "η²" if "^" in said.epsilon else "η"
    start = f"p₀² ≤ {_short(t.end)} and |q₀/r(p₀) − 1 − h(p₀) ε| ≤ {_short(t.constant)} ε²"
    return f"if {start}, it is so at all times, for all 0 < ε ≤ {t.largest}, ε = {epsilon}"


def _short(x: Fraction) -> str:
    return f"{float(x):.10g}"


def check_tube(folder: Path, json_file: str | None) -> int:
    """Have Coq read such a folder and say what it accepts. Returns the exit status.

    Raises CoqMissing, and InputError for what is no such folder.
    """
    begin, version = time.perf_counter(), require_coq()
    try:
        with status_line("reading"):
            found = check(folder)
    except Changed as error:
        return complain(f"{folder}: {error}; nothing is claimed", FAILED)
    seconds = time.perf_counter() - begin
    if json_file is not None:
        write(json_file, dump(_document(found, version)))
    if json_file != "-":
        model = found.said.model
        click.echo(f"{model.name}, {model.response.text}, read by Coq {version}\n")
        click.echo(f"{Evidence.KERNEL.value}: {sentence(found.said)}")
        click.echo(f"with a witness; {found.twins} falsified copies are refuted; {seconds:.0f} s")
    return 0


def _document(found: Checked, version: str) -> dict[str, Any]:
    main = found.blocks[0]
    return {
        "schema": SCHEMA,
        "version": __version__,
        "coq": version,
        "model": found.said.model.name,
        "response": found.said.model.response.text,
        "lemmas": [
            {
                "label": "theorem/alignment",
                "step": "tube-kept",
                "lemma": main.name,
                "sha256": sha256(main.says.encode()).hexdigest(),
                "evidence": Evidence.KERNEL.value,
                "accepted": True,
                "witness": dict(found.case),
                "twins_refuted": found.twins,
                "side_conditions": [],
                "axioms": sorted(found.axioms),
                "why": "",
            }
        ],
        "not_translated": [],
    }
