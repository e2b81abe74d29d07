"""What a table is held against: codes by HS edition, and economies with their years."""

import tomllib
from functools import cache
from typing import Any

import polars as pl

from calc.codes import EDITIONS, LEVELS
from calc.grouped import WORLD, Known
from calc.tables.economy_years import ECONOMY_YEARS
from calc.tables.trade_rules import trade_columns
from pipelines.workspace import embedded

CODES_FILE = "hs-codes.csv"
ECONOMIES_FILE = "economies.csv"
TRADE_ECONOMIES_FILE = "economies-of-trade.csv"
AGGREGATES_FILE = "partner-groups.toml"
SPANS = {"economy": pl.String, "first_year": pl.Int64, "last_year": pl.Int64}


def known() -> Known:
    """What comes with the tool.

    Raises:
        DataRejectedError: A file of the tool is missing.
    """
    return Known(codes=_codes().lazy(), economies=economy_spans().lazy(), columns=trade_columns())


@cache
def _codes() -> pl.DataFrame:
    """One row an edition and a chapter, heading or subheading that it has."""
    spans = pl.read_csv(embedded(CODES_FILE), infer_schema=False)
    year = {
        name: pl.col(name).str.slice(2).cast(pl.Int64) for name in ("first_edition", "last_edition")
    }
    editions = pl.DataFrame({"edition": [f"HS{one}" for one in EDITIONS], "year": EDITIONS})
    listed = spans.with_columns(**year).join_where(
        editions,
        pl.col("year") >= pl.col("first_edition"),
        pl.col("year") <= pl.col("last_edition"),
    )
    cut = [listed.select("edition", pl.col("code").str.slice(0, digits)) for digits in LEVELS[:3]]
    return pl.concat(cut).unique().sort("edition", "code")


def _years_of_groups(declared: dict[str, dict[str, Any]]) -> pl.DataFrame:
    """One row an aggregate with the years from its first membership to its last.

    Groups that tables list by one name count as one.
    """
    rows = [
        {
            "economy": group.get("listed_as", name),
            "first_year": group["valid_from"].year,
            "last_year": group["valid_until"].year if "valid_until" in group else None,
        }
        for name, group in declared.items()
        if group["aggregate"] or "listed_as" in group
    ]
    first, last = pl.col("first_year").min(), pl.col("last_year").max()
    is_open = pl.col("last_year").is_null().any()
    return (
        pl.DataFrame(rows, schema=SPANS)
        .group_by("economy", maintain_order=True)
        .agg(first, pl.when(~is_open).then(last))
    )


@cache
def economy_spans() -> pl.DataFrame:
    """One row an economy, or aggregate, and the years in which it was one."""
    names = pl.read_csv(embedded(ECONOMIES_FILE), infer_schema=False)["iso3"].to_list()
    declared = tomllib.loads(embedded(AGGREGATES_FILE).read_text(encoding="utf-8"))["groups"]
    names += [name for name, group in declared.items() if group["aggregate"]]
    spans = [(name, *span) for name, span in ECONOMY_YEARS.items()]
    years = pl.DataFrame(spans, schema=SPANS, orient="row")
    of_trade = pl.read_csv(embedded(TRADE_ECONOMIES_FILE), infer_schema=False)
    ended = of_trade.filter(
        pl.col("kind") == "former", ~pl.col("code").is_in(years["economy"].implode())
    )
    until = pl.col("until").str.slice(0, 4).cast(pl.Int64).alias("last_year")
    former = ended.filter(pl.col("code").is_not_null()).select(
        pl.col("code").alias("economy"), pl.lit(None, pl.Int64).alias("first_year"), until
    )
    years = pl.concat([years, former, _years_of_groups(declared)])
    every = pl.DataFrame({"economy": [*names, WORLD, *years["economy"]]}).unique()
    joined = every.join(years, on="economy", how="left", validate="1:1")
    return joined.with_columns(is_known=pl.lit(value=True)).sort("economy")
