"""What an extra of the package brings, imported when it is first needed."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from ..theory.errors import InputError

NUMPY, JAX = "numpy", "jax"
ENGINES = (JAX, NUMPY)


class MissingExtraError(InputError):
    """A part of the package that the installation at hand leaves out."""


def require(module: str, extra: str = "sweeps") -> Any:
    """Import a third-party module. Raises MissingExtraError, with the command that installs it.

    >>> require("numpy").__name__
    'numpy'
    """
    try:
        return import_module(module)
    except ImportError:
        name = module.partition(".")[0]
        raise MissingExtraError(
            f"{name} is not installed: pip install 'trajalign[{extra}]' brings it"
        ) from None


def choose_engine(engine: str | None) -> str:
    """`engine`, or the default: JAX where it is installed, else NumPy. Raises InputError."""
    if engine is None:
        return JAX if find_spec(JAX) is not None else NUMPY
    if engine not in ENGINES:
        raise InputError(f"engine {engine!r}: known are {' and '.join(ENGINES)}")
    if engine == JAX:
        require(JAX)
    return engine
