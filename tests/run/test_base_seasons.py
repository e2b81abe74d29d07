"""Base duties by season: oranges into Japan, whose duty is twice as high in winter.

Japan's customs tariff has 0805.10 at 16 percent from June to November, at 32 from December to May
(rates bound in the World Trade Organization). The preference of the tests is made up.
"""

from pathlib import Path
from typing import Any

import pytest

from tests.run.assessed import Assessed, assessed
from tests.run.tool import Place, retorsion

pytestmark = pytest.mark.usefixtures("tables_alone")

TOP = """
id = "oranges"
importer = "JPN"
nomenclature = "HS2022"
trade = "oranges"
base = "base.csv"
as_of = 2023-06-01
"""
MEASURE = """
[[measure]]
id = "answer"
authority = "customs-tariff-law-6"
partners = ["USA"]
products = ["0805.10"]
rate = "20% all-in"
source = "hypothetical"
"""
BASE = "importer,partner,programme,code,ad_valorem_rate,season,valid_from,source,rate_text\n"
SUMMER = "JPN,*,mfn,080510,0.16,06-01..11-30,2020-01-01,schedule,16%\n"
WINTER = "JPN,*,mfn,080510,0.32,12-01..05-31,2020-01-01,schedule,32%\n"
REST = "JPN,*,mfn,080510,0.32,,2020-01-01,schedule,32%\n"
HEADER = "importer,partner,period,flow,nomenclature,code,cif_value_usd\n"


def scenario(folder: Path, *rates: str, top: str = "") -> Path:
    (folder / "base.csv").write_text(BASE + "".join(rates), encoding="utf-8")
    path = folder / "oranges.toml"
    path.write_text(TOP + top + MEASURE, encoding="utf-8")
    return path


def ingested(folder: Path, *flows: tuple[str, str, str, float]) -> Place:
    """A workspace with Japan's imports by partner, period, code and value."""
    place = Place(folder / "place")
    place.root.mkdir()
    rows = "".join(f"JPN,{p},{when},import,HS2022,{code},{v}\n" for p, when, code, v in flows)
    (folder / "oranges.csv").write_text(HEADER + rows, encoding="utf-8")
    assert place.do("ingest", folder / "oranges.csv", "--name", "oranges").code == 0
    return place


def put(folder: Path, path: Path, *flows: tuple[str, str, str, float]) -> Assessed:
    """The scenario put to these imports."""
    return assessed(ingested(folder, *flows), path)


def lines_of(found: Assessed, *names: str) -> list[tuple[Any, ...]]:
    return found.lines().select(names).rows()


def test_a_year_pays_each_season_on_its_days(tmp_path: Path) -> None:
    """183 of 365 days are summer: 16 percent, which 20 all-in tops up; 32 percent, which it not."""
    result = put(tmp_path, scenario(tmp_path, SUMMER, WINTER), ("USA", "2023", "080510", 3650))
    rows = lines_of(result, "customs_value_usd", "duty_before_usd", "duty_increment_usd")
    assert rows == [(1830.0, 292.8, 73.2), (1820.0, 582.4, 0.0)]
    lines = result.lines()
    assert lines["segment"].to_list()[0] == "entered 06-01..11-30, by days"
    assert set(lines["base_programme"]) == {"mfn"}
    printed = lines["base_rate_text"].to_list()
    assert printed == ["16% (06-01..11-30)", "32% (12-01..05-31)"]
    assert result.sums()["duty_before_usd"] == 875.2


def test_a_month_within_a_season_is_not_split(tmp_path: Path) -> None:
    flows = [("USA", f"2023-{month:02}", "080510", 100) for month in range(1, 13)]
    result = put(tmp_path, scenario(tmp_path, SUMMER, REST), *flows)
    found = lines_of(result, "period", "segment", "duty_before_usd")
    assert found == [
        (f"2023-{month:02}", "whole", 16.0 if 6 <= month <= 11 else 32.0) for month in range(1, 13)
    ]


def test_other_goods_and_a_longer_code_keep_their_rate_all_year(tmp_path: Path) -> None:
    lemons = "JPN,*,mfn,0805,0.05,,2020-01-01,schedule,5%\n"
    path = scenario(tmp_path, SUMMER, REST, lemons)
    path.write_text(path.read_text().replace('"0805.10"', '"0805"'), encoding="utf-8")
    result = put(tmp_path, path, ("USA", "2023", "080510", 3650), ("USA", "2023", "080550", 100))
    found = lines_of(result, "code", "segment", "duty_before_usd")
    assert found[-1] == ("080550", "whole", 5.0)
    assert len(found) == 3


def test_a_preference_has_a_season_of_its_own(tmp_path: Path) -> None:
    """Half claims it: free in summer, and in winter the normal 32 percent."""
    granted = "JPN,USA,epa,080510,0,06-01..11-30,2020-01-01,agreement,Free\n"
    claim = '[portions.claimed]\ncentral = 0.5\nprogramme = "epa"\nsource = "made up"\n'
    path = scenario(tmp_path, SUMMER, REST, granted, top=claim)
    result = put(tmp_path, path, ("USA", "2023", "080510", 3650))
    found = {
        (row[0], "claimed;" in f"{row[1]};" and "not claimed" not in row[1], row[2]): row[3]
        for row in lines_of(
            result, "base_programme", "segment", "customs_value_usd", "duty_before_usd"
        )
    }
    assert found == {
        ("epa", True, 915.0): 0.0, ("mfn", True, 910.0): 291.2,
        ("mfn", False, 915.0): 146.4, ("mfn", False, 910.0): 291.2,
    }  # fmt: skip


def test_a_season_of_a_measure_and_one_of_the_base_meet(tmp_path: Path) -> None:
    """On 153 of 365 days the measure holds: 16 percent before, 50 added, on 1,530 USD."""
    path = scenario(tmp_path, SUMMER, REST)
    seasonal = '{ season = "07-01..11-30", rate = "50%" }\nmode = "add"'
    path.write_text(path.read_text().replace('"20% all-in"', seasonal), encoding="utf-8")
    result = put(tmp_path, path, ("USA", "2023", "080510", 3650))
    whole = result.sums()
    assert whole["duty_before_usd"] == 244.8
    assert whole["duty_increment_usd"] == 765.0


def test_markets_whose_others_pay_by_season_are_not_solved(tmp_path: Path) -> None:
    """What Spain pays over the year is not known, so neither is what trade does in answer."""
    top = '[effects]\npenetration = { central = 0.5, source = "made up" }\ndraws = 10\n'
    path = scenario(tmp_path, SUMMER, REST)
    path.write_text(path.read_text() + top, encoding="utf-8")
    place = ingested(tmp_path, ("USA", "2023", "080510", 3650), ("ESP", "2023", "080510", 100))
    done = place.run("-q", scenario=path)
    assert done.code == 0, done.err
    market = place.table("market_effects").row(0, named=True)
    assert market["verdict"] != "solved"


@pytest.mark.parametrize(
    ("rates", "said"),
    [
        ([SUMMER, SUMMER.replace("06-01..11-30", "11-01..12-31")],
         "row 2 has 080510 in the season 06-01..11-30, which shares days with 11-01..12-31"),
        ([SUMMER.replace("06-01", "06-31")], '"06-31..11-30" is not a part of the year'),
        ([SUMMER.replace("06-01..11-30", "summer")], "season"),
        ([SUMMER, SUMMER], "row 3 gives 080510 another rate for days on which row 2 gives one"),
    ],
)  # fmt: skip
def test_seasons_that_cannot_be_used_are_refused(
    tmp_path: Path, rates: list[str], said: str
) -> None:
    done = retorsion("scenario", "check", scenario(tmp_path, *rates))
    assert done.code == 4
    assert said in done.err
    assert "base.csv row" in done.err


def test_seasons_on_different_days_of_the_law_may_share_days_of_the_year(tmp_path: Path) -> None:
    later = SUMMER.replace("06-01..11-30", "05-01..10-31").replace("2020", "2024")
    ended = BASE.replace("valid_from", "valid_from,valid_until")
    path = scenario(tmp_path, SUMMER)
    text = ended + SUMMER.replace("2020-01-01", "2020-01-01,2024-01-01") + later.replace(
        "2024-01-01", "2024-01-01,"
    )  # fmt: skip
    (tmp_path / "base.csv").write_text(text, encoding="utf-8")
    done = retorsion("scenario", "check", path)
    assert done.code == 0, done.err
