"""The examination of web pages: a page in order passes, and each fault is seen."""

from pathlib import Path

import pytest
from browser import complaints, needs_chromium

pytestmark = [needs_chromium, pytest.mark.thorough]

GOOD = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>t</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>:root { color-scheme: light dark; }
body { background: light-dark(#fff, #111); }</style></head><body><main><h1 id="top">Title</h1>
<p><a href="#top">up</a>, <a href="other.html#here">there</a></p>
<details><summary>more</summary><p class="inner">inside</p></details></main></body></html>"""

DOT = "data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA="
FAULTS = {
    "in order": ("", "", ""),
    "a broken anchor": ('href="#top"', 'href="#pot"', "link '#pot' leads nowhere"),
    "a broken anchor elsewhere": ("#here", "#hier", "link 'other.html#hier' leads nowhere"),
    "a missing page": ("other.html#here", "others.html", "link 'others.html' leads to no file"),
    "an id twice": ("<p class", '<p id="top" class', "id 'top' stands 2 times"),
    "low contrast": ('"inner"', '"inner" style="color: #999; background: #fff"', "color-contrast"),
    "low contrast in the dark": (
        "dark; }", "dark; } @media (prefers-color-scheme: dark) { .inner { color: #333; } }",
        "dark: color-contrast",
    ),
    "a script that fails": ("</main>", "<script>nothing()</script></main>", "nothing"),
    "an error in the console": ("</main>", "<script>console.error('ow')</script></main>", "ow"),
    "the network": ("</main>", '<img alt="" src="https://example.org/a.png"></main>', "asks for"),
    "a missing file": ("</main>", '<img alt="" src="missing.png"></main>', "failed: "),
    "a picture without words": ("</main>", f"<img src='{DOT}'></main>", "image-alt"),
    "a drawing that uses nothing": (
        "</main>", '<svg role="img" aria-label="a"><use xlink:href="#no"/></svg></main>',
        "#no is used",
    ),
    "too wide a page": ("</main>", '<div style="width: 500px">w</div></main>', "wider than"),
}  # fmt: skip


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    folder = tmp_path_factory.mktemp("pages")
    (folder / "other.html").write_text('<p id="here">', encoding="utf-8")
    pages = {}
    for number, (fault, (old, new, _)) in enumerate(FAULTS.items()):
        pages[fault] = Path(folder / f"{number}.html")
        assert old in GOOD
        pages[fault].write_text(GOOD.replace(old, new, 1) if old else GOOD, encoding="utf-8")
    lines = complaints(*pages.values())
    return {
        fault: [line for line in lines if line.startswith(f"{page.name}: ")]
        for fault, page in pages.items()
    }


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_told_and_nothing_else(fault: str, told: dict[str, list[str]]) -> None:
    expected = FAULTS[fault][2]
    others = [line for line in told[fault] if expected not in line]
    assert all("net::" in line or "failed: " in line for line in others), others
    assert (len(others) < len(told[fault])) == (fault != "in order")
