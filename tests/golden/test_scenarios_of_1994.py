"""The scenarios of 1987 to 1995 on the synthetic table of 1994; see scenarios-of-1994/notes.md.

The laws and the published totals are real, the trade is made up in round figures: the tests hold
that the tool turns these into the figures that a hand calculation gives.
"""

import csv
import tomllib
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.run.assessed import assessed
from tests.run.tool import ROOT, Place

pytestmark = pytest.mark.usefixtures("tables_alone_throughout")

RAW = ROOT / "data" / "raw"
TABLE = "us-japan-1994-synthetic"
CASE = Path(__file__).with_name("scenarios-of-1994")
MILLION, BILLION = 1e6, 1e9
SIXTY_DAYS = timedelta(days=60)
LIST_OF_1987 = "section-301-1987"

slow = pytest.mark.slow


def published(name: str) -> float:
    """A figure as published, in the unit that its row names."""
    with (CASE / "figures.csv").open(encoding="utf-8", newline="") as stream:
        found = {row["name"]: float(row["value"]) for row in csv.DictReader(stream)}
    return found[name]


def scenario(name: str) -> Path:
    return RAW / "scenarios" / f"{name}.toml"


def written(name: str) -> dict[str, Any]:
    return tomllib.loads(scenario(name).read_text(encoding="utf-8"))


def days_of(name: str, measure: str) -> dict[str, date]:
    """The day of each event of a measure of a scenario, by what it is."""
    found = next(one for one in written(name)["measure"] if one["id"] == measure)
    return {event["is"]: event["on"] for event in found["events"]}


def trade() -> pl.DataFrame:
    return pl.read_csv(RAW / f"{TABLE}.csv", schema_overrides={"code": pl.String})


def value_of(*prefixes: str) -> int:
    of_prefix = pl.any_horizontal(pl.col("code").str.starts_with(one) for one in prefixes)
    return int(trade().filter(of_prefix)["customs_value_usd"].sum())


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A workspace with the synthetic table."""
    made = Place(tmp_path_factory.mktemp("of-1994"))
    done = made.do("ingest", RAW / f"{TABLE}.csv", "--name", TABLE)
    assert done.code == 0, done.err
    return made


def run(place: Place, path: Path, as_of: str | None = None) -> Place:
    day = [] if as_of is None else ["--as-of", as_of]
    done = place.do("run", path, *day, "-q", "--json")
    assert done.code == 0, done.err
    return place


def changed(folder: Path, name: str, old: str, new: str) -> Path:
    """A scenario with one text in place of another, under a name of its own, and its base."""
    text = scenario(name).read_text(encoding="utf-8")
    assert text.count(old) == 1, old
    path = folder / f"{name}-changed.toml"
    renamed = text.replace(f'id = "{name}"', f'id = "{name}-changed"')
    path.write_text(renamed.replace(old, new), encoding="utf-8")
    base = RAW / "scenarios" / "us-1994-published-duties.csv"
    (folder / base.name).write_bytes(base.read_bytes())
    return path


@pytest.fixture(scope="module")
def of_1987(place: Place) -> Place:
    """The same with a run of the list of 1987, which tests read."""
    return run(place, scenario("us-1987-semiconductors"))


def sums(place: Place, scenario: Path, as_of: str | None = None) -> dict[str, Any]:
    """The sums over all lines under the law of a day."""
    return assessed(place, scenario, as_of).sums()


def chosen(found: dict[str, Any], *columns: str) -> tuple[Any, ...]:
    return tuple(found[column] for column in columns)


def test_published_figures_agree_with_each_other() -> None:
    lifted = published("lifted-on-8-june-1987"), published("lifted-on-3-november-1987")
    sources = published("third-country-dumping-1987"), published("market-access-1987")
    whole = published("list-of-1987")

    assert whole == sum(sources)
    assert sources[0] == sum(lifted)
    assert whole - sum(lifted) == published("left-since-3-november-1987") == sources[1]
    assert round(lifted[0] / whole * 100) == published("lifted-share-in-june-1987")
    assert published("telecom-list-of-1989") + published("other-list-of-1989") == (
        published("whole-list-of-1989")
    )


def test_published_deficits_agree_with_each_other() -> None:
    grown = published("deficit-june-1994") * (1 + published("deficit-growth-july-1994") / 100)
    with_japan = published("deficit-with-japan-1994") / published("deficit-with-japan-1993")
    balance = published("imports-1994") - published("exports-1994")
    before = published("imports-from-japan-1995") / (
        1 + published("imports-from-japan-growth-1995") / 100
    )

    assert round(grown, 2) == published("deficit-july-1994")
    assert round((with_japan - 1) * 100, 1) == 10.8
    assert round(balance, 2) == published("deficit-1994")
    assert round(before, 1) == published("imports-from-japan-1994")


def test_synthetic_table_is_scaled_to_the_published_totals() -> None:
    headings = {
        "imports-from-japan-1994": ("",),
        "cars-1990": ("8703",),
        "car-parts-1990": ("8708",),
        "telecom-1990": ("8517", "8525", "8526", "8527", "8528", "8529"),
        "office-machines-1990": ("8471", "8472", "8473"),
    }

    assert {name: value_of(*codes) for name, codes in headings.items()} == {
        name: round(published(name) * BILLION) for name in headings
    }


def test_synthetic_table_is_obviously_round() -> None:
    values = trade()["customs_value_usd"]

    assert values.len() == 108
    assert (values % 1_000_000 == 0).all()


def test_scenarios_say_that_the_trade_is_synthetic() -> None:
    for path in sorted((RAW / "scenarios").glob("us-19*.toml")):
        found = written(path.stem)
        assert found["trade"] == TABLE
        assert "SYNTHETIC" in found["title"]
        assert found["note"].strip().startswith("The trade is synthetic.")


def test_sixty_days_from_the_finding_and_the_day_after() -> None:
    days = days_of("us-1994-title-vii", "japan-telecom-and-medical")

    assert days["announced"] == date(1994, 7, 31)
    assert days["announced"] + SIXTY_DAYS == date(1994, 9, 29)
    assert days["withdrawn"] == days["announced"] + SIXTY_DAYS + timedelta(days=1)


def test_duty_on_cars_was_to_begin_before_it_was_decided() -> None:
    days = days_of("us-1995-luxury-cars", "luxury-cars")
    measure = written("us-1995-luxury-cars")["measure"][0]

    assert days["announced"] < measure["would_apply_from"] == date(1995, 5, 20)
    assert measure["would_apply_from"] <= days["withdrawn"] == date(1995, 6, 28)


@slow
@pytest.mark.parametrize(
    ("as_of", "millions"),
    [
        ("1987-04-16", 0.0),
        ("1987-04-17", 300.0),
        ("1987-06-07", 300.0),
        ("1987-06-08", 249.0),
        ("1987-11-02", 249.0),
        ("1987-11-03", 165.0),
        ("1994-12-31", 165.0),
    ],
)
def test_list_of_1987_shrinks_as_published(place: Place, as_of: str, millions: float) -> None:
    found = assessed(place, scenario("us-1987-semiconductors"), as_of)
    measures = found.by_measure().filter(pl.col("authority") == LIST_OF_1987)

    assert measures["covered_value_usd"].sum() == published("list-of-1987") * MILLION
    assert measures.filter(pl.col("state") == "in force")["covered_value_usd"].sum() == (
        millions * MILLION
    )


@slow
def test_in_lieu_and_in_addition_stand_side_by_side(of_1987: Place) -> None:
    measures = of_1987.table("by_measure", "us-1987-semiconductors")
    in_force = measures.filter(pl.col("state") == "in force")

    assert in_force.select(
        "measure_id", "mode", "covered_value_usd", "measure_duty_usd"
    ).rows() == [
        ("desktops-9903-41-20", "replace", 50e6, 50e6),
        ("footwear-9903-41-10", "add", 20e6, 8e6),
        ("hammers-9903-41-30", "replace", 15e6, 15e6),
        ("laptops-9903-41-15", "replace", 100e6, 100e6),
        ("leather-9903-41-05", "add", 20e6, 8e6),
    ]
    assert measures.filter(pl.col("state") == "suspended").select(
        "measure_id", "covered_value_usd", "in_force_value_usd", "measure_duty_usd"
    ).rows() == [
        ("small-desktops-9903-41-25", 40e6, 0.0, None),
        ("televisions-9903-41-40", 20e6, 0.0, None),
        ("televisions-9903-41-45", 51e6, 0.0, None),
        ("tools-9903-41-35", 24e6, 0.0, None),
    ]


@slow
def test_unknown_base_leaves_known_what_does_not_depend_on_it(of_1987: Place) -> None:
    found = of_1987.table("by_importer", "us-1987-semiconductors").row(0, named=True)

    assert chosen(found, "duty_before_usd", "duty_after_usd", "duty_increment_usd") == (
        None, 165e6, 16e6,
    )  # fmt: skip
    assert chosen(
        found, "covered_value_usd", "in_force_value_usd", "threatened_value_usd",
        "duty_before_unknown_value_usd", "duty_increment_unknown_value_usd",
    ) == (336.06e6, 205e6, 131.06e6, 336.06e6, 165e6)  # fmt: skip


@slow
def test_list_of_1987_over_a_base_that_is_known(place: Place, tmp_path: Path) -> None:
    base = 'base = "us-1994-published-duties.csv"'
    path = changed(tmp_path, "us-1987-semiconductors", base, 'base = "5%"')
    found = sums(place, path)

    assert chosen(found, "duty_before_usd", "duty_after_usd", "duty_increment_usd") == (
        16.803e6, 189.553e6, 172.75e6,
    )  # fmt: skip


@slow
@pytest.mark.parametrize("as_of", ["1995-06-01", "1995-06-28", "1995-12-31"])
def test_luxury_cars_are_threatened_and_no_duty_is_owed(place: Place, as_of: str) -> None:
    found = sums(place, scenario("us-1995-luxury-cars"), as_of)
    value = published("luxury-cars-1994") * BILLION
    base = value * published("duty-on-cars") / 100

    assert chosen(
        found, "covered_value_usd", "threatened_value_usd", "in_force_value_usd",
        "affected_value_usd",
    ) == (value, value, 0.0, 0.0)  # fmt: skip
    assert chosen(found, "duty_before_usd", "duty_after_usd", "duty_increment_usd") == (
        base, base, 0.0,
    )  # fmt: skip
    assert base == 147.5e6


@slow
@pytest.mark.parametrize(("mode", "millions"), [("replace", 5_900.0), ("add", 6_047.5)])
def test_duty_on_luxury_cars_had_it_applied(
    place: Place, tmp_path: Path, mode: str, millions: float
) -> None:
    path = changed(tmp_path, "us-1995-luxury-cars", 'mode = "replace"', f'mode = "{mode}"')
    before, threatened = chosen(
        sums(place, path), "duty_before_usd", "threatened_increment_usd"
    )  # fmt: skip

    assert before + threatened == millions * MILLION


@slow
def test_table_is_held_against_its_published_total(of_1987: Place) -> None:
    row = of_1987.table("controls", "us-1987-semiconductors").row(0, named=True)

    assert (row["figure"], row["equals_usd"], row["verdict"]) == (
        "customs_value_usd",
        published("imports-from-japan-1994") * BILLION,
        "met",
    )


@slow
def test_controls_are_met_and_say_that_a_portion_was_chosen_for_it(place: Place) -> None:
    run(place, scenario("us-1995-luxury-cars"))
    row = place.table("controls", "us-1995-luxury-cars").row(
        by_predicate=pl.col("figure") == "threatened_usd", named=True
    )

    assert (row["equals_usd"], row["found_usd"], row["difference_usd"]) == (5.9e9, 5.9e9, 0.0)
    assert row["verdict"] == "calibrated"


@slow
@pytest.mark.parametrize(
    ("as_of", "japan", "community"),
    [
        ("1993-06-01", "not yet in force", "in force"),
        ("1994-08-15", "announced", "in force"),
        ("1994-10-04", "withdrawn", "in force"),
    ],
)
def test_procurement_bans_cover_and_take_apart_from_any_duty(
    place: Place, as_of: str, japan: str, community: str
) -> None:
    run(place, scenario("us-1994-title-vii"), as_of)
    rows = place.table("instruments", "us-1994-title-vii").select(
        "measure_id", "instrument", "state", "covered_usd", "affected_usd", "trade_value_usd"
    )

    assert rows.rows() == [
        ("community-telecom-1993", "procurement-ban", community, 29e9, 20e6, 0.0),
        ("japan-telecom-and-medical", "procurement-ban", japan, None, None, 5.1e9),
    ]
    assert place.table("lines", "us-1994-title-vii").is_empty()
    assert place.table("by_importer", "us-1994-title-vii").is_empty()


@slow
def test_share_of_the_ban_of_1993_that_was_taken(place: Place) -> None:
    run(place, scenario("us-1994-title-vii"))
    share = place.table("instruments", "us-1994-title-vii")["affected_share"].to_list()
    expected = published("ban-of-1993-affected") / published("ban-of-1993-covered")

    assert share == [pytest.approx(expected, rel=1e-15), None]
    assert round(expected * 100, 3) == 0.069
