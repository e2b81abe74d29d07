"""Schedule without trade, each with its reason and suggestion, and trade that no measure names."""

import polars as pl
from polars.testing import assert_frame_equal

from calc.dictionary import polars_schema
from calc.scope import ALL
from calc.tables.measures import MeasureProducts, Measures
from calc.tables.reports import Unmatched
from calc.unmatched import (
    FINER,
    NO_CODE,
    NO_PARTNER,
    NOT_NAMED,
    idle_schedule,
    missed_trade,
    near_codes,
    unmatched_table,
)
from tests.run.hits import hits, in_force
from tests.strategies import table

LAW = {
    "step": 0, "importer": "USA", "authority": "section-301", "mode": "add",
    "ad_valorem_rate": 0.25, "rate_text": "25%", "state": "in force", "is_in_force": True,
    "names_products": True, "partner_rank": 3, "source": "made up",
}  # fmt: skip
MEASURES = table([LAW | {"measure_id": name} for name in ("cars", "glass")], Measures).lazy()
BY_CODE = pl.LazyFrame(
    [
        *(("USA", "87032301", 900), ("USA", "87032401", 500), ("USA", "87033201", 700)),
        *(("USA", "87039000", 800), ("USA", "70051080", 50), ("CAN", "87032201", 10_000)),
    ],
    {"importer": pl.String, "code": pl.String, "total_e4": pl.Int64},
    orient="row",
)


def products(*rows: tuple[str, str, str]) -> pl.LazyFrame:
    keys = ("measure_id", "role", "prefix")
    cells = [dict(zip(keys, row, strict=True)) | {"written": row[2]} for row in rows]
    return table(cells, MeasureProducts).lazy()


def named(*rows: tuple[str, str]) -> pl.LazyFrame:
    schema = {"measure_id": pl.String, "code": pl.String}
    return pl.LazyFrame(list(rows), schema, orient="row")


def reasons(schedule: pl.LazyFrame, rules: pl.LazyFrame) -> dict[str, tuple[str, str | None]]:
    found = idle_schedule(schedule, rules, MEASURES, BY_CODE).collect()
    rows = found.select("code", "reason", "suggestion").rows()
    return {code: (reason, suggestion) for code, reason, suggestion in rows}


def test_prefix_that_reaches_trade_is_not_told() -> None:
    schedule = products(("cars", "include", "8703"), ("cars", "include", "870323"))
    assert reasons(schedule, named(("cars", "87032301"))) == {}


def test_trade_of_other_partners_only() -> None:
    """The three largest others of the heading, largest first, cut to the length of the prefix."""
    schedule = products(("cars", "include", "870324"), ("cars", "include", "870323"))
    assert reasons(schedule, named(("cars", "87032301"))) == {
        "870324": (NO_PARTNER, "870323, 870390, 870332")
    }


def test_code_that_the_table_does_not_have() -> None:
    schedule = products(("cars", "include", "870399"), ("glass", "include", "7008"))
    assert reasons(schedule, named()) == {
        "870399": (NO_CODE, "870323, 870390, 870332"),
        "7008": (NO_CODE, None),
    }


def test_code_finer_than_the_table() -> None:
    schedule = products(("cars", "include", "8703230110"))
    assert reasons(schedule, named()) == {"8703230110": (FINER, "87032301, 87039000, 87033201")}


def test_suggestions_are_of_the_measures_own_importer() -> None:
    schedule = products(("cars", "include", "870322"))
    assert "870322" not in (reasons(schedule, named())["870322"][1] or "")


def test_only_inclusions_of_goods_are_told() -> None:
    schedule = products(
        ("cars", "exclude", "8704"), ("cars", "but", "8705"), ("glass", "include", ALL)
    )
    assert reasons(schedule, named()) == {}


def test_prefix_is_told_for_each_measure_that_it_reaches_nothing_for() -> None:
    schedule = products(("cars", "include", "8703"), ("glass", "include", "8703"))
    found = idle_schedule(schedule, named(("cars", "87032301")), MEASURES, BY_CODE).collect()
    assert found.select("measure_id", "code").rows() == [("glass", "8703")]


def test_equal_trade_is_suggested_in_the_order_of_the_codes() -> None:
    by_code = BY_CODE.with_columns(total_e4=pl.lit(5, pl.Int64))
    idle = pl.LazyFrame({"importer": ["USA"], "prefix": ["870399"]})
    found = near_codes(idle, by_code).collect()
    assert found.rows() == [("USA", "870399", "870323, 870324, 870332")]


def test_missed_trade_is_what_no_measure_names() -> None:
    trade = pl.LazyFrame(
        [("USA", "JPN", "70051080", 12_345_000), ("USA", "JPN", "70060000", 0)],
        {"importer": pl.String, "partner": pl.String, "code": pl.String, "total_e4": pl.Int64},
        orient="row",
    )
    lines = hits(in_force("70051080", 1234.5), in_force("70060000", 5.0, partner="KOR"))
    groups = pl.LazyFrame({"prefix": ["700600"], "product_group": ["flat-glass"]})
    schedule = products(("cars", "include", "8799"))
    idle = idle_schedule(schedule, named(), MEASURES, BY_CODE)

    found = unmatched_table(idle, missed_trade(trade, lines), groups).collect()

    rows = [
        {"kind": "schedule", "importer": "USA", "measure_id": "cars", "partner": "*",
         "code": "8799", "reason": NO_CODE},
        {"kind": "trade", "importer": "USA", "measure_id": "", "partner": "JPN",
         "code": "70060000", "product_group": "flat-glass", "customs_value_usd": 0.0,
         "reason": NOT_NAMED},
    ]  # fmt: skip
    assert_frame_equal(found, pl.DataFrame(rows, schema=polars_schema(Unmatched)))
