"""A scenario read, and the law that it makes at a date, as whole tables."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from calc.dictionary import polars_schema
from calc.errors import ScenarioError
from calc.rules import declared_rules, row_rules
from calc.tables import TABLES
from calc.tables.base import Base
from calc.tables.measures import Exclusions, MeasurePartners, MeasureProducts, Measures
from pipelines.scenario.law import Law, law_at
from pipelines.scenario.read import read_scenario
from tests.scenario.files import DEMO, LAWFUL, MEASURE, TOP, changed, law, read

JAPAN = [("car-parts", 15), ("flat-glass", 15), ("medical-technology", 32), ("telecom", 37)]
NOT_STATED = "cars does not say its mode: its rate is added to the base duty"
CONSTANT = "the base duty is taken to be 2.5% on all goods"


def test_demonstration_is_read() -> None:
    scenario = read_scenario(DEMO)

    assert scenario.scenario_id == "us-japan-2024"
    assert (scenario.importer, scenario.nomenclature) == ("USA", "HTS2024")
    assert (scenario.trade, scenario.as_of) == ("us-2024", date(2024, 12, 31))
    assert scenario.base_text == "us-mfn-2024.csv"
    assert [measure.measure_id for measure in scenario.measures] == [
        *("car-parts", "flat-glass", "telecom", "medical-technology")
    ]


def test_measures_of_the_demonstration() -> None:
    scenario = read_scenario(DEMO)
    sources = {measure.measure_id: measure.source for measure in scenario.measures}
    common = {"step": 0, "importer": "USA", "mode": "replace", "ad_valorem_rate": 1.0,
              "rate_text": "100%", "names_products": True, "partner_rank": 3,
              "programme": None, "valid_until": None}  # fmt: skip
    rows = [
        ("car-parts", "section-301", "in force", date(2024, 6, 28)),
        ("flat-glass", "section-301", "in force", date(2024, 12, 12)),
        ("medical-technology", "title-vii", "announced", date(2024, 7, 31)),
        ("telecom", "title-vii", "announced", date(2024, 7, 31)),
    ]
    expected = [
        {"measure_id": name, "authority": authority, "state": state, "valid_from": since,
         "is_in_force": state == "in force", "source": sources[name], **common}
        for name, authority, state, since in rows
    ]  # fmt: skip

    assert_frame_equal(
        law_at(scenario).measures, pl.DataFrame(expected, schema=polars_schema(Measures))
    )


def test_scopes_of_the_demonstration() -> None:
    found = law_at(read_scenario(DEMO))
    partners = [
        {"measure_id": name, "step": 0, "role": "include", "partner": "JPN"} for name, _ in JAPAN
    ]
    counted = found.products.group_by("measure_id").len().sort("measure_id")

    assert_frame_equal(
        found.partners, pl.DataFrame(partners, schema=polars_schema(MeasurePartners))
    )
    assert counted.rows() == JAPAN
    assert found.products.row(0) == ("car-parts", 0, "include", "870810", "@car-parts")
    assert found.exclusions.equals(pl.DataFrame(schema=polars_schema(Exclusions)))


def test_base_of_the_demonstration() -> None:
    base = law_at(read_scenario(DEMO)).base
    specific = base.drop_nulls("specific_rate_usd")

    assert base.schema == polars_schema(Base)
    assert base.height == 330
    assert base.select(Base.primary_key()).equals(
        base.select(Base.primary_key()).sort(Base.primary_key())
    )
    assert specific.height == 6
    assert specific.filter(code="70042020").select(
        "ad_valorem_rate", "specific_rate_usd", "specific_unit", "rate_text"
    ).row(0) == (0.016, 0.01, "kg", "1 cents/kg + 1.6%")


def test_facts_of_the_demonstration() -> None:
    found = law_at(read_scenario(DEMO))

    assert found.change_dates == (
        *(date(2024, 5, 16), date(2024, 6, 28), date(2024, 7, 31)),
        *(date(2024, 10, 1), date(2024, 12, 12)),
    )
    assert (found.valid_from, found.valid_until) == (date(2024, 12, 12), date(2025, 1, 1))
    assert [(name, what) for name, what, _ in found.sources] == [
        ("economies.csv", "economies"),
        ("groups.toml", "groups of products"),
        ("us-mfn-2024.csv", "base duties"),
    ]
    assert [path.name for path in found.files] == [name for name, _, _ in found.sources]
    assert found.notes == (
        "@car-parts stands for HS 8708 (15 six-digit codes of HS2022)",
        "@flat-glass stands for HS 7003, 7004, 7005, 7006, 7007 (15 six-digit codes of HS2022)",
        "@medical-technology stands for HS 9018, 9019, 9020, 9021, 9022 "
        "(32 six-digit codes of HS2022)",
        "@telecom stands for HS 8517, 8525, 8526, 8527, 8528, 8529 (37 six-digit codes of HS2022)",
    )


@pytest.mark.parametrize(
    ("day", "states"),
    [
        (date(2024, 1, 1), ["not yet in force"] * 4),
        (date(2024, 6, 27), ["announced"] + ["not yet in force"] * 3),
        (date(2024, 6, 28), ["in force"] + ["not yet in force"] * 3),
        (date(2024, 12, 11), ["in force", "announced", "announced", "announced"]),
    ],
)
def test_date_given_goes_before_that_of_the_scenario(day: date, states: list[str]) -> None:
    found = law_at(read_scenario(DEMO), day)

    assert found.as_of == day
    assert found.measures["state"].to_list() == states


def tables(found: Law) -> dict[str, pl.DataFrame]:
    return {
        "measures": found.measures,
        "measure_products": found.products,
        "measure_partners": found.partners,
        "exclusions": found.exclusions,
        "shares": found.shares,
        "base": found.base,
    }


WIDE = (
    TOP
    + MEASURE
    + """
[[measure]]
id = "all-goods"
authority = "reciprocal"
programme = "baseline"
partners = { all_except = ["Canada", "MX", "EU27"] }
products = "all"
except = ["4104-4106", "2710.12"]
but = ["4105.10"]
rate = "10 %"
mode = "add"
from = 2024-04-05
through = 2025-04-08
source = "90 FR 15041"
[[measure.exclusion]]
products = ["8708.99", "@flat-glass"]
partners = ["G7", "Norway"]
before = 2025-01-01
source = "an exclusion"
[[measure.exclusion]]
products = ["8703"]
from = 2025-01-01
source = "a later exclusion"
"""
)


def test_scopes_and_exclusions_of_a_wide_measure(tmp_path: Path) -> None:
    found = law(tmp_path, WIDE)
    products = found.products.filter(measure_id="all-goods").drop("measure_id", "step").rows()
    partners = found.partners.filter(measure_id="all-goods").drop("measure_id", "step").rows()
    exclusions = found.exclusions.drop("source")

    assert products == [
        ("but", "410510", "4105.10"),
        ("exclude", "271012", "2710.12"),
        ("exclude", "4104", "4104-4106"),
        ("exclude", "4105", "4104-4106"),
        ("exclude", "4106", "4104-4106"),
        ("include", "*", "all"),
    ]
    assert partners[:2] == [("exclude", "AUT"), ("exclude", "BEL")]
    assert partners[-1] == ("include", "*")
    assert {partner for _, partner in partners} >= {"CAN", "MEX", "EU27", "DEU", "*"}
    assert len(partners) == 31
    assert exclusions.height == 16 * 8
    assert exclusions.row(0) == ("all-goods", 0, 1, "700312", "CAN")
    assert set(exclusions["partner"]) == {
        *("CAN", "DEU", "FRA", "GBR", "ITA", "JPN", "USA", "NOR"),
    }


def test_row_of_a_wide_measure(tmp_path: Path) -> None:
    found = law(tmp_path, WIDE).measures

    assert found.row(0, named=True) == {
        "measure_id": "all-goods", "step": 0, "importer": "USA", "authority": "reciprocal",
        "programme": "baseline", "mode": "add", "ad_valorem_rate": 0.1, "rate_text": "10 %",
        "state": "in force", "is_in_force": True, "names_products": False, "partner_rank": 1,
        "valid_from": date(2024, 4, 5), "valid_until": date(2025, 4, 9), "source": "90 FR 15041",
    }  # fmt: skip


def test_interval_ends_where_an_exclusion_changes(tmp_path: Path) -> None:
    found = law(tmp_path, WIDE)

    assert found.change_dates == (date(2024, 4, 5), date(2025, 1, 1), date(2025, 4, 9))
    assert (found.valid_from, found.valid_until) == (date(2024, 4, 5), date(2025, 1, 1))
    assert found.notes[-2:] == (NOT_STATED, CONSTANT)
    assert "exclusion 2 of all-goods is not yet in force at 2024-12-31: it leaves nothing out" in (
        found.notes
    )


@pytest.mark.parametrize("text", [LAWFUL, WIDE], ids=["small", "wide"])
def test_tables_keep_their_declared_rules(tmp_path: Path, text: str) -> None:
    for name, frame in tables(law(tmp_path, text)).items():
        declared = TABLES[name]
        assert frame.schema == polars_schema(declared)
        assert not frame.select(declared.primary_key()).is_duplicated().any()
        for rule in row_rules(declared_rules(name, declared)):
            assert frame.select(rule.passes().all()).item(), rule.rule_id


def test_order_of_measures_does_not_matter(tmp_path: Path) -> None:
    blocks = WIDE.removeprefix(TOP).split("\n[[measure]]\n")[1:]
    turned = TOP + "".join(f"\n[[measure]]\n{block}" for block in reversed(blocks))
    first, second = law(tmp_path, WIDE), law(tmp_path, turned)

    for name, frame in tables(first).items():
        assert_frame_equal(frame, tables(second)[name])
    assert first.notes == second.notes


@pytest.mark.parametrize(
    ("partners", "rank", "rows"),
    [
        ('["JPN", "kr"]', 3, [("include", "JPN"), ("include", "KOR")]),
        ('"Japan"', 3, [("include", "JPN")]),
        ('"USMCA"', 2, [("include", "CAN"), ("include", "MEX")]),
        ('["usmca", "JPN"]', 2, [("include", "CAN"), ("include", "JPN"), ("include", "MEX")]),
        ('{ all_except = ["CAN"] }', 1, [("exclude", "CAN"), ("include", "*")]),
        ('"all"', 0, [("include", "*")]),
        ('["All"]', 0, [("include", "*")]),
    ],
)
def test_partners_and_their_rank(
    tmp_path: Path, partners: str, rank: int, rows: list[tuple[str, str]]
) -> None:
    found = law(tmp_path, changed('["JPN"]', partners))

    assert found.measures["partner_rank"].to_list() == [rank]
    assert found.partners.select("role", "partner").rows() == rows


def test_measure_without_partners_reaches_all(tmp_path: Path) -> None:
    found = law(tmp_path, changed('partners = ["JPN"]\n', ""))

    assert found.partners.rows() == [("cars", 0, "include", "*")]


def test_aggregate_stands_for_itself_and_its_members(tmp_path: Path) -> None:
    found = law(tmp_path, changed('["JPN"]', '["EU27"]'))
    partners = found.partners["partner"].to_list()

    assert len(partners) == 28
    assert {"EU27", "DEU", "SVK"} <= set(partners)
    assert found.notes[0].startswith("EU27 stands for itself and its 27 members: AUT, BEL, ")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("NO", "NOR"),
        ("NA", "NAM"),
        ("Côte d'Ivoire", "CIV"),
        ("Cote d’Ivoire", "CIV"),
        ("turkiye", "TUR"),
        ("Republic of Korea", "KOR"),
        ("Democratic Republic of the Congo", "COD"),
        ("Palestine", "PSE"),
        ("Guinea", "GIN"),
        ("TW", "TWN"),
        ("Kosovo", "XKX"),
        (" Japan ", "JPN"),
    ],
)
def test_names_of_economies(tmp_path: Path, name: str, code: str) -> None:
    assert law(tmp_path, changed('"JPN"', f'"{name}"')).partners["partner"].to_list() == [code]


@pytest.mark.parametrize(
    ("products", "prefixes"),
    [
        ('["8703.23"]', ["870323"]),
        ('["87"]', ["87"]),
        ('"8703 23"', ["870323"]),
        ('["\'8703.23"]', ["870323"]),
        ('["4104-4107", "4112 - 4113"]', ["4104", "4105", "4106", "4107", "4112", "4113"]),
        ('["8703", "8703-8704"]', ["8703", "8704"]),
        ('["01-03"]', ["01", "02", "03"]),
        ('["@float glass"]', ["700312", "700319", "700320", "700330", "700420"]),
    ],
)
def test_goods(tmp_path: Path, products: str, prefixes: list[str]) -> None:
    found = law(tmp_path, changed('["8703"]', products)).products

    assert found["prefix"].to_list()[: len(prefixes)] == prefixes


def test_national_code_of_ten_digits(tmp_path: Path) -> None:
    text = changed("HS2022", "HTS2024").replace('["8703"]', '["8703.23.01.10"]')

    assert law(tmp_path, text).products["prefix"].to_list() == ["8703230110"]


def test_group_has_the_codes_of_the_edition(tmp_path: Path) -> None:
    of_1992 = law(tmp_path, changed("HS2022", "HS1988").replace('"8703"', '"@car-parts"'))
    of_2010 = law(tmp_path, changed("HS2022", "CN2010").replace('"8703"', '"@car-parts"'))

    assert "870831" in of_1992.products["prefix"]
    assert "870831" not in of_2010.products["prefix"]
    assert "870895" in of_2010.products["prefix"]


@pytest.mark.parametrize("word", ["@auto-parts", "@auto parts", "@auto_parts", "@car-parts"])
def test_group_is_known_by_a_synonym_with_blanks_or_dashes(tmp_path: Path, word: str) -> None:
    found = law(tmp_path, changed('"8703"', f'"{word}"'))

    assert "870822" in found.products["prefix"]


def test_constant_base_is_one_rate_on_every_chapter(tmp_path: Path) -> None:
    found = law(tmp_path, LAWFUL)

    assert found.base["code"].to_list() == [f"{chapter:02}" for chapter in range(1, 100)]
    assert found.base.drop("code").unique().rows(named=True) == [
        {
            "importer": "USA", "partner": "*", "programme": "mfn", "valid_from": date(1800, 1, 1),
            "ad_valorem_rate": 0.025, "specific_rate_usd": None, "specific_unit": None,
            "expression": None, "rate_text": "2.5%", "valid_until": None, "season": "*",
            "source": "one rate for all goods, stated in the scenario",
        }
    ]  # fmt: skip
    assert found.notes == (NOT_STATED, CONSTANT)
    assert read(tmp_path, LAWFUL).base_text == "2.5% on all goods"


def test_law_that_never_changes_needs_no_date(tmp_path: Path) -> None:
    found = law(tmp_path, changed("as_of = 2024-12-31\n", ""))

    assert found.as_of is found.valid_from is found.valid_until is None
    assert found.change_dates == ()
    assert found.measures["state"].to_list() == ["in force"]


@pytest.mark.parametrize(
    ("day", "state", "since", "until"),
    [
        (date(2019, 12, 31), "in force", None, date(2020, 1, 2)),
        (date(2020, 1, 1), "in force", None, date(2020, 1, 2)),
        (date(2020, 1, 2), "ended", date(2020, 1, 2), None),
    ],
)
def test_measure_with_an_end_alone_is_in_force_until_then(
    tmp_path: Path, day: date, state: str, since: date | None, until: date | None
) -> None:
    scenario = read(tmp_path, LAWFUL + "through = 2020-01-01\n")
    found = law_at(scenario, day).measures

    assert found.select("state", "valid_from", "valid_until").rows() == [(state, since, until)]


def test_group_that_is_gone_keeps_its_members_where_the_measure_is_over(tmp_path: Path) -> None:
    over = changed('["JPN"]', '["EU28"]\nfrom = 2018-06-01\nbefore = 2019-01-01')
    found = law(tmp_path, over)

    assert {"EU28", "GBR"} <= set(found.partners["partner"])
    assert "EU28 does not exist at 2024-12-31; the members are those that it had" in found.notes
    assert found.change_dates == (date(2018, 6, 1), date(2019, 1, 1), date(2020, 2, 1))


def test_group_that_is_gone_cannot_be_hit(tmp_path: Path) -> None:
    scenario = read(tmp_path, changed('["JPN"]', '["EU28"]'))
    with pytest.raises(ScenarioError) as caught:
        law_at(scenario)

    problem = caught.value.problems[0]
    assert problem.what == "EU28 does not exist at 2024-12-31, when the measure is in force"
    assert problem.where == 'cars.toml, measure "cars", partners'
    assert problem.hint == (
        "it exists from 2013-07-01 to the day before 2020-02-01; "
        "at 2024-12-31: EU27, G7, USMCA, OECD"
    )
    assert law_at(scenario, date(2019, 1, 1)).partners.height == 29


def test_high_rate_is_read_where_it_is_allowed(tmp_path: Path) -> None:
    path = tmp_path / "cars.toml"
    path.write_text(changed('"25%"', '"2500%"'), encoding="utf-8")

    assert read_scenario(path, allow_rate_above=25.0).measures[0].rate.ad_valorem_rate == 25.0
    with pytest.raises(ScenarioError, match="above 1,000 %"):
        read_scenario(path, allow_rate_above=0.5)


def test_byte_order_mark_and_windows_line_ends_make_no_difference(tmp_path: Path) -> None:
    path = tmp_path / "cars.toml"
    path.write_bytes(b"\xef\xbb\xbf" + LAWFUL.replace("\n", "\r\n").encode())
    found = law_at(read_scenario(path))

    assert_frame_equal(found.measures, law(tmp_path, LAWFUL).measures)


def test_products_written_twice_are_there_once(tmp_path: Path) -> None:
    found = law(tmp_path, changed('["8703"]', '["8708.10", "@car-parts"]')).products

    assert found.schema == polars_schema(MeasureProducts)
    assert found.filter(prefix="870810")["written"].to_list() == ["8708.10"]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("section-301", []),
        (
            "section-2322",
            ["section-2322 is no authority that the tool knows: no limit of its law is checked; "
             "did you mean section-232?"],
        ),
        (
            "eu-2018-886",
            ["eu-2018-886 is no authority that the tool knows: no limit of its law is checked"],
        ),
    ],
)  # fmt: skip
def test_an_authority_that_the_tool_does_not_know_is_told(
    tmp_path: Path, name: str, told: list[str]
) -> None:
    notes = law(tmp_path, changed('authority = "section-301"', f'authority = "{name}"')).notes
    assert [note for note in notes if "no authority" in note] == told
