"""A scenario as resolved reads back to the same law."""

from pathlib import Path

import pytest
from polars.testing import assert_frame_equal

from pipelines.scenario.law import law_at
from pipelines.scenario.read import read_scenario
from pipelines.scenario.show import measures_shown, partners_in_words, resolved_toml
from tests.scenario.files import DEMO, LAWFUL, TOP, changed, write
from tests.scenario.test_law import WIDE, tables

AWKWARD = changed('"60 FR 26745"', r'"a \"quoted\" source, C:\\path"').replace(
    "id", 'title = "Tôm & \\u00e9"\nnote = """\nfirst "line"\n\tsecond\\u007f"""\nid', 1
)
ENDS = LAWFUL + "through = 2025-03-31\n"


@pytest.mark.parametrize(
    "text",
    [DEMO.read_text(encoding="utf-8"), LAWFUL, WIDE, AWKWARD, ENDS],
    ids=["demonstration", "small", "wide", "awkward", "ends"],
)
def test_round_trip(tmp_path: Path, text: str) -> None:
    first = read_scenario(write(tmp_path, text))
    law = law_at(first)
    resolved = resolved_toml(first, law)
    second = read_scenario(write(tmp_path, resolved, "resolved.toml"))
    again = law_at(second)

    for name, frame in tables(law).items():
        assert_frame_equal(frame, tables(again)[name])
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
