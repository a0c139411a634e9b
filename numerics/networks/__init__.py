"""Gradient descent on fully connected networks: p, q, loss and sharpness along the way (JAX)."""

from .architecture import Network
from .coordinates import Coordinates, coordinates
from .data import Data, digits, gaussian_points, one_point, table
from .descent import Descent, Schedule, Trajectories, descend
from .effective import EffectiveDiagram, effective_diagram
from .reduced import deviations, is_reducible
from .sharpness import sharpness
from .tasks import Task

__all__ = [
    "Coordinates",
    "Data",
    "Descent",
    "EffectiveDiagram",
    "Network",
    "Schedule",
    "Task",
    "Trajectories",
    "coordinates",
    "descend",
    "deviations",
    "digits",
    "effective_diagram",
    "gaussian_points",
    "is_reducible",
    "one_point",
    "sharpness",
    "table",
]
