"""A large plain text is counted by its totals: never taken for even where a record is not."""

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calc.errors import DataRejectedError
from pipelines.ingest import even as even_module
from pipelines.ingest.even import even
from pipelines.ingest.shape import Shape, Totals
from pipelines.workspace import Workspace
from tests.ingest.files import contents, run, table, text_of, write
from tests.ingest.test_bulk import lines, used

__all__ = ["used"]

CELLS = st.text(alphabet="a1eE+.\n", max_size=4)
ROWS = st.lists(st.lists(CELLS, min_size=1, max_size=3), max_size=8)
FIELDS = 2


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Texts of any length, in stretches of a few bytes."""
    monkeypatch.setattr(even_module, "LEAST_BYTES", 0)
    monkeypatch.setattr(even_module, "STRETCH", 7)


@given(rows=ROWS, end=st.sampled_from(["\n", "\r\n"]), closed=st.booleans())
def test_what_is_even_by_totals_is_so_record_by_record_or_cannot_be_read(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], end: str, *, closed: bool
) -> None:
    text = "".join(",".join(row) + end for row in [["a", "b"], *rows])
    content = (text if closed else text.removesuffix(end)).encode()
    path = tmp_path_factory.mktemp("even") / "t.csv"
    path.write_bytes(content)
    shape = Shape(",", FIELDS)
    shape.feed(content)
    shape.finish()

    found = even(path, ",", FIELDS)

    marks = content.count(b",") == shape.records * (FIELDS - 1)
    assert (found is not None) == marks
    if found is None:
        assert shape.misshapen or b"\n\n" in content.replace(b"\r", b"")
        return
    assert (found.records, found.has_powers) == (shape.records, shape.has_powers)
    assert found.ends_with_newline == content.endswith(b"\n")
    if shape.misshapen:
        scanned = pl.scan_csv(
            path,
            has_header=False,
            schema=dict.fromkeys("ab", pl.String),
            extra_columns="raise",
            missing_columns="insert",
            raise_if_empty=False,
        )
        with pytest.raises(pl.exceptions.ComputeError, match="more fields"):
            scanned.collect(engine="streaming")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"a,b\n1,2\n3,4\n", Totals(records=3, has_powers=False, ends_with_newline=True)),
        (b"a,b\n1,2\n3,4E5", Totals(records=3, has_powers=True, ends_with_newline=False)),
        (b"a,b\n1,2,\n3\n", Totals(records=3, has_powers=False, ends_with_newline=True)),
        (b"a,b\n1,2,3\n4,5\n", None),
        (b"a,b\n1,2\n\n3,4\n", None),
        (b'a,b\n1,"2"\n', None),
        (b"a,b\n1,\0\n", None),
        ("a,b\n1,é\n".encode(), None),
        (b"\xef\xbb\xbfa,b\n1,2\n", None),
    ],
)
def test_totals_of_a_text(tmp_path: Path, text: bytes, told: Totals | None) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(text)
    assert even(path, ",", 2) == told


def test_a_record_of_absurd_length_is_looked_at_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(even_module, "STRETCH", 4_194_304)
    path = tmp_path / "t.csv"
    path.write_bytes(b"a,b\n1," + b"x" * 1_100_000 + b"\n3,4\n")
    assert even(path, ",", 2) is None


def test_a_short_and_a_long_row_that_even_out_are_told(
    workspace: Workspace, tmp_path: Path, used: list[bool]
) -> None:
    """Their totals fit; the long one cannot be read, and both are then found."""
    rows = [line for line in lines(900) if '"' not in line]
    rows[100] += ",7"
    rows[500] = rows[500].rpartition(",")[0]
    path = write(tmp_path / "t.csv", text_of(rows))
    with pytest.raises(DataRejectedError) as refused:
        run(workspace, path)
    assert [problem.where for problem in refused.value.problems] == [
        "t.csv row 102",
        "t.csv row 502",
    ]
    assert used == [False]

    run(workspace, path, quarantine=True)
    assert table(workspace).height == len(rows) - 2
    assert used == [False, False, True], "read by totals, then record by record, in batches again"
    assert "t.rejects.parquet" in contents(workspace)
