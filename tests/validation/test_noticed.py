"""What a warning names: every row in Parquet, the first of them as text, and the page says so."""

from pathlib import Path

import polars as pl
import pytest

from calc.dictionary import polars_schema
from calc.tables.audit import Quarantine
from pipelines.validation import page, quarantine
from pipelines.validation.step import verdict_for
from pipelines.validation.verdict import Settings
from pipelines.workspace import Workspace
from tests.validation.tables import lawful_rows, row, write_trade


def rows(first: int, count: int) -> pl.DataFrame:
    cells = {
        "source_id": "imports.csv",
        "failed_rules": "trade.value.unit_value",
        "reason": "why",
        "value_usd": 1.0,
        "as_ingested": "{}",
        "original": None,
    }
    numbers = range(first, first + count)
    return pl.DataFrame(
        [cells | {"table_row": number, "source_row": number + 2} for number in numbers],
        schema=polars_schema(Quarantine),
    )


@pytest.mark.parametrize(
    ("most", "in_csv"), [(None, [0, 1, 2, 3, 4]), (4, [0, 1, 2, 3]), (3, [0, 1, 2]), (1, [0])]
)
def test_parquet_has_every_row_and_the_csv_the_first(
    tmp_path: Path, most: int | None, in_csv: list[int]
) -> None:
    files = tmp_path / "noticed.parquet", tmp_path / "noticed.csv"
    quarantine.write_parts(files, [rows(0, 3), rows(3, 2)], csv_rows=most)
    assert pl.read_parquet(files[0])["table_row"].to_list() == [0, 1, 2, 3, 4]
    assert pl.read_csv(files[1])["table_row"].to_list() == in_csv


@pytest.mark.usefixtures("tables_alone")
def test_page_says_how_many_rows_are_in_which_file(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (quarantine, page):
        monkeypatch.setattr(module, "NOTICED_CSV_ROWS", 2)
    rules = workspace.root / "rules.toml"
    rules.write_text(
        '[[rule]]\nid = "near"\nkind = "pattern"\ncolumn = "partner"\npattern = "^[A-J]"\n'
        'severity = "warning"\nmessage = "the partner is near"\nreason = "why"\n'
    )
    warned = [row(partner="KOR", code=f"8703240{place}") for place in range(3)]
    broken = [row(importer="usa", code=f"8708290{place}") for place in range(3)]
    table = write_trade(workspace, "warned", [*lawful_rows(2), *warned, *broken])
    folder = verdict_for(workspace, table, Settings(rules=rules)).folder
    assert pl.read_parquet(folder / "noticed.parquet").height == 3
    assert pl.read_csv(folder / "noticed.csv").height == 2
    told = (folder / "report.html").read_text(encoding="utf-8")
    assert "<code>noticed.csv</code> (the first 2 of 3) and" in told
    assert pl.read_csv(folder / "quarantine.csv").height == 3, "what is left out is there whole"
