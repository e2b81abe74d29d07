"""The seasons of base duties: read, and refused where two of them share a day."""

import itertools
from collections.abc import Iterator
from typing import Any

import polars as pl

from calc.base_seasons import ALL_YEAR, KEY, has_season
from calc.errors import Problem
from calc.rate_text import quoted
from calc.seasons import Season
from pipelines.scenario.season import season_of

ROW = "row"
SEASON = "season"


def with_seasons(text: pl.DataFrame) -> pl.DataFrame:
    """The cells of a base, those of an empty season saying that it is for all days."""
    return text.with_columns(pl.col(SEASON).fill_null(ALL_YEAR))


def not_seasons(name: str, rows: pl.DataFrame) -> list[Problem]:
    """A problem for each row whose season is no part of the year, or shares days with another's."""
    dated = rows.filter(has_season())
    unread = [
        Problem(
            f"{quoted(text)} is not a part of the year",
            f"{name} row {row}, column {SEASON} = {quoted(text)}",
            "write month and day, such as 05-16..10-15, or leave the cell empty for all days",
        )
        for row, text in dated.select(ROW, SEASON).iter_rows()
        if season_of(text) is None
    ]
    return unread or list(_sharing(name, dated))


def seasons_in(base: pl.DataFrame) -> list[Season]:
    """The seasons of the rates of a base that was judged, sorted."""
    texts = sorted(set(base.filter(has_season())[SEASON]))
    return [season for season in map(season_of, texts) if season is not None]


def _sharing(name: str, dated: pl.DataFrame) -> Iterator[Problem]:
    """A problem for each two rows on the same goods whose seasons share days."""
    several = dated.filter(pl.col(SEASON).n_unique().over(KEY) > 1).sort(*KEY, ROW)
    for _, group in itertools.groupby(several.iter_rows(named=True), lambda r: [r[k] for k in KEY]):
        for first, second in itertools.combinations(group, 2):
            if first[SEASON] != second[SEASON] and _meet(first, second):
                yield Problem(
                    f"row {first[ROW]} has {second['code']} in the season {first[SEASON]}, which "
                    f"shares days with {second[SEASON]}",
                    f"{name} row {second[ROW]}, column {SEASON} = {quoted(second[SEASON])}",
                    "a day of entry has one rate: let no two seasons share a day",
                )


def _meet(first: dict[str, Any], second: dict[str, Any]) -> bool:
    """Whether two rates are both in force on some day, in seasons that share days."""
    begins = max(first["valid_from"], second["valid_from"])
    ends = [one["valid_until"] for one in (first, second) if one["valid_until"] is not None]
    ours, theirs = season_of(first[SEASON]), season_of(second[SEASON])
    if ours is None or theirs is None or any(end <= begins for end in ends):
        return False
    return bool(ours.days() & theirs.days())
