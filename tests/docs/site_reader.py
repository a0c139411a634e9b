"""A built site as a reader finds it: `faults` is empty for one that is in order.

Run as a browser would see it without scripts; what a browser itself complains of is in
tests/browser.py.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup, Tag

LOADED = {"script": "src", "img": "src", "iframe": "src", "source": "src", "object": "data"}
STYLE_URL = re.compile(r"(?:url\(\s*|@import\s+)[\"']?([^\"')\s]+)")
LEFT_OVER = re.compile(r"\\[A-Za-z]+|\{(?:ref|eq|math|prf:ref|doc)\}|\$[^$\s…][^$\n…]*\$")


def pages(site: Path) -> list[Path]:
    return sorted(p for p in site.rglob("*.html") if "_static" not in p.parts)


@cache
def soup(page: Path) -> BeautifulSoup:
    return BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")


@cache
def ids(page: Path) -> frozenset[str]:
    return frozenset(str(tag["id"]) for tag in soup(page).select("[id]"))


def article(page: Path) -> Tag:
    found = soup(page).article or soup(page).body
    assert found is not None
    return found


def external(site: Path) -> Iterator[str]:
    """Whatever a page or a style sheet loads from elsewhere."""
    for page in pages(site):
        for tag in soup(page).find_all(True):
            place = tag.get(LOADED.get(tag.name, "")) or (
                tag.get("href") if tag.name == "link" else None
            )
            if place and urlsplit(str(place)).netloc:
                yield f"{page.name} loads {place}"
    for sheet in site.rglob("*.css"):
        for place in STYLE_URL.findall(sheet.read_text(encoding="utf-8")):
            if urlsplit(place).netloc:
                yield f"{sheet.name} loads {place}"


def dead_links(site: Path) -> Iterator[str]:
    """Links and images that lead to no file, or to no place in it."""
    for page in pages(site):
        for tag in soup(page).select("a[href], img[src], link[href], script[src]"):
            target = urlsplit(str(tag.get("href") or tag.get("src")))
            if target.scheme or target.netloc:
                continue
            file = (page.parent / unquote(target.path)).resolve() if target.path else page
            if not file.is_file():
                yield f"{page.name}: {target.path} is no file"
            elif target.fragment and unquote(target.fragment) not in ids(file):
                yield f"{page.name}: #{target.fragment} is nowhere in {file.name}"


def left_over(site: Path) -> Iterator[str]:
    """Markup that was to become something else, outside of code."""
    for page in pages(site):
        for text in article(page).find_all(string=LEFT_OVER):
            if not any(parent.name in ("pre", "code", "script") for parent in text.parents):
                yield f"{page.name}: {text.strip()[:80]}"


def unreached(site: Path, sources: Path) -> Iterator[str]:
    """Pages of the sources that the sidebar of the first page does not lead to."""
    linked = {
        str(a["href"]).split("#")[0] for a in soup(site / "index.html").select("nav a, aside a")
    }
    for source in sources.rglob("*.md"):
        page = source.relative_to(sources).with_suffix(".html").as_posix()
        if page not in {*linked, "index.html"}:
            yield f"{page} is not in the sidebar"


def faults(site: Path, sources: Path) -> list[str]:
    return [
        *external(site),
        *dead_links(site),
        *left_over(site),
        *unreached(site, sources),
    ]


def documented(site: Path) -> dict[str, str]:
    """Every name that the API pages define, with the words under it."""
    found = {}
    for page in (site / "api").glob("*.html"):
        for name in soup(page).select("dt[id]"):
            words = name.find_next_sibling("dd")
            found[str(name["id"])] = words.get_text(" ", strip=True) if words else ""
    return found
