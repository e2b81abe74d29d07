"""Quotas read from a scenario: amounts, units, periods, what is charged beyond; and at a date."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from calc.policy.expression import NOT_KNOWN, PROHIBITED, AdValorem
from calc.policy.model import Alternative
from pipelines.scenario.law import law_at
from pipelines.scenario.read import read_scenario
from pipelines.scenario.show import resolved_toml
from tests.scenario.files import LAWFUL, law, only, problems, read, write

UNDER = LAWFUL.replace('rate = "25%"', 'rate = "5%"\nquota = "cells"')
QUOTA = """
[quota.cells]
amount = 100
unit = "t"
period = "quarter"
over = "25%"
source = "note 18"
"""
STEPS = """
[quota.cells]
amount = [
    { from = 2018-02-07, amount = 2.5 },
    { from = 2022-02-05, amount = 5 },
    { from = 2024-08-01, amount = 12.5 },
]
unit = "GW"
period = "year"
over = [{ from = 2018-02-07, rate = "30%" }, { from = 2024-02-07, rate = "14.25%" }]
origins = { MEX = [{ from = 2018-02-07, amount = 1 }, { from = 2020-01-01, amount = 0 }] }
source = "note 18"
"""
BLIND = Alternative("fill of quota cells not known", NOT_KNOWN, quota_part="not known")


def rows(text: str, folder: Path, *names: str, day: date | None = None) -> list[tuple[Any, ...]]:
    return law_at(read(folder, text), day).quotas.select(*names).rows()


def test_a_quota_at_a_date(tmp_path: Path) -> None:
    assert law(tmp_path, UNDER + QUOTA).quotas.to_dicts() == [
        {
            "quota_id": "cells", "partner": "*", "importer": "USA", "origin": "*",
            "amount": 100.0, "unit": "t", "counted_unit": "kg", "counted_per_unit": 1000.0,
            "period": "quarter", "quarter_cap": None, "observed_split": "none",
            "over_rate_text": "25%",
            "over_portion": "over quota cells", "valid_from": None, "valid_until": None,
            "source": "note 18",
        }
    ]  # fmt: skip
    policy = law(tmp_path, UNDER + QUOTA).policy
    over = Alternative("over quota cells", AdValorem(0.25), quota_part="over")
    assert policy.branches[0].alternatives == (over, BLIND)
    assert policy.branches[0].quota == "cells"
    assert policy.portions == policy.derived == (over.portion, BLIND.portion)


def test_a_cap_on_quarters_is_kept_and_told(tmp_path: Path) -> None:
    text = UNDER + QUOTA.replace('"quarter"', '"year"\nquarter_cap = "30%"')
    found = law(tmp_path, text)

    assert found.quotas["quarter_cap"].to_list() == [0.3]
    assert (
        "quota cells lets at most 0.3 of its amount in within a quarter: quarters are filled in "
        "their order, with what is left of the year"
    ) in found.notes
    again = resolved_toml(read(tmp_path, text), found)
    assert 'quarter_cap = "30%"' in again


@pytest.mark.parametrize(
    ("day", "amount", "of_mexico", "over"),
    [
        (date(2018, 2, 7), 2.5, 1.0, "30%"),
        (date(2022, 2, 4), 2.5, 0.0, "30%"),
        (date(2022, 2, 5), 5.0, 0.0, "30%"),
        (date(2024, 7, 31), 5.0, 0.0, "14.25%"),
        (date(2024, 8, 1), 12.5, 0.0, "14.25%"),
    ],
)
def test_amounts_and_rates_beyond_change_by_date(
    tmp_path: Path, day: date, amount: float, of_mexico: float, over: str
) -> None:
    found = rows(UNDER + STEPS, tmp_path, "partner", "amount", "over_rate_text", day=day)
    assert found == [("*", amount, over), ("MEX", of_mexico, over)]


def test_days_on_which_a_quota_changes_are_days_of_the_law(tmp_path: Path) -> None:
    days = {date(2018, 2, 7), date(2020, 1, 1), date(2022, 2, 5), date(2024, 2, 7)}
    assert set(law(tmp_path, UNDER + STEPS).change_dates) == days | {date(2024, 8, 1)}
    units = rows(UNDER + STEPS, tmp_path, "counted_unit", "counted_per_unit")
    assert set(units) == {("W", 1e9)}


@pytest.mark.parametrize(
    ("unit", "counted"),
    [
        ('unit = "kg"', ("kg", 1.0)),
        ('unit = "hl"', ("l", 100.0)),
        ('unit = "1000u"', ("number", 1000.0)),
        ('unit = "USD"', ("USD", 1.0)),
        ('unit = "GW"\nfactor = { is = 2e8, unit = "number", source = "5 W" }', ("number", 2e8)),
        ('unit = "GW"\nfactor = { is = 1e5, unit = "thousand", source = "x" }', ("number", 1e8)),
        ('unit = "EUR"\n[currencies.EUR]\nusd = 1.25\nsource = "x"', ("USD", 1.25)),
    ],
)
def test_units_are_counted_where_they_convert_exactly_or_a_factor_says(
    tmp_path: Path, unit: str, counted: tuple[str, float]
) -> None:
    quota = QUOTA.replace('unit = "t"\n', "").replace("[quota.cells]\n", "[quota.cells]\nUNIT\n")
    before, after = quota.split("UNIT\n")
    first, *table = unit.split("\n[")
    text = UNDER + before + first + "\n" + after + "".join(f"\n[{one}\n" for one in table)
    assert rows(text, tmp_path, "counted_unit", "counted_per_unit") == [counted]


def test_beyond_a_quota_partners_may_pay_other_rates(tmp_path: Path) -> None:
    over = '{ all = "25%", EU27 = "20%", JPN = "prohibited", DEU = "25%" }'
    text = UNDER.replace('partners = ["JPN"]', 'partners = "all"') + QUOTA.replace('"25%"', over)
    found = {
        partner: portion
        for partner, portion in rows(text, tmp_path, "partner", "over_portion")
        if partner in ("*", "JPN", "DEU", "FRA", "EU27")
    }
    assert found == {
        "*": "over quota cells: 25%",
        "JPN": "over quota cells: prohibited",
        "DEU": "over quota cells: 25%",
        "FRA": "over quota cells: 20%",
        "EU27": "over quota cells: 20%",
    }
    rates = [one.rate for one in law(tmp_path, text).policy.branches[0].alternatives]
    assert rates == [AdValorem(0.25), AdValorem(0.2), PROHIBITED, NOT_KNOWN]


def test_a_group_shares_an_amount_but_for_a_member_with_its_own(tmp_path: Path) -> None:
    text = UNDER + QUOTA.replace("source", "origins = { EU27 = 60, FRA = 10 }\nsource")
    found = dict(rows(text, tmp_path, "partner", "origin"))
    assert [found[name] for name in ("*", "DEU", "FRA", "EU27")] == ["*", "EU27", "FRA", "EU27"]


def test_lines_that_split_the_trade_need_no_rate_beyond(tmp_path: Path) -> None:
    text = UNDER + QUOTA.replace('over = "25%"', 'observed_split = "lines"')
    assert rows(text, tmp_path, "over_portion", "over_rate_text") == [(None, None)]
    assert law(tmp_path, text).policy.branches[0].alternatives == ()


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ('over = "25%"\n', "", "over is missing: a quota must say what is charged beyond it"),
        ('"25%"', '{ JPN = "25%" }', "over has no rate for all partners"),
        ('"25%"', '{ season = "05-16..10-15", rate = "1%" }',
         "over has no rate for what is entered 10-16..05-15"),
        ('"quarter"', '"quarter"\nquarter_cap = "30%"',
         "quarter_cap is of a quota that does not run by year"),
        ('"quarter"', '"year"\nquarter_cap = "20%"',
         "four quarters of 0.2 are less than the year's amount"),
        ('"quarter"', '"year"\nquarter_cap = 30', "30 is not a share from 0 to 1"),
        ('"t"', '"GWh"', '"GWh" is not a unit that trade is counted in'),
        ('"t"', '"EUR"', '"EUR" is not a unit that trade is counted in'),
        ('"t"', '"GW"\nfactor = { unit = "number", source = "x" }',
         "is is missing: what a unit is taken to be must have it"),
        ('"t"', '"GW"\nfactor = { is = 0, unit = "number", source = "x" }',
         "one unit of the amount is nothing of what is counted"),
        ('"t"', '"GW"\nfactor = { is = 2, unit = "number" }',
         "source is missing: what a unit is taken to be must have it"),
        ("100", "[]", "amount is a list, and not of steps"),
        ("100", "[1, 2]", "amount is a list, and not of steps"),
        ("100", "1e19", "amount is 1e+19, beyond what is counted exactly"),
        ("100", "[{ from = 2024-02-01, amount = 1 }, { from = 2024-02-01, amount = 2 }]",
         "the step from 2024-02-01 stands after the one from 2024-02-01"),
        ("100", "[{ from = 2024-02-01 }]", "amount is missing: a step of an amount must have it"),
        ("source", 'origins = { JPN = 1, Japan = 2 }\nsource', "JPN has two amounts"),
    ],
)  # fmt: skip
def test_quotas_that_cannot_be_read(tmp_path: Path, old: str, new: str, what: str) -> None:
    assert only(tmp_path, UNDER + QUOTA.replace(old, new)).what == what


def test_a_unit_that_is_misspelt_has_a_near_one_and_a_foreign_one_needs_a_factor(
    tmp_path: Path,
) -> None:
    near = only(tmp_path, UNDER + QUOTA.replace('"t"', '"tonnne"'))
    assert near.hint.startswith("did you mean tonne")
    foreign = only(tmp_path, UNDER + QUOTA.replace('"t"', '"head of cattle"'))
    assert foreign.hint == 'write factor = { is = 1000, unit = "kg", source = "..." }'


def test_what_is_no_duty_is_under_no_quota(tmp_path: Path) -> None:
    ban = UNDER.replace('rate = "5%"', 'instrument = "import-ban"')
    found = problems(tmp_path, ban + QUOTA)
    assert [one.what for one in found] == [
        "a measure that is import-ban is under no quota: only duties are"
    ]


def test_a_reader_is_told_how_a_quota_is_counted(tmp_path: Path) -> None:
    factor = 'unit = "GW"\nfactor = { is = 2e8, unit = "number", source = "5 W a cell" }'
    year = QUOTA.replace('unit = "t"', factor).replace('"quarter"', '"year"')
    notes = [note for note in law(tmp_path, UNDER + year).notes if "quota" in note]
    assert notes == [
        "quota cells splits all flows of a year alike, by how far they fill it; its year is taken "
        "to be the calendar year",
        "quota cells: one GW is taken to be 200,000,000 number (5 W a cell)",
    ]
    idle = [note for note in law(tmp_path, LAWFUL + QUOTA).notes if "quota" in note]
    assert idle == ["no duty is under the quota cells: it does nothing"]


def test_a_quota_reads_back_as_it_was_resolved(tmp_path: Path) -> None:
    first = read_scenario(write(tmp_path, UNDER + STEPS))
    found = law_at(first)
    second = read_scenario(write(tmp_path, resolved_toml(first, found), "resolved.toml"))
    assert first.quotas == second.quotas
    assert law_at(second).quotas.equals(found.quotas)
    assert law_at(second).policy == found.policy
