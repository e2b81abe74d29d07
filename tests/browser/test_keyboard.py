"""The page of a run walked through by keyboard alone, and looked at in windows of three widths."""

from tests.browser.walk import Browser, walked, walked_by_keyboard
from tests.run.tool import Place

RUN = "us-japan-2024"
WIDTHS = (360, 800, 1400)


def test_a_figure_leads_to_its_trail_by_keyboard(browser: Browser, place: Place) -> None:
    told = walked_by_keyboard(browser, place.folder(RUN) / "report.html")

    assert told["first"] == "Skip to the result"
    assert told["first_is_seen"]  # once it is reached
    assert told["first_leads_to"] == "#main"
    assert told["target"].startswith("#trail")
    assert told["outline"] != "none"
    assert told["link_leads_to"] == told["target"]
    assert told["trail_is_seen"]
    assert told["trail_is_open"]
    assert "us-imports-2024.csv" in told["trail"]
    assert "car-parts" in told["trail"]


def test_the_page_fits_its_window_and_needs_no_network_and_no_script(
    browser: Browser, place: Place
) -> None:
    page = place.folder(RUN) / "report.html"
    found = walked(browser, [page], schemes=("light",), widths=WIDTHS, checked=False)
    assert [(one.overflow > 0, one.requests, one.scripts, one.cut) for one in found] == [
        (False, [], 0, [])
    ] * len(WIDTHS)
