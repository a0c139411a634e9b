"""One orbit at a time: recorded, kept in files, enclosed, and their limits."""
