"""What an installation has, which path is fast on it, and what is wrong with it."""
