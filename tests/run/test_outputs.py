"""The files of a run say what they hold, are in order, and tell the same in every form."""

import csv
import hashlib
import json
import subprocess
import sys
from pathlib import Path

import dataframely as dy
import openpyxl
import polars as pl
import pyarrow.parquet as pq
import pytest
from polars.testing import assert_frame_equal

from calc.dictionary import column_names, polars_schema, summary, unit_of_column
from calc.tables import TABLES
from calc.tables.lines import Provenance
from pipelines.parquet import file_metadata
from pipelines.run.facts import OF_SOME, TABLE_FILES
from tests.run.tool import IMPORTS, ROOT, SCENARIO, Done, Place, contents, environment

ALWAYS = [name for name in TABLE_FILES if name not in OF_SOME]
DECLARED: dict[str, type[dy.Schema]] = {**TABLES, "provenance": Provenance}


@pytest.fixture(scope="module")
def folder(demonstration: tuple[Place, Done]) -> Path:
    """The folder of the demonstration's run, not to be written to."""
    return demonstration[0].folder()


@pytest.mark.parametrize("name", ALWAYS)
def test_table_says_what_it_holds(folder: Path, name: str) -> None:
    path, table = folder / f"{name}.parquet", DECLARED[name]
    assert file_metadata(path) == {
        "table": name,
        "table_description": summary(table),
        "key": ",".join(table.primary_key()),
        "scenario": "us-japan-2024",
        "run": folder.name,
        "schema_version": "1",
        "tool_version": json.loads((folder / "manifest.json").read_bytes())["tool_version"],
    }
    schema = pq.read_schema(path)
    assert schema.names == column_names(table)
    for field in schema:
        facts = {key.decode(): value.decode() for key, value in (field.metadata or {}).items()}
        facts.pop("PARQUET:field_id", None)
        unit = unit_of_column(table, field.name)
        description = table.columns()[field.name].description
        assert facts == {"description": description} | ({"unit": unit} if unit else {})


@pytest.mark.parametrize("name", ALWAYS)
def test_table_is_as_declared_and_sorted_by_its_key(folder: Path, name: str) -> None:
    frame, table = pl.read_parquet(folder / f"{name}.parquet"), DECLARED[name]
    assert dict(frame.schema) == polars_schema(table)
    key = table.primary_key()
    assert_frame_equal(frame, frame.sort(key))
    assert not frame.select(key).is_duplicated().any()
    never_null = [one for one, column in table.columns().items() if not column.nullable]
    assert frame.select(never_null).null_count().row(0) == (0,) * len(never_null)
    for column in frame.select(pl.col(pl.Float64)).iter_columns():
        assert not column.is_nan().any()
        assert not column.is_infinite().any()


def test_checks_of_the_workbook_are_all_true(folder: Path) -> None:
    book = openpyxl.load_workbook(folder / "report.xlsx", read_only=True, data_only=True)
    rows = list(book["checks"].iter_rows(values_only=True))
    at = next(number for number, row in enumerate(rows) if "Holds" in row)
    holds = [row[rows[at].index("Holds")] for row in rows[at + 1 :] if row[0]]
    assert len(holds) > 30
    assert set(holds) == {True}
    book.close()


def test_json_is_the_tables(place: Place) -> None:
    told = place.run("--json").object
    assert told["reused"] is True
    assert told["run"]["run_id"] == place.folder().name
    whole = place.table("by_importer").drop("importer")
    assert told["figures"] == whole.row(0, named=True)
    assert told["by_importer"] == place.table("by_importer").to_dicts()
    groups = {row["product_group"]: row for row in place.table("by_group").to_dicts()}
    states = {cell["product_group"]: cell.pop("state") for cell in told["by_group"]}
    assert {cell["product_group"]: cell for cell in told["by_group"]} == groups
    assert states == {
        "car-parts": "in force",
        "flat-glass": "in force",
        "telecom": "threatened",
        "medical-technology": "threatened",
    }
    assert told["read"] == {"rows": 6805.0, "value_usd": 317_159_444_591.0}
    assert [step["rows"] for step in told["left_out"]] == [127]
    assert told["unmatched"] == {"schedule_lines": 5, "trade_lines": 0, "trade_value_usd": None}
    assert told["failed_checks"] == []


def test_every_line_leads_back_to_its_source_row(folder: Path) -> None:
    with IMPORTS.open(encoding="utf-8", newline="") as stream:
        source = dict(enumerate(csv.DictReader(stream), start=2))
    lines = pl.read_parquet(folder / "lines.parquet")
    provenance = pl.read_parquet(folder / "provenance.parquet")
    key = [
        name for name in Provenance.columns() if name not in ("source_id", "source_row", "share")
    ]
    assert_frame_equal(lines.select(key), provenance.select(key))
    assert set(provenance["source_id"]) == {IMPORTS.name}
    for line, number in zip(lines.to_dicts(), provenance["source_row"], strict=True):
        row = source[number]
        assert (row["partner"], row["code"]) == (line["partner"], line["code"])
        assert float(row["customs_value_usd"]) == line["customs_value_usd"]
        assert float(row["calculated_duty_usd"]) == line["calculated_duty_usd"]


def test_manifest_has_every_file_with_its_hash(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_bytes())
    found = contents(folder, without=["manifest.json", "manifest.sha256"])
    assert {item["name"]: item["sha256"] for item in manifest["outputs"]} == {
        name: hashlib.sha256(content).hexdigest() for name, content in found.items()
    }
    assert {item["name"]: item["bytes"] for item in manifest["outputs"]} == {
        name: len(content) for name, content in found.items()
    }
    assert all(item["what"] for item in manifest["outputs"])
    assert manifest["failed_checks"] == []
    assert manifest["run_id"] == folder.name


def test_no_file_knows_where_it_was_made(demonstration: tuple[Place, Done], folder: Path) -> None:
    paths = [str(demonstration[0].root).encode(), str(ROOT).encode()]
    for name, content in contents(folder).items():
        assert not any(path in content for path in paths), name


def test_resolved_scenario_gives_the_same_law(place: Place, tmp_path: Path) -> None:
    resolved = tmp_path / "again.toml"
    resolved.write_bytes((place.folder() / "scenario.toml").read_bytes())
    base = ROOT / "data" / "raw" / "us-mfn-2024.csv"
    resolved.with_name(base.name).write_bytes(base.read_bytes())
    assert place.run("--json", scenario=resolved).object["reused"] is True


SECOND_RUN = """
import json, sys
from pipelines.cli import run_command

code = run_command(sys.argv[1:])
print(json.dumps({"code": code, "modules": sorted(sys.modules)}), file=sys.stderr)
"""


def test_second_run_loads_neither_pandas_nor_great_expectations(place: Place) -> None:
    """The verdict and the run are kept, so what is heavy is not needed again."""
    day = ("--as-of", "2024-11-05")
    for extra in ((), day):
        done = subprocess.run(
            [sys.executable, "-c", SECOND_RUN, "run", SCENARIO, *extra, "--workspace", place.root],
            cwd=place.root,
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        seen = json.loads(done.stderr.splitlines()[-1])
        assert seen["code"] == 0, done.stderr
        loaded = {name.split(".")[0] for name in seen["modules"]}
        assert loaded & {"great_expectations", "pandas", "altair", "pyspark"} == set()
        assert "polars" in loaded
