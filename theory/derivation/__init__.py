"""Derivations: ordered steps, each with a claim that a machine can judge."""

from .claims import (
    Appendix,
    Cited,
    Claim,
    Definition,
    Derivation,
    Enclosed,
    Expansion,
    Identity,
    Sign,
    Solution,
    Step,
)

__all__ = [
    "Appendix",
    "Cited",
    "Claim",
    "Definition",
    "Derivation",
    "Enclosed",
    "Expansion",
    "Identity",
    "Sign",
    "Solution",
    "Step",
]
