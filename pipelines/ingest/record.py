"""What an ingest did, as kept beside its table in ``<name>.json``; needs no data frame to read."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from calc.errors import DataRejectedError
from pipelines.files import sha256_of
from pipelines.version import tool_version

SCHEMA_VERSION = 2
BESIDE = ("provenance", "parts", "repairs", "originals", "rejects")
"""What ingest may write beside a table, as Parquet files of their own."""
Kind = Literal["in", "rejected", "excluded", "kept"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableFacts:
    """The table written: file name, SHA-256, bytes, rows, and value in USD (null: unknown)."""

    file: str
    sha256: str
    bytes: int
    rows: int
    value_usd: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFacts:
    """A file read: name without folder, SHA-256, bytes, rows, value in USD (null: unknown)."""

    name: str
    sha256: str
    bytes: int
    rows: int
    value_usd: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedFrom:
    """A column of the table, and the header or the option that filled it, by file."""

    column: str
    source: str
    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelStage:
    """Rows and USD at a stage; the value of a row is the first known of customs, CIF and FOB.

    ``value_usd`` is the sum over the rows whose value is known, null where there are rows and
    none is; ``value_unknown_rows`` counts the others. Rows in, and dollars, are the sum of all
    that was rejected, excluded and kept.
    """

    stage: str
    kind: Kind
    reason: str
    rows: int
    value_usd: float | None
    value_unknown_rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestRecord:
    """What an ingest read, how it understood it, what it left out, and what it wrote.

    ``notes`` are sentences for people: what was taken for granted and what looked odd; those of
    them that may mean a faulty file are ``warnings`` too. ``recognised`` says what each file was
    taken for, and why.
    ``beside`` has the SHA-256 of each file that was written beside the table, by what it holds.
    """

    name: str
    tool_version: str
    table: TableFacts
    beside: dict[str, str]
    sources: tuple[SourceFacts, ...]
    layout: str
    mapping: tuple[MappedFrom, ...]
    options: dict[str, Any]
    periods: tuple[str, ...]
    importers: tuple[str, ...]
    nomenclatures: tuple[str, ...]
    funnel: tuple[FunnelStage, ...]
    notes: tuple[str, ...] = ()
    recognised: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    schema_version: int = field(default=SCHEMA_VERSION)

    def as_dict(self) -> dict[str, Any]:
        """The record as an object for files and ``--json``; a mapping says ``from``."""
        kept = asdict(self)
        kept["mapping"] = [
            {"column": item.column, "from": item.source, "file": item.file} for item in self.mapping
        ]
        return kept

    def left_out(self) -> tuple[FunnelStage, ...]:
        """The stages of rows that are not in the table."""
        return tuple(stage for stage in self.funnel if stage.kind in ("rejected", "excluded"))


def from_dict(kept: dict[str, Any]) -> IngestRecord:
    """The record that ``IngestRecord.as_dict`` gave.

    Raises:
        KeyError: Something is missing.
        TypeError: Something is not what it should be.
    """
    mapping = [
        MappedFrom(column=item["column"], source=item["from"], file=item["file"])
        for item in kept["mapping"]
    ]
    lists = ("periods", "importers", "nomenclatures", "notes", "recognised", "warnings")
    parts = {
        "table": TableFacts(**kept["table"]),
        "sources": tuple(SourceFacts(**item) for item in kept["sources"]),
        "mapping": tuple(mapping),
        "funnel": tuple(FunnelStage(**item) for item in kept["funnel"]),
        **{name: tuple(kept.get(name, ())) for name in lists},
    }
    return IngestRecord(**kept | parts)


def to_json(record: IngestRecord) -> bytes:
    """The record as JSON text: indented, UTF-8, with a line end at the end."""
    text = json.dumps(record.as_dict(), ensure_ascii=False, indent=2, allow_nan=False)
    return text.encode() + b"\n"


def record_path(table: Path) -> Path:
    """Where the record of a table is."""
    return table.with_name(f"{table.stem}.json")


def read_record(table: Path) -> IngestRecord | None:
    """The record kept beside a table; None where there is none.

    Raises:
        DataRejectedError: The record cannot be read, or is of another table than the one there.
        StorageError: The table cannot be read.
    """
    path = record_path(table)
    if not path.is_file():
        return None
    again = f"ingest again: retorsion ingest FILE --name {table.stem}"
    try:
        kept = json.loads(path.read_bytes())
        if kept["schema_version"] != SCHEMA_VERSION:
            raise _of_another_version(path, kept, again)
        record = from_dict(kept)
    except (OSError, ValueError, KeyError, TypeError) as err:
        raise DataRejectedError(
            f"the record {path.name} of {table.name} cannot be read", where=str(path), hint=again
        ) from err
    if record.table.sha256 != sha256_of(table):
        raise DataRejectedError(
            f"{table.name} is not the table that {path.name} records: its SHA-256 differs",
            where=str(table),
            hint=again,
        )
    _check_beside(table, record, again)
    return record


def _of_another_version(path: Path, kept: dict[str, Any], again: str) -> DataRejectedError:
    """Why a table cannot be used, where the layout of its record is an older or a newer one."""
    return DataRejectedError(
        f"the record {path.name} is of layout {kept['schema_version']}, written by retorsion "
        f"{kept.get('tool_version', 'of a version it does not say')}; this is retorsion "
        f"{tool_version()}, which reads layout {SCHEMA_VERSION}",
        where=str(path),
        hint=f"use the table with that version, or {again}",
    )


def beside_path(table: Path, what: str) -> Path:
    """The file beside a table that holds something of ``BESIDE``."""
    return table.with_name(f"{table.stem}.{what}.parquet")


def hashes_beside(table: Path) -> dict[str, str]:
    """The SHA-256 of each file beside a table, by what it holds.

    Raises:
        StorageError: A file cannot be read.
    """
    paths = {what: beside_path(table, what) for what in BESIDE}
    return {what: sha256_of(path) for what, path in paths.items() if path.is_file()}


def _check_beside(table: Path, record: IngestRecord, again: str) -> None:
    """Nothing, where the files beside a table are those of the same ingest."""
    found = hashes_beside(table)
    for what in BESIDE:
        if found.get(what) != record.beside.get(what):
            path = beside_path(table, what)
            raise DataRejectedError(
                f"{path.name} is not of the ingest that made {table.name}: it was cut short, or "
                "the file was altered",
                where=str(path),
                hint=again,
            )
