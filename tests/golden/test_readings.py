"""Readings of other engines in place of the law, each worked by hand on made-up trade.

Two sides. Base 2 %; section 232 has steel and copper on contents at 50 %, and parts on the full
value at 30 % (Japan: 15 % all-in, so 13 %); another authority has 10 % on the rest of section 232.
Copper is 10 % of every good, steel 40 % of 7326 and 80 % of 7318.

- 7326 from Germany: contents 20 + 5 = 25 %, less than parts' 30 %. The rest is 10 % of the half
  that the contents leave, even though parts are charged: 2 + 30 + 5 = 37 %.
- 7318 from Germany: contents 40 + 5 = 45 %; rest 10 % of a tenth: 2 + 45 + 1 = 48 %.
- 7326 from Japan: contents 25 % against 13 %; rest 5 %: 2 + 25 + 5 = 32 %.
- 8708 from Germany has no steel and 10 % copper: 5 % against 30 %, rest 10 % of nine tenths: 41 %.

Averages. Mexico's cars, base 2.5 %, of which 80 % claims a preference that is free: base 0.5 %.
Fentanyl of 30 % goes first and exempts what claims it: 30 % of 20 % = 6 %. By law cars of 25 %
(10 % on what claims) would be charged on the 80 %; averaged they yield on all of it.
"""

from pathlib import Path

import polars as pl
import pytest

from calc.policy.readings import HIGHEST
from pipelines.run.rates import FIGURES, KEY
from pipelines.run.variants import Variants, variants_of
from pipelines.variants.sweep import Wanted, sweep
from tests.run.assessed import assessed
from tests.run.test_rates import one_by_one
from tests.run.tool import Done, Place
from tests.shortened import judge_once

pytestmark = pytest.mark.usefixtures("tables_alone")

HEADER = "importer,partner,period,flow,nomenclature,code,customs_value_usd\n"
BASE_HEADER = (
    "importer,partner,programme,code,ad_valorem_rate,specific_rate_usd,specific_unit,rate_text,"
    "valid_from,valid_until,source\n"
)
METALS_TRADE = HEADER + "".join(
    f"USA,{partner},2024,import,HTS2024,{code},1000000\n"
    for partner, code in (
        *(("DEU", "7326908688"), ("DEU", "7318150000"), ("JPN", "7326908688")),
        ("DEU", "8708290000"),
    )
)
METALS_BASE = BASE_HEADER + "".join(
    f"USA,*,mfn,{code},0.02,,,2%,2020-01-01,,made up\n" for code in ("73", "87")
)
METAL = "importer,code,partner,central,source\n*,732690,*,0.4,made up\n*,731815,*,0.8,made up\n"
METALS = """\
id = "s"
title = "Two sides"
importer = "USA"
nomenclature = "HTS2024"
trade = "t"
as_of = 2025-09-01
base = "base.csv"
READING
[contents.steel]
table = "metal.csv"
source = "made up"
[contents.copper]
central = 0.1
source = "made up"
[[measure]]
id = "steel"
authority = "section-232"
programme = "steel"
products = ["73"]
rate = "50%"
mode = "add"
on = "steel"
source = "made up"
[[measure]]
id = "copper"
authority = "section-232"
programme = "copper"
products = ["73", "87"]
rate = "50%"
mode = "add"
on = "copper"
source = "made up"
[[measure]]
id = "parts"
authority = "section-232"
programme = "parts"
products = ["73", "87"]
rate = { all = "30%", JPN = "15% all-in" }
mode = "add"
source = "made up"
[[measure]]
id = "recip"
authority = "reciprocal"
products = "all"
rate = "10%"
mode = "add"
source = "made up"
[[stacking]]
first = ["section-232/parts", ["section-232/steel", "section-232/copper"]]
reciprocal = { on = "rest of section-232" }
source = "made up"
"""
CARS = """\
id = "s"
title = "As published, not law: averages"
importer = "USA"
nomenclature = "HTS2024"
trade = "t"
as_of = 2025-09-01
base = "base.csv"
READING
[portions.usmca]
central = 0.8
low = 0.5
high = 1
programme = "usmca"
source = "made up"
[[measure]]
id = "cars"
authority = "section-232"
products = ["8703"]
rate = "25%"
mode = "add"
by_portion = { usmca = { rate = "10%" } }
source = "made up"
[[measure]]
id = "fent"
authority = "fentanyl"
products = "all"
rate = "30%"
mode = "add"
by_portion = { usmca = { rate = "Free" } }
source = "made up"
[[stacking]]
first = ["fentanyl", "section-232"]
source = "made up"
"""
CARS_BASE = (
    BASE_HEADER + "USA,*,mfn,87,0.025,,,2.5%,2020-01-01,,made up\n"
    "USA,MEX,usmca,87,0,,,Free,2020-01-01,,made up\n"
)
CARS_TRADE = HEADER + "USA,MEX,2024,import,HTS2024,8703230100,1000000\n"
BOTH = 'reading = { highest-of-programmes = "section-232", content-first-rest = "section-232" }'


def workspace(folder: Path, **files: str) -> Place:
    """A workspace with files beside the scenarios, of which the trade is ingested."""
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    place = Place(folder)
    assert place.do("ingest", folder / "trade.csv", "--name", "t").code == 0
    return place


@pytest.fixture(scope="module")
def metals(tmp_path_factory: pytest.TempPathFactory) -> Place:
    folder = tmp_path_factory.mktemp("metals")
    return workspace(folder, trade=METALS_TRADE, base=METALS_BASE, metal=METAL)


@pytest.fixture(scope="module")
def both(metals: Place) -> tuple[Place, Done]:
    """A run under two readings with its page, and what it put on the screen."""
    with pytest.MonkeyPatch.context() as patch:
        judge_once(patch)
        return metals, ran(metals, METALS, BOTH, "both")


@pytest.fixture(scope="module")
def cars(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return workspace(tmp_path_factory.mktemp("cars"), trade=CARS_TRADE, base=CARS_BASE)


def ran(place: Place, scenario: str, reading: str, name: str = "s") -> Done:
    text = scenario.replace("READING", reading).replace('id = "s"', f'id = "{name}"')
    (place.root / f"{name}.toml").write_text(text, encoding="utf-8")
    return place.run(scenario=place.root / f"{name}.toml")


def rates(place: Place, run: str) -> dict[tuple[str, str], float]:
    lines = place.table("lines", run)
    return {
        (partner, code[:4]): round(rate, 12)
        for partner, code, rate in lines.select("partner", "code", "rate_after").iter_rows()
    }


BY_READING = {
    "": {("DEU", "7318"): 0.32, ("DEU", "7326"): 0.32, ("DEU", "8708"): 0.32,
         ("JPN", "7326"): 0.15},
    'reading = { highest-of-programmes = "section-232" }': {
        ("DEU", "7318"): 0.47, ("DEU", "7326"): 0.32, ("DEU", "8708"): 0.32, ("JPN", "7326"): 0.27},
    'reading = "content-first-rest"': {
        ("DEU", "7318"): 0.33, ("DEU", "7326"): 0.37, ("DEU", "8708"): 0.41, ("JPN", "7326"): 0.20},
    BOTH: {("DEU", "7318"): 0.48, ("DEU", "7326"): 0.37, ("DEU", "8708"): 0.41,
           ("JPN", "7326"): 0.32},
    'reading = "sum-of-programmes"': {
        ("DEU", "7318"): 0.77, ("DEU", "7326"): 0.57, ("DEU", "8708"): 0.37, ("JPN", "7326"): 0.40},
    'reading = ["constant-base"]': {
        ("DEU", "7318"): 0.32, ("DEU", "7326"): 0.32, ("DEU", "8708"): 0.32, ("JPN", "7326"): 0.17},
}  # fmt: skip


@pytest.mark.parametrize(("at", "reading"), list(enumerate(BY_READING)))
def test_each_reading_comes_to_what_is_worked_by_hand(metals: Place, at: int, reading: str) -> None:
    scenario = METALS.replace('"base.csv"', '"2%"') if "constant" in reading else METALS
    done = ran(metals, scenario, reading, name := f"reading-{at}")
    assert done.code == 0, done.err
    assert rates(metals, name) == BY_READING[reading]
    # what is put on the screen says that it is no law exactly where it is none
    assert ("not law" in done.out) == bool(reading)


def test_the_lesser_side_stays_with_its_reason_and_the_parts_add_up(
    both: tuple[Place, Done],
) -> None:
    place, _ = both
    parts = place.table("components", "both").filter(
        (pl.col("partner") == "DEU") & (pl.col("code") == "7326908688")
    )
    told = dict(
        parts.select("measure_id", pl.concat_str("status", "reason", separator=": ")).rows()
    )
    words = "programme section-232/parts: comes to more, as a reading has it"
    assert told["steel"] == told["copper"] == f"displaced: {words}"
    assert told["parts"].startswith("applied")
    lines = place.table("lines", "both")
    charged = dict(lines.select(pl.concat_str("partner", "code"), "measure_id").rows())
    assert charged["DEU7326908688"] == "parts + recip"
    assert charged["JPN7326908688"] == "copper + recip + steel"
    total = place.table("by_importer", "both")["duty_increment_usd"].item()
    assert total == 1_500_000.0
    for table in ("by_authority", "by_measure"):
        summed = place.table(table, "both")["duty_increment_usd"].sum()
        assert summed == pytest.approx(total, abs=0.01)


def test_a_run_says_everywhere_that_it_is_no_law(both: tuple[Place, Done]) -> None:
    place, done = both
    told = "the reading highest-of-programmes of section-232"
    assert done.out.splitlines()[0] == "As published, not law: Two sides"
    assert "not law      by the readings content-first-rest of section-232, highest" in done.out
    page = (place.folder("both") / "report.html").read_text(encoding="utf-8")
    assert "<h1>As published, not law: Two sides</h1>" in page
    assert page.count(told) >= 2  # under the title, and among the notes
    resolved = (place.folder("both") / "scenario.toml").read_text(encoding="utf-8")
    stated = (f'{name} = ["section-232"]' for name in ("content-first-rest", HIGHEST))
    assert f"reading = {{ {', '.join(stated)} }}" in resolved
    explained = place.do("explain", "both", "--line", "7326908688", "--partner", "DEU")
    assert f"not law      as published, not law: {told}" in explained.out
    trails = place.do("explain", "both", "--line", "73181500", "--json").object["trails"]
    assert [fact[:23] for fact in trails[0]["readings"]] == ["as published, not law: "] * 2


def test_what_a_run_keeps_reads_back_to_the_same_figures(both: tuple[Place, Done]) -> None:
    place, _ = both
    text = (place.folder("both") / "scenario.toml").read_text(encoding="utf-8")
    again = place.root / "again.toml"
    again.write_text(text, encoding="utf-8")
    assert assessed(place, again).lines().equals(place.table("lines", "both"))


def test_averages_are_of_rates_and_of_the_base(cars: Place) -> None:
    done = ran(cars, CARS, 'reading = "averaged"', "averaged")
    assert done.code == 0, done.err
    line = cars.table("lines", "averaged").row(0, named=True)
    assert (line["segment"], line["base_programme"]) == ("whole", "mfn and usmca")
    assert line["duty_before_usd"] == 5_000.0
    assert line["duty_after_usd"] == 65_000.0
    parts = cars.table("components", "averaged")
    told = parts.select("measure_id", "status", "rate_text", "bites_on", "measure_duty_usd")
    assert told.sort("measure_id").rows() == [
        ("cars", "displaced", "13%", "full value", 130_000.0),
        ("fent", "applied", "30%", "full value, times 0.2", 60_000.0),
    ]
    # at half that claims it, fentanyl is 15 %; where all does, it is out and cars pay 10 %
    ends = cars.table("assumptions", "averaged").filter(kind="portion")
    assert dict(ends.select("end", "duty_increment_usd").rows()) == {
        "low": 150_000.0,
        "high": 100_000.0,
    }


def test_by_law_each_part_of_the_flow_is_read_by_itself(cars: Place) -> None:
    path = cars.root / "by-law.toml"
    path.write_text(CARS.replace("READING", ""), encoding="utf-8")
    found = dict(assessed(cars, path).lines().select("segment", "duty_after_usd").rows())
    assert found == {"usmca": 80_000.0, "not usmca": 65_000.0}


@pytest.mark.parametrize(
    ("reading", "scenario", "what"),
    [
        ('reading = "averagde"', CARS, '"averagde" is not a known reading of the law'),
        ('reading = { highest-of-programmes = "section-223" }', CARS,
         '"section-223" is not an authority of the measures'),
        ('reading = { averaged = "fentanyl" }', CARS,
         "averaged is a reading of the whole law, not of an authority"),
        ('reading = "constant-base"', CARS, "under constant-base the base is one rate for all"),
        ('reading = "highest-of-programmes"', CARS.replace('"add"', '"replace"'),
         "under highest-of-programmes no measure takes the place of the base duty"),
        ('reading = "averaged"', CARS.replace('"10%" }', '"10% all-in" }'),
         "is paid by parts of a flow in another mode"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_so_is_refused(
    cars: Place, reading: str, scenario: str, what: str
) -> None:
    done = ran(cars, scenario, reading)
    assert done.code == 4
    assert what in done.err


@pytest.mark.parametrize(("measure", "rate"), [("parts", 30), ("recip", 10)])
def test_a_sweep_gives_what_runs_give_under_a_reading(
    both: tuple[Place, Done], measure: str, rate: int
) -> None:
    place, _ = both
    scenario = place.root / "both.toml"
    done = place.do("sweep", scenario, "--rate", f"{measure}={rate}:{rate}:1", "--json")
    assert done.code == 0, done.err
    (row,) = done.object["sweep"]
    # a sweep gives every branch of a measure the rate: Japan's parts are all-in at 30 %, 28 %
    more = 30_000.0 if measure == "parts" else 0.0
    assert row["duty_increment_usd"] == 1_500_000.0 + more


@pytest.fixture(scope="module")
def variants(both: tuple[Place, Done]) -> Variants:
    found = assessed(both[0], both[0].root / "both.toml")
    return variants_of(found.question, found.resolved)


@pytest.mark.parametrize("measure", ["parts", "steel", "copper", "recip"])
def test_rates_swept_together_give_what_each_gives_alone(variants: Variants, measure: str) -> None:
    swept = [rate / 100 for rate in range(0, 101, 20)]
    together = sweep(variants.question, Wanted(measure_id=measure, rates=swept))
    assert together.select(KEY, *FIGURES).equals(one_by_one(variants, measure, swept))
    assert together["duty_increment_usd"].n_unique() > 3
