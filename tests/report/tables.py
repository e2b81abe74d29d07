"""Small lawful tables of a run, by hand: four groups, two of them threatened, one duty unknown."""

from collections.abc import Sequence
from datetime import date
from math import fsum
from typing import Any

import polars as pl

from calc.dictionary import polars_schema
from calc.tables import TABLES
from pipelines.report.facts import OutputFile, RunFacts, Source

Row = dict[str, Any]

IMPORTS = 663_000_000_000.0
FACTS = RunFacts(
    scenario_id="title-vii-1994",
    title="Title VII of 1994: Japan, car parts and flat glass in force, two groups announced",
    importers=("USA",),
    trade_name="us-1994",
    periods=("1994",),
    nomenclature="HTS1994",
    as_of="1995-06-28",
    base_text="us-mfn-1994: column 1 general rates",
    run_id="0123456789ab",
    tool_version="0.1.0",
    folder="data/processed/runs/title-vii-1994/0123456789ab",
    sources=(Source(name="imports.csv", what="imports by line", sha256="ab" * 32),),
    notes=("car-parts is HS 8708; not every car part is there.",),
    files=(
        OutputFile(name="report.html", what="the page"),
        OutputFile(name="report.xlsx", what="this workbook"),
        OutputFile(name="lines.parquet", what="every line that a measure names"),
    ),
)


def line(code: str, group: str | None, value: float, **cells: Any) -> Row:
    """A line in force of which everything is known but its duty."""
    return {
        "importer": "USA",
        "partner": "JPN",
        "period": "1994",
        "flow": "import",
        "nomenclature": "HTS1994",
        "code": code,
        "segment": "whole",
        "valid_from": date(1995, 6, 28),
        "product_group": group,
        "customs_value_usd": value,
        "is_estimated": False,
        "status": "in force",
        "measure_id": "title-vii",
        "mode": "replace",
        "measure_rate": 1.0,
        "base_programme": "mfn",
    } | cells


def dutiable(code: str, group: str, value: float, rate: float, **cells: Any) -> Row:
    """A line in force that pays 100 % in lieu of its base rate."""
    known = {
        "is_affected": True,
        "rate_before": rate,
        "rate_after": 1.0,
        "calculated_duty_usd": value * rate,
        "duty_before_usd": value * rate,
        "duty_after_usd": value,
        "duty_increment_usd": value - value * rate,
        "statutory_minus_calculated_usd": 0.0,
    }
    return line(code, group, value, **(known | cells))


def threatened(code: str, group: str, value: float, **cells: Any) -> Row:
    """A line free of duty that a measure not in force names."""
    free = {
        "status": "threatened",
        "is_affected": False,
        "rate_before": 0.0,
        "rate_after": 0.0,
        "calculated_duty_usd": 0.0,
        "duty_before_usd": 0.0,
        "duty_after_usd": 0.0,
        "duty_increment_usd": 0.0,
        "threatened_increment_usd": value,
    }
    return line(code, group, value, **(free | cells))


LINES: list[Row] = [
    dutiable(
        "87089900", "car-parts", 7_063_070_376.0, 0.025, description="Parts of motor vehicles"
    ),
    dutiable("70052900", "flat-glass", 73_638_117.0, 0.05, description="Float glass"),
    line(
        "70031900",
        "flat-glass",
        7_021_793.0,
        description="Cast glass",
        base_rate_text="1.1 cents/kg",
        rate_after=1.0,
        calculated_duty_usd=70_217.0,
        duty_after_usd=7_021_793.0,
        duty_unknown_reason="specific rate per kg; the table has no quantity",
    ),
    threatened("85173000", "telecom", 1_950_852_620.0, description="@SUM(A1)"),
    threatened("90189080", "medical-technology", 2_517_122_780.0, description="=1+1"),
    line("01011100", None, 1_000_000.0, status="excluded", measure_id=None, mode=None),
]


def total(rows: Sequence[Row], name: str) -> float | None:
    known = [row[name] for row in rows if row.get(name) is not None]
    return fsum(known) if known else None


def valued(rows: Sequence[Row], unknown: str) -> float:
    """The value of the rows of which a figure is unknown."""
    return fsum(row["customs_value_usd"] for row in rows if row.get(unknown) is None)


def accounting(rows: Sequence[Row], imports: float, **cells: Any) -> Row:
    """The accounting columns of a cell made of these lines."""
    covered = [row for row in rows if row["status"] != "excluded"]
    in_force = [row for row in rows if row["status"] == "in force"]
    banned = [row for row in rows if row["status"] == "prohibited"]
    waiting = [row for row in rows if row["status"] == "threatened"]
    value = total(covered, "customs_value_usd") or 0.0
    before, after = total(covered, "duty_before_usd"), total(covered, "duty_after_usd")
    known = value - valued(covered, "duty_before_usd")
    return {
        "importer": "USA",
        "lines": len(rows),
        "imports_value_usd": imports,
        "listed_value_usd": total(rows, "customs_value_usd"),
        "covered_value_usd": value,
        "in_force_value_usd": total(in_force, "customs_value_usd") or 0.0,
        "prohibited_value_usd": total(banned, "customs_value_usd") or 0.0,
        "threatened_value_usd": total(waiting, "customs_value_usd") or 0.0,
        "affected_value_usd": total(
            [row for row in in_force if row.get("is_affected")], "customs_value_usd"
        )
        or 0.0,
        "affected_unknown_value_usd": valued(in_force, "is_affected"),
        "coverage_ratio": value / imports,
        "share_of_importer_imports": value / IMPORTS,
        "calculated_duty_usd": total(covered, "calculated_duty_usd"),
        "duty_before_usd": before,
        "duty_before_unknown_value_usd": valued(covered, "duty_before_usd"),
        "duty_after_usd": after,
        "duty_after_unknown_value_usd": valued(covered, "duty_after_usd"),
        "duty_increment_usd": total(covered, "duty_increment_usd"),
        "duty_increment_unknown_value_usd": valued(covered, "duty_increment_usd"),
        "threatened_increment_usd": total(waiting, "threatened_increment_usd"),
        "threatened_increment_unknown_value_usd": valued(waiting, "threatened_increment_usd"),
        "statutory_minus_calculated_usd": total(covered, "statutory_minus_calculated_usd"),
        "simple_average_rate_before": 0.025,
        "simple_average_rate_after": 0.6,
        "trade_weighted_rate_before": before / known if before is not None and known else None,
        "trade_weighted_rate_after": after / value if after is not None and value else None,
    } | cells


def groups() -> list[Row]:
    names = sorted({row["product_group"] or "other" for row in LINES})
    of_group = {n: [r for r in LINES if (r["product_group"] or "other") == n] for n in names}
    return [
        accounting(
            rows,
            20_000_000_000.0,
            product_group=name,
            hit_partners_imports_value_usd=10_000_000_000.0,
            coverage_of_hit_partners=0.5,
        )
        for name, rows in of_group.items()
    ]


MEASURE: Row = {
    "measure_id": "title-vii",
    "importer": "USA",
    "authority": "title_vii",
    "state": "in force",
    "mode": "replace",
    "rate_text": "100 % in lieu",
    "lines": 3,
    "listed_value_usd": 7_143_730_286.0,
    "covered_value_usd": 7_143_730_286.0,
    "in_force_value_usd": 7_143_730_286.0,
    "displaced_value_usd": 0.0,
    "prohibited_value_usd": 0.0,
    "threatened_value_usd": 0.0,
    "measure_duty_usd": 7_143_730_286.0,
    "duty_increment_usd": total(LINES[:2], "duty_increment_usd"),
    "source": "60 FR 00000",
}
UNMATCHED: list[Row] = [
    {
        "kind": "schedule",
        "importer": "USA",
        "measure_id": "title-vii",
        "partner": "JPN",
        "code": "70049900",
        "product_group": "flat-glass",
        "reason": "no trade under this code",
        "suggestion": "70049050",
    },
    {
        "kind": "trade",
        "importer": "USA",
        "measure_id": "",
        "partner": "JPN",
        "code": "70060000",
        "product_group": "flat-glass",
        "customs_value_usd": 1234.0,
        "reason": "no measure names it",
    },
]
STEPS: list[Row] = [
    {"step": 1, "stage": "rows of the files", "kind": "in", "rows": 1000, "value_usd": 7.0e11},
    {
        "step": 2,
        "stage": "unreadable",
        "kind": "rejected",
        "reason": "value is not a number",
        "rows": 3,
        "value_unknown_rows": 3,
    },
    {
        "step": 3,
        "stage": "other flows",
        "kind": "excluded",
        "reason": "exports are not imports",
        "rows": 100,
        "value_usd": 3.7e10,
    },
    {"step": 4, "stage": "used", "kind": "kept", "rows": 897, "value_usd": 6.63e11},
    {"step": 5, "stage": "listed", "kind": "part", "rows": 6, "value_usd": 11_612_705_686.0},
]
FUNNEL: list[Row] = [{"importer": "USA"} | step for step in STEPS]


def component(row: Row) -> Row:
    """What the measure that names a line does on it."""
    status = {"in force": "applied"}.get(row["status"], row["status"])
    key = ("importer", "partner", "period", "flow", "nomenclature", "code", "segment")
    return {name: row[name] for name in key} | {
        "measure_id": "title-vii",
        "authority": "title_vii",
        "status": status,
        "state": "in force" if status == "applied" else "announced",
        "reason": "the only measure on the line",
        "prefix": row["code"][:4],
        "mode": "replace",
        "measure_rate": 1.0,
        "customs_value_usd": row["customs_value_usd"],
        "measure_duty_usd": row["customs_value_usd"],
        "duty_increment_usd": row.get("duty_increment_usd"),
        "rate_text": "100%",
        "bites_on": "full value",
    }


def frame(name: str, rows: Sequence[Row]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=polars_schema(TABLES[name]))


def tables() -> dict[str, pl.DataFrame]:
    products = [
        accounting([row], 1.0e10, hs6=row["code"][:6], product_group=row["product_group"])
        for row in LINES
    ]
    partner = {"partner": "JPN", "partner_exports_value_usd": 1.2e11}
    rows = {
        "by_importer": [accounting(LINES, IMPORTS)],
        "by_partner": [accounting(LINES, 1.2e11, share_of_partner_exports=0.0967, **partner)],
        "by_group": groups(),
        "by_product": products,
        "by_measure": [MEASURE],
        "lines": LINES,
        "components": [component(row) for row in LINES],
        "unmatched": UNMATCHED,
        "funnel": FUNNEL,
    }
    return {name: frame(name, some) for name, some in rows.items()}
