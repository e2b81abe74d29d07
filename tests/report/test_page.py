"""The page read back as a browser and a screen reader take it."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import polars as pl
import pytest

from calc.dictionary import polars_schema
from calc.tables import TABLES
from pipelines.report.page.charts import (
    bars,
    dots,
    dumbbells,
    intervals,
    short_usd,
    tornado,
    waterfall,
)
from pipelines.report.page.page import page
from tests.report.tables import FACTS, LINES, frame, tables
from tests.run.tool import Done, Place

VOID = {"meta", "br", "wbr", "path", "line", "rect"}
KEY = ("importer", "partner", "period", "flow", "nomenclature", "code", "segment")


class Page(HTMLParser):
    """Elements with their attributes and the text within each, in the order of the page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None], list[str]]] = []
        self.open: list[tuple[str, list[str]]] = []
        self.feed(text)
        self.close()
        assert [tag for tag, _ in self.open] == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        texts: list[str] = []
        self.elements.append((tag, dict(attrs), texts))
        if tag not in VOID:
            self.open.append((tag, texts))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs), []))

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        opened, _ = self.open.pop()
        assert opened == tag

    def handle_data(self, data: str) -> None:
        for _, texts in self.open:
            texts.append(data)

    def all(self, *tags: str) -> list[tuple[dict[str, str | None], str]]:
        return [(about, "".join(text)) for tag, about, text in self.elements if tag in tags]

    def rows(self, caption: str) -> list[list[str]]:
        """The cells of the table with a caption, a list a row."""
        found: list[list[str]] = []
        is_open = False
        for tag, _, text in self.elements:
            if tag == "table":
                is_open = False
            elif tag == "caption":
                is_open = "".join(text) == caption
            elif is_open and tag == "tr":
                found.append([])
            elif is_open and tag in ("th", "td"):
                found[-1].append("".join(text))
        return found


def whole() -> dict[str, Any]:
    """The tables of a run with what a page needs beside the workbook's."""
    provenance = [
        {name: row[name] for name in KEY}
        | {"source_id": "imports.csv", "source_row": at, "share": 1.0}
        for at, row in enumerate(LINES, 2)
    ]
    authority = {"importer": "USA", "authority": "title-vii", "method": "order of law",
                 "duty_increment_usd": 6_956_449_092.0}  # fmt: skip
    return tables() | {
        "provenance": frame("provenance", provenance),
        "by_authority": frame("by_authority", [authority]),
    }


@pytest.fixture(scope="module")
def text() -> str:
    return page(FACTS, whole())


@pytest.fixture(scope="module")
def read(text: str) -> Page:
    return Page(text)


def test_nothing_is_loaded_and_nothing_runs(text: str, read: Page) -> None:
    assert not re.findall(r"""(?:src|href)=["'](?!#)""", text)
    assert not read.all("script", "link", "iframe", "img", "object")
    assert not [name for about, _ in read.all(*{tag for tag, _, _ in read.elements})
                for name in about if name.startswith("on")]  # fmt: skip
    policies = [about for about, _ in read.all("meta") if about.get("http-equiv")]
    assert policies[0]["content"] == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def test_a_reader_without_eyes_finds_the_way(read: Page) -> None:
    assert [words for _, words in read.all("h1")] == [FACTS.title]
    levels = [int(tag[1]) for tag, _, _ in read.elements if re.fullmatch("h[1-6]", tag)]
    assert all(lower - higher <= 1 for higher, lower in pairwise(levels))
    names = [about["id"] for _, about, _ in read.elements if about.get("id")]
    assert len(names) == len(set(names))
    targets = {str(about["href"]).removeprefix("#") for about, _ in read.all("a")}
    assert targets <= set(names)
    assert all(about.get("scope") for about, _ in read.all("th"))
    assert len(read.all("caption")) == len(read.all("table"))
    regions = [about for _, about, _ in read.elements if about.get("role") == "region"]
    assert all(about.get("tabindex") == "0" and about.get("aria-label") for about in regions)


def test_every_chart_has_a_sentence(read: Page) -> None:
    sentences = [words for _, words in read.all("figcaption")]
    images = [about["aria-label"] for about, _ in read.all("div") if about.get("role") == "img"]
    assert images == sentences
    assert len(sentences) == len(read.all("figure")) == 6
    assert sentences[0] == (
        "Value of the imports of USA in USD: listed 11.6 bn, covered 11.6 bn, in force 7.14 bn, "
        "affected 7.14 bn, threatened 4.47 bn. Filled: a measure is charged."
    )
    assert sentences[2] == (
        "Trade-weighted rate of the covered lines, outlined before and filled after; the largest "
        "change is that of car-parts, from 2.50 % to 100.00 %."
    )


def test_the_figures_are_those_of_the_tables(read: Page) -> None:
    assert read.rows("Values of the lines") == [
        ["Value", "USD"],
        ["listed: a measure names the line", "11,612,705,686"],
        ["covered: less what exclusions take out", "11,611,705,686"],
        ["in force: a measure is charged", "7,143,730,286"],
        ["affected: the rate changes", "7,136,708,493"],
        ["threatened: not in force", "4,467,975,400"],
    ]
    groups = read.rows("By product group, at unchanged trade")
    assert [row[0] for row in groups[1:]] == [
        "car-parts", "medical-technology", "telecom", "flat-glass", "other",
    ]  # fmt: skip
    # Of flat glass the duty before is known on one line of two: 5 % of 73,638,117 USD.
    flat_glass = dict(zip(groups[0], groups[4], strict=True))
    assert flat_glass["duty before USD"] == "≥ 3,681,906"
    assert flat_glass["duty after USD"] == "80,659,910"


def test_the_largest_lines_lead_to_their_trails(read: Page) -> None:
    rows = read.rows("Lines of the largest value, at unchanged trade")
    assert [row[0] for row in rows[1:4]] == [
        "87089900 from JPN", "90189080 from JPN", "85173000 from JPN",
    ]  # fmt: skip
    trails = [words for about, words in read.all("div") if about.get("id") == "trail-1"]
    assert "source       imports.csv\n" in trails[0]
    assert "duty before: no rate, 2.5 % x USD 7,063,070,376.00 = USD 176,576,759.40" in trails[0]


def test_each_sum_is_found_by_its_id_and_leads_to_its_trail(text: str, read: Page) -> None:
    found = {about["data-result"] for _, about, _ in read.elements if about.get("data-result")}
    assert {
        "by_importer/USA/duty_increment_usd", "by_group/USA/car-parts", "by_partner/USA/JPN",
        "by_measure/USA/title-vii", "by_authority/USA/title-vii/order-of-law", "funnel/USA/1",
    } <= found  # fmt: skip
    shown = [str(about["href"]) for about, _ in read.all("a")]
    trails = {str(about.get("id")): words for about, words in read.all("div")}
    for name in ("by_importer/USA", "by_group/USA/car-parts", "by_partner/USA/JPN"):
        assert f"#trail-{name}" in shown
        assert name in trails[f"trail-{name}"]
    told = trails["trail-by_group/USA/car-parts"]
    assert "made of      1 line of lines.parquet" in told
    assert "listed_value_usd: the lines add up to USD 7,063,070,376.00, as in the table" in told
    # From the sum a link leads on to the trail of its largest line.
    assert '<a href="#trail-1">USA/JPN/' in text


def test_every_row_with_an_id_leads_to_a_trail_of_its_own(text: str) -> None:
    """Each figure on the page has a link to how it came about, not only an id to look it up by."""
    rows = re.findall(r'<(?:tr|li)[^>]* data-result="([^"]*)"[^>]*>(.*?)</(?:tr|li)>', text)
    assert len(rows) >= 30
    for name, cells in rows:
        target = re.search(r'href="#(trail-[^"]+)"', cells)
        assert target is not None, name
        assert f'<div id="{target[1]}" class="opened">' in text
        row = target[1].removeprefix("trail-")
        assert row.isdigit() or name.startswith(row)


def test_the_first_words_are_the_answer(read: Page) -> None:
    lead = [words for about, words in read.all("p") if about.get("class") == "lead"]
    assert lead == [
        "The schedule covers 11.6 bn USD of the imports of USA, 1.75 % of those in the table. The "
        "duty on them is at least 180 m USD before and 7.14 bn USD after, at unchanged trade. On "
        "4.47 bn USD of them measures are threatened, not in force: the duty that they would add "
        "is 4.47 bn USD."
    ]
    told = [words for about, words in read.all("p") if about.get("class") == "told"]
    assert told[1] == (
        "The added duty is unknown on lines worth 7,021,793 USD (specific rate per kg; the "
        "table has no quantity). Sums leave them out, and ≥ (at least) stands before a sum that "
        "does."
    )


def test_parts_of_the_flow_have_a_column_where_there_are_some() -> None:
    caption, parted = "Lines of the largest value, at unchanged trade", whole()
    assert "part of the flow" not in Page(page(FACTS, parted)).rows(caption)[0]
    for name in ("lines", "components", "provenance"):
        is_first = pl.col("code") == "87089900"
        segment = pl.when(is_first).then(pl.lit("cars/portion")).otherwise("segment")
        parted[name] = parted[name].with_columns(segment=segment)
    heads, first, second = Page(page(FACTS, parted)).rows(caption)[:3]
    assert heads[1] == "part of the flow"
    assert (first[1], second[1]) == ("cars/portion", "whole")


def test_the_filled_part_of_a_bar_is_what_is_in_force() -> None:
    rows = [{"name": "JPN", "usd": 8.0, "filled_usd": 2.0},
            {"name": "KOR", "usd": 4.0, "filled_usd": None}]  # fmt: skip
    drawn = re.findall(
        r'd="M0,[^"]*h(\d+\.?\d*)[^"]*" fill="(#[0-9a-f]+)"', bars(rows, title="USD")
    )
    whole_bar, other, part = [(float(width), fill) for width, fill in drawn if float(width)]
    assert whole_bar[0] == 2 * other[0] == 4 * part[0]
    assert part[1] not in (whole_bar[1], other[1])
    assert whole_bar[1] == other[1]


def test_what_a_legal_basis_adds_is_unknown_where_no_part_of_it_is_known() -> None:
    caption, made = "What each legal basis adds, at unchanged trade", whole()
    basis = made["by_measure"]["authority"].item()
    made["by_authority"] = made["by_authority"].with_columns(authority=pl.lit(basis))
    # Of flat glass, one line of two has no duty before: the sum of its basis is a lower bound.
    assert Page(page(FACTS, made)).rows(caption)[1][-1] == "≥ 6,956,449,092"
    none = pl.lit(None, pl.Float64)
    made["by_authority"] = made["by_authority"].with_columns(duty_increment_usd=none)
    assert Page(page(FACTS, made)).rows(caption)[1][-1] == "unknown"


def test_what_a_file_says_stays_text() -> None:
    facts = replace(FACTS, title='<script>alert("x")</script>', notes=("a & b < c",))
    text = page(facts, whole())
    assert "<script" not in text
    assert Page(text).all("h1")[0][1] == '<script>alert("x")</script>'
    assert "a &amp; b &lt; c" in text


def test_the_same_run_gives_the_same_bytes(text: str) -> None:
    assert page(FACTS, whole()) == text


def test_a_run_that_hits_nothing() -> None:
    nothing = {name: frame.clear() for name, frame in whole().items()}
    read = Page(page(FACTS, nothing))
    assert [words for _, words in read.all("h2")] == [
        "From the files to the lines", "What does not meet", "Notes, sources and checks",
    ]  # fmt: skip


def test_no_table_of_the_demonstration_is_shown_twice(
    demonstration: tuple[Place, Done],
) -> None:
    """All of its tables have sections of their own, so that nothing stands beside them."""
    place, _ = demonstration
    text = (place.folder() / "report.html").read_text(encoding="utf-8")
    sections = re.findall(r'<section aria-labelledby="([a-z-]+)"', text)
    assert len(sections) == len(set(sections))
    assert {"suppliers", "end-uses", "authorities"} < set(sections)
    assert "beside" not in sections


def test_a_table_that_no_section_knows_is_shown_whole() -> None:
    control = {
        "importer": "USA",
        "figure": "threatened_usd",
        "equals_usd": 5.9e9,
        "within_share": 0.02,
        "found_usd": 5.9e9,
        "difference_usd": 0.0,
        "verdict": "met",
        "source": "statement",
    }
    read = Page(page(FACTS, whole() | {"controls": frame("controls", [control])}))
    caption = "A figure that the result should meet, as somebody published it, and whether it does"
    assert read.rows(caption) == [
        [
            "Figure",
            "Verdict",
            "Source",
            "Equals (USD)",
            "Within share (%)",
            "Found (USD)",
            "Difference (USD)",
        ],
        [
            "threatened_usd",
            "met",
            "statement",
            "5,900,000,000",
            "2.00 %",
            "5,900,000,000",
            "0",
        ],
    ]
    assert set(control) == set(polars_schema(TABLES["controls"]))


@pytest.mark.parametrize(
    ("amount", "label"),
    [(None, "unknown"), (0.0, "0"), (999.0, "999"), (7_063_070_376.0, "7.06 bn"),
     (-178e6, "-178 m"), (2.5e13, "25 tn")],
)  # fmt: skip
def test_amounts_on_charts(amount: float | None, label: str) -> None:
    assert short_usd(amount) == label


def labels(svg: str) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg)


def test_every_mark_of_a_chart_has_a_name_for_a_reader() -> None:
    some = [{"name": "JPN", "usd": 2.0, "is_filled": True, "is_total": False, "share": 0.5,
             "before": 0.1, "after": 0.2, "low": -1.0, "central": 0.5, "high": 1.0,
             "strength": -0.5}]  # fmt: skip
    for draw in (bars, dots, dumbbells, intervals, tornado, waterfall):
        marks = re.findall(r'<[^>]*role="graphics-symbol"[^>]*>', draw(some, title="USD"))
        assert marks, draw
        assert [mark for mark in marks if not re.search('aria-label="[^"]+"', mark)] == []


def test_charts_hold_their_labels_in_order() -> None:
    rows = [("b", 2e9), ("a", 1e9), ("unknown", None)]
    drawn = labels(
        bars([{"name": name, "usd": usd, "is_filled": True} for name, usd in rows], title="USD")
    )
    assert [word for word in drawn if word in ("a", "b", "unknown")] == ["b", "a"]
    assert drawn[-2:] == ["2 bn", "1 bn"]


def test_a_waterfall_labels_totals_and_steps() -> None:
    rows = [("before", 1e6, True), ("less", -4e5, False), ("after", 6e5, True)]
    steps = [{"name": name, "usd": usd, "is_total": whole} for name, usd, whole in rows]
    assert labels(waterfall(steps, title="USD"))[-3:] == ["1 m", "-400,000", "600,000"]


def test_a_rate_that_is_not_known_is_not_drawn() -> None:
    rows = [("a", 0.0, None), ("b", 0.1, 0.5)]
    rates = [{"name": name, "before": before, "after": after} for name, before, after in rows]
    drawn = labels(dumbbells(rates, title="Rate"))
    assert "a" not in drawn
    assert "b" in drawn


def test_a_tornado_tells_both_sides_of_zero() -> None:
    rows = [{"name": "demand", "strength": -0.8}, {"name": "supply", "strength": 0.25}]
    drawn = labels(tornado(rows, title="rank correlation"))
    assert [word for word in drawn if word in ("demand", "supply")] == ["demand", "supply"]
    assert drawn[-2:] == ["-0.80", "+0.25"]


def test_dots_hold_their_shares() -> None:
    rows = [
        {"name": "CHN", "share": 0.24, "is_filled": False},
        {"name": "JPN", "share": 0.037, "is_filled": True},
    ]
    assert labels(dots(rows, title="Share"))[-2:] == ["24.0 %", "3.7 %"]
