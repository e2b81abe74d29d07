"""Eleven real measures on small trade tables, against figures worked out by hand; see notes.md.

Every case names the days of the law that it is asked at. The figures are sums over all lines.
"""

import csv
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pipelines.scenario.law import law_at
from pipelines.scenario.read import read_scenario
from tests.run.assessed import assessed
from tests.run.tool import ROOT, Done, Place, retorsion

pytestmark = pytest.mark.usefixtures("tables_alone")

RAW = ROOT / "data" / "raw" / "scenarios"
LAW = RAW / "law"
SCENARIOS = sorted([*RAW.glob("us-19*.toml"), *LAW.glob("*.toml")])
MOST_LINES = 40
FIGURES = ("duty_before_usd", "duty_after_usd", "duty_increment_usd")
ANSWERS = {"before": FIGURES[0], "after": FIGURES[1], "added": FIGURES[2]}

slow = pytest.mark.slow


@dataclass(frozen=True)
class Flow:
    """An import: partner, code and USD, with a quantity and its unit where the duty needs one."""

    partner: str
    code: str
    value_usd: int
    quantity: int | None = None
    unit: str = ""
    period: str = "2020"


TRADE: Mapping[str, Sequence[Flow]] = {
    "us-232-steel-2018": [
        Flow("CAN", "7208510030", 2_000_000),
        Flow("DEU", "7208510030", 400_000),
        Flow("JPN", "7208510030", 1_000_000),
        Flow("KOR", "7208510030", 300_000, 3_350_000, "t"),
        Flow("TUR", "7208510030", 500_000),
    ],
    "us-301-list-3": [Flow("CHN", "7326908688", 14_172), Flow("JPN", "7326908688", 99_999)],
    "eu-2018-886": [
        Flow("USA", "22083011", 1_000_000),
        Flow("USA", "87114000", 200_000),
        Flow("USA", "95044000", 50_000),
    ],
    "ca-2025-surtax": [
        Flow("USA", "220830", 80_552_282),
        Flow("USA", "330499", 986_689_887),
        Flow("USA", "401110", 674_685_138),
    ],
    "us-2025-northern-border": [
        Flow("CAN", "270900", 4_000_000),
        Flow("CAN", "870323", 2_000_000),
        Flow("MEX", "870323", 9_000_000),
    ],
    "us-201-solar": [
        Flow("MYS", "8541420010", 1_000_000, 20_000_000_000, "W"),
        Flow("MYS", "8541430010", 1_000_000),
    ],
    "us-122-2026": [
        Flow("CAN", "8479500000", 500_000),
        Flow("DEU", "9003110000", 1_000_000),
        Flow("JPN", "8479500000", 200_000),
    ],
    "us-japan-2025-all-in": [
        Flow("JPN", "4202128170", 50_000),
        Flow("JPN", "7208510030", 200_000),
        Flow("JPN", "7307230090", 100_000),
    ],
    "us-ad-pipe-fittings": [Flow("JPN", "7307230090", 100_000)],
    "us-column-2-glass": [Flow("RUS", "7005211010", 50_000, 10_000, "m2")],
    "us-gsp-lapse": [Flow("IDN", "4202124000", 1_000_000)],
    "eu-cauliflower": [
        Flow("TUR", "07041010", 30_000, quantity=10_000, unit="kg", period="2024-04"),
        Flow("TUR", "07041010", 1_000, quantity=100_000, unit="kg", period="2024-07"),
        Flow("TUR", "07041010", 20_000, quantity=10_000, unit="kg", period="2024-12"),
    ],
}


@dataclass(frozen=True)
class Case:
    """A measure asked at a day: the duty before and after, and what is added; null if unknown."""

    name: str
    as_of: str
    before: float | None
    after: float | None
    added: float | None


CASES = [
    Case("us-232-steel-2018", "2018-05-01", 0, 375_000, 375_000),
    Case("us-232-steel-2018", "2018-07-01", 0, 975_000, 975_000),
    Case("us-232-steel-2018", "2018-09-01", 0, 1_100_000, 1_100_000),
    Case("us-232-steel-2018", "2019-06-01", 0, 475_000, 475_000),
    Case("us-301-list-3", "2019-01-01", 410.988, 1_828.188, 1_417.2),
    Case("us-301-list-3", "2024-06-14", 410.988, 3_953.988, 3_543.0),
    Case("us-301-list-3", "2024-12-31", 369.8892, 3_558.5892, 3_188.7),
    Case("eu-2018-886", "2020-06-01", 13_350, 318_350, 305_000),
    Case("eu-2018-886", "2021-05-31", 13_350, 318_350, 305_000),
    Case("eu-2018-886", "2021-06-01", 13_350, 618_350, 605_000),
    Case("ca-2025-surtax", "2025-03-03", 0, 0, 0),
    Case("ca-2025-surtax", "2025-03-04", 0, 435_481_826.75, 435_481_826.75),
    Case("ca-2025-surtax", "2025-09-01", 0, 0, 0),
    Case("us-2025-northern-border", "2025-03-03", 0, 0, 0),
    Case("us-2025-northern-border", "2025-03-04", 0, 900_000, 900_000),
    Case("us-201-solar", "2018-02-07", 0, 562_500, 562_500),
    Case("us-201-solar", "2022-02-06", 0, 281_250, 281_250),
    Case("us-201-solar", "2022-06-01", 0, 258_125, 258_125),
    Case("us-201-solar", "2024-07-31", 0, 249_375, 249_375),
    Case("us-201-solar", "2024-08-01", 0, 195_937.5, 195_937.5),
    Case("us-201-solar", "2026-02-06", 0, 192_500, 192_500),
    Case("us-201-solar", "2026-02-07", 0, 0, 0),
    Case("us-122-2026", "2026-02-23", 30_000, 30_000, 0),
    Case("us-122-2026", "2026-03-01", 30_000, 150_000, 120_000),
    Case("us-122-2026", "2026-07-23", 30_000, 150_000, 120_000),
    Case("us-122-2026", "2026-07-24", 30_000, 30_000, 0),
    Case("us-japan-2025-all-in", "2025-08-06", 13_800, 13_800, 0),
    Case("us-japan-2025-all-in", "2025-08-20", 13_800, 53_800, 40_000),
    Case("us-ad-pipe-fittings", "2024-12-31", 5_000, 53_843, 48_843),
    Case("us-column-2-glass", "2024-12-31", 1_650, 23_800, 22_150),
    Case("us-gsp-lapse", "2020-12-31", 15_750, 15_750, 0),
    Case("us-gsp-lapse", "2021-01-01", 63_000, 63_000, 0),
    Case("eu-cauliflower", "2024-12-31", 0, 7_168, 7_168),
]


def toml(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def write_trade(path: Path, name: str, *, with_quantity: bool = True) -> None:
    """The trade table of a case in the layout of the table TRADE."""
    scenario = toml(LAW / f"{name}.toml")
    value = "cif_value_usd" if scenario["importer"] == "EU27" else "customs_value_usd"
    header = ["importer", "partner", "period", "flow", "nomenclature", "code", value]
    header += ["quantity", "quantity_unit"]
    with path.open("w", encoding="utf-8", newline="") as stream:
        out = csv.writer(stream, lineterminator="\n")
        out.writerow(header)
        for flow in TRADE[name]:
            quantity = flow.quantity if with_quantity else None
            key = [scenario["importer"], flow.partner, flow.period, "import"]
            unit = flow.unit if quantity else ""
            row = [*key, scenario["nomenclature"], flow.code, flow.value_usd, quantity or "", unit]
            out.writerow(row)


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Place]:
    """A workspace for each measure, with its trade table."""
    return {name: workspace(tmp_path_factory.mktemp(name), name, f"{name}.csv") for name in TRADE}


def workspace(root: Path, name: str, file: str, *, with_quantity: bool = True) -> Place:
    place = Place(root)
    write_trade(root / file, name, with_quantity=with_quantity)
    done = place.do("ingest", root / file, "--name", toml(LAW / f"{name}.toml")["trade"])
    assert done.code == 0, done.err
    return place


def sums_of(place: Place, scenario: Path, as_of: str | None = None) -> dict[str, Any]:
    """The sums over all lines under the law of a day."""
    return assessed(place, scenario, as_of).sums()


def changed(folder: Path, name: str, *changes: tuple[str, str]) -> Path:
    """A copy of a scenario of the law with its annexes, texts of it replaced."""
    for annex in LAW.glob("*.csv"):
        (folder / annex.name).write_bytes(annex.read_bytes())
    text = (LAW / f"{name}.toml").read_text(encoding="utf-8")
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    path = folder / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return path


def check(path: Path) -> Done:
    return retorsion("scenario", "check", path)


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_scenario_is_good(path: Path) -> None:
    done = check(path)

    assert done.code == 0, done.err
    assert done.out.startswith(f"{path.stem} is good: ")


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_each_measure_cites_its_act(path: Path) -> None:
    scenario = toml(path)

    assert scenario["id"] == path.stem
    assert all(measure["source"] for measure in scenario["measure"])
    assert "hypothetical" not in path.read_text(encoding="utf-8").casefold()


@pytest.mark.parametrize("path", sorted(LAW.glob("*.toml")), ids=lambda path: path.stem)
def test_scenario_of_a_real_measure_is_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) < MOST_LINES


def test_every_real_measure_has_a_figure_worked_out_by_hand() -> None:
    names = {path.stem for path in LAW.glob("*.toml")}

    assert names == set(TRADE) == {case.name for case in CASES}
    notes = (Path(__file__).parent / "real-measures" / "notes.md").read_text(encoding="utf-8")
    assert [name for name in sorted(names) if f"## {name}\n" not in notes] == []


@slow
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.name} {case.as_of}")
def test_duty_is_the_one_worked_out_by_hand(places: dict[str, Place], case: Case) -> None:
    found = sums_of(places[case.name], LAW / f"{case.name}.toml", case.as_of)

    assert {word: found[column] for word, column in ANSWERS.items()} == {
        "before": case.before,
        "after": case.after,
        "added": case.added,
    }


@slow
def test_a_ruling_brings_the_second_annex_forward(places: dict[str, Place], tmp_path: Path) -> None:
    event = "[events.panel-ruling]                  # none came: no day"
    path = changed(tmp_path, "eu-2018-886", (event, "[events.panel-ruling]\non = 2020-01-15\n"))

    days = ("2020-01-14", "2020-01-15")
    added = [sums_of(places["eu-2018-886"], path, day)[FIGURES[2]] for day in days]

    assert added == [305_000, 605_000]


@slow
def test_what_was_known_in_august_is_without_the_agreement(
    places: dict[str, Place], tmp_path: Path
) -> None:
    place = places["us-japan-2025-all-in"]
    day = "as_of = 2025-08-20\n"
    then = changed(tmp_path, "us-japan-2025-all-in", (day, f"{day}known_at = 2025-08-31\n"))
    overpaid = sums_of(place, then)[FIGURES[2]]
    owed = sums_of(place, LAW / "us-japan-2025-all-in.toml")[FIGURES[2]]

    assert (overpaid, owed, overpaid - owed) == (52_500, 40_000, 12_500)


@slow
def test_compound_duty_without_an_area_is_unknown(tmp_path: Path) -> None:
    place = workspace(tmp_path, "us-column-2-glass", "trade.csv", with_quantity=False)
    found = sums_of(place, LAW / "us-column-2-glass.toml")

    assert [found[figure] for figure in FIGURES] == [None, None, None]
    assert found["duty_after_unknown_value_usd"] == 50_000


@slow
@pytest.mark.parametrize(
    ("name", "as_of", "state", "imports", "over_share", "prohibited_usd"),
    [
        ("us-232-steel-2018", "2018-07-01", "over-quota", 3_350_000, 0.2, 60_000),
        ("us-201-solar", "2018-02-07", "over-quota", 20, 0.875, 0),
        ("us-201-solar", "2022-06-01", "over-quota", 20, 0.75, 0),
        ("us-201-solar", "2024-08-01", "over-quota", 20, 0.375, 0),
    ],
)
def test_quota_is_filled_as_worked_out_by_hand(
    places: dict[str, Place], name: str, as_of: str, state: str, imports: float, over_share: float,
    prohibited_usd: float,
) -> None:  # fmt: skip
    done = places[name].run("--as-of", as_of, "-q", scenario=LAW / f"{name}.toml")
    assert done.code == 0, done.err
    sums = places[name].table("by_importer", name).row(0, named=True)
    table = places[name].table("by_quota", name)
    row = table.filter(table["imports_value_usd"] > 0).row(0, named=True)

    assert (row["state"], row["imports_amount"]) == (state, imports)
    assert row["over_share"] == pytest.approx(over_share, rel=1e-15)
    assert sums["prohibited_value_usd"] == row["prohibited_value_usd"] == prohibited_usd
    # Its quarters are capped, and the table is by year.
    assert row["is_lower_bound"] == (name == "us-232-steel-2018")


def notes_of(path: Path) -> list[str]:
    """What the law of a scenario is told of legal limits."""
    notes = law_at(read_scenario(path)).notes
    return [note for note in notes if "allows at most" in note]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("through = 2026-07-23", "through = 2026-07-23", []),
        (
            "through = 2026-07-23",
            "through = 2026-07-24",
            ["surcharge is in force for 151 days: section-122 allows at most 150"],
        ),
        ('"10%"', '"15.1%"', ["surcharge is at 15.1 %: section-122 allows at most 15 %"]),
    ],
)
def test_section_122_keeps_to_its_limits_and_no_longer(
    tmp_path: Path, old: str, new: str, told: list[str]
) -> None:
    path = changed(tmp_path, "us-122-2026", (old, new))

    assert notes_of(path) == [f"{sentence} (19 U.S.C. 2132(a))" for sentence in told]
