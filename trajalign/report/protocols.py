"""Protocols as `trajalign experiment -o FOLDER` kept them, judged once more."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..figures.picture import Picture
from ..figures.protocol import protocol_picture
from ..protocol_output import AT_LEAST, WORDS, as_json, run_cells
from ..studies.judging import EVIDENCE, Finding
from ..studies.protocol import Protocol, load_protocol, protocol_of
from ..studies.protocol_judging import ProtocolJudgement, judge_protocol
from ..studies.protocol_runs import finished_protocol
from ..studies.study import PASS, shipped
from ..theory.errors import InputError
from .account import Account, account_of_protocol
from .differing import differing


@dataclass(frozen=True, eq=False)
class KeptProtocol:
    """A protocol with what was found, its figure, and the text of its report."""

    study: Protocol
    judgement: ProtocolJudgement
    pictures: tuple[Picture, ...]
    report: str

    @property
    def as_expected(self) -> bool:
        """Whether all criteria are met."""
        return self.judgement.verdict == PASS

    @property
    def evidence(self) -> str:
        """In one word; some networks and one seed on each data set."""
        return EVIDENCE

    @property
    def command(self) -> str:
        """What runs the protocol again."""
        name = self.study.name if _is_shipped(self.study) else f"{self.study.name}.toml"
        return shlex.join(["trajalign", "experiment", name, "-o", self.study.name])

    @property
    def is_like_shipped(self) -> bool:
        """Whether none is shipped under this name, or this one."""
        return self.study.name not in shipped() or _is_shipped(self.study)

    @property
    def account(self) -> Account:
        """In words."""
        return account_of_protocol(self.study, self.judgement)

    @property
    def criteria(self) -> list[tuple[str, str, str, str]]:
        """In words, what was asked for, what was measured, and the verdict."""
        return [_criterion(finding) for finding in self.judgement.findings]

    @property
    def run_heads(self) -> list[str]:
        """The headings of `run_cells`."""
        low, high = self.study.criteria.wider
        return [
            *("data set", "2/η over the flow's largest λ", "ηλ/2 at first", "1 reached at t"),
            *("median from there", f"share in {low:g} to {high:g}", "loss at the end over then"),
            "shown",
        ]

    @property
    def run_cells(self) -> list[list[str]]:
        """One row for every run, the controls at the end."""
        rows = [run_cells(run) for run in (*self.judgement.runs, *self.judgement.controls)]
        return [[cell or "–" for cell in row] for row in rows]


def load_kept(folder: Path, text: str, stated: Mapping[str, Any]) -> KeptProtocol:
    """What a finished protocol left in a folder, whose report is `text`. JAX is not needed.

    Raises InputError where runs are missing or damaged, or do not give what the report says.
    """
    try:
        protocol = protocol_of(str(stated["protocol"]), stated["parameters"])
        found = finished_protocol(protocol, folder)
    except KeyError as error:
        raise InputError(f"--experiment {folder}: report.json has no {error}") from None
    except InputError as error:
        raise InputError(f"--experiment {folder}: {error}") from None
    judgement = judge_protocol(protocol, found.tracks)
    anew = as_json(protocol, found, judgement, "")
    if wrong := _differences(stated, judgement) or differing(stated, anew):
        raise InputError(f"--experiment {folder}: report.json is not what its runs give: {wrong}")
    return KeptProtocol(protocol, judgement, (protocol_picture(protocol, found.tracks),), text)


def _differences(stated: Mapping[str, Any], judgement: ProtocolJudgement) -> str:
    """What the report says otherwise than the runs, where that can be said in words, else ""."""
    if stated.get("verdict") != judgement.verdict:
        return f"verdict {stated.get('verdict')} instead of {judgement.verdict}"
    listed = stated.get("runs")
    if not isinstance(listed, list) or len(listed) != len(judgement.runs):
        return "the number of runs"
    return ""


def _is_shipped(protocol: Protocol) -> bool:
    return protocol.name in shipped() and (
        load_protocol(protocol.name).parameters == protocol.parameters
    )


def _criterion(finding: Finding) -> tuple[str, str, str, str]:
    sign = "≥" if finding.name in AT_LEAST else "≤"
    words = WORDS[finding.name].replace("2/eta", "2/η")
    return words, f"{sign} {finding.asked:g}", f"{finding.measured:g}", finding.verdict
