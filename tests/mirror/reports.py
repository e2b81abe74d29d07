"""Small tables of both sides' reports, MADE UP, for the tests of the mirror."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from calc.tables.trade import Trade
from pipelines.parquet import write_table
from pipelines.workspace import Workspace
from tests.ingest.files import expected

Row = dict[str, Any]


def reported(importer: str, exporter: str, code: str, flow: str = "import", **more: Any) -> Row:
    """A row of TRADE: an import has a CIF value, an export an FOB value, of 100 unless told."""
    value = "cif_value_usd" if flow.endswith("import") else "fob_value_usd"
    row = {
        "importer": importer,
        "partner": exporter,
        "period": "2022",
        "flow": flow,
        "nomenclature": "HS2022",
        "code": code,
        "source_id": "made-up.csv",
    }
    return row | ({} if {*more} & {"customs_value_usd", value} else {value: 100.0}) | more


def put(root: Path, name: str, rows: Sequence[Row]) -> Workspace:
    """A table of a workspace with these rows."""
    place = Workspace(root)
    frame: pl.DataFrame = expected(rows)
    write_table(place.trade / f"{name}.parquet", frame, "trade", Trade)
    return place
