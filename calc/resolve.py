"""From the scopes of the law to the branches that may name each line of trade."""

from typing import NamedTuple

import polars as pl

from calc.dictionary import polars_schema
from calc.policy.model import Policy
from calc.scope import (
    ALL,
    exclusions_on,
    match_exclusions,
    match_finer,
    match_left_out,
    match_partners,
    match_products,
)
from calc.tables.quotas import Quotas

BRANCH = "branch"
NONE_PARTLY = {BRANCH: pl.UInt32, "code": pl.String, "partner": pl.String, "partly_by": pl.Int16}
"""The exclusions that take a portion out, of a law that has none."""
NO_QUOTAS = pl.LazyFrame(schema=polars_schema(Quotas))


class LawTables(NamedTuple):
    """The law at one date as tables: MEASURES, their scopes, EXCLUSIONS, BASE, SHARES, QUOTAS."""

    measures: pl.LazyFrame
    products: pl.LazyFrame
    partners: pl.LazyFrame
    exclusions: pl.LazyFrame
    base: pl.LazyFrame
    shares: pl.LazyFrame
    quotas: pl.LazyFrame = NO_QUOTAS


def branch_numbers(policy: Policy) -> pl.LazyFrame:
    """The number of each branch in the policy: ``measure_id``, ``step`` and ``branch``."""
    return pl.LazyFrame(
        {
            "measure_id": [branch.measure_id for branch in policy.branches],
            "step": [branch.step for branch in policy.branches],
            BRANCH: list(range(len(policy.branches))),
        },
        schema={"measure_id": pl.String, "step": pl.Int16, BRANCH: pl.UInt32},
    )


class Candidates(NamedTuple):
    """The branches that may name a line, before trade is looked at.

    Goods and partners are two tables for branches that name goods, and one for branches on all
    goods: a row a code and partner would be many times the trade there is. ``goods`` has a row an
    importer, code and branch, ``whom`` a row a branch and partner, ``by_partner`` a row an
    importer, partner and branch. ``left_out`` and the two tables of exclusions say what is out of
    which branch.
    """

    goods: pl.LazyFrame
    whom: pl.LazyFrame
    by_partner: pl.LazyFrame
    left_out: pl.LazyFrame
    excluded: pl.LazyFrame
    partly: pl.LazyFrame


def candidates_of(
    law: LawTables, policy: Policy, codes: pl.LazyFrame, seen: pl.LazyFrame
) -> Candidates:
    """Every branch of the law on the importers, partners and codes that it may name.

    Args:
        law: The scopes of the law at one date.
        policy: The law itself.
        codes: Distinct ``code`` of the trade table.
        seen: Distinct ``importer`` and ``partner`` of the trade table.

    Returns:
        Goods and partners with ``prefix`` and its ``length``; ``left_out_by`` a branch and code;
        ``excluded_by`` (the first exclusion that takes the whole line out) a branch, code and
        partner; each ``partly_by`` (an exclusion that takes a portion of it out) likewise.
    """
    numbers = branch_numbers(policy)
    products, partners, exclusions, measures = (
        table.join(numbers, on=["measure_id", "step"], how="inner", validate="m:1")
        for table in (law.products, law.partners, law.exclusions, law.measures)
    )
    whom = match_partners(partners, seen, measures, key=BRANCH)
    on_all = (pl.col("role") == "include") & (pl.col("prefix") == ALL)
    length = pl.col("prefix").str.len_chars().cast(pl.Int32)
    named = products.filter(~on_all)
    whole_codes = match_products(named, codes, key=BRANCH).drop("left_out_by")
    finer = match_finer(named, codes, key=BRANCH).join(whole_codes, on=[BRANCH, "code"], how="anti")
    goods = pl.concat([whole_codes, finer.select(whole_codes.collect_schema().names())])
    everything = products.filter(on_all).select(BRANCH, "prefix").unique()
    whole, partly = _exclusions_of(exclusions, policy, codes, seen)
    importers = measures.select(BRANCH, "importer")
    return Candidates(
        goods=goods.join(importers, on=BRANCH, how="inner").with_columns(length=length),
        whom=whom.select(BRANCH, "partner"),
        by_partner=everything.join(whom, on=BRANCH, how="inner").with_columns(length=length),
        left_out=match_left_out(products, codes, key=BRANCH),
        excluded=match_exclusions(whole, codes, seen, key=BRANCH),
        partly=partly,
    )


def _exclusions_of(
    exclusions: pl.LazyFrame, policy: Policy, codes: pl.LazyFrame, seen: pl.LazyFrame
) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """The exclusions that take a whole line out, and on which lines the others take a portion."""
    if not any(branch.exclusion_portions for branch in policy.branches):
        return exclusions, pl.LazyFrame(schema=NONE_PARTLY)
    partial, pair = partial_exclusions(policy), [BRANCH, "exclusion"]
    whole = exclusions.join(partial, on=pair, how="anti")
    taken = exclusions.join(partial, on=pair, how="semi")
    on_lines = exclusions_on(taken, codes, seen, key=BRANCH, with_finer=True)
    return whole, on_lines.rename({"exclusion": "partly_by"})


def partial_exclusions(policy: Policy) -> pl.LazyFrame:
    """The exclusions that take a portion out: ``branch`` and ``exclusion``."""
    pairs = [
        (number, exclusion)
        for number, branch in enumerate(policy.branches)
        for exclusion in branch.exclusion_portions
    ]
    return pl.LazyFrame(pairs, schema={BRANCH: pl.UInt32, "exclusion": pl.Int16}, orient="row")
