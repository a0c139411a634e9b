"""A study that takes a second."""

from pathlib import Path

FILE = Path(__file__).with_suffix(".toml")
SMALL = FILE.read_text(encoding="utf-8")
