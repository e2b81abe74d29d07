"""The reports by importer, partner, group, product and measure: shares, zeros and nulls."""

import polars as pl
from polars.testing import assert_frame_equal

from calc import reports
from calc.dictionary import column_names, polars_schema
from calc.tables.measures import Measures
from calc.tables.reports import ByGroup, ByImporter, ByMeasure, ByPartner, ByProduct
from tests.run.hits import excluded, hits, in_force, one, threatened, totals
from tests.strategies import table

LINES = hits(
    in_force("87089900", 1000.0, product_group="car-parts"),
    in_force("87088000", 600.0, product_group="car-parts", partner="KOR"),
    threatened("85171300", 200.0, 0.0, product_group="telecom"),
    excluded("85176200", 50.0, 0.0, product_group="telecom"),
    in_force("84713000", 30.0),
)
SUMS = totals(
    by_flow=[
        *(("USA", "JPN", 4000.0), ("USA", "KOR", 1000.0), ("USA", "CHN", 3000.0)),
        *(("CAN", "JPN", 1000.0), ("CAN", "USA", 9000.0)),
    ],
    by_code=[
        *(("USA", "87089900", 2500.0, 1500.0), ("USA", "87088000", 700.0, 600.0)),
        *(("USA", "85171300", 1600.0, 200.0), ("USA", "85176200", 50.0, 50.0)),
        *(("USA", "84713000", 150.0, 30.0), ("USA", "90181100", 3000.0, 0.0)),
    ],
)
GROUPS = pl.LazyFrame(
    [
        *(("870899", "car-parts"), ("870880", "car-parts"), ("851713", "telecom")),
        *(("851762", "telecom"), ("901811", "medical-technology")),
    ],
    {"prefix": pl.String, "product_group": pl.String},
    orient="row",
)


def test_by_importer_has_all_imports_of_the_importer_below_its_shares() -> None:
    found = one(reports.by_importer(LINES, SUMS, 8))
    assert list(found) == column_names(ByImporter)
    told = ("lines", "imports_value_usd", "listed_value_usd", "covered_value_usd")
    assert [found[name] for name in told] == [5, 8000.0, 1880.0, 1830.0]
    assert found["coverage_ratio"] == 1830.0 / 8000.0
    assert found["share_of_importer_imports"] == found["coverage_ratio"]
    assert found["frequency_ratio"] == 4 / 6  # what is excluded is not covered
    assert found["duty_increment_usd"] == 1000 * 0.975 + 600 * 0.975 + 30 * 0.975


def test_by_partner_has_the_partners_exports_to_every_importer() -> None:
    found = reports.by_partner(LINES, SUMS, 8).collect()
    assert found.columns == column_names(ByPartner)
    expected = pl.DataFrame(
        {
            "importer": ["USA", "USA"],
            "partner": ["JPN", "KOR"],
            "lines": [4, 1],
            "imports_value_usd": [4000.0, 1000.0],
            "covered_value_usd": [1230.0, 600.0],
            "coverage_ratio": [1230.0 / 4000.0, 0.6],
            "share_of_importer_imports": [1230.0 / 8000.0, 600.0 / 8000.0],
            "partner_exports_value_usd": [5000.0, 1000.0],
            "share_of_partner_exports": [1230.0 / 5000.0, 0.6],
        }
    )
    assert_frame_equal(found.select(expected.columns), expected)


def test_by_group_has_groups_without_lines_as_known_zeros_and_unknown_duties() -> None:
    found = reports.by_group(LINES, SUMS, GROUPS, 8).collect()
    assert found.columns == column_names(ByGroup)
    expected = pl.DataFrame(
        {
            "product_group": ["car-parts", "medical-technology", "other", "telecom"],
            "lines": [2, 0, 1, 2],
            "imports_value_usd": [3200.0, 3000.0, 150.0, 1650.0],
            "hit_partners_imports_value_usd": [2100.0, 0.0, 30.0, 250.0],
            "listed_value_usd": [1600.0, 0.0, 30.0, 250.0],
            "covered_value_usd": [1600.0, 0.0, 30.0, 200.0],
            "threatened_value_usd": [0.0, 0.0, 0.0, 200.0],
            "coverage_ratio": [0.5, 0.0, 0.2, 200.0 / 1650.0],
            "frequency_ratio": [1.0, 0.0, 1.0, 0.5],
            "coverage_of_hit_partners": [1600.0 / 2100.0, None, 1.0, 0.8],
            "duty_before_usd": [40.0, None, 0.75, 0.0],
            "threatened_increment_usd": [None, None, None, 200.0],
        }
    )
    assert_frame_equal(found.select(expected.columns), expected)


def test_by_product_is_by_subheading_and_names_its_group() -> None:
    lines = hits(
        in_force("8708990005", 10.0, product_group="car-parts"),
        in_force("8708990090", 20.0, product_group="car-parts"),
        in_force("8471300100", 5.0),
    )
    sums = totals(
        by_flow=[("USA", "JPN", 100.0)],
        by_code=[
            *(("USA", "8708990005", 15.0, 10.0), ("USA", "8708990090", 25.0, 20.0)),
            *(("USA", "8708991000", 10.0, 0.0), ("USA", "8471300100", 50.0, 5.0)),
        ],
    )
    found = reports.by_product(lines, sums, 8).collect()
    assert found.columns == column_names(ByProduct)
    expected = pl.DataFrame(
        {
            "hs6": ["847130", "870899"],
            "product_group": [None, "car-parts"],
            "lines": [1, 2],
            "imports_value_usd": [50.0, 50.0],
            "covered_value_usd": [5.0, 30.0],
            "coverage_ratio": [0.1, 0.6],
        }
    )
    assert_frame_equal(found.select(expected.columns), expected)


def test_share_is_null_where_the_whole_is_zero_or_unknown() -> None:
    frame = pl.LazyFrame({"part": [1.0, 1.0, 0.0], "whole": [4.0, 0.0, None]})
    found = frame.select(share=reports.share(pl.col("part"), pl.col("whole"))).collect()
    assert found["share"].to_list() == [0.25, None, None]


def test_parts_add_up_to_the_importer() -> None:
    whole = one(reports.by_importer(LINES, SUMS, 8))
    parts = [
        reports.by_partner(LINES, SUMS, 8),
        reports.by_group(LINES, SUMS, GROUPS, 8),
        reports.by_product(LINES, SUMS, 8),
    ]
    for part in parts:
        frame = part.collect()
        for name in ("listed_value_usd", "covered_value_usd", "affected_value_usd"):
            assert frame[name].sum() == whole[name]
        assert frame["duty_increment_usd"].sum() == whole["duty_increment_usd"]


def component(measure_id: str, status: str, value: float, rate: float) -> dict[str, object]:
    return {
        "table_row": int(value),
        "measure_id": measure_id,
        "status": status,
        "value_e4": int(value * 10_000),
        "measure_e4": int(value * rate * 10_000),
        "increment_e4": int(value * (rate - 0.02) * 10_000) if status == "applied" else None,
        "credit_e4": 0,
    }


def test_by_measure_is_each_measure_by_itself_hit_or_not() -> None:
    components = pl.LazyFrame(
        [
            component("cars", "applied", 100.0, 0.25),
            component("cars", "displaced", 40.0, 0.25),
            component("cars", "excluded", 7.0, 0.25),
            component("all", "applied", 40.0, 0.1),
            component("wait", "threatened", 60.0, 1.0),
        ]
    )
    law = {
        "step": 0, "importer": "USA", "authority": "section-301", "mode": "add",
        "ad_valorem_rate": 0.25, "rate_text": "25%", "state": "in force", "is_in_force": True,
        "names_products": True, "partner_rank": 3, "source": "made up",
    }  # fmt: skip
    measures = table(
        [law | {"measure_id": name} for name in ("wait", "cars", "idle", "all")], Measures
    )
    found = reports.by_measure(components, measures.lazy()).collect()
    told = {
        "measure_id": ["all", "cars", "idle", "wait"],
        "lines": [1, 3, 0, 1],
        "listed_value_usd": [40.0, 147.0, 0.0, 60.0],
        "covered_value_usd": [40.0, 140.0, 0.0, 60.0],
        "in_force_value_usd": [40.0, 100.0, 0.0, 0.0],
        "displaced_value_usd": [0.0, 40.0, 0.0, 0.0],
        "threatened_value_usd": [0.0, 0.0, 0.0, 60.0],
        "measure_duty_usd": [4.0, 25.0, None, None],
        "duty_increment_usd": [3.2, 23.0, None, None],
        "threatened_measure_duty_usd": [None, None, None, 60.0],
    }
    schema = polars_schema(ByMeasure)
    expected = pl.DataFrame(told, schema={name: schema[name] for name in told})
    assert_frame_equal(found.select(expected.columns), expected)
    assert found.columns == column_names(ByMeasure)
    assert set(found["source"]) == {"made up"}


def test_a_code_is_traded_however_little_and_covered_if_any_of_it_is() -> None:
    """A hundredth of a cent of one code, nothing of another: half of the two codes with trade."""
    lines = hits(in_force("87089900", 0.0001), in_force("87088000", 0.0))
    traded = pl.LazyFrame(
        {"importer": ["USA"] * 3, "code": ["87089900", "87088000", "90181100"],
         "total_e4": [1, 5, 0]}
    )  # fmt: skip
    found = reports.frequency(lines, traded, ["importer"]).collect()
    assert found.rows() == [("USA", 0.5)]
