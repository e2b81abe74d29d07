"""LINES and COMPONENTS made of what the hot path found, and their way back to the source rows."""

from datetime import date

import narwhals as nw
import polars as pl

from calc.dictionary import conform
from calc.hits import ROW
from calc.money import to_units, usd
from calc.tables.lines import Components, LineKey, Lines

KEY = list(LineKey.primary_key())


def with_status(hits: pl.LazyFrame) -> pl.LazyFrame:
    """The hit lines with their ``status``: excluded, in force or threatened."""
    status = (
        pl.when(~pl.col("is_covered")).then(pl.lit("excluded"))
        .when("is_in_force").then(pl.lit("in force"))
        .otherwise(pl.lit("threatened"))
    )  # fmt: skip
    return hits.with_columns(status=status)


def tag_groups(frame: pl.LazyFrame, groups: pl.LazyFrame) -> pl.LazyFrame:
    """A frame with the named product group of each code; null where it is in none.

    Args:
        frame: Reads ``code``.
        groups: ``prefix`` (six digits) and ``product_group``, each prefix once.
    """
    tagged = frame.with_columns(prefix_6=pl.col("code").str.slice(0, 6))
    return tagged.join(
        groups.select("product_group", prefix_6="prefix"), on="prefix_6", how="left", validate="m:1"
    ).drop("prefix_6")


def lines_table(
    lines: pl.LazyFrame, descriptions: pl.LazyFrame, interval: tuple[date | None, date | None]
) -> pl.LazyFrame:
    """LINES: every line that a measure names, sorted by its key.

    Args:
        lines: What ``with_status`` gives, with ``product_group``.
        descriptions: ``code`` and ``description``, each code once.
        interval: The days between which the law stands so; null where open.
    """
    in_force = pl.col("status") == "in force"
    covered = pl.col("status") != "excluded"
    nearest = {
        "measure_id": ("measure_id", "threatened_measure_id"),
        "mode": ("mode", "threatened_mode"),
        "measure_rate": ("measure_rate", "threatened_rate"),
    }
    shown = {
        name: pl.when(in_force).then(pl.col(own)).otherwise(pl.col(threat))
        for name, (own, threat) in nearest.items()
    }
    gap = pl.col("duty_before_e4") - pl.col("calculated_e4")
    described = lines.join(descriptions, on="code", how="left", validate="m:1")
    whole = described.with_columns(
        **shown,
        valid_from=pl.lit(interval[0], pl.Date),
        valid_until=pl.lit(interval[1], pl.Date),
        customs_value_usd=pl.col("duty_base_usd"),
        duty_before_usd=usd(pl.col("duty_before_e4")),
        duty_after_usd=usd(pl.col("duty_after_e4")),
        duty_increment_usd=usd(pl.col("increment_e4")),
        threatened_increment_usd=pl.when(covered).then(usd(pl.col("threatened_e4"))),
        statutory_minus_calculated_usd=usd(gap),
    )
    return conform(whole, Lines).sort(KEY)


def with_components(lines: pl.LazyFrame, rules: pl.LazyFrame) -> pl.LazyFrame:
    """Every measure on every line that it names, with what it comes to by itself.

    Args:
        lines: What ``with_status`` gives.
        rules: What ``calc.resolve.component_rules`` gives.

    Returns:
        One row a line and measure: the line's key and value (``value_e4``), the columns of the
        rule, and ``measure_e4``, the measure's rate times value at unchanged trade, which is owed
        only where its status is applied.
    """
    named = lines.select(ROW, *KEY, "duty_base_usd", "value_e4")
    both = nw.from_native(named.join(rules, on=ROW, how="inner"))
    duty = to_units(nw.col("duty_base_usd") * nw.col("measure_rate"))
    return both.with_columns(duty.alias("measure_e4")).to_native()


def components_table(components: pl.LazyFrame) -> pl.LazyFrame:
    """COMPONENTS made of what ``with_components`` gives, sorted by key."""
    whole = components.with_columns(
        customs_value_usd=pl.col("duty_base_usd"), measure_duty_usd=usd(pl.col("measure_e4"))
    )
    return conform(whole, Components).sort([*KEY, "measure_id"])
