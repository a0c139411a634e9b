"""Web pages as a browser sees them: what it complains of, where links lead, who can read them.

`complaints` is empty for a page that is in order. It wants Debian's chromium; Playwright's own
browsers are not needed.
"""

import os
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

WANTED_IN_CI = os.environ.get("CI") == "true"  # there a missing browser fails, and skips nothing
CHROMIUM = shutil.which("chromium")
needs_chromium = pytest.mark.skipif(
    not WANTED_IN_CI and CHROMIUM is None, reason="chromium is not installed"
)
WIDE, PHONE = 1280, 390  # CSS pixels
_HIGH = 900
_GRAVE = ("serious", "critical")
# Without preload, by which axe reads style sheets anew; a page from a file may not.
_ALL = {"resultTypes": ["violations"], "preload": False}
_ONLY_CONTRAST = _ALL | {"runOnly": ["color-contrast"]}
_LINKS = "links => links.map(a => [a.getAttribute('href'), a.href.baseVal ?? a.href])"
_TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless Chromium."""
    assert CHROMIUM is not None, "chromium is not installed"
    unboxed = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=unboxed)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def shown(
    browser: Browser, path: Path, *, scripts: bool = True, dark: bool = False, width: int = WIDE
) -> Iterator[Page]:
    """A page from a file, without a network."""
    context = browser.new_context(
        java_script_enabled=scripts,
        color_scheme="dark" if dark else "light",
        offline=True,
        viewport={"width": width, "height": _HIGH},
    )
    try:
        page = context.new_page()
        page.goto(path.resolve().as_uri())
        yield page
    finally:
        context.close()


def complaints(*paths: Path) -> list[str]:
    """All that is wrong with these pages, each line with the page's name; one browser for all.

    Errors in the console and of scripts; requests that leave the machine or fail; links, within
    a page or to other files, that lead nowhere; ids that stand twice; what axe finds serious or
    critical in light and dark, with all <details> open; pages wider than a phone's screen.
    """
    found = []
    with chromium() as browser:
        for path in paths:
            found += [f"{path.name}: {line}" for line in _complaints(browser, path)]
    return found


def _complaints(browser: Browser, path: Path) -> list[str]:
    found: list[str] = []
    context = browser.new_context(
        color_scheme="light", offline=True, viewport={"width": WIDE, "height": _HIGH}
    )
    try:
        page = context.new_page()
        page.on("console", lambda m: found.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: found.append(str(error)))
        page.on("requestfailed", lambda request: found.append(f"failed: {request.url[:200]}"))
        page.on("request", lambda request: found.extend(_leaving(request.url)))
        page.goto(path.resolve().as_uri(), wait_until="load")
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        found += _links(page, path)
        found += _grave(page)
        page.emulate_media(color_scheme="dark")
        found += [f"dark: {line}" for line in _grave(page, only_contrast=True)]
        page.set_viewport_size({"width": PHONE, "height": _HIGH})
        if (excess := page.evaluate(_TOO_WIDE)) > 0:
            found.append(f"{excess} pixels wider than a phone's screen")
    finally:
        context.close()
    return found


def _leaving(url: str) -> list[str]:
    return [] if urlsplit(url).scheme in ("file", "data", "blob") else [f"asks for {url[:200]}"]


def _grave(page: Page, *, only_contrast: bool = False) -> list[str]:
    """What axe finds serious or critical, with the first places."""
    options = _ONLY_CONTRAST if only_contrast else _ALL
    violations = Axe().run(page, options=options).response["violations"]
    return [
        f"{one['id']} ({one['impact']}, {len(one['nodes'])} places): {one['help']}, as in "
        + "; ".join(node["html"][:200] for node in one["nodes"][:3])
        for one in violations
        if one["impact"] in _GRAVE
    ]


def _links(page: Page, path: Path) -> list[str]:
    """Ids that stand twice, and links that lead nowhere."""
    content = page.content()
    ids = _ids(content)
    found = [f"id {name!r} stands {ids.count(name)} times" for name in sorted(set(ids))
             if ids.count(name) > 1]  # fmt: skip
    for href, target in page.eval_on_selector_all("a[href]", _LINKS):
        if (place := urlsplit(target)).scheme != "file":
            continue
        file, fragment = Path(unquote(place.path)), unquote(place.fragment)
        here = file == path.resolve()
        if not file.exists():
            found.append(f"link {href!r} leads to no file")
        elif fragment and fragment not in (ids if here else _ids_of(file)):
            found.append(f"link {href!r} leads nowhere")
    used = re.findall(r'xlink:href="#([^"]*)"|url\((?:&quot;|[\'"])?#([^)\'"&]*)', content)
    missing = {a or b for a, b in used} - set(ids)
    return found + [f"#{name} is used in a drawing and is not there" for name in sorted(missing)]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self.ids += [value for name, value in attrs if name == "id" and value]


def _ids(content: str) -> list[str]:
    reader = _Reader()
    reader.feed(content)
    return reader.ids


@cache
def _ids_of(file: Path) -> frozenset[str]:
    if file.is_dir():
        file /= "index.html"
    return frozenset(_ids(file.read_text(encoding="utf-8"))) if file.exists() else frozenset()
