"""The spreadsheet of a run: a cover, then one table a sheet, the same bytes for the same run."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from pathlib import Path

import xlsxwriter

from pipelines.files import write_bytes
from pipelines.report.audit import annex_grid, audit_grid
from pipelines.report.checks import all_checks, checks_grid
from pipelines.report.cover import ANSWERS, cover_entries, put_cover
from pipelines.report.facts import RunFacts
from pipelines.report.figures import Tables
from pipelines.report.grid import EXCEL_ROWS, Book, Grid, put_grid
from pipelines.report.live import live_grids
from pipelines.report.money import a_dollar, put_in_money
from pipelines.report.money_sheets import entry_in, grid_in
from pipelines.report.sheets import TABLE_SHEETS, elsewhere_grid, how_to_read_grid, table_grid

BEHIND_LINES = ("lines", "components", "by_measure")
DETAIL_ROWS = 100_000
# A fixed day: a file that held the time of its making would differ at each run.
CREATED = datetime(1980, 1, 1)
OPTIONS = {
    # Parts made in memory carry no time and no permissions of the machine.
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def write_workbook(
    path: Path, facts: RunFacts, tables: Tables, *, detail_rows: int = DETAIL_ROWS
) -> None:
    """Write the spreadsheet of a run, or leave the file of that name as it was.

    Args:
        path: The ``.xlsx`` file.
        facts: What is said of the run.
        tables: Table name to frame, as declared in ``calc.tables``; absent tables have no sheet.
        detail_rows: A table of more rows is not written; its sheet names the Parquet file.

    Raises:
        StorageError: The file cannot be written.
    """
    write_bytes(path, workbook_bytes(facts, tables, detail_rows=detail_rows))


def workbook_bytes(facts: RunFacts, tables: Tables, *, detail_rows: int = DETAIL_ROWS) -> bytes:
    """The spreadsheet of a run as the bytes of its file, in the money that the facts name."""
    currency, own = facts.currency, facts
    facts, tables = put_in_money(facts, tables)
    most = min(detail_rows, EXCEL_ROWS - 1)
    whole = [name for name in TABLE_SHEETS if name in tables and tables[name].height <= most]
    written = {name: table_grid(name, tables[name]) for name in whole}
    grids = [
        written[name] if name in written else elsewhere_grid(name, tables[name].height, facts)
        for name in TABLE_SHEETS
        if name in tables
    ]
    live = live_grids(tables, a_dollar(currency))
    written |= {grid.name: grid for grid in live}
    grids = [*grids, *live, *_detail(facts, tables, most)]
    checks = all_checks(tables, written, a_dollar(currency))
    if checks:
        grids.append(checks_grid(checks))
    explained = how_to_read_grid(grids)
    if explained.rows:
        grids.append(explained)
    stream = BytesIO()
    workbook = xlsxwriter.Workbook(stream, OPTIONS)
    book = Book(workbook)
    set_properties(workbook, own)
    cover = cover_entries(facts, tables, grids, checks)
    put_cover(book, [entry_in(currency, one) for one in cover])
    put_grids(book, [grid_in(currency, grid) for grid in grids], own)
    workbook.close()
    return stream.getvalue()


def _detail(facts: RunFacts, tables: Tables, most: int) -> Iterator[Grid]:
    """The list to be edited and the trail of each line, where they are not too long."""
    if any(name not in tables or tables[name].is_empty() for name in BEHIND_LINES):
        return
    makers: dict[str, tuple[str, Callable[[], Grid]]] = {
        "annex": ("components", lambda: annex_grid(tables)),
        "audit": ("lines", lambda: audit_grid(tables, facts)),
    }
    for name, (table, make) in makers.items():
        rows = tables[table].height if table in tables else 0
        if rows > most:
            yield replace(elsewhere_grid(table, rows, facts), name=name)
        elif rows:
            yield make()


def set_properties(workbook: xlsxwriter.Workbook, facts: RunFacts) -> None:
    """Say in the file's properties what it is and what made it."""
    workbook.set_properties(
        {
            "title": facts.title,
            "subject": ANSWERS,
            "author": "retorsion",
            "comments": f"retorsion {facts.tool_version}, run {facts.run_id}",
            "created": CREATED,
        }
    )


def put_grids(book: Book, grids: Sequence[Grid], facts: RunFacts) -> None:
    """Write the tables, each with the data and the date of the law at the foot of its pages."""
    footer = f"{facts.scenario_id}: {facts.trade_text}, law as of {facts.as_of}, run {facts.run_id}"
    for grid in grids:
        put_grid(book, grid, footer)
