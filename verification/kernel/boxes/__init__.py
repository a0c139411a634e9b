"""The tube of a theorem in Coq: boxes of x = p², joined, and what follows for orbits."""
