"""Three tiny years of trade, made up, as one table or as a folder of files."""

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from calc.dictionary import conform, polars_schema
from calc.tables.trade import Trade

YEARS = ("2021", "2022", "2023")
CODES = ("700510", "850131", "870830", "870899", "901890")
SCENARIO = """
id = "cars"
importer = "USA"
nomenclature = "HS2022"
trade = "world"
as_of = 2021-06-01
base = "2.5%"

[[measure]]
id = "parts"
authority = "section-301"
partners = ["JPN", "KOR"]
products = ["8708"]
rate = "33.3%"
mode = "add"
source = "hypothetical"

[[measure]]
id = "glass"
authority = "section-301"
partners = ["JPN"]
products = ["7005"]
rate = "100%"
mode = "replace"
events = [{ on = 2021-05-16, is = "announced" }]
source = "hypothetical"
"""


def year_of_trade(year: str) -> pl.DataFrame:
    """A year: two importers, three partners, five codes; not every flow is there in each."""
    rows = [
        (importer, partner, code, 1000.37 * number + int(year) * 1.25, 10.0 * number)
        for number, (importer, partner, code) in enumerate(
            (importer, partner, code)
            for importer in ("CAN", "USA")
            for partner in ("JPN", "KOR", "MEX")
            for code in CODES
        )
        if (int(year) + number) % 4
    ]
    columns = ["importer", "partner", "code", "customs_value_usd", "net_mass_kg"]
    frame = pl.DataFrame(rows, schema=columns, orient="row").lazy()
    schema = polars_schema(Trade)
    told = {"period": year, "flow": "import", "nomenclature": "HS2022", "source_id": "made-up"}
    absent = [pl.lit(None, schema[name]).alias(name) for name in schema if name not in columns]
    filled = frame.with_columns(absent).with_columns(pl.lit(v).alias(k) for k, v in told.items())
    return conform(filled, Trade).collect()


def write_folder(folder: Path, names: Mapping[str, str], *, tells_period: bool = True) -> Path:
    """A folder with a file a year.

    Args:
        folder: Where.
        names: Name of the file of each year, in the folder.
        tells_period: Whether the files have the column of the period themselves.
    """
    for year, name in names.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        frame = year_of_trade(year)
        (frame if tells_period else frame.drop("period")).write_parquet(path)
    return folder


def by_year(part: str = "part-0.parquet", column: str = "year") -> dict[str, str]:
    """Names as an engine gives them that divides a table by year."""
    return {year: f"{column}={year}/{part}" for year in YEARS}


def write_one(path: Path) -> Path:
    """All years in one file, sorted as ingest sorts."""
    whole = pl.concat(year_of_trade(year) for year in YEARS)
    path.parent.mkdir(parents=True, exist_ok=True)
    whole.sort("importer", "code", "partner", "period").write_parquet(path)
    return path
