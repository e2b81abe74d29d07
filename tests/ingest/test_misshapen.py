"""Rows of another number of fields: the hint says which field was probably cut."""

from pathlib import Path

import pytest

from calc.errors import DataRejectedError
from pipelines.ingest.inspection import inspect_file
from pipelines.ingest.misshapen import columns_of, joined
from pipelines.ingest.settings import IngestSettings
from pipelines.workspace import Workspace
from tests.ingest.files import run, table

HEADER = "importer,partner,year,flow,nomenclature,code,description,customs_value_usd\n"
GOOD = "USA,JPN,2024,import,HS2022,851713,Telephones,1000\n"
ASIDE = "; or set the row aside with --quarantine"
QUOTE = ": put quotation marks around the field"


@pytest.mark.parametrize(
    ("row", "hints"),
    [
        ("USA,KOR,2024,import,HS2022,851713,Telephones, smart,1000\n",
         [f'the comma is probably part of "description" (Telephones, smart){QUOTE}']),
        ("USA,Korea, Republic of,2024,import,HS2022,851713,Telephones,1000\n",
         [f'the comma is probably part of "partner" (Korea, Republic of){QUOTE}']),
        ("USA,KOR,2024,import,HS2022,851713,Telephones,1,500,000\n",
         ['the comma is probably part of "description" (Telephones,1,500) or of '
          f'"customs_value_usd" (1,500,000){QUOTE}']),
        ("USA,KOR,2024,import,HS2022,851713,,12,500\n",
         [f'the comma is probably part of "customs_value_usd" (12,500){QUOTE}']),
        ("USA,KOR,2024,import,HS2022,851713,Telephones,12,500\n",
         ['the comma is probably part of "description" (Telephones,12) or of "customs_value_usd" '
          f"(12,500){QUOTE}"]),
        ("USA,KOR,2024,import,HS2022,851713,Tele\nphones,500\n",
         ["rows 3 and 4 together have 8 fields: a line end probably stands in a field, which needs "
          "quotation marks"] * 2),
        ("2024,USA,KOR,import,851713,HS2022,5,phones,Tele\n",
         ["a field with the delimiter in it needs quotation marks"]),
        ("USA,KOR,2024,import\n",
         ["fields are missing in it: see that each column has its delimiter, also an empty one"]),
        ("USA,KOR,2024,import",
         ["it is the last row and has no line end: the file is probably cut short"]),
    ],
)  # fmt: skip
def test_the_hint_names_the_field(tmp_path: Path, row: str, hints: list[str]) -> None:
    path = tmp_path / "t.csv"
    path.write_text(HEADER + GOOD + row, encoding="utf-8")
    with pytest.raises(DataRejectedError) as refused:
        inspect_file(path, IngestSettings(name="t"))
    assert [one.hint for one in refused.value.problems] == [hint + ASIDE for hint in hints]


def test_a_badly_quoted_field_is_told_as_one(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(HEADER + GOOD + GOOD.replace("851713", '"85"1713'), encoding="utf-8")
    with pytest.raises(DataRejectedError) as refused:
        inspect_file(path, IngestSettings(name="t", valuation="customs"))
    assert [one.lines() for one in refused.value.problems] == [
        [
            "error: a field of t.csv goes on after its closing quotation mark",
            'where: t.csv: "85"1713',
            "hint: double a mark that belongs to the text, and quote the field",
        ]
    ]


def test_rows_cut_beside_a_badly_quoted_field_are_told_without_a_guess(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    badly = GOOD.replace("851713", '"85"1713')
    path.write_text(HEADER + badly + "USA,JPN\n", encoding="utf-8")
    with pytest.raises(DataRejectedError) as refused:
        inspect_file(path, IngestSettings(name="t"))
    assert [(one.where, one.hint) for one in refused.value.problems] == [
        ("t.csv row 3", "a field with the delimiter in it needs quotation marks" + ASIDE)
    ]


def test_thousands_are_likelier_than_another_comma_between_numbers() -> None:
    columns = columns_of(["code", "value"], [["870323", "2500"]])
    assert joined(["870899", "1", "234"], columns) == (
        f'the comma is probably part of "value" (1,234){QUOTE}'
    )
    assert joined(["870899", "1", "23"], columns) == (
        f'the comma is probably part of "code" (870899,1) or of "value" (1,23){QUOTE}'
    )
    assert joined(["870899", "1"], columns) == ""


def test_headers_of_files_put_together_are_left_out(workspace: Workspace, tmp_path: Path) -> None:
    # No column of these has a period: the code tells.
    header = "CTY_CODE,I_COMMODITY,CON_VAL_YR\n"
    path = tmp_path / "t.csv"
    path.write_text(f"{header}5880,8708103020,5\n{header}5880,8708103040,7\n", encoding="utf-8")
    record = run(workspace, path, importer="USA", period="2024")
    assert table(workspace)["customs_value_usd"].to_list() == [5.0, 7.0]
    assert [(one.reason, one.rows) for one in record.left_out()] == [
        ("the row is the header again", 1)
    ]


def test_code_of_more_than_ten_digits(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(HEADER + GOOD.replace("851713", "85171300001"), encoding="utf-8")
    with pytest.raises(DataRejectedError) as caught:
        run(workspace, path)
    assert caught.value.problems[-1].hint == "a code has at most 10 digits: keep the first of them"
