"""The duty on a line: the order of operations, one small function each.

``ON_SEGMENTS``, ``ON_COMPONENTS`` and ``TOGETHER`` are the policy's arithmetic: a segment's part of
the flow and its base duty; of each measure the part of the value that it bites on, and its duty;
then what they come to together. Reading the lists is reading the order. Which measures apply, and
on what, was settled before, a kind of line at a time (``calc.policy``).

Everything here works on any engine that narwhals reaches. Amounts are whole ten-thousandths of a
USD (``_e4``), each rounded once by ``calc.money.to_units``; an amount that cannot be computed is
null, and a line says why in ``duty_unknown_reason``.
"""

from collections.abc import Sequence

import narwhals as nw

from calc.base_duty import assess_base, tell_base_rate
from calc.kept import performed
from calc.money import in_units, to_amount, to_rate, to_rate_units
from calc.parts import take_part
from calc.policy.expression import Amounts, ad_valorem_rate, duty_of
from calc.policy.outcome import On
from calc.policy.quantities import quantities
from calc.reasons import tell_estimate, tell_measure_estimate, tell_measure_unknown, tell_unknown
from calc.terms import Frame, Operation, Terms, above_zero

ALL_IN = "all-in"


def has(name: str) -> nw.Expr:
    """Whether a column is known."""
    return ~nw.col(name).is_null()


def fraction_of(column: str, terms: Terms) -> nw.Expr:
    """The part of a segment's value that ``on`` stands for; null where a content is not known."""
    found = nw.lit(None, nw.Float64)
    for number, on in enumerate(terms.ons):
        found = nw.when(nw.col(column) == number).then(_part(on, terms)).otherwise(found)
    return found


def _part(on: On, terms: Terms) -> nw.Expr:
    if on.kind == "all":
        return nw.lit(1.0)
    if on.kind == "rest" and not on.contents:
        return nw.lit(0.0)
    shares = [nw.col(f"content_{list(terms.contents).index(name)}") for name in on.contents]
    total = shares[0]
    for share in shares[1:]:
        total = total + share
    if on.kind == "content":
        return total
    return nw.when(total >= 1.0).then(nw.lit(0.0)).otherwise(nw.lit(1.0) - total)


def find_part(components: Frame, terms: Terms) -> Frame:
    """Add ``fraction``, the part of the segment's value that a measure bites on.

    Where a reading averages, it is taken times the part of the flow that pays it.
    """
    part = fraction_of("on", terms) * nw.col("taken")
    return components.with_columns(part.alias("fraction"))


def assess_measure(components: Frame, terms: Terms) -> Frame:
    """Add ``measure_e4``: what the measure comes to by itself on the part that it bites on.

    An all-in rate tops the base duty of that part up, and comes to nothing where that is higher; a
    duty is never below nothing.
    """
    part = nw.col("fraction")
    base = to_amount(nw.col("duty_before_e4") * part)
    amounts = Amounts(
        value=nw.col("duty_base_usd") * part,
        base=base,
        quantity=lambda unit: quantities(terms.estimated)(unit) * part,
    )
    duty = amounts.value * nw.col("measure_rate")
    for number, rate in enumerate(terms.rates):
        if ad_valorem_rate(rate) is None:
            is_this = nw.col("rate") == number
            duty = nw.when(is_this).then(duty_of(rate, amounts)).otherwise(duty)
    is_all_in = nw.col("mode") == nw.lit(ALL_IN)
    owed = nw.when(is_all_in).then(duty - base).otherwise(duty)
    owing = components.with_columns(owed.alias("measure_e4"))
    return in_units(owing.with_columns(above_zero(nw.col("measure_e4"))), "measure_e4")


def tell_measure_rate(components: Frame, _terms: Terms) -> Frame:
    """Add ``rate_e12``: the rate of a measure on the segment's value, where it is ad valorem only.

    The rate itself and not a duty over a value, so that it is exact and known where nothing was
    traded. In whole millionths of a millionth, so that a sum of rates depends on no order.
    """
    rate = nw.col("measure_rate")
    topped = above_zero(rate - nw.col("rate_before"))
    own = nw.when(nw.col("mode") == nw.lit(ALL_IN)).then(topped).otherwise(rate)
    return components.with_columns(to_rate_units(own * nw.col("fraction")).alias("rate_e12"))


def take_rebate(components: Frame, terms: Terms) -> Frame:
    """Take a rebate off ``measure_e4`` and ``rate_e12``; add ``before_credit_e4``, ``credit_e4``.

    ``rebate_fraction``, the rebate as a part of the segment's value, is added too.
    A rebate is a rate on the value that the measure bites on, or on the part of it that is a
    content; what is left is never below nothing. Null where the part is not known.
    """
    part = fraction_of("rebate_on", terms) * nw.col("rebate_rate") * nw.col("fraction")
    known = components.with_columns(part.alias("rebate_fraction"))
    rebate = nw.col("duty_base_usd") * nw.col("rebate_fraction")
    offered = in_units(known.with_columns(rebate.alias("credit_e4")), "credit_e4")

    before, rebate, has_none = nw.col("measure_e4"), nw.col("credit_e4"), ~has("rebate_rate")
    taken = nw.when(rebate > before).then(before).when(~before.is_null()).then(rebate)
    left = above_zero(to_rate(nw.col("rate_e12")) - nw.col("rebate_fraction"))
    rate = nw.when(has_none).then(nw.col("rate_e12")).otherwise(to_rate_units(left))
    credited = offered.with_columns(
        before.alias("before_credit_e4"),
        nw.when(has_none).then(before * 0).otherwise(taken).alias("credit_e4"),
        rate.alias("rate_e12"),
    )
    return credited.with_columns((before - nw.col("credit_e4")).alias("measure_e4"))


def find_pool(components: Frame, terms: Terms) -> Frame:
    """Add ``pool``: the credit by amount that a measure shares in on a line; null where none."""
    pool = nw.lit(None, nw.UInt32 if terms.credited else nw.Int64)  # some engines lack the former
    for number in range(len(terms.credited)):
        is_this = nw.col("credited") == number
        pool = nw.when(is_this).then(nw.col(f"pool_{number}")).otherwise(pool)
    return components.with_columns(pool.alias("pool"))


def keep_base(lines: Frame, terms: Terms) -> Frame:
    """Add ``base_fraction`` and ``base_left_e4``: what measures in lieu of it leave of the base."""
    base, left = nw.col("duty_before_e4"), nw.col("base_fraction")
    split = lines.with_columns(fraction_of("base_on", terms).alias("base_fraction"))
    part = split.with_columns(to_amount(base * left).alias("base_left_e4"))
    kept = nw.when(left == 0.0).then(nw.lit(0, nw.Int64)).when(left == 1.0).then(base)
    exact = kept.otherwise(nw.col("base_left_e4"))
    return in_units(part, "base_left_e4").with_columns(exact.alias("base_left_e4"))


def add_measures(lines: Frame, _terms: Terms) -> Frame:
    """Add ``duty_after_e4``: what is left of the base duty, and the measures applied."""
    after = nw.col("base_left_e4") + nw.col("measures_e4")
    return lines.with_columns(after.alias("duty_after_e4"))


def find_increment(lines: Frame, _terms: Terms) -> Frame:
    """Add ``increment_e4``: what the measures add; on top of the base, that is their own duty."""
    change = nw.col("base_left_e4") - nw.col("duty_before_e4")
    on_top = nw.when(nw.col("base_fraction") == 1.0).then(nw.lit(0, nw.Int64)).otherwise(change)
    return lines.with_columns((nw.col("measures_e4") + on_top).alias("increment_e4"))


def tell_rate_after(lines: Frame, _terms: Terms) -> Frame:
    """Add ``rate_after``: the duty with the measures as a share of value.

    The sum of the rates where they are ad valorem only, else the duty over the value; null where
    the good may not enter.
    """
    left = nw.col("base_fraction")
    base = nw.when(left == 0.0).then(nw.lit(0.0)).otherwise(nw.col("rate_before") * left)
    value = nw.col("value_e4")
    of_duty = nw.when(value > 0).then(nw.col("duty_after_e4") / value)
    own = nw.when(has("measures_rate")).then(base + nw.col("measures_rate")).otherwise(of_duty)
    rate = nw.when(~nw.col("is_prohibited")).then(own)
    return lines.with_columns(rate.alias("rate_after"))


def tell_affected(lines: Frame, _terms: Terms) -> Frame:
    """Add ``is_affected``: whether measures in force change the rate.

    On top of the base they do where they come to a rate, or a duty, above 0; in lieu of it, where
    the rates differ, and that is not known where the base rate is not.
    """
    amount = nw.col("measures_e4") > 0
    on_top = nw.when(has("measures_rate")).then(nw.col("measures_rate") > 0.0).otherwise(amount)
    instead = nw.col("rate_after") != nw.col("rate_before")
    changes = nw.when(nw.col("base_fraction") == 1.0).then(on_top).otherwise(instead)
    affected = nw.when(~nw.col("is_in_force")).then(nw.lit(value=False)).otherwise(changes)
    return lines.with_columns(affected.alias("is_affected"))


ON_SEGMENTS: Sequence[Operation] = (take_part, assess_base, tell_base_rate)
"""The part of the flow that a segment takes, and its base duty."""

ON_COMPONENTS: Sequence[Operation] = (
    find_part,
    assess_measure,
    tell_measure_rate,
    take_rebate,
    find_pool,
    tell_measure_unknown,
    tell_measure_estimate,
)
"""The part of the value that a measure bites on, its duty there, and what is told of it."""

TOGETHER: Sequence[Operation] = (
    keep_base,
    add_measures,
    find_increment,
    tell_rate_after,
    tell_affected,
    tell_unknown,
    tell_estimate,
)
"""What is left of the base, the measures with it, and what is told of both."""


def perform(operations: Sequence[Operation], frame: Frame, terms: Terms) -> Frame:
    """A frame after every operation in order; no row is gained or lost.

    Args:
        operations: ``ON_SEGMENTS``, ``ON_COMPONENTS`` or ``TOGETHER``.
        frame: Rows with the columns that the operations read.
        terms: What the numbers in the program's columns stand for.
    """
    return performed(operations, frame, terms)
