"""A comparison as a page in one file."""

from collections.abc import Iterator
from typing import Any

import polars as pl

from pipelines.compare.step import Comparison
from pipelines.compare.told import (
    FIGURE_WORDS,
    ORDER_TOLD,
    amount,
    causes_told,
    counts,
    figures_moved,
    figures_shown,
    largest,
    money_lines,
    said_of,
    signed,
    unknown,
    with_money,
)
from pipelines.html import bullets, figure, html_of, paragraph, section, table, whole_page
from pipelines.report.figures import exact_sum
from pipelines.report.money import as_written, said_in
from pipelines.report.page import charts
from pipelines.version import tool_version

MOST_LINES = 100


def page(done: Comparison) -> str:
    """The page as HTML, in the money of the comparison."""
    return said_in(done.money.currency, _page(done.put_in_money()))


def _page(done: Comparison) -> str:
    money = done.money.currency
    first, second = (as_written(money, side.facts()) for side in (done.first, done.second))
    title = f"{first['scenario']} against {second['scenario']}"
    header = [f"<h1>{html_of(title)}</h1>"]
    for name, facts in (("First", first), ("Second", second)):
        header.append(
            paragraph(
                f"{name}: {facts['title']}. Trade {facts['trade']}, law as of {facts['as_of']}, "
                f"run {facts['run_id']}."
            )
        )
    header += [paragraph(f"{told[0].upper()}{told[1:]}.") for told in money_lines(done)]
    return whole_page(
        f"{title}: retorsion",
        skip="Skip to the difference",
        header="\n".join(header),
        main="\n".join(_sections(done)),
        footer=paragraph(
            f"retorsion {tool_version()}. Every figure is in the tables beside this page."
        ),
    )


def _sections(done: Comparison) -> Iterator[str]:
    tables = done.tables
    lead = paragraph(_lead(tables["compared"], tables["causes"]), "lead")
    apart = bullets([f"{one[:1].upper()}{one[1:]}." for one in done.apart])
    yield section(
        "figures", "Figures at unchanged trade", lead, apart, _figures(tables["compared"])
    )
    causes = _causes(tables["causes"], tables["compared"])
    yield section("causes", "Causes of the difference", *causes)
    yield section("schedule", "Entries of the schedule", *_schedule(tables["schedule_changes"]))
    yield section("lines", "Lines of trade", *_lines(tables["list_changes"]))
    if done.silent:
        yield section(
            "comments", "Comments on what did not change", bullets([", ".join(done.silent)])
        )


def _figures(compared: pl.DataFrame) -> str:
    rows = [
        [
            f"{row['importer']}: {FIGURE_WORDS[row['figure']]}",
            amount(row["first_usd"]),
            amount(row["second_usd"]),
            signed(row["change_usd"]),
        ]
        for row in figures_shown(compared)
    ]
    heads = ("Figure", "First (USD)", "Second (USD)", "Change (USD)")
    return table("Figures of both, at unchanged trade", heads, rows, 3)


def _lead(compared: pl.DataFrame, causes: pl.DataFrame) -> str:
    """The difference in a sentence: of the duty added, and of what moves it most."""
    ends = compared.filter(pl.col("figure") == "duty_increment")
    first, second = (exact_sum(ends, name) for name in ("first_usd", "second_usd"))
    if first is None or second is None:
        return "The duty added, at unchanged trade, is unknown in one of the two or in both."
    told = (
        f"The duty added, at unchanged trade, is {charts.short_usd(first)} USD in the first and "
        f"{charts.short_usd(second)} USD in the second"
    )
    moved = [(abs(changes["duty_increment"]), row["cause"], changes["duty_increment"])
             for row, changes in causes_told(causes)]  # fmt: skip
    if not any(size for size, _, _ in moved):
        return f"{told}."
    _, cause, change = max(moved, key=lambda one: one[0])
    sign = "+" if change > 0 else ""
    return f"{told}. What moves it most: {cause}, {sign}{charts.short_usd(change)} USD."


def _causes(causes: pl.DataFrame, compared: pl.DataFrame) -> Iterator[str]:
    told = list(causes_told(causes))
    if not told:
        yield paragraph("There are none: the two are alike.")
        return
    yield paragraph(ORDER_TOLD[0].upper() + ORDER_TOLD[1:] + ".")
    yield _chart(told, compared)
    shown = figures_moved(told)
    rows = [
        [row["cause"], row["importer"], row["kind"], row["what"].replace("->", "→")]
        + [signed(changes[name]) for name in shown]
        for row, changes in told
    ]
    sums = [sum(changes[name] for _, changes in told) for name in shown]
    rows.append(["Sum", "", "", "", *map(signed, sums)])
    heads = ["Cause", "Importer", "Kind", "How"]
    heads += [f"{FIGURE_WORDS[name].capitalize()} (USD)" for name in shown]
    yield table("Causes in their order, with what each changes", heads, rows, len(shown))


def _chart(told: list[tuple[dict[str, Any], dict[str, float]]], compared: pl.DataFrame) -> str:
    """The way from the duty added in the first to that in the second."""
    ends = compared.filter(pl.col("figure") == "duty_increment")
    first, second = (exact_sum(ends, name) or 0.0 for name in ("first_usd", "second_usd"))
    steps = [
        {"name": f"{row['importer']}: {row['cause']}", "usd": changes["duty_increment"],
         "is_total": False}
        for row, changes in told
        if changes["duty_increment"]
    ]  # fmt: skip
    ends_shown = [{"name": name, "usd": usd, "is_total": True}
                  for name, usd in (("first", first), ("second", second))]  # fmt: skip
    sentence = (
        f"From the first to the second the duty added goes from {amount(first)} to "
        f"{amount(second)} USD, in the steps of the table below."
    )
    drawing = charts.waterfall([ends_shown[0], *steps, ends_shown[1]], title="duty added (USD)")
    return figure("causes-chart", drawing, sentence)


def _schedule(changes: pl.DataFrame) -> Iterator[str]:
    if changes.is_empty():
        yield paragraph("Both name the same entries at the same rates.")
        return
    rows = [
        [
            row["prefix"],
            row["measure_id"],
            row["change"],
            row["rate_first"] or "not listed",
            row["rate_second"] or "not listed",
            ". ".join(said_of(row)) or "-",
            amount(row["named_value_first_usd"]),
            amount(row["named_value_second_usd"]),
            signed(row["duty_increment_change_usd"]),
        ]
        for row in largest(changes, MOST_LINES)
    ]
    heads = ("Code", "Measure", "Change", "Rate in the first", "Rate in the second", "Comments")
    money = ("Trade named, first (USD)", "Trade named, second (USD)", "Change of duty added (USD)")
    yield table(
        "Entries that differ, the largest first; where the change of duty is unknown, by value",
        heads + money,
        rows,
        3,
    )
    yield _rest(changes.height, "schedule_changes.parquet")


def _lines(changes: pl.DataFrame) -> Iterator[str]:
    if changes.is_empty():
        yield paragraph("Both cover the same lines, at the same rates and values.")
        return
    yield bullets(
        [
            f"{row['change']}: {row['lines']:,} lines, covered value "
            f"{amount(row['covered_value_first_usd'])} to "
            f"{with_money(amount(row['covered_value_second_usd']))}, duty added "
            f"{with_money(signed(row['duty_increment_change_usd']))}{unknown(row)}"
            for row in counts(changes)
        ]
    )
    rows = [
        [
            row["code"],
            row["partner"],
            row["description"] or "",
            row["change"],
            row["rate_first"] or "not listed",
            row["rate_second"] or "not listed",
            ". ".join(said_of(row)) or "-",
            amount(row["covered_value_second_usd"] or row["covered_value_first_usd"]),
            signed(row["duty_increment_change_usd"]),
        ]
        for row in largest(changes, MOST_LINES)
    ]
    heads = ("Code", "Partner", "Good", "Change", "Rates in the first", "Rates in the second",
             "Comments", "Covered value (USD)", "Change of duty added (USD)")  # fmt: skip
    yield table(
        "Lines that differ, the largest first; where the change of duty is unknown, by value",
        heads,
        rows,
        2,
    )
    yield _rest(changes.height, "list_changes.parquet")


def _rest(count: int, name: str) -> str:
    if count <= MOST_LINES:
        return ""
    return paragraph(f"{count - MOST_LINES:,} more are in {name}.")
