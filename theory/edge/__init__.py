"""The edge of stability of any objective: the flip on a manifold of minima, and the drift along it."""
