"""Flows that stand in a table twice: members beside their aggregate, codes beside finer ones."""

from datetime import date
from typing import Any

import polars as pl
import pytest

from calc.overlap import any_nested, members_beside, nested_codes
from pipelines.ingest.totals import coarser_codes

SCOPE: dict[str, Any] = {"importer": "USA", "flow": "import", "nomenclature": "HS2017"}
MEMBERSHIPS = pl.LazyFrame(
    {
        "aggregate": ["EU28", "EU28", "EU27"],
        "member": ["GBR", "SVK", "SVK"],
        "valid_from": [date(2013, 7, 1), date(2013, 7, 1), date(2020, 2, 1)],
        "valid_until": [date(2020, 2, 1), date(2020, 2, 1), None],
    }
)


@pytest.mark.parametrize(
    ("period", "found"),
    [
        ("2012", []),
        ("2013-06", []),
        ("2013-07", [("GBR", "EU28"), ("SVK", "EU28")]),
        ("2013", [("GBR", "EU28"), ("SVK", "EU28")]),
        ("2020-01", [("GBR", "EU28"), ("SVK", "EU28")]),
        ("2020", [("GBR", "EU28"), ("SVK", "EU27")]),
        ("2020-02", [("SVK", "EU27")]),
        ("2024-12", [("SVK", "EU27")]),
    ],
)
def test_members_by_the_day(period: str, found: list[tuple[str, str]]) -> None:
    partners = ["EU28", "EU27", "GBR", "SVK", "JPN"]
    trade = pl.LazyFrame([SCOPE | {"partner": p, "period": period} for p in partners])
    beside = members_beside(trade, MEMBERSHIPS).collect()
    assert beside.select("partner", "aggregate").rows() == found


def test_members_without_their_aggregate_stay() -> None:
    rows = [
        SCOPE | {"partner": "SVK", "period": "2024"},
        SCOPE | {"partner": "EU27", "period": "2023"},
        SCOPE | {"partner": "EU27", "period": "2024", "importer": "CAN"},
    ]
    assert members_beside(pl.LazyFrame(rows), MEMBERSHIPS).collect().height == 0


def test_nested_codes_and_the_sum_of_the_finest() -> None:
    values = {"87": 60, "8703": 30, "870323": 10, "870324": 20, "8708": 30, "01": 5}
    rows = [
        SCOPE | {"partner": "JPN", "period": "2024", "code": code, "value_e4": value}
        for code, value in values.items()
    ]
    rows.append(SCOPE | {"partner": "DEU", "period": "2024", "code": "870399", "value_e4": 1})
    found = nested_codes(pl.LazyFrame(rows)).collect()
    assert found.select("code", "finer", "value_e4", "finer_value_e4").rows() == [
        ("87", "870323", 60, 60),
        ("8703", "870323", 30, 30),
    ]


def test_sum_with_an_unknown_part_is_unknown() -> None:
    rows = [
        SCOPE | {"partner": "JPN", "period": "2024", "code": code, "value_e4": value}
        for code, value in (("8703", 3), ("870323", None), ("870324", 1))
    ]
    found = nested_codes(pl.LazyFrame(rows)).collect()
    assert found["finer_value_e4"].to_list() == [None]


@pytest.mark.parametrize(
    ("codes", "nested"),
    [
        ([], False),
        (["87", "0801"], False),
        (["870323", "870324", "TOTAL"], False),
        (["0801", "87", "870323"], True),
        (["8703231090", "87032310"], True),
        (["8703231090", "870323109"], False),
    ],
)
def test_a_code_is_nested_where_a_coarser_one_of_it_is_there(
    codes: list[str], nested: bool
) -> None:
    assert any_nested(codes) == nested
    rows = [
        SCOPE | {"partner": "JPN", "period": "2024", "code": code, "value_e4": 1} for code in codes
    ]
    schema = dict.fromkeys([*SCOPE, "partner", "period", "code"], pl.String) | {
        "value_e4": pl.Int64
    }
    trade = pl.DataFrame(rows, schema=schema)
    found, _ = coarser_codes(trade)
    asked = nested_codes(trade.lazy()).collect()
    assert found.equals(asked)
    assert found.schema == asked.schema
    assert bool(found.height) == nested


@pytest.mark.parametrize(
    ("period", "aggregate", "member", "beside"),
    [
        ("1993", "EU12", "BLX", True),
        ("1993", "EU12", "SWE", False),
        ("1996", "EU15", "SWE", True),
        ("2005", "EU25", "POL", True),
        ("2005", "EU25", "ROU", False),
        ("2010", "EU27", "GBR", True),
        ("2010", "EU27", "HRV", False),
        ("2021", "EU27", "GBR", False),
    ],
)
def test_a_union_holds_the_members_of_its_time(
    period: str, aggregate: str, member: str, beside: bool
) -> None:
    from pipelines.ingest.economies import memberships

    partners = [aggregate, member, "JPN"]
    trade = pl.DataFrame([SCOPE | {"partner": name, "period": period} for name in partners])
    found = members_beside(trade.lazy(), memberships().lazy()).collect()
    assert found.select("partner", "aggregate").rows() == ([(member, aggregate)] if beside else [])
