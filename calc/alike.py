"""Lines that no law of several treats differently: told before any law is put to any line.

A law that changes on a hundred dates need not be put to each line a hundred times. Codes that the
same scopes, exclusions, base rates and shares name, by prefixes of the same length, are of one
class, whatever the date; so are partners. Lines of one class of each may be added up.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from calc.compact import SPECIFIC
from calc.scope import ALL, expand_prefixes

SEEDS = (1, 2)
CLASS = tuple(f"{side}_{seed}" for side in ("code", "partner") for seed in SEEDS)
"""Columns that tell the class of a line."""
SAID = {
    "products": ("measure_id", "step", "role"),
    "exclusions": ("measure_id", "step", "exclusion", "partner"),
    "base": ("importer", "partner", "programme", "ad_valorem_rate", "specific_rate_usd",
             "specific_unit", "expression"),
    "shares": ("name", "importer", "partner", "central"),
}  # fmt: skip
"""What the tables of a law say of a code, beside the length of the prefix that names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Laws:
    """The tables of several laws by their name in ``calc.resolve.LawTables``, each once."""

    products: Sequence[pl.LazyFrame]
    partners: Sequence[pl.LazyFrame]
    exclusions: Sequence[pl.LazyFrame]
    base: Sequence[pl.LazyFrame]
    shares: Sequence[pl.LazyFrame]


def code_classes(laws: Laws, codes: pl.LazyFrame) -> pl.LazyFrame:
    """The class of each code under several laws.

    Args:
        laws: The laws.
        codes: Distinct ``code`` of the trade table.

    Returns:
        One row a code: ``code``, ``code_1`` and ``code_2``, which are the same for codes of one
        class, and ``has_specific_base``, whether a base rate of it counts a quantity.
    """
    prefixes = expand_prefixes(codes)
    base = _numbered(laws.base).rename({"code": "prefix"})
    tables = {
        "products": _numbered(laws.products),
        "exclusions": _numbered(laws.exclusions),
        "base": base,
        "shares": _numbered(laws.shares),
    }
    length = pl.col("prefix").str.len_chars()
    told = []
    for name, table in tables.items():
        said = table.join(prefixes, on="prefix", how="inner").select(
            "code", said=pl.struct(pl.lit(name).alias("of"), "table", *SAID[name], length=length)
        )
        told.append(_hashed(said, "code"))
    counts = pl.col("specific_rate_usd").is_not_null() | pl.col("expression").is_not_null()
    counted = base.filter(counts)
    specific = counted.join(prefixes, on="prefix", how="inner").select("code").unique()
    return _classes(codes, told, "code").join(
        specific.with_columns(pl.lit(value=True).alias(SPECIFIC)), on="code", how="left",
        validate="1:1",
    ).with_columns(pl.col(SPECIFIC).fill_null(value=False))  # fmt: skip


def partner_classes(laws: Laws, partners: pl.LazyFrame, *, apart: Sequence[str]) -> pl.LazyFrame:
    """The class of each partner under several laws.

    A partner that an exclusion, a base rate, a share or a rule of stacking names is one by itself.

    Args:
        laws: The laws.
        partners: Distinct ``partner`` of the trade table.
        apart: Partners that rules of stacking name.

    Returns:
        One row a partner: ``partner``, ``partner_1`` and ``partner_2``.
    """
    scopes = _numbered(laws.partners).filter(pl.col("partner") != ALL)
    said = pl.struct("table", "measure_id", "step", "role")
    named = [table.select("partner") for table in (*laws.exclusions, *laws.base, *laws.shares)]
    by_rules = pl.LazyFrame({"partner": list(apart)}, schema={"partner": pl.String})
    alone = pl.concat([*named, by_rules]).select("partner", said=pl.struct(name="partner"))
    told = [_hashed(one, "partner") for one in (scopes.select("partner", said=said), alone)]
    return _classes(partners, told, "partner")


def _numbered(tables: Sequence[pl.LazyFrame]) -> pl.LazyFrame:
    """Tables of one layout, with the number of each."""
    return pl.concat([rows.with_columns(table=pl.lit(n)) for n, rows in enumerate(tables)])


def _hashed(said: pl.LazyFrame, key: str) -> pl.LazyFrame:
    """Each different thing that is said of a code or partner as two hashes."""
    hashes = (pl.col("said").hash(seed=seed).alias(f"{key}_{seed}") for seed in SEEDS)
    return said.unique().select(key, *hashes)


def _classes(names: pl.LazyFrame, told: Sequence[pl.LazyFrame], key: str) -> pl.LazyFrame:
    """The sums of all that is said of each, 0 where nothing is."""
    columns = [f"{key}_{seed}" for seed in SEEDS]
    summed = pl.concat(told).group_by(key).agg(pl.col(columns).sum())
    return names.join(summed, on=key, how="left", validate="1:1").with_columns(
        pl.col(columns).fill_null(0)
    )
