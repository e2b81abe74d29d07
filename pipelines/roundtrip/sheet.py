"""A sheet that a person edited, as rows of text: of a run's workbook, or a CSV of the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from calc.errors import DataRejectedError, Problem, did_you_mean
from pipelines.report.columns import NOT_APPLICABLE, UNKNOWN
from pipelines.scenario.annex import read_annex

EMPTY = (NOT_APPLICABLE, UNKNOWN)
FIRST_ROW = 2


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row of a sheet: its number as a spreadsheet counts it, and its cells by column."""

    number: int
    cells: dict[str, str]


def read_sheet(path: Path, name: str, needed: Sequence[str]) -> list[SheetRow]:
    """The rows of a sheet that hold anything; shorthand for what is not there is empty.

    Args:
        path: A workbook with the sheet, or a CSV or Parquet file with its columns.
        name: The sheet.
        needed: The columns without which it cannot be read; parentheses in a header say a unit.

    Raises:
        DataRejectedError: There is no such sheet, or a column is missing.
        ScenarioError: The file is not what its name says.
        StorageError: It cannot be read.
    """
    lines = _of_workbook(path, name) if path.suffix.casefold() == ".xlsx" else _of_text(path)
    head = [cell.partition(" (")[0].strip().casefold() for cell in lines[0]] if lines else []
    missing = [column for column in needed if column not in head]
    if missing:
        raise DataRejectedError(
            f"{path.name} has no column {', '.join(missing)}",
            where=f"{path.name}, sheet {name}, row 1",
            hint=f"keep the header of the sheet {name} of report.xlsx as it was written",
        )
    rows = []
    for number, line in enumerate(lines[1:], FIRST_ROW):
        cells = ["" if cell.strip() in EMPTY else cell.strip().lstrip("'") for cell in line]
        if any(cells):
            rows.append(SheetRow(number, dict(zip(head, cells, strict=False))))
    return rows


def _of_text(path: Path) -> list[Sequence[str]]:
    annex = read_annex(path, path.name)
    return [annex.columns, *annex.rows]


def _of_workbook(path: Path, name: str) -> list[Sequence[str]]:
    import fastexcel

    from calc.errors import StorageError

    try:
        content = path.read_bytes()
    except OSError as err:
        raise StorageError(f"cannot read {path.name}: {err.strerror}", where=str(path)) from err
    try:
        book = fastexcel.read_excel(content)
        names = book.sheet_names
        if name in names:
            cells = book.load_sheet(name, header_row=None, dtypes="string").to_polars()
            return [["" if cell is None else cell for cell in row] for row in cells.iter_rows()]
    except fastexcel.FastExcelError as err:
        raise DataRejectedError(
            f"{path.name} cannot be read as an Excel workbook", where=str(path),
            hint="save it as .xlsx again, or the sheet as CSV",
        ) from err  # fmt: skip
    raise DataRejectedError(
        f"{path.name} has no sheet {name!r}", where=path.name, hint=did_you_mean(name, names)
    )


def refuse(problems: Sequence[Problem]) -> None:
    """Nothing, where there are no problems.

    Raises:
        DataRejectedError: There are.
    """
    if problems:
        raise DataRejectedError.collected(problems)
