"""The flip on a manifold of minima in numbers: where it is, its coefficients, descent past it."""
