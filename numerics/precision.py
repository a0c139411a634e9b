"""Decimal digits and working precision."""

from __future__ import annotations

import math

BITS_PER_DIGIT = math.log2(10)
GUARD_BITS = 30


def working_bits(digits: int) -> int:
    """The working precision in bits for `digits` decimal digits, with bits to spare for rounding.

    >>> working_bits(50)
    196
    """
    return int(digits * BITS_PER_DIGIT) + GUARD_BITS
