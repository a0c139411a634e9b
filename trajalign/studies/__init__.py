"""Named studies of real networks: what is run, and by which criteria it is judged."""
