"""Figures taken from a run's tables for people: totals of the run, funnel, groups, unmatched."""

from collections.abc import Mapping
from typing import Any

import narwhals as nw
import polars as pl

from calc.money import LARGEST_SUM_USD, to_units, to_usd, unit_of
from calc.tables import TABLES
from calc.tables.reports import ByImporter

Tables = Mapping[str, pl.DataFrame]
Figures = dict[str, float | None]

FEW_ROWS = 400
"""Up to here adding up one by one is faster than an engine; a report has hundreds of sums."""

HEADLINE_TABLES = ("by_group", "by_partner", "by_importer", "by_product", "by_measure")


def exact_sum(frame: pl.DataFrame, name: str) -> float | None:
    """The sum of a column, whatever the order of its rows; null where no cell is known."""
    return exact_sum_of(frame[name])


def exact_sum_of(cells: pl.Series) -> float | None:
    """The sum of cells, whatever their order; null where none is known."""
    known = cells.drop_nulls() if cells.null_count() else cells
    if known.is_empty():
        return None
    if known.len() <= FEW_ROWS or _may_wrap(known):
        return float(to_usd(sum(map(unit_of, known.to_list()))))
    frame = nw.from_native(known.to_frame(), eager_only=True)
    units = frame.select(to_units(nw.col(known.name)).sum())
    return float(to_usd(units.item()))


def _may_wrap(known: pl.Series) -> bool:
    """Whether a sum may pass what 64 bits hold, as in money of which a dollar is thousands."""
    largest = known.abs().max()
    return float(largest) * known.len() > LARGEST_SUM_USD  # type: ignore[arg-type]


def ordered(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """The rows as people read them: largest covered value first, else by the table's key."""
    key = list(TABLES[name].primary_key())
    if name not in HEADLINE_TABLES:
        return frame.sort(key)
    largest_first = [True] + [False] * len(key)
    return frame.sort("covered_value_usd", *key, descending=largest_first, nulls_last=True)


def run_figures(tables: Tables) -> Figures:
    """The accounting columns of the whole run; empty where the run has no importer.

    Money and lines add up over importers. Rates and shares do not, so of several importers they
    are null; the table by importer has them.
    """
    frame = tables.get("by_importer")
    if frame is None or frame.is_empty():
        return {}
    names = [name for name in ByImporter.columns() if name != "importer"]
    if frame.height == 1:
        return {name: frame[name].item() for name in names}
    adds_up = {name for name in names if name.endswith("_usd") or name == "lines"}
    return {name: exact_sum(frame, name) if name in adds_up else None for name in names}


def rows_read(tables: Tables) -> dict[str, tuple[float | None, float | None]]:
    """Rows and dollars that came in for each importer, by the funnel; null where unknown.

    One table may be read for several importers, so they are not added up.
    """
    if "funnel" not in tables:
        return {}
    came_in = tables["funnel"].filter(pl.col("kind") == "in").sort("importer")
    return {
        str(importer): (exact_sum(rows, "rows"), exact_sum(rows, "value_usd"))
        for (importer,), rows in came_in.group_by("importer", maintain_order=True)
    }


def rows_left_out(tables: Tables) -> list[dict[str, Any]]:
    """The steps of the funnel at which rows leave, by importer and in order."""
    funnel = tables.get("funnel")
    if funnel is None:
        return []
    leaves = funnel.filter(pl.col("kind").is_in(["rejected", "excluded"]) & (pl.col("rows") != 0))
    return leaves.sort("importer", "step").to_dicts()


def cells_hit(tables: Tables, name: str) -> list[dict[str, Any]]:
    """The rows of a headline table that a measure names, largest covered value first."""
    frame = tables.get(name)
    if frame is None:
        return []
    return ordered(name, frame.filter(pl.col("lines") > 0)).to_dicts()


def state_of(cell: Mapping[str, Any]) -> str:
    """The state of a cell in a few words, from its values in force, prohibited and threatened."""
    in_force = (cell["in_force_value_usd"] or 0) > 0
    threatened = (cell["threatened_value_usd"] or 0) > 0
    prohibited = (cell["prohibited_value_usd"] or 0) > 0
    if in_force and (threatened or prohibited):
        return "part in force"
    if in_force:
        return "in force"
    if prohibited:
        return "prohibited"
    return "threatened" if threatened else "excluded"


def unmatched_counts(tables: Tables) -> dict[str, float | None]:
    """How many schedule lines hit no trade, and how much trade of named groups no line hits."""
    frame = tables.get("unmatched")
    if frame is None:
        return {}
    missed = frame.filter(pl.col("kind") == "trade")
    return {
        "schedule_lines": frame.height - missed.height,
        "trade_lines": missed.height,
        "trade_value_usd": exact_sum(missed, "customs_value_usd"),
    }
