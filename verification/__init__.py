"""Judging: hypotheses, one check per statement, negative controls, verdicts."""

from .assumptions import Assumptions
from .runner import Control, Options, control, known_labels, verify
from .verdicts import Evidence, Outcome, Verdict, exit_status

__all__ = [
    "Assumptions",
    "Control",
    "Evidence",
    "Options",
    "Outcome",
    "Verdict",
    "control",
    "exit_status",
    "known_labels",
    "verify",
]
