"""Base duties from a file: found, checked, and those in force kept."""

from datetime import date
from pathlib import Path

import pytest

from calc.errors import ScenarioError
from pipelines.scenario.law import law_at
from pipelines.scenario.read import read_scenario
from pipelines.scenario.show import resolved_toml
from pipelines.scenario.timed import FIRST_DAY
from tests.scenario.files import LAWFUL, changed, law, problems, read, write

HEADER = "importer,partner,programme,code,ad_valorem_rate,valid_from,valid_until,source\n"
ROW = "USA,*,mfn,8703,0.025,2024-01-01,2025-01-01,a schedule\n"
SCENARIO = changed('"2.5%"', '"base.csv"')


def with_base(folder: Path, text: str, scenario: str = SCENARIO) -> str:
    write(folder, text, "base.csv")
    return scenario


def told(folder: Path, text: str) -> list[tuple[str, str]]:
    return [(found.what, found.where) for found in problems(folder, with_base(folder, text))]


def test_file_beside_the_scenario(tmp_path: Path) -> None:
    text = with_base(tmp_path, HEADER + ROW + "CAN,*,mfn,8703,0.06,2024-01-01,,another\n")
    found = law_at(read_scenario(write(tmp_path, text)))

    assert found.base.drop(
        "specific_rate_usd", "specific_unit", "expression", "rate_text", "season"
    ).rows() == [
        ("USA", "*", "mfn", "8703", date(2024, 1, 1), 0.025, date(2025, 1, 1), "a schedule")
    ]
    assert found.valid_until == date(2025, 1, 1)
    assert "1 rates of other importers in base.csv are not used" in found.notes
    assert found.files[0].name == "base.csv"


def test_cells_may_be_divided_as_spreadsheets_do(tmp_path: Path) -> None:
    scenario = with_base(tmp_path, (HEADER + ROW).replace(",", ";"))
    assert law(tmp_path, scenario).base["ad_valorem_rate"].to_list() == [0.025]


def test_file_below_the_scenario_and_dotted_codes(tmp_path: Path) -> None:
    (tmp_path / "annex").mkdir()
    write(tmp_path / "annex", HEADER + ROW.replace("8703", "8703.23"), "base.csv")
    path = write(tmp_path, changed('"2.5%"', '"annex/base.csv"'))

    assert law_at(read_scenario(path)).base["code"].to_list() == ["870323"]


def test_later_rates_follow_earlier_ones(tmp_path: Path) -> None:
    later = (
        ROW.replace("0.025", "0.02").replace("2025-01-01", "").replace("2024-01-01", "2025-01-01")
    )
    text = with_base(tmp_path, HEADER + later + ROW)
    scenario = read_scenario(write(tmp_path, text))
    now, then = law_at(scenario), law_at(scenario, date(2025, 1, 1))

    assert now.change_dates == (date(2025, 1, 1),)
    assert now.base["ad_valorem_rate"].to_list() == [0.025]
    assert then.base["ad_valorem_rate"].to_list() == [0.02]
    assert (then.valid_from, then.valid_until) == (date(2025, 1, 1), None)
    assert now.notes[-1] == "1 of 2 rates in base.csv are not in force at 2024-12-31"


def test_changing_base_needs_a_date(tmp_path: Path) -> None:
    later = ROW.replace("2025-01-01", "").replace("2024-01-01", "2025-01-01")
    with_base(tmp_path, HEADER + ROW + later)
    path = write(tmp_path, SCENARIO.replace("as_of = 2024-12-31\n", ""))
    with pytest.raises(ScenarioError) as caught:
        law_at(read_scenario(path))

    assert caught.value.problems[0].what == (
        "the law changes over time and no date is given; it changes on 2025-01-01"
    )


def test_base_that_is_over_is_refused(tmp_path: Path) -> None:
    text = with_base(tmp_path, HEADER + ROW, SCENARIO.replace("2024-12-31", "2025-06-01"))
    (found,) = problems(tmp_path, text)

    assert found.what == "no base rate of base.csv is in force at 2025-06-01"
    assert found.hint == (
        "the first begins on 2024-01-01, the last ends before 2025-01-01; write base_as_of = "
        "2024-01-01 to take those of that day for every day"
    )


@pytest.mark.parametrize(
    ("old", "new", "what", "where"),
    [
        ("0.025", "2.5%", '"2.5%" is not a number such as 0.025',
         'row 2, column ad_valorem_rate = "2.5%"'),
        ("0.025", "25", "the row breaks a rule of a base: ad_valorem_rate is at least 0 and at "
         "most 10", 'row 2, column ad_valorem_rate = "25"'),
        ("0.025", "-0.1", "the row breaks a rule of a base: ad_valorem_rate is at least 0 and at "
         "most 10", 'row 2, column ad_valorem_rate = "-0.1"'),
        ("0.025", "nan", "the row breaks a rule of a base: ad_valorem_rate is a finite number",
         'row 2, column ad_valorem_rate = "nan"'),
        ("0.025", "", "the row breaks a rule of a base: ad_valorem_rate is given",
         "row 2, column ad_valorem_rate"),
        ("2024-01-01", "01/10/1994", '"01/10/1994" is not a date such as 2024-12-31',
         'row 2, column valid_from = "01/10/1994"'),
        ("2024-01-01", "2024-02-30", '"2024-02-30" is not a date such as 2024-12-31',
         'row 2, column valid_from = "2024-02-30"'),
        ("2025-01-01", "2023-01-01", "the row breaks a rule of a base: A rate ends after it "
         "begins; intervals are half-open", "row 2"),
        ("8703", "87033", "the row breaks a rule of a base: code matches "
         "^(TOTAL|[0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{8}|[0-9]{10})$", 'row 2, column code = "87033"'),
        ("*", "JPX", '"JPX" is not a known economy', 'row 2, column partner = "JPX"'),
    ],
)  # fmt: skip
def test_bad_cell_is_named(tmp_path: Path, old: str, new: str, what: str, where: str) -> None:
    assert told(tmp_path, HEADER + ROW.replace(old, new, 1)) == [(what, f"base.csv {where}")]


def test_all_bad_cells_are_told(tmp_path: Path) -> None:
    bad = ROW.replace("0.025", "x").replace("8703", "8")
    found = told(tmp_path, HEADER + ROW + bad)

    assert [where for _, where in found] == [
        'base.csv row 3, column ad_valorem_rate = "x"',
        'base.csv row 3, column code = "8"',
    ]


@pytest.mark.parametrize(
    ("text", "what", "where"),
    [
        ("", "base.csv is empty", "base.csv"),
        (HEADER, "base.csv holds no rows: an empty base is not a base of zero", "base.csv"),
        (HEADER.replace("code", "hs_code") + ROW, "column code is missing", "base.csv row 1"),
        (HEADER + "USA,*,mfn\n", "row 2 has 3 fields, the header has 8", "base.csv row 2"),
        (HEADER + '"USA', "base.csv is not CSV: unexpected end of data", "base.csv"),
        (HEADER.replace("code", "partner") + ROW, "column code is missing", "base.csv row 1"),
        (HEADER + ROW + ROW, "row 3 gives 8703 another rate for days on which row 2 gives one",
         'base.csv row 3, column valid_from = "2024-01-01"'),
        (HEADER + ROW.replace("USA", "CAN"), "base.csv has no rate of the importer USA",
         "base.csv"),
        (HEADER + ROW.replace("mfn", "usmca") + ROW.replace("mfn", "gsp"),
         "base.csv has rates of several programmes (gsp, usmca), and none is mfn, which is owed "
         "without a claim", "base.csv"),
    ],
)  # fmt: skip
def test_bad_file_is_named(tmp_path: Path, text: str, what: str, where: str) -> None:
    assert told(tmp_path, text)[0] == (what, where)


def test_file_that_is_not_utf8(tmp_path: Path) -> None:
    (tmp_path / "base.csv").write_bytes(HEADER.encode() + b"USA,*,mfn,8703,0.025,C\xf4te\n")
    (found,) = problems(tmp_path, SCENARIO)

    assert found.what == "base.csv is not UTF-8: byte 0xf4 cannot be read"
    assert found.where == "base.csv row 2"


def test_code_that_is_the_text_of_a_missing_value_stays(tmp_path: Path) -> None:
    """F29: NO and NA are codes of economies, not values of a reader's choice."""
    found = told(tmp_path, HEADER + ROW.replace("*", "NO"))

    assert found[0][1] == 'base.csv row 2, column partner = "NO"'


def test_base_duties_of_one_day_stand_for_every_day(tmp_path: Path) -> None:
    later = ROW.replace("0.025", "0.02").replace("2025-01-01", "2026-01-01")
    later = later.replace("2024-01-01", "2025-01-01")
    text = with_base(tmp_path, HEADER + later + ROW)
    path = write(tmp_path, text.replace("base = ", "base_as_of = 2024-07-01\nbase = "))
    found = law_at(read_scenario(path), date(2031, 1, 1))

    assert found.base["ad_valorem_rate"].to_list() == [0.025]
    assert found.change_dates == ()
    assert (found.valid_from, found.valid_until) == (FIRST_DAY, None)
    assert "the base duties of base.csv are those of 2024-07-01, on whatever day" in found.notes
    assert read_scenario(path).base_text == "base.csv, duties of 2024-07-01"
    assert "base_as_of = 2024-07-01" in resolved_toml(read_scenario(path), found)


@pytest.mark.parametrize(
    ("base", "day", "what"),
    [
        ('"base.csv"', "2023-12-31", "no base rate of base.csv is in force at 2023-12-31"),
        ('"base.csv"', '"2024"', 'base_as_of is a text ("2024"), not a date'),
        ('"2.5%"', "2024-07-01", "the base is no file of duties with dates of their own"),
        ('"bse.csv"', "2024-07-01",
         'there is no file "bse.csv" beside the scenario or below, nor in the tool'),
    ],
)  # fmt: skip
def test_days_that_have_no_base_duties(tmp_path: Path, base: str, day: str, what: str) -> None:
    write(tmp_path, HEADER + ROW, "base.csv")
    text = changed('base = "2.5%"', f"base = {base}\nbase_as_of = {day}")
    assert [one.what for one in problems(tmp_path, text)] == [what]


def test_an_amount_in_other_money_needs_its_exchange_rate(tmp_path: Path) -> None:
    """100 rupees a kilogram at 0.012 USD each are 1.2 USD a kilogram; the schedule's words stay."""
    header = HEADER.replace("ad_valorem_rate", "ad_valorem_rate,expression")
    text = with_base(tmp_path, header + ROW.replace("0.025", ",100 INR/kg + 5%"))
    (found,) = problems(tmp_path, text)
    assert found.what == '"100 INR/kg + 5%" is in INR, of which no exchange rate is given'
    assert found.where == 'base.csv row 2, column expression = "100 INR/kg + 5%"'

    money = '[currencies.INR]\nusd = 0.012\nsource = "a bank"\n'
    base = law(tmp_path, text + money).base
    assert base.select("expression", "rate_text").rows() == [("1.2 USD/kg + 5%", "100 INR/kg + 5%")]


def test_exchange_rates_of_a_file_below_stay_beside_those_of_its_child(tmp_path: Path) -> None:
    euro = '[currencies.EUR]\nusd = 1.1\nsource = "a bank"\n'
    write(tmp_path, LAWFUL.replace("25%", "2 EUR/kg") + 'mode = "add"\n' + euro, "below.toml")
    child = 'id = "child"\nextends = "below.toml"\n'
    pound = '[currencies.GBP]\nusd = 1.25\nsource = "a bank"\n'
    scenario = read(tmp_path, child + pound)
    text = resolved_toml(scenario, law_at(scenario))

    assert sorted(scenario.stated["currencies"]) == ["EUR", "GBP"]
    assert resolved_toml(read(tmp_path, text), law_at(read(tmp_path, text))) == text
