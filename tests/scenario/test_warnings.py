"""What a check warns of without a trade table: codes that are absent, law that is not settled."""

from pathlib import Path

import pytest

from calc.errors import ScenarioError
from pipelines.scenario.warnings import warnings_of
from tests.run.tool import retorsion
from tests.scenario.files import LAWFUL, MEASURE, TOP, law, read, write


def warned(folder: Path, text: str) -> list[str]:
    return warnings_of(read(folder, text), law(folder, text))


def other(rest: str = "", authority: str = "section-232", products: str = '["8703.23"]') -> str:
    return (
        f'[[measure]]\nid = "other"\nauthority = "{authority}"\nproducts = {products}\n'
        f'rate = "10%"\nsource = "made up"\n{rest}'
    )


TWO = (
    "cars.toml lines 8 and 15: measures cars and other are of two authorities or programmes, and "
    "nothing says how they combine, on 870323 of JPN: a run with such trade is refused; narrow "
    "the scope of one, or say under [[stacking]] how they combine"
)


def test_authorities_that_meet_are_told_with_their_lines(tmp_path: Path) -> None:
    assert warned(tmp_path, LAWFUL + other()) == [TWO]


def test_a_check_does_not_call_that_good(tmp_path: Path) -> None:
    path = write(tmp_path, LAWFUL + other())
    done = retorsion("scenario", "check", path)

    assert done.code == 0
    assert done.out.splitlines()[0] == (
        "cars can be read, with 1 warning: 2 measures of USA, 2 in force at 2024-12-31"
    )
    assert f"warning: {TWO}" in done.out.splitlines()
    assert f"warning: {TWO}" in retorsion("scenario", "show", path).out.splitlines()
    assert retorsion("scenario", "check", path, "--json").object["warnings"] == [TWO]


@pytest.mark.parametrize(
    "rest",
    [
        'partners = ["DEU"]\n',
        "through = 2024-12-30\n",
        'events = [{ on = 2024-01-01, is = "announced" }]\n',
        '[[measure.exclusion]]\nproducts = ["8703"]\npartners = ["JPN"]\nsource = "x"\n',
        '[[stacking]]\nsection-232 = "adds"\nsection-301 = "adds"\nsource = "x"\n',
        '[[stacking]]\nfirst = ["section-301", "section-232"]\nsource = "x"\n',
    ],
    ids=["partners", "days", "a threat", "an exclusion", "adds", "first"],
)
def test_what_does_not_meet_or_is_settled_is_no_warning(tmp_path: Path, rest: str) -> None:
    assert warned(tmp_path, LAWFUL + other(rest)) == []


def test_what_is_left_out_does_not_meet_and_what_is_taken_in_again_does(tmp_path: Path) -> None:
    left_out = other('except = ["8703"]\n', products='"all"')
    assert warned(tmp_path, LAWFUL + left_out) == []
    taken_in = warned(tmp_path, LAWFUL + left_out + 'but = ["8703.23"]\n')
    assert taken_in == [TWO]


def test_all_goods_of_any_partner_meet_too(tmp_path: Path) -> None:
    two = TOP + other(products='"all"') + other(authority="section-301", products='"all"')
    (told,) = warned(tmp_path, two.replace('id = "other"', 'id = "one"', 1))

    assert told.startswith("cars.toml lines 7 and 13: measures one and other are of two")
    assert "on all goods of any partner" in told


def test_equal_rank_within_an_authority_is_told(tmp_path: Path) -> None:
    (told,) = warned(
        tmp_path, LAWFUL + other('partners = ["JPN"]\n', "section-301", products='["8703"]')
    )
    assert "measures cars and other" in told
    assert "on 8703 of JPN" in told


def test_parts_of_a_flow_that_are_apart_do_not_meet(tmp_path: Path) -> None:
    shares = (
        '[portions.a]\ncentral = 0.3\nsource = "x"\n[portions.b]\ncentral = 0.2\nsource = "x"\n'
    )
    in_two = LAWFUL + 'portion = "a"\n' + other('portion = "b"\n')
    assert warned(tmp_path, in_two + shares) == [TWO.replace("and 15", "and 16")]
    assert warned(tmp_path, in_two + shares + 'disjoint_with = ["a"]\n') == []


def test_codes_that_the_edition_does_not_have_are_told(tmp_path: Path) -> None:
    """8793 was never one; 9618 came in 2012; of a range or a chapter of one's own nothing is."""
    (tmp_path / "annex.csv").write_text("code\n8703\n870399\n870398\n", encoding="utf-8")
    goods = '["8793", "8708.29", "4104-4107", "@car-parts"]'
    text = TOP + MEASURE.replace('["8703"]', goods) + other(products='"annex.csv"')
    assert warned(tmp_path, text + '[[stacking]]\nfirst = ["section-301"]\nsource = "x"\n'
                  'section-232 = "adds"\n') == [
        'cars.toml line 12: the code "8793" is not in HS2022; did you mean 8713 or 8709 or 8703?',
        "cars.toml line 18: of annex.csv, 870398, 870399 are not in HS2022",
    ]  # fmt: skip


def test_an_edition_is_held_to_its_own_codes(tmp_path: Path) -> None:
    text = TOP.replace("HS2022", "HS2007") + MEASURE.replace('["8703"]', '["9619", "9618.00"]')
    assert [told.partition(" is not")[0] for told in warned(tmp_path, text)] == [
        'cars.toml line 12: the code "9619"'
    ]

    text = TOP.replace("HS2022", "HTS2024") + MEASURE.replace(
        '["8703"]', '["9802.00.40", "8703.23.01", "8703.99.01"]'
    )
    assert [told.partition(" is not")[0] for told in warned(tmp_path, text)] == [
        'cars.toml line 12: the code "8703.99.01"'
    ]


def test_what_a_file_below_names_is_told_without_a_line(tmp_path: Path) -> None:
    write(tmp_path, TOP + MEASURE.replace('["8703"]', '["8793"]'), "below.toml")
    text = 'id = "above"\nextends = "below.toml"\n'
    (told,) = warned(tmp_path, text)
    assert told.startswith('measure cars: the code "8793" is not in HS2022')


def test_a_scenario_that_is_refused_has_no_warnings(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError):
        warned(tmp_path, LAWFUL + other().replace("10%", "10"))
