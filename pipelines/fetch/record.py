"""What a fetch asked and received, as kept beside its replies in ``record.json``."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from calc.errors import DataRejectedError
from pipelines.files import sha256_of, write_bytes

SCHEMA_VERSION = 1
FILE = "record.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A reply: its part, the file that holds it as received, and where it is from.

    Attributes:
        part: Name of the part.
        question: What of the query it answers, in words.
        file: Name of the file; null where the service had nothing to say, and nothing is kept.
        url: Address that was asked, without the key.
        fetched_on: Day of the reply, in UTC.
        sha256: Of its bytes.
        bytes: How many.
        rows: How many rows it holds; an archive counts as its files.
        whole: Why it is taken for whole, in words.
    """

    part: str
    question: str
    file: str | None
    url: str
    fetched_on: str
    sha256: str
    bytes: int
    rows: int
    whole: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchRecord:
    """What was asked of a service and what it replied.

    ``cut`` has the parts that were too large for one reply, with the rows that the service counts
    in them: the replies to their pieces have as many in all.
    """

    name: str
    service: str
    base: str
    asked: dict[str, Any]
    tool_version: str
    replies: tuple[Reply, ...] = ()
    cut: dict[str, int] = field(default_factory=dict)
    is_whole: bool = False
    schema_version: int = SCHEMA_VERSION

    @property
    def files(self) -> tuple[str, ...]:
        """The files that hold rows, in their order."""
        return tuple(reply.file for reply in self.replies if reply.file is not None)

    @property
    def rows(self) -> int:
        """Rows in all."""
        return sum(reply.rows for reply in self.replies)

    def reply_to(self, part: str) -> Reply | None:
        """The reply to a part; null where it is not there yet."""
        return next((reply for reply in self.replies if reply.part == part), None)

    def as_dict(self) -> dict[str, Any]:
        """The record as an object for its file and ``--json``."""
        return asdict(self)

    def is_of(self, other: "FetchRecord") -> bool:
        """Whether another record is of the same question to the same place."""
        return (self.service, self.base, self.asked) == (other.service, other.base, other.asked)


def write_record(folder: Path, record: FetchRecord) -> None:
    """Write a record, or leave the old one as it was.

    Raises:
        StorageError: It cannot be written.
    """
    text = json.dumps(record.as_dict(), ensure_ascii=False, indent=2, allow_nan=False)
    write_bytes(folder / FILE, text.encode() + b"\n")


def read_record(folder: Path) -> FetchRecord | None:
    """The record of a folder; null where there is none.

    Raises:
        DataRejectedError: It cannot be read.
    """
    path = folder / FILE
    if not path.is_file():
        return None
    try:
        kept = json.loads(path.read_bytes())
        if kept["schema_version"] != SCHEMA_VERSION:
            raise ValueError(f"schema version {kept['schema_version']}")
        replies = tuple(Reply(**reply) for reply in kept["replies"])
        return FetchRecord(**kept | {"replies": replies})
    except (OSError, ValueError, KeyError, TypeError) as err:
        raise DataRejectedError(
            f"the record {FILE} of {folder.name} cannot be read",
            where=str(path),
            hint="fetch anew with --again, or remove the folder",
        ) from err


def altered(folder: Path, record: FetchRecord) -> list[str]:
    """The files of a record that are lacking or are not as received.

    Raises:
        StorageError: A file cannot be read.
    """
    return [
        reply.file
        for reply in record.replies
        if reply.file is not None
        and (not (folder / reply.file).is_file() or sha256_of(folder / reply.file) != reply.sha256)
    ]
