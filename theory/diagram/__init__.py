"""The bifurcation diagram of the map with q frozen, exactly."""
