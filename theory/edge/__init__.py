"""The edge of stability of any objective: the flip on its minima, and the drift along them."""
