"""What each measure of a run is charged on, for the sheets that an analyst changes.

A measure has a row for each part of the flow that it is charged on. A floor has one for each base
rate, a rebate one for each share of the duty that it takes, and a credit by amount one for itself:
within such a row the duty of all lines together is that of one line, so that a formula is exact.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import polars as pl

from pipelines.report.columns import NOT_APPLICABLE
from pipelines.report.figures import Tables, exact_sum

NEEDED = ("components", "by_measure", "by_importer")
FULL_VALUE = "full value"
ALL_IN = "all-in"
ROUNDING_USD = 0.01
RATIO_DIGITS = 6
KEY = ["importer", "measure_id"]
LINE = ["importer", "partner", "period", "flow", "nomenclature", "code", "segment"]

Kind = Literal["rate", "scale", "floor", "fixed"]
"""How a row follows the input of its measure: by its rate, by a part of the rate as written, by a
rate that tops the base duty up; or not at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Charged:
    """What a measure is charged on, in one part of the flow, where it is applied.

    ``rate`` is null where no single rate holds. ``known`` is the part of the value of which the
    added duty is known, ``before`` the base duty there, ``known_duty`` the measure's there,
    ``replaced`` what the measure takes away of it. ``gross`` is the duty before a credit,
    ``credit`` what is taken off, and ``pool`` the place of a credit by amount in CREDITS.
    """

    importer: str
    measure_id: str
    rate_text: str
    segment: str
    kind: Kind
    rate: float | None
    value: float
    known: float
    known_duty: float
    before: float
    replaced: float
    gross: float | None
    credit: float
    pool: int | None
    duty: float | None
    added: float | None
    source: str


def charged_of(tables: Tables, a_dollar: float = 1.0) -> list[Charged]:
    """Each measure that is applied, part by part, in the order of importer, measure and part.

    ``a_dollar`` is one in the money of the tables: formulas are held to a cent of it.
    """
    if any(name not in tables for name in NEEDED):
        return []
    applied = tables["components"].filter(pl.col("status") == "applied")
    before = tables["lines"].select(*LINE, "duty_before_usd")
    rows = applied.join(before, on=LINE, how="left", validate="m:1").with_columns(
        gross=pl.coalesce("duty_before_credit_usd", "measure_duty_usd"),
        pool=pl.lit(None, pl.Int64),
        cent=pl.lit(ROUNDING_USD * a_dollar),
    )
    told = dict(iter(_with_pools(rows, tables).group_by(KEY, maintain_order=True)))
    measures = tables["by_measure"].sort(KEY).iter_rows(named=True)
    return [
        one
        for row in measures
        if (row["importer"], row["measure_id"]) in told
        for one in _parts(row, told[row["importer"], row["measure_id"]])
    ]


def _with_pools(rows: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """Rows with the credit by amount that they share in: that of the closest code and partner."""
    credits = tables.get("credits")
    if credits is None:
        return rows
    listed = credits.with_row_index("at").iter_rows(named=True)
    # The closest one comes last, and so stands.
    for one in sorted(
        listed, key=lambda row: (len(row["prefix"].strip("*")), row["partner"] != "*")
    ):
        partner, prefix = one["partner"], one["prefix"].strip("*")
        is_own = (
            (pl.col("importer") == one["importer"])
            & (pl.col("measure_id") == one["measure_id"])
            & pl.col("code").str.starts_with(prefix)
            & (pl.col("partner").eq(partner) if partner != "*" else pl.lit(value=True))
        )
        pool = pl.lit(one["at"], pl.Int64)
        rows = rows.with_columns(pool=pl.when(is_own).then(pool).otherwise("pool"))
    return rows


def _parts(measure: Mapping[str, Any], rows: pl.DataFrame) -> Iterator[Charged]:
    """The rows of a measure: one where nothing has to be told apart."""
    value, credit = pl.col("customs_value_usd"), pl.col("credit_usd").fill_null(0.0)
    is_floor = pl.col("mode") == ALL_IN
    base_rate = pl.when(is_floor & (value > 0)).then(pl.col("duty_before_usd") / value)
    by_amount = pl.col("pool").is_not_null()
    taken = pl.when(~by_amount & (credit > 0)).then(credit / pl.col("gross"))
    cut = rows.with_columns(
        is_floor=is_floor,
        base_rate=base_rate.round(RATIO_DIGITS),
        taken=taken.round(RATIO_DIGITS),
    )
    groups = cut.sort("segment", "is_floor", "base_rate", "taken", "pool", nulls_last=False)
    names = ["segment", "is_floor", "base_rate", "taken", "pool"]
    for (segment, *_), own in groups.group_by(names, maintain_order=True):
        yield _charged(measure, str(segment), own)


def _charged(measure: Mapping[str, Any], segment: str, rows: pl.DataFrame) -> Charged:
    known = rows.filter(pl.col("duty_increment_usd").is_not_null())
    known_duty = exact_sum(known, "measure_duty_usd") or 0.0
    kind, rate = _kind(rows)
    return Charged(
        importer=measure["importer"],
        measure_id=measure["measure_id"],
        rate_text=measure["rate_text"] or NOT_APPLICABLE,
        segment=segment,
        kind=kind,
        rate=rate,
        value=exact_sum(rows, "customs_value_usd") or 0.0,
        known=exact_sum(known, "customs_value_usd") or 0.0,
        known_duty=known_duty,
        before=exact_sum(known, "duty_before_usd") or 0.0,
        replaced=known_duty - (exact_sum(known, "duty_increment_usd") or 0.0),
        gross=exact_sum(rows, "gross"),
        credit=exact_sum(rows, "credit_usd") or 0.0,
        pool=rows["pool"][0],
        duty=exact_sum(rows, "measure_duty_usd"),
        added=exact_sum(rows, "duty_increment_usd"),
        source=measure["source"] or NOT_APPLICABLE,
    )


def _kind(rows: pl.DataFrame) -> tuple[Kind, float | None]:
    """How the rows follow a rate, and that rate where there is one.

    A row of a floor or of a credit follows only where all is known and a formula over the row gives
    the duty of the run to the cent; a line of which a rebate takes all the duty says not how much
    more it would take.
    """
    if rows["measure_duty_usd"].null_count():
        return "fixed", None
    rates = rows["measure_rate"].unique()
    is_one = rates.len() == 1 and rates.null_count() == 0
    rate = float(rates.item()) if is_one else None
    is_full = bool((rows["bites_on"] == FULL_VALUE).all())
    if (rows["mode"] == ALL_IN).all():
        has_credit = bool((rows["credit_usd"].fill_null(0.0) > 0).any())
        return ("floor", rate) if is_full and not has_credit and _fits_floor(rows, rate) else (
            "fixed", rate)  # fmt: skip
    if (rows["credit_usd"].fill_null(0.0) > 0).any():
        takes_all = (rows["pool"].is_null() & (rows["credit_usd"] >= rows["gross"])).any()
        if takes_all or rows["duty_increment_usd"].null_count():
            return "fixed", None
    gap = pl.col("measure_rate") * pl.col("customs_value_usd") - pl.col("gross")
    is_plain = rows.select((gap.abs() < pl.col("cent")).fill_null(value=False).all()).item()
    return ("rate", rate) if is_full and rate is not None and is_plain else ("scale", None)


def _fits_floor(rows: pl.DataFrame, rate: float | None) -> bool:
    """Whether the rate tops the base duty up, line by line, to what the run charges."""
    if (
        rate is None
        or rows["duty_before_usd"].null_count()
        or rows["duty_increment_usd"].null_count()
    ):
        return False
    topped = pl.max_horizontal(rate * pl.col("customs_value_usd") - pl.col("duty_before_usd"), 0.0)
    gap = (topped - pl.col("measure_duty_usd")).abs()
    return bool(rows.select((gap < pl.col("cent")).all()).item())
