"""Instruments that are no duty, quotas, credits, controls; legal limits of authorities."""

from decimal import Decimal
from pathlib import Path

import pytest

from pipelines.scenario.assumed import Range
from pipelines.scenario.instruments import (
    Allocation,
    Amount,
    Control,
    CreditRow,
    Instrument,
    Quota,
    QuotaStep,
    Taken,
)
from pipelines.scenario.model import PartnerScope
from tests.scenario.files import LAWFUL, changed, law, only, problems, read, write

BAN = changed('rate = "25%"\n', 'instrument = "procurement-ban"\n')
QUOTA = """
[quota.beef]
amount = 65005
unit = "t"
period = "year"
origins = { ARG = 20000 }
observed_split = "lines"
over = "26.4%"
source = "Proclamation"
"""


def test_procurement_ban(tmp_path: Path) -> None:
    write(tmp_path, "partner,amount_usd\nJPN,1\nJapan,2.5\n", "awards.csv")
    text = BAN + (
        'covered_usd = { central = 10e9, low = 8e9, source = "a" }\n'
        'affected = { table = "awards.csv", source = "b" }\n'
    )
    measure = read(tmp_path, text).measures[0]

    rows = measure.instrument.affected.rows if measure.instrument.affected else ()
    assert measure.instrument == Instrument(
        "procurement-ban",
        Amount(Range(10e9, 8e9), "", "a"),
        Amount(Range(3.5), "awards.csv", "b", rows),
    )
    assert [(row.number, row.partner, row.central) for row in rows] == [
        (2, "JPN", 1),
        (3, "JPN", Decimal("2.5")),
    ]
    assert measure.rates == ()


def test_amounts_that_a_measure_does_not_reach_are_refused(tmp_path: Path) -> None:
    write(
        tmp_path,
        "partner,code,amount_usd\nJPN,87,1\nKOR,870323,1\nEU27,,1\nJPN,8517,1\n,8703,1\n",
        "awards.csv",
    )
    found = problems(tmp_path, BAN + 'affected = { table = "awards.csv", source = "b" }\n')
    assert [(one.what, one.where, one.hint) for one in found] == [
        ("the measure does not reach the partner KOR", "awards.csv row 3, column partner",
         "name it in partners, or leave the row out"),
        ("the measure does not reach the partner EU27", "awards.csv row 4, column partner",
         "name it in partners, or leave the row out"),
        ('the measure does not name goods of "8517"', "awards.csv row 5, column code",
         "name them in products, or leave the row out"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "partners", ['["EU27"]', '["DEU", "KOR"]', '{ all_except = ["JPN"] }', '"all"']
)
def test_amounts_of_a_group_or_of_its_members_are_reached(tmp_path: Path, partners: str) -> None:
    write(tmp_path, "partner,amount_usd\nEU27,1\nDEU,2.5\n", "awards.csv")
    text = BAN.replace('["JPN"]', partners) + 'affected = { table = "awards.csv", source = "b" }\n'
    affected = read(tmp_path, text).measures[0].instrument.affected
    assert affected is not None
    assert affected.range == Range(3.5)


@pytest.mark.parametrize(
    ("cells", "what"),
    [
        ("amount\n1\n", "column amount_usd is missing"),
        ("amount_usd\n1000 USD\n", '"1000 USD" is not an amount of USD'),
        ("amount_usd\n-1\n", '"-1" is not an amount of USD'),
        ("amount_usd\nNaN\n", '"NaN" is not an amount of USD'),
        ("amount_usd,source\n,x\n", "the row has no amount"),
        ("amount_usd,low_usd\n1,2\n", "1 is not between low and high"),
        ("amount_usd,partner\n1,Japn\n", '"Japn" is not an economy or a group of partners'),
        ("amount_usd,code\n1,85.1\n", '"85.1" is not a code'),
        ("amount_usd,group\n1,@tele\n", '"tele" is not a group of products'),
        ("amount_usd\n", "awards.csv holds no rows: an annex names something"),
    ],
)
def test_tables_of_amounts_that_cannot_be_read(tmp_path: Path, cells: str, what: str) -> None:
    write(tmp_path, cells, "awards.csv")
    text = BAN + 'affected = { table = "awards.csv", source = "b" }\n'

    assert problems(tmp_path, text)[0].what == what


@pytest.mark.parametrize("instrument", ["import-ban", "export-ban"])
def test_bans_have_no_rate(tmp_path: Path, instrument: str) -> None:
    text = BAN.replace("procurement-ban", instrument)

    found = law(tmp_path, text)
    assert found.measures.height == 1  # told of as an instrument ...
    assert found.policy.branches == ()  # ... and no duty
    problem = problems(tmp_path, text + 'rate = "1%"\n')[0]
    assert problem.what == "rate is not a key of a measure that is no duty"
    assert problem.hint == "leave it out: a ban has no rate"


def test_duty_on_exports(tmp_path: Path) -> None:
    text = changed('partners = ["JPN"]\n', 'direction = "export"\nimposed_by = "China"\n')
    measure = read(tmp_path, text).measures[0]

    assert measure.instrument == Instrument("export-duty", imposed_by="CHN")
    assert measure.partners.economies == ("CHN",)
    found = law(tmp_path, text)
    assert found.policy.branches == ()  # no duty of the importer
    assert [branch.measure_id for branch in found.export_policy.branches] == ["cars"]
    assert only(tmp_path, text + 'partners = ["JPN"]\n').what == (
        "what CHN imposes on its exports reaches those of CHN"
    )
    assert only(tmp_path, text.replace('imposed_by = "China"\n', "")).what == (
        "an export duty must say which exporter levies it"
    )
    assert only(tmp_path, text.replace("China", "USA")).what == (
        "USA is the importer, which levies no duty on exports to itself"
    )
    assert only(tmp_path, LAWFUL + 'imposed_by = "CHN"\n').what == (
        "a measure on imports is imposed by the importer"
    )


def test_quota(tmp_path: Path) -> None:
    scenario = read(tmp_path, LAWFUL + 'quota = "beef"\n' + QUOTA)
    quota = scenario.quotas[0]

    assert scenario.measures[0].quota == "beef"
    assert quota == Quota(
        name="beef", unit="t", counted_unit="kg", counted_per_unit=1000.0, period="year",
        allocations=(
            Allocation("*", None, (QuotaStep(65005.0),)),
            Allocation("ARG", PartnerScope("some", ("ARG",)), (QuotaStep(20000.0),)),
        ),
        observed_split="lines", over=(), source="Proclamation", stated=quota.stated,
    )  # fmt: skip
    assert law(tmp_path, LAWFUL + QUOTA).quotas.is_empty()


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("65005", '"many"', 'amount is a text ("many"), not a number'),
        ("65005", "-1", "amount is -1, not a number from 0 on"),
        ('"year"', '"decade"', '"decade" is not a known period'),
        ("ARG", "Argntina", '"Argntina" is not an economy or a group of partners'),
        ('"26.4%"', '"26.4"', '"26.4" has no % sign, and a bare number is never a rate'),
        ('unit = "t"\n', "", "unit is missing: a quota must have it"),
    ],
)
def test_quotas_that_cannot_be_read(tmp_path: Path, old: str, new: str, what: str) -> None:
    assert only(tmp_path, LAWFUL + QUOTA.replace(old, new)).what == what


def test_credit(tmp_path: Path) -> None:
    write(tmp_path, "code,amount_usd,source\n8703,1,a\n", "offsets.csv")
    text = LAWFUL + 'credit = { table = "offsets.csv", cap = "own duty" }\n'

    row = CreditRow("*", "8703", Range(1.0), "a")
    assert read(tmp_path, text).measures[0].credit == Taken((row,))
    assert [one.amount_e4 for one in law(tmp_path, text).policy.credits] == [10_000]


def test_control_totals(tmp_path: Path) -> None:
    text = LAWFUL + (
        '[control]\nthreatened_usd = { equals = 5.9e9, within = "2%", source = "statement" }\n'
    )
    control = read(tmp_path, text).controls[0]

    assert control == Control("threatened_usd", 5.9e9, 0.02, "statement", control.stated)
    assert law(tmp_path, text).measures.height == 1
    assert only(tmp_path, text.replace("5.9e9", '"5.9e9"')).what == (
        'equals is a text ("5.9e9"), not a number'
    )


@pytest.mark.parametrize(
    ("more", "notes"),
    [
        ("", ["cars is at 25 %: section-122 allows at most 15 % (19 U.S.C. 2132(a))",
              "cars has no end: section-122 allows at most 150 days (19 U.S.C. 2132(a))"]),
        ("from = 2026-02-24\nthrough = 2026-07-24\n",
         ["cars is at 25 %: section-122 allows at most 15 % (19 U.S.C. 2132(a))",
          "cars is in force for 151 days: section-122 allows at most 150 (19 U.S.C. 2132(a))"]),
        ("from = 2026-02-24\nthrough = 2026-07-23\n",
         ["cars is at 25 %: section-122 allows at most 15 % (19 U.S.C. 2132(a))"]),
    ],
)  # fmt: skip
def test_legal_limits_are_told(tmp_path: Path, more: str, notes: list[str]) -> None:
    found = law(tmp_path, changed("section-301", "section-122") + more)

    assert [note for note in found.notes if "allows at most" in note] == notes


def test_what_keeps_to_the_limits_is_not_told(tmp_path: Path) -> None:
    text = changed("section-301", "section-122").replace("25%", "15%")
    found = law(tmp_path, text + "from = 2026-02-24\nthrough = 2026-07-23\n")

    assert [note for note in found.notes if "allows" in note] == []
