"""Repairs are proposed with what they would bring back, and none is applied."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from calc.tables import TABLES
from pipelines.validation.step import verdict_for
from pipelines.validation.suggestions import suggestions_folder, write_suggestions
from pipelines.validation.user_rules import read_user_rules
from pipelines.validation.verdict import Settings
from pipelines.workspace import Workspace
from tests.validation.tables import lawful_rows, row, write_trade

pytestmark = pytest.mark.usefixtures("tables_alone")

Proposal = tuple[str, str, str | None, str | None, bool]


def proposals(workspace: Workspace, rows: list[dict[str, Any]]) -> list[Proposal]:
    """Column, repair, cell before and after, and whether the row would be brought back."""
    table = write_trade(workspace, "bad", rows)
    before = table.read_bytes()
    verdict = verdict_for(workspace, table)
    kept = {path.name: path.read_bytes() for path in verdict.folder.iterdir()}
    write_suggestions(table, verdict)
    assert table.read_bytes() == before
    assert {path.name: path.read_bytes() for path in verdict.folder.iterdir()} == kept
    found = pl.read_parquet(suggestions_folder(verdict) / "suggestions.parquet")
    assert TABLES["suggestions"].is_valid(found)
    return found.select("column", "repair", "from_text", "to_text", "brings_back").rows()


@pytest.mark.parametrize(
    ("cells", "proposed"),
    [
        ({"importer": "USA\u00a0"}, ("importer", "blanks", "USA\u00a0", "USA")),
        ({"code": "8703.23.05"}, ("code", "punctuation", "8703.23.05", "87032305")),
        ({"code": "1012100"}, ("code", "lost zero", "1012100", "01012100")),
        ({"partner": "Korea, South"}, ("partner", "spelling", "Korea, South", "KOR")),
        ({"partner": "jp"}, ("partner", "spelling", "jp", "JPN")),
        ({"partner": "392"}, ("partner", "spelling", "392", "JPN")),
        ({"flow": "Imports"}, ("flow", "flow", "Imports", "import")),
        ({"nomenclature": "H6"}, ("nomenclature", "edition", "H6", "HS2022")),
        ({"nomenclature": "hts 2024"}, ("nomenclature", "edition", "hts 2024", "HTS2024")),
        ({"period": "202407"}, ("period", "month", "202407", "2024-07")),
        ({"period": "2024M07"}, ("period", "month", "2024M07", "2024-07")),
        ({"quantity_unit": " kg"}, ("quantity_unit", "blanks", " kg", "kg")),
    ],
)
def test_a_known_damage_is_undone(
    workspace: Workspace, cells: dict[str, Any], proposed: tuple[str, str, str, str]
) -> None:
    assert proposals(workspace, [*lawful_rows(2), row(**cells)]) == [(*proposed, True)]


def test_swapped_values_are_two_cells(workspace: Workspace) -> None:
    found = proposals(workspace, [row(cif_value_usd=900.0, fob_value_usd=1000.0)])
    assert found == [
        ("cif_value_usd", "swapped values", "900.0", "1000.0", True),
        ("fob_value_usd", "swapped values", "1000.0", "900.0", True),
    ]


@pytest.mark.parametrize(
    "cells",
    [{"partner": "Korea"}, {"partner": "Atlantis"}, {"code": "abc"}, {"customs_value_usd": -1.0}],
)
def test_nothing_is_guessed(workspace: Workspace, cells: dict[str, Any]) -> None:
    assert proposals(workspace, [*lawful_rows(2), row(**cells)]) == []


def test_a_row_that_stays_unlawful_or_would_be_there_twice_is_not_brought_back(
    workspace: Workspace,
) -> None:
    rows = [row(), row(code="8703.23.01"), row(code="8703.32.01", customs_value_usd=-1.0)]
    assert [(one[3], one[4]) for one in proposals(workspace, rows)] == [
        ("87032301", False),
        ("87033201", False),
    ]


def test_repairs_are_summed_up_by_rows_and_dollars(workspace: Workspace, tmp_path: Path) -> None:
    rows = [
        *lawful_rows(2),
        row(importer="USA ", code="8703.23.05", customs_value_usd=5.0),
        row(importer="USA ", code="8703.23.06", customs_value_usd=6.0, quantity=None),
    ]
    table = write_trade(workspace, "bad", rows)
    verdict = verdict_for(workspace, table)
    told = [
        (one.repair, one.cells, one.rows, one.value_usd)
        for one in write_suggestions(table, verdict)[0]
    ]
    assert told == [
        ("blanks", 2, 2, 11.0),
        ("punctuation", 2, 2, 11.0),
        ("all together", 4, 2, 11.0),
    ]
    own = tmp_path / "own.toml"
    own.write_text(
        '[[rule]]\nid = "q"\nkind = "presence"\ncolumn = "quantity"\nreason = "duty by number"\n',
        encoding="utf-8",
    )
    held = verdict_for(workspace, table, Settings(rules=own))
    by_own, _ = write_suggestions(table, held, read_user_rules(own).rules)
    assert [(one.rows, one.value_usd) for one in by_own] == [(1, 5.0)] * 3


def test_a_valid_table_needs_no_repair(workspace: Workspace) -> None:
    table = write_trade(workspace, "good", lawful_rows(2))
    assert write_suggestions(table, verdict_for(workspace, table)) == ([], [])
