"""Lines on which the law can do nothing different, added up: what a sweep is computed on.

Two lines of one kind, base rate and shares pay the same rate whatever the measures are changed to,
so a thousand variants need the sums of such lines, not the lines. Where duties do not add up, lines
with a quantity stand alone (``calc.policy.additive``).
"""

from collections.abc import Sequence

import polars as pl

from calc.money import usd
from calc.policy.additive import Apart
from calc.terms import ROW

SEEDS = (1, 2)
UNITS = ("quantity_unit", "quantity_2_unit")
QUANTITIES = ("quantity", "quantity_2", "net_mass_kg")
SPECIFIC, SPECIFIC_RATE = "has_specific_base", "base_specific_rate_usd"
EXPRESSION = "base_expression"
AMOUNTS = (*QUANTITIES, "calculated_duty_usd")


def groups_of(trade: pl.LazyFrame, rows: pl.LazyFrame, *, apart: Apart = "none") -> pl.LazyFrame:
    """The sums of like lines.

    Lines are alike where importer, units of quantity, what is not known, and all columns of their
    ``rows`` are the same, compared by two 64-bit hashes summed over a line.

    Args:
        trade: Imports with their value for duty, with ``table_row``.
        rows: One row a trade row and base programme, as ``calc.hits.segment_lines`` takes them.
        apart: Which lines with a quantity are groups of their own.

    Returns:
        One row a group, in the columns of ``trade``: ``table_row`` of its first line, the sums of
        value, quantities and calculated duty, and the other columns of its first line.
    """
    told = pl.struct(pl.all().exclude(ROW))
    hashed = rows.select(ROW, *(told.hash(seed=seed).alias(f"hash_{seed}") for seed in SEEDS))
    alike = hashed.group_by(ROW).agg(pl.col(f"hash_{seed}").sum() for seed in SEEDS)
    counts = pl.col(SPECIFIC_RATE).is_not_null() | pl.col(EXPRESSION).is_not_null()
    specific = rows.filter(counts).select(ROW).unique()
    joined = (
        trade.join(alike, on=ROW, how="inner", validate="1:1")
        .join(specific.with_columns(pl.lit(value=True).alias(SPECIFIC)), on=ROW, how="left")
        .with_columns(pl.col(SPECIFIC).fill_null(value=False))
    )
    return added_up(joined, [f"hash_{seed}" for seed in SEEDS], apart=apart)


def added_up(trade: pl.LazyFrame, told: Sequence[str], *, apart: Apart) -> pl.LazyFrame:
    """The sums of lines of one importer, of the same units and of which the same is known.

    Args:
        trade: Imports with their value for duty, with ``table_row`` and ``has_specific_base``,
            whether a base rate of the line counts a quantity.
        told: Columns of ``trade`` that tell lines that are not alike; they are left out.
        apart: Which lines with a quantity are groups of their own.

    Returns:
        What ``groups_of`` does.
    """
    known = [pl.col(name).is_null().alias(f"no_{name}") for name in (*AMOUNTS, "duty_base_usd")]
    key = ["importer", *UNITS, *told, *(f"no_{name}" for name in AMOUNTS)]
    has_quantity = pl.any_horizontal(pl.col(name).is_not_null() for name in QUANTITIES)
    is_apart = pl.col(SPECIFIC) if apart == "specific base" else pl.lit(value=apart == "all")
    joined = trade.with_columns(*known, alone=pl.when(has_quantity & is_apart).then(ROW))
    names = [name for name in trade.collect_schema().names() if name not in (*told, SPECIFIC)]
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
