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
from calc.hits import combine, component_lines, sum_applied, unit_value_columns
from calc.lines import with_status
from calc.money import to_rate
from calc.reasons import tell_estimate, tell_unknown
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
    paid = read.join(own.select("kind", "segment", "mode", "on", "taken"), on=["kind", "segment"])
    sums = sum_applied(component_lines(read, others, terms))
    return perform(WITHOUT_RATES, paid.join(sums, on=LINE, how="left"), terms)


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
    together = owed.with_columns(
        (units + nw.col("measure_e4")).alias("measures_e4"),
        to_rate(rate + nw.col("rate_e12")).alias("measures_rate"),
    )
    return with_status(perform(AT_A_RATE, together, terms).to_native())


def other_lines(lines: Frame, own: Frame, others: Frame, terms: Terms) -> pl.LazyFrame:
    """The lines that no rate of the measure touches, added up; arguments as of ``own_lines``.

    Returns:
        One row a status, what is affected and what is known: sums of what ``calc.accounting``
        reads of value and duty.
    """
    held = lines.join(own.select("kind", "segment"), on=["kind", "segment"], how="anti")
    sums = sum_applied(component_lines(held, others, terms))
    whole = with_status(combine(held, sums, terms).to_native())
    known: list[Any] = [pl.col(name).is_null().alias(f"no_{name}") for name in SUMMED]
    summed = whole.group_by(*TOLD, *known).agg(pl.col(name).sum() for name in SUMMED)
    amounts = [pl.when(~pl.col(f"no_{name}")).then(name).alias(name) for name in SUMMED]
    return summed.with_columns(amounts).drop(f"no_{name}" for name in SUMMED)
