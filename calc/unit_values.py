"""Unit values by which a duty that counts quantities is estimated where the table has none.

Whose imports give them, and in which order, is a named method (``calc.policy.ave``): method 1 of
UNCTAD takes the importer's own imports of the tariff line, then of its HS6 subheading, then those
of the OECD's members; method 2 takes the last alone, one for all importers. Here they are those
that the trade table itself holds, of the same period.
"""

from collections.abc import Collection, Sequence

import narwhals as nw
import polars as pl

from calc.money import to_units
from calc.policy.ave import SOURCES_BY_METHOD, Method, UnitValueSource
from calc.policy.quantities import quantities, unit_value, unit_value_text

KEYS: dict[UnitValueSource, list[str]] = {
    "tariff line": ["importer", "code"],
    "hs6 of the importer": ["importer", "hs6"],
    "hs6 of the oecd": ["hs6"],
}
WORDS: dict[UnitValueSource, str] = {
    "tariff line": "its imports of the tariff line",
    "hs6 of the importer": "its imports of the subheading",
    "hs6 of the oecd": "the OECD's imports of the subheading",
}
DIGITS = 6
SHOWN_DIGITS = 6


def attach_unit_values(
    rows: pl.LazyFrame,
    trade: pl.LazyFrame,
    units: Sequence[str],
    *,
    method: Method,
    oecd: Collection[str],
) -> pl.LazyFrame:
    """Rows with what one unit of their goods is worth by a method.

    Args:
        rows: One row a line. Reads ``importer`` and ``code``.
        trade: Imports of all importers in the period, as ``calc.hits.with_duty_base`` gives them.
        units: Canonical units, in order.
        method: Whose imports give the unit value.
        oecd: Members of the OECD, by their code in the table.

    Returns:
        The same rows plus ``unit_value_0`` (USD, null where no import has a quantity in the unit)
        and ``unit_value_text_0``, what it rests on, and so on, a pair a unit.
    """
    found = rows.with_columns(hs6=pl.col("code").str.slice(0, DIGITS))
    flows = trade.with_columns(hs6=pl.col("code").str.slice(0, DIGITS))
    for number, unit in enumerate(units):
        counted = _counted(flows, unit)
        sources = SOURCES_BY_METHOD[method]
        for place, source in enumerate(sources):
            of_source = counted
            if source == "hs6 of the oecd":
                of_source = counted.filter(pl.col("importer").is_in(list(oecd)))
            values = _unit_values(of_source, KEYS[source]).rename({"unit_value": f"at_{place}"})
            found = found.join(values, on=KEYS[source], how="left", validate="m:1")
        value = pl.coalesce(f"at_{place}" for place in range(len(sources)))
        texts = [_text(method, unit, source, f"at_{at}") for at, source in enumerate(sources)]
        found = found.with_columns(
            value.alias(unit_value(number)),
            pl.coalesce(texts).alias(unit_value_text(number)),
        ).drop(f"at_{place}" for place in range(len(sources)))
    return found.drop("hs6")


def _counted(flows: pl.LazyFrame, unit: str) -> pl.LazyFrame:
    """The flows with a value and a quantity in a unit, in whole ten-thousandths of it."""
    amount = nw.from_native(flows).with_columns(to_units(quantities()(unit)).alias("amount_e4"))
    counted: pl.LazyFrame = amount.to_native()
    return counted.filter((pl.col("amount_e4") > 0) & (pl.col("value_e4") > 0))


def _unit_values(flows: pl.LazyFrame, key: Sequence[str]) -> pl.LazyFrame:
    sums = flows.group_by(key).agg(pl.col("value_e4").sum(), pl.col("amount_e4").sum())
    return sums.select(*key, unit_value=pl.col("value_e4") / pl.col("amount_e4"))


def _text(method: Method, unit: str, source: UnitValueSource, column: str) -> pl.Expr:
    """What a unit value rests on, in words; null where there is none."""
    shown = pl.col(column).round_sig_figs(SHOWN_DIGITS)
    return pl.format(f"{method}: USD {{}} for one {unit}, from {WORDS[source]}", shown)
