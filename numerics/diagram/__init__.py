"""The bifurcation diagram in numbers: cycles continued, cascades, attractors."""
