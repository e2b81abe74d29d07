"""Of several programmes on a line only the highest charged: a reading of other engines.

Which is the highest depends on the line: on the shares of contents, and on the base that an all-in
rate tops up. So it is settled on the lines, after the amounts of all sides are known.
"""

import narwhals as nw
import polars as pl

from calc.terms import ROW, Frame, Terms

LINE = (ROW, "segment", "authority")
OF_LINE = [ROW, "segment"]
APPLIED = nw.lit("applied")
TOLD = ("mode", "measure_rate")
JOINED = " + "


def charge_highest(components: Frame, terms: Terms) -> Frame:
    """Measures on lines, those displaced whose side comes to less than another of its authority.

    Sides are compared by their rate where all of a line are ad valorem only, else by their duty;
    of equal ones the first by name is charged. Where the duty of one is not known, none is
    displaced, so that the duty of the line is not known either.

    Args:
        components: What ``calc.hits.component_lines`` adds, with ``side`` (the number of a side in
            ``terms.sides``; null where a measure is not compared).
        terms: What the numbers in the program's columns stand for.

    Returns:
        The same rows in any order; of those on the lesser sides ``status`` and ``reason`` changed.
    """
    if not terms.sides:
        return components
    highest = _highest(_by_side(components))
    joined = components.join(highest, on=list(LINE), how="left")
    is_less = ~nw.col("side").is_null() & (nw.col("side") != nw.col("highest"))
    loses = is_less & (nw.col("status") == APPLIED)
    reason = nw.col("reason")
    for number, side in enumerate(terms.sides):
        words = nw.lit(f"{side}: comes to more, as a reading has it")
        reason = nw.when(loses & (nw.col("highest") == number)).then(words).otherwise(reason)
    status = nw.when(loses).then(nw.lit("displaced")).otherwise(nw.col("status"))
    return joined.with_columns(status.alias("status"), reason.alias("reason")).drop("highest")


def _by_side(components: Frame) -> Frame:
    """What each side of a line comes to: ``amount`` and ``rate``, null where it is not known."""
    held = components.filter(~nw.col("side").is_null() & (nw.col("status") == APPLIED))
    counts = {"no_amount": "measure_e4", "no_rate": "rate_e12"}
    summed = held.with_columns(
        nw.col(name).is_null().cast(nw.Int64).alias(alias) for alias, name in counts.items()
    )
    return summed.group_by(*LINE, "side").agg(
        nw.col("measure_e4").sum().alias("amount"),
        nw.col("rate_e12").sum().alias("rate"),
        *(nw.col(alias).sum() for alias in counts),
    )


def _highest(sides: Frame) -> Frame:
    """The number of the side that is charged on each line; null where that is not known."""
    line = list(LINE)
    told = sides.group_by(line).agg(
        *(nw.col(name).max().alias(f"most_{name}") for name in ("amount", "rate")),
        *(nw.col(name).sum().alias(f"any_{name}") for name in ("no_amount", "no_rate")),
    )
    joined = sides.join(told, on=line, how="inner")
    by_rate = nw.col("rate") == nw.col("most_rate")
    by_amount = nw.col("amount") == nw.col("most_amount")
    is_most = nw.when(nw.col("any_no_rate") == 0).then(by_rate).otherwise(by_amount)
    known = joined.filter(is_most & (nw.col("any_no_amount") == 0))
    return known.group_by(line).agg(nw.col("side").min().alias("highest"))


def tell_charged(lines: pl.LazyFrame, components: pl.LazyFrame) -> pl.LazyFrame:
    """Lines with the measures that are charged, once it is known which side is the highest.

    Args:
        lines: One row a trade row and segment, with ``measure_id``, ``mode`` and ``measure_rate``.
        components: What ``charge_highest`` gives.

    Returns:
        The same rows; those three columns are of the measures charged, where sides were compared.
    """
    compared = components.filter(pl.col("side").is_not_null()).select(OF_LINE).unique()
    charged = components.filter(pl.col("status") == "applied")
    is_one = pl.len() == 1
    named = charged.join(compared, on=OF_LINE, how="semi").group_by(OF_LINE).agg(
        pl.col("measure_id").sort().str.join(JOINED),
        *(pl.when(is_one).then(pl.col(name).first()).alias(name) for name in TOLD),
        compared=pl.lit(value=True).first(),
    )  # fmt: skip
    joined = lines.join(named, on=OF_LINE, how="left", suffix="_charged", validate="1:1")
    told = ("measure_id", *TOLD)
    return joined.with_columns(
        pl.when("compared").then(f"{name}_charged").otherwise(name).alias(name) for name in told
    ).drop("compared", *(f"{name}_charged" for name in told))
