"""From the codes of one edition of the Harmonized System to those of another.

The published correlations join two editions that follow each other. A relation between any two
editions is their composition, step by step, and each step shares a code out among its targets so
that the weights of a source add up to one, exactly.
"""

from itertools import pairwise
from typing import Literal, NamedTuple

import polars as pl

from calc.apportion import WEIGHT, WHOLE, equal_weights, weights_in_proportion
from calc.codes import EDITIONS

Along = Literal["tagged", "all"]
"""Which pairs a code is shared out over: those of the published conversion, or all correlated."""


class Nomenclature(NamedTuple):
    """The codes of all editions and what joins them: HS_CODES and HS_CORRELATIONS."""

    codes: pl.LazyFrame
    correlations: pl.LazyFrame


def edition_names() -> list[str]:
    """The editions as they are named, oldest first."""
    return [f"HS{year}" for year in EDITIONS]


def codes_in(known: Nomenclature, edition: str) -> pl.LazyFrame:
    """The six-digit codes of an edition: ``code`` and ``bec4``, sorted."""
    of_edition = (pl.col("first_edition") <= edition) & (pl.col("last_edition") >= edition)
    return known.codes.filter(of_edition).select("code", "bec4").sort("code")


def _adjacent(known: Nomenclature, older: str, newer: str) -> pl.LazyFrame:
    """Every pair of two editions that follow each other.

    A code that both list, and that no correlation names on either side, stands for itself. A code
    that only one lists and no correlation names has no pair.

    Returns:
        ``older_code``, ``newer_code``, ``relation`` (same, renamed, split, merge, n:m) and
        ``is_tag``.
    """
    named = known.correlations.filter(pl.col("edition") == newer).select(
        "older_code", "newer_code", "relation", "is_tag"
    )
    both = (
        codes_in(known, older)
        .select("code")
        .join(codes_in(known, newer).select("code"), on="code", how="semi")
    )
    for side in ("older_code", "newer_code"):
        both = both.join(named.select(code=side), on="code", how="anti")
    same = both.select(
        older_code="code", newer_code="code", relation=pl.lit("same"), is_tag=pl.lit(value=True)
    )
    return pl.concat([named, same])


def adjacent_pairs(known: Nomenclature, source: str, target: str) -> pl.LazyFrame:
    """Every pair of two editions that follow each other, in either direction.

    Returns:
        ``source``, ``target``, ``relation`` (read from older to newer) and ``is_tag``.
    """
    older, newer = min(source, target), max(source, target)
    pairs = _adjacent(known, older, newer)
    names = ("older_code", "newer_code") if source == older else ("newer_code", "older_code")
    return pairs.select("relation", "is_tag", source=names[0], target=names[1])


def _tagged(pairs: pl.LazyFrame) -> pl.LazyFrame:
    """The pairs of the published conversion; all pairs of a code of which it has none."""
    has_tag = pl.col("is_tag").any().over("source")
    return pairs.filter(pl.col("is_tag") | ~has_tag)


def steps_between(source: str, target: str) -> list[tuple[str, str]]:
    """The pairs of editions that follow each other on the way from one to another."""
    names = edition_names()
    first, last = names.index(source), names.index(target)
    way = names[first : last + 1] if first <= last else names[last : first + 1][::-1]
    return list(pairwise(way))


def weights_between(
    known: Nomenclature, source: str, target: str, *, along: Along = "tagged"
) -> pl.LazyFrame:
    """The codes of an edition with their targets in another, and the weight of each.

    At each step a code is shared out equally among its targets.

    Args:
        known: The codes and what joins them.
        source: An edition, ``HS1992`` to ``HS2022``.
        target: Another, or the same.
        along: ``tagged``: over the pairs of the published conversion (towards an older edition
            there is one for each code); ``all``: over every pair that is correlated.

    Returns:
        ``source``, ``target`` and ``weight_e12``, those of a source adding up to 10**12. A code
        without a target is not in it.
    """
    codes = codes_in(known, source).select(source="code")
    whole = codes.with_columns(pl.col("source").alias("target"), pl.lit(WHOLE).alias(WEIGHT))
    for earlier, later in steps_between(source, target):
        pairs = adjacent_pairs(known, earlier, later)
        chosen = _tagged(pairs) if along == "tagged" else pairs
        step = equal_weights(chosen.select("source", "target"))
        whole = _composed(whole, step)
    return whole.sort("source", "target")


def _composed(first: pl.LazyFrame, second: pl.LazyFrame) -> pl.LazyFrame:
    """Two steps as one. What the second does not lead on is shared out over what it does."""
    joined = first.join(
        second, left_on="target", right_on="source", how="inner", suffix="_next"
    ).select("source", target="target_next", part=_product(WEIGHT, f"{WEIGHT}_next"))
    summed = joined.group_by("source", "target").agg(pl.col("part").sum())
    return weights_in_proportion(summed, "part").filter(pl.col(WEIGHT) > 0)


def _product(first: str, second: str) -> pl.Expr:
    return pl.col(first).cast(pl.Int128) * pl.col(second)


def weights_by_value(
    known: Nomenclature, source: str, target: str, values: pl.LazyFrame
) -> pl.LazyFrame:
    """The same as ``weights_between``, in proportion to trade in the target edition.

    The trade of a target is first shared out equally among the codes that it comes from, so that
    a target that draws on hundreds of codes does not swallow each of them. A code whose targets
    have no trade keeps the weights of ``weights_between``.

    Args:
        known: The codes and what joins them.
        source: An edition.
        target: The edition of the values.
        values: ``code`` (six digits) and ``value_usd`` (a whole number of USD, 0 or more).
    """
    plain = weights_between(known, source, target)
    back = weights_between(known, target, source, along="all")
    worth = values.group_by("code").agg(pl.col("value_usd").cast(pl.Int64).sum())
    parts = back.join(worth, left_on="source", right_on="code", how="inner").select(
        source="target",
        target="source",
        part=_product(WEIGHT, "value_usd"),
    )
    # 10**9 a weight and 10**15 USD keep the sums within 10**26.
    scaled = parts.with_columns(pl.col("part") // 1_000).filter(pl.col("part") > 0)
    valued = weights_in_proportion(scaled, "part").filter(pl.col(WEIGHT) > 0)
    others = plain.join(valued, on="source", how="anti")
    return pl.concat([valued, others.select(valued.collect_schema().names())]).sort(
        "source", "target"
    )


def single_targets(weights: pl.LazyFrame) -> pl.LazyFrame:
    """One target a code, for tagging: the heaviest, then the same code, then the lowest.

    Args:
        weights: What ``weights_between`` gives.

    Returns:
        ``source``, ``target`` and ``is_certain``, whether it is the only one.
    """
    certain = pl.len().over("source") == 1
    same = pl.col("source") == pl.col("target")
    return (
        weights.with_columns(is_certain=certain, same=same)
        .sort("source", WEIGHT, "same", "target", descending=[False, True, True, False])
        .unique("source", keep="first", maintain_order=True)
        .select("source", "target", "is_certain")
    )


def without_target(known: Nomenclature, source: str, weights: pl.LazyFrame) -> pl.LazyFrame:
    """The codes of an edition that have no target in the other: ``code``, sorted."""
    return (
        codes_in(known, source)
        .select("code")
        .join(weights.select(code="source"), on="code", how="anti")
        .sort("code")
    )
