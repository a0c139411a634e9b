"""Studies of real networks as `trajalign experiment -o FOLDER` kept them, judged once more."""

from __future__ import annotations

import json
import math
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..experiment_output import AT_LEAST, EXPERIMENT_SCHEMA, WORDS, as_json
from ..figures.networks import study_pictures
from ..figures.picture import Picture
from ..protocol_output import PROTOCOL_SCHEMA
from ..studies.flow import gradient_flow
from ..studies.judging import EVIDENCE, Finding, Judgement, judge
from ..studies.running import finished
from ..studies.study import Study, load_study, shipped, study_of
from ..theory.errors import InputError
from .account import Account, account
from .differing import differing
from .protocols import KeptProtocol, load_kept

_HEADS = {"scale": "α", "seed": "seed", "x": "x₀", "y": "y₀"}


@dataclass(frozen=True, eq=False)
class Kept:
    """A study with what was found, its figures, and the text of its report."""

    study: Study
    judgement: Judgement
    pictures: tuple[Picture, ...]
    report: str

    @property
    def as_expected(self) -> bool:
        """Whether all criteria are met, or those fail that the study's file names."""
        return self.judgement.is_expected(self.study)

    @property
    def evidence(self) -> str:
        """In one word; some networks and some seeds."""
        return EVIDENCE

    @property
    def command(self) -> str:
        """What runs the study again."""
        name = self.study.name if _is_shipped(self.study) else f"{self.study.name}.toml"
        return shlex.join(["trajalign", "experiment", name, "-o", self.study.name])

    @property
    def is_like_shipped(self) -> bool:
        """Whether none is shipped under this name, or this one."""
        return self.study.name not in shipped() or _is_shipped(self.study)

    @property
    def account(self) -> Account:
        """In words."""
        return account(self.study, self.judgement)

    @property
    def criteria(self) -> list[tuple[str, str, str, str]]:
        """In words, what was asked for, what was measured, and the verdict."""
        return [_criterion(finding) for finding in self.judgement.findings]

    @property
    def run_heads(self) -> list[str]:
        """The headings of `run_cells`."""
        start = [_HEADS.get(name, name) for name in self.study.starts[0]]
        if self.study.criteria.diagram is None:
            measured = "q ≥ 1 from", "worst |q/r − 1|"
        else:
            measured = "edge passed at", "worst |q/Q₀ − 1|"
        return [*start, "outcome", "aligned from", *measured, "ηλ/2 at last"]

    @property
    def run_cells(self) -> list[list[str]]:
        """One row for every run."""
        return [
            [
                *(f"{value:g}" for value in run.start.values()),
                run.outcome,
                *("–" if step is None else str(step) for step in (run.aligned, run.crossing)),
                _number(run.worst, 2),
                _number(run.sharpness, 6),
            ]
            for run in self.judgement.runs
        ]


def load(folder: Path) -> Kept | KeptProtocol:
    """What a finished study or protocol left in a folder. Nothing is trained, and JAX is not
    needed.

    Raises InputError where there is no such study, where it is damaged, or where its trajectories
    do not give what its report says.
    """
    place = folder / "report.json"
    try:
        text = place.read_text(encoding="utf-8")
        stated = json.loads(text)
    except OSError as error:
        raise InputError(f"--experiment {folder}: {place.name}: {error.strerror}") from None
    except ValueError:
        raise InputError(f"--experiment {folder}: {place.name} is not JSON") from None
    if isinstance(stated, Mapping) and stated.get("schema") == PROTOCOL_SCHEMA:
        return load_kept(folder, text, stated)
    if not isinstance(stated, Mapping) or stated.get("schema") != EXPERIMENT_SCHEMA:
        raise InputError(f"--experiment {folder}: the schema of {place.name} has to be "
                         f"{EXPERIMENT_SCHEMA}")  # fmt: skip
    try:
        study = study_of(str(stated["study"]), stated["parameters"])
        kept = finished(study, folder)
        recorded = kept.recorded
        slow = gradient_flow(study) if (folder / "flow").is_dir() else None
        flow = None if slow is None else finished(slow, folder / "flow").recorded
    except KeyError as error:
        raise InputError(f"--experiment {folder}: {place.name} has no {error}") from None
    except InputError as error:
        raise InputError(f"--experiment {folder}: {error}") from None
    judgement = judge(study, recorded, kept.predictions)
    anew = as_json(study, kept, judgement, "")
    if found := _differences(stated, study, judgement) or differing(stated, anew):
        raise InputError(f"--experiment {folder}: {place.name} is not what its trajectories give: "
                         f"{found}")  # fmt: skip
    return Kept(study, judgement, study_pictures(study, recorded, flow, kept.predictions), text)


def _differences(stated: Mapping[str, Any], study: Study, judgement: Judgement) -> str:
    """What the report says otherwise than the trajectories, where that can be said in words, else
    ""."""
    if (stated.get("verdict"), stated.get("expected")) != (judgement.verdict, study.expected):
        return f"verdict {stated.get('verdict')} instead of {judgement.verdict}"
    criteria = stated.get("criteria")
    listed = criteria if isinstance(criteria, list) else []
    if len(listed) != len(judgement.findings):
        return f"{len(listed)} criteria instead of {len(judgement.findings)}"
    return ""


def _is_shipped(study: Study) -> bool:
    return study.name in shipped() and load_study(study.name).parameters == study.parameters


def _criterion(finding: Finding) -> tuple[str, str, str, str]:
    sign = "≥" if finding.name in AT_LEAST else "≤"
    measured = "nothing to measure" if finding.measured is None else _number(finding.measured, 3)
    words = WORDS[finding.name].replace(" - 1", " − 1").replace("2/eta", "2/η")
    return words, f"{sign} {finding.asked:g}", measured, finding.verdict


def _number(value: float, digits: int) -> str:
    return f"{value:.{digits}g}" if math.isfinite(value) else "–"
