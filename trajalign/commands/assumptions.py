"""`trajalign assumptions`: the hypotheses of the theorems proved or refuted, with certificates."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from rich import box
from rich.table import Table

from .. import __version__
from ..files import check_outputs, dump, write
from ..kernel_folder import write_project
from ..terminal import Output
from ..theory.errors import InputError
from ..theory.models.options import with_options
from ..verdict_output import informed_rows, result
from ..verification.hypotheses.assumptions import Assumptions
from ..verification.hypotheses.certificates import Replayed, certificate, replay
from ..verification.hypotheses.information import WORDS, informed
from ..verification.verdicts import Outcome, Verdict, exit_status
from .model_options import Asked, model_options
from .options import FILE, json_option

SCHEMA = "trajalign.assumptions/1"
_SHOWN = {"bound": "", "needs": "needs ", "proved for": "proved for "}
Row = tuple[str, str, str, str]


@click.command(
    short_help="Prove or refute the hypotheses of the theorems.",
    epilog="""\b
Examples:
  trajalign assumptions neuron --activation tanh
  trajalign assumptions linear --loss "sqrt(1+z**2)" --certificate proof.json
  trajalign assumptions --replay proof.json
  trajalign assumptions neuron --activation tanh --coq proofs
""",
)
@model_options(required=False)
@click.option(
    "--certificate", "certificate_file", metavar="FILE", type=FILE, help="Write the proofs as JSON."
)
@click.option(
    "--replay", "replay_file", metavar="FILE", type=FILE, help="Check a certificate and no more."
)
@click.option(
    "--coq",
    "coq_folder",
    metavar="DIR",
    type=FILE,
    help="Write A1 to A4 of one model as a Coq project, for `trajalign check --kernel DIR`.",
)
@json_option
def assumptions(
    asked: Asked,
    certificate_file: str | None,
    replay_file: str | None,
    coq_folder: str | None,
    json_file: str | None,
) -> int:
    """Prove or refute the hypotheses of the theorems, over all z > 0, and enclose z0 and c.

    E is a catalogue name or an expression in z, such as "log(cosh(z))". Without arguments, the
    catalogue's three standard responses are judged. The evidence of a pass is sampled, derived or
    enclosed, weakest first; the report says what each promises.
    """
    if replay_file is not None:
        if not asked.nothing or any((certificate_file, json_file, coq_folder)):
            raise InputError("--replay takes a certificate and goes with no other option")
        return _replay(replay_file)
    if coq_folder is not None:
        if certificate_file or json_file:
            raise InputError("--coq goes with no --certificate or --json")
        if asked.is_own:
            raise InputError("--coq takes a built-in model")
        return write_project(asked.model(), None, Path(coq_folder))
    models = asked.models()
    check_outputs(certificate=certificate_file, json=json_file)
    begin = time.perf_counter()
    judged = [Assumptions(m) for m in models]
    verdicts = [verdict for a in judged for verdict in a.verdicts.values()]
    if certificate_file is not None:
        write(certificate_file, dump(certificate(judged)))
    if json_file is not None:
        write(json_file, dump(_document(judged)))
    if "-" not in (certificate_file, json_file):
        for a in judged:
            _print(
                f"{a.model.designation}  {a.response.text}",
                [*map(_row, a.verdicts.values()), *_z0(a), *_information(a)],
            )
        click.echo(f"\n{_counted(verdicts)} in {time.perf_counter() - begin:.1f} s")
    return exit_status([verdict.outcome for verdict in verdicts])


def _replay(file: str) -> int:
    try:
        document = json.loads(Path(file).read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"--replay {file}: {error.strerror}") from None
    except ValueError:
        raise InputError(f"--replay {file}: it is not JSON") from None
    rows = replay(document)
    _print("replayed", [_replayed_row(row) for row in rows])
    return 0


def _replayed_row(row: Replayed) -> Row:
    verdict = "proved" if row.outcome is Outcome.PASS else "refuted"
    return row.label, verdict, row.response, row.detail


def _row(verdict: Verdict) -> Row:
    evidence = verdict.evidence.value if verdict.evidence else ""
    detail = verdict.reason or ", ".join(
        f"{value} {name}" if name in ("points", "boxes") else f"{_SHOWN[name]}{value}"
        for name, value in verdict.quantities.items()
        if name in ("points", "boxes") or name in _SHOWN
    )
    return verdict.label, verdict.outcome.value, evidence, detail


def _z0(a: Assumptions) -> list[Row]:
    if not _judgeable(a) or a.constants is None:
        return []
    z0, c = a.constants.z0, a.constants.c
    detail = f"z0 = {float(sum(z0) / 2):.6g}, c = {float(c):.6g}"
    return [(f"{a.model.name}/z0", "", "enclosed", detail)]


def _information(a: Assumptions) -> list[Row]:
    """What no statement needs."""
    return [
        (*_row(v)[:3], v.reason or f"for information: {WORDS[name]}")
        for name, (v, _) in informed(a).items()
    ]


def _judgeable(a: Assumptions) -> bool:
    return a.verdicts["analytic"].outcome is Outcome.PASS


def _document(judged: Sequence[Assumptions]) -> dict[str, Any]:
    results = [result(verdict) for a in judged for verdict in a.verdicts.values()]
    constants = [
        {
            "model": a.model.name,
            **with_options(a.model.settings),
            "response": a.response.text,
            "z0": [str(end) for end in a.constants.z0],
            "c": a.constants.c.str(10),
        }
        for a in judged
        if _judgeable(a) and a.constants is not None
    ]
    document = {"schema": SCHEMA, "version": __version__}
    information = informed_rows([verdict for a in judged for verdict, _ in informed(a).values()])
    found = {"results": results, "constants": constants}
    return document | found | ({"information": information} if information else {})


def _counted(verdicts: Sequence[Verdict]) -> str:
    outcomes = [verdict.outcome.value for verdict in verdicts]
    return ", ".join(f"{outcomes.count(name)} {name}" for name in dict.fromkeys(outcomes))


def _print(title: str, rows: Sequence[Row]) -> None:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), title=title, title_justify="left")
    for heading in ("label", "verdict", "evidence" if title != "replayed" else "response"):
        table.add_column(heading, no_wrap=heading != "response", overflow="fold")
    table.add_column("", overflow="fold")
    for row in rows:
        table.add_row(*row)
    Output().print(table)
