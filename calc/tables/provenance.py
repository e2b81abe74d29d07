"""TRADE_PROVENANCE: which file and row each row of an ingested table came from."""

import dataframely as dy


class TradeProvenance(dy.Schema):
    """Where a row of a table came from: one row a row of the table, in the same order."""

    source_id = dy.String(primary_key=True, description="Name of the source file.")
    source_row = dy.Int64(
        primary_key=True,
        min=1,
        metadata={"unit": "number"},
        description="Row in the file as a spreadsheet counts it: the header is row 1.",
    )


class TradeParts(dy.Schema):
    """The rows of files that were added up to a row of a table: one row each, where there are any.

    Provenance names the first of them.
    """

    table_row = dy.Int64(
        primary_key=True,
        min=0,
        metadata={"unit": "number"},
        description="Row of the table, from 0.",
    )
    source_id = dy.String(primary_key=True, description="Name of the source file.")
    source_row = dy.Int64(
        primary_key=True,
        min=1,
        metadata={"unit": "number"},
        description="Row in the file as a spreadsheet counts it: the header is row 1.",
    )


class TradeRepairs(dy.Schema):
    """The cells of files that were read as something else than they say, where there are any.

    One row a cell: codes that got the leading zero back which a program had taken for a number's.
    """

    source_id = dy.String(primary_key=True, description="Name of the source file.")
    source_row = dy.Int64(
        primary_key=True,
        min=1,
        metadata={"unit": "number"},
        description="Row in the file as a spreadsheet counts it: the header is row 1.",
    )
    column = dy.String(primary_key=True, description="Column of TRADE that the cell is read for.")
    original = dy.String(description="The cell as it is in the file.")
    read_as = dy.String(
        nullable=True, description="What it was read as; null where it cannot be read."
    )
