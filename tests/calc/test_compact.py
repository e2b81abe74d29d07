"""Like lines added up: groups have the sums of their lines, and unlike lines stay apart."""

from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from calc.compact import groups_of
from calc.policy.additive import Apart

FLOW: dict[str, Any] = {
    "importer": "USA", "partner": "JPN", "code": "870323", "duty_base_usd": 100.0,
    "value_e4": 1_000_000, "quantity": 2.0, "quantity_unit": "number", "quantity_2": None,
    "quantity_2_unit": None, "net_mass_kg": 5.0, "calculated_duty_usd": 2.5,
}  # fmt: skip
LAW: dict[str, Any] = {
    "kind": 0, "base_programme": "mfn", "base_ad_valorem_rate": 0.025,
    "base_specific_rate_usd": None,
    "base_expression": None,
}  # fmt: skip
TYPES = {
    "table_row": pl.UInt32, "value_e4": pl.Int64, "quantity_2": pl.Float64,
    "quantity_2_unit": pl.String, "duty_base_usd": pl.Float64, "quantity": pl.Float64,
    "net_mass_kg": pl.Float64, "calculated_duty_usd": pl.Float64, "quantity_unit": pl.String,
    "base_specific_rate_usd": pl.Float64,
    "base_expression": pl.String,
}  # fmt: skip


def grouped(
    flows: list[dict[str, Any]], laws: list[dict[str, Any]], *, apart: Apart = "none"
) -> pl.DataFrame:
    trade = [FLOW | {"table_row": number} | flow for number, flow in enumerate(flows)]
    rows = [LAW | {"table_row": number} | law for number, law in enumerate(laws)]
    frames = [
        pl.LazyFrame(one, schema_overrides=TYPES, infer_schema_length=None)
        for one in (trade, rows)
    ]  # fmt: skip
    found = groups_of(frames[0], frames[1], apart=apart)
    return found.sort("table_row").collect()


def test_like_lines_are_one_with_their_sums() -> None:
    other = {"partner": "KOR", "code": "870324", "duty_base_usd": 50.0, "value_e4": 500_000}
    found = grouped([{}, other], [{}, {}])
    expected = FLOW | {
        "table_row": 0, "duty_base_usd": 150.0, "value_e4": 1_500_000, "quantity": 4.0,
        "net_mass_kg": 10.0, "calculated_duty_usd": 5.0,
    }  # fmt: skip
    assert_frame_equal(
        found, pl.DataFrame([expected], schema=found.schema), check_column_order=False
    )


def test_a_line_with_a_quantity_is_alone_where_duties_do_not_add_up() -> None:
    bare = {"quantity": None, "net_mass_kg": None}
    found = grouped([{}, {}, bare, bare], [{}] * 4, apart="all")
    assert found["table_row"].to_list() == [0, 1, 2]
    assert found["duty_base_usd"].to_list() == [100.0, 100.0, 200.0]


def test_a_line_is_alone_for_its_specific_base_where_duties_top_up() -> None:
    specific = {"base_specific_rate_usd": 0.02}
    found = grouped([{}, {}, {}, {}], [{}, {}, specific, specific], apart="specific base")
    assert found["table_row"].to_list() == [0, 2, 3]
    assert found["duty_base_usd"].to_list() == [200.0, 100.0, 100.0]


@pytest.mark.parametrize(
    ("flow", "law"),
    [
        ({"importer": "CAN"}, {}),
        ({"quantity_unit": "kg"}, {}),
        ({"quantity_2": 1.0, "quantity_2_unit": "kg"}, {}),
        ({"quantity": None}, {}),
        ({"net_mass_kg": None}, {}),
        ({"calculated_duty_usd": None}, {}),
        ({"duty_base_usd": None, "value_e4": None}, {}),
        ({}, {"kind": 1}),
        ({}, {"base_programme": "fta"}),
        ({}, {"base_ad_valorem_rate": 0.03}),
        ({}, {"base_ad_valorem_rate": None}),
    ],
    ids=str,
)
def test_unlike_lines_stay_apart(flow: dict[str, Any], law: dict[str, Any]) -> None:
    assert grouped([{}, flow, {}], [{}, law, {}]).height == 2


def test_what_is_unknown_stays_unknown() -> None:
    unknown = {"quantity": None, "duty_base_usd": None, "value_e4": None}
    found = grouped([unknown, unknown], [{}, {}]).row(0, named=True)
    assert found["quantity"] is None
    assert found["duty_base_usd"] is None


def test_a_line_of_two_programmes_is_like_one_of_the_same_two() -> None:
    flows = [FLOW | {"table_row": number} for number in (0, 1, 2)]
    rows = [
        LAW | {"table_row": number, "base_programme": programme}
        for number, programme in ((0, "mfn"), (0, "fta"), (1, "fta"), (1, "mfn"), (2, "mfn"))
    ]
    trade, law = (pl.LazyFrame(one, schema_overrides=TYPES) for one in (flows, rows))
    found = groups_of(trade, law).sort("table_row").collect()
    assert found.select("table_row", "duty_base_usd").rows() == [(0, 200.0), (2, 100.0)]
