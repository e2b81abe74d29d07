"""Lines at many rates of one measure: what the other measures come to is computed once.

The law is compiled before at a rate that nothing else in it has, by which the measure's own
components are told from what a portion pays instead. Only those are assessed at each rate.
"""

from dataclasses import replace
from typing import Any

import narwhals as nw
import polars as pl

from calc.duty import (
    TOGETHER,
    assess_measure,
    find_part,
    keep_base,
    perform,
    tell_measure_rate,
)
from calc.hits import charged_lines, combine, component_lines, sum_applied, unit_value_columns
from calc.lines import with_status
from calc.money import to_rate
from calc.reasons import tell_estimate, tell_unknown
from calc.sides import charge_highest
from calc.terms import ROW, Frame, Terms

LINE = [ROW, "segment"]
TOLD = ["status", "is_affected"]
SUMMED = ("value_e4", "duty_before_e4", "duty_after_e4", "increment_e4")
READ = (
    *(*LINE, "kind", "duty_base_usd", "value_e4", "duty_before_e4", "rate_before", "base_on"),
    *("base_ad_valorem_rate", "base_specific_unit", "base_expression", "base_named"),
    *("has_other_base", "is_covered", "is_in_force", "is_prohibited"),
    *("quantity", "quantity_unit", "quantity_2", "quantity_2_unit", "net_mass_kg"),
)
WITHOUT_RATES = (find_part, keep_base)
AT_A_RATE = tuple(one for one in TOGETHER if one not in (keep_base, tell_unknown, tell_estimate))


def own_lines(lines: Frame, own: Frame, others: Frame, terms: Terms) -> Frame:
    """The lines on which a measure is charged at its own rate, with what the others come to.

    Args:
        lines: What ``calc.hits.segment_lines`` gives.
        own: The measure's components, one at most a kind and segment.
        others: All other components.
        terms: What the numbers in the program's columns stand for.

    Returns:
        One row such a line and segment: what ``at_rates`` reads.
    """
    contents = (f"content_{number}" for number in range(len(terms.contents)))
    read = lines.select(*READ, *contents, *unit_value_columns(terms))
    told = own.select(
        *("kind", "segment", "mode", "on", "taken"),
        nw.col("side").alias("own_side"),
        nw.col("authority").alias("own_authority"),
    )
    paid = read.join(told, on=["kind", "segment"])
    for each in _beside(paid, others, terms):
        paid = paid.join(each, on=LINE, how="left")
    return perform(WITHOUT_RATES, paid.drop("own_authority"), terms)


def _beside(paid: Frame, others: Frame, terms: Terms) -> tuple[Frame, Frame, Frame]:
    """What other measures come to on the lines of one: in any case, on its side, on the best other.

    The last two are of its authority, where a reading charges the highest side only.
    """
    own = paid.select(*LINE, "own_side", "own_authority")
    alone = component_lines(paid, others, terms).join(own, on=LINE, how="inner")
    is_of_own = nw.col("authority") == nw.col("own_authority")
    mate = _whether(is_of_own & (nw.col("side") == nw.col("own_side")))
    rival = _whether(is_of_own & ~nw.col("side").is_null() & ~nw.col("own_side").is_null())
    settled = charge_highest(alone.filter(~mate), terms)
    return (
        sum_applied(settled.filter(~rival)),
        _summed(alone.filter(mate), "mates"),
        _summed(settled.filter(rival), "rival"),
    )


def _whether(condition: nw.Expr) -> nw.Expr:
    """A condition that is false where it is not known."""
    return nw.when(condition).then(nw.lit(value=True)).otherwise(nw.lit(value=False))


def _summed(components: Frame, name: str) -> Frame:
    """What the applied measures of a side come to on each line: amount, rate and side."""
    names = {"measure_e4": f"{name}_e4", "rate_e12": f"{name}_e12"}
    unknown = [nw.col(own).is_null().cast(nw.Int64).alias(f"no_{to}") for own, to in names.items()]
    applied = components.filter(nw.col("status") == nw.lit("applied")).with_columns(unknown)
    summed = applied.group_by(LINE).agg(
        *(nw.col(own).sum().alias(to) for own, to in names.items()),
        *(nw.col(f"no_{to}").sum() for to in names.values()),
        nw.col("side").min().alias(f"{name}_side"),
    )
    known = [nw.when(nw.col(f"no_{to}") == 0).then(nw.col(to)).alias(to) for to in names.values()]
    return summed.select(*LINE, *known, f"{name}_side")


def _of_its_authority() -> tuple[nw.Expr, nw.Expr]:
    """What the authority of a measure charges at a rate, amount and rate: the higher of two sides.

    Both where the duty of one is not known, as ``calc.sides.charge_highest`` has it.
    """
    has_mates, has_rival = (~nw.col(f"{name}_side").is_null() for name in ("mates", "rival"))
    own = [
        nw.when(has_mates).then(nw.col(mine) + nw.col(f"mates_{unit}")).otherwise(nw.col(mine))
        for mine, unit in (("measure_e4", "e4"), ("rate_e12", "e12"))
    ]
    rival = [nw.col(f"rival_{unit}") for unit in ("e4", "e12")]
    by_rate = ~own[1].is_null() & ~rival[1].is_null()
    is_first = nw.col("own_side") < nw.col("rival_side")
    more = nw.when(by_rate).then(own[1] > rival[1]).otherwise(own[0] > rival[0])
    same = nw.when(by_rate).then(own[1] == rival[1]).otherwise(own[0] == rival[0])
    wins = ~has_rival | more | (same & is_first)
    is_known = ~has_rival | (~own[0].is_null() & ~rival[0].is_null())
    amount, rate = (
        nw.when(is_known & wins).then(mine).when(is_known).then(theirs)
        for mine, theirs in zip(own, rival, strict=True)
    )
    return amount, rate


def at_rates(lines: Frame, rates: Frame, terms: Terms) -> pl.LazyFrame:
    """Lines at each rate.

    Args:
        lines: What ``own_lines`` gives.
        rates: ``measure_rate``: each rate once.
        terms: What the numbers in the program's columns stand for.

    Returns:
        One row a line, segment and rate: ``measure_rate`` and what ``calc.accounting.sums_of``
        reads of duty and value.
    """
    plain = replace(terms, rates=())  # every rate is ad valorem, and stands in measure_rate
    crossed = lines.join(rates, how="cross")
    owed = perform((assess_measure, tell_measure_rate), crossed, plain)
    none = nw.col("has_sum").is_null()
    units = nw.when(none).then(nw.lit(0, nw.Int64)).otherwise(nw.col("sum_e4"))
    rate = nw.when(none).then(nw.lit(0, nw.Int64)).otherwise(nw.col("sum_e12"))
    own_units, own_rate = _of_its_authority()
    together = owed.with_columns(
        (units + own_units).alias("measures_e4"),
        to_rate(rate + own_rate).alias("measures_rate"),
    )
    return with_status(perform(AT_A_RATE, together, terms).to_native())


def other_lines(lines: Frame, own: Frame, others: Frame, terms: Terms) -> pl.LazyFrame:
    """The lines that no rate of the measure touches, added up; arguments as of ``own_lines``.

    Returns:
        One row a status, what is affected and what is known: sums of what ``calc.accounting``
        reads of value and duty.
    """
    held = lines.join(own.select("kind", "segment"), on=["kind", "segment"], how="anti")
    sums = sum_applied(charged_lines(held, others, terms))
    whole = with_status(combine(held, sums, terms).to_native())
    known: list[Any] = [pl.col(name).is_null().alias(f"no_{name}") for name in SUMMED]
    summed = whole.group_by(*TOLD, *known).agg(pl.col(name).sum() for name in SUMMED)
    amounts = [pl.when(~pl.col(f"no_{name}")).then(name).alias(name) for name in SUMMED]
    return summed.with_columns(amounts).drop(f"no_{name}" for name in SUMMED)
