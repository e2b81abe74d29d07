"""A workbook that was exported in other money than the run's own, read back."""

from pathlib import Path

import polars as pl
import pytest

from calc.errors import DataRejectedError
from pipelines.report.live_inputs import inputs_grid, inputs_of
from pipelines.report.money import told_in
from pipelines.report.money_sheets import grid_in
from pipelines.roundtrip.assumptions import put_inputs
from pipelines.roundtrip.money import in_own_money
from pipelines.roundtrip.sheet import SheetRow
from tests.report.test_currency import EURO, RATE, kept

YEN = RATE.replace("EUR", "JPY").replace("1.25", "0.0064")
CREDITS = pl.DataFrame(
    {
        "importer": ["USA"], "measure_id": ["offset"], "partner": ["DEU"], "prefix": ["8708"],
        "amount_usd": [700.1], "used_usd": [700.1], "source": ["a table"],
    }
)  # fmt: skip


def sheet(*, in_euro: bool) -> list[SheetRow]:
    """The sheet of a run with a credit of USD 700.10, as a workbook of either money has it."""
    money = EURO if in_euro else None
    tables = {"credits": told_in(money, "credits", CREDITS)}
    grid = grid_in(money, inputs_grid(inputs_of([], tables)))
    head = [column.header.partition(" (")[0].casefold() for column in grid.columns]
    rows = [[str(getattr(cell, "value", cell)) for cell in row] for row in grid.rows]
    texts = [["" if cell == "[z]" else cell for cell in row] for row in rows]
    return [SheetRow(at, dict(zip(head, row, strict=True))) for at, row in enumerate(texts, 2)]


def edits(edited: list[SheetRow], own: list[SheetRow], folder: Path) -> list[str]:
    path = Path("report.xlsx")
    found = in_own_money(edited, own, folder, path)
    return [one.line() for one in put_inputs({"USA": {}}, found, own, path)]


def test_what_was_not_edited_in_other_money_is_no_edit(tmp_path: Path) -> None:
    folder = kept(tmp_path, RATE)
    dollars, euro = sheet(in_euro=False), sheet(in_euro=True)
    assert (dollars[0].cells["value"], euro[0].cells["value"]) == ("700.1", "560.08")
    assert edits(euro, dollars, folder) == []
    assert edits(dollars, euro, folder) == []
    assert edits(dollars, dollars, folder) == []


def test_what_was_edited_is_told_in_the_money_of_the_run(tmp_path: Path) -> None:
    folder = kept(tmp_path, RATE)
    dollars, euro = sheet(in_euro=False), sheet(in_euro=True)
    euro[0].cells["value"] = "400"
    assert edits(euro, dollars, folder) == ["credit offset, DEU, 8708: 700 -> 500"]
    euro[0].cells.pop("what it drives")
    assert edits(euro, dollars, folder) == ["credit offset, DEU, 8708: 700 -> 400"]


def test_money_of_which_the_run_has_no_rate_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataRejectedError) as refused:
        edits(sheet(in_euro=True), sheet(in_euro=False), kept(tmp_path, YEN))
    problem = refused.value.problems[0]
    assert problem.what == "the scenario of this run states no exchange rate for 'EUR'"
    assert problem.where == "report.xlsx, row 2, column what it drives"
