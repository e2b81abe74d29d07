"""The page of a run walked through by keyboard alone, and looked at where it is narrow."""

from pathlib import Path

import pytest

from tests.browser.chromium import Page, chromium, opened
from tests.run.tool import Place

RUN = "us-japan-2024"
MOST_STEPS = 400
FOCUSED = "document.activeElement"


def focus_on(page: Page, what: str) -> None:
    """Go on from part to part until one meets a condition; all of them must be seen."""
    for _ in range(MOST_STEPS):
        page.press("Tab")
        if page.ask(what):
            return
    raise AssertionError(f"no part that can be reached is such that {what}")


def test_a_figure_leads_to_its_trail_by_keyboard(place: Place, tmp_path: Path) -> None:
    chromium()
    with opened(place.folder(RUN) / "report.html", tmp_path) as page:
        page.press("Tab")
        assert page.ask(f"{FOCUSED}.textContent") == "Skip to the result"
        assert page.ask(f"{FOCUSED}.getBoundingClientRect().top >= 0")  # seen once it is reached
        page.press("Enter")
        assert page.ask("location.hash") == "#main"

        focus_on(page, f"({FOCUSED}.getAttribute('href') || '').startsWith('#trail')")
        target = page.ask(f"{FOCUSED}.getAttribute('href')")
        assert page.ask(f"getComputedStyle({FOCUSED}).outlineStyle") != "none"
        page.press("Enter")
        assert page.ask("location.hash") == target
        trail = f"document.querySelector('{target}')"
        box = f"{trail}.getBoundingClientRect()"
        assert page.ask(f"{box}.top < innerHeight && {box}.bottom > 0")

        if not page.ask(f"{trail}.open"):
            page.press("Tab")
            assert page.ask(f"{trail}.contains({FOCUSED})")
            page.press("Enter")
        assert page.ask(f"{trail}.open")
        text = page.ask(f"{trail}.innerText")
        assert "us-imports-2024.csv" in text
        assert "car-parts" in text


@pytest.mark.parametrize("width", [360, 800, 1400])
def test_the_page_is_no_wider_than_the_window(place: Place, tmp_path: Path, width: int) -> None:
    chromium()
    with opened(place.folder(RUN) / "report.html", tmp_path) as page:
        page.send(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=900, deviceScaleFactor=1, mobile=False,
        )  # fmt: skip
        assert page.ask("document.documentElement.scrollWidth") <= width
        cut = "[...document.querySelectorAll('svg text')].filter(text => text.closest('svg')"
        left = (
            "text.getBoundingClientRect().left < text.closest('svg').getBoundingClientRect().left"
        )
        assert page.ask(f"{cut} && {left}).map(text => text.textContent)") == []


def test_the_page_needs_nothing_from_the_network_and_no_script(
    place: Place, tmp_path: Path
) -> None:
    chromium()
    with opened(place.folder(RUN) / "report.html", tmp_path) as page:
        assert page.ask("performance.getEntriesByType('resource').length") == 0
        assert page.ask("document.scripts.length") == 0
