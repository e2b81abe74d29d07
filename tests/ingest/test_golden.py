"""The table that comes with the tool, and the Census Bureau's own reply: counts, dollars, bytes."""

import random
from pathlib import Path

import polars as pl
import pytest

from calc.errors import DataRejectedError
from calc.tables.trade import Trade
from pipelines.files import sha256_of
from pipelines.ingest.record import FunnelStage, MappedFrom, SourceFacts, read_record
from pipelines.validation.step import verdict_for
from pipelines.workspace import Workspace, embedded
from tests.ingest.files import contents, run, table, write

US = "us-imports-2024.csv"
JAPAN = "data/us_census_2024/census_api_shape_imports_hs_japan_2024_four_sectors.json"


def test_embedded_table(workspace: Workspace) -> None:
    record = run(workspace, embedded(US), name="us-2024")

    assert record.funnel == (
        FunnelStage(
            stage="read",
            kind="in",
            reason="rows of the files",
            rows=6805,
            value_usd=317_159_444_591.0,
            value_unknown_rows=0,
        ),
        FunnelStage(
            stage="counted twice",
            kind="excluded",
            reason="partner SVK is inside EU27, a partner too",
            rows=127,
            value_usd=216_517_273.0,
            value_unknown_rows=0,
        ),
        FunnelStage(
            stage="table",
            kind="kept",
            reason="rows of the table",
            rows=6678,
            value_usd=316_942_927_318.0,
            value_unknown_rows=0,
        ),
    )
    source = embedded(US)
    assert record.sources == (
        SourceFacts(
            name=US,
            sha256=sha256_of(source),
            bytes=source.stat().st_size,
            rows=6805,
            value_usd=317_159_444_591.0,
        ),
    )
    assert (record.layout, record.options, record.notes) == ("canonical", {}, ())
    assert record.periods == ("2024",)
    assert record.importers == ("USA",)
    assert record.nomenclatures == ("HTS2024",)
    assert MappedFrom(column="code", source="code", file=US) in record.mapping


def test_embedded_table_is_lawful_and_in_order(workspace: Workspace) -> None:
    run(workspace, embedded(US), name="us-2024")
    rows = table(workspace, "us-2024")

    assert Trade.is_valid(rows)
    order = ["importer", "code", "partner"]
    assert rows.select(order).rows() == sorted(rows.select(order).rows())
    japan = rows.filter(pl.col("partner") == "JPN", pl.col("code").str.starts_with("8708"))
    assert japan.height == 110
    assert japan["customs_value_usd"].sum() == 7_063_070_376
    assert japan["calculated_duty_usd"].sum() == 172_859_790
    assert verdict_for(workspace, workspace.trade / "us-2024.parquet").state == "valid"


def test_same_bytes_twice_and_with_shuffled_rows(workspace: Workspace, tmp_path: Path) -> None:
    header, *lines = embedded(US).read_text().splitlines(keepends=True)
    random.Random(4).shuffle(lines)
    shuffled = write(tmp_path / "shuffled" / US, header + "".join(lines))
    run(workspace, embedded(US))
    first = contents(workspace)
    run(workspace, embedded(US))
    assert contents(workspace) == first

    run(workspace, shuffled)
    again = contents(workspace)
    assert again["t.parquet"] == first["t.parquet"]
    assert again["t.provenance.parquet"] != first["t.provenance.parquet"]


def test_same_bytes_from_files_in_another_order_and_folder(
    workspace: Workspace, tmp_path: Path
) -> None:
    header, *lines = embedded(US).read_text().splitlines(keepends=True)
    files = [
        write(tmp_path / "parts" / f"{name}.csv", header + "".join(part))
        for name, part in (("a", lines[:3000]), ("b", lines[3000:]))
    ]
    run(workspace, *files)
    first = contents(workspace)
    elsewhere = Workspace(tmp_path / "elsewhere")
    run(elsewhere, *reversed(files))

    assert contents(elsewhere) == first
    assert str(tmp_path).encode() not in b"".join(first.values())
    assert sorted(first) == ["t.json", "t.parquet", "t.provenance.parquet"]


def test_provenance_leads_back_to_the_line(workspace: Workspace) -> None:
    run(workspace, embedded(US))
    lines = embedded(US).read_text().splitlines()
    provenance = pl.read_parquet(workspace.trade / "t.provenance.parquet")
    rows = table(workspace)

    assert provenance.columns == ["source_id", "source_row"]
    for place in (0, 1234, rows.height - 1):
        line = lines[provenance["source_row"][place] - 1].split(",")
        row = rows.row(place, named=True)
        assert line[:2] == [row["importer"], row["partner"]]
        assert (line[5], float(line[6])) == (row["code"], row["customs_value_usd"])


def test_census_reply(workspace: Workspace, shared: Path) -> None:
    record = run(workspace, shared / JAPAN)
    rows = table(workspace)

    assert (record.layout, rows.height) == ("census-api", 346)
    assert record.notes[0] == (
        "taken for granted of U.S. Census Bureau, international trade API, imports by HS code: "
        "importer USA, flow import, nomenclature HTS of the year, unit USD, customs value"
    )
    assert record.notes[1].endswith("columns not used: CTY_NAME, I_COMMODITY_SDESC, COMM_LVL")
    assert rows.select("importer", "partner", "period", "flow", "nomenclature").unique().rows() == [
        ("USA", "JPN", "2024", "import", "HTS2024")
    ]
    heading = pl.col("code").str.slice(0, 4)
    sums = {
        name: rows.filter(heading.is_in(list(codes)))
        .select("customs_value_usd", "calculated_duty_usd")
        .sum()
        .row(0)
        for name, codes in {
            "car parts": ("8708",),
            "flat glass": ("7003", "7004", "7005", "7006", "7007"),
            "telecom": ("8517", "8525", "8526", "8527", "8528", "8529"),
            "medical technology": ("9018", "9019", "9020", "9021", "9022"),
        }.items()
    }
    assert sums == {
        "car parts": (7_063_070_376, 172_859_790),
        "flat glass": (80_659_910, 3_501_355),
        "telecom": (1_950_852_620, 1_122_307),
        "medical technology": (2_517_122_780, 300_254),
    }


def test_census_reply_gives_the_rows_of_the_embedded_table(
    workspace: Workspace, shared: Path
) -> None:
    run(workspace, embedded(US), name="us")
    run(workspace, shared / JAPAN, name="japan")
    mine = table(workspace, "us").filter(pl.col("partner") == "JPN").drop("source_id")
    assert mine.equals(table(workspace, "japan").drop("source_id"))


def test_census_table_with_schedule_c_and_its_period_given(
    workspace: Workspace, shared: Path
) -> None:
    file = shared / "data/us_census_2024/us_imports_2024_four_sectors_hs10_by_partner.csv.gz"
    record = run(workspace, file, period="2024")
    kept = table(workspace).select("partner", "code", "customs_value_usd")
    run(workspace, embedded(US), name="us")

    assert record.funnel[-1].rows == 6678
    assert kept.equals(table(workspace, "us").select(kept.columns))


def test_figures_of_a_year_to_date_are_not_a_year(workspace: Workspace, tmp_path: Path) -> None:
    header = '["CTY_CODE","I_COMMODITY","CON_VAL_YR","time"]'
    reply = f'[{header},["5880","8708295160","5","2024-06"]]'
    with pytest.raises(DataRejectedError) as caught:
        run(workspace, write(tmp_path / "reply.json", reply))
    assert caught.value.problems[1].what == (
        'column "time" = "2024-06": is a year to date, not a whole year'
    )
    monthly = reply.replace("CON_VAL_YR", "CON_VAL_MO")
    run(workspace, write(tmp_path / "reply.json", monthly))
    assert table(workspace)["period"].to_list() == ["2024-06"]


def test_totals_and_groups_of_the_census_bureau_are_left_out(
    workspace: Workspace, tmp_path: Path
) -> None:
    rows = [
        ["CTY_CODE", "I_COMMODITY", "CON_VAL_MO", "time"],
        ["-", "8708295160", 18, "2024-06"],
        ["0003", "8708295160", 6, "2024-06"],
        ["4280", "8708295160", 1, "2024-06"],
        ["0014", "8708295160", 4, "2024-06"],
        ["5XXX", "8708295160", 5, "2024-06"],
        ["5880", "8708295160", 7, "2024-06"],
    ]
    import json

    record = run(workspace, write(tmp_path / "reply.json", json.dumps(rows)))
    assert [(s.reason, s.rows, s.value_usd) for s in record.left_out()] == [
        ("partner DEU is inside EU27, a partner too", 1, 1.0),
        ("the partner is a group of countries", 2, 9.0),
        ("the partner is the world or a total", 1, 18.0),
    ]
    assert table(workspace)["partner"].to_list() == ["EU27", "JPN"]


def test_record_is_read_back_and_refused_for_another_table(workspace: Workspace) -> None:
    record = run(workspace, embedded(US))
    path = workspace.trade / "t.parquet"
    assert read_record(path) == record
    assert read_record(workspace.trade / "other.parquet") is None

    path.write_bytes(path.read_bytes() + b"\0")
    with pytest.raises(DataRejectedError, match=r"is not the table that t\.json records") as caught:
        read_record(path)
    assert caught.value.problems[0].hint == "ingest again: retorsion ingest FILE --name t"
