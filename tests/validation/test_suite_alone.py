"""The exported suites, run by plain great-expectations without our code, find what was found."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pipelines.validation.step import verdict_for
from pipelines.validation.verdict import Settings, Verdict
from pipelines.workspace import Workspace
from tests.validation.tables import lawful_rows, row, write_trade
from tests.validation.test_rules_by_row import FAULTS

ALONE = """
import json, sys, warnings
warnings.simplefilter("ignore")
import great_expectations as gx
import numpy as np
import pandas as pd

# Of what is found only the numbers are compared: its rows are not gathered.
COUNTS = {"result_format": "BASIC", "partial_unexpected_count": 0}

def found(suite_file, table):
    suite = json.load(open(suite_file))
    with pd.option_context("mode.string_storage", "python"):
        frame = pd.read_parquet(table)
        context = gx.get_context(mode="ephemeral")
        asset = context.data_sources.add_pandas("plain").add_dataframe_asset("table")
        batch = asset.add_batch_definition_whole_dataframe("whole")
        suite = context.suites.add(gx.ExpectationSuite(**suite))
        definition = gx.ValidationDefinition(name="alone", data=batch, suite=suite)
        context.validation_definitions.add(definition)
        result = definition.run(
            batch_parameters={"dataframe": frame}, result_format=COUNTS
        ).to_json_dict()
    told = {}
    for item in result["results"]:
        assert not item["exception_info"].get("raised_exception"), item
        count = item["result"].get("unexpected_count", item["result"].get("observed_value"))
        told[item["expectation_config"]["meta"]["rule_id"]] = [item["success"], count]
    return told

for folder, table in zip(sys.argv[1::2], sys.argv[2::2], strict=True):
    found_both = found(folder + "/suite.json", table) | found(
        folder + "/groups-suite.json", folder + "/groups.parquet"
    )
    print("FOUND " + json.dumps(found_both))
assert not {"calc", "pipelines"} & set(sys.modules)
"""
OWN = """
[[rule]]
id = "quantity-of-japan"
kind = "presence"
column = "quantity"
where = 'partner == "JPN"'
reason = "duty is by number"

[[rule]]
id = "not-too-dear"
kind = "relation"
relation = 'cif_value_usd <= 1.5 * fob_value_usd or partner != "JPN"'
where = "fob_value_usd > 0"
reason = "freight is not half of the value"

[[rule]]
id = "kinds-of-unit"
kind = "set"
column = "quantity_unit"
values = ["number", "kg"]
severity = "warning"
reason = "duty is by number or weight"

[[rule]]
id = "total"
kind = "control"
column = "value"
equals = 1e9
reason = "published"
"""


Found = dict[str, tuple[bool, int]]
"""Whether each rule is kept, and how many rows or groups it found, by its name."""


def found_alone(judged: list[tuple[Verdict, Path]]) -> list[Found]:
    """What the engine finds on each table in a process that cannot import our code."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    named = [str(path) for verdict, table in judged for path in (verdict.folder, table)]
    done = subprocess.run(
        [sys.executable, "-I", "-c", ALONE, *named],
        capture_output=True,
        text=True,
        check=False,
        cwd=judged[0][1].parent,
        env=kept | {"GX_ANALYTICS_ENABLED": "false"},
    )
    assert done.returncode == 0, done.stderr
    lines = [line for line in done.stdout.splitlines() if line.startswith("FOUND ")]
    each: list[dict[str, Any]] = [json.loads(line.removeprefix("FOUND ")) for line in lines]
    return [{name: (told[0], told[1]) for name, told in found.items()} for found in each]


def expected_of(verdict: Verdict) -> Found:
    expected = {}
    for finding in verdict.rules:
        if finding.is_among_kept and not finding.is_on_groups:
            continue
        failed = finding.rows_failed if finding.groups_failed is None else finding.groups_failed
        expected[finding.rule_id] = (failed == 0, failed)
    return expected


@pytest.mark.slow
def test_the_suites_alone_give_the_same_verdict(workspace: Workspace, tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(OWN, encoding="utf-8")
    faults = [row(code=f"{2000000000 + n}") | cells for n, (_, cells) in enumerate(FAULTS)]
    whole = [one for one in faults if not any(value != value for value in one.values())]
    odd = [
        row(partner="KOR", quantity=1e7),
        row(partner="QQQ"),
        row(cif_value_usd=9e3, code="8703230099"),
        row(quantity=None, quantity_unit="t", code="8703230098"),
    ]
    rows = [*lawful_rows(6), *odd, *whole, row(), row()]
    tables = {
        name: write_trade(workspace, name, some)
        for name, some in (("good", lawful_rows(6)), ("bad", rows))
    }
    verdicts = {
        name: verdict_for(workspace, table, Settings(rules=own)) for name, table in tables.items()
    }
    found = found_alone([(verdicts[name], table) for name, table in tables.items()])
    assert found == [expected_of(verdict) for verdict in verdicts.values()]
    for name, verdict in verdicts.items():
        broken = {item.rule_id for item in verdict.rules if item.is_broken}
        assert {"user.quantity-of-japan", "trade.key.unique"} <= broken or name == "good"
        assert "user.total" in broken
        assert verdict.state == "invalid"
