"""Rules on groups of rows: a figure of each group, which must lie within the bounds of the rule.

A kind of rule is one small function here that gives groups with their figure. A figure that cannot
be told is null, and its group is not judged. Money is summed in whole ten-thousandths of a USD, so
a figure depends on no order of rows. Nothing here collects.
"""

from collections.abc import Callable, Mapping
from functools import cache

import polars as pl

from calc import group_statistics as statistics
from calc import judge
from calc.codes import EDITIONS, HS6_DIGITS, NATIONAL_LINE_DIGITS, NEXT_EDITION, edition_of
from calc.grouped import (
    FIGURE,
    VALUE,
    WORLD,
    Known,
    as_number,
    counted,
    exact_amount,
    gap,
    key_of,
    summed,
)
from calc.money import UNITS_PER_USD
from calc.overlap import nested_codes
from calc.relation_truth import truth
from calc.rules import Rule
from calc.tables.trade import ALL_GOODS, CODE, ECONOMY

GROUP = "group"
YEAR = pl.col("period").str.slice(0, 4)
MONTH = "^(19|20)[0-9]{2}-(0[1-9]|1[0-2])$"
IS_MONTH = pl.col("period").str.contains(MONTH).fill_null(value=False)


def judged_groups(rows: pl.LazyFrame, rule: Rule, known: Known) -> pl.LazyFrame:
    """The groups that a rule judges.

    Args:
        rows: What ``calc.judge.with_row_and_value`` gives of TRADE; where the rule has a cube
            (``calc.cubes``), the cube.
        rule: A rule on groups.
        known: What groups are held against.

    Returns:
        One row a group whose figure can be told, in no order: the columns of its key, ``rows``,
        ``value_e4`` and ``figure``.
    """
    chosen = rows if rule.where is None else rows.filter(truth(rule.where, known.columns))
    found = FIGURES[rule.kind](chosen, rule, known)
    judged = found.filter(pl.col(FIGURE).is_not_null())
    rows_of_group = pl.col(judge.ROWS).cast(pl.Int64)
    return judged.select(*key_of(rule), rows_of_group, judge.VALUE, FIGURE)


def group_name(rule: Rule) -> pl.Expr:
    """The key of a group in words, ``group``."""
    texts = [
        pl.concat_str(pl.lit(f"{name} "), pl.col(name).fill_null("(empty)"))
        for name in key_of(rule)
    ]
    name = pl.concat_str(texts, separator=", ") if texts else pl.lit("the whole table")
    return name.alias(GROUP)


def breaks(rule: Rule) -> pl.Expr:
    """Whether the figure of a group lies beyond the bounds of its rule."""
    low, high = rule.parameters.get("minimum"), rule.parameters.get("maximum")
    beyond = [pl.col(FIGURE) < low] if low is not None else []
    beyond += [pl.col(FIGURE) > high] if high is not None else []
    return pl.any_horizontal(beyond)


def _edition(rows: pl.LazyFrame, _: Rule, known: Known) -> pl.LazyFrame:
    """1 where a code is in the HS edition that the row states, 0 where it is not.

    Chapters 77, 98 and 99 are left to countries or kept free, so no edition lists them; nor the
    total over all goods.
    """
    groups = summed(rows, ["nomenclature", "code"]).with_columns(
        edition=pl.col("nomenclature").replace_strict(_stated(), default=None),
        prefix=pl.col("code").str.slice(0, HS6_DIGITS),
    )
    met = known.codes.rename({"code": "prefix"}).join(groups, on=["edition", "prefix"], how="semi")
    listed = met.with_columns(is_listed=pl.lit(value=True))
    editions = known.codes.select("edition").unique().with_columns(has_list=pl.lit(value=True))
    national = pl.col("code").str.slice(0, 2).is_in(["77", "98", "99"])
    joined = groups.join(editions, on="edition", how="left", validate="m:1").join(
        listed, on=["edition", "prefix"], how="left", validate="m:1"
    )
    judged = (
        pl.col("has_list")
        & ~national
        & pl.col("code").str.contains(CODE)
        & (pl.col("code") != ALL_GOODS)
    )
    return joined.with_columns(
        pl.when(judged).then(pl.col("is_listed").fill_null(value=False).cast(pl.Float64))
        .alias(FIGURE)
    )  # fmt: skip


@cache
def _stated() -> Mapping[str, str]:
    """Every nomenclature whose HS edition is known, to that edition."""
    names = [f"HS{year}" for year in (1988, *EDITIONS)]
    names += [
        f"{name}{year}" for name in NATIONAL_LINE_DIGITS for year in range(1988, NEXT_EDITION)
    ]
    return {name: edition for name in names if (edition := edition_of(name))}


def _existence(rows: pl.LazyFrame, rule: Rule, known: Known) -> pl.LazyFrame:
    """1 where an economy was one in the year of the row, 0 where it was not or is not known.

    A text that is no code at all has a rule of its own.
    """
    column = rule.parameters["column"]
    groups = summed(rows, [column, "period"])
    joined = groups.join(
        known.economies, left_on=column, right_on="economy", how="left", validate="m:1"
    )
    year = YEAR.cast(pl.Int64, strict=False)
    begun = year >= pl.col("first_year").fill_null(0)
    not_ended = year <= pl.col("last_year").fill_null(9999)
    judged = year.is_not_null() & pl.col(column).str.contains(ECONOMY)
    exists = pl.col("is_known").fill_null(value=False) & begun & not_ended
    return joined.with_columns(pl.when(judged).then(exists.cast(pl.Float64)).alias(FIGURE))


def _children(rows: pl.LazyFrame, rule: Rule, _: Known) -> pl.LazyFrame:
    """How far a code is from the sum of its finer codes beside it."""
    count, value = pl.len().alias(judge.ROWS), judge.exact_sum(VALUE).alias("exact_e4")
    nested = nested_codes(rows, count, value)
    figure = gap(as_number(VALUE), as_number(pl.col("finer_value_e4")))
    exact = pl.col("exact_e4").alias(judge.VALUE)
    return nested.select(*key_of(rule), judge.ROWS, exact, figure.alias(FIGURE))


def _world(rows: pl.LazyFrame, rule: Rule, _: Known) -> pl.LazyFrame:
    """How far the world is from the sum of the partners beside it."""
    by = key_of(rule)
    is_world = pl.col("partner") == WORLD
    worlds = counted(rows.filter(is_world), by)
    partners = rows.filter(~is_world).join(worlds.select(by), on=by, how="semi", nulls_equal=True)
    sums = partners.group_by(by).agg(judge.exact_sum(VALUE).alias("partners_e4"))
    joined = worlds.join(sums, on=by, how="inner", validate="1:1", nulls_equal=True)
    return joined.with_columns(
        gap(as_number(VALUE), as_number(pl.col("partners_e4"))).alias(FIGURE)
    )


def _months(rows: pl.LazyFrame, rule: Rule, _: Known) -> pl.LazyFrame:
    """How many months a year has, where a table is by month."""
    monthly = rows.filter(IS_MONTH).with_columns(year=YEAR)
    return summed(monthly, key_of(rule), pl.col("period").n_unique().alias(FIGURE)).with_columns(
        pl.col(FIGURE).cast(pl.Float64)
    )


def _year(rows: pl.LazyFrame, rule: Rule, _: Known) -> pl.LazyFrame:
    """How far a year is from the sum of its months, where both stand side by side."""
    by = key_of(rule)
    dated = rows.with_columns(year=YEAR)
    years = counted(dated.filter(~IS_MONTH), by)
    months = dated.filter(IS_MONTH).group_by(by).agg(judge.exact_sum(VALUE).alias("months_e4"))
    joined = years.join(months, on=by, how="inner", validate="1:1", nulls_equal=True)
    return joined.with_columns(gap(as_number(VALUE), as_number(pl.col("months_e4"))).alias(FIGURE))


def _share(rows: pl.LazyFrame, rule: Rule, known: Known) -> pl.LazyFrame:
    """The share of a group's amount that the rows of a condition hold."""
    by, amount = key_of(rule), exact_amount(rule)
    is_part = truth(rule.parameters["part"], known.columns).fill_null(value=False)
    part, whole = judge.exact_sum(amount.filter(is_part)), judge.exact_sum(amount)
    share = as_number(part.fill_null(0)) / as_number(whole)
    return counted(rows, by, pl.when(whole > 0).then(share).alias(FIGURE))


def _sum(rows: pl.LazyFrame, rule: Rule, _: Known) -> pl.LazyFrame:
    """The sum of a column."""
    total = as_number(judge.exact_sum(exact_amount(rule)).fill_null(0)) / UNITS_PER_USD
    return counted(rows, key_of(rule), total.alias(FIGURE))


def _control(rows: pl.LazyFrame, rule: Rule, _: Known) -> pl.LazyFrame:
    """How far the sum of a column is from what was published in whole units, as a share of that."""
    equals = rule.parameters["equals"]
    total = as_number(judge.exact_sum(exact_amount(rule)).fill_null(0)) / UNITS_PER_USD
    apart = pl.max_horizontal((total - equals).abs() - 0.5, 0.0)
    return counted(rows, [], (apart / abs(equals)).alias(FIGURE))


def _distinct(rows: pl.LazyFrame, rule: Rule, _: Known) -> pl.LazyFrame:
    """How many rows have the same cells in some columns; rows without any of them are passed."""
    by = key_of(rule)
    some = pl.any_horizontal(pl.col(name).is_not_null() for name in by)
    return counted(rows.filter(some), by, pl.len().cast(pl.Float64).alias(FIGURE))


FIGURES: Mapping[str, Callable[[pl.LazyFrame, Rule, Known], pl.LazyFrame]] = {
    "edition": _edition,
    "existence": _existence,
    "children": _children,
    "world": _world,
    "months": _months,
    "year": _year,
    "dominance": statistics.dominance,
    "unit value": statistics.unit_value,
    "jump": statistics.jump,
    "first digit": statistics.first_digit,
    "share": _share,
    "sum": _sum,
    "control": _control,
    "distinct": _distinct,
}
