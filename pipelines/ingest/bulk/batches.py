"""The rows of a file batch by batch: cast, judged, counted, and kept on disk as numbers."""

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from calc import cast, judge
from calc.money import UNITS_PER_USD
from calc.tables.trade import VALUE_COLUMNS
from pipelines.ingest.bulk.coded import FAULTY, REASON, UnsuitedError
from pipelines.ingest.bulk.plan import Plan, reason_order
from pipelines.ingest.casts import NUMBERS
from pipelines.ingest.mapped import COLUMNS, Mapped
from pipelines.ingest.record import FunnelStage, Kind
from pipelines.ingest.source import ROW, cell
from pipelines.ingest.words import words

BATCH_ROWS = 250_000
MERGE_AFTER = 8
SCOPE = ("importer", "partner", "period", "flow", "nomenclature")
PAIR = ("importer", "code")


@dataclass(slots=True)
class Sums:
    """Rows, the exact value of those whose value is known, and how many are not."""

    rows: int = 0
    units: int = 0
    unknown: int = 0

    def add(self, values: pl.Series) -> None:
        """Count some rows by their values."""
        self.rows += len(values)
        self.unknown += values.null_count()
        total = values.cast(pl.Int128).sum()
        self.units += int(total)

    def stage(self, name: str, kind: Kind, reason: str) -> FunnelStage:
        """A stage of the funnel."""
        known = self.rows > self.unknown or not self.rows
        usd = self.units / UNITS_PER_USD if known else None
        return FunnelStage(
            stage=name,
            kind=kind,
            reason=reason,
            rows=self.rows,
            value_usd=usd,
            value_unknown_rows=self.unknown,
        )


@dataclass(slots=True)
class Found:
    """What the batches of a file hold.

    Attributes:
        files: The batches on disk: numbers of texts by cell, numbers, row and value.
        read: All rows; ``left_out`` those of each reason; ``kept`` the others.
        counts: As ``cells`` counts them: suppressed and missing cells, codes with lost zeros.
        scopes: Distinct numbers of importer, partner, period, flow and nomenclature of kept rows.
        pairs: Numbers of importer and code with ``rows``; with ``units`` and ``unknown`` where
            codes that are no goods stay.
        broken: Rows that break a rule of TRADE.
    """

    files: list[Path] = field(default_factory=list)
    read: Sums = field(default_factory=Sums)
    left_out: dict[str, Sums] = field(default_factory=dict)
    kept: Sums = field(default_factory=Sums)
    counts: Counter[str] = field(default_factory=Counter)
    padded_first: list[int] = field(default_factory=list)
    scopes: list[pl.DataFrame] = field(default_factory=list)
    pairs: list[pl.DataFrame] = field(default_factory=list)
    broken: list[pl.Series] = field(default_factory=list)


def read_batches(plan: Plan, folder: Path, done: Callable[[int], None]) -> Found:
    """All batches of a file, cast and kept on disk.

    Args:
        plan: How the file is read.
        folder: Where to keep them.
        done: Told of the rows of each batch.

    Raises:
        UnsuitedError: A cell cannot be read, or thousands may be separated.
    """
    found = Found()
    for batch in plan.source.cells.collect_batches(chunk_size=BATCH_ROWS, engine="streaming"):
        kept = _one(plan, batch, found)
        path = folder / f"{len(found.files):06}.arrow"
        kept.write_ipc(path, compression="uncompressed")
        found.files.append(path)
        done(batch.height)
    return found


def _one(plan: Plan, batch: pl.DataFrame, found: Found) -> pl.DataFrame:
    texts = {name: coded.numbers(batch[name]) for name, coded in plan.coded.items()}
    numbers = {item.column: _number(plan, batch, item, found) for item in plan.numbers}
    rows = pl.DataFrame({**texts, **numbers, ROW: batch[ROW]})
    rows = rows.with_columns(_values(rows))
    found.read.add(rows[judge.VALUE])
    _count_padded(plan, batch, found)
    kept = _without_left_out(plan, rows, found)
    faulty = [
        coded.of(kept[name], FAULTY).any()
        for name, coded in plan.coded.items()
        if coded.some(FAULTY)
    ]
    if any(faulty):
        raise UnsuitedError
    found.kept.add(kept[judge.VALUE])
    _judge(plan, kept, found)
    _summarise(plan, kept, found)
    return kept


def _number(plan: Plan, batch: pl.DataFrame, item: Mapped, found: Found) -> pl.Series:
    """A column of numbers by polars' own reading, and by the declared one where that gives none."""
    text = batch[cell(item.place)]
    fast = text.cast(pl.Float64, strict=False)
    odd = (text.is_not_null() & (fast.is_null() | ~fast.is_finite())).arg_true()
    value = cast.scaled(pl.col("fast"), item.factor)
    if item.column in plan.mapping.declared.zero_is_unknown:
        value = pl.when(value != 0).then(value)
    read = pl.DataFrame({"fast": fast}).select(value.alias(item.column)).to_series()
    return read.scatter(odd, _declared(plan, item, text.gather(odd), found)) if len(odd) else read


def _declared(plan: Plan, item: Mapped, texts: pl.Series, found: Found) -> pl.Series:
    """Texts that are no plain numbers: what they say, or that they are not known."""
    declared = plan.casts[item.column]
    missing = [word for word in words().missing if word]
    told = pl.DataFrame({cell(item.place): texts}).select(
        value=declared.value,
        fault=declared.fault.is_not_null(),
        suppressed=cast.is_said(pl.col(cell(item.place)), words().suppressed),
        missing=cast.is_said(pl.col(cell(item.place)), missing),
    )
    if told["fault"].any():
        raise UnsuitedError
    for what in ("suppressed", "missing"):
        found.counts[f"{item.column} {what}"] += int(told[what].sum())
    return told["value"]


def _values(rows: pl.DataFrame) -> pl.Series:
    absent = [pl.lit(None, dtype=pl.Float64).alias(name) for name in VALUE_COLUMNS
              if name not in rows.columns]  # fmt: skip
    there = [name for name in VALUE_COLUMNS if name in rows.columns]
    frame = rows.lazy().select(*there, *absent)
    return judge.with_row_and_value(frame, VALUE_COLUMNS).select(judge.VALUE).collect().to_series()


def _count_padded(plan: Plan, batch: pl.DataFrame, found: Found) -> None:
    item = plan.mapping.mapped("code")
    if item is None:
        return
    text, digits = pl.col(cell(item.place)), plan.mapping.declared.code_digits
    padded = cast.is_short(text, digits) if digits else cast.is_padded(text)
    rows = batch.select(ROW, padded=padded).filter("padded")[ROW]
    found.counts["padded"] += len(rows)
    found.padded_first += rows.head(5 - len(found.padded_first)).to_list()


def _without_left_out(plan: Plan, rows: pl.DataFrame, found: Found) -> pl.DataFrame:
    """The rows that are flows of their own; the others counted by reason."""
    cells = [name for name in reason_order(plan) if plan.coded[name].some(REASON)]
    if not cells:
        return rows
    reasons = [plan.coded[name].of(rows[name], REASON).alias(name) for name in cells]
    reason = pl.DataFrame(reasons).select(pl.coalesce(cells).alias(REASON)).to_series()
    for why in reason.drop_nulls().unique().to_list():
        sums = found.left_out.setdefault(why, Sums())
        sums.add(rows[judge.VALUE].filter((reason == why).fill_null(value=False)))
    return rows.filter(reason.is_null())


def _judge(plan: Plan, kept: pl.DataFrame, found: Found) -> None:
    """Note the rows that break a rule which no column of text can be judged of alone."""
    needed = {name for rule in plan.rules for name in rule.passes().meta.root_names()}
    columns = [_column(plan, kept, name) for name in COLUMNS if name in needed]
    rows = kept.lazy().select(ROW).with_columns(columns)
    broken = rows.filter(pl.any_horizontal(~rule.passes() for rule in plan.rules)).select(ROW)
    found.broken.append(broken.collect().to_series())


def _column(plan: Plan, kept: pl.DataFrame, name: str) -> pl.Series | pl.Expr:
    if name in kept.columns:
        return kept[name]
    coder = plan.coder(name)
    if coder is not None:
        return coder.of(kept[coder.cell], name).alias(name)
    dtype = pl.Float64 if name in NUMBERS else pl.String
    return pl.lit(plan.constants.get(name), dtype=dtype).alias(name)


def _summarise(plan: Plan, kept: pl.DataFrame, found: Found) -> None:
    """Keep which economies, periods and codes are there, and how much of each pair."""
    scope = sorted({coder.cell for name in SCOPE if (coder := plan.coder(name)) is not None})
    pair = sorted({coder.cell for name in PAIR if (coder := plan.coder(name)) is not None})
    if scope:
        found.scopes.append(_distinct(plan, kept, scope).drop("rows"))
    if any(special.kept for special in plan.mapping.declared.specials):
        value = pl.col(judge.VALUE)
        sums = [value.cast(pl.Int128).sum().alias("units"), value.null_count().alias("unknown")]
        counted = kept.group_by(pair).agg(pl.len().cast(pl.UInt64).alias("rows"), *sums)
    else:
        counted = _distinct(plan, kept, pair)
    found.pairs.append(counted)
    if len(found.pairs) > MERGE_AFTER:
        found.scopes = [pl.concat(found.scopes).unique()] if found.scopes else []
        columns = [name for name in counted.columns if name not in pair]
        merged = pl.concat(found.pairs)
        found.pairs = [merged.group_by(pair).agg(pl.col(columns).sum()) if pair else merged]


def _distinct(plan: Plan, kept: pl.DataFrame, cells: list[str]) -> pl.DataFrame:
    """The distinct combinations of some cells, with their ``rows``; by one number for each."""
    if not cells:
        return pl.DataFrame({"rows": [kept.height]}, schema={"rows": pl.UInt64})
    place, sizes = pl.lit(0, dtype=pl.UInt64), [plan.coded[name].known.height for name in cells]
    for name, size in zip(cells, sizes, strict=True):
        place = place * size + pl.col(name).cast(pl.UInt64)
    if math.prod(sizes) >= 2**62:
        raise UnsuitedError
    counted = kept.group_by(place.alias("place")).agg(pl.len().cast(pl.UInt64).alias("rows"))
    columns, rest = {}, pl.col("place")
    for name, size in zip(reversed(cells), reversed(sizes), strict=True):
        columns[name] = (rest % size).cast(pl.UInt32)
        rest = rest // size
    return counted.select(*(columns[name].alias(name) for name in cells), "rows")
