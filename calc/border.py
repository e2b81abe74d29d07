"""What is paid at the border beside the duty: excise, VAT and fees, each on what comes before it.

A charge is on the value on which the importer levies duty, on the duty, and on the charges before
it, or on those of them that it names. The duty differs before and after the measures, and so do
charges on it. Source of the order: tariff reform impact tools (TRIST); VAT on value, duties and
excise: Directive 2006/112/EC, articles 85 and 86.
"""

from collections.abc import Sequence
from functools import reduce

import narwhals as nw
import polars as pl

from calc.dictionary import conform
from calc.money import to_units, usd
from calc.policy.charges import Charge
from calc.policy.expression import Amounts, duty_of
from calc.policy.portions import WHOLE
from calc.policy.quantities import quantities
from calc.scope import expand_prefixes
from calc.tables.border import BorderCharges
from calc.tables.trade import KEY

TIMES = ("before", "after")


def border_charges(
    lines: pl.LazyFrame, charges: Sequence[Charge], flows: pl.LazyFrame | None = None
) -> pl.LazyFrame:
    """BORDER_CHARGES: each charge on each line that is covered, in the order of the charges.

    What may not enter pays none. A charge is unknown where the value, the duty or a charge that it
    is on is, or where it counts a unit of which the line has no quantity.

    Args:
        lines: LINES of a run.
        charges: The charges, in the order in which they are paid.
        flows: The imports behind the lines with their value for duty, for the second quantity and
            the net mass, which LINES does not have; a part of a line has its part of them.
    """
    covered = lines.filter(pl.col("status") != "excluded")
    codes = covered.select("code").unique()
    enters = pl.col("status") != "prohibited"
    held = _with_quantities(covered, flows).with_columns(
        enters=enters,
        value_before_e4=_units("customs_value_usd"),
        value_after_e4=pl.when(enters).then(_units("customs_value_usd")).otherwise(0),
        duty_before_e4=_units("duty_before_usd"),
        duty_after_e4=_units("duty_after_usd"),
    )
    rows = []
    for place, charge in enumerate(charges, 1):
        held = _charged(held.join(_on_goods(codes, charge), on="code", how="left"), charge)
        rows.append(_rows(held.filter("is_reached"), charge, place))
        held = held.drop("is_reached")
    return conform(pl.concat(rows), BorderCharges).sort(list(BorderCharges.primary_key()))


BEYOND = {"quantity_2": pl.Float64, "quantity_2_unit": pl.String, "net_mass_kg": pl.Float64}
"""What LINES does not have of the quantities of a flow."""


def _with_quantities(lines: pl.LazyFrame, flows: pl.LazyFrame | None) -> pl.LazyFrame:
    """Lines with ``BEYOND``, each with its part by value; unknown in parts of no value."""
    if flows is None:
        return lines.with_columns(pl.lit(None, dtype).alias(name) for name, dtype in BEYOND.items())
    behind = flows.select(*KEY, *BEYOND, "duty_base_usd")
    whole, value = pl.col("duty_base_usd"), pl.col("customs_value_usd")
    part = pl.when(pl.col("segment") == WHOLE).then(1.0).when(whole > 0).then(value / whole)
    return lines.join(behind, on=list(KEY), how="left", validate="m:1").with_columns(
        pl.col(name) * part for name, dtype in BEYOND.items() if dtype == pl.Float64
    )


def _units(name: str) -> pl.Expr:
    return (pl.col(name) * 10_000).round().cast(pl.Int64)


def _on_goods(codes: pl.LazyFrame, charge: Charge) -> pl.LazyFrame:
    """The codes that a charge is on: ``code`` and ``is_reached``."""
    named = expand_prefixes(codes)
    out = named.filter(pl.col("prefix").is_in(list(charge.left_out))).select("code").unique()
    reached = named.filter(pl.col("prefix").is_in(list(charge.prefixes))).select("code").unique()
    return reached.join(out, on="code", how="anti").with_columns(is_reached=pl.lit(value=True))


def _charged(held: pl.LazyFrame, charge: Charge) -> pl.LazyFrame:
    """Lines with what a charge is on, and what it comes to; 0 on goods that it is not on."""
    frame = nw.from_native(held)
    reached = nw.col("is_reached").fill_null(value=False)
    for time in TIMES:
        parts = [nw.col(f"{name}_{time}_e4") for name in charge.on]
        base = reduce(lambda one, other: one + other, parts, nw.lit(0, nw.Int64))
        amounts = Amounts(base / 10_000, nw.lit(None, nw.Float64), quantities())
        owed = to_units(duty_of(charge.rate, amounts))
        stands = reached if time == "before" else reached & nw.col("enters")
        frame = frame.with_columns(
            base.alias(f"base_{time}_e4"),
            nw.when(stands).then(owed).otherwise(nw.lit(0, nw.Int64)).alias(
                f"{charge.name}_{time}_e4"
            ),
        )  # fmt: skip
    native: pl.LazyFrame = frame.to_native()
    return native


def _rows(held: pl.LazyFrame, charge: Charge, place: int) -> pl.LazyFrame:
    before, after = (pl.col(f"{charge.name}_{time}_e4") for time in TIMES)
    return held.with_columns(
        charge=pl.lit(charge.name),
        place=pl.lit(place, pl.Int16),
        charge_on=pl.lit(" + ".join(charge.on)),
        rate_text=pl.lit(charge.text),
        base_before_usd=usd(pl.col("base_before_e4")),
        base_after_usd=usd(pl.col("base_after_e4")),
        charge_before_usd=usd(before),
        charge_after_usd=usd(after),
        charge_increment_usd=usd(after - before),
        source=pl.lit(charge.source),
    ).select(list(BorderCharges.columns()))
