"""The same rows from every format, encoding, delimiter and naming give the same table."""

import gzip
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest

from calc.errors import DataRejectedError, LimitError, UsageError
from pipelines.ingest.inspection import inspect_file
from pipelines.ingest.settings import IngestSettings
from pipelines.workspace import Workspace
from tests.ingest.files import HEADER, LINES, expected, run, table, text_of, values, write

ROWS = [line.split(",") for line in LINES]


def trade_rows(source: str) -> pl.DataFrame:
    common = {
        "importer": "USA",
        "period": "2024",
        "flow": "import",
        "nomenclature": "HTS2024",
        "source_id": source,
    }
    return expected(
        [
            common | {"partner": "JPN", "code": "01012100", "customs_value_usd": 20.5},
            common | {"partner": "DEU", "code": "87082951", "customs_value_usd": 3.0},
            common | {"partner": "JPN", "code": "87082951", "customs_value_usd": 100.0},
        ]
    )


def as_csv(path: Path) -> Path:
    return write(path / "t.csv", text_of())


def as_csv_with_bom(path: Path) -> Path:
    return write(path / "t.csv", b"\xef\xbb\xbf" + text_of().encode())


def as_quoted_csv_with_bom_and_crlf(path: Path) -> Path:
    quoted = '"' + text_of().strip().replace(",", '","').replace("\n", '"\r\n"') + '"\r\n'
    return write(path / "t.csv", b"\xef\xbb\xbf" + quoted.encode())


def as_gzip(path: Path) -> Path:
    return write(path / "t.csv.gz", gzip.compress(text_of().encode(), mtime=0))


def as_gzip_of_two_members(path: Path) -> Path:
    text = text_of().encode()
    return write(path / "t.csv.gz", gzip.compress(text[:90]) + gzip.compress(text[90:]))


def as_semicolons(path: Path) -> Path:
    return write(path / "t.csv", text_of().replace(",", ";"))


def as_tabs(path: Path) -> Path:
    return write(path / "t.tsv", text_of().replace(",", "\t"))


def as_bars(path: Path) -> Path:
    return write(path / "t.txt", text_of().replace(",", "|"))


def as_utf16(path: Path) -> Path:
    return write(path / "t.csv", text_of().encode("utf-16"))


def as_parquet(path: Path) -> Path:
    schema = HEADER.split(",")
    frame = pl.DataFrame(ROWS, schema=schema, orient="row")
    typed = frame.with_columns(
        pl.col("customs_value_usd").cast(pl.Float64), pl.col("period").cast(int)
    )
    typed.write_parquet(path / "t.parquet")
    return path / "t.parquet"


def as_workbook(path: Path) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(HEADER.split(","))
    for row in ROWS:
        sheet.append([*row[:2], int(row[2]), *row[3:6], float(row[6])])
    book.create_sheet("empty")
    book.save(path / "t.xlsx")
    return path / "t.xlsx"


def as_json(path: Path) -> Path:
    import json

    return write(path / "t.json", json.dumps([HEADER.split(","), *ROWS]))


@pytest.mark.parametrize(
    ("make", "options"),
    [
        (as_csv, {}),
        (as_csv_with_bom, {}),
        (as_quoted_csv_with_bom_and_crlf, {}),
        (as_gzip, {}),
        (as_gzip_of_two_members, {}),
        (as_semicolons, {}),
        (as_tabs, {}),
        (as_bars, {"delimiter": "|"}),
        (as_utf16, {"encoding": "utf-16"}),
        (as_parquet, {}),
        (as_workbook, {}),
        (as_json, {}),
    ],
)
def test_format_makes_no_difference(
    workspace: Workspace, tmp_path: Path, make: object, options: dict[str, str]
) -> None:
    path = make(tmp_path)  # type: ignore[operator]
    record = run(workspace, path, **options)

    assert table(workspace).equals(trade_rows(path.name))
    assert record.table.value_usd == 123.5
    provenance = pl.read_parquet(workspace.trade / "t.provenance.parquet")
    assert provenance["source_row"].to_list() == [3, 4, 2]


def test_bom_gives_the_same_bytes(workspace: Workspace, tmp_path: Path) -> None:
    run(workspace, as_csv(tmp_path))
    plain = (workspace.trade / "t.parquet").read_bytes()
    run(workspace, as_csv_with_bom(tmp_path))
    assert (workspace.trade / "t.parquet").read_bytes() == plain


def test_quoted_line_ends_count_as_one_row(workspace: Workspace, tmp_path: Path) -> None:
    lines = [f'{LINES[0]},"two\nlines, one ""row"""', f"{LINES[1]},x"]
    run(workspace, write(tmp_path / "t.csv", text_of(lines, f"{HEADER},note")))
    provenance = pl.read_parquet(workspace.trade / "t.provenance.parquet")
    assert provenance["source_row"].to_list() == [3, 2]


def test_blank_lines_are_left_out_and_counted(workspace: Workspace, tmp_path: Path) -> None:
    record = run(workspace, write(tmp_path / "t.csv", text_of([LINES[0], "", LINES[1]])))
    assert [(s.reason, s.rows) for s in record.left_out()] == [("the row is empty", 1)]
    provenance = pl.read_parquet(workspace.trade / "t.provenance.parquet")
    assert provenance["source_row"].to_list() == [4, 2]


def test_declared_aliases_are_mapped_and_recorded(workspace: Workspace, tmp_path: Path) -> None:
    header = "Reporter ISO3,partnerISO,refYear,Flow Code,Classification,cmdCode,CIF Value (US$),x"
    lines = ["US,na,2022,M,H6,8703.23,5,y"]
    record = run(workspace, write(tmp_path / "t.csv", text_of(lines, header)))

    assert table(workspace).equals(
        expected(
            [
                {
                    "importer": "USA",
                    "partner": "NAM",
                    "period": "2022",
                    "flow": "import",
                    "nomenclature": "HS2022",
                    "code": "870323",
                    "cif_value_usd": 5.0,
                    "source_id": "t.csv",
                }
            ]
        )
    )
    assert {item.column: item.source for item in record.mapping} == {
        "importer": "Reporter ISO3",
        "partner": "partnerISO",
        "period": "refYear",
        "flow": "Flow Code",
        "nomenclature": "Classification",
        "code": "cmdCode",
        "cif_value_usd": "CIF Value (US$)",
    }
    assert record.notes == ("t.csv: columns not used: x",)


def test_options_fill_columns_that_the_file_lacks(workspace: Workspace, tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", text_of(["8703.23,1.5"], "hs,value"))
    record = run(
        workspace,
        path,
        importer="eu27",
        partner="Japan",
        period="2023-07",
        flow="import",
        nomenclature="CN2023",
        unit="thousand-USD",
        valuation="cif",
    )

    row = table(workspace).row(0, named=True)
    assert (row["importer"], row["partner"], row["period"]) == ("EU27", "JPN", "2023-07")
    assert (row["cif_value_usd"], row["customs_value_usd"]) == (1500.0, None)
    assert record.options == {
        "importer": "eu27",
        "partner": "Japan",
        "period": "2023-07",
        "flow": "import",
        "nomenclature": "CN2023",
        "unit": "thousand-USD",
        "valuation": "cif",
    }
    sources = {item.column: item.source for item in record.mapping}
    assert sources["cif_value_usd"] == "value (thousand-USD)"
    assert sources["importer"] == "--importer: eu27"


def test_unit_in_the_header(workspace: Workspace, tmp_path: Path) -> None:
    header = HEADER.replace("customs_value_usd", "customs_value_thousand_usd")
    run(
        workspace,
        write(tmp_path / "t.csv", text_of(["USA,JPN,2024,import,HS2022,8703,1.2345"], header)),
    )
    assert values(workspace) == {("JPN", "8703"): 1234.5}


@pytest.mark.parametrize(
    ("options", "message", "hint"),
    [
        ({"name": "../x"}, "'../x' is not a name for a table", "lower case letters"),
        ({"name": "A"}, "'A' is not a name for a table", "lower case letters"),
        ({"name": "a" * 61}, "is not a name for a table", "at most 60"),
        ({"unit": "usd"}, "'usd' is not a unit", "known: USD, thousand-USD, million-USD; or"),
        ({"unit": "EUR"}, "the rate of EUR to the U.S. dollar is not given", "--rate EUR=..."),
        ({"unit": "thousand-EUR", "rate": "JPY=0.0064"}, "the rate of EUR", "--rate EUR=..."),
        ({"valuation": "CIF"}, "'CIF' is not a valuation", "did you mean cif?"),
        ({"encoding": "base64"}, "'base64' is not an encoding of text", "cp1252"),
        ({"delimiter": "x"}, "'x' is not a delimiter", "known"),
        ({"decimal": ";"}, "';' is not a decimal mark", "--decimal ."),
    ],
)
def test_options_that_are_not_known(
    workspace: Workspace, tmp_path: Path, options: dict[str, str], message: str, hint: str
) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        run(workspace, as_csv(tmp_path), **options)
    assert hint in caught.value.problems[0].hint
    assert not workspace.trade.exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"partner": "Korea"}, '"Korea" may be KOR .* or PRK'),
        ({"partner": "Japn"}, '"Japn" is not an economy that is known'),
        ({"period": "07/2024"}, '"07/2024" is not a year'),
        ({"nomenclature": "HS2020"}, '"HS2020" is not an edition'),
        ({"flow": "transit"}, '"transit" is not a flow'),
    ],
)
def test_options_whose_value_cannot_be_one(
    workspace: Workspace, tmp_path: Path, options: dict[str, str], message: str
) -> None:
    column = next(iter(options))
    kept = [place for place, name in enumerate(HEADER.split(",")) if name != column]
    without = [",".join(line.split(",")[place] for place in kept) for line in (HEADER, *LINES)]
    with pytest.raises(UsageError, match=message) as caught:
        run(workspace, write(tmp_path / "t.csv", text_of(without[1:], without[0])), **options)
    assert caught.value.problems[0].where == f"--{column}"
    assert caught.value.problems[0].hint


def test_earlier_parts_that_a_table_no_longer_has_are_removed(
    workspace: Workspace, tmp_path: Path
) -> None:
    bad = write(
        tmp_path / "t.csv",
        text_of([LINES[0], LINES[1].replace("20.5", "?"), "USA" + LINES[2][3:].replace("3", "-3")]),
    )
    run(workspace, bad, quarantine=True)
    assert {path.name for path in workspace.trade.iterdir()} == {
        "t.json",
        "t.originals.parquet",
        "t.parquet",
        "t.provenance.parquet",
        "t.rejects.parquet",
    }
    run(workspace, as_csv(tmp_path))
    assert {path.name for path in workspace.trade.iterdir()} == {
        "t.json",
        "t.parquet",
        "t.provenance.parquet",
    }
    assert workspace.trade_names() == ["t"]


def test_files_are_refused_together_where_they_disagree(
    workspace: Workspace, tmp_path: Path
) -> None:
    one = write(tmp_path / "a.csv", text_of())
    other = write(
        tmp_path / "b.csv",
        text_of([LINES[0]], HEADER.replace("customs_value_usd", "cif_value_thousand_usd")),
    )
    with pytest.raises(DataRejectedError) as caught:
        run(workspace, one, other)
    assert [problem.what for problem in caught.value.problems] == [
        "the files give values in several units: a.csv: USD; b.csv: thousand-USD",
        "the files give values on several valuations: a.csv: customs_value_usd; "
        "b.csv: cif_value_usd",
    ]


def test_a_row_that_is_too_long_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", text_of() + "USA," + "J" * 1_100_000 + ",2024\n")
    with pytest.raises(LimitError) as caught:
        run(Workspace(tmp_path), path)
    (problem,) = caught.value.problems
    assert problem.what == f"row {len(LINES) + 2} of t.csv is longer than 1,000,000 bytes"
    assert problem.where == f"t.csv row {len(LINES) + 2}"


def test_an_archive_that_unpacks_to_absurdly_much_is_refused(tmp_path: Path) -> None:
    """At the first 4 MB beyond 64 MB, of 80 MB: not at its end."""
    path = tmp_path / "t.csv.gz"
    with gzip.open(path, "wb", compresslevel=9) as stream:
        stream.write(text_of().encode())
        for _ in range(100):
            stream.write(f"{LINES[0]}\n".encode() * 20_000)
    with pytest.raises(LimitError, match="unpacks to more than 71,303,168 bytes, over 200"):
        run(Workspace(tmp_path), path)


SHEET = "SKU,HTS,Origin,Entered Value,Quantity,Date,Currency\n"
ITEM = "A-1,8708.29.5060,DE,12500.50,100,2024-03-05,{}\n"
OF_SHEET: dict[str, Any] = {"importer": "USA", "nomenclature": "HTS2024"}


def test_values_in_another_currency_are_read_by_the_rate_that_is_given(
    workspace: Workspace, tmp_path: Path
) -> None:
    path = write(tmp_path / "items.csv", SHEET + ITEM.format("EUR"))
    record = run(workspace, path, unit="EUR", rate="EUR=1.25", **OF_SHEET)
    assert table(workspace)["customs_value_usd"].to_list() == [15625.625]
    assert "items.csv: values in EUR are put into U.S. dollars, 1.25 for one" in record.notes
    assert not [note for note in record.notes if "unit USD" in note]
    run(workspace, path, unit="thousand-EUR", rate="EUR=1.25", **OF_SHEET)
    assert table(workspace)["customs_value_usd"].to_list() == [15625625.0]


def test_a_sheet_whose_column_says_another_currency_is_refused(
    workspace: Workspace, tmp_path: Path
) -> None:
    path = write(tmp_path / "items.csv", SHEET + ITEM.format("EUR"))
    with pytest.raises(DataRejectedError) as refused:
        run(workspace, path, **OF_SHEET)
    problem = refused.value.problems[0]
    assert (problem.what, problem.where) == (
        'column "Currency" says EUR in 1 row: values are read as U.S. dollars', "items.csv row 2",
    )  # fmt: skip
    assert problem.hint.startswith("if all values are in it, give --unit EUR --rate EUR=...")
    found = inspect_file(path, IngestSettings(name="x", **OF_SHEET))
    assert found.missing[0].startswith('column "Currency" says EUR in 1 row')

    dollars = write(tmp_path / "dollars.csv", SHEET + ITEM.format("USD"))
    with pytest.raises(DataRejectedError, match="says USD in 1 row: values are read as EUR"):
        run(workspace, dollars, unit="EUR", rate="EUR=1.25", **OF_SHEET)
    run(workspace, dollars, **OF_SHEET)
    assert table(workspace)["customs_value_usd"].to_list() == [12500.5]
