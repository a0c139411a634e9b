"""A paper is one file, with `ROWS`: what it claims, and how that is checked here."""
