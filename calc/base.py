"""The duty without the scenario, by the longest prefix that gives a rate."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import polars as pl
import polars.selectors as cs

from calc.base_seasons import ON, in_season
from calc.scope import ALL, expand_prefixes
from calc.terms import ROW

MFN = "mfn"
RATE_COLUMNS = {
    "programme": "base_programme",
    "ad_valorem_rate": "base_ad_valorem_rate",
    "specific_rate_usd": "base_specific_rate_usd",
    "specific_unit": "base_specific_unit",
    "expression": "base_expression",
    "rate_text": "base_rate_text",
}


def in_force_at(base: pl.LazyFrame, as_of: date | None) -> pl.LazyFrame:
    """The rows of BASE in force at a date; all of them where no date is given."""
    if as_of is None:
        return base
    begun = pl.col("valid_from") <= as_of
    not_over = pl.col("valid_until").is_null() | (pl.col("valid_until") > as_of)
    return base.filter(begun & not_over)


def default_programme(programmes: Iterable[str]) -> str:
    """The programme of those who claim no preference: ``mfn`` if the base has it, else the first.

    A base without rows has none; its lines' base duty is unknown, under the name ``mfn``.
    """
    known = sorted(programmes)
    return MFN if MFN in known or not known else known[0]


def attach_base(rates: pl.LazyFrame, base: pl.LazyFrame, codes: pl.LazyFrame) -> pl.LazyFrame:
    """Add the base duty to each line of the law.

    A rate for a named partner goes before a rate for all (``*``); within each, the longest
    prefix. A line that the base does not know keeps nulls: its base duty is unknown, not free.

    Args:
        rates: One row an importer, partner and code.
        base: Rows of BASE in force at the date of the law, one programme only.
        codes: Distinct codes of the trade table. Reads ``code``.

    Returns:
        The same rows plus ``base_programme``, ``base_ad_valorem_rate``,
        ``base_specific_rate_usd``, ``base_specific_unit``, ``base_expression`` and
        ``base_rate_text``.
    """
    known = base.join(expand_prefixes(codes), left_on="code", right_on="prefix", how="inner")
    longest = (
        known.sort(pl.col("code").str.len_chars(), descending=True)
        .unique(["importer", "partner", "code_right"], keep="first")
        .select("importer", "partner", *RATE_COLUMNS, code="code_right")
        .rename(RATE_COLUMNS)
        .with_columns(found=pl.lit(value=True))
    )
    for_all = longest.filter(pl.col("partner") == ALL).drop("partner")
    named = longest.filter(pl.col("partner") != ALL)
    joined = rates.join(for_all, on=["importer", "code"], how="left", validate="m:1").join(
        named, on=["importer", "partner", "code"], how="left", suffix="_named", validate="m:1"
    )
    has_own = pl.col("found_named").is_not_null()
    chosen = {
        name: pl.when(has_own).then(pl.col(f"{name}_named")).otherwise(pl.col(name))
        for name in RATE_COLUMNS.values()
    }
    return joined.with_columns(**chosen).drop("found", cs.ends_with("_named"))


def base_by_programme(
    rows: pl.LazyFrame,
    base: pl.LazyFrame,
    programmes: Sequence[str],
    *,
    default: str,
    seasons: Mapping[str, Sequence[str]],
) -> pl.LazyFrame:
    """The base duty of each row under each programme that a part of its flow claims.

    Args:
        rows: One row a trade row. Reads ``importer``, ``partner`` and ``code``.
        base: Rows of BASE in force at the date of the law.
        programmes: The programmes claimed, each as ``calc.base_seasons.programme_on`` says it.
        default: Programme where no preference is claimed, or where a preference has no rate.
        seasons: The seasons that hold in the parts of a flow that base duties tell apart.

    Returns:
        One row a row and programme: the columns of ``rows``, ``base_programme`` (the one claimed),
        ``base_named`` (the one whose rate it is; null where there is none) and the rate.
    """
    codes = rows.select("code").unique()

    def under(programme: str, days: str) -> pl.LazyFrame:
        of_programme = base.filter(pl.col("programme") == programme)
        return attach_base(rows, in_season(of_programme, seasons.get(days, ())), codes)

    found = []
    for claimed in programmes:
        programme, _, days = claimed.partition(ON)
        plain = under(default, days)
        own = plain if programme == default else _or_default(under(programme, days), plain)
        named = own.rename({"base_programme": "base_named"})
        found.append(named.with_columns(base_programme=pl.lit(claimed)))
    return pl.concat(found)


def averaged_base(based: pl.LazyFrame, mixes: pl.LazyFrame, *, name: str) -> pl.LazyFrame:
    """The base duty of rows as the average of several programmes, for a reading that averages.

    Ad valorem and specific rates are averaged by themselves; the average is unknown where one of
    the rates is, where they count several units, or where one is an expression.

    Args:
        based: What ``base_by_programme`` gives, with the ``kind`` of each row.
        mixes: ``kind``, ``base_programme`` and ``share``.
        name: Name of the average as a programme.

    Returns:
        One row a row of a kind in ``mixes``, in the columns of ``based``.
    """
    held = based.join(mixes, on=["kind", "base_programme"], how="inner", validate="m:1")
    specific, unit = pl.col("base_specific_rate_usd"), pl.col("base_specific_unit").drop_nulls()
    ad_valorem = pl.col("base_ad_valorem_rate")
    is_known = (
        ad_valorem.is_not_null().all()
        & pl.col("base_expression").is_null().all()
        & (unit.n_unique() <= 1)
    )
    share = pl.col("share")
    joined = [pl.col(text).drop_nulls().unique().sort().str.join(" and ") for text in ("base_named",
              "base_rate_text")]  # fmt: skip
    summed = held.sort("base_programme").group_by(ROW, maintain_order=True).agg(
        pl.when(is_known).then((ad_valorem * share).sum()).alias("base_ad_valorem_rate"),
        pl.when(is_known & specific.is_not_null().any())
        .then((specific.fill_null(0.0) * share).sum()).alias("base_specific_rate_usd"),
        pl.when(is_known).then(unit.first()).alias("base_specific_unit"),
        *(text.alias(text.meta.output_name()) for text in joined),
        base_programme=pl.lit(name).first(),
        base_expression=pl.lit(None, pl.String).first(),
    )  # fmt: skip
    own = summed.collect_schema().names()
    first = held.select(pl.all().exclude([*own, "share"]), ROW).unique(ROW, keep="any")
    columns = based.collect_schema().names()
    return first.join(summed, on=ROW, how="inner", validate="1:1").select(columns)


def _or_default(own: pl.LazyFrame, plain: pl.LazyFrame) -> pl.LazyFrame:
    """A preference's rates, and the default's where the preference has none."""
    names = list(RATE_COLUMNS.values())
    both = own.join(plain.select(ROW, *names), on=ROW, how="left", suffix="_plain", validate="1:1")
    has_own = pl.col("base_programme").is_not_null()
    return both.with_columns(
        pl.when(has_own).then(name).otherwise(f"{name}_plain").alias(name) for name in names
    ).drop(cs.ends_with("_plain"))
