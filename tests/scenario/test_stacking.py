"""How authorities combine: eras, order of priority, relations, equal rank."""

from datetime import date
from pathlib import Path

import pytest

from calc.policy.model import Relation, Stacking
from pipelines.scenario.law import law_at
from tests.scenario.files import TOP, law, only, read

MEASURES = TOP + "".join(
    f"""
[[measure]]
id = "{name}"
authority = "{name.partition("/")[0]}"
{f'programme = "{name.partition("/")[2]}"' if "/" in name else ""}
products = ["8703"]
rate = "25%"
source = "s"
""".replace(f'id = "{name}"', f'id = "{name.replace("/", "-")}"')
    for name in ("section-232/cars", "section-232/steel", "reciprocal", "fentanyl", "section-301")
)
ERA = """
[[stacking]]
from = 2024-03-04
source = "EO 14289"
first = ["section-232/cars", ["section-232/steel", "fentanyl"]]
"reciprocal"  = { on = "rest of section-232" }
"fentanyl"    = { but = { CHN = "adds", G7 = { on = "rest of section-232/cars" } } }
"section-301" = "adds"
within = { section-232 = "highest" }
"""


def test_era_of_the_date(tmp_path: Path) -> None:
    rest = Relation("rest of", ("section-232/cars",))
    but = dict.fromkeys(("CAN", "DEU", "FRA", "GBR", "ITA", "JPN", "USA"), rest)
    found = law(tmp_path, MEASURES + ERA)

    assert found.policy.stacking == Stacking(
        first=(("section-232/cars",), ("section-232/steel", "fentanyl")),
        relations={
            "reciprocal": Relation("rest of", ("section-232",)),
            "fentanyl": Relation("by priority", (), {"CHN": Relation("adds"), **but}),
            "section-301": Relation("adds"),
        },
        within={"section-232": "highest"},
        source="EO 14289",
    )
    assert found.change_dates == (date(2024, 3, 4),)
    assert law_at(read(tmp_path, MEASURES + ERA), date(2024, 3, 3)).policy.stacking is None


def test_eras_follow_each_other(tmp_path: Path) -> None:
    later = '\n[[stacking]]\nfrom = 2024-06-01\nsource = "later"\nwithin = "sum"\n'
    always = '\n[[stacking]]\nsource = "before"\n"reciprocal" = { excludes = ["fentanyl"] }\n'
    scenario = read(tmp_path, MEASURES + later + ERA + always)
    sources = [
        (day, getattr(law_at(scenario, day).policy.stacking, "source", None))
        for day in (date(2024, 3, 3), date(2024, 3, 4), date(2024, 5, 31), date(2024, 6, 1))
    ]

    assert [source for _, source in sources] == ["before", "EO 14289", "EO 14289", "later"]
    stacking = law_at(scenario, date(2024, 6, 1)).policy.stacking
    assert stacking is not None
    assert stacking.within == dict.fromkeys(
        ("fentanyl", "reciprocal", "section-232", "section-301"), "sum"
    )
    assert law_at(scenario).change_dates == (date(2024, 3, 4), date(2024, 6, 1))


def test_other_relations(tmp_path: Path) -> None:
    text = """
[[stacking]]
source = "s"
"section-301" = { replaces = "reciprocal" }
"reciprocal" = "rest of section-232 and fentanyl"
"""
    stacking = law(tmp_path, MEASURES + text).policy.stacking

    assert stacking is not None
    assert stacking.relations == {
        "section-301": Relation("replaces", ("reciprocal",)),
        "reciprocal": Relation("rest of", ("section-232", "fentanyl")),
    }


@pytest.mark.parametrize(
    ("old", "new", "what", "hint"),
    [
        ("rest of section-232\" }\n\"fent", "rest of section-233\" }\n\"fent",
         '"section-233" is not an authority or a programme of the measures',
         "did you mean section-232 or section-301 or section-232/cars?"),
        ('"section-301" = "adds"', '"section-302" = "adds"',
         '"section-302" is not an authority or a programme of the measures', None),
        ('"section-232/cars", [', '"section-232/car", [',
         '"section-232/car" is not an authority or a programme of the measures', None),
        ('"section-301" = "adds"', '"section-301" = "ads"', '"ads" is not a relation',
         "did you mean adds?"),
        ('"section-301" = "adds"', '"section-301" = { but = { CHN = "adds" } }',
         "section-301 says what is so for some partners, but not for the others",
         "place it in first too, or add what it does"),
        ('{ section-232 = "highest" }', '"hihgest"', '"hihgest" does not settle equal rank',
         "did you mean highest?"),
        ('{ on = "rest of section-232" }', '{ on = "section-232" }',
         '"section-232" is not what something leaves', 'write on = "rest of section-232"'),
        ("CHN =", "China2 =", '"China2" is not an economy or a group of partners', None),
        ('["section-232/steel", "fentanyl"]', '["section-232/cars", "fentanyl"]',
         '"section-232/cars" is in first twice', "keep one of them"),
        ('source = "EO 14289"\n', "", "source is missing: a rule of stacking must have it", None),
        ("from = 2024-03-04", "from = 2024-03-04\nbefore = 2024-03-04",
         "the rule ends before it begins (2024-03-04)", ""),
    ],
)  # fmt: skip
def test_rules_that_cannot_be_read(
    tmp_path: Path, old: str, new: str, what: str, hint: str | None
) -> None:
    assert ERA.count(old) == 1
    problem = only(tmp_path, MEASURES + ERA.replace(old, new))

    assert problem.what == what
    assert hint is None or problem.hint == hint
    assert "stacking 1" in problem.where


def test_rule_may_name_an_authority_without_a_measure(tmp_path: Path) -> None:
    rule = ERA.replace('"section-301" = "adds"', '"section-201" = "adds"')
    found = law(tmp_path, MEASURES + rule.replace("section-232/steel", "section-232/aluminum"))

    assert [note for note in found.notes if "stacking" in note] == [
        "stacking names section-201, of which there is no measure",
        "stacking names section-232/aluminum, of which there is no measure",
    ]


def test_two_rules_of_one_day(tmp_path: Path) -> None:
    problem = only(tmp_path, MEASURES + ERA + ERA)

    assert problem.what == "two rules of stacking begin on 2024-03-04"


def test_reading_of_another_engine_is_named(tmp_path: Path) -> None:
    assert law(tmp_path, 'reading = "averaged"\n' + MEASURES).policy.readings == {"averaged": ()}
    assert only(tmp_path, 'reading = "avreaged"\n' + MEASURES).hint == "did you mean averaged?"
