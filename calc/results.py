"""Ids of results, by which a figure is found wherever it is shown, and the lines behind a sum."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from calc.dictionary import key_of
from calc.tables import TABLES
from calc.tables.lines import LineKey

LINE_KEY = tuple(LineKey.primary_key())
LINES = "lines"
WHITE_SPACE = re.compile(r"\s+")
SUMS_OF_LINES: Mapping[str, Sequence[str]] = {
    "by_importer": ("importer",),
    "by_partner": ("importer", "partner"),
    "by_group": ("importer", "product_group"),
    "by_product": ("importer", "hs6"),
}
SUMS_OF_COMPONENTS: Mapping[str, Sequence[str]] = {
    "by_measure": ("importer", "measure_id"),
    "by_authority": ("importer", "authority"),
}
"""Tables whose rows are sums, and by which columns their lines, or parts of lines, are found."""

Frames = Mapping[str, pl.DataFrame] | Mapping[str, pl.LazyFrame]

ADDED_UP = ("customs_value_usd", "duty_before_usd", "duty_after_usd", "duty_increment_usd")
ADDED_UP_OF_PARTS = ("customs_value_usd", "measure_duty_usd", "duty_increment_usd")


def result_ids(table: str) -> pl.Expr:
    """The id of each row of a declared table: its name and key, such as ``by_group/USA/cars``.

    White space in it is a dash, so that it can be an argument and an anchor. A line is known by
    its key alone: importer/partner/period/flow/edition/code/segment. The id of a figure is that of
    its row and the name of its column.
    """
    key = pl.concat_str(*key_of(TABLES[table]), separator="/", ignore_nulls=True)
    named = key if table == LINES else pl.format("{}/{}", pl.lit(table), key)
    return named.str.replace_all(r"\s+", "-").alias("result_id")


def result_id(table: str, row: Mapping[str, Any]) -> str:
    """The id of one row of a declared table, as ``result_ids`` gives it."""
    key = "/".join(str(row[name]) for name in key_of(TABLES[table]) if row[name] is not None)
    return WHITE_SPACE.sub("-", key if table == LINES else f"{table}/{key}")


def lines_behind(table: str, row: Mapping[str, Any], tables: Frames) -> pl.LazyFrame:
    """The lines that a row of a table is the sum of, or the parts of lines that a measure charges.

    Args:
        table: One of ``SUMS_OF_LINES`` or ``SUMS_OF_COMPONENTS``.
        row: A row of it.
        tables: The run's ``lines``, ``components`` and ``by_measure`` as frames.

    Returns:
        Rows with the key of a line, its ``result_id``, ``status`` and the columns that are added
        up; with parts, ``measure_id`` too. A sum of parts takes those that are applied.
    """
    if table in SUMS_OF_LINES:
        rows = tables[LINES].lazy().with_columns(hs6=pl.col("code").str.slice(0, 6))
        names, added = SUMS_OF_LINES[table], list(ADDED_UP)
    else:
        authority = tables["by_measure"].lazy().select("importer", "measure_id", "authority")
        on = ["importer", "measure_id"]
        rows = tables["components"].lazy().join(authority, on=on, how="left", validate="m:1")
        names, added = SUMS_OF_COMPONENTS[table], list(ADDED_UP_OF_PARTS)
    same = pl.all_horizontal(pl.col(name).eq_missing(pl.lit(row[name])) for name in names)
    own = ["measure_id"] if table in SUMS_OF_COMPONENTS else []
    return rows.filter(same).select(*LINE_KEY, *own, "status", result_ids(LINES), *added)


def lines_of(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Rows of LINES with what ``lines_behind`` gives of them: key, id, status, what is added up."""
    return rows.select(*LINE_KEY, "status", result_ids(LINES), *ADDED_UP)
