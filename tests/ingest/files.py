"""Small files of trade for the tests of ingest."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from calc.dictionary import column_names
from calc.tables.trade import Trade
from pipelines.ingest.record import IngestRecord
from pipelines.ingest.settings import IngestSettings
from pipelines.ingest.step import ingest
from pipelines.workspace import Workspace

HEADER = "importer,partner,period,flow,nomenclature,code,customs_value_usd"
LINES = (
    "USA,JPN,2024,import,HTS2024,87082951,100",
    "USA,JPN,2024,import,HTS2024,01012100,20.5",
    "USA,DEU,2024,import,HTS2024,87082951,3",
)
ROOT = Path(__file__).parents[2]


def text_of(lines: Sequence[str] = LINES, header: str = HEADER) -> str:
    return "".join(f"{line}\n" for line in (header, *lines))


def write(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def run(workspace: Workspace, *files: Path, **options: Any) -> IngestRecord:
    return ingest(workspace, files, IngestSettings(**{"name": "t", **options}))


def table(workspace: Workspace, name: str = "t") -> pl.DataFrame:
    return pl.read_parquet(workspace.trade / f"{name}.parquet")


def values(workspace: Workspace, column: str = "customs_value_usd") -> dict[tuple[str, str], Any]:
    """Partner and code to a value."""
    rows = table(workspace).select("partner", "code", column).rows()
    return {(partner, code): value for partner, code, value in rows}


def contents(workspace: Workspace) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(workspace.trade.iterdir())}


def expected(rows: Sequence[dict[str, Any]]) -> pl.DataFrame:
    """Rows as TRADE, absent columns null."""
    from calc.dictionary import polars_schema

    schema = polars_schema(Trade)
    return pl.DataFrame(
        [{name: row.get(name) for name in column_names(Trade)} for row in rows], schema=schema
    )
