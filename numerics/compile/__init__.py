"""Formulas compiled: to balls, jets, arrays, and to programs that machine code is made of."""
