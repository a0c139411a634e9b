"""Watch a training run of your own, in PyTorch or JAX: where it is on the diagram of its points."""

from .in_jax import JaxMonitor
from .in_torch import Monitor
from .looks import Look
from .prediction import Prediction
from .record import MONITOR_SCHEMA, Record, load_record
from .watched import Held, Watched, watched

__all__ = [
    "MONITOR_SCHEMA",
    "Held",
    "JaxMonitor",
    "Look",
    "Monitor",
    "Prediction",
    "Record",
    "Watched",
    "load_record",
    "watched",
]
