"""The slow curve in numbers: its terms in cells of p², motion along it, orbits on it."""
