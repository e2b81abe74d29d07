"""The summary of a run on one screen, letter by letter, and as an object."""

import json
from dataclasses import replace
from typing import Any

import polars as pl

from pipelines.report.facts import RunFacts
from pipelines.report.summary import summary_lines
from pipelines.report.summary_object import summary_dict
from tests.report.tables import FACTS, FUNNEL, IMPORTS, LINES, accounting, frame, tables

EXPECTED = """\
Title VII of 1994: Japan, car parts and flat glass in force, two groups announced
read         us-1994 (1994, HTS1994), law as of 1995-06-28: 1,000 rows, 700,000,000,000 USD
left out     rejected             3 rows                unknown      value is not a number
             excluded           100 rows         37,000,000,000 USD  exports are not imports
listed value                               11,612,705,686 USD
covered value                              11,611,705,686 USD  1.75 % of USA's imports in the table
value in force                              7,143,730,286 USD
affected value (the rate changes)           7,136,708,493 USD  unknown on 7,021,793 USD
threatened value (not in force)             4,467,975,400 USD
duty before, at unchanged trade               180,258,665 USD  unknown on 7,021,793 USD
duty after, at unchanged trade              7,143,730,286 USD
duty added, at unchanged trade              6,956,449,828 USD  unknown on 7,021,793 USD
duty threatened, at unchanged trade         4,467,975,400 USD
duty as the statistics calculated it          180,328,882 USD
average rate of covered lines        simple 2.50 % -> 60.00 %, trade-weighted 1.55 % -> 61.52 %

product group          lines         covered USD  state          duty before USD      duty after USD
car-parts                  1       7,063,070,376  in force           176,576,759       7,063,070,376
medical-technology         1       2,517,122,780  threatened                   0                   0
telecom                    1       1,950,852,620  threatened                   0                   0
flat-glass                 2          80,659,910  in force          >= 3,681,906          80,659,910
not matched  1 schedule line without trade; 1 trade line of the groups not named
files        data/processed/runs/title-vii-1994/0123456789ab: report.html and 3 files in all
next         open report.html; retorsion verify title-vii-1994; edit a rate and run again
"""


def fits(lines: list[str]) -> bool:
    return len(lines) <= 24 and max(map(len, lines)) <= 100


def test_the_whole_screen() -> None:
    lines = summary_lines(FACTS, tables())
    assert "\n".join(lines) + "\n" == EXPECTED
    assert fits(lines)


def test_a_run_without_a_page_points_to_its_first_table() -> None:
    facts = replace(FACTS, files=FACTS.files[1:])
    assert summary_lines(facts, tables())[-2:] == [
        "files        data/processed/runs/title-vii-1994/0123456789ab: by_importer.parquet"
        " and 2 files in all",
        "next         open by_importer.parquet; retorsion verify title-vii-1994; "
        "edit a rate and run again",
    ]


def crowded() -> dict[str, pl.DataFrame]:
    """Many groups, many reasons to leave rows out, and a total that does not add up."""
    some = tables()
    step = {
        "importer": "USA",
        "kind": "excluded",
        "stage": "out",
        "reason": "a long reason " * 9,
        "rows": 1,
    }
    some["funnel"] = frame("funnel", [*FUNNEL, *(step | {"step": n} for n in range(6, 16))])
    cells = [accounting(LINES[:1], IMPORTS, product_group=f"group-{n}") for n in range(9)]
    some["by_group"] = frame("by_group", cells)
    return some


def test_a_crowded_run_still_fits_the_screen() -> None:
    lines = summary_lines(FACTS, crowded())
    assert fits(lines)
    assert "             and 11 more steps: see sheet funnel" in lines
    assert "and 6 more: see sheet by_group" in lines
    assert any(line.startswith("CHECK FAILED (") for line in lines)


def test_several_importers_are_added_up_and_shown_one_by_one() -> None:
    some = tables()
    both = [accounting(LINES[:1], IMPORTS), accounting(LINES[1:2], 1e9, importer="CAN")]
    some["by_importer"] = frame("by_importer", both)
    lines = summary_lines(FACTS, some)
    assert fits(lines)
    assert "covered value                               7,136,708,493 USD" in lines
    assert [line.split()[0] for line in lines if line[:3] in ("CAN", "USA")] == ["USA", "CAN"]
    assert not any(line.startswith("average rate") for line in lines)


def test_importers_whose_figures_do_not_add_up_have_no_total() -> None:
    some = tables()
    both = [accounting(LINES[:1], IMPORTS), accounting(LINES[1:2], 1e9, importer="EU27")]
    some["by_importer"] = frame("by_importer", both)
    why = "none over EU27, USA: duty is levied on values on different bases"
    facts = replace(FACTS, adds_up=False, total_text=why)
    lines = summary_lines(facts, some)
    assert fits(lines)
    assert f"total        {why}" in lines
    assert not any(line.startswith("covered value") for line in lines)
    assert [line.split()[0] for line in lines if line[:3] in ("EU2", "USA")] == ["USA", "EU27"]
    assert summary_dict(facts, some)["figures"] == {}


def test_what_is_unknown_is_never_zero() -> None:
    some = {"by_importer": frame("by_importer", [accounting(LINES[2:3], IMPORTS)])}
    lines = summary_lines(FACTS, some)
    assert (
        "duty before, at unchanged trade                   unknown      unknown on 7,021,793 USD"
        in lines
    )
    assert "duty threatened, at unchanged trade                  none" in lines


def test_nothing_left_out_is_said() -> None:
    lines = summary_lines(FACTS, {"funnel": frame("funnel", FUNNEL[:1])})
    assert "left out     nothing: every row read is used" in lines


def test_a_run_without_tables_says_what_it_can() -> None:
    assert summary_lines(FACTS, {})[:2] == [
        FACTS.title,
        "read         us-1994 (1994, HTS1994), law as of 1995-06-28",
    ]


def test_the_object_holds_the_same_figures() -> None:
    told: dict[str, Any] = json.loads(json.dumps(summary_dict(FACTS, tables())))
    assert told["run"]["run_id"] == "0123456789ab"
    assert told["read"] == {"rows": 1000, "value_usd": 7e11}
    assert told["read_by_importer"] == [{"importer": "USA", "rows": 1000, "value_usd": 7e11}]
    assert [step["kind"] for step in told["left_out"]] == ["rejected", "excluded"]
    assert told["figures"]["covered_value_usd"] == 11_611_705_686
    assert told["figures"]["duty_before_unknown_value_usd"] == 7_021_793
    assert [cell["state"] for cell in told["by_group"]][:2] == ["in force", "threatened"]
    assert told["unmatched"] == {"schedule_lines": 1, "trade_lines": 1, "trade_value_usd": 1234}
    assert told["failed_checks"] == []


def test_facts_find_the_tables_in_a_folder_of_their_own() -> None:
    facts = RunFacts(**(FACTS.as_dict() | {"tables_folder": "tables"}))
    assert facts.table_file("lines") == f"{FACTS.folder}/tables/lines.parquet"
