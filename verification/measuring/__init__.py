"""What statements measure: orbits of a plan, how fast they converge, and what is made of it."""
