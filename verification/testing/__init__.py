"""For tests, users' own included: responses to draw, near-misses, and what has to hold."""
