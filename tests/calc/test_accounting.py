"""Value and duty of sets of lines: nested, exact, unknown apart; averages as by hand."""

import json
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from calc.accounting import average_rates, known_sum, scaled, sums_of, whole_means
from tests.run.hits import excluded, hits, in_force, one, threatened, units

SHARED = Path(__file__).parents[3] / "shared" / "vectors"
LINES = hits(
    in_force("87089900", 1000.0, 0.025, calculated_e4=240_000),
    in_force("87088000", 500.0, 1.0, calculated_e4=5_000_000),
    in_force("70051080", 40.0, None, calculated_e4=30_000),
    threatened("85171300", 200.0, 0.0, calculated_e4=0),
    threatened("85176200", 60.0, 0.1, threatened_e4=None),
    excluded("90181100", 7.0, 0.0),
)


def test_sums_nest_and_keep_what_is_unknown_apart() -> None:
    found = one(sums_of(LINES, ["importer"]))
    assert found == {
        "importer": "USA",
        "lines": 6,
        "listed_value_usd": 1807.0,
        "covered_value_usd": 1800.0,
        "in_force_value_usd": 1540.0,
        "prohibited_value_usd": 0.0,
        "threatened_value_usd": 260.0,
        "affected_value_usd": 1000.0,
        "affected_unknown_value_usd": 40.0,
        "calculated_duty_usd": 527.0,
        "duty_before_usd": 25.0 + 500.0 + 0.0 + 6.0,
        "duty_before_unknown_value_usd": 40.0,
        "duty_after_usd": 1000.0 + 500.0 + 40.0 + 0.0 + 6.0,
        "duty_after_unknown_value_usd": 0.0,
        "duty_increment_usd": 975.0,
        "duty_increment_unknown_value_usd": 40.0,
        "threatened_increment_usd": 200.0,
        "threatened_increment_unknown_value_usd": 60.0,
        "estimated_value_usd": 0.0,
        "duty_before_estimated_usd": 0.0,
        "duty_after_estimated_usd": 0.0,
        "duty_increment_estimated_usd": 0.0,
        "statutory_minus_calculated_usd": (25.0 - 24.0) + 0.0 + 0.0,
        "trade_weighted_rate_before": 531.0 / 1760.0,
        "trade_weighted_rate_after": 1546.0 / 1800.0,
    }
    nested = ("listed_value_usd", "covered_value_usd", "in_force_value_usd", "affected_value_usd")
    values = [found[name] for name in nested]
    assert values == sorted(values, reverse=True)


def test_what_may_not_enter_is_covered_and_weighs_in_no_rate_after() -> None:
    """By hand: 300 at 2.5 % before, of which 100 may not enter and the rest pays 100 %."""
    kept_out = in_force("87089900", 100.0, status="prohibited", is_affected=False)
    kept_out |= {"duty_after_e4": 0, "increment_e4": -25_000, "rate_after": None}
    found = one(sums_of(hits(in_force("87089900", 200.0), kept_out), ["importer"]))
    told = {
        "covered_value_usd": 300.0, "in_force_value_usd": 200.0, "prohibited_value_usd": 100.0,
        "threatened_value_usd": 0.0, "affected_value_usd": 200.0, "duty_before_usd": 7.5,
        "duty_after_usd": 200.0, "duty_increment_usd": 192.5, "trade_weighted_rate_before": 0.025,
        "trade_weighted_rate_after": 1.0,
    }  # fmt: skip
    assert {name: found[name] for name in told} == told


def test_sums_by_a_finer_key_add_up() -> None:
    whole = one(sums_of(LINES, ["importer"]))
    parts = sums_of(LINES, ["importer", "status"]).sort("status").collect()
    assert parts["lines"].to_list() == [1, 3, 2]
    assert parts["listed_value_usd"].to_list() == [7.0, 1540.0, 260.0]
    for name in ("listed_value_usd", "covered_value_usd", "duty_before_usd", "duty_after_usd"):
        assert parts[name].sum() == whole[name]


def test_nothing_known_is_null_and_not_zero() -> None:
    lines = hits(in_force("70051080", 40.0, None), excluded("90181100", 7.0))
    found = one(sums_of(lines, ["importer"]))
    assert found["duty_before_usd"] is None
    assert found["calculated_duty_usd"] is None
    assert found["duty_increment_usd"] is None
    assert found["threatened_increment_usd"] is None
    assert found["trade_weighted_rate_before"] is None
    assert found["duty_before_unknown_value_usd"] == 40.0
    assert found["threatened_value_usd"] == 0.0


def test_sums_are_exact_where_floats_are_not() -> None:
    """0.1 + 0.2 + 0.3 depends on the order in floating point, and not in ten-thousandths."""
    lines = [in_force(f"870899{at:02}", value) for at, value in enumerate((0.1, 0.2, 0.3, 1e9))]
    for order in (lines, lines[::-1]):
        assert one(sums_of(hits(*order), ["importer"]))["listed_value_usd"] == 1_000_000_000.6


def test_known_sum_is_of_the_chosen_lines() -> None:
    frame = LINES.select(
        all=known_sum("duty_before_e4", pl.lit(value=True)),
        waiting=known_sum("threatened_e4", pl.col("status") == "threatened"),
        none=known_sum("threatened_e4", pl.col("status") == "in force"),
    )
    assert one(frame) == {"all": 5_310_000, "waiting": 2_000_000, "none": None}


def test_weighted_rate_is_null_where_nothing_was_traded() -> None:
    found = one(sums_of(hits(in_force("87089900", 0.0)), ["importer"]))
    assert found["trade_weighted_rate_before"] is None
    assert found["trade_weighted_rate_after"] is None


def test_averages_go_by_tariff_line_then_subheading() -> None:
    """By hand: 870899 has two tariff lines, 2 % and (1 % + 3 %) / 2 = 2 %, so 2 %; 870880 has 6 %.

    The mean over the two subheadings is 4 %; over the four lines it would be 3 %.
    """
    lines = hits(
        in_force("8708991000", 1.0, 0.02),
        in_force("8708992010", 1.0, 0.01),
        in_force("8708992090", 1.0, 0.03),
        in_force("8708801000", 1.0, 0.06),
        excluded("8708701000", 1.0, 0.5),
    )
    found = one(average_rates(lines, ["importer"], 8))
    assert found == {
        "importer": "USA",
        "simple_average_rate_before": 0.04,
        "simple_average_rate_after": 1.0,
    }


def test_averages_do_not_count_partners_twice() -> None:
    """Three partners at 2 % and one subheading at 4 %: the mean of the subheadings is 3 %."""
    lines = hits(
        *(in_force("87089910", 1.0, 0.02, partner=name) for name in ("JPN", "KOR", "CHN")),
        in_force("87088010", 1.0, 0.04),
    )
    assert one(average_rates(lines, ["importer"], 8))["simple_average_rate_before"] == 0.03


def test_a_line_in_parts_counts_once_in_an_average() -> None:
    """A quarter of a line is over a quota: 2 % of one is (3 x 0 % + 8 %) / 4; the other has 6 %.

    The mean of the two lines is 4 %; over the four parts of them it would be 5 %.
    """
    lines = hits(
        in_force("87089910", 750.0, 0.0, segment="not over quota beef"),
        in_force("87089910", 250.0, 0.08, segment="over quota beef"),
        in_force("87089920", 1.0, 0.06, segment="not made"),
        in_force("87089920", 3.0, 0.06, segment="made"),
    )
    by_cell = lines.with_columns(lines_behind=1)

    assert one(average_rates(lines, ["importer"], 8))["simple_average_rate_before"] == 0.04
    assert one(average_rates(by_cell, ["importer"], 8))["simple_average_rate_before"] == 0.04


def test_parts_of_a_line_without_a_value_count_alike() -> None:
    lines = hits(in_force("87089910", 0.0, 0.02), in_force("87089910", 0.0, 0.06))
    assert one(average_rates(lines, ["partner"], 8))["simple_average_rate_before"] == 0.04


def test_averages_go_over_partners_after_the_suffixes_of_each() -> None:
    """Japan has two suffixes at 2 % and 4 %, Korea one at 9 %: (3 % + 9 %) / 2 is 6 %."""
    lines = hits(
        in_force("8708991010", 1.0, 0.02),
        in_force("8708991090", 1.0, 0.04),
        in_force("8708991010", 1.0, 0.09, partner="KOR"),
    )
    assert one(average_rates(lines, ["importer"], 8))["simple_average_rate_before"] == 0.06


def test_averages_are_of_the_lines_whose_rate_is_known() -> None:
    lines = hits(
        in_force("87089910", 1.0, 0.02),
        in_force("87089920", 1.0, None),
        in_force("70051010", 1.0, None, partner="KOR"),
        excluded("70052010", 1.0, partner="CHN"),
    )
    found = average_rates(lines, ["partner"], 8).sort("partner").collect()
    expected = pl.DataFrame(
        {
            "partner": ["JPN", "KOR"],
            "simple_average_rate_before": [0.02, None],
            "simple_average_rate_after": [1.0, 1.0],
        }
    )
    assert_frame_equal(found, expected)


def test_means_are_whole_numbers_at_each_level() -> None:
    """A third has no end in decimals; the mean of whole millionths of a millionth has one."""
    rates = pl.LazyFrame({"by": ["a", "a", "a", "b"], "rate": [0.0, 0.0, 1.0, None]})
    means = whole_means(rates.with_columns(scaled(pl.col("rate"))), ["by"], ["rate"])
    assert dict(means.collect().iter_rows()) == {"a": 333_333_333_333, "b": None}


def test_vector_of_four_lines() -> None:
    """Two rates change and two do not: what the vector calls covered is affected here."""
    path = SHARED / "accounting_four_lines.json"
    if not path.is_file():
        pytest.skip("the reference vectors are not beside the checkout")
    vector = json.loads(path.read_text(encoding="utf-8"))
    rows = [
        in_force(
            f"8708{10 + number}",
            row["value"],
            row["t0"],
            rate_after=row["t1"],
            is_affected=row["t0"] != row["t1"],
            duty_after_e4=units(row["value"] * row["t1"]),
            increment_e4=units(row["value"] * row["t1"] - row["value"] * row["t0"]),
        )
        for number, row in enumerate(vector["inputs"]["lines"])
    ]
    sums, means = (
        one(sums_of(hits(*rows), ["importer"])),
        one(average_rates(hits(*rows), ["importer"], 6)),
    )
    found = {
        "total": sums["listed_value_usd"],
        "covered": sums["affected_value_usd"],
        "coverage": sums["affected_value_usd"] / sums["listed_value_usd"],
        "duty0": sums["duty_before_usd"],
        "duty1": sums["duty_after_usd"],
        "incremental": sums["duty_increment_usd"],
        "simple0": means["simple_average_rate_before"],
        "simple1": means["simple_average_rate_after"],
        "weighted0": sums["trade_weighted_rate_before"],
        "weighted1": sums["trade_weighted_rate_after"],
    }
    expected = {name: vector["expected"][name] for name in found}
    assert found == pytest.approx(expected, rel=vector["tolerance"]["rel"])
