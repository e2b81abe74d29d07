"""The cells of a file cast to the columns of TRADE, with what was left out of each row and why."""

import functools
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass
from typing import Any

import polars as pl

from calc import cast
from calc.cast import Cast, Numbers
from calc.dictionary import polars_schema, unit_of_column
from calc.errors import DataRejectedError, UsageError, did_you_mean
from calc.tables.trade import Trade
from pipelines.ingest.economies import economies
from pipelines.ingest.layouts import folded, words
from pipelines.ingest.mapping import COLUMNS, YEAR_RULE, Mapping
from pipelines.ingest.settings import IngestSettings
from pipelines.ingest.sniff import AGAIN
from pipelines.ingest.source import ROW, Source, cell
from pipelines.validation.words import counted

EXCLUDED = "excluded"
REJECTED = "rejected"
EMPTY_ROW = "the row is empty"
ALL_PARTNERS = "the partner is the world or a total"
GROUP = "the partner is a group of countries"
ALL_GOODS = "the code is a total of all goods"
NUMBERS = tuple(name for name in COLUMNS if unit_of_column(Trade, name))
NULL_TEXT = pl.lit(None, dtype=pl.String)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A file as read: how its columns were understood, and its rows.

    ``rows`` has the columns of TRADE without ``source_id``, ``source_row``, ``excluded`` (why a
    row is no flow of its own, null for most) and ``rejected`` (a cell could not be read).
    """

    source: Source
    mapping: Mapping | None
    casts: Dictionary[str, Cast]
    rows: pl.DataFrame
    notes: tuple[str, ...] = ()


def read_cells(source: Source, mapping: Mapping, settings: IngestSettings) -> Reading:
    """All rows of a file, cast.

    Raises:
        DataRejectedError: The file cannot be read to its end, or as the rows that were counted.
        UsageError: An option gives a column a value that cannot be one.
    """
    signs = _collected(source, _signs(source, mapping, settings))
    counts = signs.row(0, named=True) if signs.height else {}
    numbers = _numbers(mapping, settings, counts)
    casts = _casts(mapping, settings, numbers)
    rows = _collected(source, _typed(source, mapping, casts))
    if source.records is not None and rows.height != source.records:
        raise DataRejectedError(
            f"{source.name} has {source.records:,} rows by its line ends, and {rows.height:,} as "
            "read: quotation marks inside a field are not doubled",
            where=source.name,
            hint="double a mark that belongs to the text, and quote the field",
        )
    notes = (*mapping.notes, *_notes(source, mapping, settings, numbers, counts=counts))
    return Reading(source=source, mapping=mapping, casts=casts, rows=rows, notes=notes)


def no_cells(source: Source) -> Reading:
    """The reading of a file without a header: no row."""
    schema = {name: polars_schema(Trade)[name] for name in COLUMNS}
    frame = pl.DataFrame(
        schema={**schema, ROW: pl.Int64, EXCLUDED: pl.String, REJECTED: pl.Boolean}
    )
    return Reading(source=source, mapping=None, casts={}, rows=frame)


def _collected(source: Source, frame: pl.LazyFrame) -> pl.DataFrame:
    try:
        return frame.collect(engine="streaming")
    except (pl.exceptions.ComputeError, pl.exceptions.SchemaError, OSError) as err:
        raise DataRejectedError(
            f"{source.name} cannot be read to its end: {str(err).splitlines()[0]}",
            where=source.name,
            hint=AGAIN,
        ) from err


def _signs(source: Source, mapping: Mapping, settings: IngestSettings) -> pl.LazyFrame:
    """One row of counts over the file: how numbers are written, cells suppressed, codes padded."""
    counts: dict[str, pl.Expr] = {}
    for item in mapping.columns:
        text = pl.col(cell(item.place))
        if item.column in NUMBERS:
            signs = cast.number_signs(text, settings.decimal)
            counts |= {f"{item.column} {name}": sign for name, sign in signs.items()}
            said = cast.is_said(text, words().suppressed)
            counts[f"{item.column} suppressed"] = said.sum()
        elif item.column == "code":
            counts["padded"] = cast.is_padded(text).sum()
    return source.cells.select(pl.len().alias("rows"), **counts)


def _numbers(
    mapping: Mapping, settings: IngestSettings, counts: Dictionary[str, int]
) -> dict[str, Numbers]:
    """How each column of numbers writes them."""
    unknown = (*words().missing, *words().suppressed)
    stated = settings.decimal != "."
    found = {}
    for item in mapping.columns:
        if item.column in NUMBERS:
            signs = {name: counts[f"{item.column} {name}"] for name in ("grouped", "clear", "long")}
            grouping = cast.grouping_of(signs, decimal_stated=stated)
            found[item.column] = Numbers(
                decimal=settings.decimal, grouping=grouping, unknown=unknown
            )
    return found


def _casts(
    mapping: Mapping, settings: IngestSettings, numbers: Dictionary[str, Numbers]
) -> dict[str, Cast]:
    """How each TRADE column is had from the cells of a row; absent ones are not known."""
    casts: dict[str, Cast] = {}
    for column in COLUMNS:
        item = mapping.mapped(column)
        if item is not None and column in NUMBERS:
            read = cast.number_cast(pl.col(cell(item.place)), numbers[column])
            casts[column] = Cast(cast.scaled(read.value, item.factor), read.fault)
        elif item is not None:
            casts[column] = _text_cast(column, pl.col(cell(item.place)), mapping, settings)
        elif mapping.constants.get(column) == YEAR_RULE:
            year = casts["period"].value.str.slice(0, 4)
            casts[column] = Cast("HTS" + year, NULL_TEXT)
        elif column in mapping.constants:
            casts[column] = Cast(pl.lit(constant(column, mapping.constants[column])), NULL_TEXT)
        else:
            absent = pl.lit(None, dtype=polars_schema(Trade)[column])
            casts[column] = Cast(absent, NULL_TEXT)
    return casts


def _text_cast(column: str, text: pl.Expr, mapping: Mapping, settings: IngestSettings) -> Cast:
    if column == "code":
        return cast.code_cast(text, pad=settings.pad_codes)
    if column == "period":
        return cast.period_cast(text, of_year=mapping.of_year)
    if column in ("flow", "nomenclature"):
        return _word_cast(column, text)
    if column in ("importer", "partner"):
        known = economies()
        codes = mapping.layout.economies if column == "partner" else "general"
        return cast.economy_cast(text, known.meanings(codes), known.ambiguous)
    return cast.text_cast(text, words().missing)


def _word_cast(column: str, text: pl.Expr) -> Cast:
    if column == "flow":
        return cast.word_cast(text, _meanings("flow"), "is not a flow that is known")
    return cast.nomenclature_cast(text, _meanings("nomenclature"))


@functools.cache
def _meanings(column: str) -> Dictionary[str, str]:
    declared = words().flows if column == "flow" else words().nomenclatures
    return {folded(text): value for value, said in declared.items() for text in said}


def constant(column: str, text: str) -> str:
    """The value that an option gives to a column of all rows.

    Raises:
        UsageError: It cannot be one.
    """
    cells = pl.col("text")
    known = economies()
    if column == "period":
        read = cast.period_cast(cells, of_year=False)
    elif column in ("importer", "partner"):
        read = cast.economy_cast(cells, known.general, known.ambiguous)
    else:
        read = _word_cast(column, cells)
    found = pl.DataFrame({"text": [text]}).select(value=read.value, fault=read.fault)
    value, fault = found.row(0)
    if fault is not None:
        raise UsageError(f'"{text}" {fault}', where=f"--{column}", hint=_choices(column, text))
    return str(value)


def _choices(column: str, text: str) -> str:
    if column == "period":
        return "a year or a month, such as 2024 or 2024-07"
    if column == "nomenclature":
        return f"{did_you_mean(text, list(words().nomenclatures))}; or such as HTS2024, CN2025"
    if column == "flow":
        return did_you_mean(text, list(words().flows))
    return did_you_mean(text, [*economies().names, *economies().names.values()])


def _typed(source: Source, mapping: Mapping, casts: Dictionary[str, Cast]) -> pl.LazyFrame:
    faults = [read.fault.is_not_null() for read in casts.values()]
    misshapen = pl.col(ROW).is_in(list(source.misshapen))
    excluded = _excluded(source, mapping)
    return source.cells.select(
        **{column: read.value for column, read in casts.items()},
        **{
            ROW: pl.col(ROW),
            EXCLUDED: excluded,
            REJECTED: excluded.is_null() & pl.any_horizontal(misshapen, *faults),
        },
    )


def _excluded(source: Source, mapping: Mapping) -> pl.Expr:
    """Why a row is no flow of its own; null for the others."""
    cells = [pl.col(cell(place)) for place in range(len(source.headers))]
    is_empty = pl.all_horizontal(cast.trimmed(text) == "" for text in cells)
    reason: Any = pl.when(is_empty).then(pl.lit(EMPTY_ROW))
    partner, code = mapping.mapped("partner"), mapping.mapped("code")
    layout = mapping.layout
    if partner is not None:
        text = pl.col(cell(partner.place))
        reason = reason.when(cast.is_said(text, layout.partner_totals)).then(pl.lit(ALL_PARTNERS))
        if layout.partner_groups:
            declared = cast.trimmed(text).is_in(list(economies().meanings(layout.economies)))
            is_group = cast.trimmed(text).str.contains(layout.partner_groups)
            reason = reason.when(is_group & ~declared).then(pl.lit(GROUP))
    if code is not None:
        text = pl.col(cell(code.place))
        reason = reason.when(cast.is_said(text, layout.code_totals)).then(pl.lit(ALL_GOODS))
    chosen: pl.Expr = reason.otherwise(NULL_TEXT)
    return chosen


def _notes(
    source: Source,
    mapping: Mapping,
    settings: IngestSettings,
    numbers: Dictionary[str, Numbers],
    *,
    counts: Dictionary[str, Any],
) -> list[str]:
    """What a reader should know of how the cells were read."""
    notes = list(source.notes)
    if mapping.unused:
        notes.append(f"{source.name}: columns not used: {', '.join(mapping.unused)}")
    if counts.get("rows") in words().caps:
        notes.append(
            f"{source.name} has exactly {counts['rows']:,} rows, a number at which services cut "
            "a reply: it is probably not whole"
        )
    for item in mapping.columns:
        if item.column in numbers and numbers[item.column].grouping == "throughout":
            notes.append(
                f'{source.name}: "{numbers[item.column].separator}" in "{item.header}" is read as '
                "separator of thousands"
            )
        if suppressed := counts.get(f"{item.column} suppressed"):
            notes.append(
                f'{source.name}: {counted(suppressed, "cell")} of "{item.header}" suppressed: '
                "not known, not zero"
            )
    if settings.pad_codes and counts.get("padded"):
        padded = counted(counts["padded"], "code")
        notes.append(f"{source.name}: a leading zero was given back to {padded}")
    return notes
