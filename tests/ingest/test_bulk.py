"""Large files are read in batches: the same table, provenance and record as held whole."""

import random
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipelines.ingest.bulk import batches, ingest, ordered
from pipelines.ingest.bulk.ingest import Bulk, bulk_ingest
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
    monkeypatch.setattr(batches, "BATCH_ROWS", 700)
    monkeypatch.setattr(ordered, "PART_ROWS", 400)
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
        run(workspace, path, **options)
    assert used == [True, False]
    return first, contents(workspace)


def test_same_bytes_in_batches(workspace: Workspace, tmp_path: Path, used: list[bool]) -> None:
    path = write(tmp_path / "t.csv", text_of(lines(3000)))
    quick, whole = both(workspace, path, used)
    assert sorted(quick) == ["t.json", "t.originals.parquet", "t.parquet", "t.provenance.parquet"]
    assert quick == whole
    assert table(workspace).height == 3000


def test_same_bytes_of_many_row_groups(
    workspace: Workspace, tmp_path: Path, used: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipelines import parquet

    monkeypatch.setattr(parquet, "ROW_GROUP_ROWS", 256)
    quick, whole = both(workspace, write(tmp_path / "t.csv", text_of(lines(2500))), used)
    assert quick == whole
    read = pl.scan_parquet(workspace.trade / "t.parquet")
    assert read.select(pl.len()).collect().item() == 2500


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


@pytest.mark.parametrize(
    "line",
    [
        "USA,World,2024,import,HS2022,010121,5",
        "USA,JPN,2024,import,HS2022,0101,5",
        "USA,EU27,2024,import,HS2022,010121,5",
    ],
)
def test_rows_that_must_be_seen_together_are_held_whole(
    workspace: Workspace, tmp_path: Path, used: list[bool], line: str
) -> None:
    own = ["USA,JPN,2024,import,HS2022,010121,5", "USA,DEU,2024,import,HS2022,010121,6"]
    path = write(tmp_path / "t.csv", text_of([*own, line], HEADER))
    run(workspace, path)
    assert used == [False]
    assert table(workspace).height == 2


def test_a_cell_that_cannot_be_read_is_told_as_always(
    workspace: Workspace, tmp_path: Path, used: list[bool]
) -> None:
    from calc.errors import DataRejectedError

    own = ["USA,JPN,2024,import,HS2022,010121,5", "USA,DEU,2024,import,HS2022,010121,x"]
    with pytest.raises(DataRejectedError) as caught:
        run(workspace, write(tmp_path / "t.csv", text_of(own, HEADER)))
    assert used == [False]
    assert caught.value.problems[1].where == "t.csv row 3"
    assert not (workspace.trade / "t.parquet").exists()


def test_the_table_that_comes_with_the_tool_has_members_and_is_held_whole(
    workspace: Workspace, used: list[bool]
) -> None:
    run(workspace, embedded("us-imports-2024.csv"))
    assert used == [False]
