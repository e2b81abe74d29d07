"""How the basket of a named group in one edition differs from that in another."""

from collections.abc import Iterator, Sequence

import polars as pl

from calc.apportion import WEIGHT, WHOLE
from calc.concordance import weights_between
from pipelines.nomenclature import nomenclature
from pipelines.scenario.reference import read_reference

MOST_NAMED = 12
USD = "value_usd"


def leaks_of(
    name: str, source: str, target: str, values: pl.DataFrame | None = None
) -> Iterator[str]:
    """Sentences on what of a group lands outside it in another edition, and what comes in.

    Along the published conversion; a code counts as soon as any of its goods cross.

    Args:
        name: The group.
        source: The edition whose codes are put into another.
        target: That other edition.
        values: ``code`` of ``source`` and ``value_usd``, whole USD, whose dollars are told, each
            in the share of the code that crosses; null tells none.
    """
    codes = read_reference().product_groups[name].codes
    weights = weights_between(nomenclature(), source, target).collect()
    own = pl.col("source").is_in(codes[source])
    there = pl.col("target").is_in(codes[target])
    pairs = weights if values is None else _valued(weights, values)
    out, into = pairs.filter(own & ~there), pairs.filter(~own & there)
    if out.height:
        yield f"@{name} of {source} is not that of {target}: out go {_told(out)}"
    if into.height:
        yield f"@{name} of {target} has goods that {source} has elsewhere: in come {_told(into)}"
    if not out.height and not into.height:
        yield f"@{name} holds the same goods in {source} and {target}, as far as the tables tell"


def _valued(weights: pl.DataFrame, values: pl.DataFrame) -> pl.DataFrame:
    """The pairs with the dollars of the source that go to the target; 0 without trade."""
    share = pl.col(USD).cast(pl.Int128) * pl.col(WEIGHT).cast(pl.Int128) // WHOLE
    known = values.select(pl.col("code").alias("source"), USD)
    joined = weights.join(known, on="source", how="left", validate="m:1")
    return joined.with_columns(share.fill_null(0).cast(pl.Int64).alias(USD))


def _told(pairs: pl.DataFrame) -> str:
    sums = [pl.col(USD).sum()] if USD in pairs.columns else []
    by_target = pairs.group_by("target").agg(pl.col("source").sort(), *sums).sort("target")
    told = "; ".join(
        f"{_listed(row['source'])} to {row['target']}{_dollars(row)}"
        for row in by_target.iter_rows(named=True)
    )
    return f"{told}; USD {pairs[USD].sum():,} in all" if sums else told


def _dollars(row: dict[str, int]) -> str:
    return f" (USD {row[USD]:,})" if USD in row else ""


def _listed(codes: Sequence[str]) -> str:
    return ", ".join(codes[:MOST_NAMED]) + (" ..." if len(codes) > MOST_NAMED else "")
