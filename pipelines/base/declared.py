"""What is written of a published schedule beside BASE: what is refused."""

import dataframely as dy

PRINTED = r"^[^\x00-\x1f]{1,1000}$"


class BaseRefused(dy.Schema):
    """A printed rate that is not in BASE as a duty: one row a cell of the file and programme."""

    source_id = dy.String(primary_key=True, description="Name of the file.")
    source_row = dy.Int64(
        primary_key=True,
        min=1,
        metadata={"unit": "row number"},
        description="Row in the file, the header counted; the record's number in JSON, from 1.",
    )
    source_column = dy.String(primary_key=True, description="Column or field that holds the text.")
    programme = dy.String(
        primary_key=True, description="Programme of the rate; empty where none is known."
    )
    code = dy.String(primary_key=True, description="Code of the line, as written if it is none.")
    rate_text = dy.String(
        nullable=True,
        regex=PRINTED,
        description="The text as printed; null where the cell is empty.",
    )
    reason = dy.String(description="Why it is not used, in words that are counted.")
    detail = dy.String(
        nullable=True, regex=PRINTED, description="What in the text is not understood."
    )
