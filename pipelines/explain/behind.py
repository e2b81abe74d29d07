"""What stands behind a row: the lines added up in it, or the rule by which it is made."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import polars as pl

from calc.alternatives import NONE
from calc.results import (
    LINES,
    SUMS_OF_COMPONENTS,
    SUMS_OF_LINES,
    Frames,
    lines_behind,
    lines_of,
)

Row = Mapping[str, Any]
MADE_BY = {
    "funnel": "the rows of the files, counted as they are read and judged; those left out "
    "are in validation/quarantine.parquet",
    "suppliers": "all imports of the covered codes of the group from the partner in the trade "
    "table; the share is of those from every partner, the index the sum of squared shares",
    "by_effect": "the solved markets together: the central elasticities, and 5 to 95 percent of "
    "the draws (docs/methods.md)",
    "by_model": "the same markets by the model that is named, less the exact answer, over the "
    "markets that both solve (docs/methods.md)",
    "protection": "the solved markets of the name: average rates weighted by trade before, uniform "
    "duties of the same loss or of the same imports (docs/methods.md)",
    "effect_drivers": "the rank correlation, over the draws, of the figure with what was drawn "
    "for the elasticity or share",
    "controls": "the figure that somebody published, and that of the run beside it",
    "assumptions": "the same run with the share at that end and all else as it is",
    "amounts": "the published amount of a measure, and that of the run beside it",
    "instruments": "what the measure is declared to cover and affect: it is no duty",
    "unmatched": "the schedule held against the codes of the trade table",
}
"""How the rows of a table that are no sums of lines are made."""

ROW_OF_MARKET = {
    "imports_after_usd": pl.col("value_after_usd"),
    "imports_change_usd": pl.col("value_after_usd") - pl.col("value_before_usd"),
    "duty_after_usd": pl.col("duty_after_usd"),
}
"""Figures of an answer that are sums over sources; the others are sums over markets."""


def behind(table: str, row: Row, tables: Frames) -> pl.DataFrame | None:
    """The lines added up in a row, the largest first; null where it is no sum of lines.

    Args:
        table: A declared table.
        row: A row of it.
        tables: The run's ``lines``, ``components`` and ``by_measure`` as frames.
    """
    if table in SUMS_OF_LINES or table in SUMS_OF_COMPONENTS:
        found = lines_behind(table, row, tables)
    elif table == "by_end_use":
        found = _of_end_use(row, tables)
    elif table == "funnel" and row["kind"] == "part":
        found = _of_stage(row, tables)
    else:
        return None
    order = ("customs_value_usd", "result_id")
    return found.sort(*order, descending=[True, False], nulls_last=True).collect()


def _of_end_use(row: Row, tables: Frames) -> pl.LazyFrame:
    """The covered lines of a class of goods, by the six-digit code in the edition of the run."""
    lines = tables[LINES].lazy().filter(importer=row["importer"])
    editions = lines.select("nomenclature").unique().sort("nomenclature").collect()
    classes = pl.concat(
        [_classes(name).with_columns(nomenclature=pl.lit(name)) for name in editions.to_series()]
        or [pl.DataFrame(schema={"code": pl.String, "end_use": pl.String,
                                 "nomenclature": pl.String})]
    ).rename({"code": "hs6"}).lazy()  # fmt: skip
    told = lines.with_columns(hs6=pl.col("code").str.slice(0, 6)).join(
        classes, on=["nomenclature", "hs6"], how="left", validate="m:1"
    )
    is_own = pl.col("end_use").fill_null(NONE) == row["end_use"]
    return lines_of(told.filter(is_own))


@cache
def _classes(nomenclature: str) -> pl.DataFrame:
    """The classes of goods of an edition, read once."""
    from pipelines.reference import end_uses

    return end_uses(nomenclature)


def _of_stage(row: Row, tables: Frames) -> pl.LazyFrame:
    """The lines of a step of the funnel: all that are listed, or those of a state."""
    from pipelines.run.funnel import PARTS

    where = dict(PARTS.values()).get(row["stage"])
    lines = tables[LINES].lazy().filter(importer=row["importer"])
    return lines_of(lines if where is None else lines.filter(where))


def markets_behind(table: str, row: Row, tables: Frames) -> pl.DataFrame | None:
    """The markets, or what a partner sells on them, that a figure of BY_EFFECT is the sum of.

    Returns:
        ``code`` and ``usd``, the largest change first; null where the row is no such sum, or the
        tables of the markets are not at hand.
    """
    if table != "by_effect" or row["kind"] not in ("all", "partner"):
        return None
    by_source = dict(ROW_OF_MARKET)
    of_partner = pl.lit(value=True)
    if row["kind"] == "partner":
        by_source["revenue_change_usd"] = pl.col("duty_after_usd") - pl.col("duty_before_usd")
        of_partner = pl.col("partner") == row["name"]
    name = "effects" if row["figure"] in by_source else "market_effects"
    if name not in tables:
        return None
    own = tables[name].lazy().filter(
        importer=row["importer"], verdict="solved"
    )  # fmt: skip
    if name == "effects":
        own = own.filter(of_partner, pl.col("model") == "exact")
    usd = by_source.get(row["figure"], pl.col(row["figure"]))
    found = own.select("code", usd=usd).group_by("code").agg(
        pl.col("usd").sort().sum(), known=pl.col("usd").count()
    ).filter(pl.col("known") > 0)  # fmt: skip
    return found.sort(pl.col("usd").abs(), "code", descending=[True, False]).drop("known").collect()
