"""What services reply, in JSON, as cells of text."""

import json
from pathlib import Path
from typing import Any

import polars as pl

from calc.errors import DataRejectedError, LimitError
from pipelines.ingest.sdmx import sdmx_rows
from pipelines.ingest.settings import IngestSettings
from pipelines.ingest.sniff import AGAIN
from pipelines.ingest.source import Opened, cell, nothing
from pipelines.ingest.workbook import table
from pipelines.validation.words import counted

MAX_JSON_BYTES = 500_000_000


def json_rows(path: Path, settings: IngestSettings, content: bytes) -> Opened:
    """A reply as cells: an array of arrays with the headers first, objects, or SDMX-JSON.

    Args:
        path: The file, for its name.
        settings: What the caller chooses.
        content: Its bytes, unpacked.

    Raises:
        DataRejectedError: It is an error, holds no rows, or has another shape.
        LimitError: It is too large to be held.
    """
    if len(content) > MAX_JSON_BYTES:
        raise LimitError(
            f"{path.name} is larger than {MAX_JSON_BYTES:,} bytes, the most that is read as JSON",
            where=path.name,
            hint="ask the service for less at a time, or convert it to Parquet",
        )
    try:
        reply = json.loads(content, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError) as err:
        if _is_lines(content):
            raise DataRejectedError(
                f"{path.name} holds JSON Lines, an object a line, not one JSON array",
                where=path.name,
                hint="convert it to Parquet or CSV, or put its lines into one array [ ..., ... ]",
            ) from err
        raise DataRejectedError(
            f"{path.name} cannot be read as JSON: {err}", where=path.name, hint=AGAIN
        ) from err
    if not isinstance(reply, list):
        return _not_rows(path, reply, settings)
    if not reply:
        return nothing("JSON without rows")
    return _from_rows(path, reply)


def _is_lines(content: bytes) -> bool:
    """Whether the first two lines with text are JSON each by itself."""
    first = [line for line in content[:1_000_000].split(b"\n", 64) if line.strip()][:2]
    try:
        return len(first) == 2 and all(isinstance(json.loads(line), dict | list) for line in first)
    except (ValueError, RecursionError):
        return False


def _not_rows(path: Path, reply: dict[str, Any], settings: IngestSettings) -> Opened:
    if reply.get("error"):
        raise DataRejectedError(
            f"{path.name} holds a service's error, not a table: {str(reply['error'])[:200]}",
            where=path.name,
            hint="see what the service asks for, then download again",
        )
    if not reply.get("data", [""]):
        if settings.allow_empty:
            return nothing("JSON without rows")
        raise DataRejectedError(
            f"{path.name} holds a reply without rows: 0 rows is not zero trade",
            where=path.name,
            hint="see what was asked for; accept it with --allow-empty",
        )
    if isinstance(reply.get("data"), list):
        _check_listing(path, reply["data"])
        _check_count(path, reply.get("count"), len(reply["data"]))
        return _from_objects(path, reply["data"])
    if "dataSets" in reply and "structure" in reply:
        return sdmx_rows(path.name, reply)
    raise _shape(path, f"an object with {', '.join(sorted(reply)[:8])}")


def _check_listing(path: Path, rows: list[Any]) -> None:
    """Nothing, where the rows are not UN Comtrade's list of its bulk files.

    Raises:
        DataRejectedError: They are.
    """
    listed = sum(isinstance(row, dict) and {"fileUrl", "fileSize"} <= row.keys() for row in rows)
    if listed and listed == len(rows):
        raise DataRejectedError(
            f"{path.name} is a listing of files, not trade: it names {counted(listed, 'bulk file')}"
            " of UN Comtrade, and has no value",
            where=path.name,
            hint="download the files that it names, with your key, and ingest those (.txt.gz): "
            "retorsion ingest FILE --source comtrade-bulk --name NAME",
        )


def _check_count(path: Path, said: Any, rows: int) -> None:
    """Nothing, where a reply has as many rows as it says, or does not say how many.

    Raises:
        DataRejectedError: It has others: a part of it was kept, or replies were put together.
    """
    if str(said).isdecimal() and int(said) != rows:
        raise DataRejectedError(
            f"{path.name} says that it has {counted(int(said), 'row')}, and has {rows:,}",
            where=f'{path.name} "count"',
            hint="ask again and keep the whole reply; or mend the count if rows were taken out "
            "on purpose",
        )


def _from_rows(path: Path, reply: list[Any]) -> Opened:
    width = len(reply[0]) if isinstance(reply[0], list) else 0
    for row, fields in enumerate(reply, 1):
        if not isinstance(fields, list):
            raise _shape(path, f"row {row} is not an array")
        if len(fields) != width or any(isinstance(field, list | dict) for field in fields):
            raise DataRejectedError(
                f"a row of {path.name} has {len(fields)} fields, the header has {width}"
                if len(fields) != width
                else f"a field of {path.name} is not a text or number",
                where=f"{path.name} row {row}",
                hint=AGAIN,
            )
    columns = [
        pl.Series(cell(place), [_text(fields[place]) for fields in reply], pl.String)
        for place in range(width)
    ]
    return table("JSON, an array of rows", pl.DataFrame(columns))


def _from_objects(path: Path, rows: list[Any]) -> Opened:
    """Rows that are objects, with the columns in the order in which they first occur."""
    for place, row in enumerate(rows, 1):
        if not isinstance(row, dict):
            raise _shape(path, f"row {place} of its data is not an object")
    headers = list(dict.fromkeys(name for row in rows for name in row))
    columns = [
        pl.Series(cell(place), [name, *(_text(row.get(name)) for row in rows)], pl.String)
        for place, name in enumerate(headers)
    ]
    return table("JSON, an array of objects", pl.DataFrame(columns))


def _text(field: Any) -> str | None:
    return field if isinstance(field, str) or field is None else str(field).lower()


def _shape(path: Path, found: str) -> DataRejectedError:
    return DataRejectedError(
        f"{path.name} is JSON of a shape that is not read: {found}",
        where=path.name,
        hint="an array of arrays is read, the first of them the headers, and what declared sources "
        "reply; else convert it to CSV",
    )
