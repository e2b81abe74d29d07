"""Small published schedules for the tests of bases, all made up."""

import gzip
import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter

from pipelines.base.places import bases_folder
from pipelines.base.record import BaseRecord
from pipelines.base.settings import BaseSettings
from pipelines.base.step import make_base
from pipelines.workspace import Workspace

DAY = date(2025, 1, 1)
Record = dict[str, Any]


def record(
    number: str, indent: int, general: str = "", special: str = "", other: str = ""
) -> Record:
    """A record as the JSON export has it, its misspelt field included."""
    return {
        "htsno": number,
        "indent": str(indent),
        "description": "goods",
        "superior": None if number else "true",
        "units": [],
        "general": general,
        "special": special,
        "other": other,
        "footnotes": [],
        "quotaQuantity": None,
        "additionalDuties": None,
        "addiitionalDuties": None,
    }


def hts(folder: Path, records: Sequence[Any], name: str = "hts.json") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    content = json.dumps(list(records), ensure_ascii=False).encode()
    path = folder / name
    path.write_bytes(gzip.compress(content, mtime=0) if name.endswith(".gz") else content)
    return path


def annual(
    folder: Path,
    rows: Sequence[Mapping[str, str]],
    *,
    sheet: str = "trade_tariff_database_202405",
    name: str = "tariff.xlsx",
) -> Path:
    """A workbook of the annual database: the columns of all rows, dates as its text has them."""
    common = {
        "hts8": "87082951",
        "mfn_text_rate": "2.5%",
        "col1_special_text": "",
        "col2_text_rate": "25%",
        "begin_effect_date": "2020-07-01 00:00:00",
        "end_effective_date": "2050-12-31 00:00:00",
    }
    whole = [{**common, **row} for row in rows]
    headers = list(dict.fromkeys(header for row in whole for header in row))
    folder.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(folder / name) as book:
        page = book.add_worksheet(sheet)
        page.write_row(0, 0, headers)
        for number, row in enumerate(whole, 1):
            page.write_row(number, 0, [row.get(header, "") for header in headers])
    return folder / name


WTO_HEADER = (
    "reporter_name,reporter_iso,reporter_code,partner_name,partner_iso,partner_code,"
    "year_dt,hs_code,best_avlbl,imports"
)


def wto(folder: Path, rows: Sequence[tuple[str, ...]], name: str = "wto.csv") -> Path:
    """Rows of reporter, partner, day, code and rate in the layout of the export."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [
        f"a,{reporter},C1,b,{partner},C2,{day},{code},{rate},0.0"
        for reporter, partner, day, code, rate in rows
    ]
    path = folder / name
    path.write_text("\n".join([WTO_HEADER, *lines]) + "\n", encoding="utf-8")
    return path


def make(workspace: Workspace, path: Path, **options: Any) -> BaseRecord:
    return make_base(workspace, path, BaseSettings(**{"name": "b", **options}))


def table(workspace: Workspace, name: str = "b") -> pl.DataFrame:
    return pl.read_parquet(bases_folder(workspace) / f"{name}.parquet")


def refused(workspace: Workspace, name: str = "b") -> list[tuple[Any, ...]]:
    """Row, column, programme, code, text and reason of what is refused."""
    frame = pl.read_parquet(bases_folder(workspace) / f"{name}.refused.parquet")
    columns = ("source_row", "source_column", "programme", "code", "rate_text", "reason")
    return frame.select(columns).rows()


def parts(workspace: Workspace, programme: str = "mfn") -> dict[str, tuple[Any, ...]]:
    """Code to ad valorem, specific, unit and expression of a programme, its partners aside."""
    columns = ("code", "ad_valorem_rate", "specific_rate_usd", "specific_unit", "expression")
    rows = table(workspace).filter(pl.col("programme") == programme).select(columns).unique()
    return {code: tuple(rest) for code, *rest in rows.sort("code").iter_rows()}


def contents(workspace: Workspace) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(bases_folder(workspace).iterdir())}
