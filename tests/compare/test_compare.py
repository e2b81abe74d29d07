"""``compare`` as a person uses it: causes by name with their dollars, lists line by line."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipelines.compare.sides import side_of
from pipelines.compare.step import compare, write_comparison
from pipelines.compare.told import comparison_dict, comparison_lines
from pipelines.progress import Talk
from pipelines.run.inputs import RunSettings
from tests.run.test_include import flow
from tests.run.tool import Done, Place, contents, flip
from tests.shortened import shorten
from tests.validation.tables import write_trade

pytestmark = pytest.mark.usefixtures("tables_alone")

TOP = """
id = "{id}"
importer = "USA"
nomenclature = "HS2022"
trade = "{trade}"
as_of = 2025-06-01
base = "2.5%"
"""
MEASURE = """
[[measure]]
id = "{id}"
authority = "section-301"
partners = ["CHN"]
products = {products}
rate = "{rate}"
source = "hypothetical"
{more}
"""
FLOWS = [
    flow("USA", "CHN", "870323", 1_000.0), flow("USA", "CHN", "700521", 500.0),
    flow("USA", "CHN", "851713", 300.0), flow("USA", "JPN", "870323", 700.0),
]  # fmt: skip
RATE = '\nrate = "100%"'
TABLES = {
    "small": FLOWS,
    "later": [*FLOWS[1:], flow("USA", "CHN", "870323", 3_000.0)],
    "both": [*FLOWS, flow("CAN", "JPN", "870323", 80.0)],
}


def measure(name: str, products: list[str], rate: str = "25%", more: str = "") -> str:
    return MEASURE.format(id=name, products=json.dumps(products), rate=rate, more=more)


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A workspace with two small trade tables that were judged."""
    place = Place(tmp_path_factory.mktemp("judged"))
    with pytest.MonkeyPatch.context() as patch:
        shorten(patch)
        for name, rows in TABLES.items():
            write_trade(place.workspace, name, rows)
            assert place.do("validate", place.workspace.trade / f"{name}.parquet").code == 0
    return place


@pytest.fixture
def desk(judged: Place, tmp_path: Path) -> Place:
    """A workspace of a test's own with the small trade tables."""
    copied = tmp_path / "desk"
    shutil.copytree(judged.root, copied)
    return Place(copied)


def write(place: Place, name: str, *measures: str, trade: str = "small", more: str = "") -> Path:
    path = place.root / f"{name}.toml"
    path.write_text(TOP.format(id=name, trade=trade) + more + "".join(measures), encoding="utf-8")
    return path


def compared(place: Place, *arguments: str | Path) -> dict[str, Any]:
    done = place.do("compare", *arguments, "--json", "-q")
    assert done.code == 0, done.err
    told: dict[str, Any] = done.object
    return told


def told_twice(place: Place, *sides: Path, comments: Path | None = None) -> tuple[str, Any]:
    """A comparison as the screen has it and as an object, computed once and written."""
    talk = Talk(quiet=True)
    first, second = (side_of(place.workspace, str(path), RunSettings(), talk) for path in sides)
    done = compare(first, second, comments)
    folder = place.workspace.relative(write_comparison(place.workspace, done))
    return "\n".join(comparison_lines(done, folder)), comparison_dict(done, folder)


def causes(told: Mapping[str, Any], figure: str = "duty_increment") -> dict[str, float]:
    return {f"{one['kind']}: {one['cause']}": one["changes_usd"][figure] for one in told["causes"]}


def test_a_change_of_one_rate_is_the_only_cause_and_has_its_dollars(desk: Place) -> None:
    cars, glass = measure("cars", ["8703"]), measure("glass", ["7005"])
    first = write(desk, "v1", cars, glass)
    second = write(desk, "v2", measure("cars", ["8703"], "40%"), glass)

    told = compared(desk, first, second)

    assert causes(told) == {"law: measure cars": 150.0}  # 1,000 at 40 instead of 25 percent
    assert told["causes"][0]["what"] == "rate 25% -> 40%"
    (entry,) = told["schedule_changes"]
    assert (entry["measure_id"], entry["prefix"], entry["change"]) == ("cars", "8703",
                                                                       "rate changed")  # fmt: skip
    assert entry["rate_first"] == "25% (add, in force)"
    assert entry["rate_second"] == "40% (add, in force)"
    assert entry["duty_increment_change_usd"] == 150.0
    (lines,) = told["list_changes"]
    assert lines == {
        "change": "rate changed", "lines": 1, "covered_value_first_usd": 1_000.0,
        "covered_value_second_usd": 1_000.0, "duty_increment_change_usd": 150.0,
        "lines_of_unknown_change": 0,
    }  # fmt: skip


def test_data_come_first_then_assumptions_then_law_and_all_adds_up(desk: Place) -> None:
    part = '\n[portions.used]\ncentral = {}\nsource = "a guess"\n'
    first = write(desk, "v1", measure("cars", ["8703"], more='portion = "used"'),
                  measure("glass", ["7005"]), more=part.format("0.5"))  # fmt: skip
    second = write(desk, "v2", measure("cars", ["8703"], "40%", 'portion = "used"'),
                   measure("phones", ["8517"], "10%"), more=part.format("0.8"),
                   trade="later")  # fmt: skip

    told = compared(desk, first, second)

    assert causes(told) == {
        "data: trade table": 2_000 * 0.5 * 0.25,
        "assumptions: portion used": 3_000 * 0.3 * 0.25,
        "law: measure glass": -500 * 0.25,
        "law: measure cars": 3_000 * 0.8 * 0.15,
        "law: measure phones": 300 * 0.1,
    }
    assert told["causes"][1]["what"] == "50% -> 80%"
    changes = {row["figure"]: row["change_usd"] for row in told["compared"]}
    for figure, change in changes.items():
        assert sum(causes(told, figure).values()) == pytest.approx(change, abs=1e-9)
    assert changes["duty_increment"] == 3_000 * 0.8 * 0.4 + 300 * 0.1 - 1_000 * 0.5 * 0.25 - 125
    assert changes["covered_value"] != 0


def test_what_cannot_be_put_on_one_by_one_is_put_on_together(desk: Place) -> None:
    # Two duties in lieu of the base, of two authorities, cannot both hold on the cars.
    in_lieu = 'mode = "replace"'
    first = write(desk, "v1", measure("old", ["8703"], more=in_lieu))
    new = measure("new", ["8703"], "50%", in_lieu).replace("section-301", "section-232")
    second = write(desk, "v2", measure("old", ["7005"], more=in_lieu), new)

    told = compared(desk, first, second)

    (cause,) = told["causes"]
    assert cause["cause"] == "measure new and measure old"
    assert cause["what"] == (
        "measure new: added: 50% on CHN; measure old: products: 1 added (7005), 1 removed (8703)"
    )
    assert cause["changes_usd"]["duty_increment"] == 1_000 * 0.25 + 500 * 0.225


def test_runs_that_are_kept_are_taken_apart_from_what_they_were_made_of(desk: Place) -> None:
    path = write(desk, "v1", measure("cars", ["8703"]))
    assert desk.run("-q", scenario=path).code == 0
    write(desk, "v1", measure("cars", ["8703"], "30%"))  # edited where it stands
    assert desk.run("-q", scenario=path).code == 0

    told = compared(desk, "v1~1", "v1")

    assert causes(told) == {"law: measure cars": 50.0}
    assert told["first"]["is_kept_run"]
    assert told["second"]["is_kept_run"]
    ids = [told[side]["run_id"] for side in ("first", "second")]
    assert ids == [desk.folder(run).name for run in ("v1~1", "v1")], (
        "the ids by which they are kept"
    )


def test_a_run_whose_trade_table_was_replaced_cannot_be_taken_apart(desk: Place) -> None:
    path = write(desk, "v1", measure("cars", ["8703"]))
    assert desk.run("-q", scenario=path).code == 0
    flip(desk.workspace.trade / "small.parquet")

    done = desk.do("compare", "v1", "v1")

    assert done.code == 8
    assert "its trade table data/processed/trade/small.parquet has changed since" in done.err
    assert "compare the scenario files" in done.err
    assert not desk.workspace.comparisons.exists()


def test_the_comment_log_says_who_asked_for_what(desk: Place) -> None:
    first = write(desk, "v1", measure("cars", ["8703", "7005"]))
    second = write(desk, "v2", measure("cars", ["8703", "8517", "9018"]))
    log = desk.root / "log.csv"
    log.write_text(
        "HTS8;commenter;ask;decision;reason\n7005.21.10;Glaziers;remove;removed;no other source\n"
        "8517;Makers;add;added;\n9403;Joiners;remove;kept;home industry\n",
        encoding="utf-8",
    )

    screen, told = told_twice(desk, first, second, comments=log)

    entries = {row["prefix"]: row for row in told["schedule_changes"]}
    assert {code: row["change"] for code, row in entries.items()} == {
        "7005": "removed", "8517": "added", "9018": "added"
    }  # fmt: skip
    assert entries["7005"]["commenter"] == "Glaziers"
    assert entries["7005"]["decision_reason"] == "no other source"
    assert entries["9018"]["commenter"] is None
    assert entries["9018"]["named_value_second_usd"] == 0.0  # known: there is no such trade
    assert told["comments_on_nothing_changed"] == ["9403"]
    assert "[Glaziers asked: remove; decided: removed; because: no other source]" in screen
    assert "comments  1 on codes that did not change: 9403" in screen
    lines = pl.read_parquet(desk.root / told["folder"] / "list_changes.parquet")
    assert lines.select("code", "change", "ask").rows() == [
        ("700521", "removed", "remove"),
        ("851713", "added", "add"),
    ]


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("line,who\n8703,A\n", 3, "the comment log has no column ask"),
        ("code,commenter,ask\n87x,A,keep\n", 3, "87x is no code of a good"),
    ],
)
def test_a_comment_log_that_cannot_be_read_is_refused(
    desk: Place, text: str, code: int, message: str
) -> None:
    first = write(desk, "v1", measure("cars", ["8703"]))
    log = desk.root / "log.csv"
    log.write_text(text, encoding="utf-8")

    done = desk.do("compare", first, first, "--comments", log)

    assert done.code == code
    assert message in done.err
    assert "log.csv, row" in done.err
    assert not desk.workspace.comparisons.exists()


def test_two_on_other_partners_are_told_to_have_nothing_in_common(desk: Place) -> None:
    first = write(desk, "v1", measure("cars", ["8703"]))
    second = write(desk, "v2", measure("cars", ["8703"]).replace("CHN", "JPN"))
    same = write(desk, "v3", measure("cars", ["8703", "7005"]))

    told = compared(desk, first, second)

    sentence = (
        "the two have no partner in common (CHN against JPN): the difference is between two flows "
        "of trade, not between two schedules"
    )
    assert told["nothing_in_common"] == [sentence]
    page = (desk.root / told["folder"] / "comparison.html").read_text(encoding="utf-8")
    assert "The two have no partner in common (CHN against JPN)" in page
    words = desk.do("compare", first, second).out
    assert "apart     the two have no partner in common (CHN against JPN): the difference" in words
    assert compared(desk, first, same)["nothing_in_common"] == []


def test_two_that_are_alike_have_no_causes(desk: Place) -> None:
    first = write(desk, "v1", measure("cars", ["8703"]))
    second = write(desk, "v2", measure("cars", ["8703"]).replace("hypothetical", "a notice"))

    done = desk.do("compare", first, second)

    assert done.code == 0
    assert "causes    none: the two are alike" in done.out
    assert "list      the same lines at the same rates" in done.out


def test_choices_for_scenario_files_are_refused_for_runs(desk: Place) -> None:
    path = write(desk, "v1", measure("cars", ["8703"]))
    assert desk.run("-q", scenario=path).code == 0

    done = desk.do("compare", "v1", "v1", "--as-of", "2025-01-01")

    assert done.code == 2
    assert "v1 is a run that is kept, on its own trade and date" in done.err


def test_an_importer_that_only_one_side_has_is_a_cause(desk: Place) -> None:
    part = write(desk, "v1", measure("cars", ["8703"]))
    other = write(desk, "v2", measure("cars", ["8703"]).replace("CHN", "JPN"))
    other.write_text(other.read_text().replace('importer = "USA"', 'importer = "CAN"'))
    both = desk.root / "both.toml"
    top = 'id = "both"\ntrade = "both"\ninclude = ["v1.toml", "v2.toml"]\n'
    both.write_text(top, encoding="utf-8")

    told = compared(desk, part, both, "--trade", "both")

    assert causes(told) == {"law: all of CAN": 20.0}


def test_the_same_comparison_is_the_same_bytes_and_a_page_for_people(place: Place) -> None:
    scenario = place.root / "half.toml"
    text = (Path(__file__).parents[2] / "data/raw/scenarios/us-japan-2024.toml").read_text()
    scenario.write_text(
        text.replace('"us-japan-2024"', '"half"').replace(RATE, '\nrate = "50%"', 1)
    )

    told = compared(place, "us-japan-2024", scenario)
    folder = place.root / told["folder"]
    before = contents(folder)
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    again = compared(place, "us-japan-2024", scenario)

    assert causes(told)["law: measure car-parts"] == pytest.approx(-7_063_070_376 / 2, abs=1)
    assert len(told["causes"]) == 1
    assert again == told
    assert contents(folder) == before
    page = before["comparison.html"].decode()
    assert "What moves it most: measure car-parts, -3.53 bn USD." in page
    assert "Duty before (USD)" not in page  # no cause changes it
    assert "<script" not in page
    assert 'href="http' not in page


def test_files_of_a_base_and_annexes_are_found_again_for_a_kept_run(place: Place) -> None:
    done: Done = place.do("compare", "us-japan-2024", "us-japan-2024")

    assert done.code == 0, done.err
    assert "causes    none: the two are alike" in done.out


EURO = """
report_in = "EUR"
currencies.EUR = { usd = 1.25, on = 2024-12-31, source = "ECB" }
"""


def in_euro(place: Place, name: str, rate: str, stated: str = EURO) -> Path:
    path = write(place, name, measure("cars", ["8703"], rate))
    path.write_text(stated + path.read_text(encoding="utf-8"), encoding="utf-8")
    return path


def test_two_that_are_told_in_one_money_are_compared_in_it(desk: Place) -> None:
    first, second = in_euro(desk, "v1", "25%"), in_euro(desk, "v2", "2 USD/number + 40%")
    screen, told = told_twice(desk, first, in_euro(desk, "v3", "40%"))
    lines = screen.splitlines()
    assert lines[2:4] == [
        "money     amounts in EUR, at USD 1.25 for one on 2024-12-31 (ECB)",
        f"{'EUR':<36}{'first':>19}{'second':>19}{'change':>19}",
    ]
    # 1,000 USD at 25 and 40 percent.
    assert f"{'USA  duty added':<36}{'200':>19}{'320':>19}{'+120':>19}" in lines
    assert screen.count("USD") == 1

    assert told["currency"] == {"code": "EUR", "usd": 1.25, "on": "2024-12-31", "source": "ECB"}
    assert told["causes"][0]["changes_eur"]["duty_increment"] == 120.0
    (lines_changed,) = told["list_changes"]
    assert lines_changed["covered_value_first_eur"] == 800.0
    folder = desk.root / told["folder"]
    page = (folder / "comparison.html").read_text(encoding="utf-8")
    assert "Change (EUR)" in page
    assert "Amounts in EUR, at USD 1.25 for one on 2024-12-31 (ECB)." in page
    assert page.count("USD") == 1
    # Parquet stays in USD, and says in which money it is told.
    kept = pl.read_parquet(folder / "causes.parquet").filter(figure="duty_increment")
    assert kept["change_usd"].to_list() == [150.0]
    about = pl.read_parquet_metadata(folder / "causes.parquet")
    assert about["told_in"] == "EUR, at USD 1.25 for one on 2024-12-31 (ECB)"

    as_written = desk.do("compare", first, second, "-q")
    assert "rate 25% -> 2 USD/number + 40%" in as_written.out


def test_two_that_are_told_in_different_money_are_compared_in_dollars(desk: Place) -> None:
    first, second = write(desk, "v1", measure("cars", ["8703"])), in_euro(desk, "v2", "40%")
    told = compared(desk, first, second)
    assert causes(told) == {"law: measure cars": 150.0}
    assert "currency" not in told
    assert told["money"] == (
        "the first is told in USD and the second is told in EUR, at USD 1.25 for one on 2024-12-31 "
        "(ECB): both are compared in USD; --currency EUR tells both in it"
    )
    asked = compared(desk, first, second, "--currency", "EUR")
    assert asked["causes"][0]["changes_eur"]["duty_increment"] == 120.0
    assert asked["folder"] != told["folder"]

    other = in_euro(desk, "v3", "40%", EURO.replace("1.25", "1.5"))
    assert compared(desk, second, other)["money"].endswith(
        "EUR, at USD 1.5 for one on 2024-12-31 (ECB): both are compared in USD"
    )
    refused = desk.do("compare", second, other, "--currency", "EUR")
    assert refused.code == 2
    assert (
        "the scenarios of the two sides state different exchange rates for EUR: 1.25 on"
        in refused.err
    )
