"""The commands ``validate``, ``check`` and ``rules``."""

import json

import pytest
import typer
from typer.testing import CliRunner, Result

from calc.errors import DataRejectedError
from pipelines.commands import validation
from pipelines.workspace import Workspace
from tests.validation.tables import lawful_rows, row, write_trade


def run(*arguments: str) -> Result:
    app = typer.Typer()
    validation.register(app)
    return CliRunner().invoke(app, list(arguments))


@pytest.mark.parametrize("command", ["validate", "check"])
def test_valid_table(workspace: Workspace, command: str) -> None:
    write_trade(workspace, "good", lawful_rows(2))
    result = run(command, "good", "--workspace", str(workspace.root))
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == "good.parquet is valid: 2 rows, USD 2,000, every rule kept"
    assert lines[-1] == "next: retorsion run SCENARIO --trade good"


def test_invalid_table_is_rejected_and_quarantine_accepts_it(workspace: Workspace) -> None:
    write_trade(workspace, "bad", [*lawful_rows(2), row(importer="usa")])
    place = ("--workspace", str(workspace.root))
    refused = run("validate", "bad", *place)
    assert isinstance(refused.exception, DataRejectedError)
    assert refused.exception.exit_code == 3
    result = run("validate", "bad", "--quarantine", *place)
    assert result.exit_code == 0
    assert result.stdout.splitlines()[:2] == [
        "bad.parquet is valid with quarantine: 1 of 3 rows (USD 1,000 of USD 3,000) are left out,"
        " 1 rule broken",
        "  trade.importer.pattern: 1 row, USD 1,000",
    ]
    assert "quarantine.csv" in result.output


def test_json_is_the_verdict(workspace: Workspace) -> None:
    write_trade(workspace, "good", lawful_rows(2))
    told = json.loads(run("validate", "good", "--json", "--workspace", str(workspace.root)).stdout)
    assert (told["state"], told["rows_judged"]) == ("valid", 2)
    assert told["folder"] == f"data/processed/validation/{told['subject']['sha256'][:16]}"


def test_data_docs_are_built_beside_with_a_notice(workspace: Workspace) -> None:
    write_trade(workspace, "good", lawful_rows(2))
    result = run("validate", "good", "--data-docs", "--workspace", str(workspace.root))
    assert result.exit_code == 0
    assert "from the network" in result.stderr
    assert len(list(workspace.validation.glob("*-data-docs/index.html"))) == 1


def test_rules_are_listed() -> None:
    lines = run("rules").output.splitlines()
    assert lines[0].split(maxsplit=2) == ["trade.importer.presence", "error", "importer is given"]
    listed = json.loads(run("rules", "--json").output)["rules"]
    assert len(listed) == len(lines)
    assert set(listed[0]) == {"rule_id", "severity", "message"}


def test_help_shows_an_example() -> None:
    assert "retorsion validate us-2024 --quarantine" in run("validate", "--help").output
