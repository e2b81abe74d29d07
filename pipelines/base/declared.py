"""What is written of a published schedule: BASE with every form of rate, and what is refused."""

import dataframely as dy
import polars as pl

from calc.tables.base import Base

PRINTED = r"^[^\x00-\x1f]{1,1000}$"


class BaseRates(Base):
    """BASE as read from a published schedule: a rate in two parts, as an expression, or unknown.

    A row whose three parts are null says that a rate is printed and cannot be computed: the duty
    is unknown, and no rate of a shorter prefix or for all partners takes its place.
    """

    ad_valorem_rate = dy.Float64(
        nullable=True,
        min=0,
        max=10,
        metadata={"unit": "fraction of value"},
        description="Ad valorem part; 0 where free or specific only; null where not in two parts.",
    )
    expression = dy.String(
        nullable=True,
        regex=r"^[^\x00-\x1f]{1,400}$",
        description="The rate as a duty expression, where one ad valorem and one specific part "
        "cannot say it.",
    )

    @dy.rule()
    def forms_are_apart(cls) -> pl.Expr:  # noqa: N805
        """A rate is in two parts or an expression, never both."""
        in_parts = pl.col("ad_valorem_rate").is_not_null()
        has_specific = pl.col("specific_rate_usd").is_not_null()
        return in_parts & pl.col("expression").is_null() | ~in_parts & ~has_specific


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
