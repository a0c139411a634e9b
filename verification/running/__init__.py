"""From models to verdicts: what is prepared, run, spread over processes, and judged."""
