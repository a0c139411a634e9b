"""Derivations in Coq: statements and proofs that an independent kernel reads."""
