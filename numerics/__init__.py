"""High-precision numerics: ball evaluation, orbits, roots, integrals, cascades and attractors."""

from .compile.balls import BallFunction, compile_balls, evaluate
from .compile.jets import JetFunction, accurate_jet, compile_jet, taylor_enclosure
from .curve.fast_forward import FastForward, fast_forward
from .curve.long_times import alignment_exponent, crossing_time
from .curve.motion import Estimate
from .diagram.attractors import LyapunovExponents, OrbitDiagram, lyapunov_exponents, orbit_diagram
from .diagram.cascade import Cascade, cascade, enclose_root
from .diagram.continuation import Cycle, CycleBranch, Flip
from .diagram.doublings import PeriodDoublings, period_doublings
from .extras import MissingExtraError
from .grids.datasets import DatasetError, load, save
from .grids.grid import grid, linspace
from .inverse_response import InverseResponse, solve_decreasing
from .orbits.enclosed_loops import EnclosedLoop, compile_enclosed_loop
from .orbits.enclosures import EnclosedOrbit, enclose, enclose_accurately
from .orbits.files import OrbitFile, OrbitFileError, load_orbit
from .orbits.iteration import Stops
from .orbits.limits import LimitEnclosure, compile_tail, enclose_limit
from .orbits.loops import Loop, compile_loop
from .orbits.native import accelerated
from .orbits.recorded import Orbit, compile_step, iterate

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
    "PeriodDoublings",
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
    "period_doublings",
    "save",
    "solve_decreasing",
    "taylor_enclosure",
]
