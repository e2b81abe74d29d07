"""What a reader should know of how the cells of a file were read."""

from collections.abc import Mapping as Dictionary
from typing import Any

from calc.cast_numbers import Numbers
from pipelines.ingest.mapped import Mapping
from pipelines.ingest.settings import IngestSettings
from pipelines.ingest.source import Source
from pipelines.ingest.words import words
from pipelines.validation.words import counted


def notes_of(
    source: Source,
    mapping: Mapping,
    settings: IngestSettings,
    numbers: Dictionary[str, Numbers],
    *,
    counts: Dictionary[str, Any],
) -> list[str]:
    """The notes on a file, in sentences."""
    notes = list(source.notes)
    if mapping.unused:
        notes.append(f"{source.name}: columns not used: {', '.join(mapping.unused)}")
    notes += _caps(source, counts)
    for item in mapping.columns:
        if item.column in numbers and numbers[item.column].grouping == "throughout":
            plain = numbers[item.column].plain
            beside = (
                f"; {counted(plain, 'number')} of four digits or more without it" if plain else ""
            )
            notes.append(
                f'{source.name}: "{numbers[item.column].separator}" in "{item.header}" is read as '
                f"separator of thousands{beside}"
            )
        if exponents := counts.get(f"{item.column} exponent"):
            notes.append(
                f'{source.name}: {counted(exponents, "number")} of "{item.header}" with an '
                "exponent, such as 1.23E+08, read as written: spreadsheets write so what their "
                "column is too narrow for, and the digits behind those shown are then lost"
            )
        if suppressed := counts.get(f"{item.column} suppressed"):
            notes.append(
                f'{source.name}: {counted(suppressed, "cell")} of "{item.header}" suppressed: '
                "not known, not zero"
            )
        missing = counts.get(f"{item.column} missing")
        if missing and mapping.declared.is_declared:
            notes.append(f'{source.name}: {counted(missing, "cell")} of "{item.header}" not known')
    return [*notes, *_padded(source, mapping, settings, counts)]


def warnings_of(source: Source, counts: Dictionary[str, Any]) -> tuple[str, ...]:
    """The notes that may mean that a file is cut or faulty."""
    return (*source.warnings, *_caps(source, counts))


def _caps(source: Source, counts: Dictionary[str, Any]) -> list[str]:
    if counts.get("rows") not in words().caps:
        return []
    return [
        f"{source.name} has exactly {counts['rows']:,} rows, a number at which services cut "
        "a reply: it is probably not whole"
    ]


def repaired(mapping: Mapping, settings: IngestSettings, counts: Dictionary[str, Any]) -> int:
    """How many codes got their leading zero back."""
    gives_back = settings.pad_codes or mapping.declared.code_digits
    return int(counts.get("padded") or 0) if gives_back else 0


def _padded(
    source: Source, mapping: Mapping, settings: IngestSettings, counts: Dictionary[str, Any]
) -> list[str]:
    """How many codes got their zero back, and the first rows of them where a source loses it."""
    codes = repaired(mapping, settings, counts)
    if not codes:
        return []
    told = f"{source.name}: a leading zero was given back to {counted(codes, 'code')}"
    if mapping.declared.code_digits:
        first = ", ".join(str(row) for row in counts["padded first"])
        told += f": rows {first}{' and others' if codes > len(counts['padded first']) else ''}"
        told += f"; all are in {settings.name}.repairs.parquet"
    return [told]
