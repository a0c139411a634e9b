"""The hypotheses on a response: proved or refuted over the whole real line, with certificates."""
