"""High-precision numerics: ball evaluation, orbits, roots, integrals, cascades and attractors."""

from .attractors import LyapunovExponents, OrbitDiagram, lyapunov_exponents, orbit_diagram
from .balls import BallFunction, compile_balls, evaluate
from .continuation import Cascade, Cycle, CycleBranch, Flip, cascade, enclose_root
from .integrals import alignment_exponent, crossing_time
from .orbits import Orbit, compile_step, iterate
from .roots import InverseResponse, solve_decreasing

__all__ = [
    "BallFunction",
    "Cascade",
    "Cycle",
    "CycleBranch",
    "Flip",
    "InverseResponse",
    "LyapunovExponents",
    "Orbit",
    "OrbitDiagram",
    "alignment_exponent",
    "cascade",
    "compile_balls",
    "compile_step",
    "crossing_time",
    "enclose_root",
    "evaluate",
    "iterate",
    "lyapunov_exponents",
    "orbit_diagram",
    "solve_decreasing",
]
