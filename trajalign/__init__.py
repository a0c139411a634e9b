"""Proof companion to *Trajectory Alignment* (Song & Yun, NeurIPS 2023).

    import trajalign as ta
    ta.verify("log-cosh")

What stands in `__init__.pyi` is public, and loaded when it is first asked for. The rooms behind it
are `trajalign.theory` (exact), `trajalign.numerics` (high precision) and `trajalign.verification`
(verdicts); the command line is `trajalign verify`.
"""

from importlib.metadata import version

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
__version__ = version("trajalign")
__all__ += ["__version__"]
