"""Judging derivations: by exact algebra, and in balls at random points."""
