"""A trade table of the size and shape of a year of world trade, and a schedule. Made up, seeded."""

from pathlib import Path

import numpy as np
import polars as pl

from calc.dictionary import conform, polars_schema
from calc.policy.expression import AdValorem
from calc.policy.model import Branch, Policy
from calc.tables import TABLES
from calc.tables.trade import Trade

ECONOMIES, PRODUCTS, HEAVY_IMPORTERS = 226, 5_000, 10
SEED = 1994
LATEST_YEAR = 2023
DECLARED = {
    "measures": "measures",
    "products": "measure_products",
    "partners": "measure_partners",
}


def names(rng: np.random.Generator) -> tuple[list[str], list[str]]:
    letters = [a + b + c for a in "ABCDEFGH" for b in "KLMNOPQ" for c in "RSTUVW"]
    codes = np.sort(rng.choice(np.arange(10_000, 979_999), PRODUCTS, replace=False))
    return letters[:ECONOMIES], [f"{code:06d}" for code in codes]


def trade_table(rows: int) -> pl.DataFrame:
    """Rows of TRADE: heavy importers, partners and codes trade more, as they do."""
    rng = np.random.default_rng(SEED)
    economies, codes = names(rng)
    weight_economy = 1 / np.arange(1, ECONOMIES + 1)
    weight_code = 1 / np.arange(1, PRODUCTS + 1) ** 0.6
    rng.shuffle(weight_code)
    draws = int(rows * 1.9)

    def pick(count: int, weight: np.ndarray) -> pl.Series:
        return pl.Series(rng.choice(count, draws, p=weight / weight.sum()).astype(np.uint32))

    frame = pl.DataFrame(
        {
            "importer": pl.Series(economies).gather(pick(ECONOMIES, weight_economy)),
            "partner": pl.Series(economies).gather(pick(ECONOMIES, weight_economy)),
            "code": pl.Series(codes).gather(pick(PRODUCTS, weight_code)),
        }
    )
    kept = frame.filter(pl.col("importer") != pl.col("partner")).unique(maintain_order=True)
    kept = kept.head(rows).sort("importer", "code", "partner")
    return kept.with_columns(
        customs_value_usd=pl.Series(np.exp(rng.normal(10, 3, kept.height)).round(0)),
        net_mass_kg=pl.Series((np.exp(rng.normal(2, 3, kept.height)) * 1000).round(0)),
    )


def as_trade(frame: pl.DataFrame) -> pl.LazyFrame:
    schema = polars_schema(Trade)
    absent = [name for name in schema if name not in frame.columns]
    missing = [pl.lit(None, schema[name]).alias(name) for name in absent]
    constant = {"period": "2023", "flow": "import", "nomenclature": "HS1992"}
    filled = (
        frame.lazy()
        .with_columns(missing)
        .with_columns(
            pl.lit("made-up").alias("source_id"),
            *(pl.lit(value).alias(name) for name, value in constant.items()),
        )
    )
    return conform(filled, Trade)


def schedule(measures: int, importers: int = HEAVY_IMPORTERS) -> dict[str, pl.DataFrame]:
    """MEASURES, MEASURE_PRODUCTS and MEASURE_PARTNERS; equal ranks are left out beforehand."""
    rng = np.random.default_rng(SEED + 1)
    economies, codes = names(np.random.default_rng(SEED))
    taken: set[tuple[str, str, str]] = set()
    rows: dict[str, list[dict[str, object]]] = {"measures": [], "products": [], "partners": []}
    for number in range(measures):
        code = codes[int(rng.integers(PRODUCTS))]
        prefix = code[: int(rng.choice([2, 4, 6], p=[0.1, 0.5, 0.4]))]
        importer = economies[int(rng.integers(importers))]
        is_wide = rng.random() < 0.2
        few = rng.choice(economies[:60], int(rng.integers(1, 6)), replace=False)
        partners = [str(p) for p in (economies if is_wide else few)]
        rate = float(rng.choice([0.1, 0.25, 0.5, 1.0]))
        partners = [p for p in partners if p != importer and (importer, p, prefix) not in taken]
        if not partners:
            continue
        taken |= {(importer, p, prefix) for p in partners}
        name = f"m{number:05d}"
        rows["measures"].append(measure(name, importer, rate))
        rows["products"].append(
            {"measure_id": name, "step": 0, "role": "include", "prefix": prefix, "written": prefix}
        )
        rows["partners"] += [
            {"measure_id": name, "step": 0, "role": "include", "partner": partner}
            for partner in partners
        ]
    return {
        name: pl.DataFrame(rows[name], schema=polars_schema(TABLES[table]) | {"step": pl.Int16})
        for name, table in DECLARED.items()
    }


def measure(name: str, importer: str, rate: float) -> dict[str, object]:
    return {
        "measure_id": name,
        "step": 0,
        "importer": importer,
        "authority": "section-301",
        "mode": "add",
        "ad_valorem_rate": rate,
        "rate_text": f"{rate:.0%}",
        "state": "in force",
        "is_in_force": True,
        "names_products": True,
        "partner_rank": 3,
        "source": "made up",
    }


def write(folder: Path, rows: int) -> Path:
    """The trade table as Parquet, made once a folder and size."""
    path = folder / f"trade-{rows}.parquet"
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        as_trade(trade_table(rows)).collect().write_parquet(path, row_group_size=262_144)
    return path


def write_many(folder: Path, rows: int, copies: int) -> Path:
    """A table of several times as many rows: each code divided into as many of eight digits."""
    path = folder / f"trade-{rows * copies}.parquet"
    if not path.is_file():
        one = pl.scan_parquet(write(folder, rows))
        parts = [
            one.with_columns(code=pl.col("code") + f"{number:02d}") for number in range(copies)
        ]
        pl.concat(parts).sink_parquet(path, row_group_size=262_144)
    return path


def write_years(folder: Path, rows: int, years: int) -> Path:
    """A folder of years, each in a folder of its own: the flows of one, of other values a year.

    A file that another folder has already is not written again.
    """
    one = pl.scan_parquet(write(folder, rows))
    for number in range(years):
        year = str(LATEST_YEAR - number)
        made = folder / f"year-{rows}-{year}.parquet"
        if not made.is_file():
            value = (pl.col("customs_value_usd") * (1 - number / 100)).round(0)
            told = one.with_columns(period=pl.lit(year), customs_value_usd=value)
            told.sink_parquet(made, row_group_size=262_144)
        path = folder / f"years-{years}-{rows}" / f"period={year}" / "part-0.parquet"
        if not path.is_file():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.hardlink_to(made)
    return folder / f"years-{years}-{rows}"


def write_measures(folder: Path, measures: int) -> Path:
    """The schedule as one row an importer, partner and prefix with its rate, for peers."""
    path = folder / f"measures-{measures}.parquet"
    law = schedule(measures)
    rates = law["measures"].select("measure_id", "importer", rate="ad_valorem_rate")
    named = law["products"].select("measure_id", "prefix").join(rates, on="measure_id")
    whole = named.join(law["partners"].select("measure_id", "partner"), on="measure_id")
    whole.select("importer", "partner", "prefix", "rate").write_parquet(path)
    return path


def policy_of(measures: pl.DataFrame) -> Policy:
    """The law of those measures."""
    branches = [
        Branch(
            measure_id=row["measure_id"],
            step=0,
            authority=row["authority"],
            programme=None,
            mode="add",
            rate=AdValorem(row["ad_valorem_rate"]),
        )
        for row in measures.iter_rows(named=True)
    ]
    return Policy(as_of=None, branches=branches)
