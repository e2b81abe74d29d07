"""A sheet whose texts and numbers are written in one step; the library makes each out of parts.

Half of the time of a workbook is the writing of its cells, nearly all of which are of these kinds.
What is written is the same to the byte.
"""

from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell_fast
from xlsxwriter.worksheet import Worksheet

TRIED = "3.3.1"
"""The version of the library that is known to write these cells so; another one writes its own."""


class PlainCells(Worksheet):  # type: ignore[misc]
    """A sheet that writes its texts and numbers itself, and leaves all else to the library."""

    def _write_cell(self, row: int, col: int, cell: Any) -> None:
        kind, (value, shown, *_) = cell.__class__.__name__, cell
        if shown is None or kind not in ("String", "Number"):
            super()._write_cell(row, col, cell)
            return
        start = f'<c r="{xl_rowcol_to_cell_fast(row, col)}" s="{shown._get_xf_index()}"'
        if kind == "String":
            self.fh.write(f'{start} t="s"><v>{value}</v></c>')
        else:
            self.fh.write(f"{start}><v>{value:.16G}</v></c>")


def sheet_class() -> type[Worksheet]:
    """What writes the sheets of a workbook."""
    return PlainCells if xlsxwriter.__version__ == TRIED else Worksheet
