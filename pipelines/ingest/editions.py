"""Codes of a table that the HS edition does not have which its nomenclature follows."""

from collections.abc import Iterator, Sequence

import polars as pl

from calc import judge
from calc.codes import HS6_DIGITS, edition_of
from calc.groups import breaks, judged_groups
from calc.money import UNITS_PER_USD
from calc.tables.trade import VALUE_COLUMNS
from calc.tables.trade_rules import GROUP_RULES
from pipelines.validation.known import known
from pipelines.validation.words import counted, money

RULE = next(rule for rule in GROUP_RULES if rule.rule_id == "trade.code.edition")
NAME = "nomenclature"
HS6 = pl.col("code").str.slice(0, HS6_DIGITS)
MOST_CODES = 3


def warnings_of(rows: pl.LazyFrame, codes: pl.DataFrame) -> Iterator[str]:
    """A sentence for each nomenclature some of whose codes are those of another edition.

    Args:
        rows: Rows of TRADE; looked at only where there is something to tell.
        codes: The nomenclatures and codes that stand together in them.
    """
    met = codes.select(NAME, HS6).unique()
    uncounted = [pl.lit(None, pl.Int64).alias(name) for name in (judge.ROWS, judge.VALUE)]
    groups = judged_groups(met.lazy().with_columns(uncounted), RULE, known())
    wrong = groups.filter(breaks(RULE)).collect()
    for (nomenclature,), found in wrong.sort(NAME, "code").group_by(NAME, maintain_order=True):
        own = met.filter(pl.col(NAME) == nomenclature)["code"]
        yield _told(str(nomenclature), found["code"], own, rows)


def _told(nomenclature: str, wrong: pl.Series, own: pl.Series, rows: pl.LazyFrame) -> str:
    of_wrong = rows.filter(pl.col(NAME) == nomenclature, HS6.is_in(wrong.implode()))
    found = judge.with_value(of_wrong, VALUE_COLUMNS).select(
        rows=pl.len(), value=judge.exact_sum(pl.col(judge.VALUE))
    )
    row = found.collect(engine="streaming").row(0, named=True)
    usd = money(None if row["value"] is None else row["value"] / UNITS_PER_USD)
    some = ", ".join(_with_editions(wrong.head(MOST_CODES).to_list()))
    more = f" and {len(wrong) - MOST_CODES:,} more" if len(wrong) > MOST_CODES else ""
    return (
        f"{nomenclature}: {len(wrong):,} of {counted(len(own), 'code')} "
        f"({some}{more}; {counted(row['rows'], 'row')}, {usd}) "
        f"{'is' if len(wrong) == 1 else 'are'} not in {edition_of(nomenclature)}"
        f"{_better(own, len(own) - len(wrong))}"
    )


def _with_editions(codes: Sequence[str]) -> Iterator[str]:
    """Each code with the editions that have it."""
    for code in codes:
        has = known().codes.filter(pl.col("code").str.starts_with(code))
        editions = has.select(pl.col("edition").unique().sort()).collect()["edition"].to_list()
        of = " to ".join(dict.fromkeys((editions[0], editions[-1]))) if editions else "no edition"
        yield f"{code} of {of}"


def _better(own: pl.Series, fitting: int) -> str:
    """The edition that has more of the codes than the one stated, in words; none where none."""
    has = known().codes.filter(pl.col("code").is_in(own.implode()))
    counts = has.group_by("edition").len("codes").sort("codes", "edition", descending=True)
    edition, codes = next(counts.collect().iter_rows(), ("", 0))
    if codes <= fitting:
        return ": a schedule of that edition does not meet them"
    every = "all" if codes == len(own) else f"{codes:,} of {len(own):,}"
    return f"; {edition} has {every} of the codes: is that the edition of the file?"
