"""What pytest is to leave alone here: the site's settings and extensions are no doctests."""

collect_ignore_glob = ["conf.py", "_ext/*.py"]
