"""What a scenario and its caller ask of the trade table, and what a run says of it."""

import json
from pathlib import Path

import pytest

from tests.run.tool import Place
from tests.shortened import judge_once
from tests.validation.tables import lawful_rows, row, write_trade

pytestmark = pytest.mark.usefixtures("tables_alone")

SCENARIO = """
id = "cars"
importer = "USA"
nomenclature = "HTS2024"
trade = "mixed"
as_of = 2024-12-31
base = "2.5%"
{more}
[[measure]]
id = "cars"
authority = "section-301"
partners = ["JPN"]
products = ["8703"]
rate = "25%"
mode = "add"
source = "hypothetical"
"""
LIMITS = '[validation]\nmax_rejected = "{share}"\nmax_rejected_usd = {usd}\nnote = "one slip"\n'
RULES = """
[[rule]]
id = "cars-are-counted"
kind = "relation"
where = 'code == "8703230000"'
relation = "quantity > 100"
reason = "this line is judged by number"
"""
LEFT_OUT = "Rules left 1 of 4 rows of the trade table out, USD 1,000 of USD 4,000: "


@pytest.fixture
def mixed(tmp_path: Path) -> Place:
    """A table of three lawful rows and one whose importer is no code."""
    place = Place(tmp_path)
    write_trade(place.workspace, "mixed", [*lawful_rows(3), row(importer="usa")])
    return place


def scenario(place: Place, more: str = "") -> Path:
    path = place.root / "cars.toml"
    path.write_text(SCENARIO.format(more=more), encoding="utf-8")
    return path


def notes(place: Place) -> list[str]:
    manifest = json.loads((place.folder() / "manifest.json").read_text(encoding="utf-8"))
    found: list[str] = manifest["facts"]["notes"]
    return [note for note in found if note.startswith("Rules left")]


@pytest.mark.whole_run
def test_limits_of_the_scenario_leave_rows_out_and_the_run_repeats_it(
    mixed: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge_once(monkeypatch)  # its page is looked at
    path = scenario(mixed, LIMITS.format(share="25%", usd="1e3"))
    done = mixed.run("--json", scenario=path)
    assert done.code == 0, done.err
    left_out = done.object["left_out"]
    assert [(one["rows"], one["value_usd"]) for one in left_out] == [(1, 1000.0)]
    assert done.object["figures"]["covered_value_usd"] == 3000.0
    told = (
        f"{LEFT_OUT}trade.importer.pattern (1 row, USD 1,000). Allowed was at most 25 % of the "
        "rows and USD 1,000. Each row is in validation/quarantine.csv."
    )
    assert notes(mixed) == [told]
    assert told in (mixed.folder() / "report.html").read_text(encoding="utf-8")
    resolved = (mixed.folder() / "scenario.toml").read_text(encoding="utf-8")
    assert '[validation]\nmax_rejected = "25%"\nmax_rejected_usd = 1000.0' in resolved


@pytest.mark.parametrize(
    ("share", "usd", "why"),
    [
        ("24%", "1e3", "25.00 % of the rows would be left out, more than 24 %"),
        ("25%", "999", "USD 1,000 would be left out, more than USD 999"),
    ],
)
def test_what_passes_a_limit_is_refused(mixed: Place, share: str, usd: str, why: str) -> None:
    done = mixed.run(scenario=scenario(mixed, LIMITS.format(share=share, usd=usd)))
    assert (done.code, done.out) == (3, "")
    assert why in done.err
    assert not (mixed.root / "data/processed/runs").exists()


def test_the_caller_goes_before_the_scenario(mixed: Place) -> None:
    path = scenario(mixed, LIMITS.format(share="25%", usd="1e3"))
    done = mixed.run("--max-rejected", "1%", scenario=path)
    assert done.code == 3
    assert "more than 1 %" in done.err
    path = scenario(mixed, LIMITS.format(share="1%", usd="1"))
    done = mixed.run("--max-rejected", "50%", "--max-rejected-usd", "2e3", scenario=path)
    assert done.code == 0, done.err
    assert "Allowed was at most 50 % of the rows and USD 2,000." in notes(mixed)[0]
    wrong = mixed.run("--max-rejected", "half", scenario=path)
    assert wrong.code == 2
    assert "'half' is not a share of the rows" in wrong.err


def test_rules_of_the_scenario_and_of_the_caller(mixed: Place) -> None:
    (mixed.root / "own.toml").write_text(RULES, encoding="utf-8")
    path = scenario(mixed, '[validation]\nrules = "own.toml"\n')
    done = mixed.run("--quarantine", scenario=path)
    assert done.code == 0, done.err
    both = "Rules left 2 of 4 rows of the trade table out, USD 2,000 of USD 4,000: "
    assert notes(mixed)[0].startswith(both)
    assert "user.cars-are-counted (1 row, USD 1,000). No limit was set." in notes(mixed)[0]
    manifest = json.loads((mixed.folder() / "manifest.json").read_text(encoding="utf-8"))
    files = {one["role"]: one["name"] for one in manifest["inputs"]}
    first = mixed.folder().name
    assert "own.toml" in {one["name"] for one in manifest["inputs"]}, files
    plain = scenario(mixed)
    asked = mixed.run("--quarantine", "--rules", mixed.root / "own.toml", scenario=plain)
    assert asked.code == 0, asked.err
    assert notes(mixed)[0].startswith(both)
    assert mixed.folder().name != first
    assert mixed.do("verify", "cars").code == 0


def test_a_wrong_table_of_validation_is_refused_with_its_lines(mixed: Place) -> None:
    more = (
        '[validation]\nrules = "none.toml"\nmax_rejected = 5\nmax_rejected_usd = -1\nlimit = "1%"\n'
    )
    done = mixed.run(scenario=scenario(mixed, more))
    assert (done.code, done.out) == (4, "")
    for said in (
        'there is no file "none.toml" beside the scenario or below',
        "5 is not a share of the rows",
        'write a percentage from 0 to 100, such as "0.1%"',
        "max_rejected_usd is -1, not a number from 0 on",
        "limit is not a key of what is asked of the trade",
    ):
        assert said in done.err
    assert "cars.toml line 9" in done.err
