"""What goes wrong with files of trade, and what is said of it: file, row, column, value, next."""

import gzip
import io
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest

from calc.errors import DataRejectedError, LimitError, Problem, RetorsionError, StorageError
from pipelines.ingest import sniff, text
from pipelines.validation.step import rejected, verdict_for
from pipelines.workspace import Workspace
from tests.ingest.files import HEADER, LINES, contents, run, table, text_of, values, write

GOOD = LINES[0]


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """A workspace with an earlier table, which no refusal may touch."""
    place = Workspace(tmp_path / "workspace")
    run(place, write(tmp_path / "earlier" / "earlier.csv", text_of()))
    yield place
    assert not [path for path in place.trade.iterdir() if path.name.startswith(".")]


def refused(workspace: Workspace, *files: Path, **options: Any) -> RetorsionError:
    """The error; what was there before is there still, byte for byte."""
    before = contents(workspace)
    with pytest.raises(RetorsionError) as caught:
        run(workspace, *files, **options)
    assert contents(workspace) == before
    return caught.value


def rejected_file(workspace: Workspace, *files: Path, **options: Any) -> list[Problem]:
    error = refused(workspace, *files, **options)
    assert isinstance(error, DataRejectedError)
    assert error.exit_code == 3
    assert all(problem.where or problem.hint for problem in error.problems)
    return error.problems


def value_file(tmp_path: Path, *cells: str, header: str = "customs_value_usd") -> Path:
    """A file whose rows differ in code and value."""
    lines = [
        f'USA,JPN,2024,import,HTS2024,{8703_2300 + place},"{cell}"'
        for place, cell in enumerate(cells)
    ]
    return write(tmp_path / "t.csv", text_of(lines, HEADER.replace("customs_value_usd", header)))


def code_file(tmp_path: Path, *codes: str) -> Path:
    lines = [f"USA,JPN,2024,import,HTS2024,{code},{place}" for place, code in enumerate(codes, 1)]
    return write(tmp_path / "t.csv", text_of(lines))


def partner_file(tmp_path: Path, *partners: str) -> Path:
    lines = [
        f'USA,"{partner}",2024,import,HTS2024,{8703_2300 + place},{place}'
        for place, partner in enumerate(partners, 1)
    ]
    return write(tmp_path / "t.csv", text_of(lines))


# Files and text


def test_f01_last_line_without_its_end_is_a_warning(workspace: Workspace, tmp_path: Path) -> None:
    record = run(workspace, write(tmp_path / "t.csv", text_of().rstrip("\n")))
    assert record.notes == (
        "t.csv: the last line has no line end; see that the file is not cut short",
    )
    assert record.table.rows == 3


def test_f02_truncated_gzip(workspace: Workspace, tmp_path: Path) -> None:
    packed = gzip.compress(text_of().encode() * 50, mtime=0)
    problems = rejected_file(workspace, write(tmp_path / "t.csv.gz", packed[:-20]))
    assert problems[0].what.startswith(
        f"t.csv.gz: the archive ends early, after {len(packed) - 20} bytes"
    )


def test_f02_damaged_gzip(workspace: Workspace, tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(text_of().encode() * 50, mtime=0))
    packed[-6] ^= 0xFF
    problems = rejected_file(workspace, write(tmp_path / "t.csv.gz", bytes(packed)))
    assert problems[0].what.startswith("t.csv.gz is damaged: the archive cannot be unpacked")


def test_f02_truncated_workbook(workspace: Workspace, tmp_path: Path) -> None:
    stream = io.BytesIO()
    openpyxl.Workbook().save(stream)
    path = write(tmp_path / "t.xlsx", stream.getvalue()[:-100])
    assert rejected_file(workspace, path)[0].what == (
        f"t.xlsx ends early: the archive stops after {path.stat().st_size:,} bytes without its list"
        " of contents"
    )


def test_f03_parquet_without_footer(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pl.DataFrame({"a": [1] * 100}).write_parquet(path)
    path.write_bytes(path.read_bytes()[:-8])
    problem = rejected_file(workspace, path)[0]
    assert problem.what.startswith("t.parquet cannot be read as Parquet")
    assert problem.hint == "the file is incomplete or damaged: write or download it again"


@pytest.mark.parametrize(
    ("name", "reply", "what"),
    [
        (
            "t.json",
            '{"count":0,"data":[]}',
            "t.json holds a reply without rows: 0 rows is not zero trade",
        ),
        (
            "t.json",
            '{"error":"quota exceeded"}',
            "t.json holds a service's error, not a table: quota exceeded",
        ),
        (
            "t.csv",
            '{"error":"quota exceeded"}',
            't.csv holds JSON, not CSV: {"error":"quota exceeded"}',
        ),
        ("t.csv", "<!DOCTYPE html><html>", "t.csv holds a web page or XML, not a table"),
        ("t.json", '{"a": 1}', "t.json is JSON of a shape that is not read: an object with a"),
        ("t.json", '[["a","b"],["1"]]', "a row of t.json has 1 fields, the header has 2"),
        ("t.json", '[["a"', "t.json cannot be read as JSON: "),
        ("t.json", "[]", "t.json is empty: 0 rows is not zero trade"),
    ],
)
def test_f06_reply_that_is_no_table(
    workspace: Workspace, tmp_path: Path, name: str, reply: str, what: str
) -> None:
    problem = rejected_file(workspace, write(tmp_path / name, reply))[0]
    assert problem.what.startswith(what)
    assert problem.hint


def test_f06_reply_without_rows_can_be_accepted(workspace: Workspace, tmp_path: Path) -> None:
    path = write(tmp_path / "t.json", '{"count":0,"data":[]}')
    record = run(workspace, path, allow_empty=True)
    assert (record.table.rows, record.table.value_usd) == (0, 0.0)


def test_f07_row_count_at_the_cap_of_a_service(workspace: Workspace, tmp_path: Path) -> None:
    record = run(workspace, code_file(tmp_path, *(f"{8703_2300_00 + n}" for n in range(500))))
    assert record.notes == (
        "t.csv has exactly 500 rows, a number at which services cut a reply: it is probably not "
        "whole",
    )


@pytest.mark.parametrize(
    ("content", "said"), [("", "is empty"), (text_of([]), "holds only a header")]
)
def test_f08_no_rows(workspace: Workspace, tmp_path: Path, content: str, said: str) -> None:
    path = write(tmp_path / "t.csv", content)
    problem = rejected_file(workspace, path)[0]
    assert problem.what == f"t.csv {said}: 0 rows is not zero trade"
    assert run(workspace, path, allow_empty=True).table.rows == 0


def test_f09_missing_file_folder_and_nothing(workspace: Workspace, tmp_path: Path) -> None:
    write(tmp_path / "in" / "imports.csv", text_of())
    missing = rejected_file(workspace, tmp_path / "in" / "import.csv")[0]
    assert (missing.what, missing.hint) == (
        "import.csv does not exist",
        "did you mean imports.csv?",
    )
    folder = rejected_file(workspace, tmp_path / "in")[0]
    assert (folder.what, folder.hint) == (
        "in is a folder, not a file",
        "give its files: imports.csv",
    )
    assert rejected_file(workspace)[0].what == "no file is given"


def test_f09_two_files_of_one_name_or_content(workspace: Workspace, tmp_path: Path) -> None:
    files = [write(tmp_path / place / "t.csv", text_of()) for place in ("a", "b")]
    assert rejected_file(workspace, *files)[0].what == "2 of the files are named t.csv"
    copy = write(tmp_path / "copy.csv", text_of())
    assert rejected_file(workspace, files[0], copy)[0].what == (
        "t.csv and copy.csv hold the same bytes: all would be counted twice"
    )


def test_f10_content_and_name_disagree(workspace: Workspace, tmp_path: Path) -> None:
    openpyxl.Workbook().save(tmp_path / "book.xlsx")
    book = (tmp_path / "book.xlsx").rename(tmp_path / "t.csv")
    problem = rejected_file(workspace, book)[0]
    assert problem.what == "t.csv is named .csv, but its content is an Excel workbook"
    assert problem.hint == "rename it to end in .xlsx"
    problem = rejected_file(workspace, write(tmp_path / "t.parquet", text_of()))[0]
    assert problem.what == "t.parquet is not Parquet: its content is text"
    assert problem.hint == "rename it to end in .csv"


def test_f13_byte_that_is_no_utf8(workspace: Workspace, tmp_path: Path) -> None:
    lines = [GOOD, GOOD.replace("JPN", "Côte d'Ivoire")]
    path = write(tmp_path / "t.csv", text_of(lines).encode("cp1252"))
    problem = rejected_file(workspace, path)[0]
    place = path.read_bytes().index(b"\xf4") + 1
    assert problem.what == "t.csv is not UTF-8: byte 0xf4 is not text"
    assert problem.where == f"t.csv row 3, byte {place}"
    assert problem.hint == "if it was saved by a spreadsheet, try --encoding cp1252"

    run(workspace, path, encoding="cp1252")
    assert table(workspace)["partner"].to_list() == ["CIV", "JPN"]


def test_f13_utf16_is_told(workspace: Workspace, tmp_path: Path) -> None:
    problem = rejected_file(workspace, write(tmp_path / "t.csv", text_of().encode("utf-16")))[0]
    assert problem.hint == "if it was saved by a spreadsheet, try --encoding utf-16"


def test_f14_mojibake_is_told(workspace: Workspace, tmp_path: Path) -> None:
    problems = rejected_file(workspace, partner_file(tmp_path, "JPN", "CÃ´te d'Ivoire"))
    assert problems[1].what == (
        'column "partner" = "CÃ´te d\'Ivoire": is not an economy that is known'
    )
    assert problems[1].where == "t.csv row 3"
    assert problems[1].hint.startswith("the text looks like UTF-8 read as another encoding")


def test_f17_delimiter_is_found_and_one_column_refused(
    workspace: Workspace, tmp_path: Path
) -> None:
    problem = rejected_file(workspace, write(tmp_path / "t.csv", "value\n1\n"))[0]
    assert problem.what == (
        "the header of t.csv is one column: no comma, semicolon, tab or vertical bar is in it"
    )
    problems = rejected_file(workspace, write(tmp_path / "t.csv", text_of()), delimiter=";")
    assert problems[0].what == "t.csv has no column for the importer"
    assert problems[0].where == f"t.csv row 1, headers: {HEADER}"


def test_f19_row_with_another_number_of_fields(workspace: Workspace, tmp_path: Path) -> None:
    lines = [GOOD, f"{GOOD},9", '"two\nlines",JPN', LINES[1]]
    path = write(tmp_path / "t.csv", text_of(lines))
    problems = rejected_file(workspace, path)
    assert [(problem.what, problem.where) for problem in problems] == [
        ("a row of t.csv has 8 fields, the header has 7", "t.csv row 3"),
        ("a row of t.csv has 2 fields, the header has 7", "t.csv row 4"),
    ]

    record = run(workspace, path, quarantine=True)
    assert [(s.kind, s.reason, s.rows, s.value_usd) for s in record.left_out()] == [
        ("rejected", "the row has another number of fields than the header", 2, 100.0)
    ]
    assert record.left_out()[0].value_unknown_rows == 1
    rejects = pl.read_parquet(workspace.trade / "t.rejects.parquet")
    assert rejects["source_row"].to_list() == [3, 4]
    assert rejects["failed_rules"][0] == "read.row"
    assert rejects["reason"][0] == "the row: has 8 fields, the header has 7"
    assert json.loads(rejects["original"][0])["(column 8)"] == "9"
    assert json.loads(rejects["original"][1])["importer"] == "two\nlines"
    assert values(workspace) == {("JPN", "01012100"): 20.5, ("JPN", "87082951"): 100.0}


def test_f19_quotation_mark_that_is_not_closed(workspace: Workspace, tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", text_of([GOOD, '"USA,JPN', GOOD]))
    problem = rejected_file(workspace, path)[0]
    assert problem.what == "a quotation mark in t.csv is opened and never closed"
    assert problem.where == "t.csv row 3"


def test_f20_duplicate_header(workspace: Workspace, tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", text_of([f"{GOOD},5"], f"{HEADER},code"))
    problem = rejected_file(workspace, path)[0]
    assert problem.what == 'the header "code" is there 2 times'
    assert problem.where == "t.csv row 1, columns 6 and 8"


def test_f21_missing_columns_are_named_with_the_nearest(
    workspace: Workspace, tmp_path: Path
) -> None:
    path = write(tmp_path / "t.csv", text_of(["USA,x,y"], "importer,prtner,valu"))
    problems = rejected_file(workspace, path)
    assert [(problem.what.split("column for ")[1], problem.hint) for problem in problems] == [
        ("the partner", 'rename "prtner" to partner; or give --partner'),
        ("the period", "give --period"),
        ("the flow", "give --flow"),
        ("the nomenclature", "give --nomenclature"),
        ("the code", "rename the column of codes to code"),
        (
            "the value",
            'rename "valu" to value; or name it customs_value_usd, cif_value_usd, fob_value_usd, '
            "or value with --unit and --valuation",
        ),
    ]


def test_f21_two_headers_for_one_column(workspace: Workspace, tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", text_of([f"{GOOD},5"], f"{HEADER.replace('code', 'hs6')},hs8"))
    assert rejected_file(workspace, path)[0].what == (
        '"hs6" and "hs8" may each be the code: which is meant is not guessed'
    )


def test_f23_decimal_comma(workspace: Workspace, tmp_path: Path) -> None:
    path = value_file(tmp_path, "1.234,5", "12,25")
    problems = rejected_file(workspace, path)
    assert problems[1].what == 'column "customs_value_usd" = "1.234,5": is not a number'
    assert problems[1].hint.endswith("or say --decimal , if it is a decimal comma")
    run(workspace, path, decimal=",")
    assert sorted(values(workspace).values()) == [12.25, 1234.5]


def test_f23_a_point_may_be_stated_as_the_decimal_mark(
    workspace: Workspace, tmp_path: Path
) -> None:
    run(workspace, value_file(tmp_path, "1,234", "5"), decimal=".")
    assert sorted(values(workspace).values()) == [5.0, 1234.0]

    problems = rejected_file(workspace, value_file(tmp_path, "12,5", "5"), decimal=".")
    assert (problems[1].what, problems[1].where, problems[1].hint) == (
        'column "customs_value_usd" = "12,5": has "," where "." is the decimal mark',
        "t.csv row 2",
        "take separators of thousands out, or say --decimal , if it is a decimal comma",
    )
    problems = rejected_file(workspace, value_file(tmp_path, "12.5", "5"), decimal=",")
    assert problems[1].hint == (
        "take separators of thousands out, or say --decimal . if it is a decimal point"
    )


def test_f23_numbers_in_powers_of_ten_are_read_and_told(
    workspace: Workspace, tmp_path: Path
) -> None:
    record = run(workspace, value_file(tmp_path, "1.23E+08", "2e5", "1E-2"))
    assert sorted(values(workspace).values()) == [0.01, 200_000.0, 123_000_000.0]
    assert record.notes == (
        't.csv: 2 numbers of "customs_value_usd" with an exponent, such as 1.23E+08, read as '
        "written: spreadsheets write so what their column is too narrow for, and the digits behind "
        "those shown are then lost",
    )
    assert record.warnings == ()


def test_f23_ambiguous_comma_is_never_guessed(workspace: Workspace, tmp_path: Path) -> None:
    problems = rejected_file(workspace, value_file(tmp_path, "1,234", "5"))
    assert problems[1].what == (
        'column "customs_value_usd" = "1,234": may be 1234 or 1.234: no number of the column has '
        '"," twice, or a decimal mark behind it'
    )
    assert problems[1].where == "t.csv row 2"


def test_f24_thousands_are_read_where_the_column_is_consistent(
    workspace: Workspace, tmp_path: Path
) -> None:
    record = run(workspace, value_file(tmp_path, "1,234,567", "1,234", "999"))
    assert sorted(values(workspace).values()) == [999.0, 1234.0, 1234567.0]
    assert record.notes == ('t.csv: "," in "customs_value_usd" is read as separator of thousands',)


def test_f24_a_plain_number_says_nothing_against_separators(
    workspace: Workspace, tmp_path: Path
) -> None:
    record = run(workspace, value_file(tmp_path, "12,500,000", "1,500", "1000"))
    assert sorted(values(workspace).values()) == [1000.0, 1500.0, 12_500_000.0]
    assert record.notes == (
        't.csv: "," in "customs_value_usd" is read as separator of thousands; 1 number of four '
        "digits or more without it",
    )
    problems = rejected_file(workspace, value_file(tmp_path, "1,500", "1000"))
    assert [problem.where for problem in problems[1:]] == ["t.csv row 2"]
    problems = rejected_file(workspace, value_file(tmp_path, "12,500,000", "1,500", "0,5"))
    assert [problem.where for problem in problems[1:]] == ["t.csv row 3", "t.csv row 4"]
    assert "may be 1500 or 1.500: other numbers of the column" in problems[1].what


def test_a_quantity_whose_unit_no_column_says_is_told(workspace: Workspace, tmp_path: Path) -> None:
    rows = ["USA,JPN,2024,import,HTS2024,87032300,5,10,no"]
    told = write(tmp_path / "t.csv", text_of(rows, HEADER + ",quantity,Sort"))
    assert run(workspace, told).notes == (
        "t.csv: no column says the unit of the quantity; rename the one that does to "
        "quantity_unit, else the rows with a quantity are not valid",
        "t.csv: columns not used: Sort",
    )
    for header in ("UoM", "Unit"):
        named = write(tmp_path / "t.csv", text_of(rows, f"{HEADER},quantity,{header}"))
        assert run(workspace, named).notes == ()
        assert table(workspace)["quantity_unit"].to_list() == ["no"]


def test_a_unit_that_may_be_of_something_else_is_not_taken(
    workspace: Workspace, tmp_path: Path
) -> None:
    second = "USA,JPN,2024,import,HTS2024,87032300,5,10,2,no"
    two = write(tmp_path / "t.csv", text_of([second], HEADER + ",quantity,quantity_2,Unit"))
    assert "t.csv: columns not used: Unit" in run(workspace, two).notes
    rows = [f"USA,JPN,2024,import,HTS2024,8703{sub},5,10,{unit}"
            for sub, unit in (("2300", "kg"), ("2400", "US$ thousand"))]  # fmt: skip
    problems = rejected_file(
        workspace, write(tmp_path / "t.csv", text_of(rows, HEADER + ",quantity,Unit"))
    )
    assert problems == [
        Problem(
            'column "Unit" says us$ thousand: a unit of money, and it was taken for that of the '
            "quantity",
            where="t.csv row 3",
            hint="if it is of the values, rename it to value_unit and give --unit; if a cell of it "
            "is of the quantity, name the column quantity_unit",
        )
    ]


def test_f25_currency_brackets_and_the_like(workspace: Workspace, tmp_path: Path) -> None:
    cells = ["$5", "(1,234)", "5-", "1\u00a0234", "1 234"]
    problems = rejected_file(workspace, value_file(tmp_path, "1", *cells))
    assert [problem.where for problem in problems[1:]] == [
        f"t.csv row {row}" for row in range(3, 8)
    ]
    assert all(problem.what.endswith("is not a number") for problem in problems[1:])
    assert '"1\\xa0234"' in problems[4].what


def test_f27_text_in_a_number_column_names_row_column_and_value(
    workspace: Workspace, tmp_path: Path
) -> None:
    cells = [str(number) for number in range(1, 201)] + ["eleven"] + ["7"] * 2
    path = value_file(tmp_path, *cells)
    problems = rejected_file(workspace, path)
    assert problems[0].what == "1 of 203 rows of t.csv cannot be read; nothing was written"
    assert problems[0].hint == (
        "mend the cells, or set the rows aside and count them: "
        f"retorsion ingest {path} --name t --quarantine"
    )
    assert problems[1:] == [
        Problem(
            'column "customs_value_usd" = "eleven": is not a number',
            where="t.csv row 202",
            hint='not known is written as one of "", "..", "...", "-", "na", "n/a", "null", "*", '
            '"d", "(d)", "s", "(s)"',
        )
    ]


def test_f27_twenty_cells_then_a_count(workspace: Workspace, tmp_path: Path) -> None:
    error = refused(workspace, value_file(tmp_path, *["x"] * 50))
    assert error.lines()[-1] == "... and 31 more problems"
    assert len(error.problems) == 51


def test_f27_with_quarantine_rows_are_set_aside_and_counted(
    workspace: Workspace, tmp_path: Path
) -> None:
    lines = [GOOD, GOOD.replace("JPN", "Atlantis"), GOOD.replace("100", "x").replace("8708", "870")]
    record = run(workspace, write(tmp_path / "t.csv", text_of(lines)), quarantine=True)

    assert [(s.stage, s.kind, s.reason, s.rows, s.value_usd) for s in record.funnel] == [
        ("read", "in", "rows of the files", 3, 200.0),
        ("cells", "rejected", "the code cannot be read", 1, None),
        ("cells", "rejected", "the partner cannot be read", 1, 100.0),
        ("table", "kept", "rows of the table", 1, 100.0),
    ]
    rejects = pl.read_parquet(workspace.trade / "t.rejects.parquet")
    assert rejects.rows() == [
        (
            "t.csv",
            3,
            "read.partner",
            'column "partner" = "Atlantis": is not an economy that is known',
            100.0,
            json.dumps(
                dict(zip(HEADER.split(","), lines[1].split(","), strict=True)),
                separators=(",", ":"),
            ),
        ),
        (
            "t.csv",
            4,
            "read.code;read.customs_value_usd",
            'column "code" = "8702951": has 7 digits: a leading zero may be lost, and is not '
            'guessed; column "customs_value_usd" = "x": is not a number',
            None,
            json.dumps(
                dict(zip(HEADER.split(","), lines[2].split(","), strict=True)),
                separators=(",", ":"),
            ),
        ),
    ]


def test_f27_quarantine_of_every_row_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    problem = rejected_file(workspace, value_file(tmp_path, "x"), quarantine=True)[0]
    assert problem.what == "no row is left for the table: all were set aside or are totals"


def test_f28_missing_and_suppressed_are_not_zero(workspace: Workspace, tmp_path: Path) -> None:
    record = run(workspace, value_file(tmp_path, "..", "-", "n/a", "", "D", "(S)", "*", "0", "2"))
    assert sorted(values(workspace).values(), key=str) == [0.0, 2.0, *[None] * 7]
    assert record.notes == (
        't.csv: 3 cells of "customs_value_usd" suppressed: not known, not zero',
    )
    assert (record.funnel[-1].value_usd, record.funnel[-1].value_unknown_rows) == (2.0, 7)


def test_f28_rows_that_break_a_rule_keep_their_original_text(
    workspace: Workspace, tmp_path: Path
) -> None:
    run(workspace, value_file(tmp_path, "(S)", "-5", "2"))
    path = workspace.trade / "t.parquet"
    originals = pl.read_parquet(workspace.trade / "t.originals.parquet")
    assert originals.select("source_row", "failed_rules", "value_usd").rows() == [
        (2, "trade.has_a_value", None),
        (3, "trade.customs_value_usd.range", -5.0),
    ]
    verdict = verdict_for(workspace, path)
    problems = rejected(workspace, verdict).problems
    assert problems[0].what.startswith("t.parquet is not valid: 2 of 3 rows")
    hints = "".join(problem.hint for problem in problems)
    assert '"customs_value_usd":"(S)"' in hints
    assert '"customs_value_usd":"-5"' in hints


def test_f29_na_is_namibia_and_not_missing(workspace: Workspace, tmp_path: Path) -> None:
    run(workspace, partner_file(tmp_path, "NA", "JP"))
    assert table(workspace)["partner"].to_list() == ["NAM", "JPN"]


# Codes, countries, aggregates


def test_c01_lost_zero_is_refused_or_given_back(workspace: Workspace, tmp_path: Path) -> None:
    path = code_file(tmp_path, "10121", "87032301")
    problems = rejected_file(workspace, path)
    assert problems[1] == Problem(
        'column "code" = "10121": has 5 digits: a leading zero may be lost, and is not guessed',
        where="t.csv row 2",
        hint="--pad-codes gives the zero back",
    )
    record = run(workspace, path, pad_codes=True)
    assert table(workspace)["code"].to_list() == ["010121", "87032301"]
    assert record.notes == ("t.csv: a leading zero was given back to 1 code",)


def test_c03_codes_are_normalised(workspace: Workspace, tmp_path: Path) -> None:
    run(workspace, code_file(tmp_path, "8703.23.00", "'870324", "8703 25", " 0101.21 "))
    assert table(workspace)["code"].to_list() == ["010121", "87032300", "870324", "870325"]


def test_c05_total_of_finer_codes_is_left_out(workspace: Workspace, tmp_path: Path) -> None:
    lines = [
        f"USA,{partner},2024,import,HS2022,{code},{value}"
        for partner, code, value in (
            ("JPN", "87", 30),
            ("JPN", "8703", 30),
            ("JPN", "870323", 10),
            ("JPN", "870324", 20),
            ("DEU", "8703", 7),
            ("JPN", "TOTAL", 30),
        )
    ]
    path = write(tmp_path / "t.csv", text_of(lines))
    record = run(workspace, path)
    assert [(s.reason, s.rows, s.value_usd) for s in record.left_out()] == [
        ("the code is a total of all goods", 1, 30.0),
        ("the code is the total of finer codes beside it", 2, 60.0),
    ]
    assert values(workspace) == {
        ("JPN", "870323"): 10.0,
        ("JPN", "870324"): 20.0,
        ("DEU", "8703"): 7.0,
    }
    path.write_text(text_of([*lines[:3], *lines[4:]]))
    problem = rejected_file(workspace, path)[0]
    assert problem.what == (
        "code 87 stands beside 870323, a finer code of it, and is not the sum of its finer codes: "
        "goods would be counted twice"
    )
    assert problem.where == "USA from JPN, 2024: USD 30 against USD 10"


def test_c06_world_is_left_out_with_its_dollars(workspace: Workspace, tmp_path: Path) -> None:
    record = run(workspace, partner_file(tmp_path, "JPN", "World", "W00", "WLD", "0", "-"))
    assert [(s.reason, s.rows, s.value_usd) for s in record.left_out()] == [
        ("the partner is the world or a total", 5, 20.0)
    ]
    assert table(workspace)["partner"].to_list() == ["JPN"]


@pytest.mark.parametrize(
    ("period", "left_out"),
    [
        ("2024", ["SVK"]),
        ("2020", ["GBR", "SVK"]),
        ("2019", ["GBR", "SVK"]),
        ("2012", ["GBR", "SVK"]),
    ],
)
def test_c06_members_go_by_the_dates_of_their_membership(
    workspace: Workspace, tmp_path: Path, period: str, left_out: list[str]
) -> None:
    """EU27 of 2012 is the one with the United Kingdom."""
    lines = [
        f"USA,{partner},{period},import,HS2017,870323,{value}"
        for partner, value in (("EU28", 4), ("EU27", 3), ("SVK", 1), ("GBR", 2))
    ]
    run(workspace, write(tmp_path / "t.csv", text_of(lines)))
    kept = set(table(workspace)["partner"])
    assert sorted({"SVK", "GBR"} - kept) == left_out


def test_c16_flow_that_contradicts_its_option(workspace: Workspace, tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", text_of([GOOD, LINES[1].replace("import", "X")]))
    problem = rejected_file(workspace, path, flow="import")[0]
    assert problem.what == ("--flow import contradicts 1 of 2 rows of t.csv, which say export")
    assert problem.where == "t.csv row 3, column flow"


def test_c16_reimports_beside_imports(workspace: Workspace, tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", text_of([GOOD, LINES[1].replace("import", "Re-import")]))
    problem = rejected_file(workspace, path)[0]
    assert problem.what == (
        "1 row of re-imports beside imports: statistics count the first in the second"
    )
    assert problem.where == "t.csv row 3"


def test_c16_reporter_of_an_export_is_not_the_importer(
    workspace: Workspace, tmp_path: Path
) -> None:
    header = HEADER.replace("importer", "reporter")
    path = write(tmp_path / "t.csv", text_of([GOOD.replace("import", "export")], header))
    assert rejected_file(workspace, path)[0].what == (
        '"reporter" is the exporter in 1 row of t.csv, of exports'
    )


def test_c17_economies_in_many_writings(workspace: Workspace, tmp_path: Path) -> None:
    partners = ["JP", "JPN", "392", "Japan ", "japan", "Türkiye", "Korea, South", "Cote d'Ivoire"]
    run(workspace, partner_file(tmp_path, *partners, "842"))
    by_code = table(workspace).sort("code")["partner"].to_list()
    assert by_code == ["JPN"] * 5 + ["TUR", "KOR", "CIV", "USA"]


def test_c17_ambiguous_and_unknown_economies(workspace: Workspace, tmp_path: Path) -> None:
    problems = rejected_file(
        workspace, partner_file(tmp_path, "Korea", "Congo", "Germny", "Kongo", "Congo Republic")
    )
    assert problems[1].what == (
        'column "partner" = "Korea": may be KOR (Korea, Republic of) or PRK (Korea, Democratic '
        "People's Republic of)"
    )
    assert problems[2].what == (
        'column "partner" = "Congo": may be COD (Congo, Democratic Republic of the) or COG (Congo)'
    )
    assert problems[3].hint.startswith("did you mean Germany")
    either = "COD (Congo, Democratic Republic of the) or COG (Congo)"
    for problem in (problems[2], problems[4], problems[5]):
        assert problem.hint == f"write the code of the one that is meant: {either}"


# Values and units


def test_v01_unit_and_valuation_are_mandatory(workspace: Workspace, tmp_path: Path) -> None:
    path = value_file(tmp_path, "5", header="value")
    problem = rejected_file(workspace, path)[0]
    assert problem.what == 'the unit of "value" is not said'
    assert problem.where == "t.csv row 1, column 7"
    problem = rejected_file(workspace, path, unit="USD")[0]
    assert problem.what == 'the valuation of "value" is not said'
    run(workspace, path, unit="million-USD", valuation="fob")
    assert table(workspace)["fob_value_usd"].to_list() == [5_000_000.0]


def test_v01_option_that_contradicts_the_header(workspace: Workspace, tmp_path: Path) -> None:
    path = value_file(tmp_path, "5")
    problem = rejected_file(workspace, path, unit="thousand-USD")[0]
    assert problem.what == '"customs_value_usd" says USD, --unit says thousand-USD'
    problem = rejected_file(workspace, path, valuation="cif")[0]
    assert problem.what == '"customs_value_usd" is customs, --valuation says cif'


def test_v02_files_in_two_units(workspace: Workspace, tmp_path: Path) -> None:
    one = write(tmp_path / "a.csv", text_of())
    header = HEADER.replace("value_usd", "value_thousand_usd")
    two = write(tmp_path / "b.csv", text_of([GOOD], header))
    assert rejected_file(workspace, one, two)[0].what == (
        "the files give values in several units: a.csv: USD; b.csv: thousand-USD"
    )


@pytest.mark.parametrize("cell", ["NaN", "inf", "-Infinity", "1e999"])
def test_v04_what_is_not_finite(workspace: Workspace, tmp_path: Path, cell: str) -> None:
    problems = rejected_file(workspace, value_file(tmp_path, "1", cell))
    assert problems[1].what == (f'column "customs_value_usd" = "{cell}": is not a finite number')
    assert problems[1].where == "t.csv row 3"


def test_v04_not_a_number_in_parquet(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    frame = pl.DataFrame([GOOD.split(",")], schema=HEADER.split(","), orient="row")
    frame.with_columns(customs_value_usd=pl.lit(float("nan"))).write_parquet(path)
    assert rejected_file(workspace, path)[1].where == "t.parquet row 2"


@pytest.mark.parametrize("cell", ["01/10/1994", "202407", "2024-13", ""])
def test_v10_period_is_iso_only(workspace: Workspace, tmp_path: Path, cell: str) -> None:
    path = write(tmp_path / "t.csv", text_of([GOOD.replace("2024,import", f"{cell},import")]))
    problem = rejected_file(workspace, path)[1]
    assert problem.what.startswith(f'column "period" = "{cell}": is ')
    assert problem.hint == "years as 2024, months as 2024-07"


# Storage and safety


def test_absurd_archive_is_refused_early(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text, "FREE_BYTES", 1_000)
    path = write(tmp_path / "t.csv.gz", gzip.compress(b"a,b\n" * 100_000))
    error = refused(workspace, path)
    assert isinstance(error, LimitError)
    assert error.exit_code == 7


def test_absurd_workbook_is_refused_early(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sniff, "MAX_WORKBOOK_BYTES", 100)
    openpyxl.Workbook().save(tmp_path / "t.xlsx")
    assert isinstance(refused(workspace, tmp_path / "t.xlsx"), LimitError)


def test_workbook_with_two_filled_sheets(workspace: Workspace, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for sheet in (book.active, book.create_sheet("other")):
        assert sheet is not None
        sheet["A1"] = "a"
    book.save(tmp_path / "t.xlsx")
    problem = rejected_file(workspace, tmp_path / "t.xlsx")[0]
    assert problem.what == "t.xlsx has 2 sheets with content: Sheet, other"


def test_failed_write_leaves_the_earlier_table(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pipelines.ingest.store.flush_all", full)
    error = refused(workspace, write(tmp_path / "t.csv", text_of([GOOD])))
    assert isinstance(error, StorageError)
    assert error.problems[0].what == "cannot write t: No space left on device"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_file_that_may_not_be_read(workspace: Workspace, tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", text_of())
    path.chmod(0)
    assert isinstance(refused(workspace, path), StorageError)


def test_names_with_wildcards_are_names(workspace: Workspace, tmp_path: Path) -> None:
    write(tmp_path / "t1.csv", text_of([GOOD]))
    run(workspace, write(tmp_path / "t*.csv", text_of()))
    assert table(workspace)["source_id"].unique().to_list() == ["t*.csv"]
