"""Years in files of their own become one table in batches, as if all were held whole."""

import json
import random
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from calc.errors import DataRejectedError
from pipelines import parquet, table_writer
from pipelines.ingest import even
from pipelines.ingest.bulk import batches, ingest, merge, parts
from pipelines.workspace import Workspace
from tests.ingest.files import HEADER, contents, run, table, text_of, write
from tests.ingest.test_bulk import comtrade, lines

YEARS = ("2022", "2023", "2024")


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Small files are read in batches, in parts and row groups of few rows; tables put together."""
    told: list[int] = []

    def watched(tables: Any, *where: Any) -> Path:
        told.append(len(tables))
        return merge.merged(tables, *where)

    monkeypatch.setattr(ingest, "BULK_BYTES", 0)
    monkeypatch.setattr(even, "LEAST_BYTES", 0)
    monkeypatch.setattr(batches, "BATCH_ROWS", 700)
    monkeypatch.setattr(parts, "PART_ROWS", 400)
    monkeypatch.setattr(parts, "GROUP_ROWS", 1200)
    monkeypatch.setattr(merge, "PART_ROWS", 300)
    for module in (parquet, table_writer):
        monkeypatch.setattr(module, "ROW_GROUP_ROWS", 256)
    monkeypatch.setattr("pipelines.ingest.bulk.together.merged", watched)
    return told


def years(folder: Path, header: str, rows: list[str], place: int) -> list[Path]:
    """A file of each year; the year is told by a column of the rows."""
    return [
        write(folder / f"y{year}.csv", text_of(own, header))
        for year in YEARS
        if (own := [row for row in rows if row.rsplit(",", place)[1].startswith(year)])
    ]


def both(
    workspace: Workspace, files: list[Path], **options: Any
) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """The files of a table, put together and held whole."""
    run(workspace, *files, **options)
    first = contents(workspace)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ingest, "BULK_BYTES", 10**12)
        patch.setattr(even, "LEAST_BYTES", 10**12)
        run(workspace, *files, **options)
    return first, contents(workspace)


def same(quick: dict[str, bytes], whole: dict[str, bytes]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The records, where all other files have the same bytes, and the records but for notes."""
    first, second = json.loads(quick.pop("t.json")), json.loads(whole.pop("t.json"))
    assert quick == whole
    told = ("notes", "warnings")
    assert {key: first[key] for key in first if key not in told} == {
        key: second[key] for key in second if key not in told
    }
    return first, second


def test_the_bytes_are_those_of_all_held_whole(
    workspace: Workspace, tmp_path: Path, small: list[int]
) -> None:
    files = years(tmp_path, HEADER, lines(3000), 5)
    quick, whole = both(workspace, files)
    assert small == [3]
    assert sorted(quick) == ["t.json", "t.originals.parquet", "t.parquet", "t.provenance.parquet"]
    first, second = same(quick, whole)
    assert first["notes"] == second["notes"]
    assert first["periods"] == ["2022", "2023-07", "2024"]
    assert [source["name"] for source in first["sources"]] == [
        "y2022.csv",
        "y2023.csv",
        "y2024.csv",
    ]


def test_the_rows_are_those_of_one_file_of_all(
    workspace: Workspace, tmp_path: Path, small: list[int]
) -> None:
    rows = lines(1500)
    run(workspace, *years(tmp_path, HEADER, rows, 5), name="years")
    run(workspace, write(tmp_path / "all.csv", text_of(rows, HEADER)), name="one")
    assert small == [3]
    values = [pl.col(pl.String).exclude("source_id"), pl.col(pl.Float64)]
    apart, one = (table(workspace, name).select(values) for name in ("years", "one"))
    assert one.height == 1500
    assert apart.sort(pl.all()).equals(one.sort(pl.all()))
    keys = ["importer", "code", "partner", "period"]
    assert apart.select(keys).equals(one.select(keys))


def test_every_row_is_traced_to_its_file_and_row(workspace: Workspace, tmp_path: Path) -> None:
    files = years(tmp_path, HEADER, lines(1500), 5)
    run(workspace, *files)
    traced = pl.read_parquet(workspace.trade / "t.provenance.parquet")
    rows = pl.concat([table(workspace).drop("source_id"), traced], how="horizontal")
    assert rows.select("source_id", "source_row").is_unique().all()
    for path in files:
        text = path.read_text(encoding="utf-8").splitlines()
        for row in rows.filter(pl.col("source_id") == path.name).iter_rows(named=True):
            line = text[row["source_row"] - 1]
            assert f",{row['period']},M,H6," in line
            assert row["code"] in line.replace(".", "")


@pytest.mark.parametrize("seed", range(2))
def test_totals_parts_and_rows_left_out_are_those_of_all_held_whole(
    workspace: Workspace, tmp_path: Path, small: list[int], seed: int
) -> None:
    header, *rows = comtrade(random.Random(seed), 900).splitlines()
    files = [
        write(tmp_path / f"{year}.csv", text_of([r for r in rows if r[2:6] == year], header))
        for year in YEARS[:2]
    ]
    quick, whole = both(workspace, files)
    assert small == [2]
    assert "t.parts.parquet" in quick
    first, _ = same(quick, whole)
    assert any(note.startswith("2022.csv: ") for note in first["notes"])
    assert {stage["kind"] for stage in first["funnel"]} == {"in", "excluded", "kept"}


def test_rows_set_aside_and_codes_mended_are_those_of_all_held_whole(
    workspace: Workspace, tmp_path: Path, small: list[int]
) -> None:
    rows = lines(300)
    for place, year in enumerate(YEARS):
        rows[place] = f"USA,JPN,{year},M,H6,10121,five"
        rows[place + 3] = f"USA,JPN,{year},M,H6,10121,5"
    quick, whole = both(
        workspace, years(tmp_path, HEADER, rows, 5), quarantine=True, pad_codes=True
    )
    assert small == [3]
    assert {"t.rejects.parquet", "t.repairs.parquet"} <= set(quick)
    first, _ = same(quick, whole)
    assert [(stage["kind"], stage["rows"]) for stage in first["funnel"]] == [
        ("in", 300), ("rejected", 3), ("kept", 297),
    ]  # fmt: skip


def test_what_cannot_be_read_is_told_of_every_file(
    workspace: Workspace, tmp_path: Path, small: list[int]
) -> None:
    rows = [f"USA,JPN,{year},import,HS2022,010121,x" for year in YEARS[:2]]
    files = years(tmp_path, HEADER, [*rows, "USA,JPN,2024,import,HS2022,010121,5"], 5)
    with pytest.raises(DataRejectedError) as told:
        run(workspace, *files)
    assert small == []
    assert [problem.what for problem in told.value.problems] == [
        "1 of 1 row of y2022.csv cannot be read; nothing was written",
        'column "customs_value_usd" = "x": is not a number',
        "1 of 1 row of y2023.csv cannot be read; nothing was written",
        'column "customs_value_usd" = "x": is not a number',
    ]
    hint = told.value.problems[0].hint
    assert hint is not None
    assert all(path.name in hint for path in files)
    assert not list(workspace.trade.iterdir())


@pytest.mark.parametrize(
    "other",
    [
        "USA,DEU,2022,import,HS2022,010129,5",  # a period that is in another file too
        "USA,DEU,2023,re-import,HS2022,010129,5",  # a part of the flow of another file
    ],
)
def test_files_that_have_to_be_seen_together_are(
    workspace: Workspace, tmp_path: Path, small: list[int], other: str
) -> None:
    own = write(tmp_path / "a.csv", text_of(["USA,JPN,2022,import,HS2022,010121,5"], HEADER))
    files = [own, write(tmp_path / "b.csv", text_of([other], HEADER))]
    if "re-import" in other:
        with pytest.raises(DataRejectedError, match="1 row of re-imports beside imports"):
            run(workspace, *files)
    else:
        quick, whole = both(workspace, files)
        assert quick == whole
    assert small == []
    assert not [path for path in workspace.trade.iterdir() if path.name.startswith(".")]


def test_tables_of_ingest_are_put_together(
    workspace: Workspace, tmp_path: Path, small: list[int]
) -> None:
    rows = lines(1500)
    for path in years(tmp_path, HEADER, rows, 5):
        run(workspace, path, name=path.stem)
    made = [workspace.trade / f"y{year}.parquet" for year in YEARS]
    quick, whole = both(workspace, made)
    assert small == [3]
    parts = {name for name in quick if name.startswith("t.")}
    same({name: quick[name] for name in parts}, {name: whole[name] for name in parts})
    single = pl.concat([pl.read_parquet(path) for path in made]).drop("source_id")
    assert table(workspace).drop("source_id").sort(pl.all()).equals(single.sort(pl.all()))
    assert set(table(workspace)["source_id"]) == {path.name for path in made}


def test_codes_of_another_edition_are_told_of_every_file(
    workspace: Workspace, tmp_path: Path, small: list[int]
) -> None:
    rows = {2022: "8703230110", 2023: "870323", 2024: "852589"}  # digital cameras: only in HS2022
    files = [
        write(
            tmp_path / f"y{year}.csv", text_of([f"USA,JPN,{year},import,HS2012,{code},7"], HEADER)
        )
        for year, code in rows.items()
    ]
    first, second = same(*both(workspace, files))
    assert small == [3]
    assert first["warnings"] == second["warnings"]
    assert first["warnings"] == [
        "HS2012: 1 of 2 codes (852589 of HS2022; 1 row, USD 7) is not in HS2012; HS2022 has all "
        "of the codes: is that the edition of the file?"
    ]
