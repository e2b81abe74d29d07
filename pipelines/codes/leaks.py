"""How the basket of a named group in one edition differs from that in another."""

from collections.abc import Iterator, Sequence

import polars as pl

from calc.concordance import weights_between
from pipelines.nomenclature import nomenclature
from pipelines.scenario.reference import read_reference

MOST_NAMED = 12


def leaks_of(name: str, source: str, target: str) -> Iterator[str]:
    """Sentences on what of a group lands outside it in another edition, and what comes in.

    Along the published conversion; a code counts as soon as any of its goods cross.
    """
    codes = read_reference().product_groups[name].codes
    weights = weights_between(nomenclature(), source, target).collect()
    own = pl.col("source").is_in(codes[source])
    there = pl.col("target").is_in(codes[target])
    out, into = weights.filter(own & ~there), weights.filter(~own & there)
    if out.height:
        yield f"@{name} of {source} is not that of {target}: out go {_told(out)}"
    if into.height:
        yield f"@{name} of {target} has goods that {source} has elsewhere: in come {_told(into)}"
    if not out.height and not into.height:
        yield f"@{name} holds the same goods in {source} and {target}, as far as the tables tell"


def _told(pairs: pl.DataFrame) -> str:
    by_target = pairs.group_by("target").agg(pl.col("source").sort()).sort("target")
    return "; ".join(f"{_listed(sources)} to {target}" for target, sources in by_target.iter_rows())


def _listed(codes: Sequence[str]) -> str:
    return ", ".join(codes[:MOST_NAMED]) + (" ..." if len(codes) > MOST_NAMED else "")
