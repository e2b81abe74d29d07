"""The spreadsheet read back: what a reader finds in its cells, and what must not be there."""

import re
import zipfile
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from calc.errors import StorageError
from pipelines.report.columns import Column
from pipelines.report.grid import Book, Grid, put_grid
from pipelines.report.plain_cells import PlainCells, sheet_class
from pipelines.report.workbook import workbook_bytes, write_workbook
from tests.report.tables import FACTS, LINES, frame, tables

SHEETS = [
    "cover",
    "by_group",
    "by_partner",
    "by_importer",
    "by_product",
    "by_measure",
    "lines",
    "components",
    "unmatched",
    "funnel",
    "inputs",
    "what_if",
    "totals",
    "annex",
    "audit",
    "checks",
    "how to read",
]


def opened(content: bytes, *, values: bool = False) -> Any:
    return openpyxl.load_workbook(BytesIO(content), data_only=values)


def cells(sheet: Any) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def column(sheet: Any, header: str) -> list[Any]:
    rows = cells(sheet)
    position = rows[0].index(header)
    return [row[position] for row in rows[1:]]


@pytest.fixture(scope="module")
def content() -> bytes:
    return workbook_bytes(FACTS, tables())


@pytest.fixture(scope="module")
def book(content: bytes) -> Any:
    return opened(content)


def test_sheets_come_in_the_order_of_a_reader(book: Any) -> None:
    assert book.sheetnames == SHEETS
    assert all(len(name) < 31 for name in book.sheetnames)


def test_a_sheet_is_its_table_and_nothing_else(book: Any) -> None:
    assert cells(book["unmatched"]) == [
        [
            "Kind", "Importer", "Measure", "Partner", "Code", "Product group",
            "Customs value (USD)", "Reason", "Suggestion", "Result id",
        ],
        [
            "schedule", "USA", "title-vii", "JPN", "70049900", "flat-glass",
            "[z]", "no trade under this code", "70049050",
            "unmatched/schedule/USA/title-vii/JPN/70049900",
        ],
        [
            "trade", "USA", "[z]", "JPN", "70060000", "flat-glass",
            1234, "no measure names it", "[z]", "unmatched/trade/USA//JPN/70060000",
        ],
    ]  # fmt: skip


def test_the_funnel_shows_unknown_dollars_as_such(book: Any) -> None:
    assert [row[1:7] for row in cells(book["funnel"])] == [
        ["Step", "Stage", "Kind", "Reason", "Rows (number)", "Value (USD)"],
        [1, "rows of the files", "in", "[z]", 1000, 7e11],
        [2, "unreadable", "rejected", "value is not a number", 3, "[x]"],
        [3, "other flows", "excluded", "exports are not imports", 100, 3.7e10],
        [4, "used", "kept", "[z]", 897, 6.63e11],
        [5, "listed", "part", "[z]", 6, 11_612_705_686],
    ]


def test_codes_are_text_with_their_zeros(book: Any) -> None:
    assert column(book["lines"], "Code")[0] == "01011100"
    assert column(book["by_product"], "HS6 subheading")[-1] == "010111"
    assert column(book["components"], "Code prefix")[0] == "0101"
    assert book["lines"]["F2"].number_format == "@"


def test_text_that_looks_like_a_formula_stays_text(book: Any) -> None:
    sheet = book["lines"]
    described = {cell.value: cell.data_type for cell in sheet["J"]}
    assert described["=1+1"] == described["@SUM(A1)"] == "s"


def test_formulas_are_on_the_live_sheets_alone(content: bytes) -> None:
    names = [name for name in zipfile.ZipFile(BytesIO(content)).namelist() if "sheets/s" in name]
    archive = zipfile.ZipFile(BytesIO(content))
    with_formula = [name for name in names if b"<f>" in archive.read(name)]
    live = sorted(SHEETS.index(name) + 1 for name in ("what_if", "totals", "checks"))
    assert sorted(with_formula) == sorted(f"xl/worksheets/sheet{at}.xml" for at in live)


def test_no_links_out_no_macros_no_merged_cells(content: bytes, book: Any) -> None:
    archive = zipfile.ZipFile(BytesIO(content))
    relations = b"".join(archive.read(n) for n in archive.namelist() if n.endswith(".rels"))
    assert b'TargetMode="External"' not in relations
    assert not [n for n in archive.namelist() if "external" in n.lower() or "vba" in n.lower()]
    assert all(not sheet.merged_cells.ranges for sheet in book)


@pytest.mark.parametrize("name", SHEETS[1:])
def test_each_table_is_an_object_with_filters_and_a_header_in_view(book: Any, name: str) -> None:
    sheet = book[name]
    (table,) = sheet.tables.values()
    assert table.ref == sheet.dimensions
    assert table.autoFilter.ref == table.ref
    assert sheet.freeze_panes[-1] == "2"
    assert all(cell.value not in (None, "") for row in sheet.iter_rows() for cell in row)
    headers = [cell.value.casefold() for cell in sheet[1]]
    assert len(set(headers)) == len(headers)


def test_headers_hold_units_and_say_at_unchanged_trade(book: Any) -> None:
    headers = [cell.value for cell in book["by_importer"][1]]
    assert headers == [
        "Importer",
        "Lines (number)",
        "Imports value (USD)",
        "Listed value (USD)",
        "Covered value (USD)",
        "Value in force (USD)",
        "Prohibited value (USD)",
        "Threatened value (USD)",
        "Affected value (USD)",
        "Value where the change of rate is unknown (USD)",
        "Coverage ratio (%)",
        "Share of the importer's imports (%)",
        "Calculated duty (USD)",
        "Duty before, at unchanged trade (USD)",
        "Value where duty before is unknown (USD)",
        "Duty after, at unchanged trade (USD)",
        "Value where duty after is unknown (USD)",
        "Duty increment, at unchanged trade (USD)",
        "Value where duty increment is unknown (USD)",
        "Value of which a duty is an estimate (USD)",
        "Duty before estimated (USD)",
        "Duty after estimated (USD)",
        "Duty increment estimated (USD)",
        "Threatened increment, at unchanged trade (USD)",
        "Value where threatened increment is unknown (USD)",
        "Statutory less calculated duty (USD)",
        "Simple average rate before (% of value)",
        "Simple average rate after (% of value)",
        "Trade-weighted rate before (% of value)",
        "Trade-weighted rate after (% of value)",
        "Frequency ratio (%)",
        "Result id",
    ]


def test_numbers_dates_and_flags_are_what_they_are(book: Any) -> None:
    sheet = book["lines"]
    first = {cell.value: sheet.cell(row=2, column=cell.column) for cell in sheet[1]}
    third = {cell.value: sheet.cell(row=4, column=cell.column) for cell in sheet[1]}
    assert third["Rate before (% of value)"].value == 0.05
    assert "%" in third["Rate before (% of value)"].number_format
    assert third["Customs value (USD)"].number_format.startswith("#,##0")
    assert third["Rate changes"].value is True
    assert first["Valid from"].value == datetime(1995, 6, 28)
    assert first["Valid from"].is_date


def test_unknown_and_not_applicable_are_told_apart(book: Any) -> None:
    sheet = book["lines"]
    rows = {row[5]: dict(zip(cells(sheet)[0], row, strict=True)) for row in cells(sheet)[1:]}
    cast_glass = rows["70031900"]
    assert cast_glass["Duty before, at unchanged trade (USD)"] == "[x]"
    assert cast_glass["Rate changes"] == "[x]"
    assert cast_glass["Threatened increment, at unchanged trade (USD)"] == "[z]"
    assert cast_glass["Valid until"] == "[z]"
    groups = book["by_group"]
    threatens = column(groups, "Threatened increment, at unchanged trade (USD)")
    assert threatens == ["[z]", 2_517_122_780, 1_950_852_620, "[z]", "[z]"]
    # All of the last group is excluded: there is no duty on covered lines to be known.
    assert column(groups, "Calculated duty (USD)")[-1] == "[z]"


def test_headline_tables_come_largest_first(book: Any) -> None:
    groups = column(book["by_group"], "Product group")
    assert groups == ["car-parts", "medical-technology", "telecom", "flat-glass", "other"]


def test_checks_hold_and_carry_their_values(content: bytes, book: Any) -> None:
    holds = column(opened(content, values=True)["checks"], "Holds")
    assert holds == [True] * len(holds)
    assert column(book["checks"], "Holds")[0] == "=ABS(D2)<1"
    assert column(book["checks"], "First figure")[0] == "=SUM(by_group!$E$2:$E$6)"


def test_the_cover_says_what_a_stranger_asks(book: Any) -> None:
    said = {row[0]: row[1] for row in cells(book["cover"])}
    assert next(iter(said)) == FACTS.title
    assert said["Scenario"] == "title-vii-1994"
    assert said["Importer"] == "USA"
    assert said["Law as of"] == datetime(1995, 6, 28)
    assert said["Covered value (USD)"] == 11_611_705_686
    assert said["Value where duty before is unknown (USD)"] == 7_021_793
    assert said["Checks that hold"] == "47 of 47 (sheet checks)"
    assert said["Verify with"] == "retorsion verify 0123456789ab"
    assert said["Note 1"] == FACTS.notes[0]
    assert said["imports.csv"] == f"imports by line; SHA-256 {'ab' * 32}"
    assert {"At unchanged trade", "[x]", "[z]", *SHEETS[1:]} < set(said)


def test_contents_link_to_each_sheet(book: Any) -> None:
    cover = book["cover"]
    links = {cell.value: cell.hyperlink.location for cell in cover["A"] if cell.hyperlink}
    assert links == {name: f"'{name}'!A1" for name in SHEETS[1:]}


def test_every_column_is_explained(book: Any) -> None:
    explained = {(row[0], row[1]) for row in cells(book["how to read"])[1:]}
    tables_shown = SHEETS[1:-2]
    shown = {(name, cell.value) for name in tables_shown for cell in book[name][1]}
    assert explained == shown
    assert [
        "by_group", "Covered value (USD)", "USD", "Listed value less what exclusions take out.",
        "covered_value_usd",
    ] in cells(book["how to read"])  # fmt: skip


def test_too_many_rows_are_told_of_and_not_written() -> None:
    book = opened(workbook_bytes(FACTS, tables(), detail_rows=5))
    assert cells(book["lines"]) == [
        ["Table", "Rows (number)", "File that holds them", "Why they are not here"],
        [
            "lines",
            6,
            "data/processed/runs/title-vii-1994/0123456789ab/lines.parquet",
            "A spreadsheet of so many rows is slow to open; the Parquet file is complete.",
        ],
    ]
    assert cells(book["by_group"])[1][1] == "car-parts"
    checks = {row[0]: row[1] for row in cells(book["checks"])}
    # A total of lines that are not in the workbook is a value, not a formula.
    assert checks["Listed value (USD): lines add up to by_importer"] == 11_612_705_686


def test_an_empty_table_says_so_and_an_absent_one_has_no_sheet() -> None:
    some = tables() | {"unmatched": frame("unmatched", [])}
    del some["components"]
    book = opened(workbook_bytes(FACTS, some))
    assert cells(book["unmatched"])[1] == ["no rows", *["[z]"] * 9]
    assert "components" not in book.sheetnames


def test_a_run_without_tables_still_has_a_cover() -> None:
    assert opened(workbook_bytes(FACTS, {})).sheetnames == ["cover"]


def test_text_longer_than_a_cell_is_cut_and_says_so() -> None:
    long = [line | {"description": "a" * 40_000} for line in LINES[:1]]
    book = opened(workbook_bytes(FACTS, {"lines": frame("lines", long)}))
    described = column(book["lines"], "Description")
    assert described[0].endswith("(cut; the Parquet file has it all)")


def test_the_same_run_gives_the_same_bytes(content: bytes) -> None:
    shuffled = {name: some.reverse() for name, some in reversed(tables().items())}
    assert workbook_bytes(FACTS, tables()) == content
    assert workbook_bytes(FACTS, shuffled) == content


def test_cells_are_those_that_the_library_writes(
    content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sheet_class() is PlainCells, "try what it writes against the version now locked"
    monkeypatch.setattr("pipelines.report.plain_cells.TRIED", "0")
    assert sheet_class() is Worksheet
    assert workbook_bytes(FACTS, tables()) == content


def test_properties_hold_no_clock_and_no_name_of_a_person(book: Any) -> None:
    properties = book.properties
    assert (properties.title, properties.creator) == (FACTS.title, "retorsion")
    assert properties.created == properties.modified == datetime(1980, 1, 1)


def test_the_foot_of_a_page_names_data_and_law(book: Any) -> None:
    foot = book["by_group"].oddFooter.left.text
    assert foot == (
        "title-vii-1994: us-1994 (1994, HTS1994), law as of 1995-06-28, run 0123456789ab"
    )


def test_of_a_long_list_the_first_rows_are_printed_and_the_foot_says_so() -> None:
    """But for the list of a notice, which is printed to its end, on pages of one width."""
    columns = [Column(name="code", header="Code", kind="text", width=250)]
    rows = [[f"{number:06}"] for number in range(120)]
    stream = BytesIO()
    written = xlsxwriter.Workbook(stream, {"in_memory": True})
    for name in ("lines", "annex"):
        put_grid(Book(written), Grid(name=name, purpose="", columns=columns, rows=rows), "the run")
    written.close()
    book = openpyxl.load_workbook(stream)
    lines, annex = book["lines"], book["annex"]
    assert lines.print_area == "'lines'!$A$1:$A$51"
    assert lines.oddFooter.left.text == "The first 50 of 120 rows are printed. the run"
    assert not annex.print_area
    assert annex.oddFooter.left.text == "the run"
    for sheet in (lines, annex):
        assert sheet.print_title_rows == "$1:$1"
        assert sheet.page_setup.orientation == "landscape"
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)


def test_a_file_is_replaced_whole(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "report.xlsx"
    path.write_bytes(b"older")
    write_workbook(path, FACTS, tables())
    assert path.read_bytes() == content
    assert [item.name for item in tmp_path.iterdir()] == ["report.xlsx"]


def test_a_folder_in_the_way_is_an_error_of_storage(tmp_path: Path) -> None:
    (tmp_path / "report.xlsx").mkdir()
    with pytest.raises(StorageError, match=re.escape("cannot write report.xlsx")):
        write_workbook(tmp_path / "report.xlsx", FACTS, {})
