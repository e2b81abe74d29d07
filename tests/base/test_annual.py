"""The annual tariff database: windows within the year, text and figures of preferences."""

from datetime import date
from pathlib import Path

import pytest

from calc.errors import DataRejectedError
from pipelines.workspace import Workspace
from tests.base.files import annual, make, parts, refused, table


def windows(workspace: Workspace) -> list[tuple[str, str, float]]:
    rows = table(workspace).select("valid_from", "valid_until", "ad_valorem_rate").rows()
    return [(str(begin), str(end), rate) for begin, end, rate in rows]


def test_rates_are_valid_in_the_year_of_the_edition(tmp_path: Path, workspace: Workspace) -> None:
    done = make(workspace, annual(tmp_path, [{}]), programmes=("mfn",))

    assert windows(workspace) == [("2024-01-01", "2025-01-01", 0.025)]
    assert table(workspace)["source"][0] == "USITC tariff database 2024 (May edition)"
    assert (done.layout, done.importer) == ("usitc-annual", "USA")


def test_two_windows_of_a_line_follow_each_other(tmp_path: Path, workspace: Workspace) -> None:
    rows = [
        {"mfn_text_rate": "14.5%", "begin_effect_date": "2023-02-07 00:00:00",
         "end_effective_date": "2024-02-06 00:00:00"},
        {"mfn_text_rate": "14.25%", "begin_effect_date": "2024-02-07 00:00:00",
         "end_effective_date": "2025-02-06 00:00:00"},
        {"mfn_text_rate": "15%", "begin_effect_date": "2022-02-07 00:00:00",
         "end_effective_date": "2023-02-06 00:00:00"},
    ]  # fmt: skip
    done = make(workspace, annual(tmp_path, rows), programmes=("mfn",))

    assert windows(workspace) == [
        ("2024-01-01", "2024-02-07", 0.145),
        ("2024-02-07", "2025-01-01", 0.1425),
    ]
    over = "rates that are over before 2024 or begin after it"
    assert [(s["reason"], s["count"]) for s in done.funnel if s["unit"] == "rows"] == [
        ("", 3),
        (over, 1),
        ("", 2),
    ]


def test_windows_that_overlap_are_refused(tmp_path: Path, workspace: Workspace) -> None:
    rows = [{}, {"mfn_text_rate": "3%", "begin_effect_date": "2024-02-07 00:00:00"}]
    with pytest.raises(DataRejectedError) as caught:
        make(workspace, annual(tmp_path, rows), programmes=("mfn",))

    assert caught.value.problems[0].what == (
        "row 3 gives 87082951 another mfn rate for days on which row 2 does"
    )


def test_preferences_from_the_text_and_else_from_the_figures(
    tmp_path: Path, workspace: Workspace
) -> None:
    rows = [
        {
            "col1_special_text": "Free (AU) 1.2% (JP)",
            "australia_indicator": "AU",
            "japan_indicator": "JP",
            "korea_indicator": "KR",
            "korea_rate_type_code": "7",
            "korea_ad_val_rate": "0.0125",
            "usmca_indicator": "S+",
            "usmca_rate_type_code": "0",
            "usmca_ad_val_rate": "0",
            "panama_indicator": "PA",
            "panama_rate_type_code": "1",
            "panama_specific_rate": "0.05",
            "gsp_indicator": "Q",
        }
    ]
    make(workspace, annual(tmp_path, rows))

    found = {
        name: parts(workspace, name)["87082951"][0]
        for name in ("mfn", "column-2", "australia", "japan", "korea", "usmca", "panama")
    }
    assert found == {
        "mfn": 0.025,
        "column-2": 0.25,
        "australia": 0.0,
        "japan": 0.012,
        "korea": None,
        "usmca": 0.0,
        "panama": None,
    }
    figures = "the rate is in figures only, which are not exact and name no unit"
    assert refused(workspace) == [
        (2, "gsp_indicator", "", "87082951", "Q", "the symbol names no programme that is known"),
        (2, "korea_indicator", "korea", "87082951", None, figures),
        (2, "panama_indicator", "panama", "87082951", None, figures),
    ]  # fmt: skip


def test_a_code_or_date_that_is_none_is_listed(tmp_path: Path, workspace: Workspace) -> None:
    rows = [{}, {"hts8": "8708295"}, {"hts8": "87082952", "begin_effect_date": "soon"}]
    done = make(workspace, annual(tmp_path, rows))

    assert refused(workspace) == [
        (3, "hts8", "", "8708295", None, "the code is not one"),
        (4, "begin_effect_date", "", "87082952", None, "the date is not one"),
    ]
    assert [(s["kind"], s["count"]) for s in done.funnel if s["unit"] == "rows"] == [
        ("in", 3),
        ("refused", 2),
        ("kept", 1),
    ]


def test_the_wrong_sheet_is_told(tmp_path: Path, workspace: Workspace) -> None:
    path = annual(tmp_path, [{"mfn_ave": "1"}], sheet="trade_202405")
    with pytest.raises(DataRejectedError) as caught:
        make(workspace, path, layout="wto")

    assert caught.value.problems[0].what == (
        "tariff.xlsx has no column reporter_iso, partner_iso, year_dt, hs_code, best_avlbl"
    )
    assert 'sheet "trade_202405"' in caught.value.problems[0].where


def test_the_year_has_to_be_known(tmp_path: Path, workspace: Workspace) -> None:
    path = annual(tmp_path, [{}], sheet="tariff")
    with pytest.raises(DataRejectedError) as caught:
        make(workspace, path)
    make(workspace, path, as_of=date(2023, 6, 1), programmes=("mfn",))

    assert caught.value.problems[0].what == (
        "neither the sheet nor the name of tariff.xlsx says of which year its rates are"
    )
    assert windows(workspace) == [("2023-01-01", "2024-01-01", 0.025)]


def test_another_year_than_that_of_the_edition_is_refused(
    tmp_path: Path, workspace: Workspace
) -> None:
    with pytest.raises(DataRejectedError) as caught:
        make(workspace, annual(tmp_path, [{}]), as_of=date(2023, 1, 1))

    assert caught.value.problems[0].what == "tariff.xlsx is the edition of 2024, not of 2023"
