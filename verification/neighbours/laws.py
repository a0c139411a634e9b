"""What in the theory here the claims of other papers are instances of."""

from __future__ import annotations

from enum import Enum

LOCAL = "a flip along a manifold of minima"
FROZEN = "the map with q frozen"
STEP = "the gradient step, exactly"


class Law(Enum):
    """A law, in words and as a formula; `root` is what it follows from."""

    root: str

    def __new__(cls, words: str, root: str) -> Law:
        made = object.__new__(cls)
        made._value_, made.root = words, root
        return made

    SATURATION = "saturation of ℓ(product): λ* = 2/η − η/ρ", LOCAL
    FLAT = "saturation where r''(0) = 0: λ* = 2/η − C_β(η/ρ)^(1/(β−1))", LOCAL
    NORMAL_FORM = "gap along minima: 2 − ηλ* = κ, cP = μ + κ", LOCAL
    FLIP = "sign at the flip: 3F'''² − F''F'''' > 0", LOCAL
    CASCADE = "doublings of the frozen map: multiplier −1", FROZEN
    COUPLING = "energy of a 2-cycle: r(p) = q", FROZEN
    LABEL = "exact label: ab shrinks by (1 − η²ℓ'²)²", STEP
    MAP = "reduced map: (p, q) moves by itself", STEP
    BALANCE = "sharpness of minima: λ = LΣσ^(2−2/L)", STEP
