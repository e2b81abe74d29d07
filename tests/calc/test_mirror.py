"""Both sides' reports of a flow by hand: what is exported of a country's own goods."""

from typing import Any

import polars as pl

from calc.mirror import KEY, ROWS, MirrorTerms, mirror
from calc.mirror_sums import pairs

TERMS = MirrorTerms(level=6, cif_fob_ratio=None, threshold=0.1)
FLOW: dict[str, Any] = {
    "importer": "USA",
    "partner": "HKG",
    "period": "2024",
    "nomenclature": "HS2022",
}


def summed(values: dict[str, int]) -> pl.LazyFrame:
    """One row a code, free on board, as ``calc.mirror.summed`` gives them."""
    schema: dict[str, Any] = {
        **dict.fromkeys(KEY, pl.String), ROWS: pl.Int64, "value_e4": pl.Int64,
        "basis": pl.String, "fob_e4": pl.Int64, "cif_e4": pl.Int64, "is_stated": pl.Boolean,
    }  # fmt: skip
    rows = [
        FLOW | {"code": code, ROWS: 1, "value_e4": value, "basis": "fob", "fob_e4": value,
                "cif_e4": None, "is_stated": False}
        for code, value in values.items()
    ]  # fmt: skip
    return pl.LazyFrame(rows, schema=schema)


def test_exports_less_re_exports_are_the_countrys_own_and_may_be_nothing() -> None:
    """Of 100 passed on whole nothing is its own; more passed on than exported is not known."""
    exports = summed({"870321": 100, "870322": 100, "870323": 100, "870324": 100})
    through = summed({"870321": 60, "870322": 100, "870323": 130})
    found = mirror(summed({"870321": 50, "870322": 50}), exports, through, TERMS).collect()
    assert found["code"].to_list() == ["870321", "870322", "870323", "870324"]
    assert found["domestic_e4"].to_list() == [40, 0, None, None]
    assert found["domestic_ratio"].to_list() == [1.25, None, None, None]
    assert found["domestic_asymmetry"].to_list() == [0.2, 1.0, None, None]
    assert found["status"].to_list() == ["both", "both", "exporter only", "exporter only"]
    assert found["flag"].to_list() == ["beyond", "beyond", None, None]
    assert found["domestic_export_value_usd"].to_list() == [0.004, 0.0, None, None]


def test_a_ten_thousandth_of_a_dollar_is_still_the_countrys_own() -> None:
    found = mirror(summed({"870321": 1}), summed({"870321": 2}), summed({"870321": 1}), TERMS)
    assert found.collect()["domestic_e4"].to_list() == [1]


def test_a_pair_counts_its_lines_and_those_that_are_flagged() -> None:
    """Of three lines one is reported by both alike, one apart, and one by the exporter alone."""
    imports, exports = summed({"870321": 100, "870322": 50}), summed({"870321": 100, "870322": 80,
                                                                      "870323": 7})  # fmt: skip
    found = pairs(mirror(imports, exports, summed({}), TERMS)).collect()
    told = found.select("lines", "matched_lines", "flagged_lines", "export_only_usd")
    assert told.rows() == [(3, 2, 1, 0.0007)]
