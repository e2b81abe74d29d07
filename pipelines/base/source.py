"""What a file of base duties is, and its table where it is one."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from calc.errors import DataRejectedError, UsageError, did_you_mean
from pipelines.base.hts_records import is_export
from pipelines.base.settings import LAYOUTS, BaseSettings
from pipelines.ingest.settings import IngestSettings
from pipelines.ingest.sniff import format_of
from pipelines.ingest.source import FIRST_ROW, ROW, Source, open_source

HEADERS = {"usitc-annual": ("hts8", "mfn_text_rate"), "wto": ("reporter_iso", "best_avlbl")}
"""Headers that tell a kind of table from all others."""


def layout_of(path: Path) -> str:
    """The kind of a file by its content.

    Raises:
        DataRejectedError: It is none that is read.
        LimitError: It is too large to be opened.
    """
    if format_of(path) in ("json", "gzip") and is_export(path):
        return "usitc-hts"
    with table_of(path) as source:
        for layout, headers in HEADERS.items():
            if set(headers) <= set(source.headers):
                return layout
        listed = ", ".join(header for header in source.headers[:8] if header)
    raise DataRejectedError(
        f"{path.name} is no schedule of duties that is read: its headers are {listed or 'none'}",
        where=path.name,
        hint=f"name its kind with --source ({', '.join(LAYOUTS)}), or write a CSV in the layout "
        "of BASE: retorsion schema base",
    )


@contextmanager
def table_of(path: Path) -> Iterator[Source]:
    """A CSV, workbook or Parquet file as text, open while it is used.

    Raises:
        DataRejectedError: It is no table, or a row has another number of fields than the header.
        LimitError: It is too large to be opened.
        StorageError: It cannot be read.
    """
    with TemporaryDirectory(prefix="retorsion-base-") as scratch:
        yield open_source(path, IngestSettings(name="base"), Path(scratch))


def columns_of(source: Source, wanted: Sequence[str], optional: Sequence[str] = ()) -> pl.DataFrame:
    """The named columns of a table as text, blanks stripped and empty cells null.

    Returns:
        ``source_row`` and the wanted columns in the order given; those optional ones that the
        file lacks are null.

    Raises:
        DataRejectedError: A wanted column is missing, or there is no row.
    """
    place = {header: f"cell_{number}" for number, header in enumerate(source.headers)}
    missing = [column for column in wanted if column not in place]
    if missing:
        raise DataRejectedError(
            f"{source.name} has no column {', '.join(missing)}",
            where=f"{source.name} row 1 ({source.said})",
            hint=did_you_mean(missing[0], list(place)),
        )
    texts = [
        pl.col(place[column]).str.strip_chars().replace("", None).alias(column)
        for column in (*wanted, *optional)
        if column in place
    ]
    absent = [pl.lit(None, pl.String).alias(name) for name in optional if name not in place]
    rows = source.cells.select(ROW, *texts, *absent).collect()
    if rows.is_empty():
        raise DataRejectedError(
            f"{source.name} holds only a header: an empty schedule is not a schedule of zero",
            where=f"{source.name} row {FIRST_ROW}",
        )
    return rows


def own_days_only(path: Path, settings: BaseSettings) -> None:
    """Nothing, where no day was given for a file that says its days itself.

    Raises:
        UsageError: One was given.
    """
    if settings.as_of is not None:
        raise UsageError(
            f"{path.name} says itself from which day each rate is in force",
            where="--as-of",
            hint="leave it out; a scenario chooses the day by its as_of",
        )


def edition_in(text: str) -> tuple[int, int] | None:
    """Year and month of the edition in a name such as ``tariff_database_202405``, else null."""
    found = re.search(r"(?<![0-9])((?:19|20)[0-9]{2})(0[1-9]|1[0-2])(?![0-9])", text)
    return None if found is None else (int(found[1]), int(found[2]))
