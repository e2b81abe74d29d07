"""The reports: static accounting by importer, partner, group, product and measure."""

from typing import NamedTuple

import polars as pl

from calc.accounting import (
    COVERED,
    average_rates,
    known_sum,
    number_of,
    sums_of,
    told_in_usd,
    value_where,
)
from calc.attributed import CHARGED
from calc.dictionary import conform
from calc.lines import tag_groups
from calc.money import ratio, usd
from calc.tables.reports import ByGroup, ByImporter, ByMeasure, ByPartner, ByProduct

OTHER = "other"
ZERO_WITHOUT_LINES = (
    "listed_value_usd",
    "covered_value_usd",
    "in_force_value_usd",
    "prohibited_value_usd",
    "threatened_value_usd",
    "affected_value_usd",
    "affected_unknown_value_usd",
    "duty_before_unknown_value_usd",
    "duty_after_unknown_value_usd",
    "duty_increment_unknown_value_usd",
    "threatened_increment_unknown_value_usd",
    "estimated_value_usd",
    "duty_before_estimated_usd",
    "duty_after_estimated_usd",
    "duty_increment_estimated_usd",
)
"""A cell without lines has none of these: a known zero. Its duties are null, not 0."""


class Totals(NamedTuple):
    """Sums of the whole trade table, exact, in ten-thousandths of a USD.

    ``by_flow`` has ``importer``, ``partner`` and ``total_e4`` of every importer; ``by_code`` has
    ``importer``, ``code``, ``total_e4`` (from all partners) and ``hit_e4`` (from the partners that
    the scenario hits) of the importers of the scenario; ``by_line`` has ``importer``, ``partner``,
    ``code`` and ``total_e4`` of the partners that it hits, in the product groups that it hits.
    """

    by_flow: pl.LazyFrame
    by_code: pl.LazyFrame
    by_line: pl.LazyFrame


def importer_totals(totals: Totals) -> pl.LazyFrame:
    """``importer`` and ``importer_e4``: all imports of each importer in the table."""
    return totals.by_flow.group_by("importer").agg(importer_e4=pl.col("total_e4").sum())


def account(lines: pl.LazyFrame, key: list[str], digits: int) -> pl.LazyFrame:
    """Sums and simple averages of the lines by a key; see ``calc.accounting``."""
    averages = average_rates(lines, key, digits)
    return sums_of(lines, key).join(averages, on=key, how="left", validate="1:1")


def with_shares(cells: pl.LazyFrame, imports: str, totals: Totals) -> pl.LazyFrame:
    """Cells with their imports, coverage and share of the importer's imports.

    Args:
        cells: One row a cell, with ``importer`` and the column that ``imports`` names.
        imports: Column of the cell's imports in ten-thousandths.
        totals: Sums of the trade table.
    """
    covered = pl.col("covered_value_usd")
    joined = cells.join(importer_totals(totals), on="importer", how="left", validate="m:1")
    filled = [pl.col(name).fill_null(0.0) for name in ZERO_WITHOUT_LINES]  # no lines: known zeros
    return joined.with_columns(*filled, pl.col("lines").fill_null(0)).with_columns(
        imports_value_usd=usd(pl.col(imports)),
        coverage_ratio=share(covered, usd(pl.col(imports))),
        share_of_importer_imports=share(covered, usd(pl.col("importer_e4"))),
    )


def frequency(lines: pl.LazyFrame, traded: pl.LazyFrame, key: list[str]) -> pl.LazyFrame:
    """``frequency_ratio`` by a key: codes with covered trade over codes with trade, by number.

    Source: UNCTAD's frequency ratio, on the codes of the trade table.

    Args:
        lines: What ``calc.lines.with_status`` gives.
        traded: ``code`` and ``total_e4`` of all imports, one row a code and key.
        key: Columns of both.
    """
    covered = (
        lines.filter(COVERED & (pl.col("value_e4") > 0))
        .group_by(key)
        .agg(covered=pl.col("code").n_unique())
    )
    whole = traded.filter(pl.col("total_e4") > 0).group_by(key).agg(codes=pl.len())
    joined = whole.join(covered, on=key, how="left", validate="1:1")
    return joined.select(*key, frequency_ratio=pl.col("covered").fill_null(0) / pl.col("codes"))


def share(part: pl.Expr, whole: pl.Expr) -> pl.Expr:
    """A part of a whole; null where the whole is 0 or unknown."""
    return pl.when(whole > 0).then(ratio(part, whole))


def by_importer(lines: pl.LazyFrame, totals: Totals, digits: int) -> pl.LazyFrame:
    """BY_IMPORTER: one row an importer that the scenario names a line of."""
    key = ["importer"]
    imports = importer_totals(totals).rename({"importer_e4": "imports_e4"})
    cells = (
        account(lines, key, digits)
        .join(imports, on=key, how="left", validate="1:1")
        .join(frequency(lines, totals.by_code, key), on=key, how="left", validate="1:1")
    )
    return conform(with_shares(cells, "imports_e4", totals), ByImporter).sort("importer")


def by_partner(lines: pl.LazyFrame, totals: Totals, digits: int) -> pl.LazyFrame:
    """BY_PARTNER: one row an importer and partner that the scenario names a line of."""
    key = ["importer", "partner"]
    exports = totals.by_flow.group_by("partner").agg(exports_e4=pl.col("total_e4").sum())
    cells = account(lines, key, digits).join(
        totals.by_flow.select(*key, imports_e4="total_e4"), on=key, how="left", validate="1:1"
    )
    shared = with_shares(cells, "imports_e4", totals).join(
        exports, on="partner", how="left", validate="m:1"
    )
    whole = shared.with_columns(
        partner_exports_value_usd=usd(pl.col("exports_e4")),
        share_of_partner_exports=share(pl.col("covered_value_usd"), usd(pl.col("exports_e4"))),
    )
    return conform(whole, ByPartner).sort(key)


def by_group(
    lines: pl.LazyFrame, totals: Totals, groups: pl.LazyFrame, digits: int
) -> pl.LazyFrame:
    """BY_GROUP: one row an importer and product group that it imports, hit or not.

    Args:
        lines: What ``calc.lines.with_status`` gives, with ``product_group``.
        totals: Sums of the trade table.
        groups: ``prefix`` (six digits) and ``product_group``.
        digits: Digits of a tariff line.
    """
    key = ["importer", "product_group"]
    group = pl.col("product_group").fill_null(OTHER)
    tagged = tag_groups(totals.by_code, groups).with_columns(product_group=group)
    imports = tagged.group_by(key).agg(
        imports_e4=pl.col("total_e4").sum(), hit_e4=pl.col("hit_e4").sum()
    )
    grouped = lines.with_columns(product_group=group)
    cells = imports.join(account(grouped, key, digits), on=key, how="left", validate="1:1").join(
        frequency(grouped, tagged, key), on=key, how="left", validate="1:1"
    )
    whole = with_shares(cells, "imports_e4", totals).with_columns(
        hit_partners_imports_value_usd=usd(pl.col("hit_e4")),
        coverage_of_hit_partners=share(pl.col("covered_value_usd"), usd(pl.col("hit_e4"))),
    )
    return conform(whole, ByGroup).sort(key)


def by_product(lines: pl.LazyFrame, totals: Totals, digits: int) -> pl.LazyFrame:
    """BY_PRODUCT: one row an importer and HS6 subheading that the scenario names a line of."""
    key = ["importer", "hs6"]
    hs6 = pl.col("code").str.slice(0, 6)
    imports = totals.by_code.group_by("importer", hs6=hs6).agg(imports_e4=pl.col("total_e4").sum())
    named = lines.with_columns(hs6=hs6)
    group = named.group_by(key).agg(product_group=pl.col("product_group").min())
    cells = (
        account(named, key, digits)
        .join(imports, on=key, how="left", validate="1:1")
        .join(group, on=key, how="left", validate="1:1")
    )
    return conform(with_shares(cells, "imports_e4", totals), ByProduct).sort(key)


def by_measure(components: pl.LazyFrame, measures: pl.LazyFrame) -> pl.LazyFrame:
    """BY_MEASURE: what each measure reaches by itself; one row a measure, hit or not.

    Ids of measures are of one importer, whose law both tables are of.

    Args:
        components: What ``calc.attributed.with_increments`` gives, or cells of it.
        measures: Rows of MEASURES.
    """
    status = pl.col("status")
    amounts = {
        "listed_value_usd": value_where(pl.lit(value=True)),
        "covered_value_usd": value_where(status != "excluded"),
        "in_force_value_usd": value_where(status == "applied"),
        "prohibited_value_usd": value_where(status == "prohibited"),
        "displaced_value_usd": value_where(status == "displaced"),
        "threatened_value_usd": value_where(status == "threatened"),
        "measure_duty_usd": known_sum("measure_e4", status == "applied"),
        "duty_increment_usd": known_sum("increment_e4", status.is_in(CHARGED)),
        "credit_usd": known_sum("credit_e4", status == "applied"),
        "threatened_measure_duty_usd": known_sum("measure_e4", status == "threatened"),
    }
    cells = components.group_by("measure_id").agg(
        lines=number_of(components).cast(pl.Int64), **amounts
    )
    sums = told_in_usd(cells, amounts)
    values = [name for name in ByMeasure.columns() if name.endswith("_value_usd")]
    law = (
        measures.sort("step")
        .group_by("measure_id", maintain_order=True)
        .agg(
            pl.col("importer", "authority", "state", "mode", "source").first(),
            pl.col("rate_text").unique(maintain_order=True).str.join("; "),
            pl.col("valid_from").max(),  # of branches the days on which all stand so
            pl.col("valid_until").min(),
        )
    )
    whole = law.join(sums, on="measure_id", how="left", validate="1:1").with_columns(
        pl.col("lines").fill_null(0),
        *(pl.col(name).fill_null(0.0) for name in values),  # no lines: known zeros
    )
    return conform(whole, ByMeasure).sort("importer", "measure_id")
