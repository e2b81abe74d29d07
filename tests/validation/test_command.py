"""The commands ``validate``, ``check`` and ``rules``."""

import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import typer
from typer.testing import CliRunner, Result

from calc.errors import DataRejectedError, UsageError
from pipelines.commands import validation
from pipelines.rulebook import page
from pipelines.workspace import Workspace
from tests.validation.tables import lawful_rows, row, write_trade

pytestmark = pytest.mark.usefixtures("tables_alone")


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


@pytest.mark.whole_run
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


@pytest.mark.whole_run
def test_data_docs_are_built_beside_with_a_notice(workspace: Workspace) -> None:
    write_trade(workspace, "good", lawful_rows(2))
    result = run("validate", "good", "--data-docs", "--workspace", str(workspace.root))
    assert result.exit_code == 0
    assert "from the network" in result.stderr
    (docs,) = workspace.validation.glob("*-data-docs")
    assets = (docs / "outside-assets.txt").read_text(encoding="utf-8").split()
    assert assets == sorted(set(assets))
    assert "https://code.jquery.com/jquery-3.7.1.min.js" in assets
    assert {urlsplit(address).scheme for address in assets} == {"https"}
    assert all(urlsplit(address).netloc in result.stderr for address in assets)
    (page,) = docs.glob("validations/rows/**/*.html")
    assert str(page.relative_to(workspace.root)) in result.stderr
    assert "trade.importer.pattern: importer matches" in page.read_text(encoding="utf-8")
    assert len(list(workspace.validation.glob("*-data-docs/index.html"))) == 1


def test_rules_are_listed_with_the_reason_why_each_exists() -> None:
    lines = run("rules").output.splitlines()
    assert lines[0] == "trade.importer.presence (error): importer is given"
    assert lines[1].startswith("    because what a row is about")
    listed = json.loads(run("rules", "--json").output)["rules"]
    assert 2 * len(listed) == len(lines)
    assert set(listed[0]) == {"rule_id", "kind", "severity", "message", "reason"}
    assert {rule["severity"] for rule in listed} == {"error", "warning", "information"}


def test_the_page_of_rules_is_the_declaration() -> None:
    page_of_rules = Path(__file__).parents[2] / "docs" / "rules.md"
    assert page_of_rules.read_text(encoding="utf-8") == page()


@pytest.mark.whole_run
def test_warnings_are_told_and_refuse_nothing(workspace: Workspace) -> None:
    write_trade(workspace, "odd", [*lawful_rows(2), row(partner="QQQ", customs_value_usd=7.0)])
    result = run("validate", "odd", "--workspace", str(workspace.root))
    assert result.exit_code == 0
    assert result.stdout.splitlines()[:2] == [
        "odd.parquet is valid: 3 rows, USD 2,007, no row refused, 1 warning",
        "  warning trade.partner.existence: not so that the partner was an economy in that period: "
        "1 group, 1 row, USD 7",
    ]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--max-rejected", "33.4%"), None),
        (("--max-rejected", "33.3%"), "33.33 % of the rows would be left out, more than 33.3 %"),
        (("--max-rejected-usd", "1000"), None),
        (("--max-rejected-usd", "999"), "USD 1,000 would be left out, more than USD 999"),
    ],
)
def test_so_much_may_be_left_out_and_no_more(
    workspace: Workspace, options: tuple[str, str], told: str | None
) -> None:
    write_trade(workspace, "bad", [*lawful_rows(2), row(importer="usa")])
    result = run("validate", "bad", *options, "--workspace", str(workspace.root))
    if told is None:
        assert result.exit_code == 0
        assert "valid with quarantine" in result.stdout
        return
    assert isinstance(result.exception, DataRejectedError)
    assert told in result.exception.problems[0].hint


def test_a_value_that_is_not_known_is_held_to_no_limit(workspace: Workspace) -> None:
    unknown = dict.fromkeys(("customs_value_usd", "cif_value_usd", "fob_value_usd"))
    write_trade(workspace, "bad", [*lawful_rows(2), row(**unknown)])
    result = run("validate", "bad", "--max-rejected-usd", "5", "--workspace", str(workspace.root))
    assert isinstance(result.exception, DataRejectedError)
    assert "1 of the failed rows have no known value" in result.exception.problems[0].hint


@pytest.mark.parametrize("text", ["0.1", "101%", "-1%", "1e2%", "%"])
def test_a_share_is_a_percentage(workspace: Workspace, text: str) -> None:
    place = ("--workspace", str(workspace.root))
    result = run("validate", "bad", f"--max-rejected={text}", *place)
    assert isinstance(result.exception, UsageError)
    assert result.exception.problems[0].hint == ('write a percentage from 0 to 100, such as "0.1%"')


def test_help_shows_an_example() -> None:
    assert "retorsion validate us-2024 --quarantine" in run("validate", "--help").output
