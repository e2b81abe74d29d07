"""Rows are parted while a file is read where its first rows tell how, else once all are known."""

import random
from pathlib import Path

import pytest

from pipelines.ingest.bulk import batches, parts
from pipelines.ingest.bulk.parts import Stored
from pipelines.workspace import Workspace
from tests.ingest.files import HEADER, table, text_of, write
from tests.ingest.test_bulk import COMTRADE, both, record, used

__all__ = ["used"]

IMPORTERS = ("AUS", "BRA", "CAN", "DEU", "FRA", "IND", "JPN", "MEX", "USA", "ZAF")
CODES = ("010121", "030214", "100119", "220421", "300490", "490199", "700510", "870829", "900130")


def rows_of(number: int) -> list[str]:
    """Invented rows of ten importers, in no order."""
    chance = random.Random(11)
    return [
        f"{chance.choice(IMPORTERS)},KOR,{chance.randrange(2018, 2025)},import,HS2022,"
        f"{chance.choice(CODES)},{chance.randrange(10**6)}"
        for _ in range(number)
    ]


@pytest.fixture
def fitting(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether the parts made while each file was read were those of its table."""
    told: list[bool] = []
    fits = Stored.fits

    def watched(stored: Stored, most: int, *, families: bool) -> bool:
        told.append(fits(stored, most, families=families))
        return told[-1]

    monkeypatch.setattr(Stored, "fits", watched)
    monkeypatch.setattr(parts, "PART_ROWS", 100)
    return told


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("none", True),
        ("period", True),
        ("code", True),
        ("importer", False),
        ("importer, reversed", False),
    ],
)
def test_same_bytes_whatever_the_order_of_the_file(
    workspace: Workspace,
    tmp_path: Path,
    used: list[bool],
    fitting: list[bool],
    order: str,
    *,
    expected: bool,
) -> None:
    place = {"importer": 0, "period": 2, "code": 5}.get(order.split(",")[0])
    rows = rows_of(5000)
    if place is not None:
        rows.sort(key=lambda row: row.split(",")[place], reverse="reversed" in order)
    quick, whole = both(workspace, write(tmp_path / "t.csv", text_of(rows, HEADER)), used)
    assert quick == whole
    assert fitting == [expected]
    assert table(workspace).height == 5000


def test_a_chapter_met_late_is_in_the_part_of_its_finer_codes(
    workspace: Workspace,
    tmp_path: Path,
    used: list[bool],
    fitting: list[bool],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(parts, "PART_ROWS", 20)
    monkeypatch.setattr(parts, "GROUP_ROWS", 90)
    monkeypatch.setattr(batches, "BATCH_ROWS", 30)
    partners = (36, 56, 76, 124, 156, 203, 208, 246, 276, 300, 348, 372, 376, 380, 410)
    rows = [
        f"M,2022,2022,{importer},{partner},0,H6,{code},C00,0,,{partner},{partner},1.5,kg,2"
        for code in ("010121", "870829", "900130", "87")
        for importer in ("842", "392")
        for partner in partners
    ]
    path = write(tmp_path / "t.csv", text_of(rows, ",".join(COMTRADE)))
    quick, whole = both(workspace, path, used)
    assert quick == whole
    assert fitting == [True]
    assert record(quick)["funnel"][-1]["rows"] == 90
    assert "87" not in table(workspace)["code"].to_list()
