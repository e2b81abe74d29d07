"""The base duty of a line: its rate in two parts, or an expression."""

import narwhals as nw

from calc.money import UNITS_PER_USD, in_units
from calc.policy.expression import Amounts, duty_of
from calc.policy.quantities import quantities
from calc.terms import Frame, Terms

RATE = "base_ad_valorem_rate"


def _has(name: str) -> nw.Expr:
    return ~nw.col(name).is_null()


def assess_base(lines: Frame, terms: Terms) -> Frame:
    """Add ``duty_before_e4``, the base duty: its ad valorem part and its specific part.

    An expression that is not in two parts is all in ``base_specific_e4``. Null where the base has
    no such line, where it says that the rate is unknown, and where a specific part counts a unit in
    which the table has no quantity. ``has_other_base`` says that it is not ad valorem only.
    """
    quantity = nw.lit(None, nw.Float64)
    for unit in terms.base_units:
        is_this = nw.col("base_specific_unit") == nw.lit(unit)
        quantity = nw.when(is_this).then(quantities(terms.estimated)(unit)).otherwise(quantity)
    counted = nw.col("base_specific_rate_usd") * quantity
    is_other, has_specific = _has("base_expression"), _has("base_specific_rate_usd")
    parts = lines.with_columns(
        (nw.col("duty_base_usd") * nw.col(RATE)).alias("duty_before_e4"),
        nw.when(is_other).then(_expressed(terms)).otherwise(counted).alias("base_specific_e4"),
        (is_other | has_specific).alias("has_other_base"),
    )
    specific, ad_valorem = nw.col("base_specific_e4"), nw.col("duty_before_e4")
    none = nw.when(nw.col("has_other_base")).then(specific).otherwise(nw.lit(0, nw.Int64))
    rounded = in_units(in_units(parts, "duty_before_e4"), "base_specific_e4")
    whole = nw.when(is_other).then(specific).otherwise(ad_valorem + specific)
    return rounded.with_columns(none.alias("base_specific_e4")).with_columns(
        whole.alias("duty_before_e4")
    )


def _expressed(terms: Terms) -> nw.Expr:
    """The base duty in USD of the lines whose rate is an expression."""
    amounts = Amounts(
        nw.col("duty_base_usd"), nw.lit(None, nw.Float64), quantities(terms.estimated)
    )
    found = [
        nw.when(nw.col("base_expression") == nw.lit(text)).then(duty_of(expression, amounts))
        for text, expression in terms.base_expressions.items()
    ]
    return nw.coalesce(*found) if found else nw.lit(None, nw.Float64)


def tell_base_rate(lines: Frame, _terms: Terms) -> Frame:
    """Add ``rate_before``: the base duty as a share of value.

    The ad valorem part is the rate itself, so that it is exact and known where nothing was
    traded; a specific part, or an expression, is its duty over the value.
    """
    value = nw.col("duty_base_usd")
    specific = nw.when(value > 0.0).then(nw.col("base_specific_e4") / (value * UNITS_PER_USD))
    share = nw.when(nw.col("has_other_base")).then(specific).otherwise(nw.lit(0.0))
    own = nw.when(_has("base_expression")).then(nw.lit(0.0)).otherwise(nw.col(RATE))
    return lines.with_columns((own + share).alias("rate_before"))
