"""What is known of an expression on [M, ∞): its form in growing generators and bounded parts.

`scale` has the monomials and where they fall; `bounded` encloses functions on [M, ∞); `rewriting`
brings an expression into generators and bounded parts; `forms` reads signs, bounds and limits off.
"""

from __future__ import annotations

from .forms import Tail, tail
from .scale import NoTailError, tendency

__all__ = ["NoTailError", "Tail", "tail", "tendency"]
