"""The page can be read by anyone: no script, no network, structure for those who cannot see it."""

import re
from html.parser import HTMLParser

import pytest

from pipelines.validation.step import verdict_for
from pipelines.workspace import Workspace
from tests.validation.tables import lawful_rows, row, write_trade


class Outline(HTMLParser):
    """The tags of a page in order, with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def names(self) -> list[str]:
        return [tag for tag, _ in self.found]


@pytest.fixture(scope="module")
def page(shared: Workspace) -> str:
    hostile = row(code="<img src=https://x.test/a>", importer='"><script>alert(1)</script>')
    table = write_trade(shared, "faulted", [*lawful_rows(2), hostile])
    folder = verdict_for(shared, table).folder
    return (folder / "report.html").read_text(encoding="utf-8")


def test_page_has_no_script_and_asks_nothing_of_the_network(page: str) -> None:
    outline = Outline(page)
    assert not {"script", "img", "link", "iframe"} & set(outline.names())
    assert not [attrs for _, attrs in outline.found if "src" in attrs]
    assert {attrs["href"] for tag, attrs in outline.found if tag == "a"} == {"#main"}
    assert "url(" not in page
    assert "default-src 'none'" in page


def test_page_has_the_structure_that_a_screen_reader_needs(page: str) -> None:
    outline = Outline(page)
    names = outline.names()
    assert outline.found[0] == ("html", {"lang": "en"})
    assert [name for name in names if re.fullmatch(r"h\d", name)] == ["h1", *["h2"] * 5]
    assert names.count("title") == names.count("main") == 1
    assert names.count("table") == names.count("caption") == 4
    assert all(attrs.get("scope") in ("row", "col") for tag, attrs in outline.found if tag == "th")
    identifiers = {attrs["id"] for _, attrs in outline.found if "id" in attrs}
    labels = {attrs["aria-labelledby"] for tag, attrs in outline.found if tag == "section"}
    assert labels <= identifiers


def test_page_says_the_verdict_first_and_in_words(page: str) -> None:
    after_heading = page.split("</h1>")[1]
    assert after_heading.lstrip().startswith('<p class="verdict invalid"><strong>Invalid.</strong>')
    assert "Failed: 1 row (USD 1,000)." in after_heading


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_colours_can_be_told_apart_in_light_and_dark(page: str) -> None:
    palettes = re.findall(r":root \{(.*?)\}", page, re.DOTALL)
    assert len(palettes) == 2
    for palette in palettes:
        colours = dict(re.findall(r"--(\w+): (#\w{6})", palette))
        for ink in ("ink", "good", "bad", "link"):
            for paper in ("paper", "soft"):
                assert contrast(colours[ink], colours[paper]) >= 4.5
        assert contrast(colours["line"], colours["paper"]) >= 3.0
