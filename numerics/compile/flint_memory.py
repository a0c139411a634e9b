"""FLINT's C functions, and its real numbers in memory that machine code can work on.

The FLINT is the one that python-flint is linked to, and python-flint's objects are not touched:
numbers go over in FLINT's own text format, which is exact.
"""

from __future__ import annotations

import ctypes
from functools import cache
from types import TracebackType
from typing import Any

from flint import arb
from flint.types import arb as extension

POINTER, WORD = ctypes.c_void_p, ctypes.c_ssize_t

_SIGNATURES: dict[str, tuple[Any, ...]] = {  # the result, then the arguments
    "_arb_vec_init": (POINTER, WORD),
    "_arb_vec_clear": (None, POINTER, WORD),
    "_arb_vec_allocated_bytes": (WORD, POINTER, WORD),
    "arb_load_str": (ctypes.c_int, POINTER, ctypes.c_char_p),
    "arb_dump_str": (POINTER, POINTER),
    "flint_free": (None, POINTER),
}
_NOT_FINITE = {-1: arb.pos_inf(), -2: arb.neg_inf(), -3: arb.nan().mid()}  # by FLINT's exponent


def address(name: str) -> int:
    """Where a C function of FLINT lies. Raises AttributeError if there is none of this name."""
    return ctypes.cast(getattr(_flint(), name), POINTER).value or 0


@cache
def register_size() -> int:
    """The size of FLINT's `arb_struct` in bytes: what a vector of one zero occupies."""
    with Registers(1) as one:
        return int(_flint()._arb_vec_allocated_bytes(one.start, 1))


class Registers:
    """A vector of `size` balls in FLINT's memory, which leaving the `with` block gives back.

    >>> with Registers(2) as registers:
    ...     registers.load(1, arb("0.75"))
    ...     registers.number(1)
    0.750000000000000
    """

    def __init__(self, size: int) -> None:
        self.size = size

    def __enter__(self) -> Registers:
        self.start = _flint()._arb_vec_init(self.size)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        _flint()._arb_vec_clear(self.start, self.size)

    def load(self, slot: int, value: arb) -> None:
        """Copy a ball to register `slot`, midpoint and radius."""
        _flint().arb_load_str(self._at(slot), dumped(value))

    def number(self, slot: int) -> arb:
        """The exact number in register `slot`. Raises ArithmeticError if it has a radius."""
        text = _flint().arb_dump_str(self._at(slot))
        try:
            mantissa, exponent, *radius = (int(n, 16) for n in ctypes.string_at(text).split())
        finally:
            _flint().flint_free(text)
        if any(radius):
            raise ArithmeticError(f"register {slot} has a radius")
        return arb((mantissa, exponent)) if mantissa else _NOT_FINITE.get(exponent, arb(0))

    def _at(self, slot: int) -> int:
        return int(self.start) + slot * register_size()


def dumped(x: arb) -> bytes:
    """A ball in FLINT's text format: mantissa and exponent of midpoint and radius, in base 16.

    >>> dumped(arb(-40))
    b'-5 3 0 0'
    """
    return b"%s %s" % ((_words(x), b"0 0") if x.is_exact() else (_words(x.mid()), _words(x.rad())))


def _words(x: arb) -> bytes:
    if not x.is_finite():
        return b"0 -3" if x.is_nan() else b"0 -1" if x > 0 else b"0 -2"
    mantissa, exponent = x.man_exp()
    return b"%x %x" % (int(mantissa), int(exponent))


@cache
def _flint() -> ctypes.CDLL:
    library = ctypes.CDLL(extension.__file__)
    for name, (result, *arguments) in _SIGNATURES.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library
