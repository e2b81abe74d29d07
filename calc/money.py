"""Money that adds up: whole ten-thousandths of a U.S. dollar in 64-bit integers.

Sums of floating-point numbers depend on the order of the rows and the number of threads. So each
amount is rounded once, half away from zero, to 1/10,000 USD by the one function here, summed as
an integer, and turned back into dollars only when a report is written. Columns that hold such
integers end in ``_e4``.
"""

from typing import Any

import narwhals as nw
import polars as pl

from calc.terms import Frame

UNITS_PER_USD = 10_000
LARGEST_SUM_USD = 9.0e14
"""Above this sum (900 trillion USD) a 64-bit integer of ten-thousandths would wrap."""


def to_units(usd: nw.Expr) -> nw.Expr:
    """An amount in USD as whole ten-thousandths, rounded half away from zero; null stays null.

    The fraction is compared with a half rather than a half added: a sum would itself be rounded
    beyond 450 billion USD. Works alike on every engine that narwhals reaches.
    """
    scaled = usd * UNITS_PER_USD
    magnitude = scaled.abs()
    whole = magnitude.floor()
    up = nw.when(magnitude - whole >= 0.5).then(nw.lit(1.0)).otherwise(nw.lit(0.0))
    sign = nw.when(scaled < 0).then(nw.lit(-1.0)).otherwise(nw.lit(1.0))
    return ((whole + up) * sign).cast(nw.Int64)


def in_units(frame: Frame, name: str) -> Frame:
    """A column of USD in whole ten-thousandths, under its name.

    A column and not an expression: what is written out of an expression that another holds three
    times is written three times, and nine times in the next.
    """
    return frame.with_columns(to_units(nw.col(name)).alias(name))


def to_units_below(usd: nw.Expr) -> nw.Expr:
    """An amount in USD as the whole ten-thousandths that it holds, rounded towards zero."""
    scaled = usd * UNITS_PER_USD
    sign = nw.when(scaled < 0).then(nw.lit(-1.0)).otherwise(nw.lit(1.0))
    return (scaled.abs().floor() * sign).cast(nw.Int64)


def unit_of(amount: float) -> int:
    """A single amount in USD as whole ten-thousandths, rounded as ``to_units`` rounds."""
    scaled = amount * UNITS_PER_USD
    whole = int(scaled)  # towards zero
    if abs(scaled - whole) < 0.5:
        return whole
    return whole + (1 if scaled > 0 else -1)


def to_usd(units: Any) -> Any:
    """Whole ten-thousandths (an expression or a number) back in USD."""
    return units / UNITS_PER_USD


RATE_UNITS = 1_000_000_000_000
"""Rates that are summed are whole millionths of a millionth, as amounts are ten-thousandths."""


def to_rate_units(rate: nw.Expr) -> nw.Expr:
    """A rate as a whole number of millionths of a millionth; null stays null."""
    return (rate * RATE_UNITS + nw.when(rate >= 0).then(nw.lit(0.5)).otherwise(nw.lit(-0.5))).cast(
        nw.Int64
    )


def to_rate(units: nw.Expr) -> nw.Expr:
    """Whole millionths of a millionth as a rate, the nearest number; see ``divided_by``."""
    return units.cast(nw.Float64) / (units * 0 + RATE_UNITS).cast(nw.Float64)


def to_amount(units: nw.Expr) -> nw.Expr:
    """Whole ten-thousandths as an amount in USD, the nearest number; see ``divided_by``."""
    return units.cast(nw.Float64) / (units * 0 + UNITS_PER_USD).cast(nw.Float64)


def divided_by(whole: pl.Expr, divisor: int) -> pl.Expr:
    """A column of whole numbers divided by a constant, each the nearest number there is.

    Polars divides a column by a constant by multiplying with its reciprocal, which gives
    3428565.7060000002 for 34285657060 / 10000. Divided by a column it divides.
    """
    return whole.cast(pl.Float64) / (whole * 0 + divisor).cast(pl.Float64)


def usd(units: pl.Expr) -> pl.Expr:
    """A column of whole ten-thousandths as USD; null stays null."""
    return divided_by(units, UNITS_PER_USD)


def ratio(part: pl.Expr, whole: pl.Expr) -> pl.Expr:
    """A column over another, row by row; null where either is.

    Joined onto a table of one row, a column may come as a constant, by which polars divides as
    ``divided_by`` tells; added to a column, it is none.
    """
    return part / (whole + part * 0)


OTHER_MONEY_DECIMALS = 4
"""As many of other money as the tables keep of a dollar."""


def in_money(usd: pl.Expr, usd_for_one: float) -> pl.Expr:
    """Amounts in USD as amounts in other money, of which one is so many USD; null stays null.

    Divided by a column, so that each is the nearest number there is; see ``divided_by``.
    """
    return usd / (usd * 0 + usd_for_one)


def rounded_in_money(usd: pl.Expr, usd_for_one: float) -> pl.Expr:
    """Amounts in other money, each rounded by itself, half away from zero, to four decimals.

    What rounds to nothing has no sign. Null stays null.
    """
    amount = in_money(usd, usd_for_one).round(OTHER_MONEY_DECIMALS, mode="half_away_from_zero")
    return pl.when(amount == 0).then(0.0).otherwise(amount).name.keep()
