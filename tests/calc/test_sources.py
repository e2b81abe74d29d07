"""Sources of a market: nobody is counted beside the aggregate that holds it."""

from typing import Any

import polars as pl

from calc.sources import counted_once

MARKET: dict[str, Any] = {
    "importer": "USA", "period": "2024", "flow": "import", "nomenclature": "HTS2024",
}  # fmt: skip
INSIDE = pl.LazyFrame({"partner": ["DEU", "FRA"], "aggregate": ["EU27", "EU27"]})
CARS, GLASS = "870323", "700521"


def rows(*pairs: tuple[str, str], **more: Any) -> pl.LazyFrame:
    return pl.LazyFrame([MARKET | {"code": code, "partner": name} | more for code, name in pairs],
                        schema={**dict.fromkeys([*MARKET, "code", "partner"], pl.String),
                                **({"duty_base_usd": pl.Float64} if more else {})})  # fmt: skip


def counted(*lines: tuple[str, str], flows: list[tuple[str, str]]) -> tuple[list[Any], list[Any]]:
    beside = rows(*flows, duty_base_usd=5.0)
    kept, rest = counted_once(rows(*lines), beside, INSIDE)
    told = kept.select("code", "partner").collect().sort(pl.all()).rows()
    return told, rest.select("code", "partner", "duty_base_usd").collect().sort(pl.all()).rows()


def test_a_member_beside_its_aggregate_is_left_out() -> None:
    """Of glass Germany is listed alone, so it stays; Japan is in no aggregate."""
    flows = [(CARS, "EU27"), (CARS, "DEU"), (CARS, "JPN"), (GLASS, "DEU")]
    kept, rest = counted((CARS, "EU27"), (CARS, "DEU"), (GLASS, "DEU"), flows=flows)
    assert kept == [(GLASS, "DEU"), (CARS, "EU27")]
    assert rest == [(GLASS, "DEU", 5.0), (CARS, "EU27", 5.0), (CARS, "JPN", 5.0)]


def test_an_aggregate_of_which_a_member_is_named_alone_is_not_known() -> None:
    """Germany is named and the union is not: what is left of the union cannot be told."""
    flows = [(CARS, "EU27"), (CARS, "DEU"), (CARS, "FRA"), (CARS, "JPN")]
    kept, rest = counted((CARS, "DEU"), flows=flows)
    assert kept == [(CARS, "DEU")]
    assert rest == [(CARS, "DEU", 5.0), (CARS, "EU27", None), (CARS, "JPN", 5.0)]
