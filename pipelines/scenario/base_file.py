"""A file of base duties as text: its layout checked, its cells not yet judged."""

import io
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import polars as pl

from calc.codes import normalise_code
from calc.errors import Problem, ScenarioError, StorageError, did_you_mean
from pipelines.scenario.records import problems_of_shape, records_of

MAX_BYTES = 100_000_000
MAX_ROWS = 5_000_000
OPTIONAL_COLUMNS = {
    "specific_rate_usd", "specific_unit", "rate_text", "valid_until", "expression", "season",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class BaseFile:
    """The cells of a file of base duties as text, null where empty; row 2 comes first."""

    name: str
    cells: pl.DataFrame
    sha256: str


def read_base_file(path: Path, columns: list[str]) -> BaseFile:
    """The cells of a CSV or Parquet file in the BASE layout.

    Args:
        path: The file.
        columns: The columns of BASE; those that may be null may be absent from the file.

    Raises:
        ScenarioError: It is not such a file; holds all problems of its header or of its shape.
        StorageError: It cannot be read.
    """
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError as err:
        raise StorageError(f"cannot read {path.name}: {err.strerror}", where=str(path)) from err
    if len(content) > MAX_BYTES:
        raise ScenarioError(f"{path.name} is too large for a base", where=path.name)
    digest = sha256(content).hexdigest()
    if is_parquet(path):
        return BaseFile(path.name, _parquet_cells(path.name, content, columns), digest)
    lines = records_of(path.name, content)
    if not lines:
        raise ScenarioError(f"{path.name} is empty", where=path.name)
    header, rows = lines[0], lines[1:]
    _check_header(path.name, header, columns)
    if not rows:
        raise ScenarioError(
            f"{path.name} holds no rows: an empty base is not a base of zero", where=path.name
        )
    problems = problems_of_shape(path.name, lines, content)
    if problems:
        raise ScenarioError.collected(problems)
    code = header.index("code")
    texts = pl.DataFrame(
        [_cells(row, code) for row in rows], schema=dict.fromkeys(header, pl.String), orient="row"
    )
    return BaseFile(path.name, texts, digest)


def is_parquet(path: Path) -> bool:
    """Whether a file of base duties is named as Parquet."""
    return path.suffix.casefold() == ".parquet"


def _parquet_cells(name: str, content: bytes, columns: list[str]) -> pl.DataFrame:
    """The cells of a Parquet file as text.

    Raises:
        ScenarioError: It is not Parquet, has other columns, no rows, or more than five million.
    """
    try:
        scanned = pl.scan_parquet(io.BytesIO(content))
        schema = scanned.collect_schema()
        _check_header(name, schema.names(), columns)
        rows = scanned.select(pl.len()).collect().item()
        if rows > MAX_ROWS:
            raise ScenarioError(
                f"{name} has {rows:,} rows; a base has at most {MAX_ROWS:,}", where=name
            )
        cells = scanned.select(pl.all().cast(pl.String)).collect()
    except (pl.exceptions.PolarsError, OSError) as err:
        raise ScenarioError(
            f"{name} cannot be read as Parquet: {str(err).splitlines()[0]}",
            where=name,
            hint="make it again with: retorsion base FILE --name NAME",
        ) from err
    if cells.is_empty():
        raise ScenarioError(
            f"{name} holds no rows: an empty base is not a base of zero", where=name
        )
    return cells


def _check_header(name: str, header: list[str], columns: list[str]) -> None:
    where = f"{name} row 1"
    problems = [
        Problem(f"column {column} is missing", where, did_you_mean(column, header))
        for column in columns
        if column not in header and column not in OPTIONAL_COLUMNS
    ]
    problems += [
        Problem(f"{column!r} is not a column of a base", where, did_you_mean(column, columns))
        for column in header
        if column not in columns
    ]
    problems += [
        Problem(f"column {column} is there twice", where)
        for column in sorted({column for column in header if header.count(column) > 1})
    ]
    if problems:
        raise ScenarioError.collected(problems)


def _cells(row: list[str], code: int) -> tuple[str | None, ...]:
    """A row with its code as plain digits where it is one, and empty cells as nulls."""
    row[code] = normalise_code(row[code]) or row[code]
    return tuple(cell if cell != "" else None for cell in row)
