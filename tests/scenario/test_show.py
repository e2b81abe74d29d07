"""A scenario as resolved reads back to the same law."""

from datetime import date
from pathlib import Path

import pytest
from polars.testing import assert_frame_equal

from pipelines.scenario.law import law_at
from pipelines.scenario.read import read_scenario
from pipelines.scenario.show import measures_shown, partners_in_words, resolved_toml
from tests.scenario.files import DEMO, LAWFUL, RICH, TOP, changed, rich, write
from tests.scenario.test_law import WIDE, tables

AWKWARD = changed('"60 FR 26745"', r'"a \"quoted\" source, C:\\path"').replace(
    "id", 'title = "Tôm & \\u00e9"\nnote = """\nfirst "line"\n\tsecond\\u007f"""\nid', 1
)
ENDS = LAWFUL + "through = 2025-03-31\n"


@pytest.mark.parametrize(
    "text",
    [DEMO.read_text(encoding="utf-8"), LAWFUL, WIDE, AWKWARD, ENDS, RICH],
    ids=["demonstration", "small", "wide", "awkward", "ends", "rich"],
)
def test_round_trip(tmp_path: Path, text: str) -> None:
    rich(tmp_path)
    first = read_scenario(write(tmp_path, text))
    law = law_at(first)
    resolved = resolved_toml(first, law)
    second = read_scenario(write(tmp_path, resolved, "resolved.toml"))
    again = law_at(second)

    for name, frame in tables(law).items():
        assert_frame_equal(frame, tables(again)[name])
    assert law.policy == again.policy
    assert (first.title, first.note) == (second.title, second.note)
    assert (law.as_of, law.valid_from, law.change_dates) == (
        *(again.as_of, again.valid_from, again.change_dates),
    )
    statements = [line for line in resolved.splitlines() if not line.startswith("#")]
    said_again = resolved_toml(second, again).splitlines()
    assert [line for line in said_again if not line.startswith("#")] == statements


def test_text_of_a_small_scenario(tmp_path: Path) -> None:
    scenario = read_scenario(write(tmp_path, changed('"JPN"', '"Japan"')))

    assert resolved_toml(scenario, law_at(scenario)) == (
        "# cars does not say its mode: its rate is added to the base duty\n"
        "# the base duty is taken to be 2.5% on all goods\n"
        "\n"
        'id = "cars"\n'
        'title = "cars"\n'
        'importer = "USA"\n'
        'nomenclature = "HS2022"\n'
        'trade = "us-2024"\n'
        "as_of = 2024-12-31\n"
        'base = "2.5%"\n'
        "\n"
        "[[measure]]\n"
        'id = "cars"\n'
        'authority = "section-301"\n'
        'partners = ["JPN"]\n'
        'products = ["8703"]\n'
        'rate = "25%"\n'
        'mode = "add"\n'
        'source = "60 FR 26745"\n'
    )


def test_text_holds_no_folder(tmp_path: Path) -> None:
    scenario = read_scenario(DEMO)

    assert str(DEMO.parent) not in resolved_toml(scenario, law_at(scenario))
    moved = read_scenario(write(tmp_path, DEMO.read_text(encoding="utf-8"), "elsewhere.toml"))
    assert resolved_toml(moved, law_at(moved)) == resolved_toml(scenario, law_at(scenario))


def test_order_of_measures_does_not_change_the_text(tmp_path: Path) -> None:
    blocks = WIDE.removeprefix(TOP).split("\n[[measure]]\n")[1:]
    turned = TOP + "".join(f"\n[[measure]]\n{block}" for block in reversed(blocks))
    first, second = (read_scenario(write(tmp_path, text)) for text in (WIDE, turned))

    assert resolved_toml(first, law_at(first)) == resolved_toml(second, law_at(second))


def test_measures_are_shown_with_counts(tmp_path: Path) -> None:
    scenario = read_scenario(write(tmp_path, WIDE))
    wide, cars = measures_shown(scenario, law_at(scenario))

    assert (wide["codes"], wide["left_out"], wide["excluded"]) == (None, 4, 16)
    assert wide["partners"] == "all except CAN, MEX, EU27"
    assert (cars["codes"], cars["left_out"], cars["excluded"]) == (1, 0, 0)
    assert (cars["products"], cars["rate"], cars["mode"]) == ("8703", "25%", "add")
    assert partners_in_words(scenario.measures[0].partners) == "JPN"


@pytest.mark.parametrize("day", ["2023-06-01", "2024-06-03", "2025-06-01", "2026-06-01"])
def test_round_trip_holds_at_other_dates(tmp_path: Path, day: str) -> None:
    first = read_scenario(rich(tmp_path))
    text = resolved_toml(first, law_at(first))
    second = read_scenario(write(tmp_path, text, "resolved.toml"))
    law, again = (law_at(each, date.fromisoformat(day)) for each in (first, second))

    for name, frame in tables(law).items():
        assert_frame_equal(frame, tables(again)[name])
    assert law.policy == again.policy


def test_what_is_not_computed_is_resolved_too(tmp_path: Path) -> None:
    write(tmp_path, "firm,portion,rate\nA,0.4,10%\nall others,0.6,30%\n", "firms.csv")
    write(tmp_path, "amount_usd,source\n5,a\n", "offsets.csv")
    more = """
credit = { table = "offsets.csv", cap = "own duty" }
instrument = "export-duty"
imposed_by = "JPN"
covered_usd = { central = 1e9, source = "a" }
[quota.beef]
amount = 65005
unit = "t"
period = "year"
over = "26.4%"
source = "q"
[control]
covered_usd = { equals = 5.9e9, within = "2%", source = "statement" }
[portions.a]
central = 0.5
source = "x"
disjoint_with = ["b"]
[portions.b]
central = "10%"
source = "x"
[portions.c]
central = "10%"
source = "x"
nested_in = "a"
"""
    split = changed('"25%"', '{ split = "firms.csv" }').replace('partners = ["JPN"]\n', "")
    text = f'reading = "averaged"\n{split}{more}'
    first = read_scenario(write(tmp_path, text))
    plain = law_at(read_scenario(write(tmp_path, LAWFUL, "plain.toml")))
    second = read_scenario(write(tmp_path, resolved_toml(first, plain), "resolved.toml"))

    for name in ("reading", "quotas", "controls", "shares"):
        assert getattr(first, name) == getattr(second, name)
    for name in ("instrument", "credit", "quota", "rates", "features"):
        assert getattr(first.measures[0], name) == getattr(second.measures[0], name)


def test_branches_are_shown(tmp_path: Path) -> None:
    scenario = read_scenario(rich(tmp_path))
    shown = [
        (each["id"], each["step"], each["rate"], each["mode"], each["partners"], each["codes"])
        for each in measures_shown(scenario, law_at(scenario))
    ]

    assert shown == [
        ("122", 0, "max(10%, 13.0 EUR/100kg)", "add", "all", 2),
        ("cars", 0, "25%", "add", "all except JPN", 1),
        ("cars", 1, "15% all-in", "all-in", "JPN", 1),
        ("reciprocal", 0, "10%", "add", shown[3][4], None),
        ("reciprocal", 1, "5%", "add", shown[4][4], 1),
        ("reciprocal", 2, "46%", "add", "THA, VNM", None),
        ("reciprocal", 3, "20%", "add", shown[6][4], None),
        ("reciprocal", 4, "15% all-in", "all-in", "JPN", None),
        ("steel", 0, "25%", "add", "all except GBR", 1),
        ("steel", 1, "50%", "add", "all except GBR", 1),
        ("steel", 2, "50%", "add", "all except GBR", 0),
        ("steel", 3, "25%", "add", "GBR", 2),
        ("waits", 0, "1%", "add", "all", 1),
    ]
