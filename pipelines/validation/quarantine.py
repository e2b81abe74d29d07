"""The rows that rules name, with their source, what is wrong with them, and their original text.

Written in parts of bounded size, in the order of the table, as Parquet and as CSV.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.parquet as pq

from calc import judge
from calc.dictionary import column_names, polars_schema
from calc.errors import DataRejectedError
from calc.grouped import key_of
from calc.money import usd
from calc.rules import Rule
from calc.tables.audit import Quarantine
from calc.tables.trade import Trade
from pipelines.parquet import ROW_GROUP_ROWS, arrow_table
from pipelines.provenance import rows_of, source_rows
from pipelines.trade_files import scan_table
from pipelines.validation.group_rows import WITH_ROWS
from pipelines.validation.originals import NOWHERE, SOURCE, AtHand, with_originals
from pipelines.validation.rows import Judged

VALUE_CHARACTERS = 80
FORMULA_START = r"^[=+\-@\t\r]"
PRICE = ("customs_value_usd", "quantity", "net_mass_kg")
FROM = ("from_source_id", "from_source_row")
NOTICED_CSV_ROWS = 10_000
"""Rows of the CSV of what was noticed: as text a row takes 1 KB, in the Parquet file, which has all
of them, 63 bytes. Rows that cannot be used are all in both."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Rows that rules name: ``table_row`` (rising), ``value_e4`` and a flag a rule.

    ``cells`` has their cells, and those of other rows, where they were read already; ``csv_rows``
    is how many of them, the first, a CSV file has at most, None for all.
    """

    rows: pl.DataFrame
    rules: list[Rule]
    table_rows: int
    cells: pl.DataFrame | None = None
    csv_rows: int | None = None


def with_cells(table: Path, *named: Named) -> list[Named]:
    """Rows that rules name with their cells, all read at once where they are not too many."""
    wanted = pl.concat([one.rows.select(judge.ROW) for one in named]).unique().sort(judge.ROW)
    if not 0 < wanted.height <= ROW_GROUP_ROWS:
        return list(named)
    cells = rows_of(scan_table(table).select(column_names(Trade)), wanted)
    return [replace(one, cells=cells) for one in named]


def left_out(judged: Judged) -> Named:
    """The rows that cannot be used."""
    rules = [
        rule
        for rule in judged.rules
        if not rule.is_on_groups and not rule.rule_id.endswith(judge.AMONG_KEPT)
    ]
    return Named(rows=judged.left_out, rules=rules, table_rows=judged.rows)


def noticed(judged: Judged) -> Named:
    """The rows that a warning or an information names; none of them is left out for it."""
    rules = [
        rule
        for rule in judged.rules
        if rule.severity != "error" and not rule.rule_id.endswith(judge.AMONG_KEPT)
    ]
    on_rows = [rule.rule_id for rule in rules if not rule.is_on_groups]
    on_groups = [rule.rule_id for rule in rules if rule.kind in WITH_ROWS]
    beyond = judged.beyond.filter(pl.col("rule_id").is_in(on_groups))
    flags = [(pl.col("rule_id") == rule_id).any().alias(rule_id) for rule_id in on_groups]
    key = [judge.ROW, judge.VALUE]
    of_groups = beyond.group_by(key).agg(flags).cast({judge.ROW: judged.flagged[judge.ROW].dtype})
    of_rows = judged.flagged.select(*key, *on_rows)
    of_rows = of_rows.filter(pl.any_horizontal(on_rows)) if on_rows else of_rows.head(0)
    joined = of_rows.join(of_groups, on=key, how="full", coalesce=True, nulls_equal=True)
    names = [*on_rows, *on_groups]
    rows = joined.select(*key, *(pl.col(name).fill_null(value=False) for name in names))
    named = [rule for rule in rules if rule.rule_id in names]
    return Named(
        rows=rows.sort(judge.ROW),
        rules=named,
        table_rows=judged.rows,
        csv_rows=NOTICED_CSV_ROWS,
    )


def write_named(
    files: tuple[Path, Path], table: Path, named: Named, at_hand: AtHand = NOWHERE
) -> None:
    """Write rows that rules name to a Parquet file and a CSV file, both as QUARANTINE.

    In the CSV a text that a spreadsheet would take for a formula starts with an apostrophe.

    Args:
        files: The Parquet file and the CSV file.
        table: The table judged; its provenance and originals are read beside it.
        named: The rows.
        at_hand: Where source files may be read again for the text that ingest did not keep.

    Raises:
        DataRejectedError: The provenance does not belong to the table.
        OSError: A file cannot be written.
    """
    parts = _readable(table, named_parts(table, named, at_hand))
    write_parts(files, parts, csv_rows=named.csv_rows)


def write_parts(
    files: tuple[Path, Path], parts: Iterable[pl.DataFrame], *, csv_rows: int | None = None
) -> None:
    """Write rows of QUARANTINE, a part after another, to a Parquet file and a CSV file.

    Of the CSV file ``csv_rows`` are the most rows; None for all.

    Raises:
        OSError: A file cannot be written.
    """
    empty = arrow_table(_empty(), "quarantine", Quarantine, {})
    parquet = pq.ParquetWriter(files[0], empty.schema, compression="zstd", write_page_checksum=True)
    with parquet, files[1].open("wb") as csv:
        _empty().write_csv(csv)
        rows = 0
        for part in parts:
            arrow = arrow_table(part, "quarantine", Quarantine, {})
            parquet.write_table(arrow.cast(empty.schema), row_group_size=ROW_GROUP_ROWS)
            shown = part if csv_rows is None else part.head(max(0, csv_rows - rows))
            csv_safe(shown).write_csv(csv, include_header=False)
            rows += part.height


def _readable(table: Path, parts: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """The parts as they come; what cannot be read beside a table is the input's fault.

    Raises:
        DataRejectedError: The provenance or the originals cannot be read.
    """
    try:
        yield from parts
    except pl.exceptions.PolarsError as err:
        raise DataRejectedError(
            f"the provenance or originals of {table.name} cannot be read: {err}",
            where=str(table),
            hint="ingest the table again",
        ) from err


def _empty() -> pl.DataFrame:
    return pl.DataFrame(schema=polars_schema(Quarantine))


def csv_safe(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with an apostrophe before texts that a spreadsheet would run as a formula."""
    text = pl.col(pl.String)
    return frame.with_columns(
        pl.when(text.str.contains(FORMULA_START)).then("'" + text).otherwise(text).name.keep()
    )


def named_parts(table: Path, named: Named, at_hand: AtHand = NOWHERE) -> Iterator[pl.DataFrame]:
    """The rows that rules name, a part at a time, in the order of the table.

    Raises:
        DataRejectedError: The provenance does not belong to the table.
    """
    for offset in range(0, named.rows.height, ROW_GROUP_ROWS):
        part = named.rows.slice(offset, ROW_GROUP_ROWS)
        cells = named.cells
        if cells is None:
            cells = rows_of(scan_table(table).select(column_names(Trade)), part)
        renamed = dict(zip(SOURCE, FROM, strict=True))
        source = source_rows(table, named.table_rows, part).rename(renamed)
        described = part.lazy().join(cells.lazy(), on=judge.ROW).join(source.lazy(), on=judge.ROW)
        texts = pl.struct(pl.col(name).cast(pl.String) for name in cells.columns[1:])
        whole = described.select(
            judge.ROW,
            *(pl.col(held).alias(name) for held, name in zip(FROM, SOURCE, strict=True)),
            failed_rules(named.rules),
            reason(named.rules),
            usd(pl.col(judge.VALUE)).alias("value_usd"),
            texts.struct.json_encode().alias("as_ingested"),
        ).sort(judge.ROW)
        told = with_originals(table, whole.collect(), at_hand)
        yield told.select(column_names(Quarantine))


def failed_rules(rules: Sequence[Rule]) -> pl.Expr:
    """The ids of the rules that a row breaks, joined by a semicolon."""
    flags = [pl.when(rule.rule_id).then(pl.lit(rule.rule_id)) for rule in rules]
    return pl.concat_str(flags, separator=";", ignore_nulls=True).alias("failed_rules")


def reason(rules: Sequence[Rule]) -> pl.Expr:
    """What is wrong with a row, each rule with its columns and their values."""
    parts = []
    for rule in rules:
        values = pl.concat_str([_cell(name) for name in _columns(rule)], separator=", ")
        text = values + pl.lit(f": {rule.message}")
        parts.append(pl.when(rule.rule_id).then(text))
    return pl.concat_str(parts, separator="; ", ignore_nulls=True).alias("reason")


def _columns(rule: Rule) -> list[str]:
    if rule.column is not None:
        return [rule.column]
    if rule.is_on_groups:
        shown = [*key_of(rule), *(PRICE if rule.kind == "unit value" else ())]
        return [name for name in shown if name in Trade.columns()]
    if rule.expression is not None:
        return list(dict.fromkeys(rule.expression.meta.root_names()))
    return list(rule.parameters["columns"])


def _cell(name: str) -> pl.Expr:
    text = pl.col(name).cast(pl.String)
    cut = text.str.len_chars() > VALUE_CHARACTERS
    shown = pl.when(cut).then(text.str.slice(0, VALUE_CHARACTERS) + "...").otherwise(text)
    quoted = pl.concat_str(pl.lit(f'{name} = "'), shown, pl.lit('"'))
    return quoted.fill_null(f"{name} = (empty)")


def head_of(path: Path, rows: int) -> list[dict[str, Any]]:
    """The first rows of a kept quarantine, or of the rows that were noticed."""
    return pl.scan_parquet(path).head(rows).collect().to_dicts()


def without_original(path: Path) -> pl.DataFrame:
    """By file, the rows of a kept quarantine whose original text is not known: ``rows``."""
    lacking = pl.scan_parquet(path).filter(pl.col("original").is_null())
    return lacking.group_by("source_id").agg(pl.len().alias("rows")).sort("source_id").collect()
