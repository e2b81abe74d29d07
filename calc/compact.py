"""Lines on which the law can do nothing different, added up: what a sweep is computed on.

Two lines of one kind, base rate and shares pay the same rate whatever the measures are changed to,
so a thousand variants need the sums of such lines, not the lines. Where a rate is the greater or
the lesser of two, or tops up, a line with a quantity stands alone: the greater of sums is not the
sum of the greater.
"""

import polars as pl

from calc.duty import ROW
from calc.money import usd

SEEDS = (1, 2)
UNITS = ("quantity_unit", "quantity_2_unit")
QUANTITIES = ("quantity", "quantity_2", "net_mass_kg")
AMOUNTS = (*QUANTITIES, "calculated_duty_usd")


def groups_of(trade: pl.LazyFrame, rows: pl.LazyFrame, *, is_linear: bool = True) -> pl.LazyFrame:
    """The sums of like lines.

    Lines are alike where importer, units of quantity, what is not known, and all columns of their
    ``rows`` are the same, compared by two 64-bit hashes summed over a line.

    Args:
        trade: Imports with their value for duty, with ``table_row``.
        rows: One row a trade row and base programme, as ``calc.hits.segment_lines`` takes them.
        is_linear: Whether every duty of the law adds up over lines; else lines with a quantity are
            groups of their own.

    Returns:
        One row a group, in the columns of ``trade``: ``table_row`` of its first line, the sums of
        value, quantities and calculated duty, and the other columns of its first line.
    """
    told = pl.struct(pl.all().exclude(ROW))
    hashed = rows.select(ROW, *(told.hash(seed=seed).alias(f"hash_{seed}") for seed in SEEDS))
    alike = hashed.group_by(ROW).agg(pl.col(f"hash_{seed}").sum() for seed in SEEDS)
    known = [pl.col(name).is_null().alias(f"no_{name}") for name in (*AMOUNTS, "duty_base_usd")]
    key = ["importer", *UNITS, *(f"hash_{seed}" for seed in SEEDS), *(f"no_{n}" for n in AMOUNTS)]
    joined = trade.join(alike, on=ROW, how="inner", validate="1:1").with_columns(known)
    has_quantity = pl.any_horizontal(pl.col(name).is_not_null() for name in QUANTITIES)
    alone = pl.lit(None, pl.UInt32) if is_linear else pl.when(has_quantity).then(ROW)
    joined = joined.with_columns(alone=alone)
    names = trade.collect_schema().names()
    others = [
        name for name in names if name not in (*key, *AMOUNTS, ROW, "value_e4", "duty_base_usd")
    ]
    summed = (
        joined.sort(ROW)
        .group_by([*key, "no_duty_base_usd", "alone"], maintain_order=True)
        .agg(
            pl.col(ROW).first(),
            pl.col("value_e4").sum(),
            *(pl.col(name).sum() for name in AMOUNTS),
            *(pl.col(name).first() for name in others),
        )
    )
    amounts = [pl.when(~pl.col(f"no_{name}")).then(name).alias(name) for name in AMOUNTS]
    value = pl.when(~pl.col("no_duty_base_usd")).then(usd(pl.col("value_e4")))
    return summed.with_columns(*amounts, value.alias("duty_base_usd")).select(names)
