"""How figures and names stand on the page: full numbers, percentages, names in words."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from calc.results import result_ids
from pipelines.report.columns import NOT_APPLICABLE, missing_mark, unknown_beside

LONGEST_NAME = 60


def usd(value: float | None) -> str:
    """An amount in full dollars; what is not known is said to be so."""
    return "unknown" if value is None else f"{value:,.0f}"


def percent(fraction: float | None) -> str:
    """A fraction as a percentage."""
    return "unknown" if fraction is None else f"{100 * fraction:,.2f} %"


def money_cell(name: str, row: Mapping[str, Any]) -> str:
    """A sum of a row; with what it is at least where a part is unknown, or why there is none."""
    value, beside = row[name], row.get(unknown_beside(name))
    if value is None:
        return "none" if missing_mark(name, row) == NOT_APPLICABLE else "unknown"
    return f"≥ {usd(value)}" if beside else usd(value)


def ids_of(table: str, rows: pl.DataFrame) -> list[str]:
    """The result id of each row of a declared table, in its order."""
    found: list[str] = rows.select(result_ids(table))["result_id"].to_list()
    return found


def named(text: str) -> str:
    """A name for a chart, cut where it is long."""
    return text if len(text) <= LONGEST_NAME else f"{text[: LONGEST_NAME - 1]}…"
