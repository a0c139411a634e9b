"""The project's texts, LaTeX with a few commands: taken apart, and as lines of plain Unicode."""
