"""The workbook in a spreadsheet program: no error, totals of the tables, inputs that move them."""

from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest

from pipelines.report.grid import Formula
from pipelines.report.live import live_grids
from pipelines.report.workbook import workbook_bytes
from tests.report.office import office, recalculated
from tests.report.tables import FACTS, tables
from tests.run.tool import Done, Place

RUN = "us-japan-2024"


def cells(sheet: Any) -> list[dict[str, Any]]:
    head, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


def totals(book: Any) -> dict[str, tuple[float, float]]:
    return {
        row["Figure"]: (row["As in the run (USD)"], row["Now (USD)"])
        for row in cells(book["totals"])
    }


@pytest.fixture(scope="module")
def book(demonstration: tuple[Place, Done]) -> Any:
    """The workbook of the demonstration with the values that it carries, to look at."""
    path = demonstration[0].folder(RUN) / "report.xlsx"
    return openpyxl.load_workbook(path, data_only=True)


@pytest.fixture(scope="module")
def worked_out(demonstration: tuple[Place, Done], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of workbooks that LibreOffice worked out: as written, scaled and edited."""
    office()
    folder = tmp_path_factory.mktemp("office")
    written = demonstration[0].folder(RUN) / "report.xlsx"
    others = scaled(folder / "scaled.xlsx", 1.2), edited(folder / "edited.xlsx", written)
    return recalculated(written, folder, *others).parent


def edited(path: Path, written: Path) -> Path:
    """A workbook whose rates an analyst changed, and the elasticity of one measure."""
    book = openpyxl.load_workbook(written)
    for row in book["inputs"].iter_rows(min_row=2):
        if row[1].value == "rate":
            row[3].value = 0.25
        elif row[1].value == "elasticity" and row[2].value == "car-parts":
            row[3].value = -1.0
    book.save(path)
    return path


def scaled(path: Path, scale: float) -> Path:
    """A workbook of a measure that is no single rate, whose scale an analyst changed."""
    some = tables()
    rate = {"measure_rate": None, "rate_text": "2 USD/kg + 5%"}
    some["components"] = some["components"].with_columns(
        pl.lit(value, some["components"][name].dtype).alias(name) for name, value in rate.items()
    )
    path.write_bytes(workbook_bytes(FACTS, some))
    book = openpyxl.load_workbook(path)
    row = next(row for row in book["inputs"].iter_rows(min_row=2) if row[1].value == "scale")
    assert row[3].value == 1
    assert book["what_if"]["E2"].value == "=inputs!D2"
    row[3].value = scale
    book.save(path)
    return path


def test_what_no_formula_can_follow_is_a_value_and_says_why() -> None:
    floor = "a floor on a part of the value, or over an unknown base duty"
    credit = "a credit that takes all the duty of a line, or that parts of the flow share"
    for cell, why in (
        ({"mode": "all-in", "measure_rate": None}, floor),
        ({"credit_usd": 1e10, "measure_rate": None}, credit),
        ({"measure_duty_usd": None}, "its duty is unknown on some line"),
    ):
        some = tables()
        parts = some["components"]
        some["components"] = parts.with_columns(
            pl.lit(value, parts[name].dtype).alias(name) for name, value in cell.items()
        )
        inputs, what_if, _ = live_grids(some)
        assert [row[1] for row in inputs.rows] == ["rate", "elasticity"]
        assert str(inputs.rows[0][6]).startswith(f"Not live: {why}")
        assert not any(isinstance(value, Formula) for value in what_if.rows[0])


def test_every_formula_carries_the_value_that_the_tables_have(
    book: Any, demonstration: tuple[Place, Done]
) -> None:
    place, _ = demonstration
    by_importer = place.table("by_importer", RUN).row(0, named=True)
    by_measure = {row["measure_id"]: row for row in place.table("by_measure", RUN).to_dicts()}

    found = totals(book)
    assert found["Duty added, at unchanged trade"][1] == pytest.approx(
        by_importer["duty_increment_usd"], abs=1
    )
    assert found["Duty after, at unchanged trade"][1] == pytest.approx(
        by_importer["duty_after_usd"], abs=1
    )
    live = {row["Measure"]: row for row in cells(book["what_if"])}
    assert set(live) == {"car-parts", "flat-glass"}  # the others only threaten
    for name, row in live.items():
        duty = row["Duty of the measure, at unchanged trade (USD)"]
        assert duty == pytest.approx(by_measure[name]["measure_duty_usd"], abs=1)
        added = row["Duty added, at unchanged trade (USD)"]
        assert added == pytest.approx(by_measure[name]["duty_increment_usd"], abs=1)
    assert all(row["Holds"] for row in cells(book["checks"]))
    assert "rate_USA_car_parts" in book.defined_names


def test_a_spreadsheet_program_finds_the_same_and_no_error(worked_out: Path) -> None:
    book = openpyxl.load_workbook(worked_out / "report.xlsx", data_only=True)

    values = [cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
    assert not [cell for cell in values if isinstance(cell, str) and cell.startswith(("#", "Err:"))]
    for in_run, now in totals(book).values():
        assert now == pytest.approx(in_run, abs=1)
    assert all(row["Holds"] for row in cells(book["checks"]))
    # A fifth more of the rate as written: 1.2 of the duty; what it replaces stays (2.5 and 5 %).
    moved = totals(openpyxl.load_workbook(worked_out / "scaled.xlsx", data_only=True))
    duty, replaced = 7_143_730_286.0, 0.025 * 7_063_070_376 + 0.05 * 73_638_117
    assert moved["Duty of the measures, at unchanged trade"][1] == pytest.approx(1.2 * duty, abs=1)
    added = 1.2 * (duty - 7_021_793) - replaced
    assert moved["Duty added, at unchanged trade"][1] == pytest.approx(added, abs=1)


@pytest.mark.usefixtures("tables_alone")
def test_a_changed_rate_gives_the_totals_of_a_run_at_that_rate(
    place: Place, worked_out: Path, tmp_path: Path
) -> None:
    scenario = tmp_path / "at-25.toml"
    source = Path(__file__).parents[2] / "data" / "raw" / "scenarios" / "us-japan-2024.toml"
    text = source.read_text(encoding="utf-8").replace('"us-japan-2024"', '"at-25"')
    scenario.write_text(text.replace('\nrate = "100%"', '\nrate = "25%"'), encoding="utf-8")
    assert place.run("-q", scenario=scenario).code == 0
    run = place.table("by_importer", "at-25").row(0, named=True)

    found = openpyxl.load_workbook(worked_out / "edited.xlsx", data_only=True)

    now = {name: value for name, (_, value) in totals(found).items()}
    assert now["Duty added, at unchanged trade"] == pytest.approx(run["duty_increment_usd"], abs=1)
    assert now["Duty after, at unchanged trade"] == pytest.approx(run["duty_after_usd"], abs=1)
    live = {row["Measure"]: row for row in cells(found["what_if"])}["car-parts"]
    value, before = live["Value it is charged on (USD)"], live["Base duty on that part (USD)"]
    after = 0.25 * value
    assert live["Imports at the elasticity (USD)"] == pytest.approx(
        value * (value + before) / (value + after), rel=1e-9
    )
    checks = {row["Check"]: row["Holds"] for row in cells(found["checks"])}
    changed = [check for check, holds in checks.items() if not holds]
    assert changed == ["Duty added: what_if adds up to by_importer (FALSE once inputs are changed)"]


def test_the_audit_sheet_leads_from_a_line_to_its_row_and_its_law(
    book: Any, demonstration: tuple[Place, Done]
) -> None:
    place, _ = demonstration
    rows = {row["Result id"]: row for row in cells(book["audit"])}

    named = {
        row["Result id"]: sheet.title
        for sheet in book
        if sheet.title != "audit" and "Result id" in [cell.value for cell in sheet[1]]
        for row in cells(sheet)
    }
    detail = {name for name, sheet in named.items() if sheet in ("components", "unmatched")}
    assert set(rows) == set(named) - detail
    assert {"by_importer", "by_group", "by_authority", "suppliers", "lines"} < set(named.values())
    total = rows["by_group/USA/car-parts"]
    assert total["Source files"] == "110 lines added up"
    assert total["Explain with"].endswith(" --result by_group/USA/car-parts")
    row = rows["USA/JPN/2024/import/HTS2024/8708401110/whole"]
    line = place.table("lines", RUN).filter(code="8708401110").row(0, named=True)
    assert row["Duty after (USD)"] == line["duty_after_usd"]
    source = place.table("provenance", RUN).filter(code="8708401110").row(0, named=True)
    assert row["Source files"] == f"{source['source_id']}: 1 row"
    assert row["Measures: what becomes of each, and why"].startswith("car-parts 100%: applied, ")
    assert "60 FR 26745" in row["Source of the law"]
    assert row["Explain with"].endswith("--line 8708401110 --partner JPN --importer USA")
    first = place.do(*row["Explain with"].split()[1:])
    assert first.code == 0
    assert f"{source['source_id']}, row {source['source_row']}\n" in first.out
