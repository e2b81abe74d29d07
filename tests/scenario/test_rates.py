"""Rates of a measure: as lawyers write them, by partner, by code, in steps; branches of the law."""

from datetime import date
from pathlib import Path

import pytest

from calc.policy.expression import AdValorem, BaseShare, Greatest, Specific, Sum
from calc.policy.model import Alternative
from pipelines.scenario.law import Law, law_at
from tests.scenario.files import TOP, changed, law, only, problems, read, write

COLUMNS = ("step", "mode", "ad_valorem_rate", "rate_text", "partner_rank")
ANNEX = "code,rate,from,through,note\n"


def measure(rate: str, more: str = "", products: str = '["8703"]') -> str:
    return f"""{TOP}
[[measure]]
id = "cars"
authority = "section-232"
products = {products}
rate = {rate}
source = "hypothetical"
{more}
"""


def branches(found: Law) -> list[tuple[object, ...]]:
    return found.measures.select(COLUMNS).rows()


def partners(found: Law, step: int, role: str = "include") -> list[str]:
    return found.partners.filter(step=step, role=role)["partner"].to_list()


def goods(found: Law, step: int, role: str = "include") -> list[str]:
    return found.products.filter(step=step, role=role)["prefix"].to_list()


@pytest.mark.parametrize(
    ("text", "expression", "mode", "rate"),
    [
        ("25%", AdValorem(0.25), "add", 0.25),
        ("Free", AdValorem(0.0), "add", 0.0),
        ("15% all-in", AdValorem(0.15), "all-in", 0.15),
        ("4.4¢/kg", Specific(0.044, "kg"), "add", None),
        ("50% of base", BaseShare(0.5), "add", None),
        ("4.4¢/kg + 8%", Sum((Specific(0.044, "kg"), AdValorem(0.08))), "add", None),
        ("max(13.8%, 0.50 USD/kg)", Greatest((AdValorem(0.138), Specific(0.5, "kg"))), "add", None),
    ],
)
def test_duties_as_lawyers_write_them(
    tmp_path: Path, text: str, expression: object, mode: str, rate: float | None
) -> None:
    found = law(tmp_path, measure(f'"{text}"'))

    assert branches(found) == [(0, mode, rate, text, 0)]
    assert [branch.rate for branch in found.policy.branches] == [expression]
    assert [branch.mode for branch in found.policy.branches] == [mode]


def test_mode_may_be_all_in_by_itself(tmp_path: Path) -> None:
    found = law(tmp_path, measure('"15%"', 'mode = "all-in"'))

    assert branches(found) == [(0, "all-in", 0.15, "15%", 0)]
    assert found.notes == ("the base duty is taken to be 2.5% on all goods",)


def test_amounts_in_other_money_need_an_exchange_rate(tmp_path: Path) -> None:
    text = measure('"13.0 EUR/100kg"')
    money = '\n[currencies.EUR]\nusd = 1.1\non = 2024-12-31\nsource = "ECB"\n'

    assert "EUR" in only(tmp_path, text).what
    branch = law(tmp_path, text + money).policy.branches[0]
    assert branch.rate == Specific(0.143, "kg")


def test_base_minus_percent_is_refused(tmp_path: Path) -> None:
    assert "points" in only(tmp_path, measure('"base - 50%"')).hint


def test_rates_partner_by_partner(tmp_path: Path) -> None:
    found = law(tmp_path, measure('{ all = "25%", GBR = "10%", EU27 = "15% all-in", DEU = "12%" }'))

    assert branches(found) == [
        (0, "add", 0.25, "25%", 0),
        (1, "add", 0.12, "12%", 3),
        (2, "all-in", 0.15, "15% all-in", 2),
        (3, "add", 0.1, "10%", 3),
    ]
    assert partners(found, 0) == ["*"]
    assert len(partners(found, 0, "exclude")) == 29
    assert partners(found, 1) == ["DEU"]
    assert "DEU" not in partners(found, 2)
    assert len(partners(found, 2)) == 27
    assert partners(found, 3) == ["GBR"]


def test_order_of_partners_does_not_matter(tmp_path: Path) -> None:
    first = law(tmp_path, measure('{ all = "25%", GBR = "10%", JPN = "12%" }'))
    second = law(tmp_path, measure('{ Japan = "12%", GBR = "10%", all = "25%" }'))

    assert first.measures.equals(second.measures)
    assert first.partners.equals(second.partners)
    assert first.policy == second.policy


def test_rates_stay_within_the_partners_of_the_measure(tmp_path: Path) -> None:
    scope = 'partners = ["JPN", "GBR", "KOR"]'
    found = law(tmp_path, measure('{ all = "25%", GBR = "10%" }', scope))

    assert partners(found, 0) == ["JPN", "KOR"]
    assert partners(found, 1) == ["GBR"]


@pytest.mark.parametrize(
    ("rate", "what"),
    [
        ('{ all = "25%", Jpan = "10%" }', '"Jpan" is not an economy or a group of partners'),
        ('{ all = "25%", JPN = "10%", Japan = "11%" }', "JPN has two rates"),
        ('{ all = "25%", USA = "10%" }', "USA is the importer, which cannot be its own partner"),
        ('{ all = "25%", JPN = 10 }', "JPN 10 is a bare number, which is never a rate"),
        ('{ all = "25%", column = "rate" }',
         "the products are not from an annex, so there is no column"),
        ('{ all = "25%", table = "x.csv" }',
         'there is no file "x.csv" beside the scenario or below'),
        ("{}", "rate is an empty table"),
        ('{ JPN = "10%" }', "rate does not say what the other partners pay"),
    ],
)  # fmt: skip
def test_rates_by_partner_that_cannot_be_read(tmp_path: Path, rate: str, what: str) -> None:
    problem = only(tmp_path, measure(rate))

    assert problem.what == what
    assert problem.where.startswith('cars.toml line 12, measure "cars", rate')


def test_rates_of_an_annex_by_partner_and_code(tmp_path: Path) -> None:
    write(
        tmp_path,
        "partner,code,rate\nVNM,,46%\nTHA,,46%\nEU27,,20%\nJPN,,24%\n,8703.23,5%\nCHE,8703.24,3%\n",
        "rates.csv",
    )
    found = law(tmp_path, measure('{ all = "10%", table = "rates.csv", JPN = "15% all-in" }'))

    assert branches(found) == [
        (0, "add", 0.1, "10%", 0),
        (1, "add", 0.05, "5%", 0),
        (2, "add", 0.46, "46%", 3),
        (3, "add", 0.03, "3%", 3),
        (4, "add", 0.2, "20%", 2),
        (5, "all-in", 0.15, "15% all-in", 3),
    ]
    assert goods(found, 0) == ["8703"]
    assert goods(found, 0, "exclude") == ["870323"]
    assert goods(found, 1) == ["870323"]
    assert partners(found, 2) == ["THA", "VNM"]
    assert (partners(found, 3), goods(found, 3)) == (["CHE"], ["870324"])
    assert "rates.csv row 5 is not used: the scenario gives the rate of JPN itself" in found.notes


def test_order_of_rows_does_not_matter(tmp_path: Path) -> None:
    rows = ["VNM,46%\n", "EU27,20%\n", "THA,46%\n", "CHN,34%\n"]
    text = measure('{ all = "10%", table = "rates.csv" }')
    write(tmp_path, "partner,rate\n" + "".join(rows), "rates.csv")
    first = law(tmp_path, text)
    write(tmp_path, "partner,rate\n" + "".join(reversed(rows)), "rates.csv")
    second = law(tmp_path, text)

    assert first.measures.equals(second.measures)
    assert first.partners.equals(second.partners)


def test_problems_of_an_annex_of_rates_are_told_together(tmp_path: Path) -> None:
    write(
        tmp_path,
        "partner,rate,from\nVNM,46,\nJpan,5%,\nTHA,,\nKOR,5%,2025\nMEX,1%,\nMEX,2%,\n,7%,\n",
        "rates.csv",
    )
    found = problems(tmp_path, measure('{ all = "10%", table = "rates.csv" }'))

    assert [(problem.what, problem.where) for problem in found] == [
        ('"46" has no % sign, and a bare number is never a rate',
         'rates.csv row 2, column rate = "46"'),
        ('"Jpan" is not an economy or a group of partners',
         'rates.csv row 3, column partner = "Jpan"'),
        ("the row has no rate", "rates.csv row 4, column rate"),
        ('"2025" is not a date', 'rates.csv row 5, column from = "2025"'),
        ("the row names neither a partner nor a code", "rates.csv row 8, column partner"),
        ("MEX has a rate in row 6 too", 'rates.csv row 7, column partner = "MEX"'),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("column", "cell"), [("ad_valorem_rate", "0.25"), ("rate_percent", "25"), ("rate", "25%")]
)
def test_bare_numbers_are_rates_where_the_header_says_so(
    tmp_path: Path, column: str, cell: str
) -> None:
    write(tmp_path, f"partner,{column}\nJPN,{cell}\n", "rates.csv")
    found = law(tmp_path, measure('{ all = "10%", table = "rates.csv" }'))

    assert branches(found)[1] == (1, "add", 0.25, "25%", 3) or column == "ad_valorem_rate"
    assert found.measures["ad_valorem_rate"].to_list() == [0.1, 0.25]


STEPS = """[
  { from = 2024-01-01, rate = "25%" },
  { from = 2025-01-01, rate = { all = "50%", JPN = "15% all-in" } },
]"""


@pytest.mark.parametrize(
    ("day", "rows", "state", "since", "until"),
    [
        (date(2023, 6, 1), [(0, "add", 0.25, "25%", 0)], "not yet in force", None,
         date(2024, 1, 1)),
        (date(2024, 1, 1), [(0, "add", 0.25, "25%", 0)], "in force", date(2024, 1, 1),
         date(2025, 1, 1)),
        (date(2025, 1, 1), [(0, "add", 0.5, "50%", 0), (1, "all-in", 0.15, "15% all-in", 3)],
         "in force", date(2025, 1, 1), None),
    ],
)  # fmt: skip
def test_step_of_the_date(
    tmp_path: Path,
    day: date,
    rows: list[tuple[object, ...]],
    state: str,
    since: date | None,
    until: date | None,
) -> None:
    found = law_at(read(tmp_path, measure(STEPS)), day)

    assert branches(found) == rows
    assert set(found.measures.select("state", "valid_from", "valid_until").rows()) == {
        (state, since, until)
    }
    assert found.change_dates == (date(2024, 1, 1), date(2025, 1, 1))


def test_steps_are_in_order(tmp_path: Path) -> None:
    steps = '[{ from = 2025-01-01, rate = "1%" }, { from = 2024-01-01, rate = "2%" }]'

    assert only(tmp_path, measure(steps)).what == (
        "the step from 2024-01-01 stands after the one from 2025-01-01"
    )


def test_rates_in_a_column_of_the_annex_of_goods(tmp_path: Path) -> None:
    write(
        tmp_path,
        ANNEX + "7206,25%,,,\n7207.11,50%,2024-03-01,2024-12-31,\n7208-7210,,,,a range\n",
        "steel.csv",
    )
    found = law(
        tmp_path, measure('{ column = "rate", all = "50%", GBR = "25%" }', products='"steel.csv"')
    )

    assert branches(found) == [
        (0, "add", 0.25, "25%", 0),
        (1, "add", 0.5, "50%", 0),
        (2, "add", 0.5, "50%", 0),
        (3, "add", 0.25, "25%", 3),
    ]
    assert [goods(found, step) for step in range(4)] == [
        ["7206"], ["7208", "7209", "7210"], ["720711"],
        ["7206", "720711", "7208", "7209", "7210"],
    ]  # fmt: skip
    assert found.measures["valid_until"].to_list() == [None, None, date(2025, 1, 1), None]


def test_column_that_is_not_there_or_empty(tmp_path: Path) -> None:
    write(tmp_path, ANNEX + "7206,,,,\n", "steel.csv")

    assert only(tmp_path, measure('{ column = "rte" }', products='"steel.csv"')).what == (
        "steel.csv has no column rte"
    )
    problem = only(tmp_path, measure('{ column = "rate" }', products='"steel.csv"'))
    assert (problem.what, problem.where) == ("the row has no rate", "steel.csv row 2, column rate")


def test_rates_of_an_annex_are_not_forgotten(tmp_path: Path) -> None:
    write(tmp_path, ANNEX + "7206,25%,,,\n", "steel.csv")
    problem = only(tmp_path, measure('"50%"', products='"steel.csv"'))

    assert problem.what == "steel.csv has rates in its column rate, and the measure has its own"
    assert problem.hint == 'write rate = { column = "rate" }, or name that column otherwise'


def test_rates_by_firm_are_a_family_of_portions(tmp_path: Path) -> None:
    write(tmp_path, "firm,portion,rate\nA,0.4,10%\nB,0.1,Free\nall others,0.5,30%\n", "firms.csv")
    policy = law(tmp_path, measure('{ split = "firms.csv" }')).policy

    assert policy.disjoint == (("cars/A", "cars/B"),)
    assert policy.branches[0].rate == AdValorem(0.3)
    assert policy.branches[0].alternatives == (
        Alternative("cars/A", AdValorem(0.1)),
        Alternative("cars/B", None),
    )


def test_season_and_firms_are_checked(tmp_path: Path) -> None:
    write(tmp_path, "firm,portion,rate\nA,0.4,10%\nall others,0.5,30%\n", "firms.csv")

    assert only(tmp_path, measure('{ season = "13-01..14-01", rate = "1%" }')).what == (
        '"13-01..14-01" is not a part of the year'
    )
    assert only(tmp_path, measure('{ split = "firms.csv" }')).what == (
        "the portions of firms.csv sum to 0.9, not to 1"
    )


def test_part_of_a_code_without_a_portion_is_an_upper_bound(tmp_path: Path) -> None:
    found = law(tmp_path, changed('["8703"]', '["ex 8703.23"]'))

    assert found.policy.branches[0].is_upper_bound
    assert found.products.row(0) == ("cars", 0, "include", "870323", "ex 8703.23")
    assert (
        "cars names parts of codes (ex) without a portion: its figures are upper bounds"
        in found.notes
    )
