"""The money in which a scenario's runs are told: kept when resolved, refused without a rate."""

from pathlib import Path

import pytest

from calc.errors import ScenarioError
from pipelines.run.whole import Whole
from pipelines.scenario.law import law_at
from pipelines.scenario.read import read_scenario
from pipelines.scenario.show import resolved_toml
from tests.scenario.files import LAWFUL, only, read, write

YEN = 'currencies.JPY = { usd = 0.0064, on = 2024-12-31, source = "a bank" }\n'
TOLD = f'report_in = "JPY"\n{YEN}'


def test_a_scenario_keeps_it_where_it_is_resolved_or_extended(tmp_path: Path) -> None:
    found = read(tmp_path, TOLD + LAWFUL)
    assert 'report_in = "JPY"\ncurrencies = { JPY = { usd = 0.0064, on = 2024-12-31, source' in (
        resolved_toml(found, law_at(found, None))
    )
    above = write(tmp_path, 'id = "above"\nextends = "cars.toml"\n', "above.toml")
    assert read_scenario(above).stated["report_in"] == "JPY"
    assert read(tmp_path, 'report_in = "USD"\n' + LAWFUL).stated == {"report_in": "USD"}


@pytest.mark.parametrize(
    ("stated", "what", "hint"),
    [
        ('report_in = "JPX"\n' + YEN,
         'no exchange rate is stated for "JPX", in which reports are told',
         "state it at the top of the file: currencies.EUR = { usd = 1.08, on = 2024-12-31, source "
         '= "ECB" }; or did you mean JPY?'),
        (TOLD.replace(" on = 2024-12-31,", ""),
         "the exchange rate for JPY has no day, and reports say of when it is",
         "add its day to [currencies.JPY]: on = 2024-12-31"),
        ("report_in = 5\n", "5 is no currency", 'write report_in = "EUR"'),
    ],
)  # fmt: skip
def test_without_a_dated_rate_it_is_refused(
    tmp_path: Path, stated: str, what: str, hint: str
) -> None:
    problem = only(tmp_path, stated + LAWFUL)
    assert (problem.what, problem.hint) == (what, hint)
    assert problem.where == "cars.toml line 1, report_in"


@pytest.mark.parametrize(
    ("first", "second", "top", "found"),
    [
        (TOLD, "", "", "JPY"),
        (TOLD, "", 'report_in = "USD"\n', "USD"),
        (TOLD, 'report_in = "USD"\n', "",
         'the scenarios included are told in JPY and USD'),
        (TOLD, YEN.replace("0.0064", "0.0066"), "",
         "the scenarios included state different rates for JPY: USD 0.0064 on 2024-12-31 and USD "
         "0.0066 on 2024-12-31"),
    ],
)  # fmt: skip
def test_several_importers_are_told_in_one_money(
    tmp_path: Path, first: str, second: str, top: str, found: str
) -> None:
    write(tmp_path, first + LAWFUL)
    write(tmp_path, second + LAWFUL.replace('"USA"', '"CAN"'), "canada.toml")
    both = f'id = "both"\ninclude = ["cars.toml", "canada.toml"]\n{top}'
    if len(found) > 3:
        with pytest.raises(ScenarioError) as refused:
            read_scenario(write(tmp_path, both, "both.toml"))
        assert [one.what for one in refused.value.problems] == [found]
        return
    scenario = read_scenario(write(tmp_path, both, "both.toml"))
    assert scenario.stated == {"report_in": found}
    assert (
        f'report_in = "{found}"' in Whole(scenario=scenario, parts=()).resolved()["scenario.toml"]
    )
