"""LINES and COMPONENTS made of what the hot path found, and their way back to the source rows."""

from datetime import date

import narwhals as nw
import polars as pl

from calc.dictionary import conform
from calc.kept import performed
from calc.money import usd
from calc.tables.lines import Components, LineKey, Lines
from calc.terms import NO_TERMS, ROW, Frame, Terms

THREAT_UNSETTLED = "nothing says how the measures that threaten would combine"
KEY = list(LineKey.primary_key())


def with_status(hits: pl.LazyFrame) -> pl.LazyFrame:
    """The hit lines with their ``status``: excluded, prohibited, in force or threatened."""
    told: pl.LazyFrame = tell_status(nw.from_native(hits)).to_native()
    return told


def tell_status(hits: Frame) -> Frame:
    """Hit lines with their ``status``, on any engine."""
    return performed((_add_status,), hits, NO_TERMS)


def _add_status(hits: Frame, _terms: Terms) -> Frame:
    """Add ``status``."""
    status = (
        nw.when(~nw.col("is_covered")).then(nw.lit("excluded"))
        .when(nw.col("is_prohibited")).then(nw.lit("prohibited"))
        .when(nw.col("is_in_force")).then(nw.lit("in force"))
        .otherwise(nw.lit("threatened"))
    )  # fmt: skip
    return hits.with_columns(status.alias("status"))


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
    stands = pl.col("status").is_in(["in force", "prohibited"])
    covered = pl.col("status") != "excluded"
    nearest = {
        "measure_id": ("measure_id", "threatened_measure_id"),
        "mode": ("mode", "threatened_mode"),
        "measure_rate": ("measure_rate", "threatened_measure_rate"),
    }
    shown = {
        name: pl.when(stands).then(pl.col(own)).otherwise(pl.col(threat))
        for name, (own, threat) in nearest.items()
    }
    gap = pl.col("duty_before_e4") - pl.col("calculated_e4")
    waits = pl.col("status") == "threatened"
    is_told = pl.col("duty_unknown_reason").is_not_null() | pl.col("threatened_e4").is_not_null()
    unsettled = pl.when(~is_told).then(pl.lit(THREAT_UNSETTLED))
    threat_unknown = pl.coalesce("threatened_unknown", unsettled)
    described = lines.join(descriptions, on="code", how="left", validate="m:1")
    whole = described.with_columns(
        **shown,
        base_programme=pl.col("base_named"),
        valid_from=pl.lit(interval[0], pl.Date),
        valid_until=pl.lit(interval[1], pl.Date),
        customs_value_usd=pl.col("duty_base_usd"),
        duty_before_usd=usd(pl.col("duty_before_e4")),
        duty_after_usd=usd(pl.col("duty_after_e4")),
        duty_increment_usd=usd(pl.col("increment_e4")),
        threatened_increment_usd=pl.when(covered).then(usd(pl.col("threatened_e4"))),
        statutory_minus_calculated_usd=usd(gap),
        duty_unknown_reason=_with_threat("duty_unknown_reason", threat_unknown, waits),
        estimate=_with_threat("estimate", pl.col("threatened_estimate"), waits),
    )
    return conform(whole, Lines).sort(KEY)


def _with_threat(own: str, threat: pl.Expr, waits: pl.Expr) -> pl.Expr:
    """What is told of a line, and of the measures that threaten it; null where nothing is."""
    told = pl.concat_str(own, pl.when(waits).then(threat), separator="; ", ignore_nulls=True)
    return pl.when(told != "").then(told)


def components_table(
    components: pl.LazyFrame, lines: pl.LazyFrame, named: pl.LazyFrame
) -> pl.LazyFrame:
    """COMPONENTS: every measure on every line that it names, sorted by key.

    Args:
        components: What ``calc.attributed.with_increments`` gives.
        lines: The lines by segment. Reads the key and ``table_row``.
        named: What ``calc.hits.with_exclusions`` gives: the prefix of each branch on each row, and
            what leaves the line out.
    """
    left_out = pl.col("left_out_by").is_not_null()
    out = pl.when(left_out).then(pl.format("left out by {}", "left_out_by")).otherwise("reason")
    whole = (
        components.join(lines.select(ROW, *KEY), on=[ROW, "segment"], how="inner", validate="m:1")
        .join(
            named.select(ROW, "branch", "prefix", "left_out_by"),
            on=[ROW, "branch"],
            how="left",
            validate="m:1",
        )
        .with_columns(
            reason=out,
            customs_value_usd=pl.col("duty_base_usd"),
            measure_duty_usd=usd(pl.col("measure_e4")),
            duty_before_credit_usd=usd(pl.col("before_credit_e4")),
            duty_increment_usd=usd(pl.col("increment_e4")),
            credit_usd=usd(pl.col("before_credit_e4") - pl.col("measure_e4")),
            duty_unknown_reason=pl.col("unknown"),
        )
    )
    return conform(whole, Components).sort(list(Components.primary_key()))
