"""Judging: hypotheses, one check per statement, negative controls, verdicts."""

from .assumptions import Assumptions
from .effort import QUICK, THOROUGH, Effort
from .preparation import Options
from .runner import Control, control, known_labels, verify
from .status import Standing, standings
from .verdicts import Evidence, Outcome, Verdict, exit_status

__all__ = [
    "QUICK",
    "THOROUGH",
    "Assumptions",
    "Control",
    "Effort",
    "Evidence",
    "Options",
    "Outcome",
    "Standing",
    "Verdict",
    "control",
    "exit_status",
    "known_labels",
    "standings",
    "verify",
]
