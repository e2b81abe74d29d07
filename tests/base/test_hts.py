"""The Harmonized Tariff Schedule: lines, inherited rates, special rates, and broken exports."""

import json
from pathlib import Path
from typing import Any

import pytest

from calc.errors import DataRejectedError, UsageError
from pipelines.base.hts import tariff_lines
from pipelines.base.hts_records import HtsRecord
from pipelines.workspace import Workspace
from tests.base.files import DAY, hts, make, parts, record, refused, table


def lines(*records: tuple[str, int, str, str, str]) -> list[tuple[int, str, tuple[str, ...]]]:
    """Row, code and rates of the lines made of number, indent and three columns each."""
    made = [
        HtsRecord(row, number.replace(".", ""), indent, *rates)
        for row, (number, indent, *rates) in enumerate(records, 1)
    ]
    return [(line.row, line.code, line.rates) for line in tariff_lines(made)]


def test_statistical_codes_have_the_rates_of_their_line() -> None:
    found = lines(
        ("0101", 0, "", "", ""),
        ("0101.21.00", 1, "Free", "", "20%"),
        ("0101.21.00.10", 2, "", "", ""),
        ("0101.21.00.20", 2, "", "", ""),
    )

    assert found == [(2, "01012100", ("Free", "", "20%"))]


def test_rates_are_inherited_from_the_nearest_parent_by_indent() -> None:
    found = lines(
        ("8708", 0, "9%", "", "90%"),
        ("", 1, "2.5%", "Free (AU)", "25%"),
        ("8708.29.15", 2, "", "", ""),
        ("", 2, "", "", ""),
        ("8708.29.51", 3, "", "", ""),
        ("8708.30.50", 1, "", "", ""),
    )

    assert found == [
        (3, "87082915", ("2.5%", "Free (AU)", "25%")),
        (5, "87082951", ("2.5%", "Free (AU)", "25%")),
        (6, "87083050", ("9%", "", "90%")),
    ]


def test_a_general_rate_of_its_own_takes_no_special_rate_of_its_parent() -> None:
    found = lines(("", 0, "9%", "Free (AU)", "90%"), ("8708.29.15", 1, "2.5%", "", ""))

    assert found == [(2, "87082915", ("2.5%", "", "90%"))]


def test_a_line_of_ten_digit_codes_only_stands_for_them() -> None:
    found = lines(("0101.30.00.00", 1, "6.8%", "", "15%"))

    assert found == [(1, "01013000", ("6.8%", "", "15%"))]


def test_ten_digit_codes_with_other_rates_are_lines() -> None:
    apart = lines(("0101.30.00.10", 1, "6%", "", ""), ("0101.30.00.20", 1, "7%", "", ""))
    beside = lines(("0101.30.00", 1, "6%", "", ""), ("0101.30.00.20", 2, "7%", "", ""))

    assert apart == [(1, "0101300010", ("6%", "", "")), (2, "0101300020", ("7%", "", ""))]
    assert beside == [(1, "01013000", ("6%", "", "")), (2, "0101300020", ("7%", "", ""))]


def test_a_repeated_column_of_a_statistical_code_is_no_line() -> None:
    """9006.59.15.20 prints the rate of column 2 again and leaves the others to its line."""
    found = lines(("9006.59.15", 6, "Free", "", "20%"), ("9006.59.15.20", 9, "", "", "20%"))

    assert found == [(1, "90065915", ("Free", "", "20%"))]


def test_a_heading_with_rates_and_no_line_is_one() -> None:
    assert lines(("9901", 0, "5%", "", "")) == [(1, "9901", ("5%", "", ""))]


def test_forms_of_rates(tmp_path: Path, workspace: Workspace) -> None:
    records = [
        record("0101.21.00", 0, "Free"),
        record("0101.29.00", 0, "2.5%"),
        record("0101.30.00", 0, "4.4¢/kg"),
        record("7005.21.10", 0, "14.5¢/m2 + 0.4%"),
        record("2204.30.00", 0, "4.4¢/liter + 31.4¢/pf. liter"),
        record("9608.50.00", 0, "The rate applicable to each article in the absence of this"),
        record("9801.00.10", 0, ""),
    ]
    make(workspace, hts(tmp_path, records), as_of=DAY)

    assert parts(workspace) == {
        "01012100": (0.0, None, None, None),
        "01012900": (0.025, None, None, None),
        "01013000": (0.0, 0.044, "kg", None),
        "22043000": (None, None, None, "0.044 USD/l + 0.314 USD/proof litre"),
        "70052110": (0.004, 0.145, "m2", None),
        "96085000": (None, None, None, None),
        "98010010": (None, None, None, None),
    }
    another = "the text refers to the rate of another line"
    text = "The rate applicable to each article in the absence of this"
    assert [row for row in refused(workspace) if row[2] == "mfn"] == [
        (6, "general", "mfn", "96085000", text, another),
        (7, "general", "mfn", "98010010", None, "no rate is printed"),
    ]


def test_special_rates_by_programme_and_partner(tmp_path: Path, workspace: Workspace) -> None:
    special = "Free (A+,AU, CA,S) 3.2% (JP) See 9822.05.20 (P+) Free (ZZ)"
    path = hts(tmp_path, [record("0902.10.10", 0, "6.4%", special, "20%")])
    done = make(workspace, path, as_of=DAY)
    rows = table(workspace).select("programme", "partner", "ad_valorem_rate", "rate_text").rows()

    assert sorted(rows, key=lambda row: row[:2]) == [
        ("australia", "AUS", 0.0, "Free"),
        *[
            ("cafta-dr-plus", partner, None, "See 9822.05.20")
            for partner in ("CRI", "DOM", "GTM", "HND", "NIC", "SLV")
        ],
        *[("column-2", partner, 0.2, "20%") for partner in ("BLR", "CUB", "PRK", "RUS")],
        ("gsp-least-developed", "*", 0.0, "Free"),
        ("japan", "JPN", 0.032, "3.2%"),
        ("mfn", "*", 0.064, "6.4%"),
        ("usmca", "CAN", 0.0, "Free"),
        ("usmca", "MEX", 0.0, "Free"),
    ]
    another = "the text refers to the rate of another line"
    assert refused(workspace) == [
        (1, "special", "", "09021010", "Free", "the symbol names no programme that is known"),
        (1, "special", "cafta-dr-plus", "09021010", "See 9822.05.20", another),
    ]
    (ended,) = [stage for stage in done.funnel if "nafta" in stage["reason"]]
    assert (ended["kind"], ended["count"]) == ("excluded", 1)
    assert done.notes[0].startswith("gsp-least-developed is printed but not granted since 2021")


def test_partners_of_column_2_begin_when_they_joined(tmp_path: Path, workspace: Workspace) -> None:
    path = hts(tmp_path, [record("0902.10.10", 0, "6.4%", "", "20%")])
    make(workspace, path, as_of=DAY.replace(year=2021), programmes=("column-2",))

    assert [(p, str(d)) for p, d in table(workspace).select("partner", "valid_from").rows()] == [
        ("BLR", "2022-04-09"),
        ("CUB", "2021-01-01"),
        ("PRK", "2021-01-01"),
        ("RUS", "2022-04-09"),
    ]


def test_two_rates_of_a_programme_make_it_unknown(tmp_path: Path, workspace: Workspace) -> None:
    path = hts(tmp_path, [record("0405.20.30", 0, "9%", "5% (PA) 6% (PA) Free (AU,AU)")])
    make(workspace, path, as_of=DAY, programmes=("panama", "australia"))

    assert parts(workspace, "panama") == {"04052030": (None, None, None, None)}
    assert parts(workspace, "australia") == {"04052030": (0.0, None, None, None)}
    assert refused(workspace) == [
        (1, "special", "panama", "04052030", "5% or 6%",
         "two rates of one programme for the same days"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ('[{"htsno": "01', "hts.json cannot be read as JSON: Unterminated string"),
        ("{}", "hts.json is not a JSON export of the Harmonized Tariff Schedule: it is not an"),
        ("[1]", "hts.json is not a JSON export of the Harmonized Tariff Schedule: it is not an"),
        ("[]", "hts.json holds no records"),
        ('[{"htsno": "0101", "ident": "0"}]', "hts.json is not a JSON export of the Harmonized "
         "Tariff Schedule: its first record has no indent, general, special, other"),
        ("[" * 100_000, "hts.json cannot be read as JSON:"),
    ],
)  # fmt: skip
def test_broken_json(tmp_path: Path, workspace: Workspace, content: str, what: str) -> None:
    path = tmp_path / "hts.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DataRejectedError) as caught:
        make(workspace, path, layout="usitc-hts", as_of=DAY)

    assert caught.value.problems[0].what.startswith(what)
    assert not (workspace.root / "data").exists()


def test_all_broken_records_are_named(tmp_path: Path, workspace: Workspace) -> None:
    good = record("0101.21.00", 0, "Free")
    bad: list[dict[str, Any]] = [
        good,
        {**good, "indent": "x"},
        {**good, "htsno": "0101.2"},
        {**good, "general": 5},
        {**good, "indent": "99"},
    ]
    with pytest.raises(DataRejectedError) as caught:
        make(workspace, hts(tmp_path, bad), as_of=DAY)

    assert [(problem.what, problem.where) for problem in caught.value.problems] == [
        ("indent 'x' is not a number from 0 to 30", "hts.json record 2, indent"),
        ("'0101.2' is not a number of the schedule", "hts.json record 3, htsno"),
        ("general is int, not text", "hts.json record 4, general"),
        ("indent '99' is not a number from 0 to 30", "hts.json record 5, indent"),
    ]


def test_the_day_has_to_be_given(tmp_path: Path, workspace: Workspace) -> None:
    with pytest.raises(UsageError) as caught:
        make(workspace, hts(tmp_path, [record("0101.21.00", 0, "Free")]))

    assert caught.value.problems[0].where == "--as-of"


def test_an_export_in_an_archive_is_the_same(tmp_path: Path, workspace: Workspace) -> None:
    records = [record("0101.21.00", 0, "Free", "Free (JP)", "20%")]
    make(workspace, hts(tmp_path, records), as_of=DAY)
    make(workspace, hts(tmp_path, records, "hts.json.gz"), as_of=DAY, name="packed")

    assert table(workspace, "packed").drop("source").equals(table(workspace).drop("source"))


def test_long_words_are_cut_in_the_base_and_whole_beside_it(
    tmp_path: Path, workspace: Workspace
) -> None:
    text = "The rate applicable to " + "x" * 300
    make(workspace, hts(tmp_path, [record("0101.21.00", 0, text)]), as_of=DAY, programmes=("mfn",))

    assert table(workspace)["rate_text"].to_list() == [text[:197] + "..."]
    assert refused(workspace)[0][4] == text
    assert json.dumps(text)
