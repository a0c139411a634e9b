"""Many orbits at once in double precision: how they end, and files of them."""
