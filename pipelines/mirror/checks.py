"""Whether the rows of a table can be summed: amounts that are ones, and each flow once.

A table need not be valid in full for that: the trade of an economy with itself, say, is left out of
the comparison by name.
"""

import polars as pl

from calc.errors import DataRejectedError
from calc.rules import Rule, declared_rules, row_rules
from calc.tables.trade import KEY, Trade
from pipelines.validation.words import counted

LEFT_OUT_BY_NAME = ("importer_is_not_partner", "cif_is_not_below_fob")
ROW, HASH = "place", "key_hash"


def check_rows(rows: pl.LazyFrame, name: str) -> None:
    """Nothing, where no row breaks a rule that the sums rest on, and no flow is there twice.

    Args:
        rows: Rows of TRADE.
        name: Name of their table.

    Raises:
        DataRejectedError: A row does, or one is.
    """
    numbered = rows.with_row_index(ROW)
    broken = _broken(numbered)
    if broken is not None:
        number, place, rule = broken
        raise DataRejectedError(
            f"{counted(number, 'row')} of {name} cannot be summed: {rule.message}",
            where=f"row {place + 1:,} of its reports, {rule.column or rule.rule_id}",
            hint=f"retorsion validate {name} tells them all",
        )
    twice = _twice(rows)
    if twice:
        raise DataRejectedError(
            f"{name} has {counted(twice, 'flow')} in several rows, which would be counted several "
            "times",
            where=f"{name}, {', '.join(KEY)}",
            hint=f"retorsion validate {name} tells them all",
        )


def _broken(numbered: pl.LazyFrame) -> tuple[int, int, Rule] | None:
    """How many rows break a rule, the first of them and the first rule that it breaks."""
    rules = [
        rule
        for rule in row_rules(declared_rules("trade", Trade))
        if not rule.rule_id.endswith(LEFT_OUT_BY_NAME)
    ]
    flags = [(~rule.passes()).alias(rule.rule_id) for rule in rules]
    names = [rule.rule_id for rule in rules]
    found = (
        numbered.select(ROW, *flags)
        .filter(pl.any_horizontal(names))
        .select(pl.len().alias("rows"), pl.all().sort_by(ROW).first())
        .collect(engine="streaming")
        .row(0, named=True)
    )
    if not found["rows"]:
        return None
    return found["rows"], found[ROW], next(rule for rule in rules if found[rule.rule_id])


def _twice(rows: pl.LazyFrame) -> int:
    """How many keys stand in several rows."""
    hashed = rows.select(*KEY, pl.struct(KEY).hash().alias(HASH))
    in_order = hashed.select(pl.col(HASH).sort())
    again = in_order.filter(pl.col(HASH) == pl.col(HASH).shift(1)).unique()
    hashes = again.collect(engine="streaming")
    if hashes.is_empty():
        return 0
    # Two keys may share a hash, so those that do are looked at themselves.
    alike = hashed.join(hashes.lazy(), on=HASH, how="semi").group_by(KEY).len()
    return int(alike.filter(pl.col("len") > 1).select(pl.len()).collect(engine="streaming").item())
