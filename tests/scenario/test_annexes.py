"""Goods from an annex: CSV, XLSX and Parquet say the same; problems are named by row and column."""

from datetime import date
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from pipelines.scenario import annex
from pipelines.scenario.law import law_at
from tests.scenario.files import changed, law, only, problems, read, write

ROWS = [
    ("code", "from", "through", "note"),
    ("8703.23", "", "", "ex"),
    ("8704", "2024-03-01", "2024-06-30", "for a time"),
    ("0101-0102", "2025-01-01", "", "later"),
]
WITH_ANNEX = changed('["8703"]', '"annex/goods.csv"')


def csv_of(folder: Path, text: str) -> None:
    (folder / "annex").mkdir(exist_ok=True)
    write(folder / "annex", text, "goods.csv")


def written(folder: Path, suffix: str) -> str:
    (folder / "annex").mkdir()
    path = folder / "annex" / f"goods.{suffix}"
    header, *rows = ROWS
    if suffix == "csv":
        path.write_text("\n".join(",".join(row) for row in ROWS) + "\n", encoding="utf-8")
    elif suffix == "xlsx":
        book = openpyxl.Workbook()
        sheet = book.worksheets[0]
        for row in ROWS:
            sheet.append([cell or None for cell in row])
        book.save(path)
    else:
        pl.DataFrame(rows, schema=list(header), orient="row").write_parquet(path)
    return changed('["8703"]', f'"annex/goods.{suffix}"')


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "parquet"])
def test_goods_of_an_annex_at_the_date(tmp_path: Path, suffix: str) -> None:
    scenario = read(tmp_path, written(tmp_path, suffix))
    name = f"annex/goods.{suffix}"
    found = law_at(scenario)

    assert found.products.drop("measure_id", "step").rows() == [("include", "870323", name)]
    assert law_at(scenario, date(2024, 6, 30)).products["prefix"].to_list() == ["870323", "8704"]
    assert law_at(scenario, date(2025, 1, 1)).products["prefix"].to_list() == [
        "0101", "0102", "870323",
    ]  # fmt: skip
    assert found.change_dates == (date(2024, 3, 1), date(2024, 7, 1), date(2025, 1, 1))
    assert [(source, what) for source, what, _ in found.sources] == [
        (name, "annex"), ("economies.csv", "economies"),
    ]  # fmt: skip
    assert [path.name for path in found.files] == [f"goods.{suffix}", "economies.csv"]


@pytest.mark.parametrize("mark", [";", "\t"])
def test_cells_may_be_divided_as_spreadsheets_do_where_a_comma_is_decimal(
    tmp_path: Path, mark: str
) -> None:
    csv_of(tmp_path, 'code,rate\n8703.23,25%\n8704,"12.5%"\n'.replace(",", mark))
    found = law(tmp_path, WITH_ANNEX.replace('rate = "25%"', 'rate = { column = "rate" }'))

    assert found.measures["rate_text"].sort().to_list() == ["12.5%", "25%"]
    assert found.products["prefix"].sort().to_list() == ["870323", "8704"]


def test_an_annex_that_cannot_be_read_is_told_once(tmp_path: Path) -> None:
    csv_of(tmp_path, "cod,rate\n8703.23,25%\n")
    told = problems(tmp_path, WITH_ANNEX.replace('rate = "25%"', 'rate = { column = "rate" }'))

    assert [problem.what for problem in told] == [
        "column code is missing", '"cod" is not a column of an annex',
    ]  # fmt: skip


def test_measure_whose_goods_are_all_of_another_time(tmp_path: Path) -> None:
    csv_of(tmp_path, "code,from\n8703,2025-03-01\n")
    found = law(tmp_path, WITH_ANNEX)

    assert found.measures.select("state", "valid_from", "valid_until").rows() == [
        ("not yet in force", None, date(2025, 3, 1))
    ]
    assert found.products["prefix"].to_list() == ["8703"]


def test_annex_leaves_goods_out(tmp_path: Path) -> None:
    csv_of(tmp_path, "code\n8703.23\n8703.24\n")
    found = law(tmp_path, changed('["8703"]', '["8703"]\nexcept = "annex/goods.csv"'))

    assert found.products.filter(role="exclude")["prefix"].to_list() == ["870323", "870324"]


def test_annex_beside_codes(tmp_path: Path) -> None:
    csv_of(tmp_path, "code\n8703.23\n")
    found = law(tmp_path, changed('["8703"]', '["8704", "annex/goods.csv", "@flat-glass"]'))

    assert {"8704", "870323", "700312"} <= set(found.products["prefix"])


def test_problems_of_an_annex_are_told_together(tmp_path: Path) -> None:
    csv_of(
        tmp_path,
        "code,from,through\n8703.2,,\n,,\n8703,2024-13-01,\n8704,2024-02-01,2024-01-01\n"
        "all,,\n10121,,\n",
    )
    found = problems(tmp_path, WITH_ANNEX)

    assert [(problem.what, problem.where) for problem in found] == [
        ('"8703.2" has a code of 5 digits; a code has 2, 4, 6, 8 or 10',
         'annex/goods.csv row 2, column code = "8703.2"'),
        ("the row has no code", "annex/goods.csv row 3, column code"),
        ('"2024-13-01" is not a date', 'annex/goods.csv row 4, column from = "2024-13-01"'),
        ("the row ends before it begins (2024-02-01)",
         'annex/goods.csv row 5, column through = "2024-01-01"'),
        ('"all" leaves nothing of the measure', 'annex/goods.csv row 6, column code = "all"'),
        ('"10121" has a code of 5 digits; a code has 2, 4, 6, 8 or 10',
         'annex/goods.csv row 7, column code = "10121"'),
    ]  # fmt: skip
    assert found[-1].hint == 'is a leading zero lost? "010121"'


@pytest.mark.parametrize(
    ("text", "what", "where"),
    [
        ("", "annex/goods.csv holds no rows: an annex names something", "annex/goods.csv"),
        ("code\n", "annex/goods.csv holds no rows: an annex names something", "annex/goods.csv"),
        ("cod\n8703\n", "column code is missing", "annex/goods.csv row 1"),
        ("code,form\n8703,\n", '"form" is not a column of an annex', "annex/goods.csv row 1"),
        ("code,code\n8703,\n", 'column "code" is there twice', "annex/goods.csv row 1"),
        ("code\n8703,8704\n", "row 2 has 2 fields, the header has 1", "annex/goods.csv row 2"),
        ('code\n"8703\n', "annex/goods.csv is not CSV: unexpected end of data", "annex/goods.csv"),
    ],
)
def test_annex_that_is_none(tmp_path: Path, text: str, what: str, where: str) -> None:
    csv_of(tmp_path, text)
    problem = problems(tmp_path, WITH_ANNEX)[0]

    assert (problem.what, problem.where) == (what, where)


def test_other_columns_are_noted(tmp_path: Path) -> None:
    csv_of(tmp_path, "code,Chapter,description\n8703,87,cars\n")

    assert 'annex/goods.csv: not read are the columns "Chapter"' in law(tmp_path, WITH_ANNEX).notes


@pytest.mark.parametrize("suffix", ["xlsx", "parquet"])
def test_file_of_another_kind_is_refused(tmp_path: Path, suffix: str) -> None:
    write(tmp_path, "code\n8703\n", f"goods.{suffix}")
    kind = {"xlsx": "an Excel workbook", "parquet": "Parquet"}[suffix]

    assert only(tmp_path, changed('["8703"]', f'"goods.{suffix}"')).what == (
        f"goods.{suffix} cannot be read as {kind}"
    )


def test_large_annexes_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    csv_of(tmp_path, "code\n8703\n8704\n8705\n")
    monkeypatch.setattr(annex, "MAX_ROWS", 3)
    assert "too large for an annex" in only(tmp_path, WITH_ANNEX).what
    monkeypatch.setattr(annex, "MAX_BYTES", 3)
    assert only(tmp_path, WITH_ANNEX).what == "annex/goods.csv is too large for an annex"


@pytest.mark.parametrize("name", ["../goods.csv", "/etc/goods.csv", r"a\\b.csv"])
def test_annex_stays_below_the_scenario(tmp_path: Path, name: str) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    write(tmp_path, "code\n8703\n", "goods.csv")

    assert "is not a name of a file beside or below" in only(
        inner, changed('["8703"]', f'"{name}"')
    ).what  # fmt: skip


def test_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "goods.csv").symlink_to(Path(write(tmp_path, "code\n8703\n", "goods.csv")))

    assert only(inner, changed('["8703"]', '"goods.csv"')).what == (
        '"goods.csv" leads out of the folder of the scenario'
    )


def test_a_row_with_too_many_fields_is_told_with_the_field_that_was_cut(tmp_path: Path) -> None:
    csv_of(tmp_path, "code,note\n8703.23,cars\n8703.24,cars, used\n8704,1,2,3\n")
    assert [one.hint for one in problems(tmp_path, WITH_ANNEX)] == [
        'the comma is probably part of "note" (cars, used): put quotation marks around the field',
        "put texts that hold a comma in double quotes",
    ]
    csv_of(tmp_path, "code;note\n8703.23;cars\n8703.24;cars; used\n")
    assert only(tmp_path, WITH_ANNEX).hint == (
        'the semicolon is probably part of "note" (cars; used): put quotation marks around the '
        "field"
    )
