"""What was made of a published schedule, as kept beside its base in ``<name>.json``."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFacts:
    """A file read or written: its name without folder, SHA-256, bytes and rows."""

    file: str
    sha256: str
    bytes: int
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """How many printed rates are not used for one reason, and the first of their rows."""

    reason: str
    programmes: Sequence[str]
    count: int
    first_rows: Sequence[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseRecord:
    """What was read, how, what it came to, and what could not be used.

    ``funnel`` counts rows of the file and printed rates, each by fate; ``rates`` counts the
    lines of each programme by type of rate.
    """

    name: str
    tool_version: str
    layout: str
    said: str
    origin: str
    edition: str
    importer: str
    options: Mapping[str, Any]
    source: FileFacts
    table: FileFacts
    refused_table: FileFacts
    funnel: Sequence[Mapping[str, Any]]
    rates: Mapping[str, Mapping[str, int]]
    refused: Sequence[Refused]
    notes: Sequence[str]
    schema_version: int = field(default=SCHEMA_VERSION)

    def as_dict(self) -> dict[str, Any]:
        """The record as an object for its file and for ``--json``."""
        return asdict(self)


def to_json(record: BaseRecord) -> bytes:
    """The record as JSON text: indented, UTF-8, with a line end at the end."""
    text = json.dumps(record.as_dict(), ensure_ascii=False, indent=2, allow_nan=False)
    return text.encode() + b"\n"
