"""Exact mathematics: expressions, responses, models, bifurcation, slow curve, statements."""
