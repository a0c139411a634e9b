"""A1 to A4 of a response as theorems of Coq, over all z > 0."""
