"""One web page with everything that a run found: no network, no scripts."""
