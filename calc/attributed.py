"""What each measure adds on a line, with the base duty whose place it takes: parts that add up.

A measure on top of the base adds its own duty. One in lieu of it adds its own duty less the base
duty of the part that it bites on; where several do so on parts of a line, each takes its share of
what is left out of the base, and the last what rounding leaves. One that keeps the good out takes
the base duty away with it. Displaced measures add nothing.
"""

import polars as pl

from calc.accounting import BEHIND
from calc.terms import ROW

LINE = [ROW, "segment"]
CHARGED = ["applied", "prohibited"]
"""What becomes of a measure that changes the duty of a line."""
AMOUNTS = ("measure_e4", "increment_e4", "credit_e4")
SHARING = [*LINE, "instead"]


def with_increments(components: pl.LazyFrame, lines: pl.LazyFrame) -> pl.LazyFrame:
    """Components with ``increment_e4``, whose sum over a line is the increment of the line.

    Args:
        components: What ``calc.hits.component_lines`` gives.
        lines: The lines by segment, with their increment and what is left of the base.

    Returns:
        The same rows plus ``increment_e4``: null where the measure is neither applied nor keeps
        the good out, and where the increment of the line is not known.
    """
    lost = pl.when(pl.col("base_fraction") != 1.0).then(
        pl.col("base_left_e4") - pl.col("duty_before_e4")
    )
    of_line = lines.select(
        *LINE, is_known=pl.col("increment_e4").is_not_null(), lost_e4=lost.fill_null(0)
    )
    applied = pl.col("status").is_in(CHARGED)
    is_instead = (pl.col("mode") == "replace") | (pl.col("status") == "prohibited")
    whole = components.join(of_line, on=LINE, how="left", validate="m:1").with_columns(
        instead=applied & is_instead
    )
    shared = whole.with_columns(part_e4=_part_of_base())
    is_last = pl.col("branch") == pl.col("branch").max().over(SHARING)
    others = pl.col("part_e4").sum().over(SHARING) - pl.col("part_e4")
    own = pl.when(is_last).then(pl.col("lost_e4") - others).otherwise("part_e4")
    added = pl.col("measure_e4") + pl.when("instead").then(own).otherwise(0)
    told = pl.when(applied & pl.col("is_known")).then(added)
    return shared.with_columns(increment_e4=told).drop("is_known", "lost_e4", "instead", "part_e4")


def _part_of_base() -> pl.Expr:
    """The share of each measure in lieu of the base in what is lost of it, rounded down."""
    fraction = pl.col("fraction")
    whole = fraction.sum().over(SHARING)
    share = pl.when(whole > 0).then(fraction / whole).otherwise(0.0)
    return (pl.col("lost_e4") * share).floor().cast(pl.Int64).fill_null(0)


def component_cells(components: pl.LazyFrame) -> pl.LazyFrame:
    """Components added up where nothing but amounts differs that ``calc.reports.by_measure`` tells.

    Args:
        components: What ``with_increments`` gives.

    Returns:
        One row a measure, status and which amounts are not known (``no_`` and their name): the
        sums of ``value_e4`` and ``AMOUNTS``, and ``lines_behind``, the rows of trade, each counted
        in one cell of a measure.
    """
    key = ["measure_id", "status", *(f"no_{name}" for name in AMOUNTS)]
    counted = pl.struct(ROW, "measure_id").is_first_distinct().cast(pl.Int64)
    return (
        components.with_columns(
            *(pl.col(name).is_null().alias(f"no_{name}") for name in AMOUNTS), counted=counted
        )
        .group_by(key)
        .agg(pl.col("value_e4", *AMOUNTS).sum(), pl.col("counted").sum().alias(BEHIND))
    )


def known_by_authority(
    shares: pl.LazyFrame, components: pl.LazyFrame, measures: pl.LazyFrame
) -> pl.LazyFrame:
    """BY_AUTHORITY, in which the duty of an authority is null where no part of it is known.

    Args:
        shares: Rows of BY_AUTHORITY, which count an unknown part as nothing.
        components: Rows of COMPONENTS.
        measures: ``importer``, ``measure_id`` and ``authority`` of each measure.
    """
    charged = components.filter(pl.col("status").is_in(CHARGED)).join(
        measures, on=["importer", "measure_id"], how="left", validate="m:1"
    )
    by = ["importer", "authority"]
    known = charged.group_by(by).agg(known=pl.col("duty_increment_usd").count())
    found = shares.join(known, on=by, how="left", validate="m:1", maintain_order="left")
    is_told = pl.col("known").is_null() | (pl.col("known") > 0)  # null: it charges no line
    return found.with_columns(duty_increment_usd=pl.when(is_told).then("duty_increment_usd")).drop(
        "known"
    )
