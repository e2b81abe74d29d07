"""The hot path: trade joined once with the resolved law, duty assessed, the whole table summed.

Works on any engine that narwhals reaches; the same few functions run on a laptop and on a cluster.
One equi-join and plain sums: no window, no list, no asof join.
"""

from collections.abc import Collection, Sequence

import narwhals as nw

from calc.duty import Frame, assess
from calc.money import to_units
from calc.ranking import LINE
from calc.tables.trade import VALUE_COLUMNS
from calc.valuation import duty_base

ROW = "table_row"
"""Row of the trade table, from 0: what tells a line within one table."""


def with_duty_base(trade: Frame, *, held: Collection[str] = VALUE_COLUMNS) -> Frame:
    """Trade with its value for duty.

    Args:
        trade: Rows of TRADE.
        held: Value columns that hold anything.

    Returns:
        The same rows plus ``duty_base_usd`` (see ``calc.valuation.duty_base``) and ``value_e4``
        (the same in ten-thousandths of a USD).
    """
    value = duty_base(held)
    return trade.with_columns(value.alias("duty_base_usd"), to_units(value).alias("value_e4"))


def named_lines(trade: Frame, candidates: Frame) -> Frame:
    """Every measure on every row of trade that it names: the one equi-join.

    Args:
        trade: What ``with_duty_base`` gives, imports only, with ``table_row``.
        candidates: What ``calc.resolve.candidates_of`` gives.

    Returns:
        One row a trade row and measure: ``table_row`` and the columns of the candidate. Trade that
        no measure names is not in it.
    """
    return trade.select(ROW, *LINE).join(candidates, on=LINE, how="inner")


def hit_lines(trade: Frame, rates: Frame) -> Frame:
    """The lines of trade that a measure names, with their duty before and after.

    Args:
        trade: What ``with_duty_base`` gives, imports only, with ``table_row``.
        rates: The resolved law and base of each row that a measure names: RATES by ``table_row``.

    Returns:
        One row a trade row and segment that the law names: all columns of both, and what
        ``calc.duty.assess`` adds.
    """
    named = trade.join(rates.drop(*LINE), on=ROW, how="inner")
    calculated = to_units(nw.col("calculated_duty_usd")).alias("calculated_e4")
    return assess(named.with_columns(calculated))


def totals(trade: Frame, key: Sequence[str]) -> Frame:
    """Rows and exact value of the trade table by a key.

    Args:
        trade: What ``with_duty_base`` gives.
        key: Columns to group by.

    Returns:
        One row a key: those columns, ``rows`` and ``total_e4`` (null-free; unknown values add
        nothing).
    """
    return trade.group_by(*key).agg(
        nw.len().alias("rows"), nw.col("value_e4").sum().alias("total_e4")
    )


def totals_by_code(trade: Frame, pairs: Frame) -> Frame:
    """Exact value of the trade table by importer and code, from all partners and from some.

    Args:
        trade: What ``with_duty_base`` gives.
        pairs: ``importer``, ``partner`` and ``is_hit`` (true), each pair once.

    Returns:
        One row an importer and code: those, ``total_e4`` and ``hit_e4``, the value from the
        partners in ``pairs``; 0 where there is none.
    """
    hit = nw.when(nw.col("is_hit")).then(nw.col("value_e4")).otherwise(nw.lit(0, nw.Int64))
    flagged = trade.join(pairs, on=["importer", "partner"], how="left").with_columns(
        hit.alias("hit_e4")
    )
    return flagged.group_by("importer", "code").agg(
        nw.col("value_e4").sum().alias("total_e4"), nw.col("hit_e4").sum()
    )
