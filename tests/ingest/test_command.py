"""The commands ``ingest`` and ``inspect``."""

import json
from pathlib import Path

import typer
from typer.testing import CliRunner, Result

from calc.errors import DataRejectedError
from pipelines.commands import data
from pipelines.workspace import Workspace, embedded
from tests.ingest.files import HEADER, LINES, text_of, write


def run(*arguments: str) -> Result:
    app = typer.Typer()
    data.register(app)
    return CliRunner().invoke(app, list(arguments))


def test_ingest_tells_what_it_read_left_out_and_wrote(workspace: Workspace) -> None:
    place = ("--workspace", str(workspace.root))
    result = run("ingest", str(embedded("us-imports-2024.csv")), "--name", "us-2024", *place)
    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "read us-imports-2024.csv: 6,805 rows, USD 317,159,444,591",
        "us-imports-2024.csv: taken for canonical, a table of bilateral trade, one flow a row: its "
        "headers are those of no other source",
        "columns: importer, partner, period, flow, nomenclature, code, customs_value_usd, "
        "calculated_duty_usd",
        "left out: 127 rows, USD 216,517,273: partner SVK is inside EU27, a partner too",
        "kept: 6,678 rows, USD 316,942,927,318",
        "table: data/processed/trade/us-2024.parquet",
        "next: retorsion validate us-2024",
    ]


def test_ingest_as_json_is_the_record(workspace: Workspace, tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", text_of())
    result = run("ingest", str(path), "--name", "t", "--json", "--workspace", str(workspace.root))
    told = json.loads(result.stdout)
    kept = json.loads((workspace.trade / "t.json").read_bytes())
    assert told == kept | {"folder": "data/processed/trade"}
    assert kept["schema_version"] == 2
    assert kept["mapping"][0] == {"column": "importer", "from": "importer", "file": "t.csv"}
    assert [stage["kind"] for stage in kept["funnel"]] == ["in", "kept"]


def test_refusal_and_quarantine(workspace: Workspace, tmp_path: Path) -> None:
    path = write(
        tmp_path / "t.csv", text_of([LINES[0], LINES[1].replace("20.5", "(S)"), "?,,,,,,"])
    )
    place = ("--name", "t", "--workspace", str(workspace.root))
    refused = run("ingest", str(path), *place)
    assert isinstance(refused.exception, DataRejectedError)
    told = run("ingest", str(path), *place, "--quarantine").output.splitlines()
    assert told[3:] == [
        'note: t.csv: 1 cell of "customs_value_usd" suppressed: not known, not zero',
        "set aside: 1 row, value not known: the importer cannot be read",
        "rows set aside, with their original text: data/processed/trade/t.rejects.parquet",
        "kept: 2 rows, USD 100 (of 1 the value is not known)",
        "table: data/processed/trade/t.parquet",
        "next: retorsion validate t",
    ]


def test_inspect_says_what_would_be_read(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", text_of([*LINES, "USA,World,2024,import,HTS2024,0101,9"]))
    result = run("inspect", str(path))
    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "t.csv: text, delimiter comma, UTF-8",
        f"headers: {HEADER.replace(',', ', ')}",
        "source: canonical, a table of bilateral trade, one flow a row: its headers are those of "
        "no other source",
        *(f"  {name}: {name}" for name in HEADER.split(",")),
        "4 rows; 0 cannot be read, 1 are totals",
        "importers: USA; 2 partners",
        "periods: 2024",
        "codes: 2 of 8 digits",
        f"next: retorsion ingest {path} --name NAME",
    ]
    assert [item.name for item in tmp_path.iterdir()] == ["t.csv"]


def test_inspect_repeats_its_options_in_what_comes_next(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", text_of(["USA,JPN,2024,HS2022,010121,5"],
                 HEADER.replace("flow,", "")))  # fmt: skip
    told = run("inspect", str(path), "--flow", "import", "--decimal", ".", "--json").output
    assert json.loads(told)["next"] == (
        f"retorsion ingest {path} --name NAME --flow import --decimal ."
    )


def test_inspect_says_what_is_missing(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", text_of(["JPN,5"], "partner,value"))
    told = json.loads(run("inspect", str(path), "--json", "--importer", "USA").output)
    assert told["headers"] == ["partner", "value"]
    assert [text.split(":")[0] for text in told["missing"]] == [
        'the unit of "value" is not said',
        "t.csv has no column for the period",
        "t.csv has no column for the flow",
        "t.csv has no column for the nomenclature",
        "t.csv has no column for the code",
    ]


def test_help_shows_an_example() -> None:
    assert "retorsion ingest imports.csv --name my-trade" in run("ingest", "--help").output
    assert "retorsion inspect imports.csv" in run("inspect", "--help").output
