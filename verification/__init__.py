"""Judging: assumptions, one check per statement, negative controls, verdicts."""
