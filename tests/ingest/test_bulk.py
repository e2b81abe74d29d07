"""Large files are read in batches: the same table, provenance and record as held whole."""

import json
import random
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from calc.errors import DataRejectedError, StorageError
from calc.tables.provenance import TradeProvenance
from pipelines import parquet, table_writer
from pipelines.ingest import even
from pipelines.ingest.bulk import batches, ingest, parts
from pipelines.ingest.bulk.ingest import Bulk, bulk_ingest
from pipelines.ingest.bulk.plan import Plan, plan_of
from pipelines.workspace import Workspace, embedded
from tests.ingest.files import HEADER, contents, run, table, text_of, write

COUNTRIES = ("JPN", "DEU", "Korea, South", "JP", "004", "CHN", "MEX", "GBR")


@pytest.fixture
def used(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether each file was read in batches; small ones are, in batches and parts of few rows."""
    told: list[bool] = []

    def watched(*arguments: Any) -> Bulk | None:
        made = bulk_ingest(*arguments)
        told.append(made is not None)
        return made

    monkeypatch.setattr(ingest, "BULK_BYTES", 0)
    monkeypatch.setattr(even, "LEAST_BYTES", 0)
    monkeypatch.setattr(batches, "BATCH_ROWS", 700)
    monkeypatch.setattr(parts, "PART_ROWS", 400)
    monkeypatch.setattr(parts, "GROUP_ROWS", 1200)
    monkeypatch.setattr(ingest, "bulk_ingest", watched)
    return told


def lines(rows: int, seed: int = 7) -> list[str]:
    """Invented rows, with nulls, blanks, repeated keys and codes as people write them."""
    chance = random.Random(seed)
    made = []
    for _ in range(rows):
        partner = chance.choice(COUNTRIES)
        code = chance.choice(("8708.29", "010121", "'900130", " 701510 "))
        value = chance.choice(("", "..", "1e3", f"{chance.randrange(10**7) / 100}", " 12.5 "))
        year = chance.choice(("2022", "2023-07", "2024"))
        named = f'"{partner}"' if "," in partner else partner
        made.append(f"{chance.choice(('USA', '842', 'CAN'))},{named},{year},M,H6,{code},{value}")
    return made


def both(
    workspace: Workspace, path: Path, used: list[bool], **options: Any
) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """The files of a table, read in batches and held whole."""
    run(workspace, path, **options)
    first = contents(workspace)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ingest, "BULK_BYTES", 10**12)
        patch.setattr(even, "LEAST_BYTES", 10**12)
        run(workspace, path, **options)
    assert used == [True, False]
    return first, contents(workspace)


def record(files: dict[str, bytes]) -> dict[str, Any]:
    """The record of an ingest."""
    kept: dict[str, Any] = json.loads(files["t.json"])
    return kept


def refused_both(workspace: Workspace, path: Path, used: list[bool], **options: Any) -> list[str]:
    """What is told of a file that is refused: the same in batches and held whole."""
    with pytest.raises(DataRejectedError) as quick:
        run(workspace, path, **options)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ingest, "BULK_BYTES", 10**12)
        patch.setattr(even, "LEAST_BYTES", 10**12)
        with pytest.raises(DataRejectedError) as whole:
            run(workspace, path, **options)
    assert used == [False]
    assert quick.value.problems == whole.value.problems
    return [problem.what for problem in quick.value.problems]


def test_same_bytes_in_batches(workspace: Workspace, tmp_path: Path, used: list[bool]) -> None:
    path = write(tmp_path / "t.csv", text_of(lines(3000)))
    quick, whole = both(workspace, path, used)
    assert sorted(quick) == ["t.json", "t.originals.parquet", "t.parquet", "t.provenance.parquet"]
    assert quick == whole
    assert table(workspace).height == 3000


def test_same_bytes_of_many_row_groups(
    workspace: Workspace, tmp_path: Path, used: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (parquet, table_writer):
        monkeypatch.setattr(module, "ROW_GROUP_ROWS", 256)
    quick, whole = both(workspace, write(tmp_path / "t.csv", text_of(lines(2500))), used)
    assert quick == whole
    path = workspace.trade / "t.parquet"
    assert pl.scan_parquet(path).select(pl.len()).collect().item() == 2500
    written = pq.ParquetFile(path)
    assert written.metadata.num_row_groups == 10
    code = written.schema_arrow.field("code")
    assert code.type == pa.large_string(), "written from dictionaries, read back as texts"
    assert code.metadata[b"description"].startswith(b"Code of the good")
    assert parquet.file_metadata(path)["table"] == "trade"
    assert parquet.constant_columns(path)["nomenclature"] == "HS2022"


def test_same_bytes_of_a_declared_source_with_rows_left_out(
    workspace: Workspace, tmp_path: Path, used: list[bool]
) -> None:
    header = '"t","i","j","k","v","q"'
    rows = [
        f'2021,{4 + 4 * (place % 3)},842,{10121 + place},{place}.25,"          NA"'
        for place in range(900)
    ]
    rows += ['2021,899,842,10129,7,"  1.5"', '2021,4,842,999999,3,"  1.5"']
    path = write(tmp_path / "BACI_HS92_Y2021.csv", text_of(rows, header))
    quick, whole = both(workspace, path, used)
    assert quick == whole
    kept = table(workspace)
    assert kept.height == 900
    assert kept["net_mass_kg"].null_count() == 900


def test_a_decimal_mark_that_is_stated_is_held_against_numbers(
    workspace: Workspace, tmp_path: Path, used: list[bool]
) -> None:
    path = write(tmp_path / "t.csv", text_of(['USA,JPN,2024,M,H6,870810,"0,5"']))
    told = refused_both(workspace, path, used, decimal=".")
    assert told[1] == 'column "customs_value_usd" = "0,5": has "," where "." is the decimal mark'


def test_a_power_of_ten_that_no_number_has(
    workspace: Workspace, tmp_path: Path, used: list[bool]
) -> None:
    path = write(tmp_path / "t.csv", text_of(["USA,JPN,2024,M,H6,870810,1e0005"]))
    told = refused_both(workspace, path, used)
    assert told[1] == 'column "customs_value_usd" = "1e0005": is not a number'


@pytest.mark.parametrize(
    ("cell", "read_as"),
    [
        ("7", [True]),
        (" 12.50 ", [True, False]),
        ('"12.5"', [True]),
        ("1.23E+08", [False]),  # told of, by its text
        ("NA", [True, False]),
        ('"1,234,567"', [True, False, False]),
    ],
)
def test_plain_numbers_are_read_as_such(
    workspace: Workspace,
    tmp_path: Path,
    used: list[bool],
    monkeypatch: pytest.MonkeyPatch,
    cell: str,
    read_as: list[bool],
) -> None:
    tried: list[bool] = []

    def watched(*arguments: Any, **how: Any) -> Plan:
        made = plan_of(*arguments, **how)
        tried.append(pl.Float64 in made.cells.collect_schema().values())
        return made

    monkeypatch.setattr(ingest, "plan_of", watched)
    rows = [f"USA,JPN,2024,M,H6,{870810 + place % 90},{place}.25" for place in range(300)]
    rows = list({row.split(",")[5]: row for row in rows}.values())
    path = write(tmp_path / "t.csv", text_of([*rows, f"USA,DEU,2024,M,H6,870810,{cell}"]))
    quick, whole = both(workspace, path, used)
    assert quick == whole
    assert tried == read_as


COUNTED_IN_OTHERS = {
    "the partner is the world or a total": "USA,World,2024,import,HS2022,010121,11",
    "the code is the total of finer codes beside it": "USA,JPN,2024,import,HS2022,0101,5",
    "partner DEU is inside EU27, a partner too": "USA,EU27,2024,import,HS2022,010121,5",
    "the code is a total of all goods": "USA,JPN,2024,import,HS2022,TOTAL,5",
    "the row is empty": ",,,,,,",
    "the row is the header again": HEADER,
}


def test_rows_counted_in_others_are_left_out_as_held_whole(
    workspace: Workspace, tmp_path: Path, used: list[bool]
) -> None:
    own = ["USA,JPN,2024,import,HS2022,010121,5", "USA,DEU,2024,import,HS2022,010121,6"]
    path = write(tmp_path / "t.csv", text_of([*own, *COUNTED_IN_OTHERS.values()], HEADER))
    quick, whole = both(workspace, path, used)
    assert quick == whole
    assert table(workspace).height == 2
    left_out = record(quick)["funnel"][1:-1]
    assert {stage["reason"]: stage["rows"] for stage in left_out} == dict.fromkeys(
        COUNTED_IN_OTHERS, 1
    )


def test_a_code_that_is_not_the_sum_of_its_finer_codes_is_refused_as_always(
    workspace: Workspace, tmp_path: Path, used: list[bool]
) -> None:
    rows = [f"USA,{one},2024,import,HS2022,{code},5" for one in ("JPN", "DEU")
            for code in ("0101", "010121", "010129")]  # fmt: skip
    told = refused_both(workspace, write(tmp_path / "t.csv", text_of(rows, HEADER)), used)
    assert told[0].startswith("code 0101 stands beside 010121, a finer code of it, and is not")
    assert len(told) == 2


def test_a_cell_that_cannot_be_read_is_told_as_always(
    workspace: Workspace, tmp_path: Path, used: list[bool]
) -> None:
    own = ["USA,JPN,2024,import,HS2022,010121,5", "USA,DEU,2024,import,HS2022,010121,x"]
    told = refused_both(workspace, write(tmp_path / "t.csv", text_of(own, HEADER)), used)
    assert told[0] == "1 of 2 rows of t.csv cannot be read; nothing was written"
    assert told[1] == 'column "customs_value_usd" = "x": is not a number'
    assert not (workspace.trade / "t.parquet").exists()


def test_rows_of_an_importer_from_itself_are_found_by_the_pair(
    workspace: Workspace, tmp_path: Path, used: list[bool]
) -> None:
    economies = ("USA", "JPN", "DEU", "842", "Canada")
    rows = [
        f"{importer},{partner},{year},import,HS2022,870829,{place}"
        for year in range(1990, 2025)
        for place, importer in enumerate(economies)
        for partner in economies[place % 2 :]
    ]
    quick, whole = both(workspace, write(tmp_path / "t.csv", text_of(rows, HEADER)), used)
    assert quick == whole
    broken = pl.read_parquet(workspace.trade / "t.originals.parquet")
    own = table(workspace).filter(pl.col("importer") == pl.col("partner"))
    assert broken.height == own.height == 35 * 6
    assert broken["failed_rules"].unique().to_list() == ["trade.importer_is_not_partner"]


FAULTS = ("USA,Nowhere,2024,import,HS2022,010121,5", "USA,JPN,2024,import,HS2022,,5",
          "USA,JPN,x,import,HS2022,010121,7", "USA,DEU,2024,import,HS2022,010121,five",
          "USA,JPN,2024,import,HS2022,010121,1,2", "USA,JPN,2024", ",,,,,,",
          "USA,EU27,2024,import,HS2022,8708.29,3", "CAN,World,2024,import,HS2022,0101,3",
          'USA,MEX,2024,import,HS2022,8708.29,"1,234,567.5"')  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_same_bytes_over_random_faults_and_batch_sizes(
    workspace: Workspace,
    tmp_path: Path,
    used: list[bool],
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
) -> None:
    chance = random.Random(seed)
    rows = lines(chance.randrange(300, 1500), seed)
    for fault in FAULTS:
        for _ in range(chance.randrange(4)):
            rows.insert(chance.randrange(len(rows)), fault)
    monkeypatch.setattr(batches, "BATCH_ROWS", chance.randrange(20, 500))
    monkeypatch.setattr(parts, "PART_ROWS", chance.randrange(50, 500))
    monkeypatch.setattr(parts, "GROUP_ROWS", chance.randrange(50, 900))
    path = write(tmp_path / "t.csv", text_of(rows))
    quick, whole = both(workspace, path, used, quarantine=True)
    assert quick == whole
    assert "t.rejects.parquet" in quick


def test_same_bytes_with_a_decimal_comma(
    workspace: Workspace, tmp_path: Path, used: list[bool]
) -> None:
    texts = ('"1,5"', '"1.234,5"', '"12.345"', "7", "1e3", "..", "", '" 2,25 "')
    rows = [
        f"USA,JPN,2024,import,HS2022,{870829 + place},{texts[place % len(texts)]}"
        for place in range(900)
    ]
    path = write(tmp_path / "t.csv", text_of(rows, HEADER))
    quick, whole = both(workspace, path, used, decimal=",", pad_codes=True)
    assert quick == whole
    values = table(workspace).filter(pl.col("code").str.starts_with("8708"))["customs_value_usd"]
    assert values.head(8).to_list() == [1.5, 1234.5, 12345.0, 7.0, 1000.0, None, None, 2.25]


COMTRADE = ("flowCode", "refYear", "period", "reporterCode", "partnerCode", "partner2Code",
            "classificationCode", "cmdCode", "customsCode", "motCode", "cifvalue", "fobvalue",
            "primaryValue", "netWgt", "qtyUnitAbbr", "qty")  # fmt: skip


def comtrade(chance: random.Random, rows: int) -> str:
    """An invented file of the layout of UN Comtrade: both flows, parts, totals and remainders."""
    made = [",".join(COMTRADE)]
    for _ in range(rows):
        year, value = chance.choice(("2022", "2023")), chance.randrange(10**6) / 100
        cells = (
            *(chance.choice("MX"), year, year, chance.choice(("842", "392"))),
            *(chance.choice(("0", "276", "156", "490", "899")), chance.choice(("0", "0", "36"))),
            *("H6", chance.choice(("TOTAL", "010121", "010129", "870829", "999999"))),
            *(chance.choice(("C00", "C00", "C01")), chance.choice(("0", "0", "2100"))),
            *("", chance.choice(("", f"{value}")), f"{value}", "1.5"),
            *(chance.choice(("N/A", "kg")), "2"),
        )
        made.append(",".join(cells))
    return "\n".join(made) + "\n"


@pytest.mark.parametrize("seed", range(2))
def test_same_bytes_of_flows_that_choose_the_value_and_are_added_up(
    workspace: Workspace, tmp_path: Path, used: list[bool], seed: int
) -> None:
    path = write(tmp_path / "t.csv", comtrade(random.Random(seed), 900))
    quick, whole = both(workspace, path, used)
    assert quick == whole
    assert "t.parts.parquet" in quick
    notes = " ".join(record(quick)["notes"])
    assert "the world is the sum of its partners" in notes
    assert "the world is the sum of its importers" in notes


def test_the_table_that_comes_with_the_tool_has_the_same_bytes_in_batches(
    workspace: Workspace, used: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "BATCH_ROWS", 2000)
    quick, whole = both(workspace, embedded("us-imports-2024.csv"), used)
    assert quick == whole
    assert [stage["rows"] for stage in record(quick)["funnel"][1:-1]] == [127]


@pytest.mark.parametrize("failing", [1, 4])
def test_a_row_group_that_cannot_be_written_beside_the_next_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    """The first one, which others follow, and the last, after which nothing is written."""
    for module in (parquet, table_writer):
        monkeypatch.setattr(module, "ROW_GROUP_ROWS", 256)
    path = tmp_path / "t.parquet"
    path.write_bytes(b"the old file")
    written = pq.ParquetWriter.write_table
    seen: list[int] = []

    def write_table(writer: pq.ParquetWriter, rows: pa.Table, *arguments: Any) -> None:
        seen.append(rows.num_rows)
        if len(seen) == failing:
            raise OSError(28, "No space left on device")
        written(writer, rows, *arguments)

    monkeypatch.setattr(pq.ParquetWriter, "write_table", write_table)
    rows = pl.DataFrame({"source_id": ["t.csv"] * 1024, "source_row": range(2, 1026)})
    parts = ((rows.slice(start, 256), rows.head(0)) for start in range(0, 1024, 256))
    writer = table_writer.TableWriter(path, "trade_provenance", TradeProvenance)
    with pytest.raises(StorageError, match="No space left"):
        ingest.written([(writer, 0)], parts)
    assert path.read_bytes() == b"the old file"
    assert [one.name for one in tmp_path.iterdir()] == ["t.parquet"]
