"""Changing the law without copying it: extends, disable, add, set, restrict, include."""

from datetime import date
from pathlib import Path

import pytest

from calc.errors import ScenarioError
from pipelines.scenario.law import Law, law_at
from pipelines.scenario.read import read_scenario
from pipelines.scenario.show import resolved_toml
from tests.scenario.files import LAWFUL, MEASURE, changed, problems, write

SECOND = MEASURE.replace('id = "cars"', 'id = "glass"').replace("section-301", "reciprocal")
SECOND = SECOND.replace('["8703"]', '"all"').replace('["JPN"]', '{ all_except = ["CAN"] }')
BELOW = LAWFUL + SECOND.replace('rate = "25%"', 'rate = "10%"\nfrom = 2024-02-01')
CHILD = 'id = "child"\nextends = "base/below.toml"\n'


def below(folder: Path, text: str = BELOW) -> None:
    (folder / "base").mkdir(exist_ok=True)
    write(folder / "base", text, "below.toml")


def child(folder: Path, text: str) -> Law:
    below(folder)
    return law_at(read_scenario(write(folder, CHILD + text)))


def told(folder: Path, text: str) -> tuple[str, str, str]:
    below(folder)
    found = problems(folder, CHILD + text)
    assert len(found) == 1, found
    return found[0].what, found[0].where, found[0].hint


def states(found: Law) -> dict[str, str]:
    return dict(found.measures.select("measure_id", "state").iter_rows())


def test_nothing_is_said_twice(tmp_path: Path) -> None:
    found = child(tmp_path, "as_of = 2024-12-01\n")
    scenario = read_scenario(tmp_path / "cars.toml")

    assert (scenario.scenario_id, scenario.title, scenario.importer) == ("child", "child", "USA")
    assert found.as_of == date(2024, 12, 1)
    assert states(found) == {"cars": "in force", "glass": "in force"}
    assert [(name, what) for name, what, _ in found.sources] == [
        ("base/below.toml", "scenario that is built on"), ("economies.csv", "economies"),
    ]  # fmt: skip


def test_files_are_named_from_the_folder_of_the_scenario(tmp_path: Path) -> None:
    below(tmp_path, changed('["8703"]', '"annex.csv"').replace('"2.5%"', '"rates.csv"'))
    write(tmp_path / "base", "code\n8703\n", "annex.csv")
    write(
        tmp_path / "base",
        "importer,partner,programme,code,ad_valorem_rate,valid_from,source\n"
        "USA,*,mfn,87,0.025,2020-01-01,x\n",
        "rates.csv",
    )
    scenario = read_scenario(write(tmp_path, CHILD))
    found = law_at(scenario)

    assert found.products["written"].to_list() == ["base/annex.csv"]
    resolved = resolved_toml(scenario, found)
    assert 'base = "base/rates.csv"' in resolved
    again = law_at(read_scenario(write(tmp_path, resolved, "resolved.toml")))
    assert again.products.equals(found.products)
    assert again.base.equals(found.base)


@pytest.mark.parametrize(
    ("void", "before", "after"),
    [("", "in force", "ended"), (', void = "ex-nunc"', "in force", "void"),
     (', void = "ex-tunc"', "void", "void")],
)  # fmt: skip
@pytest.mark.parametrize(
    ("target", "name"),
    [("authority", "section-301"), ("measure", "cars"), ("authority", "reciprocal")],
)
def test_disable(
    tmp_path: Path, void: str, before: str, after: str, target: str, name: str
) -> None:
    below(tmp_path)
    change = f'[[change]]\ndisable = {{ {target} = "{name}", from = 2024-06-01{void} }}\n'
    scenario = read_scenario(write(tmp_path, CHILD + change))
    measure = "glass" if name == "reciprocal" else "cars"

    assert states(law_at(scenario, date(2024, 5, 31)))[measure] == before
    assert states(law_at(scenario, date(2024, 6, 1)))[measure] == after
    assert date(2024, 6, 1) in law_at(scenario).change_dates or void == ', void = "ex-tunc"'


def test_what_would_have_begun_later_never_does(tmp_path: Path) -> None:
    change = '[[change]]\ndisable = { measure = "glass", from = 2024-01-01 }\n'

    assert states(child(tmp_path, change))["glass"] == "withdrawn"


def test_programme_is_disabled(tmp_path: Path) -> None:
    below(tmp_path, BELOW.replace('authority = "section-301"',
                                  'authority = "section-301"\nprogramme = "list-1"'))  # fmt: skip
    change = '[[change]]\ndisable = { programme = "list-1", from = 2024-01-01 }\n'
    scenario = read_scenario(write(tmp_path, CHILD + change))

    assert states(law_at(scenario)) == {"cars": "ended", "glass": "in force"}


def test_preference_of_the_base_is_disabled(tmp_path: Path) -> None:
    below(tmp_path)
    write(
        tmp_path,
        "importer,partner,programme,code,ad_valorem_rate,valid_from,source\n"
        "USA,*,mfn,87,0.025,2020-01-01,x\nUSA,IND,gsp,8703,0,2020-01-01,x\n",
        "rates.csv",
    )
    change = 'base = "rates.csv"\n[[change]]\ndisable = { programme = "gsp", from = 2024-06-01 }\n'
    scenario = read_scenario(write(tmp_path, CHILD + change))
    found = law_at(scenario, date(2024, 5, 31))

    assert found.preferences.select("programme", "valid_until").rows() == [
        ("gsp", date(2024, 6, 1))
    ]
    assert found.base["programme"].to_list() == ["mfn"]
    assert law_at(scenario).preferences.is_empty()
    assert "preferences in rates.csv that no portion claims are not used: gsp" in found.notes
    text = CHILD + change.replace('"gsp"', '"gps"')
    assert problems(tmp_path, text)[0].what == (
        "rates.csv has no rates of the programme gps, which a change disables"
    )


def test_set(tmp_path: Path) -> None:
    found = child(
        tmp_path,
        '[[change]]\nset = { measure = "cars", rate = { all = "10%", JPN = "15% all-in" }, '
        'partners = ["JPN", "KOR"], products = ["8704"] }\n',
    )
    cars = found.measures.filter(measure_id="cars")

    assert cars.select("step", "mode", "rate_text").rows() == [
        (0, "add", "10%"), (1, "all-in", "15% all-in"),
    ]  # fmt: skip
    assert found.products.filter(measure_id="cars")["prefix"].unique().to_list() == ["8704"]
    assert found.partners.filter(measure_id="cars", step=0)["partner"].to_list() == ["KOR"]


def test_restrict(tmp_path: Path) -> None:
    found = child(
        tmp_path,
        '[[change]]\nrestrict = { measure = "glass", products = ["7005", "8703.23"], '
        'partners = ["CAN", "JPN", "EU27"] }\n'
        '[[change]]\nrestrict = { measure = "cars", products = ["8703.23", "8704", "87"] }\n',
    )
    glass = found.products.filter(measure_id="glass")

    assert glass["prefix"].to_list() == ["7005", "870323"]
    assert found.measures.filter(measure_id="glass")["names_products"].item()
    partners = found.partners.filter(measure_id="glass")["partner"].to_list()
    assert ("CAN" in partners, "JPN" in partners, "DEU" in partners) == (False, True, True)
    assert found.products.filter(measure_id="cars")["prefix"].to_list() == ["8703", "870323"]


def test_add(tmp_path: Path) -> None:
    added = MEASURE.replace('id = "cars"', 'id = "122"').replace("section-301", "section-122")
    stacking = '\n[[stacking]]\nsource = "s"\n"section-122" = "adds"\n"reciprocal" = "adds"\n'
    write(tmp_path, added + stacking, "section-122.toml")
    found = child(tmp_path, '[[change]]\nadd = "section-122.toml"\n')

    assert list(states(found)) == ["122", "cars", "glass"]
    assert found.policy.stacking is not None
    assert "section-122.toml" in [name for name, _, _ in found.sources]


def test_an_event_of_the_child_moves_the_law_below(tmp_path: Path) -> None:
    below(tmp_path, LAWFUL + 'from = "ruling"\n[events.ruling]\n')
    scenario = read_scenario(write(tmp_path, CHILD + "[events.ruling]\non = 2024-03-01\n"))

    assert states(law_at(scenario)) == {"cars": "in force"}


def test_rule_of_stacking_of_one_day_is_replaced(tmp_path: Path) -> None:
    era = '\n[[stacking]]\nfrom = 2024-01-01\nsource = "{}"\n"reciprocal" = "adds"\n'
    below(tmp_path, BELOW + era.format("old"))
    scenario = read_scenario(write(tmp_path, CHILD + era.format("new")))

    assert [each.stacking.source for each in scenario.eras] == ["new"]


@pytest.mark.parametrize(
    ("text", "what", "where", "hint"),
    [
        ("[[change]]\n", "a change does nothing", "line 3, change 1, disable",
         "write one of disable, add, set and restrict in each [[change]]"),
        ('[[change]]\ndisable = { authority = "section-302", from = 2024-01-01 }\n',
         '"section-302" is not the authority of a measure',
         "line 4, change 1, disable, authority", "did you mean section-301?"),
        ('[[change]]\ndisable = { from = 2024-01-01 }\n',
         "disable names one thing: an authority, a programme or a measure",
         "line 4, change 1, disable, authority",
         'write disable = { authority = "reciprocal", from = 2026-02-20 }'),
        ('[[change]]\nset = { measure = "crs", rate = "1%" }\n', 'there is no measure "crs"',
         "line 4, change 1, set, measure", "did you mean cars?"),
        ('[[change]]\nset = { measure = "cars", rate = 1 }\n',
         "rate 1 is a bare number, which is never a rate", "line 4, change 1, set, rate",
         'write "100%" if it is a fraction of the value, else "1%"'),
        ('[[change]]\nrestrict = { measure = "cars", products = ["01"] }\n',
         "none of these products is among those of the measure",
         "line 4, change 1, restrict, products", "name some that are, or disable the measure"),
        ('[[change]]\nadd = "x.toml"\n', 'there is no file "x.toml" beside the scenario or below',
         "line 4, change 1, add", "did you mean cars.toml?"),
        (MEASURE, 'a file below has a measure "cars" too', 'line 5, measure "cars", id',
         "give this one another id, or change that one with set"),
        ('importer = "CAN"\n', "importer CAN is not that of the scenario that this belongs to: USA",
         "line 3, importer", "leave it out: codes and partners mean others in another"),
    ],
)  # fmt: skip
def test_changes_that_cannot_be_made(
    tmp_path: Path, text: str, what: str, where: str, hint: str
) -> None:
    assert told(tmp_path, text) == (what, f"cars.toml {where}", hint)


def test_all_that_is_wrong_with_changes_is_told_at_once(tmp_path: Path) -> None:
    below(tmp_path)
    text = CHILD + (
        '[[change]]\nset = { measure = "crs", rate = 1 }\n'
        '[[change]]\ndisable = { authority = "section-302" }\n'
    )
    with pytest.raises(ScenarioError) as caught:
        read_scenario(write(tmp_path, text))

    assert [problem.what for problem in caught.value.problems] == [
        'there is no measure "crs"',
        "rate 1 is a bare number, which is never a rate",
        "from is missing: what is disabled must have it",
        '"section-302" is not the authority of a measure',
    ]


def test_problems_of_the_file_below_name_it(tmp_path: Path) -> None:
    below(tmp_path, changed('"25%"', "25"))

    assert problems(tmp_path, CHILD)[0].where == 'below.toml line 13, measure "cars", rate'


def test_circle_is_refused(tmp_path: Path) -> None:
    write(tmp_path, 'id = "a"\nextends = "b.toml"\n', "a.toml")
    write(tmp_path, 'id = "b"\nextends = "a.toml"\n', "b.toml")

    with pytest.raises(ScenarioError) as caught:
        read_scenario(tmp_path / "a.toml")
    assert caught.value.problems[0].what == "a.toml leads back to itself"
    assert caught.value.problems[0].where == "b.toml line 2, extends"


def test_depth_is_bounded(tmp_path: Path) -> None:
    for number in range(20):
        write(tmp_path, f'id = "a"\nextends = "{number + 1}.toml"\n', f"{number}.toml")

    with pytest.raises(ScenarioError) as caught:
        read_scenario(tmp_path / "0.toml")
    assert caught.value.problems[0].what == "more than 8 scenarios build on each other"


def test_file_below_stays_below(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    write(tmp_path, BELOW, "below.toml")

    assert problems(inner, 'id = "x"\nextends = "../below.toml"\n')[0].what == (
        '"../below.toml" is not a name of a file beside or below'
    )


def test_include(tmp_path: Path) -> None:
    write(tmp_path, LAWFUL, "us.toml")
    answer = changed('"USA"', '"CAN"').replace('["JPN"]', '["USA"]')
    write(tmp_path, answer, "canada.toml")
    text = 'id = "war"\ntrade = "world"\nas_of = 2025-01-01\ninclude = ["us.toml", "canada.toml"]\n'
    scenario = read_scenario(write(tmp_path, text, "war.toml"))

    assert [(part.importer, part.trade, part.as_of) for part in scenario.parts] == [
        ("USA", "world", date(2025, 1, 1)), ("CAN", "world", date(2025, 1, 1)),
    ]  # fmt: skip
    assert [file.name for file in scenario.files] == ["us.toml", "canada.toml"]
    assert [law_at(part).measures["importer"].item() for part in scenario.parts] == ["USA", "CAN"]
    with pytest.raises(
        ScenarioError, match="a scenario that includes others has no law of its own"
    ):
        law_at(scenario)


def test_one_importer_twice_is_refused(tmp_path: Path) -> None:
    write(tmp_path, LAWFUL, "us.toml")
    write(tmp_path, LAWFUL, "again.toml")
    text = 'id = "war"\ninclude = ["us.toml", "again.toml"]\n'

    assert problems(tmp_path, text)[0].what == (
        "us.toml and again.toml are both of the importer USA"
    )


def test_a_group_and_its_member_are_refused(tmp_path: Path) -> None:
    write(tmp_path, changed('"USA"', '"EU27"'), "eu.toml")
    write(tmp_path, changed('"USA"', '"FRA"'), "fr.toml")
    text = 'id = "war"\ninclude = ["eu.toml", "fr.toml"]\n'

    assert problems(tmp_path, text)[0].what == (
        "eu.toml and fr.toml are of EU27 and FRA, one of which is in the other"
    )
