"""Portions and contents: stated by a measure, by name, from a table; what they lead to."""

from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from calc.dictionary import polars_schema
from calc.policy.expression import AdValorem
from calc.policy.model import Alternative, Claim
from calc.tables.shares import Shares
from pipelines.scenario.timed import FIRST_DAY
from tests.scenario.files import LAWFUL, law, only, problems, write

USMCA = """
[portions.usmca]
table = "usmca.csv"
programme = "usmca"
source = "DataWeb"
[contents.non-us-content]
central = 0.6
low = "40%"
high = 0.8
source = "assumed"
"""
EXCLUSION = """
[[measure.exclusion]]
products = ["8703.24"]
portion = { central = 0.1, low = 0.0, high = 0.2, source = "ruling" }
source = "an exclusion"
"""


def share(**cells: object) -> dict[str, object]:
    row: dict[str, object] = {
        "kind": "portion", "importer": "*", "programme": "*", "prefix": "*", "partner": "*",
        "valid_from": FIRST_DAY, "valid_until": None, "low": None, "high": None,
    }  # fmt: skip
    return row | cells


def expected(*rows: dict[str, object]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=polars_schema(Shares)).sort(Shares.primary_key())


def test_portion_of_a_measure(tmp_path: Path) -> None:
    stated = 'portion = { central = 0.27, low = 0.2, high = 0.35, source = "list" }'
    found = law(tmp_path, LAWFUL + stated)

    assert found.policy.branches[0].portion == "cars/portion"
    assert found.policy.portions == ("cars/portion",)
    assert_frame_equal(
        found.shares,
        expected(
            share(name="cars/portion", importer="USA", central=0.27, low=0.2, high=0.35,
                  source="list")
        ),
    )  # fmt: skip


@pytest.mark.parametrize("value", ["0.27", '"27%"', "1", "0"])
def test_portion_may_be_a_number(tmp_path: Path, value: str) -> None:
    found = law(tmp_path, LAWFUL + f"portion = {value}")

    assert found.shares["central"].to_list() == [
        {"0.27": 0.27, '"27%"': 0.27, "1": 1.0, "0": 0.0}[value]
    ]
    assert found.shares["source"].to_list() == ["60 FR 26745"]


@pytest.mark.parametrize(
    ("value", "what"),
    [
        ("27", "27 is not a share from 0 to 1"),
        ("-0.1", "-0.1 is not a share from 0 to 1"),
        ("nan", "nan is not a share from 0 to 1"),
        ("true", "portion is true or false (true), not a share"),
        ('"usmac"', '"usmac" is not a portion of the scenario'),
        ("{ central = 0.5 }", "source is missing: a share must have it"),
        ('{ central = 0.5, low = 0.6, source = "x" }',
         "the central value 0.5 is not between low and high"),
        ('{ central = 0.5, hihg = 0.6, source = "x" }', "hihg is not a key of a share"),
    ],
)  # fmt: skip
def test_portions_that_are_none(tmp_path: Path, value: str, what: str) -> None:
    assert only(tmp_path, LAWFUL + f"portion = {value}").what == what


def test_exclusion_of_a_portion(tmp_path: Path) -> None:
    found = law(tmp_path, LAWFUL + EXCLUSION)

    assert found.policy.branches[0].exclusion_portions == {1: "cars/exclusion-1"}
    assert found.exclusions["exclusion"].to_list() == [1]
    assert_frame_equal(
        found.shares,
        expected(share(name="cars/exclusion-1", importer="USA", central=0.1, low=0.0, high=0.2,
                       source="ruling")),
    )  # fmt: skip


def test_named_portions_contents_and_what_they_pay(tmp_path: Path) -> None:
    write(
        tmp_path,
        "importer,programme,code,partner,central,low,high,source\n"
        "USA,usmca,8703,CAN,0.9,0.8,0.95,\nUSA,,,MEX,60%,,,Census\nCAN,usmca,,USA,0.1,,,\n"
        "USA,gsp,8703,IND,0.5,,,\n",
        "usmca.csv",
    )
    pays = 'by_portion = { usmca = { rate = "25%", on = "non-us-content" } }\n'
    found = law(tmp_path, LAWFUL + pays + USMCA)

    assert found.policy.portions == ("usmca",)
    assert found.policy.contents == ("non-us-content",)
    assert found.policy.claims == (Claim("usmca", "usmca"),)
    assert found.policy.branches[0].alternatives == (
        Alternative("usmca", AdValorem(0.25), "non-us-content"),
    )
    assert_frame_equal(
        found.shares,
        expected(
            share(name="non-us-content", kind="content", central=0.6, low=0.4, high=0.8,
                  source="assumed"),
            share(name="usmca", importer="USA", programme="usmca", prefix="8703", partner="CAN",
                  central=0.9, low=0.8, high=0.95, source="DataWeb"),
            share(name="usmca", importer="USA", programme="usmca", partner="MEX", central=0.6,
                  source="Census"),
        ),
    )  # fmt: skip
    assert "usmca.csv: 2 rows of other importers or programmes are not used" in found.notes


@pytest.mark.parametrize("rate", ["Free", "0%"])
def test_what_is_free_in_a_portion_is_exempt(tmp_path: Path, rate: str) -> None:
    text = f'by_portion = {{ usmca = {{ rate = "{rate}" }} }}\n[portions.usmca]\ncentral = 0.5\n'
    found = law(tmp_path, LAWFUL + text + 'source = "x"\n')

    assert found.policy.branches[0].alternatives == (Alternative("usmca", None),)


def test_rate_on_a_content(tmp_path: Path) -> None:
    text = 'on = "steel"\n[contents.steel]\ncentral = 0.5\nsource = "x"\n'

    assert law(tmp_path, LAWFUL + text).policy.branches[0].on == "steel"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('by_portion = { usmac = { rate = "Free" } }' + USMCA,
         '"usmac" is not a portion of the scenario'),
        ('on = "non-us-contents"' + USMCA, '"non-us-contents" is not a content of the scenario'),
        ("[portions.a]\n", "the portion a has no value"),
        ("[portions.a]\ncentral = 0.5\n", "source is missing: a share must have it"),
        ('[portions.a]\ncentral = 0.5\nsource = "x"\nnested_in = "b"\n',
         '"b" is not a portion of the scenario'),
        ('[portions.a]\ncentral = 0.5\nsource = "x"\nnested_in = "a"\n', "a names itself"),
        ('[portions."A b"]\ncentral = 0.5\n',
         '"A b" is not a name of at most 60 small letters, digits and dashes'),
    ],
)  # fmt: skip
def test_shares_that_cannot_be_read(tmp_path: Path, text: str, what: str) -> None:
    write(tmp_path, "code,central\n8703,0.5\n", "usmca.csv")

    assert problems(tmp_path, LAWFUL + text)[0].what == what


def test_problems_of_a_table_of_shares(tmp_path: Path) -> None:
    write(
        tmp_path,
        "code,partner,central,low\n8703,CAN,1.5,\n8703,Cnada,0.5,\n8703-8704,CAN,0.5,\n"
        "8705,CAN,,\n8706,CAN,0.5,0.6\n8707,G7,0.5,\n8708,CAN,0.5,\n8708,CAN,0.6,\n",
        "usmca.csv",
    )
    found = problems(tmp_path, LAWFUL + USMCA)

    assert [(problem.what, problem.where) for problem in found] == [
        ("1.5 is not a share from 0 to 1", 'usmca.csv row 2, column central = "1.5"'),
        ('"Cnada" is not an economy or a group of partners',
         'usmca.csv row 3, column partner = "Cnada"'),
        ("a share is of one code", 'usmca.csv row 4, column code = "8703-8704"'),
        ("the row has no share", "usmca.csv row 5, column central"),
        ("the central value 0.5 is not between low and high",
         'usmca.csv row 6, column low = "0.6"'),
        ("G7 is no partner of its own", 'usmca.csv row 7, column partner = "G7"'),
        ("row 8 gives the same line a share", 'usmca.csv row 9, column central = "0.6"'),
    ]  # fmt: skip


PORTION = """
[portions.{0}]
central = 0.25
source = "x"
{1}
"""


def portions(stated: dict[str, str]) -> str:
    return "".join(PORTION.format(name, text) for name, text in stated.items())


def test_portions_that_depend_on_each_other(tmp_path: Path) -> None:
    text = portions(
        {
            "d": 'nested_in = "a"',
            "c": 'disjoint_with = ["b", "a"]',
            "b": "",
            "a": 'disjoint_with = ["b"]',
            "e": 'nested_in = "a"\nprogramme = "e"\ndisjoint_with = ["b", "d"]',
            "f": 'programme = "f"',
        }
    )
    pays = 'by_portion = { a = { rate = "1%" }, d = { rate = "2%" }, b = { rate = "3%" } }\n'
    policy = law(tmp_path, LAWFUL + pays + text).policy

    assert policy.nested_in == {"d": "a", "e": "a"}
    assert policy.disjoint == (("a", "b", "c"), ("d", "e"))
    assert [one.portion for one in policy.branches[0].alternatives] == ["a", "b", "d"]
    assert [claim.programme for claim in policy.claims] == ["e", "f"]


@pytest.mark.parametrize(
    ("stated", "what", "place"),
    [
        (
            {"a": 'nested_in = "b"', "b": 'nested_in = "c"', "c": 'nested_in = "a"'},
            "a is nested in itself, by way of others",
            "line 19, portions, a, nested_in",
        ),
        (
            {"a": 'nested_in = "b"\ndisjoint_with = ["b"]', "b": ""},
            "a is nested in b and disjoint with it",
            "line 20, portions, a, disjoint_with",
        ),
        (
            {"a": 'nested_in = "b"', "b": 'nested_in = "c"', "c": 'disjoint_with = ["a"]'},
            "a is nested in c and disjoint with it",
            "line 19, portions, a, nested_in",
        ),
        (
            {"a": 'nested_in = "b"', "b": "", "c": 'disjoint_with = ["a"]'},
            "a and c are disjoint, but not nested in the same portion",
            "line 19, portions, a, nested_in",
        ),
        (
            {"a": 'disjoint_with = ["b", "c"]', "b": "", "c": ""},
            "a is disjoint with b and with c, which are not with each other",
            "line 22, portions, b, central",
        ),
        ({"a": 'disjoint_with = ["a"]'}, "a names itself", "line 19, portions, a, disjoint_with"),
    ],
)
def test_portions_that_cannot_stand_to_each_other_as_stated(
    tmp_path: Path, stated: dict[str, str], what: str, place: str
) -> None:
    (found, *more) = problems(tmp_path, LAWFUL + portions(stated))

    assert (found.what, found.where) == (what, f"cars.toml {place}")
    assert what not in [each.what for each in more]
