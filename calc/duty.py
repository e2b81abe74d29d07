"""The duty on a line: the order of operations, one small function each.

``OPERATIONS`` is the policy: a line's value, then its base duty, then the measure in force, then
what they come to together, then what a measure that is not in force would add. Reading the list is
reading the order. A later kind of measure is a function in this list.

Everything here works on any engine that narwhals reaches. Amounts are whole ten-thousandths of a
USD (``_e4``), each rounded once by ``calc.money.to_units``; an amount that cannot be computed is
null and says why in ``duty_unknown_reason``.
"""

from collections.abc import Callable, Sequence
from typing import Any

import narwhals as nw

from calc.money import to_units

Frame = nw.LazyFrame[Any]
Operation = Callable[[Frame], Frame]

NO_BASE = "the base has no rate for this code"
REPLACE = "replace"


def has(name: str) -> nw.Expr:
    """Whether a column is known."""
    return ~nw.col(name).is_null()


def unknown_amount() -> nw.Expr:
    """An amount that is not known."""
    return nw.lit(None, nw.Int64)


def assess_base_ad_valorem(lines: Frame) -> Frame:
    """Add ``base_ad_valorem_e4``: base rate times value; null where the base has no such line."""
    duty = to_units(nw.col("duty_base_usd") * nw.col("base_ad_valorem_rate"))
    return lines.with_columns(duty.alias("base_ad_valorem_e4"))


def assess_base_specific(lines: Frame) -> Frame:
    """Add ``base_specific_e4``: specific rate times the quantity in the unit that it counts.

    0 where the base rate has no specific part. Null where it has one and neither quantity is in
    that unit; a rate per kg may count the net mass. Units are compared as written.
    """
    unit = nw.col("base_specific_unit")
    quantity = (
        nw.when(nw.col("quantity_unit") == unit)
        .then(nw.col("quantity"))
        .when(nw.col("quantity_2_unit") == unit)
        .then(nw.col("quantity_2"))
        .when(unit == nw.lit("kg"))
        .then(nw.col("net_mass_kg"))
    )
    counted = to_units(nw.col("base_specific_rate_usd") * quantity)
    duty = nw.when(has("base_specific_rate_usd")).then(counted).otherwise(nw.lit(0, nw.Int64))
    return lines.with_columns(duty.alias("base_specific_e4"))


def sum_base_duty(lines: Frame) -> Frame:
    """Add ``duty_before_e4``, the duty without the scenario: both parts of the base together."""
    both = nw.col("base_ad_valorem_e4") + nw.col("base_specific_e4")
    return lines.with_columns(both.alias("duty_before_e4"))


def assess_measure(lines: Frame) -> Frame:
    """Add ``measure_e4``: the rate of the measure in force times value; null where none is."""
    duty = to_units(nw.col("duty_base_usd") * nw.col("measure_rate"))
    return lines.with_columns(duty.alias("measure_e4"))


def combine_with_base(lines: Frame) -> Frame:
    """Add ``duty_after_e4``: the measure in lieu of the base duty, or on top of it.

    Without a measure in force it is the base duty. In lieu of it, it is known even where the base
    duty is not.
    """
    before, measure = nw.col("duty_before_e4"), nw.col("measure_e4")
    after = (
        nw.when(~nw.col("is_in_force"))
        .then(before)
        .when(nw.col("mode") == nw.lit(REPLACE))
        .then(measure)
        .otherwise(before + measure)
    )
    return lines.with_columns(after.alias("duty_after_e4"))


def find_increment(lines: Frame) -> Frame:
    """Add ``increment_e4``: what the measure in force adds; on top, that is its own duty."""
    before, after = nw.col("duty_before_e4"), nw.col("duty_after_e4")
    added = (
        nw.when(~nw.col("is_in_force"))
        .then(after - before)
        .when(nw.col("mode") == nw.lit(REPLACE))
        .then(after - before)
        .otherwise(nw.col("measure_e4"))
    )
    return lines.with_columns(added.alias("increment_e4"))


def assess_threat(lines: Frame) -> Frame:
    """Add ``threatened_e4``: what a measure not in force would add to the base duty.

    Null on lines where a measure is in force, where the base duty that it would replace is not
    known, and where several authorities threaten at once: nothing says how they would combine.
    """
    threat = to_units(nw.col("duty_base_usd") * nw.col("threatened_rate"))
    in_lieu = threat - nw.col("duty_before_e4")
    added = nw.when(nw.col("threatened_mode") == nw.lit(REPLACE)).then(in_lieu).otherwise(threat)
    waits = nw.col("is_covered") & ~nw.col("is_in_force")
    return lines.with_columns(nw.when(waits).then(added).alias("threatened_e4"))


def tell_rates(lines: Frame) -> Frame:
    """Add ``rate_before`` and ``rate_after``: the duties as fractions of value.

    The ad valorem part is the rate itself, so that it is exact and known where nothing was
    traded; a specific part is its duty over the value.
    """
    specific = nw.col("base_specific_e4") / (nw.col("duty_base_usd") * nw.lit(10_000.0))
    has_value = nw.col("duty_base_usd") > nw.lit(0.0)
    share = nw.when(~has("base_specific_rate_usd")).then(nw.lit(0.0)).when(has_value).then(specific)
    before = nw.col("base_ad_valorem_rate") + share
    after = (
        nw.when(~nw.col("is_in_force"))
        .then(before)
        .when(nw.col("mode") == nw.lit(REPLACE))
        .then(nw.col("measure_rate"))
        .otherwise(before + nw.col("measure_rate"))
    )
    return lines.with_columns(before.alias("rate_before"), after.alias("rate_after"))


def tell_affected(lines: Frame) -> Frame:
    """Add ``is_affected``: whether a measure in force changes the rate.

    On top of the base it does where its rate is not 0; in lieu of it, where the rates differ, and
    that is not known where the base rate is not.
    """
    changes = nw.col("rate_after") != nw.col("rate_before")
    affected = (
        nw.when(~nw.col("is_in_force"))
        .then(nw.lit(value=False))
        .when(nw.col("mode") == nw.lit(REPLACE))
        .then(changes)
        .otherwise(nw.col("measure_rate") > nw.lit(0.0))
    )
    return lines.with_columns(affected.alias("is_affected"))


def tell_unknown(lines: Frame) -> Frame:
    """Add ``duty_unknown_reason``: why the base duty cannot be computed; null where it can."""
    unit = nw.col("base_specific_unit")
    wants = nw.concat_str(
        nw.lit("specific rate per "), unit, nw.lit("; the table has no such quantity")
    )
    reason = (
        nw.when(has("duty_before_e4"))
        .then(nw.lit(None, nw.String))
        .when(has("base_ad_valorem_rate"))
        .then(wants)
        .otherwise(nw.lit(NO_BASE))
    )
    return lines.with_columns(reason.alias("duty_unknown_reason"))


OPERATIONS: Sequence[Operation] = (
    assess_base_ad_valorem,
    assess_base_specific,
    sum_base_duty,
    assess_measure,
    combine_with_base,
    find_increment,
    assess_threat,
    tell_rates,
    tell_affected,
    tell_unknown,
)
"""Base, then measure, then both together, then the threat, then what is told of them."""


def assess(lines: Frame) -> Frame:
    """Lines with their duty before and after: every operation in order, no row gained or lost.

    Args:
        lines: Rows of trade joined with RATES, plus ``duty_base_usd``, the value for duty.

    Returns:
        The same rows plus the ``_e4`` amounts, the rates before and after, ``is_affected`` and
        ``duty_unknown_reason``.
    """
    for operation in OPERATIONS:
        lines = operation(lines)
    return lines
