"""An annex: a long list in CSV, XLSX or Parquet, as rows of text with their numbers."""

import difflib
import io
import warnings
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path

from calc.errors import Problem, ScenarioError, StorageError, did_you_mean
from calc.rate_text import quoted
from pipelines.scenario.fields import ISO_DAY, Table
from pipelines.scenario.no_day import no_such_day
from pipelines.scenario.records import FIRST_ROW, problems_of_shape, records_of
from pipelines.scenario.timed import FIRST_DAY

MAX_BYTES = 100_000_000
MAX_ROWS = 200_000
MAX_COLUMNS = 200
MISSPELT = 0.75
"""How like a column of the language another must be to be taken for a slip of the pen."""


@dataclass(frozen=True, slots=True)
class Annex:
    """The cells of an annex as text, empty ones as empty texts; row 2 comes first.

    ``name`` is its path from the scenario's folder.
    """

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    sha256: str

    def cells(self, table: Table, key: str) -> "Iterator[Row]":
        """Each row with a place to enter its problems at, under the key that names the annex."""
        for number, row in enumerate(self.rows, FIRST_ROW):
            yield Row(self, number, dict(zip(self.columns, row, strict=True)), table, key)

    def check_columns(
        self,
        table: Table,
        key: str,
        *,
        known: Collection[str],
        required: Collection[str],
    ) -> bool:
        """Whether the annex has the columns that are needed.

        What is missing is entered as a problem, and so is a column whose name is nearly one that
        is read.
        """
        where = f"{self.name} row 1"
        problems = [
            Problem(f"column {column} is missing", where, did_you_mean(column, self.columns))
            for column in required
            if column not in self.columns
        ]
        others = [column for column in self.columns if column not in known]
        missing = [column for column in known if column not in self.columns]
        for column in others:
            near = difflib.get_close_matches(column.casefold(), missing, n=1, cutoff=MISSPELT)
            if near:
                problems.append(
                    Problem(f"{quoted(column)} is not a column of an annex", where,
                            f"did you mean {near[0]}?")
                )  # fmt: skip
        for problem in problems:
            table.ledger.enter((*table.path, key), problem)
        return not problems


@dataclass(frozen=True, slots=True)
class Row:
    """A row of an annex: its cells by column, and a place to enter what is wrong with one."""

    annex: Annex
    number: int
    cells: dict[str, str]
    table: Table
    key: str

    def refuse(self, key: str | int, what: str, hint: str = "") -> None:
        """Enter a problem at a column."""
        value = self.cells.get(str(key), "")
        cell = f" = {quoted(value)}" if value else ""
        where = f"{self.annex.name} row {self.number}, column {key}{cell}"
        self.table.ledger.enter((*self.table.path, self.key), Problem(what, where, hint))

    def text(self, column: str) -> str:
        """A cell without the blanks around it; empty where it is empty or not there."""
        return self.cells.get(column, "").strip()

    def day(self, column: str) -> date | None:
        """The date in a cell; null where it is empty or refused."""
        text = self.text(column).removesuffix(" 00:00:00").removesuffix("T00:00:00")
        if not text:
            return None
        try:
            day = date.fromisoformat(text) if ISO_DAY.fullmatch(text) else None
        except ValueError:
            day = None
        if day is None or day < FIRST_DAY:
            hint = no_such_day(text) or "write year-month-day: 2024-12-31"
            self.refuse(column, f"{quoted(text)} is not a date", hint)
        return day


def read_annex(path: Path, name: str) -> Annex:
    """The cells of an annex.

    Args:
        path: A file whose suffix is ``.csv``, ``.xlsx`` or ``.parquet``.
        name: Its path as messages give it.

    Raises:
        ScenarioError: It is too large, holds no rows, or is not such a file.
        StorageError: It cannot be read.
    """
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError as err:
        raise StorageError(f"cannot read {path.name}: {err.strerror}", where=name) from err
    if len(content) > MAX_BYTES:
        raise ScenarioError(f"{name} is too large for an annex", where=name)
    suffix = path.suffix.casefold()
    readers = {".xlsx": _workbook, ".parquet": _parquet}
    lines = readers[suffix](name, content) if suffix in readers else records_of(name, content)
    return _annex(name, lines, content)


def _annex(name: str, lines: Sequence[Sequence[str]], content: bytes) -> Annex:
    if len(lines) < FIRST_ROW:
        raise ScenarioError(f"{name} holds no rows: an annex names something", where=name)
    if len(lines) > MAX_ROWS or len(lines[0]) > MAX_COLUMNS:
        raise ScenarioError(
            f"{name} is too large for an annex: at most {MAX_ROWS:,} rows, {MAX_COLUMNS} columns",
            where=name,
        )
    header = tuple(cell.strip() for cell in lines[0])
    problems = [
        Problem(f"column {quoted(column)} is there twice", f"{name} row 1")
        for column in sorted({column for column in header if header.count(column) > 1})
    ]
    problems += problems_of_shape(name, lines, content)
    if problems:
        raise ScenarioError.collected(problems)
    return Annex(name, header, tuple(map(tuple, lines[1:])), sha256(content).hexdigest())


def _workbook(name: str, content: bytes) -> list[list[str]]:
    """The cells of the one sheet of a workbook that holds any."""
    import fastexcel

    try:
        book = fastexcel.read_excel(content)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            sheets = {
                sheet: book.load_sheet(sheet, header_row=None, dtypes="string").to_polars()
                for sheet in book.sheet_names
            }
    except fastexcel.FastExcelError as err:
        raise ScenarioError(f"{name} cannot be read as an Excel workbook", where=name) from err
    filled = {sheet: cells for sheet, cells in sheets.items() if cells.height}
    if len(filled) > 1:
        raise ScenarioError(
            f"{name} has {len(filled)} sheets with content: {', '.join(filled)}",
            where=name,
            hint="keep the annex in a workbook of its own: which sheet is meant is not guessed",
        )
    rows = [row for cells in filled.values() for row in cells.iter_rows()]
    return [["" if cell is None else str(cell) for cell in row] for row in rows]


def _parquet(name: str, content: bytes) -> list[list[str]]:
    """The header and cells of a Parquet file as text."""
    import polars as pl

    try:
        rows = pl.scan_parquet(io.BytesIO(content)).select(pl.len()).collect().item()
        if rows > MAX_ROWS:
            raise ScenarioError(f"{name} has {rows:,} rows, too many for an annex", where=name)
        found = pl.read_parquet(io.BytesIO(content))
        if any(dtype.is_nested() or dtype == pl.Binary for dtype in found.dtypes):
            raise ScenarioError(f"{name} has a column that is not one of cells", where=name)
        texts = found.select(pl.all().cast(pl.String).fill_null(""))
    except (pl.exceptions.PolarsError, OSError) as err:
        raise ScenarioError(f"{name} cannot be read as Parquet", where=name) from err
    return [list(texts.columns), *(list(row) for row in texts.iter_rows())]
