"""What the proofs of the gradient-flow regime share: a contraction and a geometric series."""

from __future__ import annotations

from ..models.base import P, Q, R
from .claims import Identity
from .notation import P_NEXT, Q0, RATE

RESPONSE = R(P)
CONTRACTION = P_NEXT / P
GEOMETRIC = Identity((1 / (1 - (1 - RATE) ** 2), 1 / (RATE * (2 - RATE))))
# By the choice of m ≤ 2(q0 − 1)/q0, by induction, and by A1.
CHOICE = ((2 * Q0 - 2 - RATE * Q0, "≥"), (Q - Q0, "≥"), (1 - RESPONSE, "≥"))
