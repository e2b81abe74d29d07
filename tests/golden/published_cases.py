"""The published cases as files of the tool: annexes beside a scenario, trade in TRADE's layout."""

import csv
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from calc.base import default_programme
from calc.resolve import LawTables
from calc.tables.trade import Trade
from pipelines.parquet import write_table
from pipelines.reference import descriptions, product_groups
from pipelines.run.question import Question
from pipelines.scenario.law import Law
from pipelines.scenario.model import Scenario
from tests.strategies import table

ROOT = Path(__file__).parents[2]
SCENARIOS = ROOT / "data" / "raw" / "scenarios" / "replication"
CASE = ROOT.parent / "shared" / "cases" / "tradewar"
IMPORTS = CASE / "census_2024_hs10_imports_duty_51partners.parquet"


class Listed(NamedTuple):
    """A list of goods: the files of the source, and the lengths of codes that it matches."""

    files: tuple[str, ...]
    lengths: tuple[int, ...]
    column: str = "HTSUS"


LISTS = {
    "steel": Listed(("steel-tariffs",), (8,)),
    "aluminium": Listed(("alu-tariffs",), (8, 10)),
    "cars": Listed(("auto-tariffs",), (6, 8, 10)),
    "copper": Listed(("copper-list",), (8,)),
    "annex-ii": Listed(("annex-II-exemptions",), (10,)),
    "annex-ii-2025-11": Listed(("annex-II-exemptions-nov14",), (8,)),
    "electronics": Listed(("consumer_electronics_EO14257_apr11",), (10,)),
    "brazil-exempt": Listed(("brazil-airplane-exemptions", "brazil-non-airplane-exemptions"), (8,)),
    "brazil-301-exempt": Listed(("brazil-301-exemptions",), (8, 10)),
    "section-122-exempt": Listed(("section122-product-exemptions",), (8, 10), "hts_code"),
    "metals-ia": Listed(("metals-annex-IA",), (4, 6, 8, 10)),
    "metals-ib": Listed(("metals-annex-IB",), (8, 10)),
    "metals-ii": Listed(("metals-annex-II-removed",), (8, 10)),
    "metals-iii": Listed(("metals-annex-III-temporary",), (8, 10)),
}
REBUILT = {
    "timber": (
        *("44031100", "44032101", "44032201", "44032301", "44032401", "44032501", "44032601"),
        *("44039901", "44061100", "44069100", "44071100", "44071200", "44071300", "44071400"),
        "44071900",
    ),
    "furniture": (
        *("9401614011", "9401614031", "9401616011", "9401616031"),
        *("9403409060", "9403608093", "9403910080"),
    ),
}
"""Proclamation 10976: the source does not hold its list, which is that of another engine."""


def cells(name: str) -> list[dict[str, str]]:
    """The rows of a file of the source, every cell as text."""
    with (CASE / f"{name}.csv").open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def schedule_c() -> dict[str, str]:
    """Census country code to partner."""
    economies = pl.read_csv(ROOT / "data" / "raw" / "economies.csv", infer_schema=False)
    pairs = economies.select("schedule_c", "iso3").drop_nulls().iter_rows()
    return {code: iso3 for joined, iso3 in pairs for code in joined.split("|")} | {"0003": "EU27"}


def partners_by_name() -> dict[str, str]:
    """The source's own name of a country, of those whose trade it lists, to partner."""
    known = schedule_c()
    return {row["CTY_NAME"]: known[row["CTY_CODE"]] for row in cells("top_50_non_eu")} | {
        "EUROPEAN UNION": "EU27"
    }


def write_annex(folder: Path, name: str, header: str, rows: Iterable[Iterable[str]]) -> None:
    """An annex beside a scenario, its rows sorted, each once."""
    lines = sorted({",".join(row) for row in rows})
    path = folder / "annex" / f"{name}.csv"
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join([header, *lines, ""]), encoding="utf-8")


def write_lists(folder: Path) -> None:
    """The lists of goods and of countries as annexes, of the codes that the source matches."""
    for name, listed in LISTS.items():
        codes = [row[listed.column] for file in listed.files for row in cells(file)]
        write_annex(folder, name, "code", ([code] for code in codes if len(code) in listed.lengths))
    for name, rebuilt in REBUILT.items():
        write_annex(folder, name, "code", ([code] for code in rebuilt))
    partners, names = schedule_c(), partners_by_name()
    april = [
        (partners[row["CTY_CODE"]], row["tariff_rate"])
        for row in cells("reciprocal-tariffs-annex-I")
        if row["CTY_CODE"] in partners
    ]
    august = [
        (names[row["country_name"]], row["rtariff-aug"])
        for row in cells("clean-august-7-tariffs")
        if row["country_name"] in names
    ]
    write_annex(folder, "annex-i-2025-04", "partner,rate_percent", april)
    write_annex(folder, "annex-i-2025-08", "partner,rate_percent", august)


def copied(name: str, folder: Path) -> Path:
    """A scenario of the tool, with what is beside it, in a folder to which annexes are added."""
    shutil.copytree(SCENARIOS, folder, dirs_exist_ok=True)
    return folder / f"{name}.toml"


def write_trade(path: Path, rows: pl.DataFrame, flow: Mapping[str, str]) -> Path:
    """A table in the layout of TRADE; ``flow`` holds the columns that are the same throughout."""
    whole = rows.with_columns(pl.lit(value).alias(name) for name, value in flow.items())
    empty = table([], Trade)
    others = [pl.lit(None, empty.schema[c]).alias(c) for c in empty.columns if c not in whole]
    key = ["importer", "partner", "code"]
    write_table(path, whole.with_columns(others).sort(key), "trade", Trade)
    return path


def asked(scenario: Scenario, law: Law, trade: Path) -> Question:
    """The question that a run puts to a table under a law, no row of which is left out."""
    parts: dict[str, Any] = {
        name: getattr(law, name).lazy()
        for name in ("measures", "products", "partners", "exclusions", "shares")
    }
    return Question(
        table=trade,
        left_out=pl.Series("table_row", [], pl.Int64),
        law=LawTables(**parts, base=pl.concat([law.base, law.preferences]).lazy()),
        policy=law.policy,
        default_programme=default_programme(law.base["programme"].unique()),
        interval=(law.valid_from, law.valid_until),
        importers=(scenario.importer,),
        nomenclature=scenario.nomenclature,
        period=None,
        groups=product_groups(scenario.nomenclature),
        descriptions=descriptions(scenario.nomenclature),
    )


class Countermeasure(NamedTuple):
    """A list of countermeasures: its file, the place of its codes, and the exports that it hits."""

    items: str
    column: int
    exports: str


COUNTERMEASURES = {
    "canada-2025-03-04": Countermeasure("canada-march-list", 0, "canada-US-exports-030425"),
    "canada-2025-03-13": Countermeasure("canada-steel-list", 0, "canada-steel-US-exports-031225"),
    "china-10-percent": Countermeasure(
        "china-10-percent-030425", 1, "china-10-percent-US-exports-030425"
    ),
    "china-15-percent": Countermeasure(
        "china-15-percent-030425", 1, "china-15-percent-US-exports-030425"
    ),
}


def write_countermeasures(folder: Path) -> None:
    """The lists of countermeasures as annexes: items of eight digits, cut to six."""
    for name, listed in COUNTERMEASURES.items():
        with (CASE / f"{listed.items}.csv").open(encoding="utf-8-sig", newline="") as stream:
            items = [row[listed.column].strip() for row in csv.reader(stream) if row]
        digits = [item.replace(".", "").zfill(8) for item in items]
        write_annex(folder, name, "code", ([code[:6]] for code in digits))


def exports_of(name: str) -> pl.DataFrame:
    """The exports that the source counts on a list: ``code`` and ``exports`` in USD."""
    path = CASE / f"{COUNTERMEASURES[name].exports}.csv"
    return pl.read_csv(path, schema_overrides={"hs-code": pl.String}).select(
        pl.col("hs-code").alias("code"), "exports"
    )
