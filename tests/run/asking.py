"""A drawn or hand-made table and law put to the run itself, without files of a scenario."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import polars as pl

from calc.policy.expression import AdValorem
from calc.policy.model import Branch, Policy
from calc.resolve import LawTables
from calc.tables.base import Base
from calc.tables.measures import Exclusions, MeasurePartners, MeasureProducts, Measures
from calc.tables.shares import Shares
from calc.tables.trade import Trade
from pipelines.parquet import write_table
from pipelines.run.compute import Answer, answer
from pipelines.run.question import Question
from tests.strategies import Law, table

NO_BASE = table([], Base)
NO_SHARES = table([], Shares)
GROUPS = pl.DataFrame(
    [("870321", "cars"), ("870323", "cars"), ("700510", "glass"), ("700521", "glass")],
    schema={"prefix": pl.String, "product_group": pl.String},
    orient="row",
)
DESCRIPTIONS = pl.DataFrame(schema={"code": pl.String, "description": pl.String})
LAW: dict[str, Any] = {
    "step": 0, "importer": "USA", "authority": "section-301", "mode": "add",
    "ad_valorem_rate": 0.25, "rate_text": "25%", "state": "in force", "is_in_force": True,
    "names_products": True, "partner_rank": 3, "source": "made up",
}  # fmt: skip
WAITING: dict[str, Any] = {"state": "announced", "is_in_force": False}
FLOW: dict[str, Any] = {
    "importer": "USA", "partner": "JPN", "period": "2024", "flow": "import",
    "nomenclature": "HTS2024", "source_id": "made-up.csv",
}  # fmt: skip


def question(
    folder: Path, trade: pl.DataFrame, law: Law, base: pl.DataFrame = NO_BASE, **parts: Any
) -> Question:
    """The question of what a law does to a table, which is written into a folder."""
    path = folder / "drawn.parquet"
    write_table(path, trade, "trade", Trade)
    asked: dict[str, Any] = {
        "left_out": pl.Series("table_row", [], pl.Int64),
        "interval": (None, None),
        "importers": ("USA",),
        "nomenclature": "HTS2024",
        "period": None,
        "groups": GROUPS,
        "descriptions": DESCRIPTIONS,
    }
    tables = LawTables(
        measures=law.measures.lazy(),
        products=law.products.lazy(),
        partners=law.partners.lazy(),
        exclusions=law.exclusions.lazy(),
        base=base.lazy(),
        shares=NO_SHARES.lazy(),
    )
    asked |= {"policy": policy_of(law), "default_programme": "mfn"}
    return Question(table=path, law=tables, **asked | parts)


def policy_of(law: Law) -> Policy:
    """The law as objects: one branch a measure, without stacking, portions or contents."""
    branches = [
        Branch(
            measure_id=row["measure_id"],
            step=row["step"],
            authority=row["authority"],
            programme=row["programme"],
            mode=row["mode"],
            rate=AdValorem(row["ad_valorem_rate"]),
            state=row["state"],
            partner_rank=row["partner_rank"],
            names_products=row["names_products"],
        )
        for row in law.measures.sort("measure_id", "step").iter_rows(named=True)
    ]
    return Policy(as_of=None, branches=branches)


def ask(
    folder: Path, trade: pl.DataFrame, law: Law, base: pl.DataFrame = NO_BASE, **parts: Any
) -> Answer:
    """What a law does to a table."""
    return answer(question(folder, trade, law, base, **parts))


def trade_of(rows: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    """Imports of the USA from Japan in 2024, but for the cells given."""
    return table([FLOW | dict(row) for row in rows], Trade)


def law_of(
    measures: Mapping[str, Mapping[str, Any]],
    products: Iterable[tuple[str, str, str]],
    exclusions: Iterable[tuple[str, int, str, str]] = (),
) -> Law:
    """Measures of 25 percent on Japan by name, but for the cells given.

    ``products`` are measure, role and prefix; ``exclusions`` measure, number, prefix and partner.
    """
    step = {"step": 0}
    scopes = [
        step | dict(zip(("measure_id", "role", "prefix"), row, strict=True)) for row in products
    ]
    taken = [
        step | dict(zip(("measure_id", "exclusion", "prefix", "partner"), row, strict=True))
        for row in exclusions
    ]
    partner = step | {"role": "include", "partner": "JPN"}
    return Law(
        table([LAW | dict(cells) | {"measure_id": name} for name, cells in measures.items()],
              Measures),
        table([row | {"written": row["prefix"]} for row in scopes], MeasureProducts),
        table([partner | {"measure_id": name} for name in measures], MeasurePartners),
        table([row | {"source": "made up"} for row in taken], Exclusions),
    )  # fmt: skip
