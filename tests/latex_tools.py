"""What tests need of LaTeX: whether it must be there, and what its log complains of."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

WANTED_IN_CI = os.environ.get("CI") == "true"  # there a missing LaTeX fails, and skips nothing
needs_latex = pytest.mark.skipif(
    not WANTED_IN_CI and (shutil.which("latexmk") is None or shutil.which("pdftoppm") is None),
    reason="latexmk or pdftoppm is not installed",
)


def complaints(log: str) -> list[str]:
    """Undefined references, labels that stand twice, and lines more than 5 pt too wide."""
    found = [line for line in log.splitlines() if "undefined" in line or "multiply" in line]
    for match in re.finditer(r"Overfull \\hbox \((\d+(?:\.\d+)?)pt too wide\).*", log):
        if float(match[1]) > 5:
            found.append(match[0])
    return found


def darkest_of_each_page(pdf: bytes, folder: Path) -> list[int]:
    """The page images' darkest grey: 255 for an empty page."""
    (folder / "pages.pdf").write_bytes(pdf)
    subprocess.run(["pdftoppm", "-gray", "-r", "60", "pages.pdf", "page"], cwd=folder, check=True)
    images = [path.read_bytes() for path in sorted(folder.glob("page*.pgm"))]
    return [min(image.split(b"\n", 3)[3]) for image in images]
