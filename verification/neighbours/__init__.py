"""Neighbouring papers: what they claim, what follows from the theory here, what descent does."""
