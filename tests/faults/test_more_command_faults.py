"""More classes of faulty files through the command line, each told with its place, none written.

A row a class, as in ``test_command_faults``. Cells are put in row 5 of a lawful file; the message
names the row, the column and the cell.
"""

import bz2
import gzip
import io
import json
import lzma
import re
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from tests.faults.test_command_faults import (
    CANADA,
    LAWFUL,
    Earlier,
    earlier,
    kept,
    line,
    parquet,
    refused,
    zipped,
)
from tests.ingest.files import HEADER, LINES, write
from tests.run.tool import Place, contents

__all__ = ["earlier", "kept"]
pytestmark = pytest.mark.usefixtures("tables_alone")
COLUMNS = HEADER.split(",")
ROW = dict(zip(COLUMNS, ["USA", "JPN", "2024", "import", "HTS2024", "87082951", 1.0], strict=True))


def book(*rows: list[str]) -> bytes:
    workbook, stream = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        workbook["Sheet"].append(row)
    workbook.save(stream)
    return stream.getvalue()


def table(**cells: object) -> bytes:
    """A Parquet file of one row."""
    return parquet(**{name: [cell] for name, cell in (ROW | cells).items()})


DBASE = b"\x03\x5f\x07\x1a\x02\0\0\0\x41\0\x0b\0" + b"\0" * 20 + b"CODE\0".ljust(32, b"\0") + b"\r"
"""A header of 65 bytes that describes one column."""
OLD_EXCEL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
QUANTITIES = [",quantity,quantity_unit", ",1,kg", ",many,kg", ",3,kg"]

FILES: dict[str, tuple[str, str | bytes, tuple[str, ...]]] = {
    "F02 gzip in gzip": (
        "t.csv.gz",
        gzip.compress(gzip.compress(LAWFUL.encode())),
        ("row 1, byte 2",),
    ),
    "F02 gzip with junk behind": (
        "t.csv.gz",
        gzip.compress(LAWFUL.encode()) + b"junk",
        ("is damaged", "bytes"),
    ),
    "F02 bzip2": ("t.csv.bz2", bz2.compress(LAWFUL.encode()), ("unpack it first",)),
    "F02 xz": ("t.csv.xz", lzma.compress(LAWFUL.encode()), ("unpack it first",)),
    "F02 zip of two": ("t.zip", zipped(**{"a.csv": LAWFUL, "b.csv": LAWFUL}), ("zip archive",)),
    "F02 zip that climbs": ("t.zip", zipped(**{"../a.csv": LAWFUL}), ("zip archive",)),
    "F02 7z cut": ("t.7z", b"7z\xbc\xaf\x27\x1c\x00\x04" + b"\0" * 20, ("incomplete or damaged",)),
    "F02 gzip of nothing": ("t.csv.gz", gzip.compress(b""), ("0 rows is not zero trade",)),
    "F02 gzip of a header": (
        "t.csv.gz",
        gzip.compress(f"{HEADER}\n".encode()),
        ("holds only a header",),
    ),
    "F03 parquet cut early": ("t.parquet", table()[:40], ("incomplete or damaged",)),
    "F03 parquet of zeros": ("t.parquet", b"PAR1" + b"\0" * 10 + b"PAR1", ("as Parquet",)),
    "F03 parquet without rows": (
        "t.parquet",
        parquet(**{name: [] for name in COLUMNS}),
        ("holds only a header",),
    ),
    "F03 parquet without columns": ("t.parquet", parquet(), ("0 rows is not zero trade",)),
    "F03 lists in parquet": ("t.parquet", table(code=["8703"]), ('column "code"', "List")),
    "F03 records in parquet": ("t.parquet", table(partner={"a": 1}), ('column "partner"',)),
    "F03 zero lost in parquet": ("t.parquet", table(code=1012100), ('"1012100"', "7 digits")),
    "F06 JSON lines": ("t.json", '{"a":1}\n{"a":2}\n', ("JSON Lines", "one array")),
    "F06 JSON cut": ("t.json", '[{"a":1},\n{"a":', ("line 2 column 6",)),
    "F06 JSON that nests": ("t.json", "[" * 2000, ("cannot be read as JSON",)),
    "F06 JSON in a cell": ("t.json", json.dumps([ROW | {"code": {"a": 1}}]), ("row 1",)),
    "F06 JSON of nothing": ("t.json", "null", ("its content is text",)),
    "F06 refusal of a service": (
        "t.json",
        '{"message":"Access denied","statusCode":401}',
        ("an object with message, statusCode",),
    ),
    "F06 XML": ("t.csv", '<?xml version="1.0"?><error/>', ("web page or XML",)),
    "F06 page in gzip": ("t.csv.gz", gzip.compress(b"<html><p>busy</p></html>"), ("web page",)),
    "F08 one line end": ("t.csv", "\n", ("0 rows is not zero trade",)),
    "F08 commas only": ("t.csv", ",,,,,,\n,,,,,,\n", ("row 1, headers: none",)),
    "F08 workbook blank": ("t.xlsx", book(), ("0 rows is not zero trade",)),
    "F08 workbook of a header": ("t.xlsx", book(COLUMNS), ("holds only a header",)),
    "F10 PDF": ("t.csv", b"%PDF-1.7\n%\xe2\xe3", ("is a PDF",)),
    "F10 old workbook": ("t.xlsx", OLD_EXCEL, ("old Excel workbook",)),
    "F10 old workbook named csv": ("t.csv", OLD_EXCEL, ("old Excel workbook",)),
    "F10 database": ("t.csv", b"SQLite format 3\0" + b"\0" * 90, ("is a database", "export")),
    "F10 Stata": ("t.dta", b"<stata_dta><header><release>118", ("of Stata", "export delimited")),
    "F10 Stata 12": ("t.csv", b"\x73\x02\x01\0" + b"\0" * 90, ("of Stata",)),
    "F10 dBASE": ("t.dbf", DBASE, ("dBASE table (.dbf)", "in a spreadsheet")),
    "F10 SPSS": ("t.sav", b"$FL2@(#) SPSS DATA FILE", ("of SPSS (.sav)",)),
    "F10 R": ("t.rds", gzip.compress(b"X\n\0\0\0\x03\0\x04"), ("object of R", "write.csv")),
    "F10 R workspace": ("t.csv.gz", gzip.compress(b"RDX3\nX\n"), ("object of R",)),
    "F10 SAS": ("t.xpt", b"HEADER RECORD*******LIBRARY HEADER", ("of SAS (.xpt)",)),
    "F10 Feather": ("t.feather", b"ARROW1\0\0", ("Arrow or Feather", "Parquet")),
    "F10 picture": ("t.csv", b"\x89PNG\r\n\x1a\n", ("a picture",)),
    "F10 document in RTF": ("t.csv", "{\\rtf1 a table}", ("(RTF)",)),
    "F10 OpenDocument": ("t.ods", zipped(**{"content.xml": "<a/>"}), ("OpenDocument", ".xlsx")),
    "F10 binary workbook": ("t.xlsx", zipped(**{"xl/workbook.bin": "x"}), ("(.xlsb)",)),
    "F10 parquet named csv": ("t.csv", table(), ("rename it to end in .parquet",)),
    "F10 parquet named json": ("t.json", table(), ("rename it to end in .parquet",)),
    "F10 text named json": ("t.json", LAWFUL, ("rename it to end in .csv",)),
    "F10 JSON named xlsx": ("t.xlsx", "[]", ("rename it to end in .json",)),
    "F10 letter named xlsx": (
        "t.xlsx",
        zipped(**{"word/document.xml": "<a/>"}),
        ("Word document",),
    ),
    "F10 pickle": ("t.csv", b"\x80\x04\x95\x00", ("row 1, byte 1",)),
    "F13 UTF-32": ("t.csv", LAWFUL.encode("utf-32"), ("row 1, byte 1",)),
    "F13 Japanese": ("t.csv", line(partner="日本").encode("cp932"), ("row 5, byte",)),
    "F13 half a pair": ("t.csv", LAWFUL.encode() + b"USA,\xed\xa0\x80,2024\n", ("row 5, byte",)),
    "F13 too long a form": ("t.csv", LAWFUL.encode() + b"USA,\xc0\xaf,2024\n", ("row 5, byte",)),
    "F13 cut in a letter": ("t.csv", (LAWFUL + "USA,C").encode() + b"\xc3", ("row 5, byte",)),
    "F13 header in Latin-1": (
        "t.csv",
        LAWFUL.replace("partner", "partnér", 1).encode("latin-1"),
        ("row 1, byte 15",),
    ),
    "F17 two delimiters": ("t.csv", LAWFUL.replace(",", ";", 3), ("row 2",)),
    "F17 rows of another": (
        "t.csv",
        f"{HEADER}\n" + "\n".join(LINES).replace(",", ";") + "\n",
        ("1 fields, the header has 7", "row 2"),
    ),
    "F17 columns of blanks": ("t.csv", LAWFUL.replace(",", "   "), ("one column", "row 1")),
    "F19 lone mark": ("t.csv", line(partner='C"AN'), ("never closed", "row 5")),
    "F19 title above": ("t.csv", f"Table 1\nSource: x\n{LAWFUL}", ("row 1", '"Table 1"')),
    "F19 comma behind rows": (
        "t.csv",
        f"{HEADER}\n" + "".join(f"{one},\n" for one in LINES),
        ("8 fields, the header has 7", "row 2"),
    ),
    "F20 two spellings": ("t.csv", LAWFUL.replace("flow", "hs_code", 1), ("row 1, headers",)),
    "F20 no name": ("t.csv", LAWFUL.replace("flow", "", 1), ("no column for the flow",)),
    "F21 value missing": (
        "t.csv",
        "".join(one.rpartition(",")[0] + "\n" for one in LAWFUL.splitlines()),
        ("no column for the value",),
    ),
    "F21 code missing": ("t.csv", LAWFUL.replace("code", "x", 1), ("no column for the code",)),
    "F21 period missing": ("t.csv", LAWFUL.replace("period", "2024", 1), ("for the period",)),
    "C01 letter without width": (
        "t.csv",
        line(code="84713001\u200b"),
        ("row 5", r'"code" = "84713001\x200b"'),
    ),
    "F25 narrow blank": (
        "t.csv",
        line(customs_value_usd="1\u202f234"),
        ("row 5", r'= "1\x202f234"'),
    ),
    "C16 re-imports beside imports": ("t.csv", line(flow="re-import"), ("row 5",)),
    "V01 other money": (
        "t.csv",
        LAWFUL.replace("customs_value_usd", "Trade Value (JPY)"),
        ("row 1, headers", "Trade Value (JPY)"),
    ),
    "V02 currency in a column": (
        "t.csv",
        f"{HEADER},Currency\n{LINES[0]},USD\n{LINES[1]},EUR\n{LINES[2]},GBP\n",
        ("row 3", 'column "Currency" says EUR, GBP in 2 rows', "read as U.S. dollars"),
    ),
    "V01 valuation of a value": (
        "t.csv",
        LAWFUL.replace("customs_value_usd", "Trade Value (US$)"),
        ("row 1, column 7", "--valuation"),
    ),
    "V05 quantity in words": (
        "t.csv",
        "".join(f"{one}{two}\n" for one, two in zip(LAWFUL.split(), QUANTITIES, strict=True)),
        ("row 3", 'column "quantity"', '"many"'),
    ),
}
CELLS: dict[str, tuple[str, ...]] = {
    "F23 customs_value_usd": ('"1.234,5"', '"1,234"'),
    "F24 customs_value_usd": ('"12,34"', '"1,2345,678"'),
    "F25 customs_value_usd": ("€5", "5 USD", "1'234", "−5", "5k", "½", "1 234", "∞"),
    "F27 customs_value_usd": ("#REF!", "#N/A", "#####", "None", "TBD", "<5", "~5", "5-7", "5 (1)"),
    "F14 partner": ("CÃ´te d'Ivoire", "C\ufffdte d'Ivoire"),
    "C01 code": (
        *("-8703230", "+87032301", "８４７１３００１", "8471-8473", "84-85"),
        *("8471/8473", "ex 8471", "8471*", "84713001.0", "847", "84713001111", '"8471,3001"'),
        *("847130.00", "84713.000"),
    ),
    "C10 nomenclature": ("HS2023", "SITC4", "NAICS2017"),
    "C16 flow": ("import/export", "3", "imprt", "transit"),
    "C17 partner": (
        *("Japn", "N/A", "n.a.", "#N/A", "<NA>", "999", "America", "JPN/KOR", "Asia", "China + HK"),
        *("Virgin Islands", "Micronesia", "Northern Ireland", "1e3", "   "),
    ),
    "C17 importer": ("", "Korea"),
    "V04 customs_value_usd": ("1" * 400, "nan", "+inf"),
    "V10 period": (
        *("2024-00", "2024-1", "1899", "2101", "2024-07-15", "Jan 2024", "2023/24", "FY2024"),
        *("45292", "2024.0", "2024-W05", "2024H1", "20240715", "07/2024", "-2024", "2024p"),
    ),
}  # fmt: skip
JUDGED_BY_OTHERS = ("F23", "F24")
"""Faults of which the other cells of the column are evidence: each cell has a file of its own."""
IN_CELLS = [
    (fault, together)
    for fault, cells in CELLS.items()
    for together in ([(one,) for one in cells] if fault[:3] in JUDGED_BY_OTHERS else [cells])
]


def with_cell(text: str, kind: str) -> bytes:
    """A workbook whose value in row 3 is a formula or an error."""
    workbook, stream = openpyxl.Workbook(), io.BytesIO()
    for row in [COLUMNS, *(one.split(",") for one in LINES)]:
        workbook["Sheet"].append(row)
    cell = workbook["Sheet"]["G3"]
    cell.value, cell.data_type = text, kind
    workbook.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    "error", ["#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"]
)
def test_errors_of_a_workbook(earlier: Earlier, tmp_path: Path, error: str) -> None:
    """F27: the reader of workbooks alone takes them for empty cells."""
    said = ("row 3", f'column "customs_value_usd" = "{error}"', "1 of 3 rows")
    refused(earlier, tmp_path, ("t.xlsx", with_cell(error, "e"), said))


def test_a_formula_without_a_stored_value_is_told(tmp_path: Path) -> None:
    """F27: it is read as empty; a program wrote the workbook, and none has worked it out."""
    path = write(tmp_path / "t.xlsx", with_cell("=G2*2", "f"))
    done = Place(tmp_path).do("ingest", path, "--name", "t", "--strict")
    assert done.code == 8
    assert (
        "t.xlsx: 1 cell of the workbook is a formula without a stored value, read as empty: open "
        "it in a spreadsheet and save it"
    ) in done.out
    table = tmp_path / "data" / "processed" / "trade" / "t.parquet"
    assert pl.read_parquet(table)["customs_value_usd"].null_count() == 1
    plain = write(tmp_path / "plain.xlsx", book(COLUMNS, *(one.split(",") for one in LINES)))
    assert Place(tmp_path).do("ingest", plain, "--name", "plain", "--strict").code == 0


def test_hidden_rows_are_told(tmp_path: Path) -> None:
    """A filter that is left on hides what is read all the same; an empty hidden row is nothing."""
    workbook, path = openpyxl.load_workbook(io.BytesIO(with_cell("7", "n"))), tmp_path / "t.xlsx"
    sheet = workbook["Sheet"]
    for number in (2, 4, 9):
        sheet.row_dimensions[number].hidden = True
    workbook.save(path)
    done = Place(tmp_path).do("ingest", path, "--name", "t", "--strict")
    assert done.code == 8
    assert (
        "t.xlsx: 2 rows of the workbook are hidden, by a filter or by hand, and read like all "
        "others: delete what is not meant"
    ) in done.out
    table = tmp_path / "data" / "processed" / "trade" / "t.parquet"
    assert pl.read_parquet(table).height == len(LINES)


@pytest.mark.parametrize("fault", FILES)
def test_files(earlier: Earlier, tmp_path: Path, fault: str) -> None:
    refused(earlier, tmp_path, FILES[fault])


@pytest.mark.parametrize(("fault", "cells"), IN_CELLS)
def test_cells(earlier: Earlier, tmp_path: Path, fault: str, cells: tuple[str, ...]) -> None:
    """Each cell is told with its row, all of a file at once."""
    column = fault.partition(" ")[2]
    rows = [line(**{column: cell}).splitlines(keepends=True)[-1] for cell in cells]
    head = f"{len(cells)} of {len(cells) + len(LINES)} rows of t.csv cannot be read"
    said = refused(earlier, tmp_path, ("t.csv", LAWFUL + "".join(rows), (head,) * (len(cells) > 1)))
    told = re.findall(r'^error: column "(.+?)" = (".*): .*\nwhere: t.csv row (\d+)$', said, re.M)
    assert [(name, int(row)) for name, _, row in told] == [
        (column, row) for row, _ in enumerate(cells, 5)
    ]
    for cell, (_, shown, _) in zip(cells, told, strict=True):
        assert cell.strip('"').strip()[:40] in shown


def test_no_class_is_told_twice() -> None:
    assert len(FILES) + len(CELLS) == len({*FILES, *CELLS})
    assert all(len(set(cells)) == len(cells) for cells in CELLS.values())


def test_parent_that_is_no_sum(earlier: Earlier, tmp_path: Path) -> None:
    """C05, told by the flow: a parent and its parts may come from several files."""
    place, before = earlier
    path = write(tmp_path / "t.csv", line(code="8708", partner="JPN", customs_value_usd="5000"))
    done = place.do("ingest", path, "--name", "t", "-q")
    assert (done.code, done.out) == (3, "")
    assert "code 8708 stands beside 87082951, a finer code of it" in done.err
    assert "where: USA from JPN, 2024: USD 5,000 against USD 100" in done.err
    assert contents(place.root / "data") == before


@pytest.mark.parametrize(
    ("values", "is_odd"),
    [
        (("1.234", "22.345", "333.456", "7.89"), False),
        (("1.234", "22.345", "333.456", "7.890", "5.001"), True),
        (("1.234", "22.345"), False),
        (("1.234", "22.345", "333.456", "1000.5"), False),
        (("0.1234", "22.345", "333.456"), False),
        (("500", "22", "333"), False),
    ],
)
def test_points_that_may_separate_thousands_are_told(
    tmp_path: Path, values: tuple[str, ...], is_odd: bool
) -> None:
    """F24: a file that writes 1,234 as 1.234 can be read, and is then wrong by a thousand."""
    codes = ("870810", "870821", "870829", "870830", "870840")
    rows = [f"USA,JPN,2024,import,HTS2024,{code}00,{one}" for code, one in
            zip(codes, values, strict=False)]  # fmt: skip
    path = write(tmp_path / "t.csv", "\n".join([HEADER, *rows, ""]))
    done = Place(tmp_path).do("ingest", path, "--name", "t", "--strict")
    assert done.code == (8 if is_odd else 0)
    told = f"customs_value_usd: {len(values)} values, all below 1,000"
    assert (told in done.out + done.err) == is_odd
    again = Place(tmp_path).do("ingest", path, "--name", "t", "--decimal", ",", "--strict")
    assert again.code == 0 or not is_odd
    if is_odd:
        table = tmp_path / "data" / "processed" / "trade" / "t.parquet"
        assert pl.read_parquet(table)["customs_value_usd"].sum() == 369926.0


def test_dollars_in_a_column_of_currencies_are_read(tmp_path: Path) -> None:
    rows = [f"{one},{said}" for one, said in zip(LINES, ("USD", "us$", ""), strict=True)]
    path = write(tmp_path / "t.csv", "\n".join([f"{HEADER},Currency", *rows, ""]))
    assert Place(tmp_path).do("ingest", path, "--name", "t", "-q").code == 0


def test_na_alone_is_namibia(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", LAWFUL + CANADA.replace("CAN", "NA") + "\n")
    done = Place(tmp_path).do("ingest", path, "--name", "na", "-q")
    assert done.code == 0, done.err
    kept = pl.read_parquet(tmp_path / "data" / "processed" / "trade" / "na.parquet")
    assert sorted(kept["partner"]) == ["DEU", "JPN", "JPN", "NAM"]
