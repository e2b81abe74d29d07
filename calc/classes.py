"""Codes and partners by what a law says of them: numbers that tell its lines apart, no more."""

import polars as pl

from calc.alike import Laws, code_classes, partner_classes
from calc.lines import tag_groups
from calc.policy.kinds import partners_asked
from calc.policy.model import Policy
from calc.resolve import LawTables

OF_CODE = ["code_1", "code_2", "finer"]
OF_PARTNER = ["partner_1", "partner_2"]
PREFIXES = {"products": "prefix", "exclusions": "prefix", "base": "code", "shares": "prefix"}


def classes_of(
    law: LawTables,
    policy: Policy,
    distinct: tuple[pl.LazyFrame, pl.LazyFrame],
    groups: pl.LazyFrame,
) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """The classes of codes and of partners: lines of one of each, and one importer, are alike.

    A code that the law names by a longer one is a class by itself, as its parts differ.

    Args:
        law: The scopes of the law at one date.
        policy: The law itself.
        distinct: ``code`` and ``partner`` of the trade, each once.
        groups: ``prefix`` and ``product_group``.

    Returns:
        ``code``, ``code_class`` and ``product_group``; ``partner`` and ``partner_class``.
    """
    codes, partners = distinct
    names = ("products", "partners", "exclusions", "base", "shares")
    laws = Laws(**{name: [getattr(law, name)] for name in names})
    finer = _named_finer(law, codes)
    told = code_classes(laws, codes).join(finer, on="code", how="left", validate="1:1")
    of_partner = partner_classes(laws, partners, apart=partners_asked(policy))
    numbered = _numbered(told, OF_CODE, "code")
    return tag_groups(numbered, groups), _numbered(of_partner, OF_PARTNER, "partner")


def _named_finer(law: LawTables, codes: pl.LazyFrame) -> pl.LazyFrame:
    """Codes that begin a longer prefix of the law: ``code`` and ``finer``, the same."""
    prefixes = pl.concat(
        [getattr(law, name).select(prefix=column) for name, column in PREFIXES.items()]
    ).unique()
    length = pl.col("code").str.len_chars()
    lengths = codes.select(length=length).unique()
    heads = (
        prefixes.join(lengths, how="cross")
        .filter(pl.col("prefix").str.len_chars() > pl.col("length"))
        .select(code=pl.col("prefix").str.slice(0, pl.col("length")))
        .unique()
    )
    found: pl.LazyFrame = heads.with_columns(finer="code")
    return found


def _numbered(told: pl.LazyFrame, by: list[str], name: str) -> pl.LazyFrame:
    """Names with the number of their class, in the order of the first name of each."""
    first = told.group_by(by).agg(pl.col(name).min().alias("first")).sort("first")
    numbers = first.with_row_index(f"{name}_class").with_columns(
        pl.col(f"{name}_class").cast(pl.Int64)
    )
    joined = told.join(numbers, on=by, how="inner", nulls_equal=True)
    return joined.select(name, f"{name}_class")
