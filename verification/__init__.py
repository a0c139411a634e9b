"""Judging: hypotheses, one check per statement, negative controls, verdicts."""

from .hypotheses.assumptions import Assumptions
from .ledger import known_statements
from .measuring.effort import QUICK, THOROUGH, Effort
from .running.options import Options
from .running.runner import Control, control, known_labels, verify
from .standing import Standing, standings
from .statement import Statement
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
    "Statement",
    "Verdict",
    "control",
    "exit_status",
    "known_labels",
    "known_statements",
    "standings",
    "verify",
]
