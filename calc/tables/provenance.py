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
