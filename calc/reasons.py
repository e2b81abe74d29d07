"""Why a duty is unknown, and where one is an estimate, in words: of a measure and of a line.

Each text is null where there is nothing to tell. Texts of several measures are not joined, which
not every engine can: the first by name is told, and how many more there are.
"""

from collections.abc import Iterable, Iterator

import narwhals as nw

from calc.policy.expression import NotKnown, leaves, needs_base, units_of
from calc.policy.quantities import quantities, unit_value_text
from calc.terms import Frame, Terms

NO_BASE = "the base has no rate for this code"
BASE_UNKNOWN = "the base says that the rate is unknown"
NEEDS_BASE = "depends on the base duty, which is unknown"
NOT_TOLD = "which rate this part of the flow pays is not known"
NO_VALUE = "the line has no value for duty"
ALL_IN_ON_SPECIFIC = "all-in rate on a line whose base duty is not ad valorem only: biased down"
NOTHING = nw.lit(None, nw.String)
TOLD = {"unknown": "no_duty", "estimate": "is_estimate"}
"""The texts of components, and the name of their number."""
LINE_TEXTS = tuple(f"measures_{name}" for name in TOLD)
"""What the measures of a line tell."""


def no_quantity(unit: str) -> str:
    """Why a duty that counts a unit is unknown."""
    return f"specific rate per {unit}; the table has no such quantity"


def _unknown(name: str) -> nw.Expr:
    return nw.col(name).is_null()


def tell_measure_unknown(components: Frame, terms: Terms) -> Frame:
    """Add ``unknown``: why the duty of a measure cannot be computed; null where it can."""
    said = nw.lit(NO_VALUE)
    for condition, words in _wants(terms):
        said = nw.when(condition).then(nw.lit(words)).otherwise(said)
    reason = nw.when(_unknown("measure_e4")).then(said).otherwise(NOTHING)
    return components.with_columns(reason.alias("unknown"))


def _wants(terms: Terms) -> Iterator[tuple[nw.Expr, str]]:
    """What a measure may want, and its words; what is told goes from the last to the first."""
    no_base = _unknown("duty_before_e4")
    yield (nw.col("mode") == nw.lit("all-in")) & no_base, NEEDS_BASE
    for number, rate in enumerate(terms.rates):
        is_this = nw.col("rate") == number
        if any(isinstance(leaf, NotKnown) for leaf in leaves(rate)):
            yield is_this, NOT_TOLD
        if needs_base(rate):
            yield is_this & no_base, NEEDS_BASE
        for unit in sorted(units_of(rate)):
            missing = quantities(terms.estimated)(unit).is_null()
            yield is_this & missing, no_quantity(unit)
    for number, on in enumerate(terms.ons):
        for name in on.contents:
            missing = _unknown(f"content_{list(terms.contents).index(name)}")
            words = f"the share of the content {name} is unknown"
            is_on = (nw.col("on") == number) | (
                (nw.col("rebate_on") == number) & ~_unknown("rebate_rate")
            )
            yield is_on & missing, words


def tell_measure_estimate(components: Frame, terms: Terms) -> Frame:
    """Add ``estimate``: why and how the duty of a measure is an estimate; null where it is none.

    An all-in rate is tested in law entry by entry; where the base duty depends on quantities, the
    entries of a line differ, and the duty of the sum is at most the sum of the duties.
    """
    is_all_in = nw.col("mode") == nw.lit("all-in")
    topped = nw.when(is_all_in & nw.col("has_other_base")).then(nw.lit(ALL_IN_ON_SPECIFIC))
    counted = NOTHING
    for number, rate in enumerate(terms.rates):
        is_this = nw.col("rate") == number
        counted = _estimated(((is_this, unit) for unit in sorted(units_of(rate))), counted, terms)
    told = both(topped.otherwise(NOTHING), nw.col("estimate"))
    said = nw.when(~_unknown("measure_e4")).then(told).otherwise(NOTHING)
    return components.with_columns(counted.alias("estimate")).with_columns(said.alias("estimate"))


def _estimated(counts: Iterable[tuple[nw.Expr, str]], otherwise: nw.Expr, terms: Terms) -> nw.Expr:
    """What the unit value rests on by which a quantity is estimated, where one is."""
    said = otherwise
    for condition, unit in counts:
        if unit in terms.estimated:
            text = nw.col(unit_value_text(list(terms.estimated).index(unit)))
            said = nw.when(condition & quantities()(unit).is_null()).then(text).otherwise(said)
    return said


def name_texts(components: Frame, _terms: Terms) -> Frame:
    """The texts of components with the measure before them, and whether there is one."""
    measure = nw.concat_str(nw.lit("measure "), nw.col("measure_id"), nw.lit(": "))
    return components.with_columns(
        expression
        for name, number in TOLD.items()
        for expression in (
            nw.concat_str(measure, nw.col(name)).alias(name),
            (~_unknown(name)).cast(nw.Int64).alias(number),
        )
    )


def first_texts() -> list[nw.Expr]:
    """The first of each text among the measures of a line, and the number of them."""
    return [
        expression
        for name, number in TOLD.items()
        for expression in (nw.col(name).min(), nw.col(number).sum())
    ]


def tell_line_texts(sums: Frame, _terms: Terms) -> Frame:
    """Add ``measures_unknown`` and ``measures_estimate``: what the measures of a line tell."""
    found = []
    for name, number in TOLD.items():
        more = (nw.col(number) - 1).cast(nw.String)
        several = nw.concat_str(nw.col(name), nw.lit(", and "), more, nw.lit(" more"))
        told = nw.when(nw.col(number) > 1).then(several).otherwise(nw.col(name))
        found.append(told.alias(f"measures_{name}"))
    return sums.with_columns(*found)


def tell_unknown(lines: Frame, terms: Terms) -> Frame:
    """Add ``duty_unknown_reason``: why the duty before or after cannot be computed, else null."""
    wants = nw.lit(NO_VALUE)
    for condition, unit in _base_units(terms):
        missing = condition & quantities(terms.estimated)(unit).is_null()
        wants = nw.when(missing).then(nw.lit(no_quantity(unit))).otherwise(wants)
    is_unknown = _unknown("base_ad_valorem_rate") & _unknown("base_expression")
    printed = nw.concat_str(nw.lit(f"{BASE_UNKNOWN}: "), nw.col("base_rate_text"))
    said = nw.when(~_unknown("base_rate_text")).then(printed).otherwise(nw.lit(BASE_UNKNOWN))
    no_rate = nw.when(_unknown("base_named")).then(nw.lit(NO_BASE)).otherwise(said)
    base = (
        nw.when(~_unknown("duty_before_e4"))
        .then(NOTHING)
        .when(is_unknown)
        .then(no_rate)
        .otherwise(wants)
    )
    name = "duty_unknown_reason"
    told = both(nw.col(name), nw.col("measures_unknown"))
    return lines.with_columns(base.alias(name)).with_columns(told.alias(name))


def _base_units(terms: Terms) -> Iterator[tuple[nw.Expr, str]]:
    """The units that base rates count, and on which lines they do."""
    for unit in terms.base_units:
        yield nw.col("base_specific_unit") == nw.lit(unit), unit
    for text, expression in terms.base_expressions.items():
        for unit in sorted(units_of(expression)):
            yield nw.col("base_expression") == nw.lit(text), unit


def tell_estimate(lines: Frame, terms: Terms) -> Frame:
    """Add ``estimate``: why and how the duty before or after is an estimate; null where not.

    ``before_is_estimate`` and so on say which of the duties are.
    """
    said = _estimated(_base_units(terms), NOTHING, terms)
    base = nw.when(_unknown("duty_before_e4")).then(NOTHING).otherwise(said)
    before, measures = ~_unknown("estimate"), ~_unknown("measures_estimate")
    named = nw.concat_str(nw.lit("base duty: "), nw.col("estimate"))
    left = nw.col("base_fraction")
    return lines.with_columns(base.alias("estimate")).with_columns(
        both(named, nw.col("measures_estimate")).alias("estimate"),
        before.alias("before_is_estimate"),
        (measures | (before & (left != 0.0))).alias("after_is_estimate"),
        (measures | (before & (left != 1.0))).alias("increment_is_estimate"),
    )


def both(first: nw.Expr, second: nw.Expr) -> nw.Expr:
    """Two texts one after the other; the other where one is null, and null where both are."""
    together = nw.concat_str(first, nw.lit("; "), second)
    one = nw.when(first.is_null()).then(second).otherwise(first)
    return nw.when(~first.is_null() & ~second.is_null()).then(together).otherwise(one)
