"""The command: what it prints, and its exit codes by error."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from calc.errors import UsageError
from pipelines.commands import base as subject
from pipelines.workspace import Workspace
from tests.base.files import hts, record

RECORDS = [
    record("0101.21.00", 0, "Free", "Free (JP,XX)", "20%"),
    record("0101.29.00", 0, "The rate applicable to it", "", "15%"),
]


@pytest.fixture
def app() -> typer.Typer:
    made = typer.Typer()
    made.callback()(lambda: None)
    subject.register(made)
    return made


def test_told_to_people(tmp_path: Path, workspace: Workspace, app: typer.Typer) -> None:
    path = hts(tmp_path, RECORDS)
    words = ["base", str(path), "--name", "us", "--as-of", "2025-01-01"]
    done = CliRunner().invoke(app, [*words, "--workspace", str(workspace.root)])

    assert done.exit_code == 0
    assert done.stdout.splitlines() == [
        "read hts.json: JSON export of the Harmonized Tariff Schedule, rates from 2025-01-01 on, "
        "importer USA",
        "not read: 1 rate: listed beside the table with their reasons",
        "column-2: 2 lines: 2 ad valorem",
        "japan: 1 line: 1 free",
        "mfn: 2 lines: 1 free, 1 not read",
        "1 text: the symbol names no programme that is known, first in row 1",
        "1 text: the text refers to the rate of another line, first in row 2",
        "each with its text and reason: data/processed/base/us.refused.parquet",
        "base: data/processed/base/us.parquet, 11 rows",
        'next: base = "us" in a scenario',
    ]


def test_as_json(tmp_path: Path, workspace: Workspace, app: typer.Typer) -> None:
    words = ["base", str(hts(tmp_path, RECORDS)), "--name", "us", "--as-of", "2025-01-01"]
    words += ["--programme", "japan", "--json", "--workspace", str(workspace.root)]
    found = json.loads(CliRunner().invoke(app, words).stdout)

    assert found["folder"] == "data/processed/base"
    assert found["options"] == {"as_of": "2025-01-01", "programme": ["japan"]}
    assert found["rates"] == {"japan": {"free": 1}}


def test_an_error_is_raised_for_the_shell(
    tmp_path: Path, workspace: Workspace, app: typer.Typer
) -> None:
    words = ["base", str(hts(tmp_path, RECORDS)), "--name", "us"]
    done = CliRunner().invoke(app, [*words, "--workspace", str(workspace.root)])

    assert isinstance(done.exception, UsageError)
