"""Credits: what is taken off the own duty of a measure, a rate of the value or an amount.

An amount is for the period of the reference trade and over all lines that its row names; it is
shared out exactly over them in proportion to the measure's own duty there, and never takes more
than that. A line belongs to the closest row: a named partner before all, then the longest code.
"""

from collections.abc import Sequence

import polars as pl

from calc.dictionary import conform
from calc.money import usd
from calc.policy.model import Credit, Policy
from calc.shares import attach_shares
from calc.tables.reports import Credits
from calc.terms import ROW, Terms

TIES = ["partner", "code", "period", ROW, "segment"]
"""Who gets what rounding leaves where two lose alike by it."""
SHARED_WITH_UNKNOWN = "its credit is shared with lines on which its duty is unknown"


def attach_pools(rows: pl.LazyFrame, policy: Policy, terms: Terms) -> pl.LazyFrame:
    """Rows with the credit of each measure that they share in: ``pool_0`` and so on.

    Args:
        rows: One row a line. Reads ``importer``, ``partner`` and ``code``.
        policy: The law.
        terms: Names the measures that have credits by amount, in order.

    Returns:
        The same rows plus, a measure, the number of the credit in the policy; null where none.
    """
    table = pl.LazyFrame(
        {
            "name": [one.measure_id for one in policy.credits],
            "importer": ["*"] * len(policy.credits),
            "partner": [one.partner for one in policy.credits],
            "prefix": [one.prefix for one in policy.credits],
            "central": list(range(len(policy.credits))),
        },
        schema={**dict.fromkeys(("name", "importer", "partner", "prefix"), pl.String),
                "central": pl.UInt32},
    )  # fmt: skip
    # the number of a credit stands where a share would: both are those of the closest row
    return attach_shares(rows, table, terms.credited, column="pool")


def share_out(
    components: pl.LazyFrame, lines: pl.LazyFrame, credits: Sequence[Credit]
) -> pl.LazyFrame:
    """Components with the credits by amount taken off the applied measures that share in them.

    Args:
        components: What ``calc.hits.component_lines`` gives.
        lines: What ``calc.hits.segment_lines`` gives; what tells ties.
        credits: The credits of the law.

    Returns:
        The same rows: ``credit_e4`` with their part, ``measure_e4`` less it; the rate of the
        measure is no longer ad valorem only. Where the duty of one line of a credit is unknown,
        so is what the others get.
    """
    key = [ROW, "segment", "branch"]
    amounts = pl.LazyFrame(
        {"pool": list(range(len(credits))), "amount_e4": [one.amount_e4 for one in credits]},
        schema={"pool": pl.UInt32, "amount_e4": pl.Int64},
    )
    sharing = (
        components.filter((pl.col("status") == "applied") & pl.col("pool").is_not_null())
        .join(amounts, on="pool", how="left", validate="m:1")
        .join(lines.select(TIES), on=[ROW, "segment"], how="left", validate="m:1")
    )
    parts = _parts(sharing).select(*key, "part_e4", shares=pl.lit(value=True))
    joined = components.join(parts, on=key, how="left", validate="1:1")
    return joined.with_columns(_after()).drop("part_e4", "shares")


def _parts(sharing: pl.LazyFrame) -> pl.LazyFrame:
    """The whole part of each line in its credit: by largest remainder, at most its duty."""
    own, wide = pl.col("measure_e4"), pl.col("measure_e4").cast(pl.Int128)
    is_known = own.is_not_null().all().over("pool")
    total = own.sum().over("pool")
    taken = pl.min_horizontal("amount_e4", total).cast(pl.Int128)
    divisor = pl.when(total > 0).then(total).otherwise(1).cast(pl.Int128)
    split = sharing.with_columns(
        taken=taken, floor=(taken * wide) // divisor, loss=(taken * wide) % divisor,
        is_known=is_known,
    ).sort("pool", "loss", *TIES, descending=[False, True, *[False] * len(TIES)])  # fmt: skip
    place = pl.int_range(pl.len()).over("pool")
    left = pl.col("taken") - pl.col("floor").sum().over("pool")
    part = (pl.col("floor") + (place < left).cast(pl.Int128)).cast(pl.Int64)
    return split.with_columns(part_e4=pl.when("is_known").then(part))


def _after() -> list[pl.Expr]:
    """The columns of the components that share in a credit, after it."""
    shares, part = pl.col("shares").fill_null(value=False), pl.col("part_e4")
    unshared = shares & part.is_null() & pl.col("measure_e4").is_not_null()
    return [
        pl.when(shares).then(pl.col("credit_e4") + part).otherwise("credit_e4").alias("credit_e4"),
        pl.when(shares).then(pl.col("measure_e4") - part).otherwise("measure_e4")
        .alias("measure_e4"),
        pl.when(~shares).then("rate_e12").alias("rate_e12"),
        pl.when(unshared).then(pl.lit(SHARED_WITH_UNKNOWN)).otherwise("unknown").alias("unknown"),
    ]  # fmt: skip


def credits_table(
    components: pl.LazyFrame, credits: Sequence[Credit], importer: str
) -> pl.LazyFrame:
    """CREDITS: each credit by amount, what of it is used, and what is not.

    Args:
        components: What ``share_out`` gives.
        credits: The credits of the law.
        importer: Economy that levies the duty.
    """
    shared = components.filter((pl.col("status") == "applied") & pl.col("pool").is_not_null())
    before, owed = pl.col("before_credit_e4"), pl.col("measure_e4")
    sums = shared.group_by("pool").agg(
        lines=pl.col(ROW).n_unique().cast(pl.Int64),
        used=pl.when(owed.is_not_null().all()).then((before - owed).sum()),
    )
    told = pl.LazyFrame(
        [
            (number, importer, one.measure_id, one.partner, one.prefix, one.amount_e4,
             one.low_usd, one.high_usd, one.source)
            for number, one in enumerate(credits)
        ],
        schema={
            "pool": pl.UInt32, **dict.fromkeys(("importer", "measure_id", "partner", "prefix"),
            pl.String), "amount": pl.Int64, "amount_low_usd": pl.Float64,
            "amount_high_usd": pl.Float64, "source": pl.String,
        },
        orient="row",
    )  # fmt: skip
    joined = told.join(sums, on="pool", how="left", validate="1:1")
    none = pl.col("lines").is_null()
    used = pl.when(none).then(0).otherwise("used")
    whole = joined.with_columns(
        lines=pl.col("lines").fill_null(0),
        amount_usd=usd(pl.col("amount")),
        used_usd=usd(used),
        unused_usd=usd(pl.col("amount") - used),
    )
    return conform(whole, Credits).sort(list(Credits.primary_key()))
