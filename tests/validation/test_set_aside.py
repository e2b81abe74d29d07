"""Rows that ingest set aside get repairs proposed, and come back by the front door once mended."""

import csv
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from calc.tables import TABLES
from pipelines.validation.set_aside import set_aside
from pipelines.validation.spellings import spellings
from tests.run.tool import Done, retorsion

pytestmark = pytest.mark.usefixtures("tables_alone")

HEADER = ("Reporter", "Partner", "Year", "Commodity Code", "Trade Value (US$)", "Qty", "Qty Unit")
SOUND = ("Canada", "United States", "2023", "8703.23", "1500000", "12", "number")
OPTIONS = ("--valuation", "fob", "--flow", "import", "--nomenclature", "HS2022")


def write(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, HEADER, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path


def row(**cells: str) -> dict[str, str]:
    return dict(zip(HEADER, SOUND, strict=True)) | {
        name.replace("_", " "): text for name, text in cells.items()
    }


def value(text: str, code: str) -> dict[str, str]:
    return row(Commodity_Code=code) | {"Trade Value (US$)": text}


DAMAGED = [
    row(),
    value("2,429=", "8708.99"),
    value("1,234,567", "8708.10") | {"Partner": "Korea, Republik of", "Year": "2023.0"},
    row(Commodity_Code="10121"),
    value("n.a.", "8708.21"),
    value("$600", "8708.29") | {"Qty": "3 pcs"},
    row(Partner="Narnia"),
    row(Partner="Germnay", Commodity_Code="87O323"),
    value("700!", "8703.23"),
]


def ingested(place: Path, path: Path, *more: str) -> Done:
    done = retorsion("ingest", path, "--name", "ca", *OPTIONS, *more, "--workspace", place)
    assert done.code == 0, done.err
    return done


def proposed(place: Path) -> tuple[Done, pl.DataFrame]:
    done = retorsion("validate", "ca", "--fix-suggestions", "--workspace", place)
    (folder,) = (place / "data" / "processed" / "validation").glob("*-suggestions")
    found = pl.read_parquet(folder / "suggestions.parquet")
    assert TABLES["suggestions"].is_valid(found)
    return done, found


def test_what_is_proposed_is_told_with_its_dollars(tmp_path: Path) -> None:
    ingested(tmp_path, write(tmp_path / "imports.csv", DAMAGED), "--quarantine")
    done, found = proposed(tmp_path)
    assert done.code == 0
    assert done.err.splitlines()[1:-1] == [
        "repair proposed: currency: 1 cell; brings back 1 row, USD 600",
        "repair proposed: decimals: 1 cell; brings back 1 row, USD 1,234,567",
        "repair proposed: letter O: 1 cell; brings back 1 row, USD 1,500,000",
        "repair proposed: lost zero: 1 cell; brings back 1 row, USD 1,500,000",
        "repair proposed: not known: 1 cell; brings back 0 rows, USD 0",
        "repair proposed: sign behind: 2 cells; brings back 1 row, USD 2,429",
        "repair proposed: spelling: 2 cells; brings back 2 rows, USD 2,734,567",
        "repair proposed: thousands in doubt: 1 cell; brings back 1 row, USD 2,429",
        "repair proposed: unit behind: 1 cell; brings back 1 row, USD 600",
        "repair proposed: all together: 11 cells; brings back 5 rows, USD 4,237,596",
        "8 rows set aside at ingest, 1 of them without a repair that is known",
    ]
    # The last row would repeat the key of the first.
    assert found.filter(source_row=10).select(
        "source_id", "column", "header", "repair", "table_row", "from_text", "to_text",
        "brings_back", "value_usd",
    ).rows() == [
        ("imports.csv", "fob_value_usd", "Trade Value (US$)", "sign behind", None, "700!", "700",
         False, 700.0),
    ]  # fmt: skip


def test_a_repaired_file_comes_back_by_the_front_door(tmp_path: Path) -> None:
    path = write(tmp_path / "imports.csv", DAMAGED)
    ingested(tmp_path, path, "--quarantine")
    _, found = proposed(tmp_path)
    table = tmp_path / "data" / "processed" / "trade" / "ca.parquet"
    before = pl.read_parquet(table)
    mended = [dict(item) for item in DAMAGED]
    told = found.filter("brings_back")
    for cell in told.iter_rows(named=True):
        record = mended[cell["source_row"] - 2]
        assert record[cell["header"]] == cell["from_text"]
        record[cell["header"]] = cell["to_text"]
    assert pl.read_parquet(table).equals(before)
    ingested(tmp_path, write(path, mended), "--quarantine")
    after = pl.read_parquet(table)
    back = told.unique("source_row")
    assert after.height - before.height == back.height == 5
    gained = sum(after["fob_value_usd"]) - sum(before["fob_value_usd"])
    assert gained == sum(back["value_usd"]) == 4_237_596.0


def test_rows_whose_reading_is_not_kept_are_told(tmp_path: Path) -> None:
    path = write(tmp_path / "imports.csv", [row(), row(Partner="J1", Year="2023.0")])
    codes = tmp_path / "codes.csv"
    codes.write_text("code,iso3\nJ1,JPN\n", encoding="utf-8")
    ingested(tmp_path, path, "--quarantine", "--partner-codes", str(codes))
    done, found = proposed(tmp_path)
    assert found.is_empty()
    assert done.err.splitlines()[2:4] == [
        "1 row set aside at ingest, 1 of them without a repair that is known",
        "imports.csv: no repair is proposed for its rows set aside: the table of --partner-codes "
        "is not kept",
    ]


def test_separators_of_cells_that_were_read_stay_read(tmp_path: Path) -> None:
    rows = [value("1,234,567", "8708.10"), value("7,654", "8708.21") | {"Partner": "Germnay"}]
    ingested(tmp_path, write(tmp_path / "imports.csv", rows), "--quarantine")
    aside = set_aside(tmp_path / "data" / "processed" / "trade" / "ca.parquet")
    ((_, mended),) = aside.files
    assert mended.rows.select("partner", "fob_value_usd").rows() == [("DEU", 7654.0)]
    assert mended.proposals["repair"].to_list() == ["spelling"]


def test_a_field_that_was_cut_is_put_together_where_one_alone_can_be_meant(tmp_path: Path) -> None:
    path = write(tmp_path / "imports.csv", [row()])
    cut = "Canada,Korea, South,2023,870323,5,1,number\nCanada,Korea,South,2023,870324,7,1,number\n"
    path.write_text(path.read_text(encoding="utf-8") + cut, encoding="utf-8")
    ingested(tmp_path, path, "--quarantine")
    done, found = proposed(tmp_path)
    assert found["source_row"].unique().to_list() == [3]
    first = found.row(0, named=True)
    told = ("column", "header", "repair", "from_text", "to_text", "brings_back", "value_usd")
    assert {name: first[name] for name in told} == {
        "column": "partner", "header": "Partner", "repair": "delimiter in a field",
        "from_text": "Korea", "to_text": "Korea, South", "brings_back": True, "value_usd": 5.0,
    }  # fmt: skip
    assert "2 rows set aside at ingest, 1 of them without a repair that is known" in done.err


def test_of_a_file_with_another_delimiter_no_field_is_put_together(tmp_path: Path) -> None:
    path = write(tmp_path / "imports.csv", [row()])
    cut = "Canada,Korea, South,2023,870323,5,1,number\n"
    text = (path.read_text(encoding="utf-8") + cut).replace(",", ";")
    path.write_text(text, encoding="utf-8")
    ingested(tmp_path, path, "--quarantine", "--delimiter", ";")
    assert proposed(tmp_path)[1].filter("brings_back").is_empty()


@pytest.mark.parametrize(
    ("text", "codes", "meant"),
    [
        ("Korea, Rep.", "general", "KOR"),
        ("Congo, Dem. Rep.", "general", "COD"),
        ("CÃ´te d'Ivoire", "general", "CIV"),
        ("392.0", "general", "JPN"),
        ("Japan 1/", "general", "JPN"),
        ("Untied States", "general", "USA"),
        ("The Netherlands", "general", "NLD"),
        ("Korea", "general", None),
        ("Nigera", "general", None),
        ("XYZ", "general", None),
        ("392.0", "comtrade", "392"),
        ("Untied States", "comtrade", None),
    ],
)
def test_an_economy_is_told_where_it_can_be_one_only(
    text: str, codes: str, meant: str | None
) -> None:
    found: dict[str, Any] = {} if meant is None else {text: meant}
    assert spellings([text], codes) == found
