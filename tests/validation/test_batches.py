"""A table judged in batches gives what the whole of it gives, whatever the size of the batches."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from calc.dictionary import polars_schema
from calc.errors import DataRejectedError
from calc.tables.trade import Trade
from calc.tables.trade_rules import trade_rules
from pipelines.validation import coded, sums
from pipelines.validation.first_pass import repeated_hashes
from pipelines.validation.known import known
from pipelines.validation.quarantine import left_out, write_named
from pipelines.validation.rows import Judged, judge_rows
from tests.validation.tables import LAWFUL
from tests.validation.test_rules_by_row import FAULTS

RULES = trade_rules()
KNOWN = known()
ROWS = 180
CELLS: dict[str, list[str | float | None]] = {
    "importer": ["USA", "USA", "CAN", "EU27", "usa", None],
    "partner": ["JPN", "KOR", "WLD", "YUG", "DEU", None],
    "period": ["1990", "2023", "2024", "2023-01", "2023-02", None],
    "flow": ["import", "import", "import", "imports"],
    "nomenclature": ["HS2022", "HTS2024", None],
    "code": ["87", "8703", "870323", "87032301", "8703230155", "001122", "xx", None],
    "quantity_unit": ["number", "kg", " kg", None],
}


def mixed() -> pl.DataFrame:
    """Rows with every fault, few of them right, many with neighbours a thousand times cheaper."""
    rng = np.random.default_rng(7)
    faults = [LAWFUL | part for _, part in FAULTS]
    rows = [dict(faults[number % len(faults)]) for number in range(ROWS)]
    for place, one in enumerate(rows):
        if place % 3:
            one |= {name: cells[rng.integers(len(cells))] for name, cells in CELLS.items()}
            one["customs_value_usd"] = float(10 ** rng.integers(0, 8))
    return pl.DataFrame(rows, schema=polars_schema(Trade))


def in_batches(path: Path, size: int, kept: int) -> Judged:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(coded, "BATCH_ROWS", size)
        patch.setattr(coded, "KEPT_ROWS", kept)
        patch.setattr(coded, "PART_ROWS", 2 * size)
        patch.setattr(sums, "MERGED_ROWS", size)
        return judge_rows(path, RULES, KNOWN, part_rows=3 * size)


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("batches") / "t.parquet"
    mixed().write_parquet(path, row_group_size=40)
    return path


@pytest.fixture(scope="module")
def whole(table: Path) -> Judged:
    return judge_rows(table, RULES, KNOWN)


def test_the_table_breaks_rules_of_all_sorts(whole: Judged) -> None:
    assert whole.left_out.height < ROWS
    assert (whole.counts.filter(pl.col("rule_id").str.ends_with(".range"))["rows_failed"] > 0).all()
    broken = set(whole.groups.filter("breaks")["rule_id"])
    assert {"trade.code.edition", "trade.value.unit_value", "trade.value.jump"} <= broken
    assert {"trade.code.children", "trade.partner.world", "trade.partner.existence"} <= broken
    assert whole.beyond.filter(rule_id="trade.value.unit_value").height > 0


@pytest.mark.parametrize(("size", "kept"), [(7, 10_000), (17, 0), (100, 10_000), (100, 0)])
def test_batches_of_any_size_find_the_same(
    table: Path, whole: Judged, size: int, kept: int
) -> None:
    """Batches of 7 or 17 rows cut row groups of 40, those of 100 hold two of them."""
    hold_to_whole(in_batches(table, size, kept), whole, are_kept=kept > 0)


def hold_to_whole(parted: Judged, whole: Judged, *, are_kept: bool) -> None:
    """All that was found is the same, but for groups that break nothing and are not kept."""
    assert (parted.rows, parted.value_e4) == (whole.rows, whole.value_e4)
    for name in ("counts", "flagged", "left_out", "group_counts", "beyond"):
        assert getattr(parted, name).equals(getattr(whole, name)), name
    assert parted.groups.equals(whole.groups if are_kept else whole.groups.filter("breaks"))


def test_batches_of_a_row_group_find_the_same_and_the_quarantine_has_the_same_bytes(
    table: Path, whole: Judged, tmp_path: Path
) -> None:
    by_row_group = in_batches(table, 40, 0)
    hold_to_whole(by_row_group, whole, are_kept=False)
    for name, judged in (("whole", whole), ("parted", by_row_group)):
        files = (tmp_path / f"{name}.parquet", tmp_path / f"{name}.csv")
        write_named(files, table, left_out(judged))
    for kind in ("parquet", "csv"):
        whole_bytes = (tmp_path / f"whole.{kind}").read_bytes()
        assert whole_bytes == (tmp_path / f"parted.{kind}").read_bytes()


@pytest.mark.parametrize("part_rows", [1, 3, 16, 1000])
def test_repeated_hashes_are_found_in_parts_of_any_size(part_rows: int) -> None:
    hashes = np.random.default_rng(1).integers(0, 2**64, 90, np.uint64)
    twice = np.concatenate([hashes, hashes[:20], hashes[:5]])
    found = repeated_hashes(twice, part_rows)
    assert np.sort(found).tolist() == np.sort(hashes[:20]).tolist()
    assert repeated_hashes(hashes, part_rows).size == 0


def test_a_page_that_is_not_what_its_checksum_says_is_refused(tmp_path: Path) -> None:
    from pipelines.parquet import write_table

    path = tmp_path / "t.parquet"
    write_table(path, mixed(), "trade", Trade)
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 1
    path.write_bytes(content)
    with pytest.raises(DataRejectedError, match="cannot be read to its end") as caught:
        judge_rows(path, RULES, KNOWN)
    assert caught.value.exit_code == 3
