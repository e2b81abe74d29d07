"""What a caller may say of a file: its source, sheet and level; and what strict means."""

import json
from pathlib import Path

import openpyxl
import pytest
import typer
from typer.testing import CliRunner, Result

from calc.errors import DataRejectedError, UsageError, VerificationError
from pipelines.commands import data
from pipelines.workspace import Workspace
from tests.ingest.files import HEADER, LINES, run, table, text_of, write


def typed(*arguments: str) -> Result:
    app = typer.Typer()
    data.register(app)
    return CliRunner().invoke(app, list(arguments))


def workbook(path: Path) -> Path:
    book = openpyxl.Workbook()
    for name, value in (("2023", 5), ("2024", 7)):
        sheet = book.create_sheet(name)
        sheet.append(HEADER.split(","))
        sheet.append([*LINES[0].split(",")[:6], value])
    del book["Sheet"]
    book.save(path / "t.xlsx")
    return path / "t.xlsx"


def test_sheet(workspace: Workspace, tmp_path: Path) -> None:
    path = workbook(tmp_path)
    run(workspace, path, sheet="2024")
    assert table(workspace)["customs_value_usd"].to_list() == [7.0]
    with pytest.raises(UsageError, match="has no sheet '2025' with content") as caught:
        run(workspace, path, sheet="2025")
    assert "2024" in caught.value.problems[0].hint
    with pytest.raises(UsageError, match=r"t\.csv is text: it has no sheets"):
        run(workspace, write(tmp_path / "t.csv", text_of()), sheet="2024")


def test_level(workspace: Workspace, tmp_path: Path) -> None:
    rows = [
        "USA,JPN,2024,import,HTS2024,8708,1000",
        "USA,JPN,2024,import,HTS2024,870829,600",
        "USA,JPN,2024,import,HTS2024,TOTAL,9000",
    ]
    path = write(tmp_path / "t.csv", text_of(rows))
    record = run(workspace, path, level=6)
    assert table(workspace)["code"].to_list() == ["870829"]
    assert [(s.reason, s.rows, s.value_usd) for s in record.left_out()] == [
        ("the code has not the 6 digits asked for", 2, 10_000.0)
    ]
    with pytest.raises(UsageError, match="7 is not a number of digits of codes"):
        run(workspace, path, level=7)


def test_strict_is_done_but_fails_where_a_file_may_be_cut(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", text_of().removesuffix("\n"))
    place = ("--name", "t", "--workspace", str(tmp_path / "workspace"))
    result = typed("ingest", str(path), *place, "--strict")
    assert isinstance(result.exception, VerificationError)
    assert result.exception.exit_code == 8
    assert [problem.what for problem in result.exception.problems] == [
        "t.csv: the last line has no line end; see that the file is not cut short"
    ]
    assert (tmp_path / "workspace/data/processed/trade/t.parquet").is_file()


def test_economies_are_told_in_years_in_which_they_were_none(tmp_path: Path) -> None:
    lines = [
        "USA,SUN,1995,import,HS1992,870829,5",
        "USA,SUN,1993-02,import,HS1992,870829,",
        "USA,SUN,1991,import,HS1992,870829,7",
        "USA,RUS,1991,import,HS1992,870829,7",
        "EU28,JPN,2012,import,HS2012,870829,1.5",
        "EU28,JPN,2013,import,HS2012,870829,2",
        "EU12,USA,1996,import,HS1996,870829,3",
    ]
    path = write(tmp_path / "t.csv", text_of(lines))
    place = ("--name", "t", "--workspace", str(tmp_path / "workspace"))
    result = typed("ingest", str(path), *place, "--strict")
    after = "trade of an economy that was not there then belongs to another one"
    assert isinstance(result.exception, VerificationError)
    assert [problem.what for problem in result.exception.problems] == [
        "the importer EU12 began in 1986 and ended in 1995, and the table has 1 row of it in 1996, "
        f"USD 3: {after} (retorsion codes country EU12)",
        "the importer EU28 began in 2013 and ended in 2020, and the table has 1 row of it in 2012, "
        f"USD 2: {after} (retorsion codes country EU28)",
        "the partner SUN ended in 1991, and the table has 2 rows of it in 1993 to 1995, "
        f"USD 5: {after} (retorsion codes country SUN)",
    ]
    notes = [f"note: {problem.what}" for problem in result.exception.problems]
    assert set(notes) < set(result.output.splitlines())
    inspected = typed("inspect", str(path)).output.splitlines()
    assert [line for line in inspected if line.startswith("note: the")] == notes


def test_source_and_rate_that_are_not_known(workspace: Workspace, tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", text_of())
    with pytest.raises(UsageError, match="'bacci' is not a source") as caught:
        run(workspace, path, source="bacci")
    assert "did you mean baci" in caught.value.problems[0].hint
    with pytest.raises(UsageError, match=r"'1\.08' is not a rate"):
        run(workspace, path, rate="1.08")


def test_sources_are_listed(tmp_path: Path) -> None:
    told = typed("sources").output.splitlines()
    assert "baci: CEPII BACI, reconciled bilateral trade" in told
    assert "  t,i,j,k,v,q" in told
    one = json.loads(typed("sources", "baci", "--json").output)["sources"][0]
    assert one["recognised_by"] == ["t", "i", "j", "k", "v", "q"]
    assert one["given"] == {"flow": "import", "unit": "thousand-USD"}
    assert list(tmp_path.iterdir()) == []


def test_what_is_asked_for_is_the_whole_command(tmp_path: Path) -> None:
    path = write(tmp_path / "my trade.csv", text_of(["USA,JPN,2024,import,HS2022,870829,x"]))
    place = ("--workspace", str(tmp_path / "w"))
    options = ("--pad-codes", "--level", "6", "--source", "canonical")
    result = typed("ingest", str(path), "--name", "t", *options, *place)
    assert isinstance(result.exception, DataRejectedError)
    again = result.exception.problems[0].hint.partition("count them: ")[2]
    assert again == (
        f"retorsion ingest '{path}' --name t --pad-codes --source canonical --level 6 --quarantine "
        f"--workspace {tmp_path / 'w'}"
    )


def test_a_listing_of_bulk_files_is_no_trade(workspace: Workspace, tmp_path: Path) -> None:
    row = {"fileUrl": "b07f", "fileSize": "183.34 KB", "reporterCode": 32, "period": 1962}
    path = tmp_path / "listing.json"
    path.write_text(json.dumps({"count": 2, "data": [row, row]}), encoding="utf-8")
    with pytest.raises(DataRejectedError) as caught:
        run(workspace, path)
    (problem,) = caught.value.problems
    assert problem.what == (
        "listing.json is a listing of files, not trade: it names 2 bulk files of UN Comtrade, and "
        "has no value"
    )
    assert "retorsion ingest FILE --source comtrade-bulk --name NAME" in problem.hint


def test_a_reply_with_other_rows_than_it_says(workspace: Workspace, tmp_path: Path) -> None:
    row = dict(zip(HEADER.split(","), LINES[0].split(","), strict=True))
    path = tmp_path / "reply.json"
    path.write_text(json.dumps({"count": 500, "data": [row]}), encoding="utf-8")
    with pytest.raises(DataRejectedError, match=r"says that it has 500 rows, and has 1$"):
        run(workspace, path)
    path.write_text(json.dumps({"count": 1, "data": [row]}), encoding="utf-8")
    run(workspace, path)
    assert table(workspace).height == 1


def test_a_table_of_sitc_codes_is_told_as_such(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    head = "year,icode,importer,exporter,sitc4,flow,nomenclature,customs_value_usd"
    write(path, f"{head}\n1990,1,USA,JPN,7843,import,HS1992,5\n")
    with pytest.raises(DataRejectedError) as refused:
        run(workspace, path)
    problem = refused.value.problems[0]
    assert problem.what == (
        't.csv has no column of HS codes; "sitc4" holds those of the SITC, by which no duty is '
        "levied"
    )
    assert problem.hint.startswith("get the trade by HS code")
