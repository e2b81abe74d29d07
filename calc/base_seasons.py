"""Base duties that hold on some days of each year: which are in force in which part of a flow.

A rate without a season is for the days on which no other of the same goods, partner and programme
holds. A line whose base duty has seasons is split by the day of entry, as one is on which a measure
has them.
"""

from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from calc.policy.model import Policy
from calc.scope import ALL, expand_prefixes
from calc.seasons import Days, Season, name_of
from calc.terms import ROW

ALL_YEAR = "*"
"""``season`` of a rate that is for all days, or for those that no season of its goods takes."""
KEY = ["importer", "partner", "programme", "code"]
RATES = ("ad_valorem_rate", "specific_rate_usd", "specific_unit", "expression")
ON = ", "
"""Stands between a programme and the part of a flow in which its rates of a season are owed."""


def has_season() -> pl.Expr:
    """Whether a row of BASE is for some days of each year only."""
    return pl.col("season") != ALL_YEAR


def on_days(
    seasons: Iterable[Season], apart: Mapping[Season, Sequence[Days]]
) -> dict[str, tuple[str, ...]]:
    """The portions of a flow that base duties tell apart, with the seasons that hold in each.

    Args:
        seasons: The seasons of base duties.
        apart: What ``calc.seasons.told_apart`` gives of all seasons of a law.
    """
    found: dict[str, tuple[str, ...]] = {}
    for season in sorted(set(seasons)):
        for days in apart[season]:
            name = name_of(days)
            found[name] = (*found.get(name, ()), season.text)
    return found


def programme_on(programme: str, inside: Iterable[str], policy: Policy) -> str:
    """A base programme in a part of a flow: with the days, where base duties tell them apart."""
    days = sorted(name for name in inside if name in policy.base_seasons)
    return f"{programme}{ON}{days[0]}" if days else programme


def in_season(base: pl.LazyFrame, seasons: Sequence[str]) -> pl.LazyFrame:
    """The rates of BASE on days in these seasons and in no other: a season's own go first.

    What it is printed as has the season behind it.
    """
    told = pl.format("{} ({})", "rate_text", "season")
    own = base.filter(pl.col("season").is_in(list(seasons))).with_columns(rate_text=told)
    rest = base.filter(~has_season().fill_null(value=False))
    return pl.concat([own, rest.join(own, on=KEY, how="anti")])


def seasons_asked(rows: pl.LazyFrame, base: pl.LazyFrame, policy: Policy) -> pl.LazyFrame:
    """The portions by day of entry that the base duties of rows of trade ask for.

    Args:
        rows: One row a trade row: ``table_row``, importer, partner and code.
        base: Rows of BASE in force at the date of the law.
        policy: The law.

    Returns:
        ``table_row``, importer, partner, code and ``share``, the number of the portion.
    """
    numbers = {name: number for number, name in enumerate(policy.portions)}
    pairs = [(text, numbers[name]) for name, held in policy.base_seasons.items() for text in held]
    schema = {"season": pl.String, "share": pl.Int32}
    portions = pl.LazyFrame(pairs, schema=schema, orient="row")
    dated = base.filter(has_season()).select("importer", "code", "season", of="partner").unique()
    prefixes = expand_prefixes(rows.select("code").unique())
    named = dated.join(prefixes, left_on="code", right_on="prefix", how="inner").select(
        "importer", "of", "season", code="code_right"
    )
    held = rows.join(named, on=["importer", "code"], how="inner")
    reached = held.filter((pl.col("of") == ALL) | (pl.col("of") == pl.col("partner")))
    columns = [ROW, "importer", "partner", "code", "share"]
    return reached.join(portions, on="season", how="inner").select(columns).unique()


def over_the_year(base: pl.LazyFrame) -> pl.LazyFrame:
    """BASE of a year as a whole: where a rate has seasons, what is owed over it is not known."""
    dated = base.filter(has_season()).unique(KEY, keep="any")
    unknown = dated.with_columns(pl.lit(None).cast(pl.Float64).alias(name) for name in RATES[:2])
    unknown = unknown.with_columns(pl.lit(None, pl.String).alias(name) for name in RATES[2:])
    return pl.concat([base.join(dated, on=KEY, how="anti"), unknown])
