"""The columns of numbers of a batch: by polars' own reading, else as they are declared."""

import polars as pl

from calc import cast, cast_numbers, judge
from calc.tables.trade import VALUE_COLUMNS
from pipelines.ingest.bulk.coded import UnsuitedError
from pipelines.ingest.bulk.plan import Plan
from pipelines.ingest.casts import EXPORTED, QUANTITIES
from pipelines.ingest.mapped import BY_FLOW, Mapped
from pipelines.ingest.source import cell
from pipelines.ingest.words import words

DIGITS = "^[0-9]+$"
"""A number that means the same whatever the decimal mark."""


class GroupedError(Exception):
    """Numbers may have separators of thousands: the whole column tells how they are written."""


class TextsError(Exception):
    """Numbers that were read as such have to be read as texts first."""


class Figures:
    """The numbers of a batch, and which of its rows have one that cannot be read.

    Attributes:
        columns: TRADE column to its numbers, before the flow and the units are looked at.
        faulty: Places of rows with a cell that cannot be read.
        counts: Suppressed and missing cells by column, as ``cells`` counts them.
    """

    def __init__(self, plan: Plan, batch: pl.DataFrame) -> None:
        self.faulty: set[int] = set()
        self.counts: dict[str, int] = {}
        self.columns = {item.column: self._read(plan, batch, item) for item in plan.numbers}

    def _read(self, plan: Plan, batch: pl.DataFrame, item: Mapped) -> pl.Series:
        text = batch[cell(item.place)]
        if text.dtype == pl.Float64:
            if not text.is_finite().all():
                raise TextsError
            return self._settled(plan, text, item)
        fast = text.cast(pl.Float64, strict=False)
        is_odd = fast.is_null() | ~fast.is_finite()
        if plan.written[item.column].decimal != ".":  # then a point separates thousands
            is_odd = is_odd | ~text.str.contains(DIGITS)
        has_power = text.str.contains(cast_numbers.EXPONENT)
        odd = (text.is_not_null() & (is_odd | has_power)).arg_true()
        self.counts[f"{item.column} exponent"] = int(has_power.sum() or 0)
        read = self._settled(plan, fast, item)
        if not len(odd):
            return read
        return read.scatter(odd, self._declared(plan, item, text.gather(odd), odd))

    def _settled(self, plan: Plan, numbers: pl.Series, item: Mapped) -> pl.Series:
        """Numbers in whole dollars, and unknown where the source writes zero for that."""
        value = cast_numbers.scaled(pl.col("number"), item.factor)
        if item.column in plan.mapping.declared.zero_is_unknown:
            value = pl.when(value != 0).then(value)
        return numbers.to_frame("number").select(value.alias(item.column)).to_series()

    def _declared(self, plan: Plan, item: Mapped, texts: pl.Series, odd: pl.Series) -> pl.Series:
        """Texts that are no plain numbers: what they say, or that they are not known."""
        declared, text = plan.plain[item.column], pl.col(cell(item.place))
        missing = [word for word in words().missing if word]
        told = pl.DataFrame({cell(item.place): texts}).select(
            value=declared.value,
            fault=declared.fault.is_not_null(),
            suppressed=cast.is_said(text, words().suppressed),
            missing=cast.is_said(text, missing),
            grouped=cast_numbers.number_signs(text, ".")["grouped"],
        )
        if told["grouped"].sum() and not plan.grouped:
            raise GroupedError
        self.faulty |= set(odd.filter(told["fault"]).to_list())
        for what in ("suppressed", "missing"):
            self.counts[f"{item.column} {what}"] = int(told[what].sum())
        return told["value"]


def settled(plan: Plan, read: dict[str, pl.Series], texts: pl.DataFrame) -> dict[str, pl.Series]:
    """The numbers as TRADE has them: valued as the flow says, and known only with their unit."""
    found = dict(read)
    if BY_FLOW in found:
        found |= _by_flow(plan, found.pop(BY_FLOW), found, texts)
    for unit, quantity in QUANTITIES.items():
        coder = plan.coder(unit)
        if plan.mapping.declared.is_declared and coder is not None and quantity in found:
            known = coder.of(texts[coder.name], unit).is_not_null()
            found[quantity] = _where(known, found[quantity], None).alias(quantity)
    return found


def _by_flow(
    plan: Plan, value: pl.Series, read: dict[str, pl.Series], texts: pl.DataFrame
) -> dict[str, pl.Series]:
    coder = plan.coder("flow")
    if coder is None:
        exported = pl.repeat(plan.constants["flow"] in EXPORTED, len(value), eager=True)
    else:
        exported = coder.of(texts[coder.name], "flow").is_in(EXPORTED)
    made = {}
    for column, here in (("cif_value_usd", ~exported), ("fob_value_usd", exported)):
        own = _where(here, value, None)
        if column in read:
            own = pl.select(pl.coalesce(read[column], own)).to_series()
        made[column] = own.alias(column)
    return made


def _where(here: pl.Series, value: pl.Series, other: pl.Series | None) -> pl.Series:
    return pl.select(pl.when(here).then(value).otherwise(other)).to_series()


def values_of(rows: pl.DataFrame) -> pl.Series:
    """The value of each row of TRADE, in units of money."""
    there = [name for name in VALUE_COLUMNS if name in rows.columns]
    return judge.with_value(rows.lazy(), there).select(judge.VALUE).collect().to_series()


__all__ = ["Figures", "GroupedError", "TextsError", "UnsuitedError", "settled", "values_of"]
