"""Links out of docs/ that work on a code host, as they are to be on the site.

A file that has a page of its own is linked there; of what has none only the path is named.
"""

import posixpath
import re

from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

PAGES = {
    "../CHANGELOG.md": "/changelog.md",
    "../CONTRIBUTING.md": "/contributing.md",
    "../benchmarks/README.md": "/benchmarks.md",
}
_LINK = re.compile(r"\[([^][]+)\]\((\.\./[^)\s]*)\)")


def on_the_site(text: str, docname: str) -> str:
    """The text of a page with its links out of docs/ replaced."""

    def replaced(match: re.Match[str]) -> str:
        words, path = match.groups()
        place = posixpath.normpath(posixpath.join(posixpath.dirname(docname), path))
        if place in PAGES:
            return f"[{words}]({PAGES[place]})"
        outside = place.startswith("../")
        return f"{words} (`{place.removeprefix('../')}`)" if outside else match[0]

    return _LINK.sub(replaced, text)


def follow(app: Sphinx, docname: str, source: list[str]) -> None:
    """Replace the links of a page when it is read."""
    source[0] = on_the_site(source[0], docname)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Listen to the reading of pages."""
    app.connect("source-read", follow)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
