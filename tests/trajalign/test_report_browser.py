"""The page of a report in a browser: filtered without scripts; a whole one is in
test_report_command."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from browser import chromium, complaints, needs_chromium, shown
from playwright.sync_api import Page
from report_pages import shown_rows, small_content, small_page
from small_appendix import MODEL, small_document

from trajalign.appendix import html
from trajalign.appendix.numbers import Numbers, Row

pytestmark = needs_chromium
NAMES = ("verdict", "evidence", "response")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("report") / "index.html"
    file.write_text(small_page(), encoding="utf-8")
    return file


def visible(page: Page) -> int:
    return page.locator("table.verdicts tbody:visible").count()


def told(page: Page) -> str:
    """The count of rows as assistive technology reads it; CSS makes it."""
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    words = [n["name"]["value"] for n in nodes if n.get("role", {}).get("value") == "StaticText"]
    return next(before for before, word in pairwise(words) if "rows shown" in word).strip()


def choices(source: str) -> Iterator[tuple[str, str, int]]:
    """Every value of a filter and how many rows have it."""
    rows = shown_rows(source)
    for name in NAMES:
        values = [getattr(row, name) for row in rows]
        for value in dict.fromkeys(values):
            yield name, value, values.count(value)


def wrong_filters(place: Path, names: tuple[str, ...] = NAMES) -> list[str]:
    """The filters that show other rows than those that they name, without scripts."""
    source, found = place.read_text(encoding="utf-8"), []
    every = len(shown_rows(source))
    with chromium() as browser, shown(browser, place, scripts=False) as page:
        for name, value, count in choices(source):
            if name not in names:
                continue
            page.locator(f"#show-{name}-{value}").click()
            if (seen := (visible(page), told(page))) != (count, str(count)):
                found.append(f"{name} {value}: {seen} instead of {count}")
            page.locator(f"#show-{name}-any").click()
            if visible(page) != every:
                found.append(f"{name}: not all are shown again")
    return found


def test_every_filter_shows_its_rows_and_their_number_without_scripts(place: Path) -> None:
    assert len(list(choices(small_page()))) >= 8
    assert wrong_filters(place) == []


def test_a_filter_that_does_nothing_is_noticed(tmp_path: Path) -> None:
    rule = 'tbody:not([data-verdict="fail"])'
    assert small_page().count(rule) == 1
    other = tmp_path / "index.html"
    other.write_text(small_page().replace(rule, "nothing"), encoding="utf-8")
    (line,) = wrong_filters(other, ("verdict",))
    assert line.startswith("verdict fail")


def test_filters_work_together_and_by_keyboard(place: Path) -> None:
    rows = shown_rows(small_page())
    with chromium() as browser, shown(browser, place, scripts=False) as page:
        page.locator("#show-verdict-any").focus()
        page.keyboard.press("ArrowRight")
        chosen = page.locator("input[name=verdict]:checked").get_attribute("id")
        assert chosen == "show-verdict-pass"
        page.get_by_role("radio", name="linear, cosh(z)-1").check()
        wanted = [row for row in rows if (row.verdict, row.response) == ("pass", "2")]
        assert visible(page) == len(wanted)
        assert told(page) == str(len(wanted))
        # A link to a row that is hidden shows it.
        page.goto(f"{place.as_uri()}#r2-linear/A1")
        assert page.locator('[id="r2-linear/A1"]').is_visible()


def test_a_link_opens_the_derivation_it_leads_to(place: Path) -> None:
    with chromium() as browser, shown(browser, place, scripts=False) as page:
        assert not page.locator('[id="r1-ta:linear/alignment"]').is_visible()
        page.goto(f"{place.as_uri()}#r1-ta:linear/alignment")
        assert page.locator('[id="r1-ta:linear/alignment"]').is_visible()


def test_the_appendix_is_in_order(tmp_path: Path) -> None:
    row = Row("linear/limit", "pass", "sampled", "3/4", "0.75", "4", "4.001")
    drawing = small_content().responses[0].drawings[1].picture
    assert drawing is not None
    found = Numbers(MODEL, (row,), (row,), (drawing,))
    file = tmp_path / "appendix.html"
    file.write_text(html.page(small_document(), found), encoding="utf-8")
    assert complaints(file) == []


def test_the_diagram_follows_its_sliders_its_keys_and_the_pointer(place: Path) -> None:
    with chromium() as browser, shown(browser, place) as page:
        box = page.locator("#r1-explorer")
        told = box.locator("output")
        assert "η = 1/20, from p0 = 3/10" in told.inner_text()
        dots = [dot.get_attribute("cx") for dot in box.locator("circle.orbit").all()]
        box.locator("input").first.press("Home")
        assert "η = 1/5, from p0 = 3/10" in told.inner_text()
        assert [dot.get_attribute("cx") for dot in box.locator("circle.orbit").all()] != dots
        before = box.locator("polyline").first.get_attribute("points")
        box.get_by_role("application").press("ArrowLeft")
        assert box.locator("polyline").first.get_attribute("points") != before
        box.get_by_role("button", name="all").click()
        assert box.locator("polyline").first.get_attribute("points") == before
        box.get_by_role("button", name="closer").click()
        assert box.locator("polyline").first.get_attribute("points") != before
        box.get_by_role("button", name="all").click()
        box.locator("circle.orbit").first.hover(force=True)
        assert "step " in told.inner_text()


def test_without_scripts_the_picture_stands_where_the_diagram_would(place: Path) -> None:
    picture = '[data-replaced-by="r1-explorer"]'
    with chromium() as browser, shown(browser, place, scripts=False) as page:
        assert page.locator(picture).is_visible()
        assert not page.locator("#r1-explorer").is_visible()
    with chromium() as browser, shown(browser, place) as page:
        assert not page.locator(picture).is_visible()
        assert page.locator("#r1-explorer").is_visible()


@pytest.mark.thorough
def test_a_page_with_its_diagram_is_in_order(place: Path) -> None:
    assert complaints(place) == []
