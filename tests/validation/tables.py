"""Small lawful and faulted tables for the tests of validation."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from calc.dictionary import polars_schema
from calc.tables.audit import Rejects
from calc.tables.trade import Trade
from pipelines.parquet import write_table
from pipelines.workspace import Workspace

LAWFUL: dict[str, Any] = {
    "importer": "USA",
    "partner": "JPN",
    "period": "2024",
    "flow": "import",
    "nomenclature": "HTS2024",
    "code": "87032301",
    "customs_value_usd": 1000.0,
    "cif_value_usd": 1100.0,
    "fob_value_usd": 990.0,
    "calculated_duty_usd": 25.0,
    "quantity": 2.0,
    "quantity_unit": "number",
    "quantity_2": 3000.0,
    "quantity_2_unit": "kg",
    "net_mass_kg": 3000.0,
    "source_id": "imports.csv",
}


def row(**cells: Any) -> dict[str, Any]:
    return LAWFUL | cells


def trade(rows: Sequence[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=polars_schema(Trade))


def lawful_rows(count: int) -> list[dict[str, Any]]:
    return [row(code=f"870323{number:04d}") for number in range(count)]


def write_trade(workspace: Workspace, name: str, rows: Sequence[dict[str, Any]]) -> Path:
    path = workspace.trade / f"{name}.parquet"
    write_table(path, trade(rows), "trade", Trade)
    return path


def write_beside(table: Path, rows: int, originals: dict[int, str]) -> None:
    """Provenance from the third row of ``raw.csv`` on, and the original text of some rows."""
    first = 3
    source = {"source_id": ["raw.csv"] * rows, "source_row": list(range(first, first + rows))}
    pl.DataFrame(source).write_parquet(table.with_name(f"{table.stem}.provenance.parquet"))
    kept = [
        {
            "source_id": "raw.csv",
            "source_row": first + number,
            "failed_rules": "read",
            "reason": "read",
            "value_usd": None,
            "original": text,
        }
        for number, text in originals.items()
    ]
    frame = pl.DataFrame(kept, schema=polars_schema(Rejects))
    write_table(table.with_name(f"{table.stem}.originals.parquet"), frame, "rejects", Rejects)
