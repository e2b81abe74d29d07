"""The records of the Harmonized Tariff Schedule's JSON export, checked one by one."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from calc.errors import DataRejectedError, LimitError, Problem, did_you_mean
from pipelines.ingest.sniff import AGAIN, format_of, kind_of
from pipelines.ingest.text import Decoder, raw_chunks

MAX_BYTES = 200_000_000
MAX_INDENT = 30
FIELDS = ("htsno", "indent", "general", "special", "other")
NUMBER = re.compile(r"[0-9]{4}(?:\.?[0-9]{2}){0,3}")
INDENT = re.compile(r"[0-9]{1,2}")


@dataclass(frozen=True, slots=True)
class HtsRecord:
    """A record: its place from 1, the digits of its number (none where it has none), its rates."""

    row: int
    digits: str
    indent: int
    general: str
    special: str
    other: str

    @property
    def has_rate(self) -> bool:
        """Whether it prints a rate of its own in any column."""
        return bool(self.general or self.special or self.other)

    @property
    def rates(self) -> tuple[str, str, str]:
        """Its three columns."""
        return self.general, self.special, self.other


def read_records(path: Path) -> list[HtsRecord]:
    """The records of a JSON export, also in a gzip archive, in the order of the file.

    Raises:
        DataRejectedError: It is not JSON, not such an export, or records of it are not whole:
            all of them are named.
        LimitError: It unpacks to more than 200 MB.
    """
    reply = _parsed(path)
    if not isinstance(reply, list) or not all(isinstance(item, dict) for item in reply):
        raise _not_export(path, "it is not an array of records")
    if not reply:
        raise DataRejectedError(f"{path.name} holds no records", where=path.name, hint=AGAIN)
    missing = [name for name in FIELDS if name not in reply[0]]
    if missing:
        near = did_you_mean(missing[0], list(reply[0]))
        raise _not_export(path, f"its first record has no {', '.join(missing)}", near)
    problems = [
        problem
        for row, item in enumerate(reply, 1)
        for problem in _problems(item, f"{path.name} record {row}")
    ]
    if problems:
        raise DataRejectedError.collected(problems)
    return [_record(row, item) for row, item in enumerate(reply, 1)]


def is_export(path: Path) -> bool:
    """Whether a file is JSON, as far as its first bytes tell, packed or not."""
    return kind_of(_head(path), path) == "json"


def _head(path: Path) -> bytes:
    packed = format_of(path) == "gzip"
    return next(raw_chunks(path, packed=packed), b"")[:4096]


def _parsed(path: Path) -> Any:
    chunks, size = [], 0
    packed = format_of(path) == "gzip"
    for chunk in Decoder(path.name, None).utf8(raw_chunks(path, packed=packed)):
        size += len(chunk)
        if size > MAX_BYTES:
            raise LimitError(
                f"{path.name} is larger than {MAX_BYTES:,} bytes of JSON, the most that is read",
                where=path.name,
                hint="a whole edition of the schedule has about 20,000,000",
            )
        chunks.append(chunk)
    try:
        return json.loads(b"".join(chunks))
    except (ValueError, RecursionError) as err:
        raise DataRejectedError(
            f"{path.name} cannot be read as JSON: {err}", where=path.name, hint=AGAIN
        ) from err


def _not_export(path: Path, why: str, near: str = "") -> DataRejectedError:
    return DataRejectedError(
        f"{path.name} is not a JSON export of the Harmonized Tariff Schedule: {why}",
        where=path.name,
        hint=near or "download it from hts.usitc.gov as JSON",
    )


def _problems(item: dict[str, Any], place: str) -> Iterator[Problem]:
    for name in FIELDS:
        value = item.get(name)
        if value is not None and not isinstance(value, str):
            yield Problem(f"{name} is {type(value).__name__}, not text", f"{place}, {name}", AGAIN)
    number, indent = item.get("htsno"), item.get("indent")
    if isinstance(number, str) and number.strip() and not NUMBER.fullmatch(number.strip()):
        yield Problem(
            f"{number[:40]!r} is not a number of the schedule",
            f"{place}, htsno",
            "it has 4, 6, 8 or 10 digits, such as 0101.21.00",
        )
    level = indent.strip() if isinstance(indent, str) else ""
    if not INDENT.fullmatch(level) or int(level) > MAX_INDENT:
        yield Problem(
            f"indent {indent!r} is not a number from 0 to {MAX_INDENT}",
            f"{place}, indent",
            "rates are inherited by indent: without it they are not known",
        )


def _record(row: int, item: dict[str, Any]) -> HtsRecord:
    texts = {name: (item.get(name) or "").strip() for name in FIELDS}
    return HtsRecord(
        row=row,
        digits=texts["htsno"].replace(".", ""),
        indent=int(texts["indent"]),
        general=texts["general"],
        special=texts["special"],
        other=texts["other"],
    )
