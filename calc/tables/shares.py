"""SHARES: assumptions on the part of a flow or of a value that a rule of the law is about."""

import dataframely as dy
import polars as pl

SHARE_NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}(/[a-z0-9][a-z0-9-]{0,59})?$"


class Shares(dy.Schema):
    """An assumption: a portion splits a flow, a content is a part of each item's value."""

    name = dy.String(
        primary_key=True,
        regex=SHARE_NAME,
        description="Name of the portion or content; measure/portion where a measure states it.",
    )
    kind = dy.String(
        regex=r"^(portion|content)$",
        description="portion: splits a flow; content: part of the value of each item.",
    )
    importer = dy.String(
        primary_key=True,
        regex=r"^(\*|[A-Z]{3}|EU\d\d)$",
        description="Economy that imports; * for any.",
    )
    programme = dy.String(
        primary_key=True,
        regex=r"^(\*|[a-z][a-z0-9-]{0,39})$",
        description="Preference that the portion claims; * where it claims none.",
    )
    prefix = dy.String(
        primary_key=True,
        regex=r"^(\*|\d{2}|\d{4}|\d{6}|\d{8}|\d{10})$",
        description="Code prefix that the share is of; * for all goods.",
    )
    partner = dy.String(
        primary_key=True,
        regex=r"^(\*|[A-Z]{3}|EU\d\d)$",
        description="Economy of origin; * for all others.",
    )
    valid_from = dy.Date(primary_key=True, description="First day for which the share is assumed.")
    valid_until = dy.Date(
        nullable=True, description="First day for which it no longer is; null where open."
    )
    central = dy.Float64(
        min=0,
        max=1,
        metadata={"unit": "fraction of flow or value"},
        description="Share that figures are computed with.",
    )
    low = dy.Float64(
        nullable=True,
        min=0,
        max=1,
        metadata={"unit": "fraction of flow or value"},
        description="Least that it may be; null where no range is stated.",
    )
    high = dy.Float64(
        nullable=True,
        min=0,
        max=1,
        metadata={"unit": "fraction of flow or value"},
        description="Most that it may be; null where no range is stated.",
    )
    source = dy.String(description="Where the share is from, or why it is assumed.")

    @dy.rule()
    def range_holds_the_central(cls) -> pl.Expr:  # noqa: N805
        """The central share lies between the least and the most."""
        central = pl.col("central")
        return (pl.col("low") <= central) & (central <= pl.col("high"))

    @dy.rule()
    def interval_is_ordered(cls) -> pl.Expr:  # noqa: N805
        """A share ends after it begins; intervals are half-open."""
        return pl.col("valid_until") > pl.col("valid_from")
