"""The trail of a figure: from a line back to its source row, its law and its arithmetic."""

import polars as pl
import pytest

from pipelines.explain.behind import markets_behind
from tests.run.tool import Place, retorsion


def test_trail_of_a_line_ends_at_its_source_row(place: Place) -> None:
    told = retorsion(
        "explain", "us-japan-2024", "--line", "8708.40.11.10", "--partner", "JPN",
        "--workspace", place.root,
    )  # fmt: skip

    assert told.code == 0, told.err
    lines = [line.strip() for line in told.out.splitlines()]
    assert lines[0] == "USA from JPN, 8708401110, 2024"
    assert "source       us-imports-2024.csv, row 3656" in lines
    assert "base         2.5% (mfn)" in lines
    # 2.5 percent of 2,221,582,262 is 55,539,556.55; 100 percent in lieu of it adds the rest.
    assert "duty before: 2.5%, 2.5 % x USD 2,221,582,262.00 = USD 55,539,556.55" in lines
    assert (
        "car-parts: 100% on full value (USD 2,221,582,262.00) = USD 2,221,582,262.00, replace, "
        "owed (in force and first in rank)" in lines
    )
    assert (
        "duty after: USD 2,221,582,262.00; increment: after less before = USD 2,166,042,705.45"
        in lines
    )
    assert any(line.startswith("law          car-parts: hypothetical") for line in lines)
    assert any(line.startswith("file         us-imports-2024.csv") for line in lines)


@pytest.mark.parametrize("word", ["JPN", "jp", "Japan"])
def test_a_partner_may_be_named_as_in_a_scenario(place: Place, word: str) -> None:
    told = place.do("explain", "us-japan-2024", "--line", "7005211010", "--partner", word)

    assert told.code == 0, told.err
    assert told.out.startswith("USA from JPN, 7005211010, 2024\n")


def test_trail_as_an_object_has_the_rows_themselves(place: Place) -> None:
    told = retorsion(
        "explain", "us-japan-2024", "--line", "7005211010", "--json", "--workspace", place.root
    )

    (trail,) = told.object["trails"]
    assert trail["line"]["duty_before_usd"] is None
    assert "specific rate per m2" in trail["formulas"][0]
    assert [part["measure_id"] for part in trail["components"]] == ["flat-glass"]
    assert {item["role"] for item in trail["inputs"]} >= {"scenario", "trade table"}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--line", "870840x"), "is not a code"),
        (("--line", "870880", "--partner", "CHN"), "no measure names 870880 from CHN"),
        (("--line", "8703"), "no measure names a line that begins with 8703"),
        (("--line", "87"), "more than 50"),
    ],
)
def test_what_is_not_there_is_told(place: Place, options: tuple[str, ...], said: str) -> None:
    told = retorsion("explain", "us-japan-2024", *options, "--workspace", place.root)

    assert told.code == 2
    assert said in told.err


def test_a_sum_is_led_back_to_its_lines_and_a_line_to_its_row(place: Place) -> None:
    told = place.do("explain", "us-japan-2024", "--result", "by_measure/USA/flat-glass")

    assert told.code == 0, told.err
    lines = [line.strip() for line in told.out.splitlines()]
    assert "made of      31 lines of components.parquet" in lines
    # 80,659,910 at 100 percent; on 7,021,793 of it what is added is not known.
    assert (
        "sum          measure_duty_usd: the lines add up to USD 80,659,910.00, as in the table"
        in lines
    )
    assert (
        "sum          duty_increment_usd: the lines add up to USD 70,209,551.29, as in the table"
        in lines
    )
    largest = "USA/JPN/2024/import/HTS2024/7006004010/whole"
    assert lines[-6].startswith(f"line         {largest}: value USD 20,788,277.00, adds ")
    line = place.do("explain", "us-japan-2024", "--result", largest)
    assert line.out.startswith("USA from JPN, 7006004010, 2024\n")


def test_one_figure_and_every_sum_as_an_object(place: Place) -> None:
    name = "by_group/USA/car-parts/duty_before_usd"
    told = place.do("explain", "us-japan-2024", "--result", name, "--json").object["total"]

    assert told["column"] == "duty_before_usd"
    assert len(told["lines"]) == told["row"]["lines"] == 110
    same = [sums["of_lines_usd"] == sums["in_table_usd"] for sums in told["sums"].values()]
    assert same == [True] * 4


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((), "say which figure"),
        (("--line", "870840", "--result", "by_group/USA/telecom"), "say which figure"),
        (("--result", "by_group/USA/telecoms"), "did you mean by_group/USA/telecom or "),
        (("--result", "by_group/USA/telecom/duty"), "by_group has no column 'duty'"),
        (("--result", "USA/JPN/2024"), "'USA/JPN/2024' is no result of the run"),
    ],
)
def test_a_figure_that_is_not_there(place: Place, options: tuple[str, ...], message: str) -> None:
    told = place.do("explain", "us-japan-2024", *options)
    assert told.code == 2
    assert message in told.err


@pytest.mark.parametrize(
    ("wanted", "made_of", "value"),
    [("funnel/USA/6", "141 lines of lines.parquet", "value_usd: the lines add up to USD "
      "7,143,730,286.00, as in the table"),
     ("by_end_use/USA/capital", "104 lines of lines.parquet", "duty_before_usd: the lines add up "
      "to USD 1,127,939.62, as in the table")],
)  # fmt: skip
def test_steps_of_the_funnel_and_end_uses_are_led_back_to_their_lines(
    place: Place, wanted: str, made_of: str, value: str
) -> None:
    told = place.do("explain", "us-japan-2024", "--result", wanted)
    assert told.code == 0, told.err
    lines = [line.strip() for line in told.out.splitlines()]
    assert f"made of      {made_of}" in lines
    assert f"sum          {value}" in lines


def test_what_is_no_sum_of_lines_says_how_it_is_made(place: Place) -> None:
    told = place.do("explain", "us-japan-2024", "--result", "suppliers/USA/all/CHN")
    assert "share_of_codes_imports = 0.239" in told.out
    assert "made of      all imports of the covered codes of the group from the partner" in told.out


def test_an_answer_is_led_back_to_its_largest_markets() -> None:
    effects = pl.DataFrame(
        {
            "importer": "USA",
            "code": ["1001", "1002", "1001", "1003"],
            "partner": ["JPN", "JPN", "KOR", "JPN"],
            "model": "exact",
            "verdict": ["solved", "solved", "solved", "unknown input"],
            "value_before_usd": [10.0, 50.0, 5.0, 9.0],
            "value_after_usd": [4.0, 20.0, 8.0, None],
            "duty_before_usd": [0.0, 0.0, 0.0, 0.0],
            "duty_after_usd": [1.0, 2.0, 3.0, None],
        }
    )
    row = {"importer": "USA", "kind": "partner", "name": "JPN", "figure": "imports_change_usd"}
    found = markets_behind("by_effect", row, {"effects": effects})
    assert found is not None
    assert found.rows() == [("1002", -30.0), ("1001", -6.0)]
    whole = markets_behind("by_effect", row | {"kind": "all"}, {"effects": effects})
    assert whole is not None
    assert whole.rows() == [("1002", -30.0), ("1001", -3.0)]
    revenue = row | {"figure": "revenue_change_usd"}
    of_partner = markets_behind("by_effect", revenue, {"effects": effects})
    assert of_partner is not None
    assert of_partner.rows() == [("1002", 2.0), ("1001", 1.0)]
    group = row | {"kind": "product group"}
    assert markets_behind("by_effect", group, {"effects": effects}) is None
