"""Records counted as the csv module counts them, whatever the chunks; text decoded strictly."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calc.errors import DataRejectedError
from pipelines.ingest.shape import Shape
from pipelines.ingest.text import Decoder, head_record

CELLS = st.text(alphabet='ab,"\n é', max_size=5)
ROWS = st.lists(st.lists(CELLS, min_size=2, max_size=4), min_size=1, max_size=8)


def chunks_of(content: bytes, size: int) -> list[bytes]:
    return [content[start : start + size] for start in range(0, len(content), size)]


@given(
    rows=ROWS,
    size=st.sampled_from([1, 2, 3, 5, 9, 40]),
    end=st.sampled_from(["\n", "\r\n"]),
    quoted=st.booleans(),
    closed=st.booleans(),
)
def test_shape_is_what_was_written(
    rows: list[list[str]], size: int, end: str, *, quoted: bool, closed: bool
) -> None:
    """Of a text without quotation marks, whose records are counted a chunk at once, too."""
    stream = io.StringIO()
    if quoted:
        csv.writer(stream, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(rows)
    else:
        csv.writer(stream, lineterminator=end).writerows(rows)
    written = stream.getvalue()
    content = (written if closed else written.removesuffix(end)).encode()
    shape = Shape(",", len(rows[0]))
    for chunk in chunks_of(content, size):
        shape.feed(chunk)
    shape.finish()

    assert shape.records == len(rows)
    assert shape.ends_with_newline == closed
    assert shape.quote_opened == 0
    assert shape.misshapen == {
        row: len(fields) for row, fields in enumerate(rows, 1) if len(fields) != len(rows[0])
    }


@pytest.mark.parametrize("size", range(1, 12))
def test_blank_lines_are_records_of_the_right_shape(size: int) -> None:
    shape = Shape(",", 2)
    for chunk in chunks_of(b"a,b\r\n\r\n\n1,2\r\n3\r\n", size):
        shape.feed(chunk)
    shape.finish()
    assert (shape.records, shape.misshapen) == (5, {5: 1})


@pytest.mark.parametrize("size", [999, 4_096, 3_000_000])
@pytest.mark.parametrize(("length", "row"), [(999_990, 0), (1_000_001, 3)])
def test_a_row_that_is_too_long_is_told_whole_or_not(size: int, length: int, row: int) -> None:
    """At once, before its end is seen: memory must not be filled with one cell."""
    shape = Shape(",", 2)
    told = []
    for chunk in chunks_of(b"a,b\n1,2\n3," + b"x" * length + b"\n5,6\n", size):
        shape.feed(chunk)
        told.append(shape.too_long)
    assert told[-1] == row
    if row and size < length:
        assert told.index(row) == 1_000_001 // size


def test_open_quotation_mark_is_told_with_its_record() -> None:
    shape = Shape(",", 2)
    shape.feed(b'a,b\n1,2\n"3,4\n5,6\n')
    shape.finish()
    assert shape.quote_opened == 3


@given(written=st.text(alphabet="aé€😀\n", max_size=30), size=st.integers(1, 5))
def test_characters_across_chunks_stay_whole(written: str, size: int) -> None:
    found = list(Decoder("t.csv", None).utf8(iter(chunks_of(written.encode(), size))))
    assert b"".join(found).decode() == written
    assert "".join(part.decode() for part in found) == written


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("size", [1, 3, 4, 100])
def test_place_of_a_bad_byte_does_not_depend_on_the_chunks(size: int, mark: bytes) -> None:
    content = mark + "a,b\né,1\n".encode() + b"\xe9,2\n"
    with pytest.raises(DataRejectedError) as caught:
        list(Decoder("t.csv", None).utf8(iter(chunks_of(content, size))))
    place = content.index(b"\xe9,") + 1
    assert caught.value.problems[0].where == f"t.csv row 3, byte {place}"


def test_zero_byte_is_refused() -> None:
    with pytest.raises(DataRejectedError, match="holds a zero byte") as caught:
        list(Decoder("t.csv", None).utf8(iter([b"a\nb\0c\n"])))
    assert caught.value.problems[0].where == "t.csv row 2"


def test_header_may_hold_a_quoted_line_end() -> None:
    assert head_record(b'"a\nb",c\r\n1,2\n', "t.csv") == '"a\nb",c'
    assert head_record(b"a,b", "t.csv") == "a,b"


def test_carriage_returns_alone_are_refused(tmp_path: Path) -> None:
    from pipelines.workspace import Workspace
    from tests.ingest.files import run, text_of, write

    path = write(tmp_path / "t.csv", text_of().replace("\n", "\r"))
    with pytest.raises(DataRejectedError, match="end in a carriage return alone"):
        run(Workspace(tmp_path), path)
