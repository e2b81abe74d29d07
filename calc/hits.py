"""The hot path: trade joined once with the resolved law, duty assessed, the whole table summed.

Works on any engine that narwhals reaches; the same few functions run on a laptop and on a cluster.
One equi-join and plain sums: no window, no list, no asof join.
"""

from collections.abc import Sequence

import narwhals as nw

from calc.duty import Frame, assess
from calc.money import to_units
from calc.ranking import LINE
from calc.valuation import duty_base


def with_duty_base(trade: Frame) -> Frame:
    """Trade with its value for duty.

    Args:
        trade: Rows of TRADE.

    Returns:
        The same rows plus ``duty_base_usd`` (see ``calc.valuation.duty_base``) and ``value_e4``
        (the same in ten-thousandths of a USD).
    """
    value = duty_base()
    return trade.with_columns(value.alias("duty_base_usd"), to_units(value).alias("value_e4"))


def hit_lines(trade: Frame, rates: Frame) -> Frame:
    """The lines of trade that a measure names, with their duty before and after.

    Args:
        trade: What ``with_duty_base`` gives, imports only.
        rates: Rows of RATES, one an importer, partner, code and segment.

    Returns:
        One row a trade row and segment that the law names: all columns of both, and what
        ``calc.duty.assess`` adds. Trade that no measure names is not in it.
    """
    named = trade.join(rates, on=LINE, how="inner")
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
