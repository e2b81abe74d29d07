"""Which of polars' engines works a run out makes no difference to what it writes."""

import shutil

import polars as pl
import pytest

from pipelines.engines import FEW_ROWS, engine_for
from tests.run.tool import Place, contents

pytestmark = pytest.mark.usefixtures("tables_alone")


def test_few_rows_are_worked_out_at_once_and_many_by_pieces() -> None:
    few, many = (pl.DataFrame({"row": range(count)}) for count in (FEW_ROWS, FEW_ROWS + 1))
    assert engine_for(few) == engine_for(FEW_ROWS, few) == "in-memory"
    assert engine_for(many) == engine_for(few, many) == engine_for(FEW_ROWS + 1) == "streaming"


def test_a_run_is_the_same_to_the_byte_by_either(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    demonstrated = place.folder()
    at_once = contents(demonstrated)
    shutil.rmtree(demonstrated)
    monkeypatch.setattr("pipelines.engines.FEW_ROWS", 0)
    assert place.run().code == 0
    left_out = {"report.html", "report.xlsx", "manifest.json", "manifest.sha256"}
    by_pieces = contents(place.folder(), without=left_out)
    assert by_pieces == {name: at_once[name] for name in by_pieces}
    assert {"lines.parquet", "by_group.parquet", "unmatched.parquet"} <= set(by_pieces)
