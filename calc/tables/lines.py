"""LINES and COMPONENTS: what each named line pays, and why."""

import dataframely as dy

from calc.tables.measures import MEASURE_ID
from calc.tables.trade import CODE, ECONOMY, NOMENCLATURE

USD = {"unit": "USD"}
FRACTION = {"unit": "fraction of value"}


class LineKey(dy.Schema):
    """The key of a line: TRADE's key, the segment of the flow, the interval of the law."""

    importer = dy.String(
        primary_key=True, regex=ECONOMY, description="Economy that levies the duty."
    )
    partner = dy.String(primary_key=True, regex=ECONOMY, description="Economy of origin.")
    period = dy.String(primary_key=True, description="Reference period of the flow.")
    flow = dy.String(primary_key=True, description="Direction of the flow.")
    nomenclature = dy.String(
        primary_key=True, regex=NOMENCLATURE, description="Edition of the codes."
    )
    code = dy.String(primary_key=True, regex=CODE, description="Code of the good.")
    segment = dy.String(
        primary_key=True,
        description="Part of the flow that the law treats alike; whole where unsplit.",
    )


class Lines(LineKey):
    """A line that a measure names: what it pays before and after, at unchanged trade."""

    valid_from = dy.Date(
        nullable=True,
        description="First day on which the law stands so; null where it has no beginning.",
    )
    valid_until = dy.Date(
        nullable=True, description="First day on which the law changes; null where it does not."
    )
    description = dy.String(nullable=True, description="Short description of the good.")
    product_group = dy.String(
        nullable=True, description="Named product group of the code; null where it is in none."
    )
    customs_value_usd = dy.Float64(
        nullable=True, metadata=USD, description="Value on which the importer levies duty."
    )
    quantity = dy.Float64(
        nullable=True,
        metadata={"unit": "as quantity_unit says"},
        description="Quantity in the first unit; null where not reported.",
    )
    quantity_unit = dy.String(nullable=True, description="Unit of the quantity.")
    status = dy.String(
        regex="^(in force|prohibited|threatened|excluded)$",
        description="in force, prohibited (may not enter, as over a quota), threatened (named but "
        "not in force) or excluded (an exclusion).",
    )
    is_estimated = dy.Bool(
        description="Whether trade of a code that a conversion split is in it, by shares."
    )
    is_affected = dy.Bool(
        nullable=True,
        description="Whether a measure in force changes the rate; null where that is unknown.",
    )
    measure_id = dy.String(
        nullable=True,
        description="Measures in force, else those that threaten; several are joined by +.",
    )
    mode = dy.String(nullable=True, description="add, replace or all-in, of that measure.")
    measure_rate = dy.Float64(
        nullable=True, metadata=FRACTION, description="Ad valorem rate of that measure."
    )
    base_programme = dy.String(nullable=True, description="Programme of the base duty.")
    base_rate_text = dy.String(nullable=True, description="Base rate as its schedule prints it.")
    rate_before = dy.Float64(
        nullable=True,
        metadata=FRACTION,
        description="Base duty as a share of value; null where it cannot be computed.",
    )
    rate_after = dy.Float64(
        nullable=True,
        metadata=FRACTION,
        description="Duty with the measures in force as a share of value; null where unknown, and "
        "where the good may not enter.",
    )
    calculated_duty_usd = dy.Float64(
        nullable=True,
        metadata=USD,
        description="Duty that the statistical office calculated on the recorded flow.",
    )
    duty_before_usd = dy.Float64(
        nullable=True,
        metadata=USD,
        description="Statutory base duty at unchanged trade; null where it cannot be computed.",
    )
    duty_after_usd = dy.Float64(
        nullable=True,
        metadata=USD,
        description="Duty with the measures in force at unchanged trade; null where unknown.",
    )
    duty_increment_usd = dy.Float64(
        nullable=True,
        metadata=USD,
        description="Duty that the measures in force add at unchanged trade; null where unknown.",
    )
    threatened_increment_usd = dy.Float64(
        nullable=True,
        metadata=USD,
        description="Duty that measures not in force would add at unchanged trade.",
    )
    statutory_minus_calculated_usd = dy.Float64(
        nullable=True,
        metadata=USD,
        description="Statutory base duty less the calculated duty; null where either is unknown.",
    )
    duty_unknown_reason = dy.String(
        nullable=True,
        description="Why the duty before, after or threatened cannot be computed; null where all "
        "can.",
    )
    estimate = dy.String(
        nullable=True,
        description="Why and how a duty of the line is an estimate; null where none is.",
    )


class Components(LineKey):
    """A measure that names a line: applied, prohibited, displaced, threatened or excluded."""

    measure_id = dy.String(primary_key=True, regex=MEASURE_ID, description="The measure.")
    authority = dy.String(description="Legal basis of the measure.")
    programme = dy.String(nullable=True, description="Programme of the measure.")
    status = dy.String(
        regex="^(applied|prohibited|displaced|threatened|excluded)$",
        description="What becomes of the measure on the line.",
    )
    state = dy.String(description="State of the measure at the date of the law.")
    reason = dy.String(description="Why the measure has that status on the line.")
    prefix = dy.String(description="Code prefix by which the measure names the line; * for all.")
    mode = dy.String(description="add, replace or all-in.")
    measure_rate = dy.Float64(
        nullable=True,
        metadata=FRACTION,
        description="Ad valorem rate of the measure; null where it is not ad valorem only.",
    )
    rate_text = dy.String(description="Rate of the measure on the line, in words.")
    bites_on = dy.String(description="Part of the value that the measure bites on.")
    quota = dy.String(
        nullable=True, description="Quota that the measure is under; null where it is under none."
    )
    quota_part = dy.String(
        nullable=True,
        regex="^(within|over|not known)$",
        description="Whether the part of the flow is within the quota or over it.",
    )
    customs_value_usd = dy.Float64(
        nullable=True, metadata=USD, description="Value on which the importer levies duty."
    )
    measure_duty_usd = dy.Float64(
        nullable=True,
        metadata=USD,
        description="Duty of the measure alone at unchanged trade, less credits; owed only where "
        "applied.",
    )
    duty_before_credit_usd = dy.Float64(
        nullable=True, metadata=USD, description="That duty before credits are taken off."
    )
    duty_increment_usd = dy.Float64(
        nullable=True,
        metadata=USD,
        description="What the measure adds where it is applied: its duty less the base duty that "
        "it replaces; adds up over a line to the line's. Null where it is not applied or unknown.",
    )
    credit_usd = dy.Float64(
        nullable=True, metadata=USD, description="What credits take off it; null where unknown."
    )
    duty_unknown_reason = dy.String(
        nullable=True, description="Why that duty cannot be computed; null where it can."
    )
    estimate = dy.String(
        nullable=True, description="Why and how that duty is an estimate; null where it is none."
    )


class Provenance(LineKey):
    """A line and a row of a source file that it comes from: several of a mean or a conversion."""

    source_id = dy.String(primary_key=True, description="Name of the source file.")
    source_row = dy.Int64(
        primary_key=True,
        min=1,
        metadata={"unit": "number"},
        description="Row in the file as a spreadsheet counts it: the header is row 1.",
    )
    share = dy.Float64(
        min=0,
        max=1,
        metadata={"unit": "fraction"},
        description="Part of that row's trade that is in the line's; below 1 where it was split.",
    )
