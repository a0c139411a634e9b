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
    """Undefined references, labels that stand twice, and lines more than 1 pt too wide."""
    found = [line for line in log.splitlines() if "undefined" in line or "multiply" in line]
    for match in re.finditer(r"Overfull \\hbox \((\d+(?:\.\d+)?)pt too wide\).*", log):
        if float(match[1]) > 1:
            found.append(match[0])
    return found


def told_of_pdf(pdf: bytes, folder: Path) -> str:
    """What pdfinfo says of a file, and the names of the places that links lead to."""
    path = folder / "told.pdf"
    path.write_bytes(pdf)
    asked = [[], ["-dests"]]
    return "".join(
        subprocess.run(["pdfinfo", *more, path], capture_output=True, text=True, check=True).stdout
        for more in asked
    )


def darkest_of_each_page(pdf: bytes, folder: Path) -> list[int]:
    """The page images' darkest grey: 255 for an empty page."""
    (folder / "pages.pdf").write_bytes(pdf)
    subprocess.run(["pdftoppm", "-gray", "-r", "60", "pages.pdf", "page"], cwd=folder, check=True)
    images = [path.read_bytes() for path in sorted(folder.glob("page*.pgm"))]
    return [min(image.split(b"\n", 3)[3]) for image in images]
