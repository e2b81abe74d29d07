"""Rows that could not be read: as a table of rejects, and as problems naming each cell."""

import re
from collections.abc import Iterator, Sequence

import polars as pl

from calc import cast, cast_numbers, judge
from calc.dictionary import column_names, polars_schema
from calc.errors import DataRejectedError, Problem, did_you_mean, nearest
from calc.money import usd
from calc.tables.audit import Rejects
from calc.tables.trade import VALUE_COLUMNS
from pipelines.ingest.casts import NUMBERS
from pipelines.ingest.cells import REJECTED, Reading
from pipelines.ingest.economies import choices, economies
from pipelines.ingest.settings import IngestSettings
from pipelines.ingest.source import ROW, Source, cell
from pipelines.ingest.words import words
from pipelines.validation.words import counted

SHAPE = "read.row"
PROBLEMS_KEPT = 1_000
MOST_DIGITS = 10
CHARACTERS_SHOWN = 80
STRAY = "=*#?!;:"
"""Signs that no number ends in, and which nothing says how to read."""
ROUNDED = re.compile(cast.ROUNDED)
NUMERIC, POWER = re.compile(cast_numbers.NUMERIC), re.compile(cast_numbers.POWER)
MOJIBAKE = ("Ã", "Â", "â€")


def rejects_of(reading: Reading) -> pl.DataFrame:
    """The rows of a file that could not be read, as REJECTS, in the order of the file."""
    if not reading.rows[REJECTED].any():
        return pl.DataFrame(schema=polars_schema(Rejects))
    rows = judge.with_row_and_value(reading.rows.lazy(), VALUE_COLUMNS).filter(REJECTED)
    keys = reading.source.keys
    values = rows.select(*keys, value_usd=usd(pl.col(judge.VALUE)))
    faults = _faults(reading)
    rules = [pl.when(fault.is_not_null()).then(pl.lit(rule)) for rule, _, fault in faults]
    reasons = [_reason(label, fault) for _, label, fault in faults]
    cells = reading.source.cells.join(values.select(keys), on=keys, how="semi")
    detail = cells.select(
        *keys,
        pl.lit(reading.source.name).alias("source_id"),
        pl.concat_str(rules, separator=";", ignore_nulls=True).alias("failed_rules"),
        pl.concat_str(reasons, separator="; ", ignore_nulls=True).alias("reason"),
        original(reading.source),
    )
    joined = detail.join(values, on=keys, how="inner", validate="1:1").sort(keys)
    return joined.select(column_names(Rejects)).collect(engine="streaming")


def _faults(reading: Reading) -> list[tuple[str, pl.Expr, pl.Expr]]:
    """Rule id, the cell in words, and the fault, of all that can be wrong with a row."""
    assert reading.mapping is not None
    found = [(SHAPE, pl.lit("the row"), _shape_fault(reading.source))]
    for item in reading.mapping.columns:
        text = pl.col(cell(item.place)).fill_null("")
        shown = pl.when(text.str.len_chars() > CHARACTERS_SHOWN).then(
            text.str.slice(0, CHARACTERS_SHOWN) + "..."
        )
        quoted = pl.format('column "{}" = "{}"', pl.lit(item.header), shown.otherwise(text))
        fault = reading.casts[item.column].fault
        found.append((f"read.{item.column}", quoted, fault))
    return found


def _shape_fault(source: Source) -> pl.Expr:
    if not source.misshapen:
        return pl.lit(None, dtype=pl.String)
    fields = pl.col(ROW).replace_strict(dict(source.misshapen), default=None, return_dtype=pl.Int64)
    return pl.format("has {} fields, the header has {}", fields, pl.lit(len(source.headers)))


def _reason(label: pl.Expr, fault: pl.Expr) -> pl.Expr:
    return pl.when(fault.is_not_null()).then(pl.format("{}: {}", label, fault))


def original(source: Source) -> pl.Expr:
    """The original text of every cell of a row, a JSON object of header to text."""
    texts = [pl.col(name).fill_null("").alias(label) for name, label in source.labels.items()]
    return pl.struct(texts).struct.json_encode().alias("original")


def problems_of(reading: Reading, rejects: pl.DataFrame) -> list[Problem]:
    """The cells that could not be read, at most 1,000 rows of them, in the order of the file."""
    if not rejects.height:
        return []
    assert reading.mapping is not None
    wanted = rejects.head(PROBLEMS_KEPT).lazy().select(ROW)
    columns = {
        rule: (item.header, pl.col(cell(item.place)).fill_null(""))
        for item in reading.mapping.columns
        if (rule := f"read.{item.column}")
    }
    faults = {rule: fault for rule, _, fault in _faults(reading)}
    texts = {f"text {rule}": text for rule, (_, text) in columns.items()}
    rows = (
        reading.source.cells.join(wanted, on=ROW, how="semi")
        .select(ROW, **faults, **texts)
        .sort(ROW)
        .collect(engine="streaming")
    )
    headers = {rule: header for rule, (header, _) in columns.items()}
    return list(_each(reading.source.name, rows, headers))


def _each(name: str, rows: pl.DataFrame, headers: dict[str, str]) -> Iterator[Problem]:
    for row in rows.iter_rows(named=True):
        where = f"{name} row {row[ROW]}"
        if row[SHAPE] is not None:
            yield Problem(f"the row {row[SHAPE]}", where=where, hint="quote the field")
            continue
        for rule, header in headers.items():
            fault, text = row[rule], row[f"text {rule}"]
            if fault is not None:
                what = f'column "{header}" = "{_shown(text)}": {fault}'
                yield Problem(what, where=where, hint=hint_for(rule.removeprefix("read."), text))


def _shown(text: str) -> str:
    """The start of a cell, with control characters shown and not obeyed."""
    cut = text if len(text) <= CHARACTERS_SHOWN else f"{text[:CHARACTERS_SHOWN]}..."
    return "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in cut)


def hint_for(column: str, text: str) -> str:
    """What to do about a cell of a column that could not be read."""
    if column in NUMBERS:
        return _number_hint(text)
    if column == "code" and ROUNDED.fullmatch(text):
        return "take the codes from the source again, in a column that the spreadsheet has as text"
    if column == "code":
        digits = [char for char in text if char.isdigit()]
        if len(digits) > MOST_DIGITS:
            return f"a code has at most {MOST_DIGITS} digits: keep the first of them"
        return "--pad-codes gives the zero back" if len(digits) % 2 else ""
    if column in ("importer", "partner"):
        if any(sign in text for sign in MOJIBAKE):
            return "the text looks like UTF-8 read as another encoding: export the file again"
        if (several := choices(text)) is not None:
            return f"write the code of the one that is meant: {several}"
        known = [*economies().names, *economies().names.values()]
        return did_you_mean(text, known) if nearest(text, known) else "an ISO 3166 code or name"
    if column == "period":
        return "years as 2024, months as 2024-07"
    declared = words().flows if column == "flow" else words().nomenclatures
    return did_you_mean(text, list(declared))


def _number_hint(text: str) -> str:
    bare = text.strip().rstrip(STRAY)
    if bare != text.strip() and bare[-1:].isdigit():
        return (
            f"if it is {bare}, take what stands behind it out of the file; what it means is not "
            "guessed. Or set the row aside and count it with --quarantine"
        )
    if "," in text:
        return "take separators of thousands out, or say --decimal , if it is a decimal comma"
    if "." in text and NUMERIC.fullmatch(POWER.sub("", bare)):
        return "take separators of thousands out, or say --decimal . if it is a decimal point"
    known = ", ".join(f'"{said}"' for said in (*words().missing, *words().suppressed))
    return f"not known is written as one of {known}"


def refused(
    readings: Sequence[Reading], rejects: Sequence[pl.DataFrame], settings: IngestSettings
) -> DataRejectedError:
    """Why files are refused of which rows could not be read: how many, then each cell."""
    problems = [summary(readings, rejects, settings)]
    for reading, found in zip(readings, rejects, strict=True):
        problems += problems_of(reading, found)
    return DataRejectedError.collected(problems)


def summary(
    readings: Sequence[Reading], rejects: Sequence[pl.DataFrame], settings: IngestSettings
) -> Problem:
    """How many rows of which files could not be read, and what to do."""
    parts = [
        told(reading.source.name, reading.rows.height, found.height)
        for reading, found in zip(readings, rejects, strict=True)
        if found.height
    ]
    return summary_of(parts, [reading.source for reading in readings], settings)


def told(name: str, rows: int, wrong: int) -> str:
    """How many rows of a file could not be read."""
    return f"{wrong:,} of {counted(rows, 'row')} of {name}"


def summary_of(
    parts: Sequence[str], sources: Sequence[Source], settings: IngestSettings
) -> Problem:
    """What ``summary`` gives, of what is told of each file."""
    again = settings.command((source.given or source.name for source in sources), quarantine=True)
    return Problem(
        f"{', '.join(parts)} cannot be read; nothing was written",
        hint=f"mend the cells, or set the rows aside and count them: {again}",
    )
