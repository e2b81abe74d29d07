"""A file as text: a frame of its cells with their row numbers, whatever its format."""

from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from calc.errors import DataRejectedError, LimitError, Problem, StorageError, UsageError
from pipelines.files import sha256_of
from pipelines.ingest.settings import IngestSettings

ROW = "source_row"
PART = "source_part"
"""Which of the rows that a wide row is unpivoted to, from 1; only in sources that are."""
FIRST_ROW = 2
"""The row of the first record, as a spreadsheet counts: the header is row 1."""
MAX_COLUMNS = 2_000
Typed = Callable[[Collection[str]], pl.LazyFrame]
"""The cells of a file, those that are named as numbers: its reading ends where one is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file as text.

    Attributes:
        name: The file's name, without folder.
        sha256: Its hash, and ``bytes`` its size.
        said: What it is, in words: format, delimiter, encoding.
        headers: Its header line; none where the file is empty.
        cells: ``source_row`` and ``cell_0`` to ``cell_n``, text, null where empty; cells beyond
            the header where a row has more.
        records: Rows below the header, where they were counted before reading.
        misshapen: Row to its number of fields, where that is not the header's.
        notes: What looked odd, in sentences.
        own_width: How many columns are the file's own, where others are made of them; else 0.
        warnings: Those of the notes that may mean that the file is faulty.
        given: The file as the caller named it, for commands to type; empty where it has no place.
        typed: Reads some of the cells as numbers; null where the format does not tell them so.
        is_quick: Whether records of another number of fields were looked for by totals alone:
            reading ends with an error of polars where there are some, and it has to be opened
            again.
    """

    name: str
    sha256: str
    bytes: int
    said: str
    headers: tuple[str, ...]
    cells: pl.LazyFrame
    records: int | None = None
    misshapen: Mapping[int, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    own_width: int = 0
    warnings: tuple[str, ...] = ()
    given: str = ""
    typed: Typed | None = None
    is_quick: bool = False

    @property
    def width(self) -> int:
        """How many columns of cells there are."""
        names = self.cells.collect_schema().names()
        return sum(name not in (ROW, PART) for name in names)

    @property
    def own(self) -> int:
        """How many of the columns are the file's own, not made of others."""
        return self.own_width or self.width

    @property
    def keys(self) -> list[str]:
        """What tells a row of cells from all others: its row, and its part in a wide file."""
        return [ROW, PART] if PART in self.cells.collect_schema() else [ROW]

    @property
    def labels(self) -> dict[str, str]:
        """Cell column to a label that no other has: its header, or its place where it has none."""
        names = [*self.headers, *[""] * self.own][: self.own]
        return {
            cell(place): name if name else f"(column {place + 1})"
            for place, name in enumerate(names)
        }


def cell(place: int) -> str:
    """The name of the column that holds a cell, by its place from 0."""
    return f"cell_{place}"


def open_source(
    path: Path, settings: IngestSettings, scratch: Path, *, quick: bool = False
) -> Source:
    """A file as text, of any format that ingest reads.

    Args:
        path: The file.
        settings: What the caller chooses.
        scratch: A folder for a text that has to be unpacked or decoded; it must outlive the use
            of the source.
        quick: Whether a plain text may be judged by its totals: see ``Source.is_quick``.

    Raises:
        DataRejectedError: The file is not a table, is not whole, or is not named as what it is.
        LimitError: It is too large to be opened.
        StorageError: The system does not let it be read.
    """
    try:
        with ThreadPoolExecutor(1) as beside:  # the hash is had while the text is looked at
            hashed = beside.submit(sha256_of, path)
            return _opened(path, settings, scratch, hashed, quick=quick)
    except OSError as err:
        raise StorageError(
            f"cannot read {path.name}: {err.strerror or err}",
            where=str(path),
            hint="see who may read it, and that there is space to unpack it",
        ) from err


def _opened(
    path: Path, settings: IngestSettings, scratch: Path, hashed: Future[str], *, quick: bool
) -> Source:
    from pipelines.ingest import archive, delimited, other, replies, sniff, text, workbook

    found = sniff.format_of(path)
    if settings.sheet is not None and found != "xlsx":
        raise UsageError(
            f"{path.name} is {sniff.CALLED[found]}: it has no sheets",
            where="--sheet",
            hint="leave --sheet away",
        )
    if found == "parquet":
        opened = other.parquet(path)
    elif found == "xlsx":
        opened = workbook.workbook(path, settings)
    elif found == "json":
        opened = replies.json_rows(path, settings, text.whole(path, packed=False))
    elif found == "gzip" and text.starts_as_json(path):
        opened = replies.json_rows(path, settings, text.whole(path, packed=True))
    elif found == "7z":
        unpacked = archive.unpacked(path, scratch)
        opened = delimited.delimited(unpacked, settings, scratch, packed=False)
    elif found == "empty":
        opened = nothing("an empty file")
    else:
        opened = delimited.delimited(path, settings, scratch, packed=found == "gzip", quick=quick)
    check_headers(path.name, opened.headers)
    return Source(
        name=path.name,
        sha256=hashed.result(),
        bytes=path.stat().st_size,
        said=opened.said,
        headers=opened.headers,
        cells=opened.cells,
        records=opened.records,
        misshapen=opened.misshapen,
        notes=opened.notes,
        warnings=opened.warnings,
        given=str(path),
        typed=opened.typed,
        is_quick=opened.is_quick,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What a reader of one format makes of a file; see ``Source``."""

    said: str
    headers: tuple[str, ...]
    cells: pl.LazyFrame
    records: int | None = None
    misshapen: Mapping[int, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    typed: Typed | None = None
    is_quick: bool = False


def nothing(said: str) -> Opened:
    """A file without header and rows."""
    return Opened(said=said, headers=(), cells=pl.LazyFrame(schema={ROW: pl.Int64}))


def check_headers(name: str, headers: tuple[str, ...]) -> None:
    """Nothing, where no two columns have the same header and there are not absurdly many.

    Raises:
        DataRejectedError: A header is there twice.
        LimitError: There are more than 2,000 columns.
    """
    if len(headers) > MAX_COLUMNS:
        raise LimitError(
            f"{name} has {len(headers):,} columns; at most {MAX_COLUMNS:,} are read", where=name
        )
    twice = sorted({header for header in headers if header and headers.count(header) > 1})
    problems = [
        Problem(
            f'the header "{header}" is there {headers.count(header)} times',
            where=f"{name} row 1, columns "
            + " and ".join(str(n) for n, found in enumerate(headers, 1) if found == header),
            hint="rename or remove one: which is meant is not guessed",
        )
        for header in twice
    ]
    if problems:
        raise DataRejectedError.collected(problems)
