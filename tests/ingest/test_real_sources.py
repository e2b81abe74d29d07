"""Real files as downloaded: header, traps and totals, measured on the files themselves."""

import gzip
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from calc.errors import DataRejectedError
from pipelines.ingest.record import IngestRecord
from pipelines.workspace import Workspace
from tests.ingest.files import run, table, write

COMTRADE = "data/comtrade_sample"
DATAWEB = "data/usitc_dataweb_sample"
TAIWAN = f"{DATAWEB}/dataweb_imports_consumption_taiwan_hts6_2015_2025.csv.gz"
STEEL = f"{DATAWEB}/DataWeb-Query-Export_steel_aluminium_2024.xlsx"
CENSUS = "data/us_census_2024/us_imports_2024_hs10_by_partner.parquet"
BACI = "data/baci_sample/BACI_HS92_Y2021_V202301_rows_i_or_j_4_710_raw.csv"
THAILAND = f"{COMTRADE}/comtrade_plus_TradeData_THA_8542_2014_2024_latin1_lf.csv"
TOTALS = f"{COMTRADE}/comtrade_plus_TradeData_CHN_DEU_USA_TOTAL_2022_latin1_crlf.csv"


def layout(record: IngestRecord) -> str:
    return record.layout


def left_out(record: IngestRecord) -> dict[str, tuple[int, Any]]:
    return {stage.reason: (stage.rows, stage.value_usd) for stage in record.left_out()}


def adds_up(record: IngestRecord) -> bool:
    """Whether rows and dollars in are those left out and kept."""
    first, *rest = record.funnel
    rows = sum(stage.rows for stage in rest)
    usd = sum(stage.value_usd or 0 for stage in rest)
    return first.rows == rows and usd == pytest.approx(first.value_usd, abs=0.01)


def told(record: IngestRecord, part: str) -> list[str]:
    return [note for note in record.notes if part in note]


def test_comtrade_plus_of_one_code(workspace: Workspace, shared: Path) -> None:
    record = run(workspace, shared / THAILAND)
    rows = table(workspace)

    assert layout(record) == "comtrade"
    assert left_out(record) == {
        "the partner 899 is no economy: Areas, not elsewhere specified": (
            8,
            pytest.approx(211_852.591),
        ),
        "the partner is the world or a total": (11, pytest.approx(153_101_253_637, abs=2)),
    }
    assert adds_up(record)
    assert rows.height == 1159
    assert told(record, "world") == [
        "the world is the sum of its partners, within 0.1 %, in 11 of 11 flows of which both are "
        "told"
    ]
    assert told(record, "latin-1")
    editions = rows["nomenclature"].value_counts(sort=True).rows()
    assert dict(editions) == {"HS2012": 313, "HS2017": 537, "HS2022": 309}
    # Türkiye and Curaçao are read by their numbers; Other Asia is Taiwan.
    assert {"TUR", "CUW", "TWN"} <= set(rows["partner"])
    assert set(rows["importer"]) == {"THA"}
    assert rows["net_mass_kg"].min() != 0


def test_comtrade_plus_of_totals(workspace: Workspace, shared: Path) -> None:
    record = run(workspace, shared / TOTALS)
    rows = table(workspace)

    assert adds_up(record)
    assert [text[:60] for text in told(record, "the world is the sum")] == [
        "the world is the sum of its partners, within 0.1 %, in 3 of ",
        "the world is the sum of its importers, within 0.1 %, in 3 of",
    ]
    assert set(rows["code"]) == {"TOTAL"}
    japan = rows.filter(importer="USA", partner="JPN", flow="import").row(0, named=True)
    assert japan["cif_value_usd"] == pytest.approx(154.445e9, abs=5e5)
    assert japan["fob_value_usd"] == pytest.approx(148.329e9, abs=5e5)
    # The reporter of an export is its partner here, and has no CIF value.
    sold = rows.filter(partner="USA", importer="JPN", flow="export").row(0, named=True)
    assert (sold["cif_value_usd"], sold["fob_value_usd"] > 0) == (None, True)
    germany = rows.filter(importer="DEU", partner="FRA", flow="import").row(0, named=True)
    assert germany["fob_value_usd"] is None


def test_the_field_behind_the_last_header_of_comtrade_must_be_empty(
    workspace: Workspace, shared: Path, tmp_path: Path
) -> None:
    lines = (shared / THAILAND).read_bytes().split(b"\n")
    lines[3] += b'"9"'
    damaged = write(tmp_path / "damaged.csv", b"\n".join(lines))
    with pytest.raises(DataRejectedError) as caught:
        run(workspace, damaged)
    assert [problem.where for problem in caught.value.problems] == ["damaged.csv row 4"]
    assert "has 48 fields, the header has 47" in caught.value.problems[0].what


def test_comtrade_legacy(workspace: Workspace, shared: Path) -> None:
    record = run(workspace, shared / f"{COMTRADE}/comtrade_legacy_comtrade_2017_TOTAL.csv")
    rows = table(workspace)

    assert layout(record) == "comtrade-legacy"
    assert adds_up(record)
    assert {reason: rows for reason, (rows, _) in left_out(record).items()} == {
        "re-exports are a part of the exports beside them": 30,
        "re-imports are a part of the imports beside them": 32,
    }
    sold = rows.filter(partner="USA", flow="export")["fob_value_usd"].item()
    assert sold == pytest.approx(1546.07e9, abs=5e6)
    assert rows.height == 226
    assert rows.filter(flow="import")["partner"].unique().to_list() == ["WLD"]
    assert "ITA" in rows["importer"].to_list()  # number 381


def test_comtrade_reply(workspace: Workspace, shared: Path) -> None:
    file = f"{COMTRADE}/api_v1_get_C_A_HS_china_argentina_2010_TOTAL.json"
    record = run(workspace, shared / file)
    pairs = table(workspace).select("importer", "partner", "flow", "period", "nomenclature")

    assert layout(record) == "comtrade"
    assert pairs.unique().height == 4
    assert set(pairs["period"]) == {"2010"}
    assert set(pairs["nomenclature"]) == {"HS2007"}
    assert adds_up(record)


def test_baci(workspace: Workspace, shared: Path) -> None:
    record = run(workspace, shared / BACI)
    rows = table(workspace)

    assert layout(record) == "baci"
    assert rows.height == 71_192
    assert told(record, "leading zero")[0].endswith(
        "to 4,442 codes: rows 12, 17, 18, 19, 20 and others; all are in t.repairs.parquet"
    )
    repairs = pl.read_parquet(workspace.trade / "t.repairs.parquet")
    assert repairs.height == 4_442
    assert repairs["source_row"].head(5).to_list() == [12, 17, 18, 19, 20]
    assert set(repairs["original"].str.len_chars()) == {5}
    assert (repairs["read_as"] == "0" + repairs["original"]).all()
    assert "repairs" in record.beside
    assert told(record, '2,306 cells of "q" not known')
    assert rows["net_mass_kg"].null_count() == 2_306
    assert set(rows["code"].str.len_chars()) == {6}
    assert rows.filter(importer="USA").height == 1_284
    assert set(rows["nomenclature"]) == {"HS1992"}
    value = rows.filter(partner="AFG", code="382390")
    assert 52_051.0 in value["fob_value_usd"].to_list()
    assert 13_235.0 in value["net_mass_kg"].to_list()
    assert rows.filter(partner="ZAF", importer="NAM").height > 1_000


@pytest.mark.parametrize("vintage", ["V202001", "V202201", "V202501"])
def test_every_number_of_baci_is_known(shared: Path, vintage: str, workspace: Workspace) -> None:
    from pipelines.ingest.economies import economies

    path = shared / f"data/baci_sample/country_codes_{vintage}.csv"
    numbers = pl.read_csv(path, encoding="latin-1", infer_schema=False)["country_code"].to_list()
    known = economies()
    told_apart = known.residual["comtrade"]
    assert [n for n in numbers if n not in known.comtrade and n not in told_apart] == []
    with pytest.raises(DataRejectedError, match="names countries and holds no trade"):
        run(workspace, path)


def test_census_parquet_as_the_interface_replies(workspace: Workspace, shared: Path) -> None:
    record = run(workspace, shared / "data/us_census_2024/raw_2024-hs10-imports5880.parquet")
    rows = table(workspace)

    assert layout(record) == "census-api"
    assert rows.height == 10_102
    assert rows["customs_value_usd"].sum() == 151_340_030_810
    assert rows["calculated_duty_usd"].sum() == pytest.approx(2.282e9, abs=5e5)
    assert set(rows["period"]) == {"2024"}
    assert told(record, "50 with 6,476,678,335 USD are in U.S. chapters 98 and 99")


def test_dataweb_total_line_and_census_agree(workspace: Workspace, shared: Path) -> None:
    record = run(workspace, shared / TAIWAN, name="dataweb", partner="TWN")
    assert layout(record) == "dataweb"
    assert left_out(record) == {"the file's own line of totals": (1, 614_172_760_350)}
    assert told(record, "614,172,760,350, is the sum of its rows")
    assert adds_up(record)

    everything = run(workspace, shared / CENSUS, name="census", period="2024")
    assert left_out(everything) == {
        "partner SVK is inside EU27, a partner too": (2_468, 8_141_337_864)
    }
    assert everything.table.rows == 207_148
    assert told(everything, "1,732 with 124,573,756,788 USD are in U.S. chapters 98 and 99")

    code = pl.col("code").str.slice(0, 6).alias("code")
    value = pl.col("customs_value_usd").sum()
    census = table(workspace, "census").filter(partner="TWN").group_by(code).agg(value)
    dataweb = table(workspace, "dataweb").filter(period="2024").group_by(code).agg(value)
    assert (census.height, dataweb.height) == (3_195, 3_195)
    assert census.sort("code").equals(dataweb.sort("code"))
    assert dataweb["customs_value_usd"].sum() == 115_274_122_243


def test_dataweb_needs_the_partner_of_its_query(workspace: Workspace, shared: Path) -> None:
    with pytest.raises(DataRejectedError) as caught:
        run(workspace, shared / TAIWAN)
    assert [problem.hint for problem in caught.value.problems] == ["give --partner"]


def test_dataweb_whose_rows_were_cut_is_told_by_its_own_total(
    workspace: Workspace, shared: Path, tmp_path: Path
) -> None:
    lines = gzip.decompress((shared / TAIWAN).read_bytes()).split(b"\r\n")
    cut = write(tmp_path / "cut.csv", b"\r\n".join([*lines[:100], lines[-1]]))
    with pytest.raises(DataRejectedError) as caught:
        run(workspace, cut, partner="TWN")
    what = caught.value.problems[0].what
    assert what.startswith("the rows of cut.csv add up to ")
    assert what.endswith("its own line of totals says 614,172,760,350")


def test_dataweb_workbook(workspace: Workspace, shared: Path) -> None:
    record = run(workspace, shared / STEEL)
    rows = table(workspace)

    assert layout(record) == "dataweb"
    assert rows.height == 6_314
    assert told(record, "Download Date: 2025-04-22")
    assert rows["customs_value_usd"].sum() == 72_806_911_050
    assert rows["calculated_duty_usd"].sum() == 2_748_846_614
    assert rows["cif_value_usd"].sum() == 74_967_649_354
    assert len(told(record, "is the sum of its rows")) == 3
    mexico = rows.filter(partner="MEX", code="8537109170").row(0, named=True)
    assert (mexico["quantity"], mexico["quantity_unit"]) == (155_642_130, "number")


def test_usa_trade_online(workspace: Workspace, shared: Path) -> None:
    path = shared / f"{DATAWEB}/usatradeonline_africa_2024_hs10_raw.csv.gz"
    with pytest.raises(DataRejectedError) as caught:
        run(workspace, path)
    assert caught.value.problems[1].what == (
        'column "Customs  Value (Cons) ($US)" = "2,429=": is not a number'
    )
    assert caught.value.problems[1].hint == (
        "if it is 2,429, take what stands behind it out of the file; what it means is not guessed. "
        "Or set the row aside and count it with --quarantine"
    )
    assert caught.value.problems[0].hint.endswith(
        f"count them: retorsion ingest {path} --name t --quarantine"
    )
    record = run(workspace, path, quarantine=True)
    rows = table(workspace)
    assert layout(record) == "usa-trade-online"
    assert rows.height == 15_832
    assert rows.filter(partner="ZAF").height == 2_730
    assert rows.filter(partner="ZAF")["customs_value_usd"].sum() == pytest.approx(
        14.613e9, rel=1e-3
    )
    assert rows.filter(partner="MUS", code="0106110000")["customs_value_usd"].item() == 85_247_211


def test_wits_tradestats(workspace: Workspace, shared: Path) -> None:
    record = run(workspace, shared / "data/wits_sample/wits_sdmx_tradestats_sample.json")
    row = table(workspace).row(0, named=True)

    assert layout(record) == "wits"
    assert (row["importer"], row["partner"], row["code"]) == ("USA", "WLD", "TOTAL")
    assert row["cif_value_usd"] == 2_407_390_189_460
    assert [rows for rows, _ in left_out(record).values()] == [28]


def test_wits_keys_in_another_order_are_read_and_rates_are_no_trade(shared: Path) -> None:
    import json

    from pipelines.ingest.sdmx import sdmx_rows

    path = shared / "data/wits_sample/wits_sdmx_trains_tariff_sample.json.gz"
    opened = sdmx_rows(path.name, json.loads(gzip.decompress(path.read_bytes())))
    rows = opened.cells.collect()
    product = f"cell_{opened.headers.index('PRODUCTCODE')}"
    assert rows.height == 5_388
    assert rows[product].n_unique() == 5_388
    assert "870810" in rows[product].to_list()


def test_wto_imports_are_read_once(workspace: Workspace, shared: Path) -> None:
    options: dict[str, Any] = {"period": "2024", "unit": "USD", "valuation": "cif"}
    path = shared / "data/wto_sample/wto_ttd_C156_C840_2025.csv.gz"
    record = run(workspace, path, nomenclature="HS2022", **options)
    assert layout(record) == "wto-ttd"
    assert (record.funnel[0].rows, record.table.rows) == (50_508, 5_612)
    assert [rows for rows, _ in left_out(record).values()] == [44_896]
    line = table(workspace).filter(code="970690").row(0, named=True)
    assert (line["importer"], line["partner"], line["cif_value_usd"]) == ("CHN", "USA", 1_356_453)
