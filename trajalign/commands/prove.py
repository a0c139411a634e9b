"""`trajalign prove`: the conclusions proved for all step sizes up to a number."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path
from textwrap import fill
from typing import Any

import click

from .. import __version__
from ..files import check_folder, check_outputs, dump, write
from ..terminal import Output, progress_bar
from ..theorem_file import replayed
from ..theory.errors import InputError
from ..theory.models import Model
from ..theory.models.options import with_options
from ..theory.writing.plain_text import plain_text
from ..tube_folder import write_tube
from ..verification.kernel.boxes.responses import on_x
from ..verification.theorems.asked import Ends, wanted
from ..verification.theorems.certificate import (
    certificate,
    numbers,
    rounded,
)
from ..verification.theorems.proof import Proof, Theorem
from ..verification.theorems.search import prove as searched
from ..verification.theorems.settings import Wanted
from ..verification.theorems.words import Sentences, sentences
from .model_options import Asked, model_options
from .options import FILE, jobs_option, json_option, positive, rational

SCHEMA = "trajalign.prove/1"
_WIDTH = 92
_FORMULA = re.compile(r"(\$[^$]*\$)")
_TIE, _LONG = "\xa0", 36


@click.command(
    short_help="Prove the conclusions for all step sizes up to a number.",
    epilog="""\b
Examples:
  trajalign prove linear --loss atan --certificate atan.json
  trajalign prove linear --loss log-cosh --eta0 1/20 --q0 0.8,0.9
  trajalign prove product --loss log-cosh --target 1 --eta0 1/20 --q0 0.8,0.9
  trajalign prove --replay atan.json
  trajalign prove linear --loss log-cosh --eta0 1/20 --q0 0.8,0.85 --coq tube
""",
)
@model_options(required=False)
@click.option("--eta0", metavar="R", help="Step sizes up to this [default: the largest found].")
@click.option("--q0", "q0", metavar="A,B", help="Heights of the starts [default: c + 0.02 to 0.9].")
@click.option(
    "--p0",
    "p0",
    metavar="A,B",
    help="Sizes |p0| of the starts, all up to B; times are told from A on [default: chosen]. "
    "Of a loss that is not even: half-widths |p0 - p~0|/2.",
)
@click.option(
    "--certificate", "certificate_file", metavar="FILE", type=FILE, help="Write the proof as JSON."
)
@click.option(
    "--replay", "replay_file", metavar="FILE", type=FILE, help="Check a certificate and no more."
)
@click.option(
    "--coq",
    "coq_folder",
    metavar="DIR",
    type=FILE,
    help="Write as a project of Coq that orbits on the tube stay there.",
)
@json_option
@jobs_option
def prove(
    asked: Asked,
    eta0: str | None,
    q0: str | None,
    p0: str | None,
    certificate_file: str | None,
    replay_file: str | None,
    coq_folder: str | None,
    json_file: str | None,
    jobs: int | None,
) -> int:
    """Prove alignment, limit, saturation, sharpening and crossing, with numbers, for all small η.

    For every step size up to --eta0 and every start of a box, in ball arithmetic. E is a
    catalogue name or an expression in z, such as "log(cosh(z))". Of a loss that is not even, or
    sees a target, alignment, limit and saturation are proved. The certificate says what is
    proved and where to look; --replay proves it anew from that alone.
    """
    begin, cores = time.perf_counter(), jobs or os.cpu_count() or 1
    if replay_file is not None:
        given = (eta0, q0, p0, certificate_file, coq_folder)
        said = "--replay takes a certificate and goes with --json only"
        if any(option is not None for option in given):
            raise InputError(said)
        check_outputs(json=json_file)
        found = replayed(replay_file, "--replay", own=asked.own_alone(said), jobs=cores)
        chosen, theorem = found.model, found.theorem
    else:
        if asked.nothing:
            raise InputError("prove: name a model, a loss or an activation")
        check_outputs(certificate=certificate_file, json=json_file)
        chosen = asked.model()
        if coq_folder is not None:
            check_folder(Path(coq_folder), "--coq")
            on_x(chosen)
        proof, theorem = _searched(chosen, _wanted(chosen, eta0, q0, p0), cores)
    words, seconds = sentences(chosen, theorem), time.perf_counter() - begin
    if certificate_file is not None or coq_folder is not None:
        told = certificate(chosen, proof, theorem)
    if certificate_file is not None:
        write(certificate_file, dump(told))
    if json_file is not None:
        write(json_file, dump(_document(chosen, theorem, words, seconds)))
    if "-" not in (certificate_file, json_file):
        how = "replayed" if replay_file is not None else "proved"
        _print(chosen, words, f"{how} in {seconds:.1f} s")
    if coq_folder is not None:
        quiet = "-" in (certificate_file, json_file)
        write_tube(chosen, theorem, told["sha256"], Path(coq_folder), quiet)
    return 0


def _searched(model: Model, wanted: Wanted, jobs: int) -> tuple[Proof, Theorem]:
    with progress_bar("proving") as bar:
        proof, theorem = searched(model, wanted, bar, jobs)
    return proof, rounded(theorem)


def _wanted(model: Model, eta0: str | None, q0: str | None, p0: str | None) -> Wanted:
    told = {"eta0": f"--eta0 {eta0}", "q0": f"--q0 {q0}", "p0": f"--p0 {p0}"}
    return wanted(
        model,
        None if eta0 is None else positive(eta0, "--eta0"),
        None if q0 is None else _range(q0, "--q0"),
        None if p0 is None else _range(p0, "--p0"),
        told,
    )


def _range(text: str, option: str) -> Ends:
    parts = text.split(",")
    if len(parts) != 2:
        raise InputError(f"{option} {text[:60]}: need two numbers, A,B")
    low, high = (rational(part.strip(), option) for part in parts)
    return low, high


def _document(model: Model, theorem: Theorem, words: Sentences, seconds: float) -> dict[str, Any]:
    s = theorem.setting
    return {
        "schema": SCHEMA,
        "version": __version__,
        "model": model.name,
        **with_options(model.settings),
        "response": model.response.text,
        "epsilon": str(s.largest),
        "q0": [str(end) for end in s.q],
        "p0": [str(end) for end in s.p],
        "numbers": numbers(theorem),
        "given": plain_text(words.given),
        "theorem": {f"theorem/{name}": plain_text(text) for name, text in words.parts.items()},
        "seconds": round(seconds, 2),
    }


def _print(model: Model, words: Sentences, how: str) -> None:
    width = min(_WIDTH, max(Output().width, 40))
    said = f"Theorem. The {model.spoken()}, {model.given}: {_unbroken(words.given)}:"
    lines = [said, "", *(f"({name}) {_unbroken(text)}" for name, text in words.parts.items())]
    for line in lines:
        filled = fill(line, width, subsequent_indent="  ", break_on_hyphens=False)
        click.echo(filled.replace(_TIE, " "))
    click.echo(f"\n{how}")


def _unbroken(text: str) -> str:
    """In plain text, with ties in place of the spaces of each formula that is not long."""
    parts = _FORMULA.split(text)
    return "".join(plain_text(part) if i % 2 == 0 else _tied(part) for i, part in enumerate(parts))


def _tied(formula: str) -> str:
    shown = plain_text(formula)
    return shown if len(shown) > _LONG else shown.replace(" ", _TIE)
