"""The mirror: an importer's reports of flows from a partner against the partner's own reports.

Both sides count the same goods and differ all the same: importers value them with insurance and
freight, exporters free on board; importers name the origin, exporters the destination they know
of, and count goods of another origin that pass through (re-exports) among their exports.

Source: United Nations, International Merchandise Trade Statistics: Concepts and Definitions 2010,
chapters II (re-exports), IV (valuation) and VI (partner country); OECD and WTO on the asymmetry of
bilateral trade statistics.
"""

from dataclasses import dataclass
from typing import Literal

import narwhals as nw
import polars as pl

from calc.apportion import part_of
from calc.codes import HS6_DIGITS
from calc.levied import CIF, FOB
from calc.money import to_units, usd
from calc.tables.trade import ALL_GOODS, VALUE_COLUMNS, WORLD

Side = Literal["importer", "exporter", "re-exporter"]

FLOW_OF: dict[Side, str] = {"importer": "import", "exporter": "export", "re-exporter": "re-export"}
SEEN_BY: dict[Side, str] = {
    "importer": "partner",
    "exporter": "importer",
    "re-exporter": "importer",
}
"""The column of the economy that must report too, for a row to have a mirror."""
WHO: dict[Side, str] = {
    "importer": "exporter",
    "exporter": "importer",
    "re-exporter": "importer",
}
KEY = ("importer", "partner", "period", "nomenclature", "code")
FLOW = KEY[:3]
AMOUNTS = ("value_e4", "fob_e4", "cif_e4")
REASON, ROWS = "reason", "rows"
NO_CODE = "the code has none in the edition that is compared"
COARSER = "the code is coarser than the level that is compared"


@dataclass(frozen=True, slots=True, kw_only=True)
class MirrorTerms:
    """How two sides are compared.

    Attributes:
        level: Digits of the codes that both sides have; 0 for all goods together.
        cif_fob_ratio: CIF over FOB value, as stated; None where none is.
        threshold: Asymmetry beyond which a line is flagged.
    """

    level: int
    cif_fob_ratio: float | None
    threshold: float


def digits() -> pl.Expr:
    """The digits of a row's code that can be compared: at most six, 0 of all goods together."""
    code = pl.col("code").cast(pl.String)
    length = code.str.len_chars().clip(upper_bound=HS6_DIGITS).cast(pl.Int64)
    return pl.when(code == ALL_GOODS).then(0).otherwise(length)


def reporting(trade: pl.LazyFrame, side: Side) -> pl.LazyFrame:
    """The economies that report on one side: ``economy`` and ``period``."""
    own = trade.filter(pl.col("flow") == FLOW_OF[side])
    who = "importer" if side == "importer" else "partner"
    return own.select(economy=pl.col(who).cast(pl.String), period=pl.col("period")).unique()


def with_reasons(
    trade: pl.LazyFrame, side: Side, others: pl.LazyFrame, terms: MirrorTerms
) -> pl.LazyFrame:
    """The rows of one side with their value, and why one has no mirror.

    Args:
        trade: Rows of TRADE.
        side: Which side's.
        others: The economies that report on the other side, as ``reporting`` gives them.
        terms: How the sides are compared.

    Returns:
        KEY as it is in the table, ``digits``, ``basis``, ``value_e4`` (the first known of customs,
        CIF and FOB value), ``fob_e4`` and ``is_stated`` (free on board, by the stated ratio),
        ``cif_e4`` (where both are recorded), ``rows`` and ``reason``, null where it is compared.
    """
    seen = others.with_columns(reports=pl.lit(value=True)).rename({"economy": SEEN_BY[side]})
    text = pl.col(*KEY, "flow").cast(pl.String)
    joined = trade.with_columns(text, digits=digits()).join(
        seen, on=[SEEN_BY[side], "period"], how="left", validate="m:1"
    )
    flow = pl.col("flow")
    reasons = (
        (flow != FLOW_OF[side], pl.format("the flow is {}", flow)),
        (pl.any_horizontal(pl.col("importer", "partner") == WORLD), pl.lit("a total of partners")),
        (pl.col("importer") == pl.col("partner"), pl.lit("the trade of an economy with itself")),
        (pl.col("reports").is_null(), pl.lit(f"the {WHO[side]} does not report on the other side")),
        (pl.col("digits") < terms.level, pl.lit(COARSER)),
    )  # fmt: skip
    told = pl.coalesce(pl.when(test).then(why) for test, why in reasons)
    return _valued(joined, terms).select(
        *KEY, "digits", "basis", *AMOUNTS, "is_stated", told.alias(REASON), rows=pl.lit(1, pl.Int64)
    )


def _valued(trade: pl.LazyFrame, terms: MirrorTerms) -> pl.LazyFrame:
    """Rows with their value as recorded and free on board, in whole ten-thousandths of a USD."""
    customs, cif, fob = (nw.col(name) for name in VALUE_COLUMNS)
    importer = nw.col("importer")
    is_fob = nw.coalesce(fob, nw.when(importer.is_in(FOB)).then(customs))
    is_cif = nw.coalesce(cif, nw.when(importer.is_in(CIF)).then(customs))
    amounts = {"value_e4": nw.coalesce(customs, cif, fob), "recorded_e4": is_fob, "full_e4": is_cif}
    if terms.cif_fob_ratio is not None:
        amounts["stated_e4"] = is_cif / terms.cif_fob_ratio
    valued = nw.from_native(trade).with_columns(
        to_units(amount).alias(name) for name, amount in amounts.items()
    )
    found: pl.LazyFrame = valued.to_native()
    if terms.cif_fob_ratio is None:
        found = found.with_columns(stated_e4=pl.lit(None, pl.Int64))
    basis = pl.coalesce(
        pl.when(pl.col(name).is_not_null()).then(pl.lit(name.removesuffix("_value_usd")))
        for name in VALUE_COLUMNS
    )
    return found.with_columns(
        basis=basis,
        fob_e4=pl.coalesce("recorded_e4", "stated_e4"),
        is_stated=pl.col("recorded_e4").is_null() & pl.col("stated_e4").is_not_null(),
        cif_e4=pl.when(pl.col("recorded_e4").is_not_null()).then("full_e4"),
    ).with_columns(pl.col(*AMOUNTS).cast(pl.Int128))


def in_edition(rows: pl.LazyFrame, weights: pl.LazyFrame) -> pl.LazyFrame:
    """Rows to be compared, put into another edition of the Harmonized System.

    Args:
        rows: What ``with_reasons`` gives; ``nomenclature`` as the table names it.
        weights: What ``calc.convert.weights_of`` gives for every nomenclature of the rows.

    Returns:
        The same columns. A row is cut by the targets of its code, its amounts adding up to it,
        and counts on one of them. One whose code has none gets the reason.
    """
    names = rows.collect_schema().names()
    headed = rows.with_columns(head=pl.col("code").str.head(HS6_DIGITS))
    joined = headed.join(weights, on=["nomenclature", "head"], how="left")
    is_compared = pl.col(REASON).is_null()
    is_cut = is_compared & pl.col("converted_code").is_not_null()
    reason = pl.when(is_compared & ~is_cut).then(pl.lit(NO_CODE)).otherwise(REASON)
    # A row that is left out counts once, however many targets its code has.
    once = is_compared | pl.col("counts").is_null() | (pl.col("counts") == 1)
    return (
        joined.filter(once)
        .with_columns(
            *(pl.when(is_cut).then(part_of(pl.col(n))).otherwise(n).alias(n) for n in AMOUNTS),
            code=pl.when(is_cut).then("converted_code").otherwise("code"),
            rows=pl.when(is_cut).then("counts").otherwise(ROWS),
            **{REASON: reason},
        )
        .select(names)
    )


def summed(rows: pl.LazyFrame, terms: MirrorTerms) -> pl.LazyFrame:
    """The rows to be compared, added up at the level that both sides have.

    Returns:
        One row a key: ``rows``, ``value_e4``, ``basis``; ``fob_e4`` and ``cif_e4`` where all rows
        have them, and ``is_stated``, whether the stated ratio is in ``fob_e4``.
    """
    code = pl.col("code").str.head(terms.level) if terms.level else pl.lit(ALL_GOODS)
    edition = pl.col("nomenclature") if terms.level else pl.lit(ALL_GOODS)
    kept = rows.filter(pl.col(REASON).is_null()).with_columns(code=code, nomenclature=edition)
    basis = pl.col("basis")
    return kept.group_by(KEY).agg(
        pl.col(ROWS).sum(),
        pl.col("value_e4").sum(),
        *(
            pl.when(pl.col(name).null_count() == 0).then(pl.col(name).sum()).alias(name)
            for name in ("fob_e4", "cif_e4")
        ),
        pl.col("is_stated").any(),
        basis=pl.when(basis.n_unique() == 1).then(basis.first()).otherwise(pl.lit("mixed")),
    )


def mirror(
    imports: pl.LazyFrame, exports: pl.LazyFrame, re_exports: pl.LazyFrame, terms: MirrorTerms
) -> pl.LazyFrame:
    """MIRROR, sorted by key: both sides' reports of each flow, and how far they are apart.

    Args:
        imports: The importers' reports, as ``summed`` gives them.
        exports: The exporters', likewise.
        re_exports: The re-exports among the exporters', likewise; empty where none are given.
        terms: How the sides are compared.
    """
    left = imports.select(
        *KEY, "is_stated", "cif_e4", import_rows=ROWS, import_e4="value_e4", import_basis="basis",
        import_fob_e4="fob_e4",
    )  # fmt: skip
    right = exports.select(*KEY, export_rows=ROWS, export_e4=pl.coalesce("fob_e4", "value_e4"))
    through = re_exports.select(*KEY, re_export_e4=pl.coalesce("fob_e4", "value_e4"))
    joined = left.join(right, on=KEY, how="full", coalesce=True, validate="1:1")
    whole = joined.join(through, on=KEY, how="left", validate="1:1")
    is_both = pl.col("import_e4").is_not_null() & pl.col("export_e4").is_not_null()
    only = pl.when(pl.col("export_e4").is_null()).then(pl.lit("importer only"))
    status = (
        pl.when(is_both).then(pl.lit("both")).otherwise(only.otherwise(pl.lit("exporter only")))
    )
    compared = pl.coalesce("import_fob_e4", "import_e4")
    domestic = pl.col("export_e4") - pl.col("re_export_e4")
    return (
        whole.with_columns(
            pl.col("import_rows", "export_rows").fill_null(0),
            status=status,
            compared_e4=pl.when(is_both).then(compared),
            domestic_e4=pl.when(domestic >= 0).then(domestic),
            comparison=pl.when(is_both).then(_comparison()),
            cif_fob_ratio=_cif_fob(terms),
        )
        .with_columns(_measures())
        .with_columns(flag=_flag(terms))
        .sort(KEY)
    )


def _comparison() -> pl.Expr:
    is_fob = pl.col("import_fob_e4").is_not_null()
    stated = pl.when(pl.col("is_stated")).then(pl.lit("stated ratio")).otherwise(pl.lit("fob"))
    return pl.when(is_fob).then(stated).otherwise(pl.lit("as recorded"))


def _cif_fob(terms: MirrorTerms) -> pl.Expr:
    recorded = pl.when(~pl.col("is_stated")).then(over("cif_e4", "import_fob_e4"))
    is_used = pl.col("is_stated") & pl.col("import_fob_e4").is_not_null()
    stated = pl.when(is_used).then(pl.lit(terms.cif_fob_ratio, pl.Float64))
    return pl.coalesce(recorded, stated)


def _measures() -> list[pl.Expr]:
    """The amounts in USD, their ratios, and what the smaller report lacks."""
    amounts = {
        "import_value_usd": "import_e4",
        "import_fob_value_usd": "import_fob_e4",
        "export_value_usd": "export_e4",
        "re_export_value_usd": "re_export_e4",
        "domestic_export_value_usd": "domestic_e4",
    }
    return [
        *(usd(pl.col(units)).alias(name) for name, units in amounts.items()),
        over("import_e4", "export_e4").alias("recorded_ratio"),
        over("compared_e4", "export_e4").alias("compared_ratio"),
        over("compared_e4", "domestic_e4").alias("domestic_ratio"),
        usd(pl.col("compared_e4") - pl.col("export_e4")).alias("difference_usd"),
        asymmetry("compared_e4", "export_e4").alias("asymmetry"),
        asymmetry("compared_e4", "domestic_e4").alias("domestic_asymmetry"),
    ]


def over(part: str, whole: str) -> pl.Expr:
    """A column of whole numbers over another; null where either is unknown or the second is 0."""
    above, below = pl.col(part).cast(pl.Float64), pl.col(whole).cast(pl.Float64)
    return pl.when(below != 0).then(above / below)


def asymmetry(first: str, second: str) -> pl.Expr:
    """What the smaller of two columns lacks of the larger, as a fraction of it; 0 where both are 0.

    Null where either is unknown.
    """
    larger = pl.max_horizontal(first, second)
    gap = (pl.col(first) - pl.col(second)).abs()
    share = pl.when(larger != 0).then(gap.cast(pl.Float64) / larger.cast(pl.Float64)).otherwise(0.0)
    return pl.when(gap.is_not_null()).then(share)


def _flag(terms: MirrorTerms) -> pl.Expr:
    is_beyond = pl.col("asymmetry") > terms.threshold
    is_within = pl.col("domestic_asymmetry") <= terms.threshold
    why = pl.when(is_within).then(pl.lit("re-exports")).otherwise(pl.lit("beyond"))
    return pl.when(is_beyond).then(why)
