"""What the rules find in a table, as lazy frames: broken rows, repeated keys, what is left out.

Row rules come first, then the key: a key is judged on all rows and again on the rows that keep
every row rule, because a row that is left out anyway cannot be a duplicate of one that stays.
Nothing here reads a file or collects; ``pipelines.validation.rows`` finds the rows in batches.
"""

from collections.abc import Sequence
from dataclasses import replace

import narwhals as nw
import polars as pl

from calc.kept import performed
from calc.money import LARGEST_SUM_USD, in_units
from calc.rules import Rule, row_rules
from calc.terms import NO_TERMS, Frame, Terms

ROW = "table_row"
VALUE = "value_e4"
ROWS = "rows"
KEEPS = "keeps_row_rules"
REPEATED = "repeated"
REPEATED_AMONG_KEPT = "repeated_among_kept"
AMONG_KEPT = ".among_kept"


def with_row_and_value(
    frame: pl.LazyFrame, values: Sequence[str], *, first: int = 0
) -> pl.LazyFrame:
    """The frame with its row numbers and the value of each row.

    Args:
        frame: Rows of a table with the columns that ``values`` names, in USD.
        values: Value columns, the preferred one first.
        first: The number of the first row.

    Returns:
        The same rows in the same order, plus ``table_row`` (0-based) and ``value_e4``: the first
        value that is a number of a size that can be summed, in ten-thousandths of a USD; null
        where there is none.
    """
    return with_value(frame.with_row_index(ROW, offset=first), values)


def with_value(frame: pl.LazyFrame, values: Sequence[str]) -> pl.LazyFrame:
    """The frame with the value of each row, ``value_e4``, as ``with_row_and_value`` tells it."""
    usable = [
        pl.when(pl.col(name).is_finite() & (pl.col(name).abs() <= LARGEST_SUM_USD)).then(
            pl.col(name)
        )
        for name in values
    ]
    valued = frame.with_columns(pl.coalesce([*usable, pl.lit(None, pl.Float64)]).alias(VALUE))
    counted: pl.LazyFrame = performed((_in_units,), nw.from_native(valued), NO_TERMS).to_native()
    return counted


def _in_units(rows: Frame, _terms: Terms) -> Frame:
    """The value of each row in ten-thousandths of a USD."""
    return in_units(rows, VALUE)


def exact_sum(amount: pl.Expr) -> pl.Expr:
    """The sum of 64-bit amounts in 128 bits, which no table can make wrap; null when all are."""
    total = amount.cast(pl.Int128).sum()
    return pl.when(amount.is_not_null().any()).then(total)


def broken_rows(frame: pl.LazyFrame, rules: Sequence[Rule]) -> pl.LazyFrame:
    """The rows that break a row rule: ``table_row``, ``value_e4``, and a flag a rule.

    Args:
        frame: What ``with_row_and_value`` gives.
        rules: Rules of the table; the key rule is passed over.
    """
    flags = [(~rule.passes()).alias(rule.rule_id) for rule in row_rules(list(rules))]
    names = [rule.rule_id for rule in row_rules(list(rules))]
    return frame.select(ROW, VALUE, *flags).filter(pl.any_horizontal(names))


def repeated_keys(candidates: pl.LazyFrame, key: Sequence[str]) -> pl.LazyFrame:
    """The candidates whose real key another candidate has too; null equals null.

    Args:
        candidates: Rows that share a key hash: the key, ``table_row``, ``value_e4`` and
            ``keeps_row_rules``.
        key: Columns of the key.

    Returns:
        ``table_row``, ``value_e4`` and two flags: ``repeated`` (always true) and
        ``repeated_among_kept``, judged among the rows that keep the row rules.
    """
    among_kept = pl.col(KEEPS) & (pl.col(KEEPS).sum().over(key) > 1)
    judged = candidates.with_columns(
        (pl.len().over(key) > 1).alias(REPEATED), among_kept.alias(REPEATED_AMONG_KEPT)
    )
    return judged.filter(REPEATED).select(ROW, VALUE, REPEATED, REPEATED_AMONG_KEPT)


def key_rule_of(rules: Sequence[Rule]) -> Rule:
    """The rule on the key.

    Raises:
        StopIteration: The table declares none; every declared table has one.
    """
    return next(rule for rule in rules if rule.kind == "unique")


def among_kept(rule: Rule) -> Rule:
    """The key rule as judged among rows that keep the row rules, a group rule on what stays."""
    among = "the rows that stay" if rule.is_on_groups else "rows that keep the row rules"
    return replace(
        rule, rule_id=f"{rule.rule_id}{AMONG_KEPT}", message=f"{rule.message}, among {among}"
    )


def with_key_flags(
    broken: pl.LazyFrame, repeated: pl.LazyFrame, rules: Sequence[Rule]
) -> pl.LazyFrame:
    """Broken rows and repeated keys together: one row a table row, a flag a rule.

    Args:
        broken: The rows that break a row rule: ``table_row``, ``value_e4``, a flag a row rule.
        repeated: What ``repeated_keys`` gives.
        rules: Rules of the table.

    Returns:
        ``table_row`` (sorted), ``value_e4`` and a flag a rule, never null, the key rule and the
        key rule among kept rows last.
    """
    key = key_rule_of(rules)
    flags = repeated.rename({REPEATED: key.rule_id, REPEATED_AMONG_KEPT: among_kept(key).rule_id})
    joined = broken.join(flags, on=[ROW, VALUE], how="full", coalesce=True, nulls_equal=True)
    names = [rule.rule_id for rule in (*row_rules(list(rules)), key, among_kept(key))]
    return joined.select(ROW, VALUE, *(pl.col(name).fill_null(value=False) for name in names)).sort(
        ROW
    )


def unusable(broken: pl.LazyFrame, rules: Sequence[Rule]) -> pl.LazyFrame:
    """The ``table_row`` of the rows that break a row rule which is an error, not a warning.

    Args:
        broken: The rows that break a row rule, as ``with_key_flags`` takes them.
        rules: Rules of the table.
    """
    return broken.filter(pl.any_horizontal(_error_rules(rules))).select(ROW)


def left_out(flagged: pl.LazyFrame, rules: Sequence[Rule]) -> pl.LazyFrame:
    """The flagged rows that cannot be used: they break an error rule, or share a kept key.

    A row whose only fault is that a row left out has its key stays.

    Args:
        flagged: What ``with_key_flags`` gives.
        rules: Rules of the table.
    """
    key = among_kept(key_rule_of(rules)).rule_id
    return flagged.filter(pl.any_horizontal([*_error_rules(rules), key]))


def _error_rules(rules: Sequence[Rule]) -> list[str]:
    return [rule.rule_id for rule in row_rules(list(rules)) if rule.severity == "error"]
