"""High-precision numerics: ball evaluation of SymPy expressions, orbits of the reduced maps."""
