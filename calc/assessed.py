"""The hot path whole, for any engine: trade joined with the law by kind of line, duties, cells.

What the law says was settled before, once for all lines that it cannot tell apart; here each row of
trade is given the number of its like, joined with the law, and charged, and the lines are added up
into cells. Equi-joins, arithmetic and sums of whole numbers: no window, no list, no asof join, so
that the same functions run on a laptop and on a cluster, with the same sums to the last unit.
"""

from collections.abc import Sequence
from typing import NamedTuple

import narwhals as nw

from calc.hits import combine as combined
from calc.hits import component_lines, segment_lines, sum_applied, threats
from calc.lines import tell_status
from calc.terms import ROW, Frame, Terms

LIKE = "like"
"""Number of the lines that the law treats alike: importer, class of code, class of partner."""
OF_LINE = [ROW, "segment"]
AMOUNTS = ("calculated_e4", "duty_before_e4", "duty_after_e4", "increment_e4", "threatened_e4")
TEXTS = ("estimate", "threatened_estimate")
CELL = (
    *("importer", "partner", "code", "product_group", "status", "is_affected"),
    *("rate_before", "rate_after"),
    *("before_is_estimate", "after_is_estimate", "increment_is_estimate"),
)
"""What tells the lines of a cell from others, beside which amounts and texts there are."""


class Law(NamedTuple):
    """The law as tables to join: one row a like line and programme, a segment, a component.

    The last two are the segments and components were all measures in force.
    """

    rows: Frame
    segments: Frame
    components: Frame
    as_if_segments: Frame
    as_if_components: Frame


def asked(
    trade: Frame, importers: Sequence[str], members: Sequence[str], parts: Sequence[str]
) -> Frame:
    """The imports of importers from outside of them, in the parts of a reference period.

    Args:
        trade: Rows of TRADE.
        importers: Whose imports are meant.
        members: Members of an importer that is a group.
        parts: Years and months; a year stands for its months too.
    """
    period = nw.col("period")
    held = [(period == part) | period.str.starts_with(f"{part}-") for part in parts]
    within = nw.col("partner") == nw.col("importer")
    if members:
        within = within | nw.col("partner").is_in(list(members))
    of_importer = nw.col("importer").is_in(list(importers)) & (nw.col("flow") == nw.lit("import"))
    return trade.filter(of_importer, ~within, nw.any_horizontal(*held, ignore_nulls=False))


def classed(trade: Frame, codes: Frame, partners: Frame) -> Frame:
    """Trade with the class of its code and of its partner, and the product group of its code.

    Args:
        trade: Rows of TRADE.
        codes: ``code``, ``code_class`` and ``product_group``, each code once.
        partners: ``partner`` and ``partner_class``, each partner once.
    """
    return trade.join(codes, on="code", how="inner").join(partners, on="partner", how="inner")


def alike(trade: Frame) -> Frame:
    """What lines of trade the law may tell apart: one row each, with a code and a partner of it.

    Args:
        trade: What ``classed`` gives.
    """
    return trade.group_by("importer", "code_class", "partner_class").agg(
        nw.col("code").min(), nw.col("partner").min()
    )


def assessed(trade: Frame, likes: Frame, law: Law, terms: Terms) -> Frame:
    """The lines that a measure names, with their duty before and after and their status.

    Args:
        trade: What ``classed`` gives of ``calc.hits.with_duty_base``, with ``table_row``.
        likes: ``importer``, ``code_class``, ``partner_class`` and ``like``, one row each.
        law: The law on each like line.
        terms: What the numbers in its tables stand for; no line is split, none compared.

    Returns:
        One row a line: the columns of trade, those of ``calc.hits.combine``, ``status`` and what
        measures not in force would add.
    """
    numbered = trade.join(likes, on=["importer", "code_class", "partner_class"], how="inner")
    lines = segment_lines(numbered, law.rows, law.segments, terms, on=LIKE)
    sums = sum_applied(component_lines(lines, law.components, terms))
    whole = tell_status(combined(lines, sums, terms))
    waiting = lines.filter(nw.col("is_covered") & ~nw.col("is_in_force") & ~nw.col("is_prohibited"))
    would_be = sum_applied(component_lines(waiting, law.as_if_components, terms))
    added = threats(waiting, law.as_if_segments, would_be, terms)
    return whole.join(added, on=OF_LINE, how="left")


def cells(lines: Frame) -> Frame:
    """Lines added up where nothing but amounts differs: what reports are made of.

    Args:
        lines: What ``assessed`` gives, with ``product_group``.

    Returns:
        One row a cell: ``CELL``, ``no_`` and each amount or text (whether it is not known, or
        there is none), the sums of ``value_e4`` and of ``AMOUNTS``, and ``lines_behind``.
    """
    no = [nw.col(name).is_null().alias(f"no_{name}") for name in (*AMOUNTS, *TEXTS)]
    key = [*CELL, *(f"no_{name}" for name in (*AMOUNTS, *TEXTS))]
    return (
        lines.with_columns(*no)
        .group_by(*key)
        .agg(
            *(nw.col(name).sum() for name in ("value_e4", *AMOUNTS)), nw.len().alias("lines_behind")
        )
    )
