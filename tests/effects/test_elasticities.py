"""Elasticities: what the table refuses, how a market finds its own, what comes with the tool."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from calc.dictionary import polars_schema
from calc.elasticities import attach_elasticities
from calc.tables.elasticities import PARAMETERS, Elasticities
from pipelines.reference import elasticities
from tests.strategies import table

ROW = {
    "parameter": "between-imports",
    "importer": "*",
    "prefix": "*",
    "horizon": "central",
    "low": 2.0,
    "central": 3.0,
    "high": 4.0,
    "source": "made up",
}
GROUPS = {
    "8708": (2.407, 4.089, 6.946),
    "7005": (2.183, 3.758, 6.468),
    "8517": (4.884, 6.119, 7.666),
    "8525": (2.817, 4.598, 7.505),
    "8529": (2.016, 2.95, 4.317),
    "9018": (2.786, 4.123, 6.101),
}


def rows(*cells: dict[str, Any]) -> pl.LazyFrame:
    return table([ROW | row for row in cells], Elasticities).lazy()


def markets(*pairs: tuple[str, str]) -> pl.LazyFrame:
    return pl.LazyFrame(pairs, schema={"importer": pl.String, "code": pl.String}, orient="row")


@pytest.mark.parametrize(
    ("cells", "rule"),
    [
        ({"low": 3.5}, "range_holds_the_central"),
        ({"high": None}, "range_holds_the_central"),
        ({"low": None, "high": None, "range_level": 0.9}, "level_has_a_range"),
        ({"parameter": "demand"}, "sign_is_that_of_the_parameter"),
        ({"low": 0.0}, "sign_is_that_of_the_parameter"),
        ({"parameter": "demand", "low": -1.0, "central": -1.0, "high": 0.0},
         "sign_is_that_of_the_parameter"),
        ({"central": float("inf"), "high": float("inf")}, "only_supply_is_infinite"),
        ({"high": 5000.0}, "only_supply_is_infinite"),
    ],
)  # fmt: skip
def test_what_no_elasticity_can_be_is_refused(cells: dict[str, Any], rule: str) -> None:
    wrong = pl.DataFrame([ROW | {"nomenclature": None, "range_level": None} | cells])
    _, failure = Elasticities.filter(wrong.cast({"range_level": pl.Float64}), cast=True)
    assert failure.counts() == {rule: 1}


def test_an_importers_own_goes_before_any_and_longer_before_shorter() -> None:
    """By hand: Japan has one of its own for all goods, which goes before any finer general one."""
    known = rows(
        {"central": 3.0},
        {"prefix": "87", "central": 3.1},
        {"prefix": "870899", "central": 3.2},
        {"importer": "JPN", "central": 3.3},
        {"importer": "JPN", "prefix": "8703", "central": 3.4},
    )
    asked = markets(("USA", "87089981"), ("USA", "87032300"), ("USA", "01012100"),
                    ("JPN", "87089981"), ("JPN", "87032300"))  # fmt: skip
    found = attach_elasticities(asked, known).filter(parameter="between-imports")
    assert found.select("importer", "code", "central", "fallback").collect().rows() == [
        ("JPN", "87032300", 3.4, "JPN, codes 8703"),
        ("JPN", "87089981", 3.3, "JPN, all goods"),
        ("USA", "01012100", 3.0, "any importer, all goods"),
        ("USA", "87032300", 3.1, "any importer, codes 87"),
        ("USA", "87089981", 3.2, "any importer, codes 870899"),
    ]


def test_a_parameter_that_the_table_lacks_is_unknown() -> None:
    found = attach_elasticities(markets(("USA", "870899")), rows({"prefix": "87"})).collect()
    assert found["parameter"].to_list() == sorted(PARAMETERS)
    by_name = dict(found.select("parameter", "central").iter_rows())
    assert by_name == dict.fromkeys(PARAMETERS) | {"between-imports": 3.0}
    assert found.filter(pl.col("central").is_null())["fallback"].null_count() == 4


def test_a_horizon_falls_back_to_the_central_one() -> None:
    known = rows({"prefix": "8708", "horizon": "long", "central": 4.0}, {"prefix": "8708"},
                 {"prefix": "87089"[:4] + "99", "central": 2.5})  # fmt: skip
    asked = markets(("USA", "870810"), ("USA", "870899"))
    found = attach_elasticities(asked, known, horizon="long").filter(parameter="between-imports")
    assert found.select("code", "central", "fallback").collect().rows() == [
        ("870810", 4.0, "any importer, codes 8708"),
        ("870899", 2.5, "any importer, codes 870899, central horizon"),
    ]
    short = attach_elasticities(asked, known, horizon="short").filter(code="870810")
    assert short.filter(parameter="between-imports").collect()["central"].to_list() == [3.0]


def test_order_of_rows_does_not_matter() -> None:
    known = elasticities()
    asked = markets(("USA", "8708998180"), ("JPN", "900190"), ("EU27", "852990"))
    first = attach_elasticities(asked, known.lazy()).collect()
    second = attach_elasticities(asked.reverse(), known.reverse().lazy()).collect()
    assert_frame_equal(first, second)


def test_the_table_that_comes_with_the_tool_is_lawful() -> None:
    known = elasticities()
    assert known.schema == polars_schema(Elasticities)
    assert Elasticities.validate(known).height == 61
    asked = markets(*(("USA", f"{heading}10") for heading in GROUPS))
    for at, horizon in enumerate(("short", "central", "long")):
        found = attach_elasticities(asked, known.lazy(), horizon=horizon)  # type: ignore[arg-type]
        between = found.filter(parameter="between-imports").select("code", "central").collect()
        assert dict(between.iter_rows()) == {f"{of}10": told[at] for of, told in GROUPS.items()}


def test_a_market_of_any_good_has_every_parameter() -> None:
    found = attach_elasticities(markets(("BRA", "010121")), elasticities().lazy()).collect()
    assert dict(found.select("parameter", "central").iter_rows()) == {
        "between-imports": 3.14,
        "demand": -1.0,
        "supply-domestic": 2.0,
        "supply-foreign": float("inf"),
        "with-domestic": 1.79,
    }
    assert found["fallback"].unique().to_list() == ["any importer, all goods"]


def test_short_and_long_figures_carry_over_from_their_sources() -> None:
    """Medians and quartiles against the collection that the table was compiled from."""
    path = Path(__file__).parents[3] / "shared" / "elasticities.json"
    if not path.is_file():
        pytest.skip("the collection of elasticities is not beside the checkout")
    import json

    told = json.loads(path.read_text(encoding="utf-8"))["groups"]["8708 car parts"]
    of_parts = elasticities().filter(pl.col("prefix") == "8708")
    by_key = {(row["parameter"], row["horizon"]): row for row in of_parts.iter_rows(named=True)}
    american = told["BW_US_HTS10"]
    short = by_key["between-imports", "short"]
    assert [short[name] for name in ("low", "central", "high")] == [
        american["p25"], american["median"], american["p75"]
    ]  # fmt: skip
    assert by_key["between-imports", "long"]["central"] == abs(told["FGO"]["median_significant"])
    central = by_key["between-imports", "central"]
    assert [central["low"], central["high"]] == told["recommended"]["range"]
    domestic = by_key["with-domestic", "central"]
    assert domestic["central"] == told["recommended"]["sigma_domestic_import"]
