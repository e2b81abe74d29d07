"""Published schedules read whole: counts, figures of others, and nothing silently zero."""

from datetime import date
from pathlib import Path
from typing import NamedTuple

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from calc.policy.printed import printed_rate_type
from calc.rules import declared_rules, row_rules
from calc.tables.base import Base
from pipelines.base.rates import parts_of_texts
from pipelines.base.record import BaseRecord
from pipelines.scenario.reference import read_reference
from pipelines.workspace import Workspace
from tests.base.files import DAY, make, table

pytestmark = pytest.mark.usefixtures("tables_alone")

ROOT = Path(__file__).parents[2]
CASE_G = {"ad_valorem": 5917, "free": 5825, "specific": 862, "compound": 454, "other": 15}


class Made(NamedTuple):
    """A base read once for the tests that look at it, and the workspace that it is in."""

    record: BaseRecord
    workspace: Workspace


@pytest.fixture(scope="module")
def schedule(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Made:
    workspace = Workspace(tmp_path_factory.mktemp("schedule"))
    file = shared / "data" / "tariff" / "usitc_hts_2025_basic.json.gz"
    return Made(make(workspace, file, as_of=DAY), workspace)


@pytest.fixture(scope="module")
def database(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Made:
    workspace = Workspace(tmp_path_factory.mktemp("database"))
    file = shared / "data" / "tariff" / "usitc_tariff_database_202405.xlsx"
    return Made(make(workspace, file), workspace)


def by_type(workspace: Workspace) -> pl.DataFrame:
    """MFN lines of the schedule with the type of their rates; null where they are not read."""
    mfn = table(workspace).filter(pl.col("programme") == "mfn")
    types = parts_of_texts(mfn["rate_text"].to_list()).select("rate_text", "rate_type")
    return mfn.join(types, on="rate_text", how="left", nulls_equal=True, validate="m:1")


def test_the_schedule_of_2025_by_type(schedule: Made) -> None:
    records = {stage["reason"]: stage["count"] for stage in schedule.record.funnel[:4]}

    assert schedule.record.funnel[0]["count"] == 35_859
    assert records["statistical codes that have the rates of their line"] == 11_558
    assert records["headings and descriptions above the lines"] == 9_071
    assert schedule.record.rates["mfn"] == {
        "ad valorem": 6_212,
        "compound": 324,
        "free": 5_960,
        "not read": 1_969,
        "specific": 765,
    }
    assert sum(schedule.record.rates["mfn"].values()) == 15_230
    assert schedule.record.rates["japan"] == {"ad valorem": 75, "free": 183, "not read": 1}
    assert len(schedule.record.rates) == 28


def test_case_g(schedule: Made, shared: Path) -> None:
    """Another engine's reading of 13,073 of the 13,611 lines that print a rate.

    Equal where that engine reads (ad valorem and free). Its 862 specific and 454 compound lines,
    which it sets to 0, are read here or refused: by its signs it also counts words as specific.
    """
    other = pl.read_csv(
        shared / "cases" / "hts" / "mfn_rates_2025_parsed.csv", schema_overrides={"hs8": pl.String}
    )
    ours = by_type(schedule.workspace)
    assert schedule.record.importer == "USA"
    both = other.join(ours, left_on="hs8", right_on="code", how="left", validate="1:1")
    counted = both.group_by("rate_type", "rate_type_right").len().rows()

    assert ours["rate_text"].is_not_null().sum() == 13_611
    assert dict(other["rate_type"].value_counts().rows()) == CASE_G
    printed = [printed_rate_type(text).replace(" ", "_") for text in other["rate_raw"]]
    assert printed == other["rate_type"].to_list()
    assert {(theirs, our): count for theirs, our, count in counted} == {
        ("ad_valorem", "ad valorem"): 5_917,
        ("free", "free"): 5_825,
        ("specific", "specific"): 680,
        ("specific", None): 182,
        ("compound", "compound"): 313,
        ("compound", None): 141,
        ("other", None): 15,
    }
    read = both.filter(pl.col("rate_type").is_in(["ad_valorem", "free"]))
    difference = (read["mfn_rate"] - read["ad_valorem_rate"]).abs()
    assert difference.filter(difference > 1e-15).is_empty()


def test_nothing_is_silently_zero(schedule: Made) -> None:
    """A rate of nothing says Free or 0 %, every other text is computed or listed."""
    whole = table(schedule.workspace)
    zero = (pl.col("ad_valorem_rate") == 0) & pl.col("specific_rate_usd").is_null()
    unknown = pl.col("ad_valorem_rate").is_null() & pl.col("expression").is_null()
    listed = pl.read_parquet(
        schedule.workspace.root / "data" / "processed" / "base" / "b.refused.parquet"
    ).select("programme", "code")

    assert set(whole.filter(zero)["rate_text"].str.to_lowercase()) == {"free"}
    assert whole.filter(unknown).join(listed, on=["programme", "code"], how="anti").is_empty()
    assert schedule.record.refused_table.rows == listed.height


def test_the_base_keeps_every_rule(schedule: Made) -> None:
    whole = table(schedule.workspace)
    broken = {
        rule.rule_id: whole.filter(~rule.passes()).height
        for rule in row_rules(declared_rules("base", Base))
    }

    assert set(broken.values()) == {0}
    assert not whole.select(Base.primary_key()).is_duplicated().any()
    assert set(whole["partner"]) - {"*"} <= set(read_reference().names)
    assert whole.height == schedule.record.table.rows


def test_the_database_of_2024_has_the_lines_of_the_demonstration(database: Made) -> None:
    known = pl.read_csv(
        ROOT / "data" / "raw" / "us-mfn-2024.csv",
        schema_overrides={"code": pl.String, "ad_valorem_rate": pl.Float64},
        try_parse_dates=True,
    )
    mfn = table(database.workspace).filter(pl.col("programme") == "mfn")
    found = mfn.join(known.select("code"), on="code", how="semi").select(known.columns)

    assert found.height == 330
    assert_frame_equal(found.sort("code"), known.sort("code"), check_exact=True)
    assert database.record.funnel[0]["count"] == 12_975


def test_the_database_of_2024_by_type(database: Made) -> None:
    assert database.record.rates["mfn"] == {
        "ad valorem": 5_881,
        "compound": 385,
        "free": 4_598,
        "not read": 952,
        "specific": 1_159,
    }
    assert database.record.rates["japan"] == {"ad valorem": 75, "free": 187, "not read": 1}
    twice = table(database.workspace).filter(
        pl.col("code") == "99034522", pl.col("programme") == "mfn"
    ).select("valid_from", "valid_until", "ad_valorem_rate").rows()  # fmt: skip
    assert twice == [
        (date(2024, 1, 1), date(2024, 2, 7), 0.145),
        (date(2024, 2, 7), date(2025, 1, 1), 0.1425),
    ]


@pytest.mark.parametrize(("programme", "lines", "apart"), [("mfn", 11_990, 0), ("japan", 262, 54)])
def test_text_and_figures_of_the_database(
    database: Made,
    shared: Path,
    *,
    programme: str,
    lines: int,
    apart: int,
) -> None:
    """The figures write the rates of the text again: equal for MFN, cut for preferences."""
    import fastexcel

    path = shared / "data" / "tariff" / database.record.source.file
    figures = fastexcel.read_excel(path).load_sheet(0, dtypes="string").to_polars()
    theirs = figures.select(
        code="hts8", theirs=pl.col(f"{programme}_ad_val_rate").cast(pl.Float64)
    ).filter(pl.col("code").is_unique(), pl.col("theirs") < 9_999)
    own = table(database.workspace).filter(pl.col("programme") == programme)
    ours = own.select("code", "ad_valorem_rate").drop_nulls()
    both = ours.join(theirs, on="code", how="inner", validate="m:1")
    difference = (both["ad_valorem_rate"] - both["theirs"]).abs()

    assert both.height == lines
    assert difference.filter(difference > 1e-9).len() == apart


def test_applied_rates_of_china(shared: Path, workspace: Workspace) -> None:
    done = make(workspace, shared / "data" / "wto_sample" / "wto_ttd_C156_C840_2025.csv.gz")
    whole = table(workspace)
    horses = whole.filter(pl.col("code") == "010121").select("valid_from", "ad_valorem_rate")

    assert (done.importer, done.table.rows) == ("CHN", 50_508)
    assert done.rates == {"applied": {"ad valorem": 49_940, "free": 460, "not read": 108}}
    assert whole["valid_from"].n_unique() == 9
    assert [rate for _, rate in horses.rows()] == [0, 0, 0, 0, 0.84, 1.25, 0.1, 0.1, 0.1]
    assert whole["valid_until"].null_count() == 5_612
