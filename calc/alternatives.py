"""Who else supplies the goods that a schedule covers, and what the goods are for."""

import polars as pl

from calc.accounting import COVERED, sums_of
from calc.dictionary import conform
from calc.money import ratio, usd
from calc.tables.alternatives import ByEndUse, Suppliers

ALL, OTHER, NONE, MIXED = "all", "other", "not classified", "mixed"
GROUP = ["importer", "product_group"]
END_USES = {
    "41": "capital", "521": "capital",
    "111": "intermediate", "121": "intermediate", "21": "intermediate", "22": "intermediate",
    "31": "intermediate", "322": "intermediate", "42": "intermediate", "53": "intermediate",
    "112": "consumer", "122": "consumer", "522": "consumer", "61": "consumer", "62": "consumer",
    "63": "consumer",
    "321": MIXED, "51": MIXED,
}  # fmt: skip
"""The basic classes of goods of the System of National Accounts by category of BEC revision 4.

Source: United Nations, Classification by Broad Economic Categories, Series M No. 53, Rev. 4, part
one, "BEC and SNA": 321 (motor spirit) and 51 (passenger motor cars) are of several, 7 of none.
"""


def imports_of_codes(lines: pl.LazyFrame, imports: pl.LazyFrame) -> pl.LazyFrame:
    """What each partner sends of the codes covered, by product group.

    Args:
        lines: What ``calc.lines.with_status`` gives, with its product groups.
        imports: ``importer``, ``partner``, ``code`` and ``value_e4`` of imports from every partner.

    Returns:
        One row an importer, product group and partner: those and ``total_e4`` (unknown values add
        nothing).
    """
    codes = _covered(lines).select("importer", "code", "product_group").unique()
    flows = imports.join(codes, on=["importer", "code"], how="inner", validate="m:1")
    return flows.group_by(*GROUP, "partner").agg(total_e4=pl.col("value_e4").sum())


def _covered(lines: pl.LazyFrame) -> pl.LazyFrame:
    group = pl.col("product_group").fill_null(OTHER)
    return lines.filter(COVERED).select("importer", "partner", "code", product_group=group)


def suppliers(lines: pl.LazyFrame, flows: pl.LazyFrame) -> pl.LazyFrame:
    """SUPPLIERS: the sources of the imports of the codes covered, by group and over all groups.

    Args:
        lines: What ``calc.lines.with_status`` gives, with its product groups.
        flows: What ``imports_of_codes`` gives.
    """
    hit = _covered(lines).select("importer", "product_group", "partner").unique()
    both = [_with_all(frame) for frame in (flows, hit.with_columns(is_hit=pl.lit(value=True)))]
    key = [*GROUP, "partner"]
    sources = both[0].group_by(key).agg(pl.col("total_e4").sum())
    told = sources.join(both[1].unique(key), on=key, how="left", validate="1:1")
    whole = pl.col("total_e4").sum().over(GROUP)
    share = pl.when(whole > 0).then(ratio(pl.col("total_e4"), whole))
    # Shares are squared and summed in one order: sums of fractions depend on it.
    sorted_share = pl.col("share_of_codes_imports").sort_by("partner")
    return conform(
        told.with_columns(
            pl.col("is_hit").fill_null(value=False),
            imports_value_usd=usd(pl.col("total_e4")),
            share_of_codes_imports=share,
        )
        .sort(key)
        .with_columns(concentration_index=sorted_share.pow(2).sum().round(12).over(GROUP)),
        Suppliers,
    )


def _with_all(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Rows of each group, and again as those of all groups together."""
    return pl.concat([frame, frame.with_columns(product_group=pl.lit(ALL))])


def by_end_use(lines: pl.LazyFrame, categories: pl.LazyFrame) -> pl.LazyFrame:
    """BY_END_USE: the lines by the class of goods of their six-digit code.

    Args:
        lines: What ``calc.lines.with_status`` gives.
        categories: ``code`` (six digits) and ``end_use`` in the edition of the lines.
    """
    told = lines.with_columns(hs6=pl.col("code").str.slice(0, 6)).join(
        categories.rename({"code": "hs6"}), on="hs6", how="left", validate="m:1"
    )
    named = told.with_columns(pl.col("end_use").fill_null(NONE))
    covered = pl.col("covered_value_usd")
    whole = covered.sort_by("end_use").sum().over("importer")
    cells = sums_of(named, ["importer", "end_use"]).sort("importer", "end_use")
    share = pl.when(whole > 0).then(ratio(covered, whole))
    return conform(cells.with_columns(share_of_covered_value=share), ByEndUse)


def end_use_of(categories: str | None) -> str:
    """The class of goods of a code, from its categories joined by a bar.

    ``41`` is capital; ``111|41`` is mixed; null, or a category that is of no class, is not
    classified.
    """
    found = {END_USES.get(one, NONE) for one in (categories or "").split("|")}
    return found.pop() if len(found) == 1 else MIXED
