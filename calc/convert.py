"""Trade put into another nomenclature: each row cut into parts, parts of one key put together.

A row is cut by the weights of its code, so that its parts add up to it to the last unit: money in
ten-thousandths of a USD, quantities in ten-thousandths of their unit.
"""

import polars as pl

from calc.apportion import WEIGHT, WHOLE, part_of, with_bounds
from calc.codes import HS6_DIGITS
from calc.money import divided_by
from calc.tables.trade import KEY, VALUE_COLUMNS
from calc.terms import ROW

UNITS = 10_000
AMOUNTS = (*VALUE_COLUMNS, "calculated_duty_usd", "quantity", "quantity_2", "net_mass_kg")
UNIT_OF = {"quantity": "quantity_unit", "quantity_2": "quantity_2_unit"}
SOURCE_ROWS = "source_rows"
ESTIMATED = "is_estimated"


def weights_of(weights: pl.LazyFrame, nomenclature: str) -> pl.LazyFrame:
    """Weights as ``parts_of`` reads them, for the codes of one nomenclature of a trade table.

    Args:
        weights: What ``calc.concordance.weights_between`` gives.
        nomenclature: As the table names it; a national code is converted by its first six digits.

    Returns:
        ``nomenclature``, ``head``, ``converted_code``, the bounds of its part, ``share`` and
        ``is_split``; ``counts`` is 1 on one target of a code, so that its rows are counted once.
    """
    first = (pl.col("target") == pl.col("target").min().over("source")).cast(pl.Int64)
    return with_bounds(weights).select(
        "before_e12",
        "upto_e12",
        nomenclature=pl.lit(nomenclature),
        head=pl.col("source"),
        converted_code=pl.col("target"),
        share=divided_by(pl.col(WEIGHT), WHOLE),
        is_split=pl.len().over("source") > 1,
        counts=first,
    )


def parts_of(trade: pl.LazyFrame, weights: pl.LazyFrame) -> pl.LazyFrame:
    """The rows of a trade table cut by the targets of their codes.

    Args:
        trade: Rows of TRADE with ``table_row``.
        weights: What ``weights_of`` gives.

    Returns:
        One row a row and target: all columns, each amount a whole number of ten-thousandths
        (128-bit), and those of ``weights``. A row whose code has no target is not in it.
    """
    headed = trade.with_columns(head=pl.col("code").cast(pl.String).str.head(HS6_DIGITS))
    joined = headed.join(weights, on=["nomenclature", "head"], how="inner")
    scaled = {
        name: (pl.col(name) * UNITS).round(mode="half_away_from_zero").cast(pl.Int128)
        for name in AMOUNTS
    }
    return joined.with_columns(**scaled).with_columns(
        **{name: part_of(pl.col(name)) for name in AMOUNTS}
    )


def put_together(parts: pl.LazyFrame, nomenclature: str) -> pl.LazyFrame:
    """The parts of each key as one row of TRADE in another nomenclature, sorted by key.

    An amount is known where it is known of every part, a quantity where all count in one unit.

    Args:
        parts: What ``parts_of`` gives.
        nomenclature: The edition that it was put into.

    Returns:
        The columns of TRADE, ``source_rows`` (rows of the table counted in it, each once) and
        ``is_estimated``, whether a part of a split code is in it.
    """
    renamed = parts.with_columns(nomenclature=pl.lit(nomenclature), code=pl.col("converted_code"))
    grouped = renamed.group_by(KEY).agg(
        *(_sum_where_known(name) for name in AMOUNTS),
        *(_the_only(unit) for unit in UNIT_OF.values()),
        source_id=pl.col("source_id").cast(pl.String).min(),
        source_rows=pl.col("counts").sum(),
        is_estimated=pl.col("is_split").any(),
    )
    in_one_unit = {
        name: pl.when(pl.col(unit).is_not_null()).then(name) for name, unit in UNIT_OF.items()
    }
    return grouped.with_columns(**in_one_unit).sort(KEY)


def _sum_where_known(name: str) -> pl.Expr:
    """The sum of a column; null where a part of it is."""
    known = pl.col(name).null_count() == 0
    return pl.when(known).then(divided_by(pl.col(name).sum(), UNITS)).alias(name)


def _the_only(name: str) -> pl.Expr:
    """The one value of a column; null where there are several, or none."""
    text = pl.col(name).cast(pl.String)
    return pl.when(text.n_unique() == 1).then(text.first()).alias(name)


def links_of(parts: pl.LazyFrame, converted: pl.LazyFrame, nomenclature: str) -> pl.LazyFrame:
    """Which rows of the table are in each row of the converted one, and how much of them.

    Args:
        parts: What ``parts_of`` gives.
        converted: What ``put_together`` gives, with its own ``table_row``.
        nomenclature: The edition that it was put into.

    Returns:
        ``table_row`` of the converted table, ``of_row`` of the table itself and ``share``.
    """
    named = parts.select(
        *(name for name in KEY if name not in ("nomenclature", "code")),
        of_row=ROW,
        share="share",
        nomenclature=pl.lit(nomenclature),
        code="converted_code",
    )
    own = converted.select(*KEY, ROW)
    return named.join(own, on=list(KEY), how="inner").select(ROW, "of_row", "share")


def became(parts: pl.LazyFrame, lost: pl.LazyFrame, value: pl.Expr) -> pl.LazyFrame:
    """What became of each code of a table: rows of CONVERSION but for the edition of the target.

    Args:
        parts: What ``parts_of`` gives.
        lost: Rows of TRADE whose code has no target.
        value: The value of a row of ``lost`` in ten-thousandths of a USD.
    """
    code = ["importer", "nomenclature", "code"]
    worth = pl.coalesce(*VALUE_COLUMNS)
    found = parts.group_by(*code, "converted_code").agg(
        share=pl.col("share").first(), value_usd=divided_by(worth.sum(), UNITS)
    )
    nothing = lost.group_by(code).agg(value_usd=divided_by(value.sum(), UNITS))
    return pl.concat(
        [
            found,
            nothing.select(
                *code,
                "value_usd",
                converted_code=pl.lit("none"),
                share=pl.lit(None, pl.Float64),
            ).select(found.collect_schema().names()),
        ]
    ).sort(*code, "converted_code")
