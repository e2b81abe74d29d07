"""The part of a line that a segment takes, to the last unit of its value."""

import narwhals as nw

from calc.kept import performed
from calc.money import to_amount, to_units, to_units_below
from calc.terms import ROW, Frame, Terms

AMOUNT_NAMES = ("quantity", "quantity_2", "net_mass_kg")


def take_part(lines: Frame, terms: Terms) -> Frame:
    """The segment's part of value, quantities and calculated duty, and ``value_e4``.

    ``weight`` is the part of the flow that it takes (``calc.portions.weights_of``). The parts of a
    line's value add up to it exactly: each is rounded, and the largest of a line takes what that
    leaves. Where it would leave less than nothing, the parts are rounded down.
    """
    if not terms.is_split:
        return lines
    weighed = performed((_weigh,), lines, terms)
    joined = weighed.join(_others(weighed), on=ROW, how="left")
    split = performed((_settle,), joined, terms)
    return split.drop("part_e4", "below_e4", "others_e4", "others_below_e4")


def _weigh(lines: Frame, _terms: Terms) -> Frame:
    """Add ``part_e4`` and ``below_e4``: a segment's part of the value, rounded and rounded down."""
    exact = nw.col("duty_base_usd") * nw.col("weight")
    return lines.with_columns(
        to_units(exact).alias("part_e4"), to_units_below(exact).alias("below_e4")
    )


def _settle(lines: Frame, _terms: Terms) -> Frame:
    """Value, quantities and calculated duty as the segment's part of them."""
    value, weight, is_split = nw.col("value_e4"), nw.col("weight"), nw.col("is_split")
    is_tight = nw.col("others_e4") > value
    own = nw.when(is_tight).then(nw.col("below_e4")).otherwise(nw.col("part_e4"))
    taken = nw.when(is_tight).then(nw.col("others_below_e4")).otherwise(nw.col("others_e4"))
    part = nw.when(nw.col("is_largest")).then(value - taken).otherwise(own)
    usd = nw.when(is_split).then(to_amount(part)).otherwise(nw.col("duty_base_usd"))
    return lines.with_columns(
        nw.when(is_split).then(part).otherwise(value).alias("value_e4"),
        usd.alias("duty_base_usd"),
        *((nw.col(name) * weight).alias(name) for name in (*AMOUNT_NAMES, "calculated_duty_usd")),
    )


def _others(weighed: Frame) -> Frame:
    """What all but the largest segment of each line that is split come to."""
    return (
        weighed.filter(nw.col("is_split"), ~nw.col("is_largest"))
        .group_by(ROW)
        .agg(
            nw.col("part_e4").sum().alias("others_e4"),
            nw.col("below_e4").sum().alias("others_below_e4"),
        )
    )
