"""The demonstration against figures worked out by hand and from the raw files; see notes.md."""

import csv
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from tests.run.tool import ROOT, Done, Place

CASE = Path(__file__).with_name("us-japan-2024")
RAW = ROOT / "data" / "raw"
UNIT = Decimal("0.0001")
HAND = {
    "code": "7003120000",
    "customs_value_usd": 2280.0,
    "calculated_duty_usd": 32.0,
    "base_rate_text": "1.4%",
    "rate_before": 0.014,
    "rate_after": 1.0,
    "duty_before_usd": 31.92,
    "duty_after_usd": 2280.0,
    "duty_increment_usd": 2248.08,
    "threatened_increment_usd": None,
    "statutory_minus_calculated_usd": -0.08,
    "duty_unknown_reason": None,
}
SUMMARY = """\
Hypothetical: the United States-Japan talks of 1994 fail, on 2024 trade
read         us-2024 (2024, HTS2024), law as of 2024-12-31: 6,805 rows, 317,159,444,591 USD
left out     excluded           127 rows            216,517,273 USD  partner SVK is inside EU27, ...
listed value                               11,611,705,686 USD
covered value                              11,611,705,686 USD  3.66 % of USA's imports in the table
value in force                              7,143,730,286 USD
affected value (the rate changes)           7,136,708,493 USD  unknown on 7,021,793 USD
threatened value (not in force)             4,467,975,400 USD
duty before, at unchanged trade               177,878,125 USD  unknown on 7,021,793 USD
duty after, at unchanged trade              7,145,155,101 USD
duty added, at unchanged trade              6,960,255,183 USD  unknown on 7,021,793 USD
duty threatened, at unchanged trade         4,466,550,585 USD
duty as the statistics calculated it          177,783,706 USD
"""

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def demo(demonstration: tuple[Place, Done]) -> Place:
    return demonstration[0]


def rows_of(name: str) -> Iterator[dict[str, str]]:
    with (RAW / name).open(encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)


def test_by_group_is_as_worked_out_by_hand(demo: Place, tmp_path: Path) -> None:
    actual = demo.table("by_group")
    expected = pl.read_csv(CASE / "expected.csv", infer_schema_length=None)
    actual = actual.select(expected.columns)
    actual.write_csv(tmp_path / "actual.csv")
    try:
        assert_frame_equal(actual, expected, check_exact=True, check_dtypes=False)
    except AssertionError as err:
        err.add_note(f"what the run gave: {tmp_path / 'actual.csv'}")
        raise


def test_the_line_written_out_in_the_notes(demo: Place) -> None:
    line = demo.table("lines").filter(code=HAND["code"])
    assert line.select(list(HAND)).to_dicts() == [HAND]


def test_the_funnel_written_out_in_the_notes(demo: Place) -> None:
    steps = demo.table("funnel").select("kind", "rows", "value_usd").rows()
    assert steps == [
        ("in", 6805, 317_159_444_591.0),
        ("excluded", 127, 216_517_273.0),
        ("kept", 6678, 316_942_927_318.0),
        ("part", 346, 11_611_705_686.0),
        ("part", 346, 11_611_705_686.0),
        ("part", 141, 7_143_730_286.0),
        ("part", 134, 7_136_708_493.0),
        ("part", 0, 0.0),  # prohibited
        ("part", 205, 4_467_975_400.0),
    ]


def test_figures_are_those_of_the_raw_files(demo: Place) -> None:
    """Worked out again with decimal arithmetic, line by line, from the files as received."""
    groups = tomllib.loads((RAW / "groups.toml").read_text(encoding="utf-8"))["groups"]
    group_of = {code: name for name in groups for code in groups[name]["codes"]["HS2022"]}
    base = {row["code"]: row for row in rows_of("us-mfn-2024.csv")}
    sums: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for row in rows_of("us-imports-2024.csv"):
        if row["partner"] == "JPN":
            cell, value = sums[group_of[row["code"][:6]]], Decimal(row["customs_value_usd"])
            rate = base[row["code"][:8]]
            cell["covered_value_usd"] += value
            cell["calculated_duty_usd"] += Decimal(row["calculated_duty_usd"])
            if rate["specific_rate_usd"]:
                cell["duty_before_unknown_value_usd"] += value
            else:
                duty = value * Decimal(rate["ad_valorem_rate"])
                cell["duty_before_usd"] += duty.quantize(UNIT, ROUND_HALF_UP)
    found = {row["product_group"]: row for row in demo.table("by_group").iter_rows(named=True)}
    assert set(found) == set(sums)
    for name, cell in sums.items():
        for column, value in cell.items():
            assert found[name][column] == float(value), (name, column)


def test_statutory_duty_on_car_parts_is_the_calculated_one_to_a_tenth_of_a_percent(
    demo: Place,
) -> None:
    row = demo.table("by_group").row(
        by_predicate=pl.col("product_group") == "car-parts", named=True
    )
    assert row["statutory_minus_calculated_usd"] / row["calculated_duty_usd"] == pytest.approx(
        0.000954, abs=1e-6
    )


def test_report_says_where_statutory_and_calculated_duty_differ(demo: Place) -> None:
    lines = demo.table("lines")
    gap = pl.col("statutory_minus_calculated_usd")
    known = lines.filter(gap.is_not_null())
    assert known.height == 346 - 7
    difference = known["duty_before_usd"] - known["calculated_duty_usd"]
    off = difference - known["statutory_minus_calculated_usd"]
    assert max(map(abs, off)) < 1e-6
    book = openpyxl.load_workbook(demo.folder() / "report.xlsx", read_only=True)
    words = "Statutory less calculated duty"
    headers = [str(cell.value) for cell in next(iter(book["lines"].iter_rows()))]
    assert any(header.startswith(words) for header in headers)
    cover = [str(cell.value) for row in book.worksheets[0].iter_rows() for cell in row]
    assert any(
        "On the 339 covered lines where both are known, statutory less calculated is USD +167,169 "
        "(+0.09%). The lines that differ most: 8708220000 from JPN (+129,133), " in text
        for text in cover
    )
    book.close()


def test_lines_with_a_duty_by_quantity_say_so(demo: Place) -> None:
    unknown = demo.table("lines").filter(pl.col("duty_before_usd").is_null())
    assert unknown.height == 7
    assert unknown["customs_value_usd"].sum() == 7_021_793.0
    assert set(unknown["product_group"]) == {"flat-glass"}
    assert set(unknown["duty_unknown_reason"]) == {
        "specific rate per m2; the table has no such quantity",
        "specific rate per kg; the table has no such quantity",
    }
    assert unknown["is_affected"].null_count() == 7
    assert unknown["duty_after_usd"].to_list() == unknown["customs_value_usd"].to_list()


def test_summary_on_one_screen(demonstration: tuple[Place, Done]) -> None:
    place, done = demonstration
    assert done.out.startswith(SUMMARY)
    lines = done.out.splitlines()
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 100
    run = place.runs()[0]
    assert lines[-2] == f"files        {run['folder']}: report.html and 27 files in all"
    assert lines[-1].startswith("next         open report.html; retorsion verify us-japan-2024; ")


def test_schedule_without_trade_is_named_with_what_is_near(demo: Place) -> None:
    told = demo.table("unmatched").select("kind", "measure_id", "code", "suggestion").rows()
    assert told == [
        ("schedule", "flat-glass", "700330", "700319, 700312, 700320"),
        ("schedule", "medical-technology", "902150", "902139, 902131, 902110"),
        ("schedule", "telecom", "851711", "851713, 851762, 851779"),
        ("schedule", "telecom", "852582", "852589, 852550, 852560"),
        ("schedule", "telecom", "852873", "852872, 852852, 852859"),
    ]
