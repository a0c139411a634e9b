"""High-precision numerics: ball evaluation, orbits, roots, integrals, cascades and attractors."""

from .attractors import LyapunovExponents, OrbitDiagram, lyapunov_exponents, orbit_diagram
from .balls import BallFunction, compile_balls, evaluate
from .continuation import Cascade, Cycle, CycleBranch, Flip, cascade, enclose_root
from .curve_motion import Estimate
from .datasets import DatasetError, load, save
from .enclosed_loops import EnclosedLoop, compile_enclosed_loop
from .enclosures import EnclosedOrbit, enclose, enclose_accurately
from .extras import MissingExtraError
from .fast_forward import FastForward, fast_forward
from .grids import grid, linspace
from .integrals import alignment_exponent, crossing_time
from .iteration import Stops
from .jets import JetFunction, accurate_jet, compile_jet, taylor_enclosure
from .limits import LimitEnclosure, compile_tail, enclose_limit
from .loops import Loop, compile_loop
from .native import accelerated
from .orbit_files import OrbitFile, OrbitFileError, load_orbit
from .orbits import Orbit, compile_step, iterate
from .roots import InverseResponse, solve_decreasing

__all__ = [
    "BallFunction",
    "Cascade",
    "Cycle",
    "CycleBranch",
    "DatasetError",
    "EnclosedLoop",
    "EnclosedOrbit",
    "Estimate",
    "FastForward",
    "Flip",
    "InverseResponse",
    "JetFunction",
    "LimitEnclosure",
    "Loop",
    "LyapunovExponents",
    "MissingExtraError",
    "Orbit",
    "OrbitDiagram",
    "OrbitFile",
    "OrbitFileError",
    "Stops",
    "accelerated",
    "accurate_jet",
    "alignment_exponent",
    "cascade",
    "compile_balls",
    "compile_enclosed_loop",
    "compile_jet",
    "compile_loop",
    "compile_step",
    "compile_tail",
    "crossing_time",
    "enclose",
    "enclose_accurately",
    "enclose_limit",
    "enclose_root",
    "evaluate",
    "fast_forward",
    "grid",
    "iterate",
    "linspace",
    "load",
    "load_orbit",
    "lyapunov_exponents",
    "orbit_diagram",
    "save",
    "solve_decreasing",
    "taylor_enclosure",
]
