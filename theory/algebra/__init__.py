"""Exact algebra: rational functions, signs, values, and what is zero."""
