"""Proof companion to *Trajectory Alignment* (Song & Yun, NeurIPS 2023).

The rooms are `trajalign.theory` (exact), `trajalign.numerics` (high precision) and
`trajalign.verification` (verdicts); the command line is `trajalign verify`.
"""

from importlib.metadata import version

__version__ = version("trajalign")
__all__ = ["__version__"]
