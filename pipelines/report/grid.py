"""A sheet that holds one table from A1: a real table object, with filters and a frozen header."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from textwrap import wrap

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_range_abs
from xlsxwriter.worksheet import Worksheet

from pipelines.report.columns import UNKNOWN, Column
from pipelines.report.plain_cells import sheet_class

NOT_IN_NAME = re.compile(r"[^A-Za-z0-9_]")
EXCEL_ROWS = 1_048_576
LONGEST_TEXT = 32_000
LINE_HEIGHT = 15
A4 = 9
PAGE_WIDTH = 230
PRINTED_ROWS = 50
PRINTED_WHOLE = ("annex", "checks", "how to read")
"""Sheets that are printed to their last row; of others that are longer, the first rows are."""
SENTENCE_WIDTH = 34
MOST_LINES = 20
TEXTS_KEPT = 4096
"""Texts of which it is kept how many lines they take: reasons and sources stand in many rows."""

# The space after a number keeps it off the text of the next column.
NUMBER_FORMATS = {
    "money": "#,##0_)",
    "percent": "0.00%_)",
    "count": "#,##0_)",
    "number": "#,##0.###_)",
    "date": "yyyy-mm-dd_)",
}
# LibreOffice shows a flag as 1 or 0 unless its format says the words; Excel always says them.
FLAGS = '"TRUE";"TRUE";"FALSE"'


@dataclass(frozen=True, slots=True)
class Formula:
    """A live formula and the value that it had when the sheet was written."""

    text: str
    value: float | bool


@dataclass(frozen=True, slots=True)
class Given:
    """A number that a reader is meant to change, shown as a kind of its own, in a frame."""

    value: float
    kind: str


Cell = str | bool | float | date | Formula | Given


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table to be written to a sheet of its own; ``purpose`` is its sentence in the contents.

    ``names`` are cells that have a name of their own: the name, its row and its column from 0.
    """

    name: str
    purpose: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    frozen_columns: int = 0
    names: Sequence[tuple[str, int, int]] = ()

    def cells_of(self, column: str) -> str:
        """The absolute range of a column's cells: ``by_group!$C$2:$C$5``."""
        position = [shown.name for shown in self.columns].index(column)
        return f"{self.name}!{xl_range_abs(1, position, max(len(self.rows), 1), position)}"


class Book:
    """A workbook under way: its sheets and its few cell formats."""

    def __init__(self, workbook: xlsxwriter.Workbook) -> None:
        self.workbook = workbook
        self.formats: dict[str, Format] = {
            kind: workbook.add_format({"num_format": pattern, "valign": "top"})
            for kind, pattern in NUMBER_FORMATS.items()
        }
        # In a list of labels and values, a number stands beside its label.
        self.formats |= {
            f"left {kind}": workbook.add_format(
                {"num_format": pattern, "valign": "top", "align": "left"}
            )
            for kind, pattern in NUMBER_FORMATS.items()
        }
        self.formats |= {
            f"given {kind}": workbook.add_format(
                {"num_format": NUMBER_FORMATS[kind], "valign": "top", "border": 1,
                 "bg_color": "#FFF8DC"}
            )
            for kind in ("percent", "number")
        }  # fmt: skip
        # Cells of format text stay text when edited: codes keep their zeros, "=1+1" stays text.
        text = {"num_format": "@", "valign": "top"}
        self.formats |= {
            "text": workbook.add_format(text),
            "wrapped": workbook.add_format(text | {"text_wrap": True}),
            "mark": workbook.add_format(text | {"align": "right", "indent": 1}),
            "flag": workbook.add_format({"num_format": FLAGS, "valign": "top", "align": "left"}),
            "header": workbook.add_format(
                {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1}
            ),
        }

    def put(self, sheet: Worksheet, place: tuple[int, int], value: Cell, kind: str) -> None:
        """Write a cell as what it is: text is never taken for a number, a link or a formula."""
        row, column = place
        shown = self.formats[kind]
        if isinstance(value, str):
            sheet.write_string(row, column, cut(value), self.text_format(kind))
        elif isinstance(value, Formula):
            sheet.write_formula(row, column, value.text, shown, value.value)
        elif isinstance(value, Given):
            sheet.write_number(row, column, value.value, self.formats[f"given {value.kind}"])
        elif isinstance(value, bool):
            sheet.write_boolean(row, column, value, shown)
        elif isinstance(value, date):
            sheet.write_datetime(row, column, datetime.combine(value, time()), shown)
        elif math.isfinite(value):
            sheet.write_number(row, column, value, shown)
        else:
            sheet.write_string(row, column, UNKNOWN, self.formats["mark"])

    def text_format(self, kind: str) -> Format:
        """The format of a text: a shorthand in a column of numbers stands where they stand."""
        if kind in ("text", "wrapped"):
            return self.formats[kind]
        return self.formats["text" if kind == "flag" or kind.startswith("left") else "mark"]


def cut(text: str) -> str:
    """The text, or as much of it as a cell holds and a word that there is more."""
    if len(text) <= LONGEST_TEXT:
        return text
    return f"{text[:LONGEST_TEXT]} ... (cut; the Parquet file has it all)"


@lru_cache(maxsize=TEXTS_KEPT)
def lines_of(text: str, width: int) -> int:
    """Lines that a wrapped text takes in a column of that width."""
    # A width counts digits; letters of a text are a little narrower on average.
    room = max(int(width * 1.1), 1)
    return 1 if len(text) <= room else len(wrap(text, room))


def header_height(columns: Sequence[Column]) -> int:
    """Points that the tallest wrapped header needs: it is bold, beside the filter's button."""
    return LINE_HEIGHT * max(lines_of(column.header, column.width - 3) for column in columns)


def put_grid(book: Book, grid: Grid, footer: str) -> None:
    """Write a grid to a new sheet."""
    sheet = book.workbook.add_worksheet(grid.name, sheet_class())
    for position, column in enumerate(grid.columns):
        sheet.set_column(position, position, column.width)
    put_rows(book, sheet, grid)
    for name, row_of, column_of in grid.names:
        cell = xl_range_abs(row_of + 1, column_of, row_of + 1, column_of)
        book.workbook.define_name(NOT_IN_NAME.sub("_", name), f"={grid.name}!{cell}")
    add_table(book, sheet, grid)
    set_page(sheet, grid, footer)


def put_rows(book: Book, sheet: Worksheet, grid: Grid) -> None:
    """Write the rows of a grid under its header, each as high as its wrapped texts need."""
    kinds = [shown_as(column) for column in grid.columns]
    # Nearly all cells are texts and numbers, whose formats are looked up once a column.
    formats = [(book.text_format(kind), book.formats[kind]) for kind in kinds]
    wrapped = [position for position, kind in enumerate(kinds) if kind == "wrapped"]
    text, number = sheet.write_string, sheet.write_number
    for at, row in enumerate(grid.rows, start=1):
        for position, value in enumerate(row):
            if value.__class__ is str and len(value) <= LONGEST_TEXT:
                text(at, position, value, formats[position][0])
            elif value.__class__ is int or (value.__class__ is float and math.isfinite(value)):
                number(at, position, value, formats[position][1])
            else:
                book.put(sheet, (at, position), value, kinds[position])
        tallest = max((lines_of(str(row[p]), grid.columns[p].width) for p in wrapped), default=1)
        # Heights are written because not every program fits rows to wrapped text by itself.
        if tallest > 1:
            sheet.set_row(at, LINE_HEIGHT * min(tallest, MOST_LINES))


def shown_as(column: Column) -> str:
    """The format of a column's cells; sentences are wrapped, short texts are not."""
    return "wrapped" if column.kind == "text" and column.width >= SENTENCE_WIDTH else column.kind


def add_table(book: Book, sheet: Worksheet, grid: Grid) -> None:
    """Make the cells a table object with filters, under a header row that stays in view."""
    last_row, last_column = len(grid.rows), len(grid.columns) - 1
    header = book.formats["header"]
    sheet.add_table(
        0,
        0,
        last_row,
        last_column,
        {
            "name": grid.name.replace(" ", "_"),
            "style": "Table Style Light 1",
            "title": grid.name,
            "description": grid.purpose,
            "columns": [{"header": c.header, "header_format": header} for c in grid.columns],
        },
    )
    sheet.set_row(0, header_height(grid.columns))
    sheet.freeze_panes(1, grid.frozen_columns)
    # Codes are text on purpose; the green corner that offers to make them numbers is not wanted.
    cells = xl_range_abs(0, 0, last_row, last_column).replace("$", "")
    sheet.ignore_errors({"number_stored_as_text": cells})


def set_page(sheet: Worksheet, grid: Grid, footer: str) -> None:
    """Lay the sheet out for print: A4 across, header and key on each page, the run at the foot.

    Of a long list the first rows are printed, and the foot says so: it is for the screen.
    """
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.repeat_rows(0)
    if grid.frozen_columns:
        sheet.repeat_columns(0, grid.frozen_columns - 1)
    width = sum(column.width for column in grid.columns)
    sheet.fit_to_pages(max(round(width / PAGE_WIDTH), 1), 0)
    footer = footer.replace("&", "&&")
    if len(grid.rows) > PRINTED_ROWS and grid.name not in PRINTED_WHOLE:
        sheet.print_area(0, 0, PRINTED_ROWS, len(grid.columns) - 1)
        footer = f"The first {PRINTED_ROWS} of {len(grid.rows):,} rows are printed. {footer}"
    sheet.set_footer(f"&L{footer[:200]}&R&A, page &P of &N")
