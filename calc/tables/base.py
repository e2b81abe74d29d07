"""BASE: the duty without the scenario."""

import dataframely as dy
import polars as pl

from calc.tables.trade import CODE, ECONOMY


class Base(dy.Schema):
    """A duty without the scenario: one row an importer, partner, programme and code prefix.

    A rate is in two parts, or an expression, or, where both are null, known to be unknown: the duty
    is then unknown, and no rate of a shorter prefix or for all partners takes its place.
    """

    importer = dy.String(
        primary_key=True, regex=ECONOMY, description="Economy whose schedule this is."
    )
    partner = dy.String(
        primary_key=True,
        regex=r"^(\*|[A-Z]{3}|EU\d\d)$",
        description="Economy of origin that the rate is for; * for all others.",
    )
    programme = dy.String(
        primary_key=True,
        regex=r"^[a-z][a-z0-9-]{0,39}$",
        description="Programme of the rate: mfn, or a preference such as gsp.",
    )
    code = dy.String(primary_key=True, regex=CODE, description="Code prefix that the rate is for.")
    ad_valorem_rate = dy.Float64(
        nullable=True,
        min=0,
        max=10,
        metadata={"unit": "fraction of value"},
        description="Ad valorem part; 0 where free or specific only; null where not in two parts.",
    )
    specific_rate_usd = dy.Float64(
        nullable=True,
        min=0,
        max=1e9,
        metadata={"unit": "USD per specific_unit"},
        description="Specific part of the rate; null where there is none.",
    )
    specific_unit = dy.String(
        nullable=True,
        regex=r"^\S(.{0,18}\S)?$",
        description="Unit that the specific part counts, such as kg or m2.",
    )
    expression = dy.String(
        nullable=True,
        regex=r"^[^\x00-\x1f]{1,400}$",
        description="The rate as a duty expression, where one ad valorem and one specific part "
        "cannot say it.",
    )
    rate_text = dy.String(
        nullable=True,
        regex=r"^[^\x00-\x1f]{1,200}$",
        description="The rate as the schedule prints it.",
    )
    season = dy.String(
        primary_key=True,
        regex=r"^(\*|\d\d-\d\d\.\.\d\d-\d\d)$",
        description="Days of each year on which the rate is owed, such as 05-16..10-15, both "
        "included; * for all days, or those that no season of the same goods takes.",
    )
    valid_from = dy.Date(primary_key=True, description="First day on which the rate is in force.")
    valid_until = dy.Date(
        nullable=True, description="First day on which the rate is no longer in force."
    )
    source = dy.String(regex=r"^[^\x00-\x1f]{1,400}$", description="Where the rate was published.")

    @dy.rule()
    def specific_rate_has_a_unit(cls) -> pl.Expr:  # noqa: N805
        """A specific rate says what it counts, and a unit stands beside a rate."""
        return pl.col("specific_rate_usd").is_null() == pl.col("specific_unit").is_null()

    @dy.rule()
    def forms_are_apart(cls) -> pl.Expr:  # noqa: N805
        """A rate is in two parts or an expression, never both."""
        in_parts = pl.col("ad_valorem_rate").is_not_null()
        has_specific = pl.col("specific_rate_usd").is_not_null()
        return in_parts & pl.col("expression").is_null() | ~in_parts & ~has_specific

    @dy.rule()
    def interval_is_ordered(cls) -> pl.Expr:  # noqa: N805
        """A rate ends after it begins; intervals are half-open."""
        return pl.col("valid_until") > pl.col("valid_from")
