"""The cells of a file cast to the columns of TRADE, with what was left out of each row and why."""

import re
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from calc import cast, cast_numbers
from calc.cast import Cast
from calc.cast_numbers import Numbers
from calc.dictionary import polars_schema
from calc.errors import DataRejectedError
from calc.tables.trade import Trade
from pipelines.ingest.casts import NUMBERS, casts_of, cell_of
from pipelines.ingest.excluded import excluded, is_total_line, text_of
from pipelines.ingest.mapped import COLUMNS, Mapping
from pipelines.ingest.own_codes import own_codes_of
from pipelines.ingest.reading_notes import notes_of, repaired, warnings_of
from pipelines.ingest.settings import IngestSettings
from pipelines.ingest.sniff import AGAIN
from pipelines.ingest.source import PART, ROW, Source
from pipelines.ingest.words import words

EXCLUDED = "excluded"
REJECTED = "rejected"
BADLY_QUOTED = re.compile(r"Field `(.*)` is not properly escaped", re.DOTALL)
"""What polars says where text follows the closing quotation mark of a field."""
LONGEST = 60
"""Characters of a cell that are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A file as read: how its columns were understood, and its rows.

    ``rows`` has the columns of TRADE without ``source_id``, ``source_row`` (and ``source_part`` in
    a wide file), ``excluded`` (why a row is no flow of its own, null for most) and ``rejected`` (a
    cell could not be read). ``repaired`` codes got their leading zero back. ``warnings`` are those
    of the notes that may mean a faulty file.
    """

    source: Source
    mapping: Mapping | None
    casts: Dictionary[str, Cast]
    rows: pl.DataFrame
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = field(default=())
    repaired: int = 0

    @property
    def adds_up(self) -> bool:
        """Whether rows of one key are parts of one flow, which are added up."""
        declared = None if self.mapping is None else self.mapping.declared
        return declared is not None and bool(declared.dimensions or declared.cut_to)


def read_cells(source: Source, mapping: Mapping, settings: IngestSettings) -> Reading:
    """All rows of a file, cast.

    Raises:
        DataRejectedError: The file cannot be read to its end, or as the rows that were counted.
        UsageError: An option gives a column a value that cannot be one.
    """
    counts = counts_of(source, mapping, settings)
    numbers = numbers_of(mapping, settings, counts)
    casts = casts_of(mapping, settings, numbers, own_codes_of(settings))
    rows = _collected(source, _typed(source, mapping, casts, counts))
    if source.records is not None and rows.height != source.records:
        raise DataRejectedError(
            f"{source.name} has {source.records:,} rows by its line ends, and {rows.height:,} as "
            "read: quotation marks inside a field are not doubled",
            where=source.name,
            hint="double a mark that belongs to the text, and quote the field",
        )
    notes = notes_of(source, mapping, settings, numbers, counts=counts)
    return Reading(
        source=source,
        mapping=mapping,
        casts=casts,
        rows=rows,
        notes=(*mapping.notes, *notes),
        warnings=warnings_of(source, counts),
        repaired=repaired(mapping, settings, counts),
    )


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
        if found := BADLY_QUOTED.search(str(err)):
            raise DataRejectedError(
                f"a field of {source.name} goes on after its closing quotation mark",
                where=f"{source.name}: {found[1].splitlines()[0][:LONGEST]}",
                hint="double a mark that belongs to the text, and quote the field",
            ) from err
        raise DataRejectedError(
            f"{source.name} cannot be read to its end: {str(err).splitlines()[0]}",
            where=source.name,
            hint=AGAIN,
        ) from err


def counts_of(source: Source, mapping: Mapping, settings: IngestSettings) -> dict[str, Any]:
    """What is counted of a file before it is cast: see ``_signs``."""
    signs = _collected(source, _signs(source, mapping, settings))
    return signs.row(0, named=True) if signs.height else {}


def _signs(source: Source, mapping: Mapping, settings: IngestSettings) -> pl.LazyFrame:
    """One row of counts over the file: how numbers are written, cells suppressed, codes padded."""
    counts: dict[str, pl.Expr] = {}
    total = is_total_line(mapping)
    for item in mapping.columns:
        text = cell_of(item)
        if item.column in NUMBERS:
            own = text if total is None else text.filter(~total)
            signs = cast_numbers.number_signs(own, settings.mark)
            counts |= {f"{item.column} {name}": sign for name, sign in signs.items()}
            exponents = text.str.contains(cast_numbers.EXPONENT)
            counts[f"{item.column} exponent"] = exponents.sum()
            said = cast.is_said(text, words().suppressed)
            counts[f"{item.column} suppressed"] = said.sum()
            unknown = [word for word in words().missing if word]
            counts[f"{item.column} missing"] = cast.is_said(text, unknown).sum()
        elif item.column == "code":
            digits = mapping.declared.code_digits
            padded = cast.is_short(text, digits) if digits else cast.is_padded(text)
            counts["padded"] = padded.sum()
            counts["padded first"] = pl.col(ROW).filter(padded).head(5).implode()
    for dimension in mapping.declared.dimensions:
        if (text_there := text_of(source, dimension.header)) is not None and dimension.totals:
            counts[f"total {dimension.header}"] = cast.is_said(text_there, dimension.totals).sum()
    return source.cells.select(pl.len().alias("rows"), **counts)


def numbers_of(
    mapping: Mapping, settings: IngestSettings, counts: Dictionary[str, int]
) -> dict[str, Numbers]:
    """How each column of numbers writes them."""
    unknown = (*words().missing, *words().suppressed)
    stated = settings.decimal is not None
    found = {}
    for item in mapping.columns:
        if item.column in NUMBERS:
            signs = {name: counts[f"{item.column} {name}"] for name in cast_numbers.SIGNS}
            grouping = cast_numbers.grouping_of(signs, decimal_stated=stated)
            found[item.column] = Numbers(
                decimal=settings.mark, grouping=grouping, unknown=unknown, plain=signs["long"],
                is_stated=stated,
            )  # fmt: skip
    return found


def _typed(
    source: Source, mapping: Mapping, casts: Dictionary[str, Cast], counts: Dictionary[str, Any]
) -> pl.LazyFrame:
    faults = [read.fault.is_not_null() for read in casts.values()]
    misshapen = pl.col(ROW).is_in(list(source.misshapen))
    totals = {
        dimension.header: bool(counts.get(f"total {dimension.header}"))
        for dimension in mapping.declared.dimensions
    }
    why = excluded(source, mapping, totals)
    rows = source.cells.select(
        **{column: casts[column].value for column in COLUMNS},
        **{
            **{name: pl.col(name) for name in source.keys},
            EXCLUDED: why,
            REJECTED: pl.any_horizontal(misshapen, *faults),
        },
    )
    return rows.with_columns((pl.col(EXCLUDED).is_null() & pl.col(REJECTED)).alias(REJECTED))


__all__ = ["EXCLUDED", "PART", "REJECTED", "Reading", "no_cells", "read_cells"]
