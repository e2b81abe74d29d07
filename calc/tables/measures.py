"""MEASURES and their scopes: what one legal act does to which goods of which partners."""

import dataframely as dy
import polars as pl

from calc.tables.trade import CODE, ECONOMY

STATES = (
    "in force",
    "announced",
    "adopted",
    "suspended",
    "ended",
    "withdrawn",
    "void",
    "not yet in force",
)
MEASURE_ID = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$"


class Measures(dy.Schema):
    """One legal act's effect on a scope of goods and partners, as the law stands at one date."""

    measure_id = dy.String(primary_key=True, regex=MEASURE_ID, description="Name of the measure.")
    step = dy.Int16(
        primary_key=True,
        min=0,
        metadata={"unit": "number"},
        description="Number of the branch: one rate on a part of the measure; 0 where it has one.",
    )
    importer = dy.String(regex=ECONOMY, description="Economy that levies the duty.")
    authority = dy.String(
        regex=r"^[a-z0-9][a-z0-9-]{0,59}$",
        description="Legal basis, such as section-301; measures of one authority are ranked.",
    )
    programme = dy.String(
        nullable=True,
        regex=r"^[a-z0-9][a-z0-9-]{0,59}$",
        description="Part of the authority that is ranked on its own, such as steel.",
    )
    mode = dy.String(
        regex=r"^(add|replace|all-in)$",
        description="add: on top of the base duty; replace: in lieu of it; all-in: tops it up.",
    )
    ad_valorem_rate = dy.Float64(
        nullable=True,
        min=0,
        metadata={"unit": "fraction of value"},
        description="Rate on the importer's duty base; null where it is not ad valorem only.",
    )
    rate_text = dy.String(description="The rate as the scenario writes it.")
    state = dy.String(
        regex=f"^({'|'.join(STATES)})$",
        description="State at the date that the law is read, derived from the measure's events.",
    )
    is_in_force = dy.Bool(description="Whether the measure is in force at that date.")
    names_products = dy.Bool(description="Whether the measure names goods rather than all goods.")
    partner_rank = dy.Int8(
        min=0,
        max=3,
        metadata={"unit": "rank"},
        description="3: names partners; 2: a group; 1: all except some; 0: all.",
    )
    valid_from = dy.Date(
        nullable=True, description="First day of the state; null where it has no beginning."
    )
    valid_until = dy.Date(
        nullable=True, description="First day of the next state; null where none follows."
    )
    source = dy.String(description="Citation of the legal act or of the assumption.")

    @dy.rule()
    def in_force_is_the_state(cls) -> pl.Expr:  # noqa: N805
        """The flag and the state say the same."""
        return pl.col("is_in_force") == (pl.col("state") == "in force")


class MeasureProducts(dy.Schema):
    """A product prefix that a measure names, leaves out or takes in again."""

    measure_id = dy.String(primary_key=True, regex=MEASURE_ID, description="The measure.")
    step = dy.Int16(
        primary_key=True,
        min=0,
        metadata={"unit": "number"},
        description="Branch of the measure.",
    )
    role = dy.String(
        primary_key=True,
        regex=r"^(include|exclude|but)$",
        description="include: named; exclude: left out; but: taken in again after an exclusion.",
    )
    prefix = dy.String(
        primary_key=True,
        regex=r"^(\*|\d{2}|\d{4}|\d{6}|\d{8}|\d{10})$",
        description="Code prefix; * stands for all goods.",
    )
    written = dy.String(description="The code, range or group as the scenario writes it.")


class MeasurePartners(dy.Schema):
    """A partner that a measure names or leaves out."""

    measure_id = dy.String(primary_key=True, regex=MEASURE_ID, description="The measure.")
    step = dy.Int16(
        primary_key=True,
        min=0,
        metadata={"unit": "number"},
        description="Branch of the measure.",
    )
    role = dy.String(
        primary_key=True,
        regex=r"^(include|exclude)$",
        description="include: hit; exclude: left out of all partners.",
    )
    partner = dy.String(
        primary_key=True,
        regex=r"^(\*|[A-Z]{3}|EU\d\d)$",
        description="Economy of origin; * stands for all partners.",
    )


class Exclusions(dy.Schema):
    """Goods of some partners left out of a measure for a time, in force at the date of the law."""

    measure_id = dy.String(primary_key=True, regex=MEASURE_ID, description="The measure.")
    step = dy.Int16(
        primary_key=True,
        min=0,
        metadata={"unit": "number"},
        description="Branch of the measure.",
    )
    exclusion = dy.Int16(
        primary_key=True,
        min=1,
        metadata={"unit": "number"},
        description="Number of the exclusion within the measure, from 1.",
    )
    prefix = dy.String(primary_key=True, regex=CODE, description="Code prefix left out.")
    partner = dy.String(
        primary_key=True,
        regex=r"^(\*|[A-Z]{3}|EU\d\d)$",
        description="Economy of origin left out; * for all that the measure hits.",
    )
    source = dy.String(description="Citation of the exclusion.")
