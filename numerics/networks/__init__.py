"""Gradient descent on fully connected networks: p, q, loss and sharpness along the way (JAX)."""

from .architecture import Network
from .averaged import Ahead, averaged_flow
from .coordinates import Coordinates, coordinates
from .data import Data, digits, gaussian_points, one_point, table
from .descent import Descent, Schedule, Trajectories, descend
from .effective import EffectiveDiagram, effective_diagram
from .reduced import deviations, is_reducible
from .saturation import FlipLaw, flip_law, settle
from .sharpness import sharpness
from .slow_modes import gap_with_slow_modes
from .spectrum import Spectra, spectra
from .tasks import Task

__all__ = [
    "Ahead",
    "Coordinates",
    "Data",
    "Descent",
    "EffectiveDiagram",
    "FlipLaw",
    "Network",
    "Schedule",
    "Spectra",
    "Task",
    "Trajectories",
    "averaged_flow",
    "coordinates",
    "descend",
    "deviations",
    "digits",
    "effective_diagram",
    "flip_law",
    "gap_with_slow_modes",
    "gaussian_points",
    "is_reducible",
    "one_point",
    "settle",
    "sharpness",
    "spectra",
    "table",
]
