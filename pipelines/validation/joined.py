"""Rows that ingest set aside for too many fields: the field that was cut, put together again."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

import polars as pl

from pipelines.ingest.misshapen import columns_of, joined_prose
from pipelines.ingest.source import ROW, Source, cell

SHAPE_REASON = re.compile(r"the row: has ([0-9]+) fields, the header has ([0-9]+)")
REPAIR = "delimiter in a field"
BECAUSE = "a comma with a blank behind it stands in a field that has no quotation marks"


@dataclass(frozen=True, slots=True)
class Joined:
    """The source with those rows put right, and each by its row: header, first part, whole."""

    source: Source
    fields: Mapping[int, tuple[str, str, str]]

    def proposals(self, columns: Mapping[str, str]) -> pl.DataFrame:
        """A row a field, as the other repairs are told; ``columns`` has those that are mapped."""
        rows = [
            (row, columns.get(header, header), header, REPAIR, BECAUSE, before, after)
            for row, (header, before, after) in self.fields.items()
        ]
        texts = ("column", "header", "repair", "because", "from_text", "to_text")
        schema = {ROW: pl.Int64, **dict.fromkeys(texts, pl.String)}
        return pl.DataFrame(rows, schema=schema, orient="row")


def join_fields(source: Source, reasons: Mapping[int, str]) -> Joined:
    """The rows with too many fields in which one field alone can have been cut.

    Args:
        source: The rows of a file that were set aside, with a column a field.
        reasons: Why each was, by its number in the file.
    """
    own = [cell(place) for place in range(source.own)]
    cells = source.cells.select(ROW, *own).collect()
    found: dict[int, tuple[str, str, str]] = {}
    lines = []
    for number, *texts in cells.iter_rows():
        told = SHAPE_REASON.search(reasons.get(number, ""))
        width, count = (int(told[2]), int(told[1])) if told else (0, 0)
        columns = columns_of(source.headers[:width], [])
        fields = ["" if text is None else text for text in texts]
        whole = joined_prose(fields[:count], columns) if 0 < width < count <= len(fields) else None
        if whole is not None:
            header, text = whole
            place, more = source.headers.index(header), count - width
            found[number] = (header, fields[place], text)
            fields = [*fields[:place], text, *fields[place + more + 1 :], *[""] * more]
        lines.append((number, *fields))
    changed = pl.DataFrame(lines, schema=cells.schema, orient="row")
    left = {row: count for row, count in source.misshapen.items() if row not in found}
    return Joined(replace(source, cells=changed.lazy(), misshapen=left), found)
